/* How large a text is, in words: see `ingest.sizes`. */

#include "native.h"

enum { OF_GAP, OF_WORD, STOP, OF_HAN, OF_THAI };
enum { WORDS_OF_GAP = 80, LONGEST_WORD = 20, MOST_STOPS = 4 };

PyDoc_STRVAR(begins_doc, "begins(text, kinds, /)\n--\n\n"
"Where words begin in a text, a byte a character: see `ingest.sizes`.");

static PyObject *
native_begins(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *string;
    Table *kinds;
    Text text;
    if (!PyArg_ParseTuple(args, "UO!:begins", &string, &TableType, &kinds) || table_read(kinds, string, &text) < 0)
        return NULL;
    PyObject *found = PyBytes_FromStringAndSize(NULL, text.size);
    char *bytes = found ? PyBytes_AS_STRING(found) : NULL;
    const Py_UCS4 *codes = text.codes;
    Py_ssize_t at = 0, size = found ? text.size : 0;
    while (at < size) {
        Py_ssize_t start = at;
        uint32_t kind = told(kinds, codes[at]);
        if (kind == OF_GAP) {
            while (at < size && told(kinds, codes[at]) == OF_GAP)
                at++;
            memset(bytes + start, at - start < WORDS_OF_GAP ? ' ' : 'x', at - start);
            bytes[start] = ' ';
            for (Py_ssize_t last = start + WORDS_OF_GAP - 1; last < at; last += WORDS_OF_GAP)
                bytes[last] = 'b';
            continue;
        }
        if (kind == OF_HAN) {
            at += at + 1 < size && told(kinds, codes[at + 1]) == OF_HAN ? 2 : 1;
            for (int marks = 0; marks < MOST_STOPS && at < size && told(kinds, codes[at]) == STOP; marks++)
                at++;
        } else if (kind == OF_THAI) {
            while (at < size && at - start < 5 && told(kinds, codes[at]) == OF_THAI)
                at++;
        } else {
            do /* always on, whatever the kind */
                at++;
            while (at < size && at - start < LONGEST_WORD &&
                   (told(kinds, codes[at]) == OF_WORD || told(kinds, codes[at]) == STOP));
        }
        memset(bytes + start, 'x', at - start);
        bytes[start] = 'b';
    }
    PyMem_Free(text.codes);
    return found;
}

PyDoc_STRVAR(encoded_doc, "encoded(text, start, end, /)\n--\n\n"
"How many bytes text[start:end] takes in UTF-8. Raises UnicodeEncodeError for a surrogate.");

static PyObject *
native_encoded(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *string;
    Py_ssize_t start, end;
    if (!PyArg_ParseTuple(args, "Unn:encoded", &string, &start, &end))
        return NULL;
    if (start < 0 || end < start || end > PyUnicode_GET_LENGTH(string)) {
        PyErr_SetString(PyExc_IndexError, "the text has no such part");
        return NULL;
    }
    int kind = PyUnicode_KIND(string), has_surrogate = 0;
    const void *data = PyUnicode_DATA(string);
    Py_ssize_t size = end - start;
    if (kind == PyUnicode_1BYTE_KIND) {
        for (Py_ssize_t i = start; i < end; i++)
            size += ((const Py_UCS1 *)data)[i] >> 7;
    } else if (kind == PyUnicode_2BYTE_KIND) {
        for (Py_ssize_t i = start; i < end; i++) {
            Py_UCS2 code = ((const Py_UCS2 *)data)[i];
            size += (code > 0x7F) + (code > 0x7FF);
            has_surrogate |= (code & 0xF800) == 0xD800;
        }
    } else {
        for (Py_ssize_t i = start; i < end; i++) {
            Py_UCS4 code = ((const Py_UCS4 *)data)[i];
            size += (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF);
            has_surrogate |= (code & 0xFFFFF800) == 0xD800;
        }
    }
    if (!has_surrogate)
        return PyLong_FromSsize_t(size);
    PyObject *part = PyUnicode_Substring(string, start, end), *bytes = part ? PyUnicode_AsUTF8String(part) : NULL;
    Py_XDECREF(part);
    Py_XDECREF(bytes); /* there are none: it has raised */
    return NULL;
}

PyMethodDef sizes_methods[] = {
    {"encoded", native_encoded, METH_VARARGS, encoded_doc},
    {"begins", native_begins, METH_VARARGS, begins_doc},
    {NULL, NULL, 0, NULL},
};

/* Texts as code points, and functions of characters as tables. */

#include "native.h"

int
text_open(Text *text, PyObject *string)
{
    text->size = PyUnicode_GET_LENGTH(string);
    text->codes = PyUnicode_AsUCS4Copy(string);
    return text->codes ? 0 : -1;
}

PyObject *
text_from(const Py_UCS4 *codes, Py_ssize_t size)
{
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, codes, size);
}

int
output_reserve(Output *output, Py_ssize_t more)
{
    if (output->size + more <= output->room)
        return 0;
    Py_ssize_t most = PY_SSIZE_T_MAX / (2 * sizeof(Py_UCS4)), room = 0;
    Py_UCS4 *codes = NULL;
    if (more <= most - output->size) {
        room = 2 * (output->size + more);
        codes = PyMem_Realloc(output->codes, room * sizeof(Py_UCS4));
    }
    if (!codes) {
        PyErr_NoMemory();
        return -1;
    }
    output->codes = codes;
    output->room = room;
    return 0;
}

int
output_string(Output *output, PyObject *string)
{
    if (!PyUnicode_Check(string)) {
        PyErr_SetString(PyExc_TypeError, "what is written is a string");
        return -1;
    }
    Py_ssize_t size = PyUnicode_GET_LENGTH(string);
    if (output_reserve(output, size) < 0)
        return -1;
    int kind = PyUnicode_KIND(string);
    const void *data = PyUnicode_DATA(string);
    Py_UCS4 *end = output->codes + output->size;
    for (Py_ssize_t i = 0; i < size; i++)
        end[i] = PyUnicode_READ(kind, data, i);
    output->size += size;
    return 0;
}

static int
table_learn(Table *table, Py_UCS4 code)
{
    uint32_t **page = &table->pages[code / PAGE], number = UNKNOWN;
    if (!*page) {
        uint32_t *fresh = PyMem_Malloc(PAGE * sizeof(uint32_t));
        if (!fresh) {
            PyErr_NoMemory();
            return -1;
        }
        memset(fresh, 0xFF, PAGE * sizeof(uint32_t));
        *page = fresh;
    }
    PyObject *character = PyUnicode_FromOrdinal((int)code);
    PyObject *found = character ? PyObject_CallOneArg(table->function, character) : NULL;
    Py_XDECREF(character);
    if (!found)
        return -1;
    if (found == Py_None) {
        number = NOTHING;
    } else if (!PyUnicode_Check(found)) {
        number = (uint32_t)PyLong_AsUnsignedLongMask(found);
    } else if (PyUnicode_GET_LENGTH(found) == 1) {
        number = PyUnicode_READ_CHAR(found, 0);
    } else if (PyList_Append(table->strings, found) == 0) {
        number = STRINGS + (uint32_t)PyList_GET_SIZE(table->strings) - 1;
    }
    Py_DECREF(found);
    if (number == UNKNOWN && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a number below 2**32 - 1 is wanted");
    (*page)[code % PAGE] = number;
    return PyErr_Occurred() ? -1 : 0;
}

/* Let the table know all characters of a text, and the NUL behind it. */
int
table_know(Table *table, const Text *text)
{
    for (Py_ssize_t i = 0; i <= text->size; i++) {
        Py_UCS4 code = text->codes[i];
        uint32_t *page = table->pages[code / PAGE];
        if ((!page || page[code % PAGE] == UNKNOWN) && table_learn(table, code) < 0)
            return -1;
    }
    return 0;
}

int
table_read(Table *table, PyObject *string, Text *text)
{
    if (!PyUnicode_Check(string)) {
        PyErr_SetString(PyExc_TypeError, "a text is wanted");
        return -1;
    }
    if (text_open(text, string) < 0)
        return -1;
    if (table_know(table, text) == 0)
        return 0;
    PyMem_Free(text->codes);
    return -1;
}

/* As `table_read`, for what stops at the NUL behind a text. */
int
kinds_read(Table *kinds, PyObject *string, Text *text)
{
    if (table_read(kinds, string, text) < 0)
        return -1;
    if (!told(kinds, 0))
        return 0;
    PyErr_SetString(PyExc_ValueError, "NUL is of no kind");
    PyMem_Free(text->codes);
    return -1;
}

static PyObject *
table_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(keywords))
{
    PyObject *function;
    if (!PyArg_ParseTuple(args, "O:Table", &function))
        return NULL;
    Table *table = (Table *)type->tp_alloc(type, 0);
    if (!table)
        return NULL;
    table->function = Py_NewRef(function);
    table->strings = PyList_New(0);
    if (!table->strings)
        Py_CLEAR(table);
    return (PyObject *)table;
}

/* Only by their functions do tables and memos hang together with what holds them. */
static int
table_traverse(Table *table, visitproc visit, void *arg)
{
    Py_VISIT(table->function);
    return 0;
}

static int
table_clear(Table *table)
{
    Py_XSETREF(table->function, Py_NewRef(Py_None));
    return 0;
}

static void
table_dealloc(Table *table)
{
    PyObject_GC_UnTrack(table);
    for (int i = 0; i < PAGES; i++)
        PyMem_Free(table->pages[i]);
    Py_XDECREF(table->function);
    Py_XDECREF(table->strings);
    Py_TYPE(table)->tp_free((PyObject *)table);
}

PyDoc_STRVAR(count_doc, "count(text, size, /)\n--\n\n"
"How many characters of a text have each of the numbers below `size`, where any have.");

static PyObject *
table_count(Table *table, PyObject *args)
{
    PyObject *string;
    Py_ssize_t size;
    Text text;
    if (!PyArg_ParseTuple(args, "Un:count", &string, &size))
        return NULL;
    if (size < 0 || size > STRINGS) {
        PyErr_SetString(PyExc_ValueError, "from 0 to 0x110000 numbers can be counted");
        return NULL;
    }
    if (table_read(table, string, &text) < 0)
        return NULL;
    PyObject *found = NULL;
    Py_ssize_t *counts = PyMem_Calloc(size + 1, sizeof(Py_ssize_t));
    if (!counts) {
        PyErr_NoMemory();
    } else {
        for (Py_ssize_t i = 0; i < text.size; i++) {
            uint32_t number = told(table, text.codes[i]);
            counts[number < (uint32_t)size ? number : (uint32_t)size]++;
        }
        found = PyDict_New();
        for (Py_ssize_t i = 0; found && i < size; i++) {
            PyObject *number = counts[i] ? PyLong_FromSsize_t(i) : NULL, *count = number ? PyLong_FromSsize_t(counts[i]) : NULL;
            if (counts[i] && (!count || PyDict_SetItem(found, number, count) < 0))
                Py_CLEAR(found);
            Py_XDECREF(number);
            Py_XDECREF(count);
        }
    }
    PyMem_Free(counts);
    PyMem_Free(text.codes);
    return found;
}

PyDoc_STRVAR(any_doc, "any(text, bits, /)\n--\n\n"
"Whether the number of a character of a text has one of these bits.");

static PyObject *
table_any(Table *table, PyObject *args)
{
    PyObject *string;
    unsigned int bits;
    Text text;
    if (!PyArg_ParseTuple(args, "UI:any", &string, &bits) || table_read(table, string, &text) < 0)
        return NULL;
    Py_ssize_t i = 0;
    while (i < text.size && (told(table, text.codes[i]) == NOTHING || !(told(table, text.codes[i]) & bits)))
        i++;
    PyMem_Free(text.codes);
    return PyBool_FromLong(i < text.size);
}

PyDoc_STRVAR(translate_doc, "translate(text, /)\n--\n\n"
"The strings of the characters of a text, one after the other; None for a text with a character that has none.");

static PyObject *
table_translate(Table *table, PyObject *string)
{
    Text text;
    if (table_read(table, string, &text) < 0)
        return NULL;
    Output output = {NULL, 0, 0};
    PyObject *found = NULL;
    if (output_reserve(&output, text.size) < 0)
        goto end;
    for (Py_ssize_t i = 0; i < text.size; i++) {
        uint32_t number = told(table, text.codes[i]);
        if (number == NOTHING) {
            found = Py_NewRef(Py_None);
            goto end;
        }
        if (number >= STRINGS) {
            if (number - STRINGS >= (size_t)PyList_GET_SIZE(table->strings)) {
                PyErr_SetString(PyExc_TypeError, "this table gives numbers");
                goto end;
            }
            if (output_string(&output, PyList_GET_ITEM(table->strings, number - STRINGS)) < 0)
                goto end;
        } else {
            if (output.size == output.room && output_reserve(&output, text.size - i) < 0)
                goto end;
            output.codes[output.size++] = number;
        }
    }
    found = text_from(output.codes, output.size);
end:
    PyMem_Free(output.codes);
    PyMem_Free(text.codes);
    return found;
}

static PyMethodDef table_methods[] = {
    {"count", (PyCFunction)table_count, METH_VARARGS, count_doc},
    {"any", (PyCFunction)table_any, METH_VARARGS, any_doc},
    {"translate", (PyCFunction)table_translate, METH_O, translate_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(table_doc, "Table(function, /)\n--\n\n"
"A function of characters, asked once for each that is met: what it gives is a number below 2**32 - 2, a string or\n"
"None.");

PyTypeObject TableType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "seedsearch._native.Table",
    .tp_basicsize = sizeof(Table),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = table_doc,
    .tp_new = table_new,
    .tp_dealloc = (destructor)table_dealloc,
    .tp_traverse = (traverseproc)table_traverse,
    .tp_clear = (inquiry)table_clear,
    .tp_methods = table_methods,
};

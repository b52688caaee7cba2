/* A folded text -> its words: see `cutting`. */

#include "native.h"

/* What is collected: words, or the spans of words; of spans all, or those of the words with the numbers in `wanted`. */
typedef struct {
    PyObject *list;
    Memo *words; /* NULL where none are remembered */
    Memo *odd;
    int has_spans;
    const Py_ssize_t *wanted; /* ascending, with a -1 behind them; NULL for all */
    Py_ssize_t number;
    PyObject *joined; /* a list of what hyphens join, NULL where that is not asked for */
    PyObject *last;   /* the last word, borrowed from `list`, and the place behind it */
    Py_ssize_t behind;
} Found;

static int
found_append(Found *found, PyObject *item)
{
    int failed = !item || PyList_Append(found->list, item) < 0;
    Py_XDECREF(item);
    return failed ? -1 : 0;
}

static int
found_span(Found *found, Py_ssize_t start, Py_ssize_t end)
{
    if (found->wanted) {
        if (found->number++ != *found->wanted)
            return 0;
        found->wanted++;
    }
    return found_append(found, Py_BuildValue("nn", start, end));
}

/* A word [start, end) of a text; with the one before it, if a hyphen joins them. */
static int
found_string(Found *found, PyObject *word, const Py_UCS4 *codes, Py_ssize_t start, Py_ssize_t end)
{
    if (word && found->joined && !PyUnicode_Check(word)) {
        PyErr_SetString(PyExc_TypeError, "a word is a string");
        Py_CLEAR(word);
    }
    PyObject *left = found->last;
    int is_joined = found->joined && left && start == found->behind + 1 && codes[found->behind] == '-' &&
                    PyUnicode_GET_LENGTH(left) < LONGEST_TERM / 2;
    found->last = word;
    found->behind = end;
    if (found_append(found, word) < 0)
        return -1;
    if (!is_joined)
        return 0;
    PyObject *both = PyUnicode_Concat(left, word), *cut = both ? PyUnicode_Substring(both, 0, LONGEST_TERM) : NULL;
    int failed = !cut || PyList_Append(found->joined, cut) < 0;
    Py_XDECREF(both);
    Py_XDECREF(cut);
    return failed ? -1 : 0;
}

/* The word that stands at [start, end), or a bigram of the characters there. */
static int
found_word(Found *found, const Text *text, const Py_UCS4 *codes, Py_ssize_t size, Py_ssize_t start, Py_ssize_t end)
{
    if (found->has_spans)
        return found_span(found, start, end);
    size = Py_MIN(size, LONGEST_TERM);
    PyObject *word = found->words ? recall(found->words, codes, size) : text_from(codes, size);
    return found_string(found, word, text->codes, start, end);
}

/* The words of what stands between two places and holds a stop or comma inside a word, as Python sees them. */
static int
cut_odd(Found *found, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *words = recall(found->odd, text->codes + start, end - start);
    int failed = !words;
    if (words && !PyList_Check(words)) {
        PyErr_SetString(PyExc_TypeError, "a list of words and their spans is wanted");
        failed = 1;
    }
    for (Py_ssize_t i = 0; !failed && i < PyList_GET_SIZE(words); i++) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(words, i)), *word;
        Py_ssize_t first, last;
        if (!PyTuple_Check(item) || !PyArg_ParseTuple(item, "Unn", &word, &first, &last) ||
            first < 0 || first > last || last > end - start) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "a word and its span in the text are wanted");
            failed = 1;
        } else {
            failed = (found->has_spans ? found_span(found, start + first, start + last)
                                       : found_string(found, Py_NewRef(word), text->codes, start + first, start + last)) < 0;
        }
        Py_DECREF(item);
    }
    Py_XDECREF(words);
    return failed ? -1 : 0;
}

/* The words from `at` on, up to what cannot stand beside a word; gives the place of that. */
static Py_ssize_t
cut_chunk(Found *found, const Table *kinds, const Text *text, Py_ssize_t at)
{
    const Py_UCS4 *codes = text->codes;
    Py_ssize_t end = at;
    int is_odd = 0;
    for (; is_of_word(kinds, codes[end]); end++)
        is_odd |= (codes[end] == '.' || codes[end] == ',') &&
                  (told(kinds, codes[end + 1]) & LETTER || codes[end + 1] == '_');
    if (is_odd)
        return cut_odd(found, text, at, end) < 0 ? -1 : end;
    while (at < end) {
        if (!(told(kinds, codes[at]) & LETTER)) {
            at++;
            continue;
        }
        Py_ssize_t start = at++;
        while (told(kinds, codes[at]) & (LETTER | MARK) || (codes[at] == '\'' && told(kinds, codes[at + 1]) & LETTER))
            at++;
        if (found_word(found, text, codes + start, at - start, start, at) < 0)
            return -1;
    }
    return end;
}

/* The bigrams of a chain that begins at `at`, or its only letter; gives the place behind it. */
static Py_ssize_t
cut_chain(Found *found, const Table *kinds, const Text *text, Py_ssize_t at)
{
    Py_ssize_t next = next_letter(kinds, text, at);
    if (next < 0 && found_word(found, text, text->codes + at, 1, at, at + 1) < 0)
        return -1;
    for (; next >= 0; at = next, next = next_letter(kinds, text, at)) {
        Py_UCS4 pair[2] = {text->codes[at], text->codes[next]};
        if (found_word(found, text, pair, 2, at, next + 1) < 0)
            return -1;
    }
    return at + 1;
}

static PyObject *
cut(Found *found, Table *kinds, PyObject *string)
{
    Text text;
    if (kinds_read(kinds, string, &text) < 0)
        return NULL;
    found->list = PyList_New(0);
    Py_ssize_t at = found->list ? 0 : -1;
    while (at >= 0 && at < text.size && !(found->wanted && *found->wanted < 0)) {
        if (told(kinds, text.codes[at]) & RUN)
            at = cut_chain(found, kinds, &text, at);
        else if (is_of_word(kinds, text.codes[at]))
            at = cut_chunk(found, kinds, &text, at);
        else
            at++;
    }
    if (at < 0)
        Py_CLEAR(found->list);
    PyMem_Free(text.codes);
    return found->list;
}

PyDoc_STRVAR(words_doc, "words(text, kinds, odd, words, joined, /)\n--\n\n"
"The words of a folded text: see `cutting.words`. `odd` gives the words of what holds a stop or comma inside a word, `words`\n"
"remembers words, so that those of several texts are the same objects, None for no such memory. Each two words that a hyphen\n"
"joins are appended to the list `joined`, written as one, unless that is None.");

static PyObject *
native_words(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *string, *words, *joined;
    Table *kinds;
    Found found = {0};
    if (!PyArg_ParseTuple(args, "UO!O!OO:words", &string, &TableType, &kinds, &MemoType, &found.odd, &words, &joined))
        return NULL;
    if ((words != Py_None && !Py_IS_TYPE(words, &MemoType)) || (joined != Py_None && !PyList_Check(joined))) {
        PyErr_SetString(PyExc_TypeError, "a Memo and a list are wanted, or None");
        return NULL;
    }
    found.words = words == Py_None ? NULL : (Memo *)words;
    found.joined = joined == Py_None ? NULL : joined;
    return cut(&found, kinds, string);
}

PyDoc_STRVAR(spans_doc, "spans(text, kinds, odd, wanted, /)\n--\n\n"
"The spans of the words of a folded text: of those with the numbers in the ascending tuple `wanted`, of all for None.");

static PyObject *
native_spans(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *string, *wanted, *spans = NULL;
    Table *kinds;
    Found found = {.has_spans = 1};
    if (!PyArg_ParseTuple(args, "UO!O!O:spans", &string, &TableType, &kinds, &MemoType, &found.odd, &wanted))
        return NULL;
    if (wanted == Py_None)
        return cut(&found, kinds, string);
    if (!PyTuple_Check(wanted)) {
        PyErr_SetString(PyExc_TypeError, "a tuple of numbers is wanted, or None");
        return NULL;
    }
    Py_ssize_t size = PyTuple_GET_SIZE(wanted), *numbers = PyMem_Malloc((size + 1) * sizeof(Py_ssize_t));
    if (!numbers)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < size && numbers && !PyErr_Occurred(); i++)
        numbers[i] = PyLong_AsSsize_t(PyTuple_GET_ITEM(wanted, i));
    if (numbers && !PyErr_Occurred()) {
        numbers[size] = -1;
        found.wanted = numbers;
        spans = cut(&found, kinds, string);
    }
    PyMem_Free(numbers);
    return spans;
}

PyMethodDef cutting_methods[] = {
    {"words", native_words, METH_VARARGS, words_doc},
    {"spans", native_spans, METH_VARARGS, spans_doc},
    {NULL, NULL, 0, NULL},
};

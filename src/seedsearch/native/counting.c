/* What the order of passages asks of the words of a pool: see `pool` and `reranking`. */

#include "native.h"

/* The numbers of some words, as `Stems.cut` gives them. */
static int
numbers_open(Py_buffer *view, PyObject *object)
{
    return PyObject_GetBuffer(object, view, PyBUF_SIMPLE);
}

static inline Py_ssize_t
numbers_count(const Py_buffer *view)
{
    return view->len / (Py_ssize_t)sizeof(uint32_t);
}

static inline uint32_t
number_at(const Py_buffer *view, Py_ssize_t i)
{
    uint32_t number;
    memcpy(&number, (const char *)view->buf + i * sizeof(number), sizeof(number));
    return number;
}

/* Append to the list that a dictionary has for a key, or to a new one. */
static int
list_append(PyObject *lists, PyObject *key, PyObject *item)
{
    PyObject *list = PyDict_GetItemWithError(lists, key);
    if (list)
        return PyList_Append(list, item);
    if (PyErr_Occurred() || !(list = PyList_New(1)))
        return -1;
    PyList_SET_ITEM(list, 0, Py_NewRef(item));
    int failed = PyDict_SetItem(lists, key, list);
    Py_DECREF(list);
    return failed;
}

enum { SIEVE = 4096 };

PyDoc_STRVAR(positions_doc, "positions(numbers, wanted, /)\n--\n\n"
"For the things in the lists of the dictionary `wanted`, word -> things, the indexes at which their words stand; words are\n"
"numbers.");

static PyObject *
native_positions(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object, *wanted, *key, *value;
    Py_buffer numbers;
    if (!PyArg_ParseTuple(args, "OO!:positions", &object, &PyDict_Type, &wanted) || numbers_open(&numbers, object) < 0)
        return NULL;
    /* Most words are in no list: a bit for each wanted number tells so without the dictionary. */
    uint64_t sieve[SIEVE / 64] = {0};
    Py_ssize_t place = 0;
    while (PyDict_Next(wanted, &place, &key, &value)) {
        unsigned long number = PyLong_Check(key) ? PyLong_AsUnsignedLongMask(key) : 0;
        sieve[number % SIEVE / 64] |= (uint64_t)1 << number % 64;
    }
    PyObject *found = PyDict_New();
    int failed = !found;
    for (Py_ssize_t at = 0; !failed && at < numbers_count(&numbers); at++) {
        uint32_t number = number_at(&numbers, at);
        if (!(sieve[number % SIEVE / 64] >> number % 64 & 1))
            continue;
        PyObject *word = PyLong_FromUnsignedLong(number), *index = PyLong_FromSsize_t(at);
        PyObject *things = word && index ? PyDict_GetItemWithError(wanted, word) : NULL;
        failed = PyErr_Occurred() != NULL;
        if (things && !PyList_Check(things)) {
            PyErr_SetString(PyExc_TypeError, "a dictionary of lists is wanted");
            failed = 1;
        }
        Py_XINCREF(things);
        for (Py_ssize_t i = 0; things && !failed && i < PyList_GET_SIZE(things); i++) {
            PyObject *thing = Py_NewRef(PyList_GET_ITEM(things, i));
            failed = list_append(found, thing, index) < 0;
            Py_DECREF(thing);
        }
        Py_XDECREF(things);
        Py_XDECREF(word);
        Py_XDECREF(index);
    }
    if (failed)
        Py_CLEAR(found);
    PyBuffer_Release(&numbers);
    return found;
}

PyDoc_STRVAR(distinct_doc, "distinct(texts, /)\n--\n\n"
"The numbers that stand in any of some texts, each once, ascending, as bytes of unsigned integers.");

static PyObject *
native_distinct(PyObject *Py_UNUSED(module), PyObject *argument)
{
    PyObject *texts = PySequence_Tuple(argument), *bytes = NULL;
    uint64_t *marks = NULL;
    Py_ssize_t room = 0;
    Numbers found = {0};
    int failed = !texts;
    for (Py_ssize_t i = 0; !failed && i < PyTuple_GET_SIZE(texts); i++) {
        Py_buffer numbers;
        if ((failed = numbers_open(&numbers, PyTuple_GET_ITEM(texts, i)) < 0))
            break;
        for (Py_ssize_t at = 0; !failed && at < numbers_count(&numbers); at++) {
            uint32_t number = number_at(&numbers, at);
            if (number / 64 >= room) {
                Py_ssize_t more = number / 64 * 2 + 64;
                uint64_t *grown = PyMem_Realloc(marks, more * sizeof(uint64_t));
                if ((failed = !grown)) {
                    PyErr_NoMemory();
                    break;
                }
                marks = grown;
                memset(marks + room, 0, (more - room) * sizeof(uint64_t));
                room = more;
            }
            marks[number / 64] |= (uint64_t)1 << number % 64;
        }
        PyBuffer_Release(&numbers);
    }
    for (Py_ssize_t i = 0; !failed && i < room; i++)
        for (uint32_t bit = 0; marks[i] && !failed && bit < 64; bit++)
            if (marks[i] >> bit & 1)
                failed = numbers_append(&found, (uint32_t)i * 64 + bit) < 0;
    if (!failed)
        bytes = numbers_bytes(&found);
    PyMem_Free(found.items);
    PyMem_Free(marks);
    Py_XDECREF(texts);
    return bytes;
}

enum { GRAM = 4 };

/* Grams by their characters: a table of places in a list, each place and one more, 0 for none. */
typedef struct {
    Py_UCS4 (*grams)[GRAM];
    uint32_t *places;
    uint32_t mask;
} Grams;

static uint32_t
gram_slot(const Grams *grams, const Py_UCS4 *gram)
{
    uint32_t hash = ((gram[0] * 31 + gram[1]) * 31 + gram[2]) * 31 + gram[3];
    uint32_t at = (hash * 2654435769u >> 12) & grams->mask;
    while (grams->places[at] && memcmp(grams->grams[grams->places[at] - 1], gram, sizeof(*grams->grams)))
        at = (at + 1) & grams->mask;
    return at;
}

static int
grams_open(Grams *grams, PyObject *list)
{
    Py_ssize_t size = PyList_GET_SIZE(list), room = 64;
    while (room < 4 * size && room < 1 << 20)
        room *= 2;
    grams->mask = (uint32_t)room - 1;
    grams->grams = PyMem_Calloc(size + 1, sizeof(*grams->grams));
    grams->places = PyMem_Calloc(room, sizeof(uint32_t));
    if (!grams->grams || !grams->places) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *gram = PyList_GET_ITEM(list, i);
        if (!PyUnicode_Check(gram) || PyUnicode_GET_LENGTH(gram) != GRAM || 2 * i > room) {
            PyErr_Format(PyExc_ValueError, "at most 500,000 grams of %d characters are wanted", GRAM);
            return -1;
        }
        for (int k = 0; k < GRAM; k++)
            grams->grams[i][k] = PyUnicode_READ_CHAR(gram, k);
        grams->places[gram_slot(grams, grams->grams[i])] = (uint32_t)i + 1;
    }
    return 0;
}

PyDoc_STRVAR(holding_doc, "holding(grams, vocabulary, numbers, /)\n--\n\n"
"For each of some grams the numbers of those words that hold it, as often as they do: see `reranking`.");

static PyObject *
native_holding(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *list, *object, *found = NULL;
    Vocabulary *vocabulary;
    Py_buffer numbers;
    if (!PyArg_ParseTuple(args, "O!O!O:holding", &PyList_Type, &list, &VocabularyType, &vocabulary, &object) ||
        numbers_open(&numbers, object) < 0)
        return NULL;
    Grams grams = {0};
    Py_ssize_t size = PyList_GET_SIZE(list);
    if (grams_open(&grams, list) < 0)
        goto end;
    found = PyList_New(size);
    for (Py_ssize_t i = 0; found && i < size; i++) {
        PyObject *holding = PyList_New(0);
        if (!holding)
            Py_CLEAR(found);
        else
            PyList_SET_ITEM(found, i, holding);
    }
    for (Py_ssize_t i = 0; found && i < numbers_count(&numbers); i++) {
        uint32_t number = number_at(&numbers, i);
        if (number >= vocabulary->count) {
            PyErr_SetString(PyExc_IndexError, "no word has this number");
            Py_CLEAR(found);
            break;
        }
        const Word *word = &vocabulary->words[number];
        const Py_UCS4 *codes = vocabulary->codes + word->start;
        Py_UCS4 window[GRAM] = {0, 0, 0, ' '};
        for (uint32_t k = 0; found && k <= word->size; k++) {
            Py_UCS4 code = k < word->size ? codes[k] : ' ';
            memmove(window, window + 1, (GRAM - 1) * sizeof(Py_UCS4));
            window[GRAM - 1] = code == '\'' ? ' ' : code;
            uint32_t place = grams.places[gram_slot(&grams, window)];
            PyObject *item = place ? PyLong_FromUnsignedLong(number) : NULL;
            if (place && (!item || PyList_Append(PyList_GET_ITEM(found, place - 1), item) < 0))
                Py_CLEAR(found);
            Py_XDECREF(item);
        }
    }
end:
    PyMem_Free(grams.grams);
    PyMem_Free(grams.places);
    PyBuffer_Release(&numbers);
    return found;
}

PyMethodDef counting_methods[] = {
    {"positions", native_positions, METH_VARARGS, positions_doc},
    {"distinct", native_distinct, METH_O, distinct_doc},
    {"holding", native_holding, METH_VARARGS, holding_doc},
    {NULL, NULL, 0, NULL},
};

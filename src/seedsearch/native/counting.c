/* What the order of passages asks of the words of a pool: see `analysis.several`, `pool` and `reranking`. */

#include "native.h"

/* Most of what is remembered lies in no cache of the processor. Each step below is taken for all words before the next one, so
   that the memory of one word is fetched while others are looked at: a third of the time. */
#if defined(__GNUC__) || defined(__clang__)
#define FETCH(place) __builtin_prefetch(place)
#else
#define FETCH(place) ((void)(place))
#endif

typedef struct {
    PyObject *word, *value;
    uint64_t hash;
} Sought;

/* The words of a list but for runs, with their hashes; gives how many, -1 for an error. */
static Py_ssize_t
seek(Sought *sought, PyObject *words, Table *kinds)
{
    Py_ssize_t count = 0;
    Py_UCS4 codes[LONGEST_KEY + 1];
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(words); i++) {
        PyObject *word = PyList_GET_ITEM(words, i);
        Text text = {codes, PyUnicode_CheckExact(word) ? PyUnicode_GET_LENGTH(word) : 0};
        if (text.size < 1 || text.size > LONGEST_KEY) {
            PyErr_Format(PyExc_ValueError, "words of 1 to %d characters are wanted", LONGEST_KEY);
            return -1;
        }
        if (!PyUnicode_AsUCS4(word, codes, LONGEST_KEY + 1, 1) || table_know(kinds, &text) < 0)
            return -1;
        if (!(told(kinds, codes[0]) & RUN))
            sought[count++] = (Sought){word, NULL, hash_of(codes, text.size)};
    }
    return count;
}

PyDoc_STRVAR(several_doc, "several(words, terms, kinds, /)\n--\n\n"
"Of a set of words those that the memo `terms` keeps something but None for, with that, and those it keeps nothing for; runs\n"
"are passed over.");

static PyObject *
native_several(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *words, *list, *found = NULL, *unknown = NULL, *both = NULL;
    Memo *terms;
    Table *kinds;
    if (!PyArg_ParseTuple(args, "O!O!O!:several", &PySet_Type, &words, &MemoType, &terms, &TableType, &kinds))
        return NULL;
    if (!(list = PySequence_List(words))) /* holds the words while `kinds` is asked */
        return NULL;
    Sought *sought = PyMem_Malloc((PyList_GET_SIZE(list) + 1) * sizeof(Sought));
    if (!sought) {
        Py_DECREF(list);
        return PyErr_NoMemory();
    }
    Py_ssize_t count = seek(sought, list, kinds);
    int failed = count < 0 || !(found = PyDict_New()) || !(unknown = PyList_New(0));
    if (!failed && terms->room) {
        for (Py_ssize_t i = 0; i < count; i++)
            FETCH(&terms->slots[sought[i].hash & (terms->room - 1)]);
        for (Py_ssize_t i = 0; i < count; i++)
            FETCH(terms->slots[sought[i].hash & (terms->room - 1)].entry);
        for (Py_ssize_t i = 0; i < count; i++) {
            Py_UCS4 codes[LONGEST_KEY + 1];
            if (PyUnicode_AsUCS4(sought[i].word, codes, LONGEST_KEY + 1, 1)) {
                Slot *slot = slot_of(terms, sought[i].hash, codes, PyUnicode_GET_LENGTH(sought[i].word));
                sought[i].value = slot->entry ? slot->entry->value : NULL;
                FETCH(sought[i].value);
            }
        }
    }
    for (Py_ssize_t i = 0; i < count && !failed; i++) {
        if (!sought[i].value)
            failed = PyList_Append(unknown, sought[i].word) < 0;
        else if (sought[i].value != Py_None)
            failed = PyDict_SetItem(found, sought[i].word, sought[i].value) < 0;
    }
    if (!failed)
        both = PyTuple_Pack(2, found, unknown);
    Py_XDECREF(found);
    Py_XDECREF(unknown);
    Py_DECREF(list);
    PyMem_Free(sought);
    return both;
}

PyDoc_STRVAR(meeting_doc, "meeting(terms, wanted, /)\n--\n\n"
"The words that the dictionary `terms` has a term of the dictionary `wanted` for, in order.");

static PyObject *
native_meeting(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *terms, *wanted, *word, *several;
    if (!PyArg_ParseTuple(args, "O!O!:meeting", &PyDict_Type, &terms, &PyDict_Type, &wanted))
        return NULL;
    PyObject *found = PyList_New(0);
    Py_ssize_t place = 0;
    while (PyDict_Next(terms, &place, &word, &several))
        for (Py_ssize_t i = 0; PyTuple_Check(several) && i < PyTuple_GET_SIZE(several); i++)
            FETCH(PyTuple_GET_ITEM(several, i));
    place = 0;
    while (found && PyDict_Next(terms, &place, &word, &several)) {
        Py_ssize_t size = PyTuple_Check(several) ? PyTuple_GET_SIZE(several) : 0;
        int meets = 0;
        Py_INCREF(word);
        Py_INCREF(several);
        for (Py_ssize_t i = 0; i < size && meets == 0; i++)
            meets = PyDict_Contains(wanted, PyTuple_GET_ITEM(several, i));
        if (meets < 0 || (meets && PyList_Append(found, word) < 0))
            Py_CLEAR(found);
        Py_DECREF(word);
        Py_DECREF(several);
    }
    return found;
}

/* The list that a dictionary has for the word at a place; a new reference, NULL where it has none or for an error. */
static PyObject *
listed(PyObject *lists, PyObject *words, Py_ssize_t at)
{
    PyObject *word = Py_NewRef(PyList_GET_ITEM(words, at)), *list = PyDict_GetItemWithError(lists, word);
    if (list && !PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "a dictionary of lists is wanted");
        list = NULL;
    }
    Py_XINCREF(list);
    Py_DECREF(word);
    return list;
}

PyDoc_STRVAR(positions_doc, "positions(words, wanted, /)\n--\n\n"
"For the things in the lists of the dictionary `wanted` the indexes at which the words that they are listed for stand.");

static PyObject *
native_positions(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *words, *wanted;
    if (!PyArg_ParseTuple(args, "O!O!:positions", &PyList_Type, &words, &PyDict_Type, &wanted))
        return NULL;
    PyObject *found = PyDict_New();
    int failed = !found;
    for (Py_ssize_t at = 0; !failed && at < PyList_GET_SIZE(words); at++) {
        PyObject *things = listed(wanted, words, at), *number = things ? PyLong_FromSsize_t(at) : NULL;
        failed = PyErr_Occurred() != NULL;
        for (Py_ssize_t i = 0; things && !failed && i < PyList_GET_SIZE(things); i++) {
            PyObject *thing = Py_NewRef(PyList_GET_ITEM(things, i)), *places = PyDict_GetItemWithError(found, thing);
            if (places) {
                failed = PyList_Append(places, number) < 0;
            } else if (!(failed = PyErr_Occurred() || !(places = PyList_New(1)))) {
                PyList_SET_ITEM(places, 0, Py_NewRef(number));
                failed = PyDict_SetItem(found, thing, places) < 0;
                Py_DECREF(places);
            }
            Py_DECREF(thing);
        }
        Py_XDECREF(number);
        Py_XDECREF(things);
    }
    if (failed)
        Py_CLEAR(found);
    return found;
}

PyDoc_STRVAR(note_doc, "note(words, lists, number, /)\n--\n\n"
"Append a number to the list that the dictionary `lists` has for a word, for each of some words that it has one for.");

static PyObject *
native_note(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *words, *lists, *number;
    if (!PyArg_ParseTuple(args, "O!O!O:note", &PyList_Type, &words, &PyDict_Type, &lists, &number))
        return NULL;
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(words); at++) {
        PyObject *list = listed(lists, words, at);
        int failed = list ? PyList_Append(list, number) < 0 : PyErr_Occurred() != NULL;
        Py_XDECREF(list);
        if (failed)
            return NULL;
    }
    Py_RETURN_NONE;
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

PyDoc_STRVAR(holding_doc, "holding(grams, words, /)\n--\n\n"
"For each of some grams the words that hold it, as often as they do: see `reranking`.");

static PyObject *
native_holding(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *list, *words, *found = NULL;
    if (!PyArg_ParseTuple(args, "O!O!:holding", &PyList_Type, &list, &PyList_Type, &words))
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
    for (Py_ssize_t i = 0; found && i < PyList_GET_SIZE(words); i++) {
        PyObject *word = PyList_GET_ITEM(words, i);
        Py_ssize_t length = PyUnicode_Check(word) ? PyUnicode_GET_LENGTH(word) : 0;
        Py_UCS4 window[GRAM] = {0, 0, 0, ' '};
        for (Py_ssize_t k = 0; found && k <= length; k++) {
            Py_UCS4 code = k < length ? PyUnicode_READ_CHAR(word, k) : ' ';
            memmove(window, window + 1, (GRAM - 1) * sizeof(Py_UCS4));
            window[GRAM - 1] = code == '\'' ? ' ' : code;
            uint32_t place = grams.places[gram_slot(&grams, window)];
            if (place && PyList_Append(PyList_GET_ITEM(found, place - 1), word) < 0)
                Py_CLEAR(found);
        }
    }
end:
    PyMem_Free(grams.grams);
    PyMem_Free(grams.places);
    return found;
}

PyMethodDef counting_methods[] = {
    {"several", native_several, METH_VARARGS, several_doc},
    {"meeting", native_meeting, METH_VARARGS, meeting_doc},
    {"positions", native_positions, METH_VARARGS, positions_doc},
    {"note", native_note, METH_VARARGS, note_doc},
    {"holding", native_holding, METH_VARARGS, holding_doc},
    {NULL, NULL, 0, NULL},
};

/* What the order of passages asks of the words of a pool: see `pool` and `reranking`. */

#include "native.h"

/* Texts, and the vocabulary that their words are of. */
typedef struct {
    Py_buffer *texts;
    Py_ssize_t size;
    const Vocabulary *vocabulary;
} Texts;

static void
texts_close(Texts *texts)
{
    while (texts->size)
        PyBuffer_Release(&texts->texts[--texts->size]);
    PyMem_Free(texts->texts);
    texts->texts = NULL;
}

static int
texts_open(Texts *texts, PyObject *iterable, const Vocabulary *vocabulary)
{
    PyObject *tuple = PySequence_Tuple(iterable);
    texts->vocabulary = vocabulary;
    texts->size = 0;
    texts->texts = tuple ? PyMem_Calloc(PyTuple_GET_SIZE(tuple) + 1, sizeof(Py_buffer)) : NULL;
    int failed = !texts->texts;
    if (tuple && failed)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; !failed && i < PyTuple_GET_SIZE(tuple); i++)
        if (!(failed = PyObject_GetBuffer(PyTuple_GET_ITEM(tuple, i), &texts->texts[i], PyBUF_SIMPLE) < 0))
            texts->size++;
    Py_XDECREF(tuple);
    if (failed)
        texts_close(texts);
    return failed ? -1 : 0;
}

/* The note of the word at a place, NULL for a number that no word has. */
static uint32_t *
note_at(const Texts *texts, Py_ssize_t text, Py_ssize_t at)
{
    uint32_t number = number_at(&texts->texts[text], at);
    return number < texts->vocabulary->count ? &texts->vocabulary->notes[number] : NULL;
}

/* Things listed for words: a word's note is the place of its list, and one more. */
typedef struct {
    Vocabulary *vocabulary;
    uint32_t *words;
    Py_ssize_t *begins; /* of the lists, and the end of the last one */
    uint32_t *things;   /* all lists, one after the other */
    Py_ssize_t size;
} Wanted;

static void
wanted_close(Wanted *wanted)
{
    for (Py_ssize_t i = 0; i < wanted->size; i++)
        wanted->vocabulary->notes[wanted->words[i]] = 0;
    PyMem_Free(wanted->words);
    PyMem_Free(wanted->begins);
    PyMem_Free(wanted->things);
}

/* Take lists of things, which are numbers below `most`. From here to `wanted_close` no Python may run that could come here too. */
static int
wanted_open(Wanted *wanted, PyObject *lists, Vocabulary *vocabulary, Py_ssize_t most)
{
    PyObject *key, *list;
    Py_ssize_t place = 0, all = 0;
    if (most < 0) {
        PyErr_SetString(PyExc_ValueError, "no number is below 0");
        return -1;
    }
    while (PyDict_Next(lists, &place, &key, &list)) {
        if (!PyLong_CheckExact(key) || !PyList_CheckExact(list)) {
            PyErr_SetString(PyExc_TypeError, "lists of numbers by number are wanted");
            return -1;
        }
        all += PyList_GET_SIZE(list);
    }
    *wanted = (Wanted){.vocabulary = vocabulary};
    wanted->words = PyMem_Calloc(PyDict_GET_SIZE(lists) + 1, sizeof(uint32_t));
    wanted->begins = PyMem_Calloc(PyDict_GET_SIZE(lists) + 1, sizeof(Py_ssize_t));
    wanted->things = PyMem_Calloc(all + 1, sizeof(uint32_t));
    int failed = !wanted->words || !wanted->begins || !wanted->things;
    if (failed)
        PyErr_NoMemory();
    place = all = 0;
    while (!failed && PyDict_Next(lists, &place, &key, &list)) {
        unsigned long long word = PyLong_AsUnsignedLongLong(key);
        if ((failed = PyErr_Occurred() || word >= (unsigned long long)vocabulary->count))
            break;
        wanted->words[wanted->size] = (uint32_t)word;
        vocabulary->notes[word] = (uint32_t)++wanted->size;
        for (Py_ssize_t i = 0; !failed && i < PyList_GET_SIZE(list); i++) {
            PyObject *item = PyList_GET_ITEM(list, i);
            Py_ssize_t thing = PyLong_CheckExact(item) ? PyLong_AsSsize_t(item) : -1;
            failed = thing < 0 || thing >= most;
            wanted->things[all++] = (uint32_t)thing;
        }
        wanted->begins[wanted->size] = all;
    }
    if (failed && !PyErr_Occurred())
        PyErr_SetString(PyExc_IndexError, "a number is too great, or below 0");
    if (failed)
        wanted_close(wanted);
    return failed ? -1 : 0;
}

PyDoc_STRVAR(positions_doc, "positions(vocabulary, texts, wanted, most, /)\n--\n\n"
"For each text, as numbers of words, the indexes at which words stand for which things are listed in `wanted`, as a list for\n"
"each thing, which is a number below `most`.");

static PyObject *
native_positions(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *iterable, *lists, *found = NULL;
    Vocabulary *vocabulary;
    Py_ssize_t most;
    Texts texts;
    Wanted wanted;
    if (!PyArg_ParseTuple(args, "O!OO!n:positions", &VocabularyType, &vocabulary, &iterable, &PyDict_Type, &lists, &most) ||
        texts_open(&texts, iterable, vocabulary) < 0)
        return NULL;
    /* What a collection of garbage ends could come here too: up to Python 3.11 it may begin with any new list. */
    int collects = PyGC_Disable();
    PyObject *nowhere = PyTuple_New(0);
    if (!nowhere || wanted_open(&wanted, lists, vocabulary, most) < 0)
        goto end;
    found = PyList_New(texts.size);
    for (Py_ssize_t i = 0; found && i < texts.size; i++) {
        PyObject *places = PyList_New(most);
        if (!places) {
            Py_CLEAR(found);
            break;
        }
        PyList_SET_ITEM(found, i, places);
        for (Py_ssize_t thing = 0; thing < most; thing++)
            PyList_SET_ITEM(places, thing, Py_NewRef(nowhere));
        for (Py_ssize_t at = 0; found && at < count_in(&texts.texts[i]); at++) {
            const uint32_t *note = note_at(&texts, i, at);
            uint32_t list_number = note ? *note : 0;
            if (!list_number)
                continue;
            PyObject *index = PyLong_FromSsize_t(at);
            for (Py_ssize_t k = wanted.begins[list_number - 1]; index && k < wanted.begins[list_number]; k++) {
                PyObject *list = PyList_GET_ITEM(places, wanted.things[k]);
                if (list == nowhere) {
                    Py_DECREF(nowhere);
                    list = PyList_New(0);
                    PyList_SET_ITEM(places, wanted.things[k], list);
                }
                if (!list || PyList_Append(list, index) < 0)
                    Py_CLEAR(index);
            }
            if (!index)
                Py_CLEAR(found);
            Py_XDECREF(index);
        }
    }
    wanted_close(&wanted);
end:
    if (collects)
        PyGC_Enable();
    Py_XDECREF(nowhere);
    texts_close(&texts);
    return found;
}

/* Numbers with a point, as many as Python's sequence has; NULL for an error. */
double *
doubles(PyObject *sequence, Py_ssize_t size)
{
    PyObject *tuple = PySequence_Tuple(sequence);
    double *found = tuple ? PyMem_Calloc(size + 1, sizeof(double)) : NULL;
    if (tuple && !found)
        PyErr_NoMemory();
    if (found && PyTuple_GET_SIZE(tuple) != size)
        PyErr_SetString(PyExc_ValueError, "as many numbers as there are texts or things are wanted");
    for (Py_ssize_t i = 0; found && !PyErr_Occurred() && i < size; i++)
        found[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(tuple, i));
    Py_XDECREF(tuple);
    if (found && PyErr_Occurred()) {
        PyMem_Free(found);
        found = NULL;
    }
    return found;
}

PyObject *
list_of_doubles(const double *numbers, Py_ssize_t size)
{
    PyObject *list = PyList_New(size);
    for (Py_ssize_t i = 0; list && i < size; i++) {
        PyObject *number = PyFloat_FromDouble(numbers[i]);
        if (number)
            PyList_SET_ITEM(list, i, number);
        else
            Py_CLEAR(list);
    }
    return list;
}

PyDoc_STRVAR(gains_doc, "gains(vocabulary, texts, wanted, weights, lengths, half, /)\n--\n\n"
"For each text the weights of the things that are listed in `wanted` for its words, each weighed by how often they stand there,\n"
"as `ranking.saturate` has it; `half` is K1.");

static PyObject *
native_gains(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *iterable, *lists, *given, *norms, *found = NULL;
    Vocabulary *vocabulary;
    double half, *weights = NULL, *lengths = NULL, *sums = NULL;
    uint32_t *counts = NULL;
    Texts texts;
    Wanted wanted;
    if (!PyArg_ParseTuple(args, "O!OO!O!Od:gains", &VocabularyType, &vocabulary, &iterable, &PyDict_Type, &lists, &PyList_Type,
                          &given, &norms, &half) ||
        texts_open(&texts, iterable, vocabulary) < 0)
        return NULL;
    Py_ssize_t most = PyList_GET_SIZE(given);
    if (!(weights = doubles(given, most)) || !(lengths = doubles(norms, texts.size)))
        goto end;
    if (!(sums = PyMem_Calloc(texts.size + 1, sizeof(double))) || !(counts = PyMem_Calloc(most + 1, sizeof(uint32_t)))) {
        PyErr_NoMemory();
        goto end;
    }
    if (wanted_open(&wanted, lists, vocabulary, most) < 0)
        goto end;
    for (Py_ssize_t i = 0; i < texts.size; i++) {
        for (Py_ssize_t at = 0; at < count_in(&texts.texts[i]); at++) {
            const uint32_t *note = note_at(&texts, i, at);
            if (!note || !*note)
                continue;
            for (Py_ssize_t k = wanted.begins[*note - 1]; k < wanted.begins[*note]; k++)
                counts[wanted.things[k]]++;
        }
        for (Py_ssize_t thing = 0; thing < most; thing++) {
            if (counts[thing])
                sums[i] += weights[thing] * saturated(counts[thing] / lengths[i], half);
            counts[thing] = 0;
        }
    }
    wanted_close(&wanted);
    found = list_of_doubles(sums, texts.size);
end:
    PyMem_Free(weights);
    PyMem_Free(lengths);
    PyMem_Free(sums);
    PyMem_Free(counts);
    texts_close(&texts);
    return found;
}

PyDoc_STRVAR(distinct_doc, "distinct(vocabulary, texts, /)\n--\n\n"
"The numbers that stand in any of some texts, each once, in order, as bytes of unsigned integers.");

static PyObject *
native_distinct(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *iterable, *bytes = NULL;
    Vocabulary *vocabulary;
    Numbers found = {0};
    Texts texts;
    if (!PyArg_ParseTuple(args, "O!O:distinct", &VocabularyType, &vocabulary, &iterable) ||
        texts_open(&texts, iterable, vocabulary) < 0)
        return NULL;
    int failed = 0;
    for (Py_ssize_t i = 0; i < texts.size; i++) {
        for (Py_ssize_t at = 0; !failed && at < count_in(&texts.texts[i]); at++) {
            uint32_t *note = note_at(&texts, i, at);
            if (note && !*note && !(failed = numbers_append(&found, (uint32_t)(note - vocabulary->notes)) < 0))
                *note = 1;
        }
    }
    for (Py_ssize_t i = 0; i < found.size; i++)
        vocabulary->notes[found.items[i]] = 0;
    if (!failed)
        bytes = numbers_bytes(&found);
    PyMem_Free(found.items);
    texts_close(&texts);
    return bytes;
}

enum { GRAM = 4 };

/* The characters of a gram, two in a number. */
typedef struct {
    uint64_t left, right;
} Gram;

/* The gram that ends with one more character. */
static inline Gram
gram_next(Gram gram, Py_UCS4 code)
{
    return (Gram){gram.left << 32 | gram.right >> 32, gram.right << 32 | code};
}

/* Grams by their characters: a table of places in a list, each place and one more, 0 for none. */
typedef struct {
    Gram *grams;
    uint32_t *places;
    uint32_t mask;
} Grams;

static inline uint32_t
gram_slot(const Grams *grams, Gram gram)
{
    uint64_t hash = (gram.left * 31 + gram.right) * 0x9E3779B97F4A7C15u;
    uint32_t at = (uint32_t)(hash >> 40) & grams->mask;
    for (const Gram *other; grams->places[at]; at = (at + 1) & grams->mask) {
        other = &grams->grams[grams->places[at] - 1];
        if (other->left == gram.left && other->right == gram.right)
            break;
    }
    return at;
}

static int
grams_open(Grams *grams, PyObject *list)
{
    Py_ssize_t size = PyList_GET_SIZE(list), room = 64;
    while (room < 4 * size && room < 1 << 20)
        room *= 2;
    grams->mask = (uint32_t)room - 1;
    grams->grams = PyMem_Calloc(size + 1, sizeof(Gram));
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
            grams->grams[i] = gram_next(grams->grams[i], PyUnicode_READ_CHAR(gram, k));
        grams->places[gram_slot(grams, grams->grams[i])] = (uint32_t)i + 1;
    }
    return 0;
}

/* Have the memory of a word fetched that comes soon, by its number, or then its characters. */
static inline void
fetch_soon(const Vocabulary *vocabulary, const Py_buffer *numbers, Py_ssize_t at, int its_characters)
{
    uint32_t number = at < count_in(numbers) ? number_at(numbers, at) : UNKNOWN;
    if (number >= vocabulary->count)
        return;
    if (its_characters)
        FETCH(vocabulary->codes + vocabulary->words[number].start);
    else
        FETCH(&vocabulary->words[number]);
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
        PyObject_GetBuffer(object, &numbers, PyBUF_SIMPLE) < 0)
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
    for (Py_ssize_t i = 0; found && i < count_in(&numbers); i++) {
        uint32_t number = number_at(&numbers, i);
        if (number >= vocabulary->count) {
            PyErr_SetString(PyExc_IndexError, "no word has this number");
            Py_CLEAR(found);
            break;
        }
        const Word *word = &vocabulary->words[number];
        const Py_UCS4 *codes = vocabulary->codes + word->start;
        Gram gram = {0, ' '};
        fetch_soon(vocabulary, &numbers, i + AHEAD, 0);
        fetch_soon(vocabulary, &numbers, i + AHEAD / 2, 1);
        for (uint32_t k = 0; found && k <= word->size; k++) {
            gram = gram_next(gram, k < word->size && codes[k] != '\'' ? codes[k] : ' ');
            uint32_t place = grams.places[gram_slot(&grams, gram)];
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
    {"gains", native_gains, METH_VARARGS, gains_doc},
    {"distinct", native_distinct, METH_VARARGS, distinct_doc},
    {"holding", native_holding, METH_VARARGS, holding_doc},
    {NULL, NULL, 0, NULL},
};

/* Words as numbers: see `vocabulary`. */

#include "native.h"

int
numbers_append(Numbers *numbers, uint32_t number)
{
    if (numbers->size == numbers->room) {
        Py_ssize_t room = numbers->room ? 2 * numbers->room : 256;
        uint32_t *items = PyMem_Realloc(numbers->items, room * sizeof(uint32_t));
        if (!items) {
            PyErr_NoMemory();
            return -1;
        }
        numbers->items = items;
        numbers->room = room;
    }
    numbers->items[numbers->size++] = number;
    return 0;
}

/* The bytes of numbers, as Python gets them. */
PyObject *
numbers_bytes(const Numbers *numbers)
{
    return PyBytes_FromStringAndSize((const char *)numbers->items, numbers->size * (Py_ssize_t)sizeof(uint32_t));
}

/* The cell of a string, or the free one where it belongs. */
static Cell *
cell_of(const Vocabulary *vocabulary, uint32_t hash, const Py_UCS4 *codes, Py_ssize_t size)
{
    Py_ssize_t at = hash & (vocabulary->room - 1);
    for (;; at = (at + 1) & (vocabulary->room - 1)) {
        Cell *cell = &vocabulary->cells[at];
        const Py_UCS4 *word = vocabulary->codes + cell->start;
        if (!cell->start || (cell->hash == hash && word[-2] == (Py_UCS4)size && !memcmp(word, codes, size * sizeof(Py_UCS4))))
            return cell;
    }
}

/* Room for twice as many words as there are. */
static int
vocabulary_grow(Vocabulary *vocabulary)
{
    Py_ssize_t room = vocabulary->room ? 2 * vocabulary->room : 4096;
    Cell *cells = PyMem_Calloc(room, sizeof(Cell));
    Word *words = cells ? PyMem_Realloc(vocabulary->words, room / 2 * sizeof(Word)) : NULL;
    if (words)
        vocabulary->words = words;
    uint32_t *notes = words ? PyMem_Calloc(room / 2, sizeof(uint32_t)) : NULL;
    if (!notes) {
        PyMem_Free(cells);
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < vocabulary->room; i++) {
        if (vocabulary->cells[i].start) {
            Py_ssize_t at = vocabulary->cells[i].hash & (room - 1);
            while (cells[at].start)
                at = (at + 1) & (room - 1);
            cells[at] = vocabulary->cells[i];
        }
    }
    PyMem_Free(vocabulary->cells);
    if (vocabulary->notes)
        memcpy(notes, vocabulary->notes, vocabulary->count * sizeof(uint32_t));
    PyMem_Free(vocabulary->notes);
    vocabulary->cells = cells;
    vocabulary->notes = notes;
    vocabulary->room = room;
    return 0;
}

/* The number of a string, a new one if it has none; UNKNOWN for an error. `hash` is that of `hash_of`. */
static uint32_t
number_of(Vocabulary *vocabulary, uint32_t hash, const Py_UCS4 *codes, Py_ssize_t size)
{
    if (vocabulary->room) {
        Cell *cell = cell_of(vocabulary, hash, codes, size);
        if (cell->start)
            return vocabulary->codes[cell->start - 1];
    }
    if (2 * (vocabulary->count + 1) > vocabulary->room && vocabulary_grow(vocabulary) < 0)
        return UNKNOWN;
    Py_ssize_t start = vocabulary->used + 2;
    if (start + size > vocabulary->space) {
        Py_ssize_t space = 2 * (start + size) + 8192;
        Py_UCS4 *grown = space < UINT32_MAX ? PyMem_Realloc(vocabulary->codes, space * sizeof(Py_UCS4)) : NULL;
        if (!grown) {
            PyErr_NoMemory();
            return UNKNOWN;
        }
        vocabulary->codes = grown;
        vocabulary->space = space;
    }
    uint32_t number = (uint32_t)vocabulary->count++;
    vocabulary->codes[start - 2] = (Py_UCS4)size;
    vocabulary->codes[start - 1] = number;
    memcpy(vocabulary->codes + start, codes, size * sizeof(Py_UCS4));
    vocabulary->words[number] = (Word){(uint32_t)start, (uint32_t)size};
    vocabulary->used = start + size;
    *cell_of(vocabulary, hash, codes, size) = (Cell){hash, (uint32_t)start};
    return number;
}

static int
word_open(Text *text, PyObject *string)
{
    if (PyUnicode_Check(string))
        return text_open(text, string);
    PyErr_SetString(PyExc_TypeError, "a word is a string");
    return -1;
}

/* The number of a string of Python, a new one if it has none; UNKNOWN for an error. */
static uint32_t
number_of_string(Vocabulary *vocabulary, PyObject *string)
{
    Text text;
    if (word_open(&text, string) < 0)
        return UNKNOWN;
    uint32_t number = number_of(vocabulary, (uint32_t)hash_of(text.codes, text.size), text.codes, text.size);
    PyMem_Free(text.codes);
    return number;
}

static PyObject *
vocabulary_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(keywords))
{
    return PyArg_ParseTuple(args, ":Vocabulary") ? type->tp_alloc(type, 0) : NULL;
}

static void
vocabulary_dealloc(Vocabulary *vocabulary)
{
    PyMem_Free(vocabulary->codes);
    PyMem_Free(vocabulary->words);
    PyMem_Free(vocabulary->notes);
    PyMem_Free(vocabulary->cells);
    Py_TYPE(vocabulary)->tp_free((PyObject *)vocabulary);
}

static Py_ssize_t
vocabulary_length(Vocabulary *vocabulary)
{
    return vocabulary->count;
}

PyDoc_STRVAR(number_doc, "number(word, /)\n--\n\nThe number of a word; -1 where it has none.");

static PyObject *
vocabulary_number(Vocabulary *vocabulary, PyObject *string)
{
    Text text;
    if (word_open(&text, string) < 0)
        return NULL;
    uint32_t start = 0;
    if (vocabulary->room)
        start = cell_of(vocabulary, (uint32_t)hash_of(text.codes, text.size), text.codes, text.size)->start;
    PyMem_Free(text.codes);
    return PyLong_FromLong(start ? (long)vocabulary->codes[start - 1] : -1);
}

PyDoc_STRVAR(word_doc, "word(number, /)\n--\n\nThe word that has a number.");

static PyObject *
vocabulary_word(Vocabulary *vocabulary, PyObject *argument)
{
    Py_ssize_t number = PyNumber_AsSsize_t(argument, PyExc_IndexError);
    if (number == -1 && PyErr_Occurred())
        return NULL;
    if (number < 0 || number >= vocabulary->count) {
        PyErr_SetString(PyExc_IndexError, "no word has this number");
        return NULL;
    }
    const Word *word = &vocabulary->words[number];
    return text_from(vocabulary->codes + word->start, word->size);
}

static PyMethodDef vocabulary_methods[] = {
    {"number", (PyCFunction)vocabulary_number, METH_O, number_doc},
    {"word", (PyCFunction)vocabulary_word, METH_O, word_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(vocabulary_doc, "Vocabulary()\n--\n\nWords by number, in the order in which they were met, and the reverse.");

static PySequenceMethods vocabulary_sequence = {.sq_length = (lenfunc)vocabulary_length};

PyTypeObject VocabularyType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "seedsearch._native.Vocabulary",
    .tp_basicsize = sizeof(Vocabulary),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = vocabulary_doc,
    .tp_new = vocabulary_new,
    .tp_dealloc = (destructor)vocabulary_dealloc,
    .tp_as_sequence = &vocabulary_sequence,
    .tp_methods = vocabulary_methods,
};

/* Stems: of the words of a vocabulary in texts of one language. */

enum { MET = 1, DULL = 2 }; /* flags of a word */

/* Room for the words that the vocabulary has, and some more. */
static int
stems_reserve(Stems *stems)
{
    Py_ssize_t room = 2 * stems->vocabulary->count + 1024;
    if (stems->vocabulary->count <= stems->room)
        return 0;
    uint32_t *of = PyMem_Realloc(stems->of, room * sizeof(uint32_t));
    if (of)
        stems->of = of;
    uint8_t *flags = of ? PyMem_Realloc(stems->flags, room) : NULL;
    if (!flags) {
        PyErr_NoMemory();
        return -1;
    }
    memset(flags + stems->room, 0, room - stems->room);
    memset(of + stems->room, 0xFF, (room - stems->room) * sizeof(uint32_t)); /* UNKNOWN */
    stems->flags = flags;
    stems->room = room;
    return 0;
}

/* The number of a word that was met in a text; UNKNOWN for an error. The kinds of its characters are known. */
uint32_t
stems_meet(Stems *stems, const Table *kinds, uint32_t hash, const Py_UCS4 *codes, Py_ssize_t size)
{
    uint32_t number = number_of(stems->vocabulary, hash, codes, size);
    if (number == UNKNOWN || stems_reserve(stems) < 0)
        return UNKNOWN;
    uint8_t *flags = &stems->flags[number];
    if (*flags & MET)
        return number;
    int is_number = 1;
    for (Py_ssize_t i = 0; i < size && is_number; i++)
        is_number = Py_UNICODE_ISDIGIT(codes[i]);
    if (is_number)
        *flags |= DULL;
    if (!(told(kinds, codes[0]) & RUN) && numbers_append(&stems->fresh, number) < 0)
        return UNKNOWN;
    *flags |= MET;
    stems->of[number] = *flags & DULL ? NOTHING : number;
    return number;
}

static PyObject *
stems_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(keywords))
{
    Vocabulary *vocabulary;
    PyObject *dull, *words;
    if (!PyArg_ParseTuple(args, "O!O:Stems", &VocabularyType, &vocabulary, &dull) || !(words = PySequence_List(dull)))
        return NULL;
    Stems *stems = (Stems *)type->tp_alloc(type, 0);
    if (stems)
        stems->vocabulary = (Vocabulary *)Py_NewRef(vocabulary);
    for (Py_ssize_t i = 0; stems && i < PyList_GET_SIZE(words); i++) {
        uint32_t number = number_of_string(vocabulary, PyList_GET_ITEM(words, i));
        if (number == UNKNOWN || stems_reserve(stems) < 0)
            Py_CLEAR(stems);
        else
            stems->flags[number] |= DULL;
    }
    Py_DECREF(words);
    return (PyObject *)stems;
}

static void
stems_dealloc(Stems *stems)
{
    PyMem_Free(stems->of);
    PyMem_Free(stems->flags);
    PyMem_Free(stems->fresh.items);
    Py_XDECREF(stems->vocabulary);
    Py_TYPE(stems)->tp_free((PyObject *)stems);
}

PyDoc_STRVAR(stems_cut_doc, "cut(text, kinds, odd, /)\n--\n\n"
"The numbers of the words of a folded text, and those of what hyphens join in it, as bytes of unsigned integers.");

static PyObject *
stems_cut(Stems *stems, PyObject *args)
{
    PyObject *string;
    Table *kinds;
    Memo *odd;
    if (!PyArg_ParseTuple(args, "UO!O!:cut", &string, &TableType, &kinds, &MemoType, &odd))
        return NULL;
    return cut_numbers(stems, kinds, odd, string);
}

PyDoc_STRVAR(stems_fresh_doc, "fresh()\n--\n\n"
"The numbers of the words that were met for the first time since this was last asked; runs are passed over.");

static PyObject *
stems_fresh(Stems *stems, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list && i < stems->fresh.size; i++) {
        PyObject *number = PyLong_FromUnsignedLong(stems->fresh.items[i]);
        if (!number || PyList_Append(list, number) < 0)
            Py_CLEAR(list);
        Py_XDECREF(number);
    }
    if (list)
        stems->fresh.size = 0;
    return list;
}

PyDoc_STRVAR(stems_set_doc, "set(number, stem, /)\n--\n\nTell the stem of a word, which otherwise is the word itself.");

static PyObject *
stems_set(Stems *stems, PyObject *args)
{
    Py_ssize_t number;
    PyObject *string;
    if (!PyArg_ParseTuple(args, "nU:set", &number, &string))
        return NULL;
    if (number < 0 || number >= stems->vocabulary->count || number >= stems->room || !(stems->flags[number] & MET)) {
        PyErr_SetString(PyExc_IndexError, "no word that was met has this number");
        return NULL;
    }
    uint32_t stem = number_of_string(stems->vocabulary, string);
    if (stem == UNKNOWN)
        return NULL;
    if (!(stems->flags[number] & DULL))
        stems->of[number] = stem;
    Py_RETURN_NONE;
}

static PyMethodDef stems_methods[] = {
    {"cut", (PyCFunction)stems_cut, METH_VARARGS, stems_cut_doc},
    {"fresh", (PyCFunction)stems_fresh, METH_NOARGS, stems_fresh_doc},
    {"set", (PyCFunction)stems_set, METH_VARARGS, stems_set_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(stems_doc, "Stems(vocabulary, dull, /)\n--\n\n"
"The stems of the words of a vocabulary in texts of one language; the words `dull` and numbers have none.");

PyTypeObject StemsType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "seedsearch._native.Stems",
    .tp_basicsize = sizeof(Stems),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = stems_doc,
    .tp_new = stems_new,
    .tp_dealloc = (destructor)stems_dealloc,
    .tp_methods = stems_methods,
};

/* Texts gone through character by character: the loops that take most of the time of indexing and of a query.

   Each function does what a few lines of Python do as well, in a tenth of the time; the Python stands beside its use, is the
   oracle of the tests, and takes over where this module could not be compiled. What is said of a character comes from Python,
   once for each that is met (Table); what is written for a word too (Memo). So no rule of the analysis stands here but how a
   text is cut, which `cutting` tells in words. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Kinds of characters: `letters.kind`. */
enum { RUN = 1, IDEOGRAPH = 2, BLANK = 4, LETTER = 8, MARK = 16 };

enum { LONGEST_GAP = 3, LONGEST_TERM = 64 }; /* characters: `cutting` */
enum { LONGEST_KEY = 80 };                   /* characters of what is remembered */

/* A text as code points, with a NUL behind it. */
typedef struct {
    Py_UCS4 *codes;
    Py_ssize_t size;
} Text;

static int
text_open(Text *text, PyObject *string)
{
    text->size = PyUnicode_GET_LENGTH(string);
    text->codes = PyUnicode_AsUCS4Copy(string);
    return text->codes ? 0 : -1;
}

static PyObject *
text_from(const Py_UCS4 *codes, Py_ssize_t size)
{
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, codes, size);
}

/* What is written, piece by piece. */
typedef struct {
    Py_UCS4 *codes;
    Py_ssize_t size, room;
} Output;

static int
output_reserve(Output *output, Py_ssize_t more)
{
    if (output->size + more <= output->room)
        return 0;
    Py_ssize_t room = 2 * (output->size + more);
    Py_UCS4 *codes = PyMem_Realloc(output->codes, room * sizeof(Py_UCS4));
    if (!codes) {
        PyErr_NoMemory();
        return -1;
    }
    output->codes = codes;
    output->room = room;
    return 0;
}

static int
output_string(Output *output, PyObject *string)
{
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

/* Table: a function of characters, asked once for each that is met. It gives a number, a string or None. */

enum { PAGE = 256, PAGES = 0x110000 / PAGE };
static const uint32_t UNKNOWN = 0xFFFFFFFF;
static const uint32_t NOTHING = 0xFFFFFFFE;
static const uint32_t STRINGS = 0x110000; /* of strings those of one character are its number, others this and their place */

typedef struct {
    PyObject_HEAD
    PyObject *function, *strings;
    uint32_t *pages[PAGES];
} Table;

static PyTypeObject TableType;

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
    (*page)[code % PAGE] = number;
    return PyErr_Occurred() ? -1 : 0;
}

/* What the table says of a character it knows. */
static inline uint32_t
told(const Table *table, Py_UCS4 code)
{
    return table->pages[code / PAGE][code % PAGE];
}

/* Let the table know all characters of a text, and the NUL behind it. */
static int
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

static int
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

static void
table_dealloc(Table *table)
{
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
    if (!PyArg_ParseTuple(args, "Un:count", &string, &size) || table_read(table, string, &text) < 0)
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
    while (i < text.size && !(told(table, text.codes[i]) & bits))
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

static PyTypeObject TableType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "seedsearch._native.Table",
    .tp_basicsize = sizeof(Table),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = table_doc,
    .tp_new = table_new,
    .tp_dealloc = (destructor)table_dealloc,
    .tp_methods = table_methods,
};

/* Memo: a function of strings, asked once for each that is met; all is forgotten when there are too many. */

typedef struct {
    PyObject *value;
    Py_ssize_t size;
    Py_UCS4 codes[];
} Entry;

typedef struct {
    uint64_t hash;
    Entry *entry;
} Slot;

typedef struct {
    PyObject_HEAD
    PyObject *function; /* None gives each string itself */
    Slot *slots;
    Py_ssize_t room, used, most; /* `room` is a power of two */
} Memo;

static PyTypeObject MemoType;

static void
memo_forget(Memo *memo)
{
    Slot *slots = memo->slots;
    Py_ssize_t room = memo->room;
    memo->slots = NULL;
    memo->room = memo->used = 0;
    for (Py_ssize_t i = 0; i < room; i++) {
        if (slots[i].entry)
            Py_DECREF(slots[i].entry->value);
        PyMem_Free(slots[i].entry);
    }
    PyMem_Free(slots);
}

static uint64_t
hash_of(const Py_UCS4 *codes, Py_ssize_t size)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (Py_ssize_t i = 0; i < size; i++)
        hash = (hash ^ codes[i]) * 1099511628211u;
    hash *= 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
}

/* The slot of a string, or the free one where it belongs. */
static Slot *
slot_of(const Memo *memo, uint64_t hash, const Py_UCS4 *codes, Py_ssize_t size)
{
    uint64_t at = hash & (memo->room - 1);
    for (;; at = (at + 1) & (memo->room - 1)) {
        Slot *slot = &memo->slots[at];
        if (!slot->entry || (slot->hash == hash && slot->entry->size == size &&
                             !memcmp(slot->entry->codes, codes, size * sizeof(Py_UCS4))))
            return slot;
    }
}

static int
memo_grow(Memo *memo)
{
    Py_ssize_t room = memo->room ? 2 * memo->room : 1024;
    Slot *slots = PyMem_Calloc(room, sizeof(Slot));
    if (!slots) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < memo->room; i++) {
        if (memo->slots[i].entry) {
            uint64_t at = memo->slots[i].hash & (room - 1);
            while (slots[at].entry)
                at = (at + 1) & (room - 1);
            slots[at] = memo->slots[i];
        }
    }
    PyMem_Free(memo->slots);
    memo->slots = slots;
    memo->room = room;
    return 0;
}

/* Remember what the function gave for a string. */
static int
memo_keep(Memo *memo, uint64_t hash, const Py_UCS4 *codes, Py_ssize_t size, PyObject *value)
{
    if (memo->used >= memo->most)
        memo_forget(memo);
    if (2 * (memo->used + 1) > memo->room && memo_grow(memo) < 0)
        return -1;
    Slot *slot = slot_of(memo, hash, codes, size);
    if (slot->entry) /* the function has come here too */
        return 0;
    Entry *entry = PyMem_Malloc(sizeof(Entry) + size * sizeof(Py_UCS4));
    if (!entry) {
        PyErr_NoMemory();
        return -1;
    }
    entry->value = Py_NewRef(value);
    entry->size = size;
    memcpy(entry->codes, codes, size * sizeof(Py_UCS4));
    *slot = (Slot){hash, entry};
    memo->used++;
    return 0;
}

/* What the function gives for a string; a new reference. */
static PyObject *
recall(Memo *memo, const Py_UCS4 *codes, Py_ssize_t size)
{
    uint64_t hash = hash_of(codes, size);
    if (memo->room) {
        Slot *slot = slot_of(memo, hash, codes, size);
        if (slot->entry)
            return Py_NewRef(slot->entry->value);
    }
    PyObject *key = text_from(codes, size), *value = key;
    if (key && memo->function != Py_None) {
        value = PyObject_CallOneArg(memo->function, key);
        Py_DECREF(key);
    }
    if (value && size <= LONGEST_KEY && memo_keep(memo, hash, codes, size, value) < 0)
        Py_CLEAR(value);
    return value;
}

static PyObject *
memo_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(keywords))
{
    PyObject *function;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "On:Memo", &function, &most))
        return NULL;
    Memo *memo = (Memo *)type->tp_alloc(type, 0);
    if (memo) {
        memo->function = Py_NewRef(function);
        memo->most = most;
    }
    return (PyObject *)memo;
}

static void
memo_dealloc(Memo *memo)
{
    memo_forget(memo);
    Py_XDECREF(memo->function);
    Py_TYPE(memo)->tp_free((PyObject *)memo);
}

PyDoc_STRVAR(keep_doc, "keep(string, value, /)\n--\n\n"
"Remember what the function would give for a string.");

static PyObject *
memo_keep_value(Memo *memo, PyObject *args)
{
    PyObject *string, *value;
    Text text;
    if (!PyArg_ParseTuple(args, "UO:keep", &string, &value) || text_open(&text, string) < 0)
        return NULL;
    int failed = text.size <= LONGEST_KEY &&
                 memo_keep(memo, hash_of(text.codes, text.size), text.codes, text.size, value) < 0;
    PyMem_Free(text.codes);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

PyDoc_STRVAR(strings_doc, "strings()\n--\n\n"
"The set of what is remembered, where the function gives the strings themselves.");

static PyObject *
memo_strings(Memo *memo, PyObject *Py_UNUSED(none))
{
    PyObject *found = PySet_New(NULL);
    for (Py_ssize_t i = 0; found && i < memo->room; i++)
        if (memo->slots[i].entry && PySet_Add(found, memo->slots[i].entry->value) < 0)
            Py_CLEAR(found);
    return found;
}

static PyMethodDef memo_methods[] = {
    {"strings", (PyCFunction)memo_strings, METH_NOARGS, strings_doc},
    {"keep", (PyCFunction)memo_keep_value, METH_VARARGS, keep_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(memo_doc, "Memo(function, most, /)\n--\n\n"
"A function of strings, asked once for each that is met; at most so many are remembered. None gives the strings themselves.");

static PyTypeObject MemoType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "seedsearch._native.Memo",
    .tp_basicsize = sizeof(Memo),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = memo_doc,
    .tp_new = memo_new,
    .tp_dealloc = (destructor)memo_dealloc,
    .tp_methods = memo_methods,
};

/* Cutting: see `cutting`. */

/* The next letter of the chain that has one at `at`; -1 where the chain ends there. */
static Py_ssize_t
next_letter(const Table *kinds, const Text *text, Py_ssize_t at)
{
    Py_ssize_t next = at + 1, newlines = 0;
    while (next < text->size && next - at <= LONGEST_GAP && told(kinds, text->codes[next]) & BLANK)
        newlines += text->codes[next++] == '\n';
    if (next >= text->size)
        return -1;
    uint32_t kind = told(kinds, text->codes[next]);
    int is_next = next == at + 1 || (newlines < 2 && told(kinds, text->codes[at]) & kind & IDEOGRAPH);
    return is_next && kind & RUN ? next : -1;
}

/* Whether a character may stand in a word, or beside one so that it tells what the word is. */
static inline int
is_of_word(const Table *kinds, Py_UCS4 code)
{
    return told(kinds, code) & (LETTER | MARK) || code == '\'' || code == '.' || code == ',' || code == '_';
}

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

/* A word that need not stand in the text as it is: "us" for "u.s.". */
static int
found_odd(Found *found, const Text *text, PyObject *word, Py_ssize_t start, Py_ssize_t end)
{
    Py_UCS4 codes[LONGEST_TERM];
    Py_ssize_t size = PyUnicode_GET_LENGTH(word);
    if (found->has_spans)
        return found_span(found, start, end);
    if (!found->words || size > LONGEST_TERM)
        return found_string(found, Py_NewRef(word), text->codes, start, end);
    if (!PyUnicode_AsUCS4(word, codes, LONGEST_TERM, 0))
        return -1;
    return found_string(found, recall(found->words, codes, size), text->codes, start, end);
}

/* The words of what stands between two places and holds a stop or comma inside a word, as Python sees them. */
static int
cut_odd(Found *found, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *words = recall(found->odd, text->codes + start, end - start);
    Py_ssize_t size = words ? PyList_GET_SIZE(words) : -1;
    int failed = !words;
    for (Py_ssize_t i = 0; i < size && !failed; i++) {
        PyObject *word;
        Py_ssize_t first, last;
        failed = !PyArg_ParseTuple(PyList_GET_ITEM(words, i), "Unn", &word, &first, &last) ||
                 found_odd(found, text, word, start + first, start + last) < 0;
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
    if (table_read(kinds, string, &text) < 0)
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
    found.words = Py_TYPE(words) == &MemoType ? (Memo *)words : NULL;
    found.joined = PyList_CheckExact(joined) ? joined : NULL;
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
    Py_ssize_t size = PyTuple_Size(wanted), *numbers = size < 0 ? NULL : PyMem_Malloc((size + 1) * sizeof(Py_ssize_t));
    if (size >= 0 && !numbers)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < size && numbers; i++)
        numbers[i] = PyLong_AsSsize_t(PyTuple_GET_ITEM(wanted, i));
    if (numbers && !PyErr_Occurred()) {
        numbers[size] = -1;
        found.wanted = numbers;
        spans = cut(&found, kinds, string);
    }
    PyMem_Free(numbers);
    return spans;
}

/* What an engine's tokenizer is given: see `streams`. */

/* What is written for a bigram, which stand in it as the signs U+E000 and U+E001. */
static int
write_pair(Output *output, PyObject *way, Py_UCS4 one, Py_UCS4 other)
{
    Py_ssize_t start = output->size;
    if (output_string(output, way) < 0)
        return -1;
    for (Py_UCS4 *code = output->codes + start; code < output->codes + output->size; code++)
        *code = *code == 0xE000 ? one : *code == 0xE001 ? other : *code;
    return output_reserve(output, 1) < 0 ? -1 : (output->codes[output->size++] = ' ', 0);
}

/* The bigrams of a chain that begins at `at`; gives the place behind it. */
static Py_ssize_t
write_chain(Output *output, PyObject *ways, const Table *kinds, const Text *text, Py_ssize_t at)
{
    const Py_UCS4 *codes = text->codes;
    Py_ssize_t next = next_letter(kinds, text, at);
    if (next < 0 && write_pair(output, PyTuple_GET_ITEM(ways, 2), codes[at], 0) < 0)
        return -1;
    while (next >= 0) {
        Py_ssize_t following = next_letter(kinds, text, next);
        int is_last = following < 0 && codes[at] != codes[next];
        if (write_pair(output, PyTuple_GET_ITEM(ways, is_last), codes[at], codes[next]) < 0)
            return -1;
        at = next;
        next = following;
    }
    return at + 1;
}

static inline int
is_joined(const Table *kinds, Py_UCS4 code)
{
    return is_of_word(kinds, code) || code == '-';
}

static inline int
is_edge(Py_UCS4 code)
{
    return code == '\'' || code == '-' || code == '.' || code == ',';
}

/* What is written for the words that stand together from `at` on; gives the place behind them.

   A hyphen beside a chain may join a word of it to the next: all that hyphens hang together there is asked for at once.
   `chain` is the place where the chain before `at` begins, and what is written for it begins at `before`. */
static Py_ssize_t
write_chunk(Output *output, Memo *words, PyObject *exact, const Table *kinds, const Text *text, Py_ssize_t at,
            Py_ssize_t chain, Py_ssize_t before)
{
    const Py_UCS4 *codes = text->codes;
    Py_ssize_t start = at, next;
    PyObject *written;
    while (is_joined(kinds, codes[at]))
        at++;
    if (at - start == 1 && codes[start] != '-' && !(told(kinds, codes[start]) & LETTER))
        return at;
    int hangs_before = codes[start] == '-' && start && told(kinds, codes[start - 1]) & RUN;
    if (hangs_before || (codes[at - 1] == '-' && told(kinds, codes[at]) & RUN)) {
        if (hangs_before) {
            start = chain;
            output->size = before;
        }
        while (codes[at - 1] == '-' && told(kinds, codes[at]) & RUN) {
            for (; (next = next_letter(kinds, text, at)) >= 0; at = next)
                ;
            if (codes[++at] == '-')
                while (is_joined(kinds, codes[at]))
                    at++;
        }
        PyObject *region = text_from(codes + start, at - start);
        written = region ? PyObject_CallOneArg(exact, region) : NULL;
        Py_XDECREF(region);
    } else {
        Py_ssize_t end = at;
        while (start < end && is_edge(codes[start]))
            start++;
        while (start < end && is_edge(codes[end - 1]))
            end--;
        if (start == end)
            return at;
        written = recall(words, codes + start, end - start);
    }
    if (!written || output_string(output, written) < 0 || output_reserve(output, 1) < 0)
        at = -1;
    else if (PyUnicode_GET_LENGTH(written))
        output->codes[output->size++] = ' ';
    Py_XDECREF(written);
    return at;
}

PyDoc_STRVAR(written_doc, "written(text, kinds, words, exact, ways, /)\n--\n\n"
"What is written for a folded text: see `streams`.");

static PyObject *
native_written(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *string, *exact, *ways, *found = NULL;
    Table *kinds;
    Memo *words;
    Text text;
    if (!PyArg_ParseTuple(args, "UO!O!OO!:written", &string, &TableType, &kinds, &MemoType, &words, &exact, &PyTuple_Type,
                          &ways) || table_read(kinds, string, &text) < 0)
        return NULL;
    Output output = {NULL, 0, 0};
    Py_ssize_t at = output_reserve(&output, 4 * text.size + 1), chain = 0, before = 0;
    while (at >= 0 && at < text.size) {
        if (told(kinds, text.codes[at]) & RUN) {
            chain = at;
            before = output.size;
            at = write_chain(&output, ways, kinds, &text, at);
        } else if (is_joined(kinds, text.codes[at])) {
            at = write_chunk(&output, words, exact, kinds, &text, at, chain, before);
        } else {
            at++;
        }
    }
    if (at >= 0)
        found = text_from(output.codes, output.size - (output.size > 0));
    PyMem_Free(output.codes);
    PyMem_Free(text.codes);
    return found;
}

/* How large a text is: see `ingest.sizes`. */

enum { GAP, WORD, STOP, HAN, THAI };
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
        if (kind == GAP) {
            while (at < size && told(kinds, codes[at]) == GAP)
                at++;
            memset(bytes + start, at - start < WORDS_OF_GAP ? ' ' : 'x', at - start);
            bytes[start] = ' ';
            for (Py_ssize_t last = start + WORDS_OF_GAP - 1; last < at; last += WORDS_OF_GAP)
                bytes[last] = 'b';
            continue;
        }
        if (kind == HAN) {
            at += at + 1 < size && told(kinds, codes[at + 1]) == HAN ? 2 : 1;
            for (int marks = 0; marks < MOST_STOPS && at < size && told(kinds, codes[at]) == STOP; marks++)
                at++;
        } else if (kind == THAI) {
            while (at < size && at - start < 5 && told(kinds, codes[at]) == THAI)
                at++;
        } else {
            while (at < size && at - start < LONGEST_WORD &&
                   (told(kinds, codes[at]) == WORD || told(kinds, codes[at]) == STOP))
                at++;
        }
        memset(bytes + start, 'x', at - start);
        bytes[start] = 'b';
    }
    PyMem_Free(text.codes);
    return found;
}

/* What the order of passages asks of the words of a pool: see `analysis.several` and `reranking`. */

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

/* The words of a set but for runs, with their hashes; gives how many, -1 for an error. */
static Py_ssize_t
seek(Sought *sought, PyObject *words, Table *kinds)
{
    PyObject *word, *iterator = PyObject_GetIter(words);
    Py_ssize_t count = iterator ? 0 : -1;
    Py_UCS4 codes[LONGEST_KEY + 1];
    while (count >= 0 && (word = PyIter_Next(iterator))) {
        Text text = {codes, 0};
        if (PyUnicode_Check(word) && PyUnicode_GET_LENGTH(word) <= LONGEST_KEY)
            text.size = PyUnicode_GET_LENGTH(word);
        if (!text.size || !PyUnicode_AsUCS4(word, codes, LONGEST_KEY + 1, 1) || table_know(kinds, &text) < 0)
            count = -1;
        else if (!(told(kinds, codes[0]) & RUN))
            sought[count++] = (Sought){word, NULL, hash_of(codes, text.size)};
        Py_DECREF(word); /* the set holds it */
    }
    Py_XDECREF(iterator);
    if (count < 0 && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "words of 1 to %d characters are wanted", LONGEST_KEY);
    return PyErr_Occurred() ? -1 : count;
}

PyDoc_STRVAR(several_doc, "several(words, terms, kinds, /)\n--\n\n"
"Of a set of words those that the memo `terms` keeps something but None for, with that, and those it keeps nothing for; runs\n"
"are passed over.");

static PyObject *
native_several(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *words, *found = NULL, *unknown = NULL, *both = NULL;
    Memo *terms;
    Table *kinds;
    if (!PyArg_ParseTuple(args, "O!O!O!:several", &PySet_Type, &words, &MemoType, &terms, &TableType, &kinds))
        return NULL;
    Sought *sought = PyMem_Malloc((PySet_GET_SIZE(words) + 1) * sizeof(Sought));
    if (!sought)
        return PyErr_NoMemory();
    Py_ssize_t count = seek(sought, words, kinds);
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
        for (Py_ssize_t i = 0; i < size && meets == 0; i++)
            meets = PyDict_Contains(wanted, PyTuple_GET_ITEM(several, i));
        if (meets < 0 || (meets && PyList_Append(found, word) < 0))
            Py_CLEAR(found);
    }
    return found;
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
        PyObject *things = PyDict_GetItemWithError(wanted, PyList_GET_ITEM(words, at));
        Py_ssize_t size = things && PyList_Check(things) ? PyList_GET_SIZE(things) : 0;
        PyObject *number = size ? PyLong_FromSsize_t(at) : NULL;
        failed = PyErr_Occurred() != NULL;
        for (Py_ssize_t i = 0; i < size && !failed; i++) {
            PyObject *thing = PyList_GET_ITEM(things, i), *places = PyDict_GetItemWithError(found, thing);
            if (places) {
                failed = PyList_Append(places, number) < 0;
            } else if (!(failed = PyErr_Occurred() || !(places = PyList_New(1)))) {
                PyList_SET_ITEM(places, 0, Py_NewRef(number));
                failed = PyDict_SetItem(found, thing, places) < 0;
                Py_DECREF(places);
            }
        }
        Py_XDECREF(number);
    }
    if (failed)
        Py_CLEAR(found);
    return found;
}

PyDoc_STRVAR(tally_doc, "tally(words, wanted, /)\n--\n\n"
"How often words stand in a list for which the things in the lists of the dictionary `wanted` are listed, by thing.");

static PyObject *
native_tally(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *words, *wanted;
    if (!PyArg_ParseTuple(args, "O!O!:tally", &PyList_Type, &words, &PyDict_Type, &wanted))
        return NULL;
    PyObject *found = PyDict_New();
    int failed = !found;
    for (Py_ssize_t at = 0; !failed && at < PyList_GET_SIZE(words); at++) {
        PyObject *things = PyDict_GetItemWithError(wanted, PyList_GET_ITEM(words, at));
        Py_ssize_t size = things && PyList_Check(things) ? PyList_GET_SIZE(things) : 0;
        failed = PyErr_Occurred() != NULL;
        for (Py_ssize_t i = 0; i < size && !failed; i++) {
            PyObject *thing = PyList_GET_ITEM(things, i), *known = PyDict_GetItemWithError(found, thing);
            PyObject *count = PyErr_Occurred() ? NULL : PyLong_FromSsize_t(1 + (known ? PyLong_AsSsize_t(known) : 0));
            failed = !count || PyDict_SetItem(found, thing, count) < 0;
            Py_XDECREF(count);
        }
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
        PyObject *list = PyDict_GetItemWithError(lists, PyList_GET_ITEM(words, at));
        if (PyErr_Occurred() || (list && PyList_Append(list, number) < 0))
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
    if (grams_open(&grams, list) < 0)
        goto end;
    found = PyList_New(PyList_GET_SIZE(list));
    for (Py_ssize_t i = 0; found && i < PyList_GET_SIZE(list); i++) {
        PyObject *holding = PyList_New(0);
        if (!holding)
            Py_CLEAR(found);
        else
            PyList_SET_ITEM(found, i, holding);
    }
    for (Py_ssize_t i = 0; found && i < PyList_GET_SIZE(words); i++) {
        PyObject *word = PyList_GET_ITEM(words, i);
        Py_ssize_t size = PyUnicode_Check(word) ? PyUnicode_GET_LENGTH(word) : 0;
        Py_UCS4 window[GRAM] = {0, 0, 0, ' '};
        for (Py_ssize_t k = 0; found && k <= size; k++) {
            Py_UCS4 code = k < size ? PyUnicode_READ_CHAR(word, k) : ' ';
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

static PyMethodDef functions[] = {
    {"words", native_words, METH_VARARGS, words_doc},
    {"spans", native_spans, METH_VARARGS, spans_doc},
    {"written", native_written, METH_VARARGS, written_doc},
    {"several", native_several, METH_VARARGS, several_doc},
    {"meeting", native_meeting, METH_VARARGS, meeting_doc},
    {"positions", native_positions, METH_VARARGS, positions_doc},
    {"tally", native_tally, METH_VARARGS, tally_doc},
    {"note", native_note, METH_VARARGS, note_doc},
    {"holding", native_holding, METH_VARARGS, holding_doc},
    {"begins", native_begins, METH_VARARGS, begins_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "seedsearch._native",
    .m_doc = "Texts gone through character by character.",
    .m_size = -1,
    .m_methods = functions,
};

PyMODINIT_FUNC
PyInit__native(void)
{
    if (PyType_Ready(&TableType) < 0 || PyType_Ready(&MemoType) < 0)
        return NULL;
    PyObject *made = PyModule_Create(&module);
    if (made && (PyModule_AddObjectRef(made, "Table", (PyObject *)&TableType) < 0 ||
                 PyModule_AddObjectRef(made, "Memo", (PyObject *)&MemoType) < 0))
        Py_CLEAR(made);
    return made;
}

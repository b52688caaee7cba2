/* A folded text -> its words: see `cutting`. */

#include "native.h"

/* A word of a text, at [start, end). One of two characters is copied and has no `codes`: a bigram may stand in no one place. */
typedef struct {
    const Py_UCS4 *codes;
    Py_UCS4 pair[2];
    Py_ssize_t size, start, end;
    uint32_t hash;
} Waiting;

/* What is collected: words, or their spans, or their numbers; of spans all, or those of the words numbered in `wanted`. */
typedef struct {
    PyObject *list; /* NULL where numbers are collected */
    Memo *odd;
    int has_spans;
    const Py_ssize_t *wanted; /* ascending, with a -1 behind them; NULL for all */
    Py_ssize_t number;
    Stems *stems; /* NULL where words or spans are collected */
    Numbers numbers, joined;
    Py_ssize_t behind; /* the place behind the last word */
    Waiting waiting[AHEAD];
    size_t met, told; /* words so far, and those of them that have got their number: the others wait */
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

/* A word of a text; with the one before it, if a hyphen joins them. */
static int
found_number(Found *found, const Table *kinds, const Text *text, const Waiting *one)
{
    const Py_UCS4 *word = one->codes ? one->codes : one->pair;
    uint32_t number = stems_meet(found->stems, kinds, one->hash, word, one->size);
    if (number == UNKNOWN)
        return -1;
    if (found->numbers.size && one->start == found->behind + 1 && text->codes[found->behind] == '-') {
        const Vocabulary *vocabulary = found->stems->vocabulary;
        const Word *left = &vocabulary->words[found->numbers.items[found->numbers.size - 1]];
        if (left->size < LONGEST_TERM / 2) {
            Py_UCS4 both[LONGEST_TERM];
            Py_ssize_t rest = Py_MIN(one->size, LONGEST_TERM - (Py_ssize_t)left->size);
            memcpy(both, vocabulary->codes + left->start, left->size * sizeof(Py_UCS4));
            memcpy(both + left->size, word, rest * sizeof(Py_UCS4));
            Py_ssize_t whole = left->size + rest;
            uint32_t joined = stems_meet(found->stems, kinds, (uint32_t)hash_of(both, whole), both, whole);
            if (joined == UNKNOWN || numbers_append(&found->joined, joined) < 0)
                return -1;
        }
    }
    found->behind = one->end;
    return numbers_append(&found->numbers, number);
}

/* The numbers of the words that wait, but for the last `left`. */
static int
found_waiting(Found *found, const Table *kinds, const Text *text, size_t left)
{
    while (found->met - found->told > left)
        if (found_number(found, kinds, text, &found->waiting[found->told++ % AHEAD]) < 0)
            return -1;
    return 0;
}

/* Have the memory fetched where the cell of a string stands, or then its word. */
static inline void
fetch_cell(const Vocabulary *vocabulary, uint32_t hash)
{
    if (vocabulary->room)
        FETCH(&vocabulary->cells[hash & (vocabulary->room - 1)]);
}

static inline void
fetch_word(const Vocabulary *vocabulary, uint32_t hash)
{
    if (vocabulary->room)
        FETCH(vocabulary->codes + vocabulary->cells[hash & (vocabulary->room - 1)].start);
}

/* As `found_number`, when others have been met: to fetch the cell of a word that is rare takes as long as to cut ten words. */
static int
found_later(Found *found, const Table *kinds, const Text *text, const Py_UCS4 *codes, Py_ssize_t size, Py_ssize_t start,
            Py_ssize_t end)
{
    if (found_waiting(found, kinds, text, AHEAD - 1) < 0)
        return -1;
    Waiting *one = &found->waiting[found->met++ % AHEAD];
    *one = (Waiting){codes, {codes[0], 0}, size, start, end, (uint32_t)hash_of(codes, size)};
    if (size == 2) {
        one->codes = NULL;
        one->pair[1] = codes[1];
    }
    fetch_cell(found->stems->vocabulary, one->hash);
    if (found->met - found->told > AHEAD / 2)
        fetch_word(found->stems->vocabulary, found->waiting[(found->met - AHEAD / 2 - 1) % AHEAD].hash);
    return 0;
}

/* The word that stands at [start, end), or a bigram of the characters there. */
static int
found_word(Found *found, const Table *kinds, const Text *text, const Py_UCS4 *codes, Py_ssize_t size, Py_ssize_t start,
           Py_ssize_t end)
{
    size = Py_MIN(size, LONGEST_TERM);
    if (found->has_spans)
        return found_span(found, start, end);
    if (found->stems)
        return found_later(found, kinds, text, codes, size, start, end);
    return found_append(found, text_from(codes, size));
}

/* As `found_word`, of a word as Python has it. */
static int
found_string(Found *found, Table *kinds, const Text *text, PyObject *word, Py_ssize_t start, Py_ssize_t end)
{
    if (found->has_spans)
        return found_span(found, start, end);
    if (!found->stems)
        return found_append(found, Py_NewRef(word));
    Text letters;
    if (!PyUnicode_GET_LENGTH(word)) {
        PyErr_SetString(PyExc_ValueError, "a word has letters");
        return -1;
    }
    if (table_read(kinds, word, &letters) < 0)
        return -1;
    Py_ssize_t size = Py_MIN(letters.size, LONGEST_TERM);
    Waiting one = {letters.codes, {0, 0}, size, start, end, (uint32_t)hash_of(letters.codes, size)};
    int failed = found_waiting(found, kinds, text, 0) < 0 || found_number(found, kinds, text, &one) < 0;
    PyMem_Free(letters.codes);
    return failed ? -1 : 0;
}

/* The words of what stands between two places and holds a stop or comma inside a word, as Python sees them. */
static int
cut_odd(Found *found, Table *kinds, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    const Py_UCS4 *codes = text->codes + start;
    PyObject *words = recall(found->odd, hash_of(codes, end - start), codes, end - start);
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
            failed = found_string(found, kinds, text, word, start + first, start + last) < 0;
        }
        Py_DECREF(item);
    }
    Py_XDECREF(words);
    return failed ? -1 : 0;
}

/* The words from `at` on, up to what cannot stand beside a word; gives the place of that. */
static Py_ssize_t
cut_chunk(Found *found, Table *kinds, const Text *text, Py_ssize_t at)
{
    const Py_UCS4 *codes = text->codes;
    Py_ssize_t end = at;
    int is_odd = 0;
    for (; is_of_word(kinds, codes[end]); end++)
        is_odd |= (codes[end] == '.' || codes[end] == ',') &&
                  (told(kinds, codes[end + 1]) & LETTER || codes[end + 1] == '_');
    if (is_odd)
        return cut_odd(found, kinds, text, at, end) < 0 ? -1 : end;
    while (at < end) {
        if (!(told(kinds, codes[at]) & LETTER)) {
            at++;
            continue;
        }
        Py_ssize_t start = at++;
        while (told(kinds, codes[at]) & (LETTER | MARK) || (codes[at] == '\'' && told(kinds, codes[at + 1]) & LETTER))
            at++;
        if (found_word(found, kinds, text, codes + start, at - start, start, at) < 0)
            return -1;
    }
    return end;
}

/* The bigrams of a chain that begins at `at`, or its only letter; gives the place behind it. */
static Py_ssize_t
cut_chain(Found *found, const Table *kinds, const Text *text, Py_ssize_t at)
{
    Py_ssize_t next = next_letter(kinds, text, at);
    if (next < 0 && found_word(found, kinds, text, text->codes + at, 1, at, at + 1) < 0)
        return -1;
    for (; next >= 0; at = next, next = next_letter(kinds, text, at)) {
        Py_UCS4 pair[2] = {text->codes[at], text->codes[next]};
        if (found_word(found, kinds, text, pair, 2, at, next + 1) < 0)
            return -1;
    }
    return at + 1;
}

/* Collect what is wanted of a text. */
static int
cut(Found *found, Table *kinds, PyObject *string)
{
    Text text;
    if (kinds_read(kinds, string, &text) < 0)
        return -1;
    Py_ssize_t at = 0;
    while (at >= 0 && at < text.size && !(found->wanted && *found->wanted < 0)) {
        if (told(kinds, text.codes[at]) & RUN)
            at = cut_chain(found, kinds, &text, at);
        else if (is_of_word(kinds, text.codes[at]))
            at = cut_chunk(found, kinds, &text, at);
        else
            at++;
    }
    if (at >= 0 && found_waiting(found, kinds, &text, 0) < 0)
        at = -1;
    PyMem_Free(text.codes);
    return at < 0 ? -1 : 0;
}

/* The words or spans of a text as a list. */
static PyObject *
cut_list(Found *found, Table *kinds, PyObject *string)
{
    found->list = PyList_New(0);
    if (found->list && cut(found, kinds, string) < 0)
        Py_CLEAR(found->list);
    return found->list;
}

/* The numbers of the words of a text, and of what hyphens join in it. */
PyObject *
cut_numbers(Stems *stems, Table *kinds, Memo *odd, PyObject *string)
{
    Found found = {.stems = stems, .odd = odd};
    PyObject *numbers = NULL, *joined = NULL, *both = NULL;
    if (cut(&found, kinds, string) == 0 && (numbers = numbers_bytes(&found.numbers)) && (joined = numbers_bytes(&found.joined)))
        both = PyTuple_Pack(2, numbers, joined);
    Py_XDECREF(numbers);
    Py_XDECREF(joined);
    PyMem_Free(found.numbers.items);
    PyMem_Free(found.joined.items);
    return both;
}

PyDoc_STRVAR(words_doc, "words(text, kinds, odd, /)\n--\n\n"
"The words of a folded text: see `cutting.words`. `odd` gives the words of what holds a stop or comma inside a word.");

static PyObject *
native_words(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *string;
    Table *kinds;
    Found found = {0};
    if (!PyArg_ParseTuple(args, "UO!O!:words", &string, &TableType, &kinds, &MemoType, &found.odd))
        return NULL;
    return cut_list(&found, kinds, string);
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
        return cut_list(&found, kinds, string);
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
        spans = cut_list(&found, kinds, string);
    }
    PyMem_Free(numbers);
    return spans;
}

PyMethodDef cutting_methods[] = {
    {"words", native_words, METH_VARARGS, words_doc},
    {"spans", native_spans, METH_VARARGS, spans_doc},
    {NULL, NULL, 0, NULL},
};

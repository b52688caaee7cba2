/* A folded text -> what an engine's own tokenizer is given: see `streams`. */

#include "native.h"

/* Words that stand together, of which the memo is asked what is written for them. */
typedef struct {
    const Py_UCS4 *codes;
    Py_ssize_t size;
    uint64_t hash;
} Chunk;

/* What is written, and what waits to be written behind it. */
typedef struct {
    Output output;
    Memo *words;
    Chunk waiting[AHEAD];
    size_t met, done; /* chunks so far, and those of them that are written */
} Writing;

/* Write what was given for a chunk (NULL: an error came instead), and let go of it. */
static int
write_given(Output *output, PyObject *given)
{
    int failed = !given || output_string(output, given) < 0 || output_reserve(output, 1) < 0;
    if (!failed && PyUnicode_GET_LENGTH(given))
        output->codes[output->size++] = ' ';
    Py_XDECREF(given);
    return failed ? -1 : 0;
}

/* Write the chunks that wait, but for the last `left`. */
static int
write_waiting(Writing *writing, size_t left)
{
    while (writing->met - writing->done > left) {
        const Chunk *chunk = &writing->waiting[writing->done++ % AHEAD];
        if (write_given(&writing->output, recall(writing->words, chunk->hash, chunk->codes, chunk->size)) < 0)
            return -1;
    }
    return 0;
}

/* Have the memory fetched where the slot of a string stands, or then its entry, or then what that holds. */
static inline void
fetch_slot(const Memo *memo, uint64_t hash)
{
    if (memo->room)
        FETCH(&memo->slots[hash & (memo->room - 1)]);
}

static inline void
fetch_entry(const Memo *memo, uint64_t hash)
{
    if (memo->room)
        FETCH(memo->slots[hash & (memo->room - 1)].entry);
}

static inline void
fetch_value(const Memo *memo, uint64_t hash)
{
    const Entry *entry = memo->room ? memo->slots[hash & (memo->room - 1)].entry : NULL;
    if (entry)
        FETCH(entry->value);
}

/* Write a chunk when others have been met: to fetch what is known of a word that is rare takes as long as to go over ten. */
static int
write_later(Writing *writing, const Py_UCS4 *codes, Py_ssize_t size)
{
    if (write_waiting(writing, AHEAD - 1) < 0)
        return -1;
    uint64_t hash = hash_of(codes, size);
    fetch_slot(writing->words, hash);
    writing->waiting[writing->met++ % AHEAD] = (Chunk){codes, size, hash};
    size_t waiting = writing->met - writing->done;
    if (waiting > AHEAD / 3)
        fetch_entry(writing->words, writing->waiting[(writing->met - 1 - AHEAD / 3) % AHEAD].hash);
    if (waiting > 2 * AHEAD / 3)
        fetch_value(writing->words, writing->waiting[(writing->met - 1 - 2 * AHEAD / 3) % AHEAD].hash);
    return 0;
}

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
write_chunk(Writing *writing, PyObject *exact, const Table *kinds, const Text *text, Py_ssize_t at, Py_ssize_t chain,
            Py_ssize_t before)
{
    const Py_UCS4 *codes = text->codes;
    Py_ssize_t start = at, next;
    while (is_joined(kinds, codes[at]))
        at++;
    if (at - start == 1 && codes[start] != '-' && !(told(kinds, codes[start]) & LETTER))
        return at;
    int hangs_before = codes[start] == '-' && start && told(kinds, codes[start - 1]) & RUN;
    if (hangs_before || (codes[at - 1] == '-' && told(kinds, codes[at]) & RUN)) {
        if (hangs_before) { /* nothing waits: before the chain all was written, and no chunk was met since */
            start = chain;
            writing->output.size = before;
        }
        while (codes[at - 1] == '-' && told(kinds, codes[at]) & RUN) {
            for (; (next = next_letter(kinds, text, at)) >= 0; at = next)
                ;
            if (codes[++at] == '-')
                while (is_joined(kinds, codes[at]))
                    at++;
        }
        if (write_waiting(writing, 0) < 0)
            return -1;
        PyObject *region = text_from(codes + start, at - start);
        PyObject *given = region ? PyObject_CallOneArg(exact, region) : NULL;
        Py_XDECREF(region);
        return write_given(&writing->output, given) < 0 ? -1 : at;
    }
    Py_ssize_t end = at;
    while (start < end && is_edge(codes[start]))
        start++;
    while (start < end && is_edge(codes[end - 1]))
        end--;
    return start < end && write_later(writing, codes + start, end - start) < 0 ? -1 : at;
}

PyDoc_STRVAR(written_doc, "written(text, kinds, words, exact, ways, /)\n--\n\n"
"What is written for a folded text: see `streams`.");

static PyObject *
native_written(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *string, *exact, *ways, *found = NULL;
    Table *kinds;
    Text text;
    Writing writing = {0};
    Output *output = &writing.output;
    if (!PyArg_ParseTuple(args, "UO!O!OO!:written", &string, &TableType, &kinds, &MemoType, &writing.words, &exact,
                          &PyTuple_Type, &ways))
        return NULL;
    if (PyTuple_GET_SIZE(ways) != 3) {
        PyErr_SetString(PyExc_ValueError, "three ways to write are wanted");
        return NULL;
    }
    if (kinds_read(kinds, string, &text) < 0)
        return NULL;
    Py_ssize_t at = output_reserve(output, 2 * text.size + 1), chain = 0, before = 0;
    while (at >= 0 && at < text.size) {
        if (told(kinds, text.codes[at]) & RUN) {
            if (write_waiting(&writing, 0) < 0)
                break;
            chain = at;
            before = output->size;
            at = write_chain(output, ways, kinds, &text, at);
        } else if (is_joined(kinds, text.codes[at])) {
            at = write_chunk(&writing, exact, kinds, &text, at, chain, before);
        } else {
            at++;
        }
    }
    if (at >= text.size && write_waiting(&writing, 0) == 0)
        found = text_from(output->codes, output->size - (output->size > 0));
    PyMem_Free(output->codes);
    PyMem_Free(text.codes);
    return found;
}

PyMethodDef writing_methods[] = {
    {"written", native_written, METH_VARARGS, written_doc},
    {NULL, NULL, 0, NULL},
};

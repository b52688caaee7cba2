/* What the best passages of a pool have in common, and how much of it each passage has: `reranking`. */

#include "native.h"
#include <stdlib.h>

/* A pool, as Python hands it over. */
typedef struct {
    Py_ssize_t pages, terms;
    Stems **stems; /* of the language of each page */
    Py_buffer *words;
    double *lengths, *trusts, *rarities; /* for each page two; for each number of pages one */
    uint32_t *names;  /* for each term its number */
    uint32_t *counts; /* for each term how often it stands in each page */
} Shared;

/* A term that tells what the best passages are about, and how loudly. */
typedef struct {
    double weight;
    uint32_t term;
    const Vocabulary *vocabulary;
    uint32_t name;
} Telling;

static int
louder(const void *one, const void *another)
{
    const Telling *left = one, *right = another;
    if (left->weight != right->weight)
        return left->weight > right->weight ? -1 : 1;
    const Word *here = &left->vocabulary->words[left->name], *there = &right->vocabulary->words[right->name];
    for (uint32_t i = 0; i < here->size && i < there->size; i++) {
        Py_UCS4 a = left->vocabulary->codes[here->start + i], b = right->vocabulary->codes[there->start + i];
        if (a != b)
            return a < b ? -1 : 1;
    }
    return here->size < there->size ? -1 : here->size > there->size;
}

static int
shared_open(Shared *shared, PyObject *pages, PyObject *lengths, PyObject *trusts, PyObject *rarities)
{
    Py_ssize_t size = PyTuple_GET_SIZE(pages);
    shared->stems = PyMem_Calloc(size + 1, sizeof(Stems *));
    shared->words = PyMem_Calloc(size + 1, sizeof(Py_buffer));
    if (!shared->stems || !shared->words) {
        PyErr_NoMemory();
        return -1;
    }
    for (; shared->pages < size; shared->pages++) {
        PyObject *page = PyTuple_GET_ITEM(pages, shared->pages), *words;
        Stems *stems;
        if (!PyTuple_Check(page)) {
            PyErr_SetString(PyExc_TypeError, "stems and numbers are wanted of each passage");
            return -1;
        }
        if (!PyArg_ParseTuple(page, "O!O", &StemsType, &stems, &words))
            return -1;
        if (stems->vocabulary != (shared->pages ? shared->stems[0] : stems)->vocabulary) {
            PyErr_SetString(PyExc_ValueError, "words of one vocabulary are wanted");
            return -1;
        }
        if (PyObject_GetBuffer(words, &shared->words[shared->pages], PyBUF_SIMPLE) < 0)
            return -1;
        shared->stems[shared->pages] = stems;
    }
    int failed = !(shared->lengths = doubles(lengths, size)) || !(shared->trusts = doubles(trusts, size)) ||
                 !(shared->rarities = doubles(rarities, size + 1));
    return failed ? -1 : 0;
}

/* The stem of a word of a page; NOTHING where it has none. */
static uint32_t
stem_at(const Shared *shared, Py_ssize_t page, Py_ssize_t at)
{
    const Stems *stems = shared->stems[page];
    uint32_t number = number_at(&shared->words[page], at);
    return number < stems->room && number < stems->vocabulary->count ? stems->of[number] : NOTHING;
}

/* Name the terms of the trusted pages, and count them in all. */
static int
shared_count(Shared *shared)
{
    Py_ssize_t most = 0, known = shared->pages ? shared->stems[0]->vocabulary->count : 0;
    uint32_t *notes = shared->pages ? shared->stems[0]->vocabulary->notes : NULL; /* the place of a term, and one more */
    for (Py_ssize_t i = 0; i < shared->pages; i++)
        most += shared->trusts[i] >= 0 ? count_in(&shared->words[i]) : 0;
    if (!(shared->names = PyMem_Calloc(most + 1, sizeof(uint32_t))))
        return -1;
    for (Py_ssize_t i = 0; i < shared->pages; i++) {
        for (Py_ssize_t at = 0; shared->trusts[i] >= 0 && at < count_in(&shared->words[i]); at++) {
            uint32_t stem = stem_at(shared, i, at);
            if (stem < known && !notes[stem]) {
                shared->names[shared->terms++] = stem;
                notes[stem] = (uint32_t)shared->terms;
            }
        }
    }
    shared->counts = PyMem_Calloc(shared->terms * shared->pages + 1, sizeof(uint32_t));
    for (Py_ssize_t i = 0; shared->counts && i < shared->pages; i++) {
        for (Py_ssize_t at = 0; at < count_in(&shared->words[i]); at++) {
            uint32_t stem = stem_at(shared, i, at);
            if (stem < known && notes[stem])
                shared->counts[(notes[stem] - 1) * shared->pages + i]++;
        }
    }
    for (Py_ssize_t term = 0; term < shared->terms; term++)
        notes[shared->names[term]] = 0;
    return shared->counts ? 0 : -1;
}

/* In how many pages a term stands. */
static Py_ssize_t
spread(const Shared *shared, Py_ssize_t term)
{
    Py_ssize_t found = 0;
    for (Py_ssize_t i = 0; i < shared->pages; i++)
        found += shared->counts[term * shared->pages + i] > 0;
    return found;
}

/* What a term in a page counts. */
static double
gain(const Shared *shared, Py_ssize_t term, Py_ssize_t page, double half)
{
    return saturated(shared->counts[term * shared->pages + page] / shared->lengths[page], half);
}

PyDoc_STRVAR(feedback_doc, "feedback(pages, lengths, trusts, rarities, most, half, /)\n--\n\n"
"For each page, given as its `Stems` and the numbers of its words, how much it has of what the trusted ones share. Of each the\n"
"length and the trust are given, which is below 0 for those that tell nothing, and for each number of pages the rarity of a\n"
"term that so many have. The `most` telling terms count. `half` is K1 of `ranking`.");

static PyObject *
native_feedback(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given, *lengths, *trusts, *rarities, *pages, *found = NULL;
    Py_ssize_t most, count = 0;
    double half, *sums = NULL;
    if (!PyArg_ParseTuple(args, "OOOOnd:feedback", &given, &lengths, &trusts, &rarities, &most, &half) ||
        !(pages = PySequence_Tuple(given)))
        return NULL;
    Shared shared = {0};
    Telling *telling = NULL;
    if (shared_open(&shared, pages, lengths, trusts, rarities) < 0)
        goto end;
    if (shared_count(&shared) < 0 || !(sums = PyMem_Calloc(shared.pages + 1, sizeof(double))) ||
        !(telling = PyMem_Calloc(shared.terms + 1, sizeof(Telling)))) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t term = 0; term < shared.terms; term++) {
        Py_ssize_t held = spread(&shared, term);
        if (held < 2)
            continue;
        Telling *one = &telling[count++];
        *one = (Telling){0, (uint32_t)term, shared.stems[0]->vocabulary, shared.names[term]};
        for (Py_ssize_t i = 0; i < shared.pages; i++)
            if (shared.trusts[i] >= 0 && shared.counts[term * shared.pages + i])
                one->weight += shared.trusts[i] * gain(&shared, term, i, half) * shared.rarities[held];
    }
    qsort(telling, count, sizeof(Telling), louder);
    for (Py_ssize_t k = 0; k < count && k < most; k++) {
        double rarity = shared.rarities[spread(&shared, telling[k].term)];
        for (Py_ssize_t i = 0; i < shared.pages; i++)
            if (shared.counts[telling[k].term * shared.pages + i])
                sums[i] += telling[k].weight * rarity * gain(&shared, telling[k].term, i, half);
    }
    found = list_of_doubles(sums, shared.pages);
end:
    for (Py_ssize_t i = 0; i < shared.pages; i++)
        PyBuffer_Release(&shared.words[i]);
    PyMem_Free(shared.stems);
    PyMem_Free(shared.words);
    PyMem_Free(shared.lengths);
    PyMem_Free(shared.trusts);
    PyMem_Free(shared.rarities);
    PyMem_Free(shared.names);
    PyMem_Free(shared.counts);
    PyMem_Free(telling);
    PyMem_Free(sums);
    Py_DECREF(pages);
    return found;
}

PyMethodDef feedback_methods[] = {
    {"feedback", native_feedback, METH_VARARGS, feedback_doc},
    {NULL, NULL, 0, NULL},
};

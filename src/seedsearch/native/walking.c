/* Which features of a text an automaton meets: see `ingest.chances`. */

#include "native.h"

/* A row of numbers of Python's. */
typedef struct {
    Py_buffer buffer;
    const int32_t *items;
    Py_ssize_t size;
} Row;

static int
row_open(Row *row, PyObject *object)
{
    if (PyObject_GetBuffer(object, &row->buffer, PyBUF_SIMPLE) < 0)
        return -1;
    row->items = row->buffer.buf;
    row->size = row->buffer.len / (Py_ssize_t)sizeof(int32_t);
    if ((uintptr_t)row->items % sizeof(int32_t) == 0)
        return 0;
    PyBuffer_Release(&row->buffer);
    PyErr_SetString(PyExc_ValueError, "numbers of 32 bits are asked for");
    return -1;
}

/* What was met so far, in the order of the first time: `at` has for cells of features their place there and 1 more. */
typedef struct {
    int64_t *features;
    uint32_t *counts;
    uint32_t *at;
    Py_ssize_t size, room;
} Visits;

static void
visits_add(Visits *visits, int32_t feature)
{
    size_t cell = (uint32_t)feature * 0x9E3779B1u & (visits->room - 1);
    while (visits->at[cell] && visits->features[visits->at[cell] - 1] != feature)
        cell = (cell + 1) & (visits->room - 1);
    if (!visits->at[cell]) {
        visits->features[visits->size] = feature;
        visits->counts[visits->size] = 0;
        visits->at[cell] = (uint32_t)++visits->size;
    }
    visits->counts[visits->at[cell] - 1]++;
}

/* From the first state on a byte leads from row to row of `moves`. -1 where these lead out of it. */
static int
visits_walk(Visits *visits, const Py_buffer *text, const Row *moves, const Row *rows, const Row *outputs)
{
    const uint8_t *bytes = text->buf;
    Py_ssize_t state = 0, states = rows->size < outputs->size ? rows->size : outputs->size;
    for (Py_ssize_t i = 0; i < text->len; i++) {
        Py_ssize_t move = state < states ? (Py_ssize_t)rows->items[state] + bytes[i] : -1;
        if (move < 0 || move >= moves->size)
            return -1;
        state = moves->items[move];
        if (state < 0 || state >= states)
            return -1;
        if (outputs->items[state] >= 0)
            visits_add(visits, outputs->items[state]);
    }
    return 0;
}

/* The features and, as floats, the counts. */
static PyObject *
visits_bytes(const Visits *visits)
{
    Py_ssize_t bytes = visits->size * (Py_ssize_t)sizeof(float);
    PyObject *counts = PyBytes_FromStringAndSize(NULL, bytes);
    for (Py_ssize_t i = 0; counts && i < visits->size; i++) {
        float count = (float)visits->counts[i];
        memcpy(PyBytes_AS_STRING(counts) + i * sizeof(float), &count, sizeof(float));
    }
    if (!counts)
        return NULL;
    return Py_BuildValue("y#N", visits->features, visits->size * (Py_ssize_t)sizeof(int64_t), counts);
}

PyDoc_STRVAR(visits_doc, "visits(text, moves, rows, outputs, /)\n--\n\n"
"The features that an automaton meets in the bytes of a text, and how often, as rows of int64 and of float32. `moves` has for\n"
"each of its rows 256 states, `rows` for each state where its row begins, `outputs` its feature, below 0 for none; all of int32.");

static PyObject *
native_visits(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer text;
    PyObject *objects[3], *found = NULL;
    Row rows[3];
    int open = 0;
    if (!PyArg_ParseTuple(args, "y*OOO:visits", &text, &objects[0], &objects[1], &objects[2]))
        return NULL;
    while (open < 3 && row_open(&rows[open], objects[open]) == 0)
        open++;
    if (open == 3) {
        Visits visits = {.room = 16};
        while (visits.room < 2 * text.len)
            visits.room *= 2;
        visits.features = PyMem_New(int64_t, text.len + 1);
        visits.counts = PyMem_New(uint32_t, text.len + 1);
        visits.at = PyMem_Calloc(visits.room, sizeof(uint32_t));
        if (!visits.features || !visits.counts || !visits.at)
            PyErr_NoMemory();
        else if (visits_walk(&visits, &text, &rows[0], &rows[1], &rows[2]) < 0)
            PyErr_SetString(PyExc_ValueError, "the automaton leads out of its tables");
        else
            found = visits_bytes(&visits);
        PyMem_Free(visits.features);
        PyMem_Free(visits.counts);
        PyMem_Free(visits.at);
    }
    while (open)
        PyBuffer_Release(&rows[--open].buffer);
    PyBuffer_Release(&text);
    return found;
}

PyMethodDef walking_methods[] = {
    {"visits", native_visits, METH_VARARGS, visits_doc},
    {NULL, NULL, 0, NULL},
};

/* How a section is cut into passages: see `ingest.passages`. */

#include "native.h"

/* What is not cut: where it starts and ends, its size in words, the price of a cut before it. */
typedef struct {
    Py_ssize_t start, end, size;
    double price;
} Atom;

/* Atoms as Python has them: tuples of start, end, block, size and price. */
static Atom *
atoms_read(PyObject *tuple)
{
    Py_ssize_t count = PyTuple_GET_SIZE(tuple), block;
    Atom *atoms = PyMem_New(Atom, count + 1);
    if (!atoms)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; atoms && i < count; i++) {
        Atom *atom = &atoms[i];
        PyObject *fields = PyTuple_GET_ITEM(tuple, i);
        if (!PyTuple_Check(fields))
            PyErr_SetString(PyExc_TypeError, "atoms are tuples");
        else if (PyArg_ParseTuple(fields, "nnnnd:cheapest", &atom->start, &atom->end, &block, &atom->size, &atom->price) &&
                 (atom->size < 0 || atom->start < 0 || atom->end < atom->start))
            PyErr_SetString(PyExc_ValueError, "an atom stands nowhere, or has less than no words");
        if (PyErr_Occurred()) {
            PyMem_Free(atoms);
            atoms = NULL;
        }
    }
    return atoms;
}

PyDoc_STRVAR(cheapest_doc, "cheapest(atoms, prices, most_atoms, most_characters, /)\n--\n\n"
"Behind which atoms passages end: see `ingest.passages`.");

static PyObject *
native_cheapest(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *sequence, *array, *found = NULL;
    Py_buffer table;
    Py_ssize_t most_atoms, most_characters;
    if (!PyArg_ParseTuple(args, "OOnn:cheapest", &sequence, &array, &most_atoms, &most_characters) ||
        PyObject_GetBuffer(array, &table, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) < 0)
        return NULL;
    const double *prices = table.buf;
    int is_table = table.format && !strcmp(table.format, "d") && (uintptr_t)prices % sizeof(double) == 0;
    if (!is_table)
        PyErr_SetString(PyExc_TypeError, "prices are an array of doubles");
    PyObject *tuple = is_table ? PySequence_Tuple(sequence) : NULL;
    Py_ssize_t count = tuple ? PyTuple_GET_SIZE(tuple) : 0, most = table.len / (Py_ssize_t)sizeof(double) - 1;
    Atom *atoms = tuple ? atoms_read(tuple) : NULL;
    /* Up to each atom: the least price, and where the last passage of it begins. */
    double *best = atoms ? PyMem_New(double, count + 1) : NULL;
    Py_ssize_t *cuts = best ? PyMem_New(Py_ssize_t, count + 1) : NULL;
    if (atoms && !cuts)
        PyErr_NoMemory();
    if (cuts)
        best[0] = 0;
    for (Py_ssize_t last = 1; cuts && last <= count; last++) {
        Py_ssize_t words = 0;
        best[last] = Py_HUGE_VAL;
        cuts[last] = last - 1;
        for (Py_ssize_t first = last - 1; first >= 0 && last - first <= most_atoms; first--) {
            if (atoms[first].size > most - words ||
                (first < last - 1 && atoms[last - 1].end - atoms[first].start > most_characters))
                break;
            words += atoms[first].size;
            double price = best[first] + prices[words] + (first ? atoms[first].price : 0);
            if (price < best[last]) {
                best[last] = price;
                cuts[last] = first;
            }
        }
    }
    found = cuts ? PyList_New(0) : NULL;
    for (Py_ssize_t last = count; found && last > 0; last = cuts[last]) {
        PyObject *end = PyLong_FromSsize_t(last);
        if (!end || PyList_Append(found, end) < 0)
            Py_CLEAR(found);
        Py_XDECREF(end);
    }
    if (found && PyList_Reverse(found) < 0)
        Py_CLEAR(found);
    PyMem_Free(cuts);
    PyMem_Free(best);
    PyMem_Free(atoms);
    Py_XDECREF(tuple);
    PyBuffer_Release(&table);
    return found;
}

PyMethodDef passages_methods[] = {
    {"cheapest", native_cheapest, METH_VARARGS, cheapest_doc},
    {NULL, NULL, 0, NULL},
};

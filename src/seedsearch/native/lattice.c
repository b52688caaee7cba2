/* The ways through a band of scores, from bead to bead: `ingest.alignment.beads`. */

#include "native.h"
#include <math.h>
#include <stdlib.h>

/* A band with its scores. A cell is where a bead may end: a line, and a place from the lowest to the highest of that line. */
typedef struct {
    Py_ssize_t lines, count, cells;
    Py_buffer lows, highs, *rows; /* of each line, in each cell `count` scores */
    Py_ssize_t opened;
    Py_ssize_t *starts; /* of each line's cells among all */
    Shape *shapes;
    double *prices, null;
} Grid;

static inline Py_ssize_t
low_of(const Grid *grid, Py_ssize_t line)
{
    return number_at(&grid->lows, line);
}

static inline Py_ssize_t
high_of(const Grid *grid, Py_ssize_t line)
{
    return number_at(&grid->highs, line);
}

/* The cell of a place in a line; -1 outside of the band. */
static inline Py_ssize_t
cell_of(const Grid *grid, Py_ssize_t line, Py_ssize_t place)
{
    if (line < 0 || line >= grid->lines || place < low_of(grid, line) || place > high_of(grid, line))
        return -1;
    return grid->starts[line] + place - low_of(grid, line);
}

/* What a bead that ends in a cell is worth: its score and its price. */
static inline double
worth(const Grid *grid, Py_ssize_t line, Py_ssize_t place, Py_ssize_t shape)
{
    return double_at(&grid->rows[line], (place - low_of(grid, line)) * grid->count + shape) + grid->prices[shape];
}

static int
grid_open(Grid *grid, PyObject *args)
{
    PyObject *rows, *lows, *highs, *shapes, *prices;
    if (!PyArg_ParseTuple(args, "O!OOO!O!d", &PyList_Type, &rows, &lows, &highs, &PyTuple_Type, &shapes, &PyTuple_Type, &prices,
                          &grid->null))
        return -1;
    grid->lines = PyList_GET_SIZE(rows);
    if (buffer_of(lows, &grid->lows, sizeof(uint32_t), grid->lines) < 0 ||
        buffer_of(highs, &grid->highs, sizeof(uint32_t), grid->lines) < 0 ||
        (grid->count = shapes_open(shapes, &grid->shapes)) < 0 || !(grid->prices = doubles(prices, grid->count)))
        return -1;
    grid->rows = PyMem_Calloc(grid->lines + 1, sizeof(Py_buffer));
    grid->starts = PyMem_Calloc(grid->lines + 1, sizeof(Py_ssize_t));
    if (!grid->rows || !grid->starts) {
        PyErr_NoMemory();
        return -1;
    }
    for (; grid->opened < grid->lines; grid->opened++) {
        Py_ssize_t line = grid->opened, width = high_of(grid, line) - low_of(grid, line) + 1;
        if (width < 1) {
            PyErr_SetString(PyExc_ValueError, "a line has at least one cell");
            return -1;
        }
        if (buffer_of(PyList_GET_ITEM(rows, line), &grid->rows[line], sizeof(double), width * grid->count) < 0) {
            PyBuffer_Release(&grid->rows[line]);
            return -1;
        }
        grid->starts[line + 1] = grid->starts[line] + width;
    }
    grid->cells = grid->starts[grid->lines];
    return 0;
}

static void
grid_close(Grid *grid)
{
    PyBuffer_Release(&grid->lows);
    PyBuffer_Release(&grid->highs);
    for (Py_ssize_t line = 0; line < grid->opened; line++)
        PyBuffer_Release(&grid->rows[line]);
    PyMem_Free(grid->rows);
    PyMem_Free(grid->starts);
    PyMem_Free(grid->shapes);
    PyMem_Free(grid->prices);
}

/* `beads._log_sum`, of terms that are written over */
static double
log_sum(double *terms, Py_ssize_t size, double never, double *partials)
{
    double most = never;
    Py_ssize_t kept = 0;
    if (!size)
        return never;
    for (Py_ssize_t i = 0; i < size; i++)
        most = !i || terms[i] > most ? terms[i] : most;
    for (Py_ssize_t i = 0; i < size; i++)
        if (terms[i] > most - 30)
            terms[kept++] = exp(terms[i] - most);
    return most + log(exact_sum(terms, kept, partials));
}

/* For each cell the logarithm of the sum over all ways from the start to it; or from it to the end, for a `sign` of -1. */
static void
sum_ways(const Grid *grid, int sign, double temperature, double never, double *sums, double *terms, double *partials)
{
    double null = grid->null / temperature;
    for (Py_ssize_t k = 0; k < grid->lines; k++) {
        Py_ssize_t line = sign > 0 ? k : grid->lines - 1 - k, low = low_of(grid, line), high = high_of(grid, line);
        for (Py_ssize_t place = sign > 0 ? low : high; low <= place && place <= high; place += sign) {
            Py_ssize_t size = 0, cell, last = sign > 0 ? low : high;
            for (Py_ssize_t shape = 0; shape < grid->count; shape++) {
                Py_ssize_t other = line - sign * grid->shapes[shape].left, there = place - sign * grid->shapes[shape].right;
                if ((cell = cell_of(grid, other, there)) < 0)
                    continue;
                double value = sign > 0 ? worth(grid, line, place, shape) : worth(grid, other, there, shape);
                terms[size++] = sums[cell] + value / temperature;
            }
            if ((cell = cell_of(grid, line - sign, place)) >= 0)
                terms[size++] = sums[cell] + null;
            if (place != last)
                terms[size++] = sums[cell_of(grid, line, place - sign)] + null;
            else if (!k)
                terms[size++] = 0.0;
            sums[cell_of(grid, line, place)] = log_sum(terms, size, never, partials);
        }
    }
}

/* Numbers of all cells as a list of those of each line, as bytes. */
static PyObject *
by_line(const Grid *grid, const void *numbers, Py_ssize_t item)
{
    PyObject *found = PyList_New(grid->lines);
    for (Py_ssize_t line = 0; found && line < grid->lines; line++) {
        const char *start = (const char *)numbers + grid->starts[line] * item;
        PyObject *one = PyBytes_FromStringAndSize(start, (grid->starts[line + 1] - grid->starts[line]) * item);
        if (one)
            PyList_SET_ITEM(found, line, one);
        else
            Py_CLEAR(found);
    }
    return found;
}

PyDoc_STRVAR(ways_doc, "ways(grid, temperature, never, /)\n--\n\n"
"For each line of a band the logarithms of the sums over all ways from the start to its cells, and from its cells to the end,\n"
"as the bytes of doubles; `never` where there is no way. A grid is the scores of each line, the lowest and the highest place of\n"
"each, shapes, what a bead of each costs, and what one with nothing on one side costs.");

static PyObject *
native_ways(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given, *found = NULL;
    Grid grid = {0};
    double temperature, never, *sums = NULL, *terms = NULL;
    if (!PyArg_ParseTuple(args, "O!dd:ways", &PyTuple_Type, &given, &temperature, &never))
        return NULL;
    if (grid_open(&grid, given) < 0)
        goto end;
    sums = PyMem_Calloc(2 * grid.cells + 1, sizeof(double));
    terms = PyMem_Calloc(2 * (grid.count + 3), sizeof(double));
    if (!sums || !terms) {
        PyErr_NoMemory();
        goto end;
    }
    sum_ways(&grid, 1, temperature, never, sums, terms, terms + grid.count + 3);
    sum_ways(&grid, -1, temperature, never, sums + grid.cells, terms, terms + grid.count + 3);
    PyObject *forward = by_line(&grid, sums, sizeof(double)), *backward = by_line(&grid, sums + grid.cells, sizeof(double));
    if (forward && backward)
        found = PyTuple_Pack(2, forward, backward);
    Py_XDECREF(forward);
    Py_XDECREF(backward);
end:
    grid_close(&grid);
    PyMem_Free(sums);
    PyMem_Free(terms);
    return found;
}

PyDoc_STRVAR(choices_doc, "choices(grid, never, /)\n--\n\n"
"For each line of a band, for each of its cells, the last bead of the best way there: the number of its shape, behind those one\n"
"with nothing on the right, one with nothing on the left, and none. For grids see `ways`.");

static PyObject *
native_choices(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given, *found = NULL;
    Grid grid = {0};
    double never, *sums = NULL;
    uint8_t *choices = NULL;
    if (!PyArg_ParseTuple(args, "O!d:choices", &PyTuple_Type, &given, &never))
        return NULL;
    if (grid_open(&grid, given) < 0)
        goto end;
    sums = PyMem_Calloc(grid.cells + 1, sizeof(double));
    choices = PyMem_Calloc(grid.cells + 1, 1);
    if (!sums || !choices) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t line = 0; line < grid.lines; line++) {
        for (Py_ssize_t place = low_of(&grid, line); place <= high_of(&grid, line); place++) {
            Py_ssize_t cell = cell_of(&grid, line, place), before;
            double best = !line && !place ? 0.0 : 2 * never;
            Py_ssize_t choice = grid.count + 2;
            for (Py_ssize_t shape = 0; shape < grid.count; shape++) {
                before = cell_of(&grid, line - grid.shapes[shape].left, place - grid.shapes[shape].right);
                double value = before < 0 ? 0.0 : sums[before] + worth(&grid, line, place, shape);
                if (before >= 0 && value > best) {
                    best = value;
                    choice = shape;
                }
            }
            before = cell_of(&grid, line - 1, place);
            if (before >= 0 && sums[before] + grid.null > best) {
                best = sums[before] + grid.null;
                choice = grid.count;
            }
            if (place > low_of(&grid, line) && sums[cell - 1] + grid.null > best) {
                best = sums[cell - 1] + grid.null;
                choice = grid.count + 1;
            }
            sums[cell] = best;
            choices[cell] = (uint8_t)choice;
        }
    }
    found = by_line(&grid, choices, 1);
end:
    grid_close(&grid);
    PyMem_Free(sums);
    PyMem_Free(choices);
    return found;
}

PyMethodDef lattice_methods[] = {
    {"ways", native_ways, METH_VARARGS, ways_doc},
    {"choices", native_choices, METH_VARARGS, choices_doc},
    {NULL, NULL, 0, NULL},
};

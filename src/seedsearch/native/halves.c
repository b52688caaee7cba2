/* Two halves as they are handed over to be aligned: `ingest.alignment`. */

#include "native.h"
#include <math.h>

/* A buffer of `size` items of `item` bytes each, or of as many as there are for a size below 0; how many there are, or -1. */
Py_ssize_t
buffer_of(PyObject *given, Py_buffer *buffer, Py_ssize_t item, Py_ssize_t size)
{
    if (PyObject_GetBuffer(given, buffer, PyBUF_SIMPLE) < 0)
        return -1;
    if (buffer->len % item || (size >= 0 && buffer->len / item != size)) {
        PyErr_SetString(PyExc_ValueError, "buffers of one size are wanted");
        return -1;
    }
    return buffer->len / item;
}

/* Read shapes; how many, or -1. */
Py_ssize_t
shapes_open(PyObject *given, Shape **shapes)
{
    Py_ssize_t count = PyTuple_GET_SIZE(given);
    if (count > MOST * MOST) {
        PyErr_SetString(PyExc_ValueError, "there are no more shapes than ways to have one to four pieces of each half");
        return -1;
    }
    if (!(*shapes = PyMem_Calloc(count + 1, sizeof(Shape)))) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        Shape *shape = &(*shapes)[i];
        PyObject *one = PyTuple_GET_ITEM(given, i);
        if (!PyTuple_Check(one) || !PyArg_ParseTuple(one, "ii", &shape->left, &shape->right) || shape->left < 1 ||
            shape->left > MOST || shape->right < 1 || shape->right > MOST) {
            PyErr_SetString(PyExc_ValueError, "a shape has one to four pieces of each half");
            return -1;
        }
    }
    return count;
}

/* The sum, rounded once, in whatever order the terms come: Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic and
   Fast Robust Geometric Predicates", with partial sums that do not overlap; as `math.fsum`. `partials` has room for all. */
double
exact_sum(const double *terms, Py_ssize_t size, double *partials)
{
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        double term = terms[i];
        Py_ssize_t kept = 0;
        for (Py_ssize_t k = 0; k < count; k++) {
            double large = term, small = partials[k];
            if (fabs(large) < fabs(small)) {
                large = partials[k];
                small = term;
            }
            term = large + small;
            double rest = small - (term - large);
            if (rest != 0)
                partials[kept++] = rest;
        }
        partials[kept++] = term;
        count = kept;
    }
    if (!count)
        return 0.0;
    double sum = partials[--count], rest = 0;
    while (count && rest == 0) {
        double before = sum, next = partials[--count];
        sum = before + next;
        rest = next - (sum - before);
    }
    /* Half way between two numbers what is smaller still decides. */
    if (count && ((rest < 0 && partials[count - 1] < 0) || (rest > 0 && partials[count - 1] > 0))) {
        double further = sum + 2 * rest;
        if (further - sum == 2 * rest)
            sum = further;
    }
    return sum;
}

int
half_open(Half *half, PyObject *given)
{
    PyObject *tokens, *starts, *lengths, *chances, *numerals, *sentences, *opens, *closes;
    if (!PyTuple_Check(given)) {
        PyErr_SetString(PyExc_TypeError, "a half is a tuple of buffers");
        return -1;
    }
    if (!PyArg_ParseTuple(given, "OOOOOOOO", &tokens, &starts, &lengths, &chances, &numerals, &sentences, &opens, &closes))
        return -1;
    Py_ssize_t size = buffer_of(tokens, &half->tokens, sizeof(uint32_t), -1);
    if (size < 0 || (half->pieces = buffer_of(lengths, &half->lengths, sizeof(uint32_t), -1)) < 0 ||
        (half->vocabulary = buffer_of(chances, &half->chances, sizeof(double), -1)) < 0 ||
        buffer_of(starts, &half->starts, sizeof(uint32_t), half->pieces + 1) < 0 ||
        buffer_of(numerals, &half->numerals, 1, half->vocabulary) < 0 ||
        buffer_of(sentences, &half->sentences, 1, half->pieces) < 0 || buffer_of(opens, &half->opens, 1, half->pieces) < 0 ||
        buffer_of(closes, &half->closes, 1, half->pieces) < 0)
        return -1;
    int sound = !start_of(half, 0) && start_of(half, half->pieces) == size;
    for (Py_ssize_t i = 0; sound && i < half->pieces; i++)
        sound = start_of(half, i) <= start_of(half, i + 1);
    for (Py_ssize_t at = 0; sound && at < size; at++)
        sound = token_at(half, at) < half->vocabulary;
    if (!sound) {
        PyErr_SetString(PyExc_ValueError, "tokens of the vocabulary are wanted, piece by piece");
        return -1;
    }
    half->rates = PyMem_Calloc(half->vocabulary + 1, sizeof(double));
    half->odds = PyMem_Calloc(half->vocabulary + 1, sizeof(double));
    half->unexplained = PyMem_Calloc(half->vocabulary + 1, sizeof(double));
    half->gaps = PyMem_Calloc(size + 1, 1);
    half->bases = PyMem_Calloc(half->pieces + 1, sizeof(double));
    half->bytes = PyMem_Calloc(half->pieces + 1, sizeof(Py_ssize_t));
    half->ends = PyMem_Calloc(half->pieces + 1, sizeof(Py_ssize_t));
    if (!half->rates || !half->odds || !half->unexplained || !half->gaps || !half->bases || !half->bytes || !half->ends) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < half->pieces; i++) {
        half->bytes[i + 1] = half->bytes[i] + (Py_ssize_t)number_at(&half->lengths, i);
        half->ends[i + 1] = half->ends[i] + flag_at(&half->sentences, i);
    }
    return 0;
}

void
half_close(Half *half)
{
    Py_buffer *buffers[] = {&half->tokens,   &half->starts,    &half->lengths, &half->chances,
                            &half->numerals, &half->sentences, &half->opens,   &half->closes};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(buffers); i++)
        PyBuffer_Release(buffers[i]);
    PyMem_Free(half->rates);
    PyMem_Free(half->odds);
    PyMem_Free(half->unexplained);
    PyMem_Free(half->gaps);
    PyMem_Free(half->bases);
    PyMem_Free(half->bytes);
    PyMem_Free(half->ends);
}

/* What the tokens of a half say, now that their rates are known, and where they were met before. */
int
half_weigh(Half *half, double *terms, double *partials)
{
    Py_ssize_t *last = PyMem_Calloc(half->vocabulary + 1, sizeof(Py_ssize_t)); /* the piece with the token, and one more */
    if (!last) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t token = 0; token < half->vocabulary; token++) {
        double chance = double_at(&half->chances, token);
        if (half->rates[token] > 0)
            half->odds[token] = chance / (1 - chance) / half->rates[token];
        if (half->rates[token] > 0 || flag_at(&half->numerals, token))
            half->unexplained[token] = log(1 - chance);
    }
    for (Py_ssize_t i = 0; i < half->pieces; i++) {
        Py_ssize_t size = 0;
        for (Py_ssize_t at = start_of(half, i); at < start_of(half, i + 1); at++) {
            uint32_t token = token_at(half, at);
            if (!counts(half, token))
                continue;
            terms[size++] = half->unexplained[token];
            if (last[token] && i + 1 - last[token] < MOST)
                half->gaps[at] = (uint8_t)(i + 1 - last[token]);
            last[token] = i + 1;
        }
        half->bases[i] = exact_sum(terms, size, partials);
    }
    PyMem_Free(last);
    return 0;
}

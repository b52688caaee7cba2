/* How well pieces of two halves translate each other, as scores of the beads in a band: `ingest.alignment.evidence`. */

#include "native.h"
#include <math.h>
#include <stdlib.h>

enum { SEEN = MOST * MOST }; /* likelihoods of a piece: for each number opposite one for each number before it */

/* What the scores hang on, as `evidence` has it. */
typedef struct {
    double lexical, length, most_length, variance, mixed, opens, closes, strongest, weakest, most_said, never;
} Weights;

/* That a token of the right half may stand for one of the left. */
typedef struct {
    uint32_t token;
    double sure;
} Link;

/* How loudly the token at a place of a piece is explained by a piece opposite. */
typedef struct {
    uint32_t place;
    double odds;
} Hit;

typedef struct {
    Hit *items;
    Py_ssize_t size, room;
} Hits;

/* The pairs of a left piece with right pieces from `from` on: hits in those (`begins` has one more than there are). */
typedef struct {
    Py_ssize_t from;
    Py_ssize_t *begins;
    Hits hits;
    double *seen; /* SEEN for each of the places behind these right pieces */
} Row;

typedef struct {
    Half left, right;
    Weights weights;
    Shape *shapes;
    Py_ssize_t count; /* of shapes */
    int depth[MOST + 1];
    double ratio;
    int quotes;
    Link *links; /* of right tokens, `begins` to the next one's */
    Py_ssize_t *begins;
    Row rows[MOST];
    Hits here;          /* hits in one left piece, of all right pieces of its row */
    Py_ssize_t *heres;  /* where those of each begin */
    uint32_t *marks;    /* of left tokens: the place in the piece, and one more */
    double *loudest;    /* of the places of a piece */
    double *terms, *partials;
    uint32_t *touched;
} Scoring;

static double
said(const Weights *weights, double odds)
{
    return odds < weights->strongest ? log1p(odds + weights->weakest) : weights->most_said;
}

static int
hits_append(Hits *hits, uint32_t place, double odds)
{
    if (hits->size == hits->room) {
        Py_ssize_t room = hits->room ? hits->room * 2 : 256;
        Hit *items = PyMem_Realloc(hits->items, room * sizeof(Hit));
        if (!items) {
            PyErr_NoMemory();
            return -1;
        }
        hits->items = items;
        hits->room = room;
    }
    hits->items[hits->size++] = (Hit){place, odds};
    return 0;
}

/* Read the links, given as left tokens, right tokens and how good a translation each is; and the rates of both halves. */
static int
links_open(Scoring *scoring, PyObject *given)
{
    PyObject *lefts, *rights, *trusts;
    Half *left = &scoring->left, *right = &scoring->right;
    Py_buffer buffers[3] = {{0}};
    Py_ssize_t *left_counts = PyMem_Calloc(left->vocabulary + 1, sizeof(Py_ssize_t));
    Py_ssize_t *right_counts = PyMem_Calloc(right->vocabulary + 1, sizeof(Py_ssize_t)), size;
    int failed = -1;
    if (!PyArg_ParseTuple(given, "OOO", &lefts, &rights, &trusts) ||
        (size = buffer_of(lefts, &buffers[0], sizeof(uint32_t), -1)) < 0 ||
        buffer_of(rights, &buffers[1], sizeof(uint32_t), size) < 0 || buffer_of(trusts, &buffers[2], sizeof(double), size) < 0)
        goto end;
    scoring->links = PyMem_Calloc(size + 1, sizeof(Link));
    scoring->begins = PyMem_Calloc(right->vocabulary + 2, sizeof(Py_ssize_t));
    if (!scoring->links || !scoring->begins || !left_counts || !right_counts) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        uint32_t one = number_at(&buffers[0], i), other = number_at(&buffers[1], i);
        if (one >= left->vocabulary || other >= right->vocabulary) {
            PyErr_SetString(PyExc_ValueError, "a link is between tokens of the two halves");
            goto end;
        }
        scoring->begins[other + 2]++;
    }
    double left_total = (double)start_of(left, left->pieces), right_total = (double)start_of(right, right->pieces);
    for (Py_ssize_t at = 0; at < start_of(left, left->pieces); at++)
        left_counts[token_at(left, at)]++;
    for (Py_ssize_t at = 0; at < start_of(right, right->pieces); at++)
        right_counts[token_at(right, at)]++;
    for (Py_ssize_t token = 0; token < right->vocabulary; token++)
        scoring->begins[token + 2] += scoring->begins[token + 1];
    for (Py_ssize_t i = 0; i < size; i++) {
        uint32_t one = number_at(&buffers[0], i), other = number_at(&buffers[1], i);
        double sure = double_at(&buffers[2], i);
        left->rates[one] += sure * (double)right_counts[other] / right_total;
        right->rates[other] += sure * (double)left_counts[one] / left_total;
        scoring->links[scoring->begins[other + 1]++] = (Link){one, sure};
    }
    failed = 0;
end:
    for (size_t i = 0; i < Py_ARRAY_LENGTH(buffers); i++)
        PyBuffer_Release(&buffers[i]);
    PyMem_Free(left_counts);
    PyMem_Free(right_counts);
    return failed;
}

/* The likelihoods of a piece: SEEN numbers, [MOST * (number opposite - 1) + number before it]. Hits are those of the pieces
   opposite, the nearest first, and `words` how many words they have together. */
static void
see(Scoring *scoring, const Half *half, Py_ssize_t piece, const Hit *const *hits, const Py_ssize_t *sizes,
    const Py_ssize_t *words, int opposite, double *seen)
{
    const Weights *weights = &scoring->weights;
    double *loudest = scoring->loudest, *terms = scoring->terms;
    Py_ssize_t start = start_of(half, piece), end = start_of(half, piece + 1), touched = 0;
    for (int a = 0; a < opposite; a++) {
        for (Py_ssize_t k = 0; k < sizes[a]; k++) {
            uint32_t place = hits[a][k].place;
            if (hits[a][k].odds > loudest[place]) {
                if (!loudest[place])
                    scoring->touched[touched++] = place;
                loudest[place] = hits[a][k].odds;
            }
        }
        double scale = 1.0 / (double)(words[a] > 1 ? words[a] : 1);
        for (Py_ssize_t k = 0; k < touched; k++)
            terms[k] = said(weights, loudest[scoring->touched[k]] * scale);
        double total = half->bases[piece] + exact_sum(terms, touched, scoring->partials);
        seen[a * MOST] = total;
        for (int before = 1; before < scoring->depth[a + 1] && before <= piece; before++) {
            Py_ssize_t size = 0;
            for (Py_ssize_t at = start; at < end; at++) {
                if (half->gaps[at] != before)
                    continue;
                double odds = loudest[at - start];
                terms[size++] = half->unexplained[token_at(half, at)] + (odds ? said(weights, odds * scale) : 0.0);
            }
            if (size)
                total -= exact_sum(terms, size, scoring->partials);
            seen[a * MOST + before] = total;
        }
    }
    for (Py_ssize_t k = 0; k < touched; k++)
        loudest[scoring->touched[k]] = 0;
}

/* Pair left piece `piece` with right pieces `from` to `to` - 1: what it explains in those, and how it is seen with them. */
static int
row_open(Scoring *scoring, Row *row, Py_ssize_t piece, Py_ssize_t from, Py_ssize_t to)
{
    const Half *left = &scoring->left, *right = &scoring->right;
    Py_ssize_t start = start_of(left, piece), end = start_of(left, piece + 1);
    Py_ssize_t width = to > from ? to - from : 0;
    row->from = from;
    row->hits.size = scoring->here.size = 0;
    Py_ssize_t *begins = PyMem_Realloc(row->begins, (width + 1) * sizeof(Py_ssize_t));
    Py_ssize_t *heres = begins ? PyMem_Realloc(scoring->heres, (width + 1) * sizeof(Py_ssize_t)) : NULL;
    row->begins = begins ? begins : row->begins;
    scoring->heres = heres ? heres : scoring->heres;
    double *seen = heres ? PyMem_Realloc(row->seen, (width + 1) * SEEN * sizeof(double)) : NULL;
    row->seen = seen ? seen : row->seen;
    if (!seen) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t at = start; at < end; at++)
        scoring->marks[token_at(left, at)] = (uint32_t)(at - start) + 1;
    int failed = 0;
    for (Py_ssize_t k = 0; !failed && k < width; k++) {
        Py_ssize_t touched = 0, opposite = start_of(right, from + k);
        begins[k] = row->hits.size;
        heres[k] = scoring->here.size;
        for (Py_ssize_t at = opposite; !failed && at < start_of(right, from + k + 1); at++) {
            uint32_t token = token_at(right, at);
            double best = 0;
            for (Py_ssize_t link = scoring->begins[token]; link < scoring->begins[token + 1]; link++) {
                uint32_t mark = scoring->marks[scoring->links[link].token];
                double sure = scoring->links[link].sure;
                if (!mark)
                    continue;
                best = sure > best ? sure : best;
                if (sure > scoring->loudest[mark - 1]) {
                    if (!scoring->loudest[mark - 1])
                        scoring->touched[touched++] = mark - 1;
                    scoring->loudest[mark - 1] = sure;
                }
            }
            if (best > 0)
                failed = hits_append(&row->hits, (uint32_t)(at - opposite), best * right->odds[token]);
        }
        for (Py_ssize_t i = 0; i < touched; i++) {
            uint32_t place = scoring->touched[i];
            double odds = scoring->loudest[place] * left->odds[token_at(left, start + place)];
            failed = failed || hits_append(&scoring->here, place, odds);
            scoring->loudest[place] = 0;
        }
    }
    for (Py_ssize_t at = start; at < end; at++)
        scoring->marks[token_at(left, at)] = 0;
    if (failed)
        return -1;
    begins[width] = row->hits.size;
    heres[width] = scoring->here.size;
    for (Py_ssize_t k = 1; k <= width; k++) { /* before right piece from + k */
        const Hit *hits[MOST];
        Py_ssize_t sizes[MOST], words[MOST];
        int opposite = 0;
        for (; opposite < MOST && opposite < k; opposite++) {
            Py_ssize_t one = k - 1 - opposite;
            hits[opposite] = scoring->here.items + heres[one];
            sizes[opposite] = heres[one + 1] - heres[one];
            words[opposite] = start_of(right, from + k) - start_of(right, from + one);
        }
        see(scoring, left, piece, hits, sizes, words, opposite, seen + k * SEEN);
    }
    return 0;
}

/* How right piece `piece` is seen with the left pieces before `line`. */
static void
see_right(Scoring *scoring, Py_ssize_t line, Py_ssize_t piece, double *seen)
{
    const Hit *hits[MOST];
    Py_ssize_t sizes[MOST], words[MOST];
    int opposite = 0;
    for (; opposite < MOST && opposite < line; opposite++) {
        Py_ssize_t one = line - 1 - opposite;
        const Row *row = &scoring->rows[one % MOST];
        const Py_ssize_t *begins = row->begins + (piece - row->from);
        hits[opposite] = row->hits.items + begins[0];
        sizes[opposite] = begins[1] - begins[0];
        words[opposite] = start_of(&scoring->left, line) - start_of(&scoring->left, one);
    }
    see(scoring, &scoring->right, piece, hits, sizes, words, opposite, seen);
}

static int
is_mixed(const Half *half, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t sentences = half->ends[end] - half->ends[start];
    return end - start > 1 && 0 < sentences && sentences < end - start;
}

static int
agreement(int one, int other)
{
    return one != other ? -1 : one;
}

/* `Evidence.outline` */
static double
outline(const Scoring *scoring, Py_ssize_t i0, Py_ssize_t i1, Py_ssize_t j0, Py_ssize_t j1)
{
    const Half *left = &scoring->left, *right = &scoring->right;
    const Weights *weights = &scoring->weights;
    double expected = (double)(left->bytes[i1] - left->bytes[i0]) * scoring->ratio;
    double length = (double)(right->bytes[j1] - right->bytes[j0]);
    double deviation = (length - expected) / sqrt(weights->variance * (expected + length) / 2 + 1);
    double far = deviation * deviation / 2;
    double score = -weights->length * (far > weights->most_length ? weights->most_length : far);
    score -= weights->mixed * (is_mixed(left, i0, i1) || is_mixed(right, j0, j1));
    if (scoring->quotes) {
        score += weights->opens * agreement(flag_at(&left->opens, i0), flag_at(&right->opens, j0));
        score += weights->closes * agreement(flag_at(&left->closes, i1 - 1), flag_at(&right->closes, j1 - 1));
    }
    return score;
}

/* The scores of the beads that end before left piece `line` and before right pieces `low` to `high`. */
static PyObject *
line_of(Scoring *scoring, Py_ssize_t line, Py_ssize_t low, Py_ssize_t high)
{
    Py_ssize_t first = low > MOST ? low - MOST : 0;
    PyObject *found = PyBytes_FromStringAndSize(NULL, (high - low + 1) * scoring->count * (Py_ssize_t)sizeof(double));
    double *seen = PyMem_Calloc((high - first + 1) * SEEN, sizeof(double));
    if (!found || !seen) {
        Py_CLEAR(found);
        PyMem_Free(seen);
        return PyErr_NoMemory();
    }
    char *into = PyBytes_AS_STRING(found);
    for (Py_ssize_t j = first; line && j < high; j++)
        see_right(scoring, line, j, seen + (j - first) * SEEN);
    for (Py_ssize_t j = low; j <= high; j++) {
        for (Py_ssize_t shape = 0; shape < scoring->count; shape++, into += sizeof(double)) {
            int a = scoring->shapes[shape].left, b = scoring->shapes[shape].right;
            double score = scoring->weights.never;
            if (a <= line && b <= j) {
                double lexical = 0;
                for (int depth = 0; depth < b; depth++)
                    lexical += seen[(j - b + depth - first) * SEEN + (a - 1) * MOST + depth];
                for (int depth = 0; depth < a; depth++) {
                    const Row *row = &scoring->rows[(line - a + depth) % MOST];
                    lexical += row->seen[(j - row->from) * SEEN + (b - 1) * MOST + depth];
                }
                score = scoring->weights.lexical * lexical + outline(scoring, line - a, line, j - b, j);
            }
            memcpy(into, &score, sizeof(score));
        }
    }
    PyMem_Free(seen);
    return found;
}

/* Read shapes, weights and band: two rows of numbers, of which the lowest and the highest place rise from line to line. */
static int
settings_open(Scoring *scoring, PyObject *shapes, PyObject *weights, Py_buffer *lows, Py_buffer *highs)
{
    Weights *w = &scoring->weights;
    if (!PyArg_ParseTuple(weights, "ddddddddddd", &w->lexical, &w->length, &w->most_length, &w->variance, &w->mixed, &w->opens,
                          &w->closes, &w->strongest, &w->weakest, &w->most_said, &w->never))
        return -1;
    if ((scoring->count = shapes_open(shapes, &scoring->shapes)) < 0)
        return -1;
    int *depth = scoring->depth;
    for (Py_ssize_t i = 0; i < scoring->count; i++) {
        int a = scoring->shapes[i].left, b = scoring->shapes[i].right;
        depth[a] = depth[a] > b ? depth[a] : b;
        depth[b] = depth[b] > a ? depth[b] : a;
    }
    int sound = 1;
    for (Py_ssize_t i = 0; i <= scoring->left.pieces; i++) {
        uint32_t low = number_at(lows, i), high = number_at(highs, i);
        sound = sound && low <= high && high <= scoring->right.pieces;
        sound = sound && (!i || (low >= number_at(lows, i - 1) && high >= number_at(highs, i - 1)));
    }
    if (!sound)
        PyErr_SetString(PyExc_ValueError, "the band rises, from line to line, within the right half");
    return sound ? 0 : -1;
}

/* Room for what is told of one piece. */
static int
scratch_open(Scoring *scoring)
{
    Py_ssize_t most = 0;
    const Half *halves[] = {&scoring->left, &scoring->right};
    for (size_t k = 0; k < Py_ARRAY_LENGTH(halves); k++)
        for (Py_ssize_t i = 0; i < halves[k]->pieces; i++)
            most = Py_MAX(most, start_of(halves[k], i + 1) - start_of(halves[k], i));
    scoring->marks = PyMem_Calloc(scoring->left.vocabulary + 1, sizeof(uint32_t));
    scoring->loudest = PyMem_Calloc(most + 1, sizeof(double));
    scoring->terms = PyMem_Calloc(most + 1, sizeof(double));
    scoring->partials = PyMem_Calloc(most + 1, sizeof(double));
    scoring->touched = PyMem_Calloc(most + 1, sizeof(uint32_t));
    if (scoring->marks && scoring->loudest && scoring->terms && scoring->partials && scoring->touched)
        return 0;
    PyErr_NoMemory();
    return -1;
}

static void
scoring_close(Scoring *scoring)
{
    half_close(&scoring->left);
    half_close(&scoring->right);
    for (int i = 0; i < MOST; i++) {
        PyMem_Free(scoring->rows[i].begins);
        PyMem_Free(scoring->rows[i].hits.items);
        PyMem_Free(scoring->rows[i].seen);
    }
    PyMem_Free(scoring->shapes);
    PyMem_Free(scoring->links);
    PyMem_Free(scoring->begins);
    PyMem_Free(scoring->here.items);
    PyMem_Free(scoring->heres);
    PyMem_Free(scoring->marks);
    PyMem_Free(scoring->loudest);
    PyMem_Free(scoring->terms);
    PyMem_Free(scoring->partials);
    PyMem_Free(scoring->touched);
}

PyDoc_STRVAR(scores_doc, "scores(left, right, links, lows, highs, ratio, quotes, shapes, weights, /)\n--\n\n"
"For each line of the band the scores of `Evidence.scores`, as the bytes of doubles.\n\n"
"A half is its tokens, as numbers in its vocabulary, where those of each piece start, the lengths of the pieces, for each token\n"
"of the vocabulary the chance that it is explained in a true pair and whether it is a numeral, and for each piece whether it\n"
"ends as a sentence does, and begins and ends with a quotation mark. Links are left tokens, right tokens, and how good a\n"
"translation each pair is. Raises ValueError for numbers that do not fit each other.");

static PyObject *
native_scores(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *left, *right, *links, *low, *high, *shapes, *weights, *found = NULL;
    Scoring scoring = {0};
    Py_buffer lows = {0}, highs = {0};
    if (!PyArg_ParseTuple(args, "OOO!OOdpO!O!:scores", &left, &right, &PyTuple_Type, &links, &low, &high, &scoring.ratio,
                          &scoring.quotes, &PyTuple_Type, &shapes, &PyTuple_Type, &weights))
        return NULL;
    if (half_open(&scoring.left, left) < 0 || half_open(&scoring.right, right) < 0 ||
        buffer_of(low, &lows, sizeof(uint32_t), scoring.left.pieces + 1) < 0 ||
        buffer_of(high, &highs, sizeof(uint32_t), scoring.left.pieces + 1) < 0 ||
        settings_open(&scoring, shapes, weights, &lows, &highs) < 0 || scratch_open(&scoring) < 0 ||
        links_open(&scoring, links) < 0 || half_weigh(&scoring.left, scoring.terms, scoring.partials) < 0 ||
        half_weigh(&scoring.right, scoring.terms, scoring.partials) < 0)
        goto end;
    Py_ssize_t pieces = scoring.left.pieces;
    found = PyList_New(pieces + 1);
    for (Py_ssize_t line = 0; found && line <= pieces; line++) {
        PyObject *one = line_of(&scoring, line, number_at(&lows, line), number_at(&highs, line));
        if (one)
            PyList_SET_ITEM(found, line, one);
        if (!one || (line % 64 == 0 && PyErr_CheckSignals() < 0)) {
            Py_CLEAR(found);
        } else if (line < pieces) { /* what the lines up to the last bead that can hold this piece need of it */
            Py_ssize_t from = number_at(&lows, line + 1), to = number_at(&highs, Py_MIN(line + MOST, pieces));
            if (row_open(&scoring, &scoring.rows[line % MOST], line, from > MOST ? from - MOST : 0, to) < 0)
                Py_CLEAR(found);
        }
    }
end:
    PyBuffer_Release(&lows);
    PyBuffer_Release(&highs);
    scoring_close(&scoring);
    return found;
}

PyMethodDef scoring_methods[] = {
    {"scores", native_scores, METH_VARARGS, scores_doc},
    {NULL, NULL, 0, NULL},
};

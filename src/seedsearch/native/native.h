/* Texts gone through character by character: the loops that take most of the time of indexing and of a query.

   Each function does what a few lines of Python do as well, in a tenth of the time; the Python stands beside its use, is the
   oracle of the tests, and takes over where this could not be compiled. What is said of a character comes from Python, once for
   each that is met (Table), and what is written for a word too (Memo). So no rule of the analysis stands here but how a text is
   cut, which `cutting` tells in words. */

#ifndef SEEDSEARCH_NATIVE_H
#define SEEDSEARCH_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) || defined(__clang__)
#pragma GCC visibility push(hidden)
#define FETCH(address) __builtin_prefetch(address)
#else
#define FETCH(address) ((void)(address))
#endif

/* Kinds of characters: `letters.kinds`. */
enum { RUN = 1, IDEOGRAPH = 2, BLANK = 4, LETTER = 8, MARK = 16 };

enum { LONGEST_GAP = 3, LONGEST_TERM = 64 }; /* characters: `cutting` */
enum { LONGEST_KEY = 80 };                   /* characters of what is remembered */
enum { AHEAD = 16 };                         /* words that wait while the memory is fetched where what is known of them stands */

/* A text as code points, with a NUL behind it. */
typedef struct {
    Py_UCS4 *codes;
    Py_ssize_t size;
} Text;

int text_open(Text *text, PyObject *string);
PyObject *text_from(const Py_UCS4 *codes, Py_ssize_t size);

/* What is written, piece by piece. */
typedef struct {
    Py_UCS4 *codes;
    Py_ssize_t size, room;
} Output;

int output_reserve(Output *output, Py_ssize_t more);
int output_string(Output *output, PyObject *string);

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

extern PyTypeObject TableType;

int table_know(Table *table, const Text *text);
int table_read(Table *table, PyObject *string, Text *text);
int kinds_read(Table *kinds, PyObject *string, Text *text);

/* What the table says of a character it knows. */
static inline uint32_t
told(const Table *table, Py_UCS4 code)
{
    return table->pages[code / PAGE][code % PAGE];
}

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
    PyObject *function;
    Slot *slots;
    Py_ssize_t room, used, most; /* `room` is a power of two */
} Memo;

extern PyTypeObject MemoType;

extern uint64_t hash_seed; /* another one in every process: nobody can write texts whose words meet in one cell */
uint64_t hash_of(const Py_UCS4 *codes, Py_ssize_t size);
Slot *slot_of(const Memo *memo, uint64_t hash, const Py_UCS4 *codes, Py_ssize_t size);
PyObject *recall(Memo *memo, uint64_t hash, const Py_UCS4 *codes, Py_ssize_t size);

/* Vocabulary: words by number, and the reverse. */

typedef struct {
    uint32_t *items;
    Py_ssize_t size, room;
} Numbers;

int numbers_append(Numbers *numbers, uint32_t number);
PyObject *numbers_bytes(const Numbers *numbers);

typedef struct {
    uint32_t hash, start; /* of its word; 0 where the cell is free */
} Cell;

typedef struct {
    uint32_t start, size; /* in the codes of all words, where its size and its number stand before it */
} Word;

typedef struct {
    PyObject_HEAD
    Py_UCS4 *codes;
    Py_ssize_t used, space;
    Word *words;
    uint32_t *notes; /* one for each word, for whoever goes through texts; 0 when done */
    Cell *cells;
    Py_ssize_t count, room; /* `room` of cells, a power of two, is at least twice the count */
} Vocabulary;

extern PyTypeObject VocabularyType;

/* Stems: of the words of a vocabulary in texts of one language, and the words that were met there. */

typedef struct {
    PyObject_HEAD
    Vocabulary *vocabulary;
    uint32_t *of; /* the number of a word's stem, where that was met; NOTHING for one that tells nothing */
    uint8_t *flags;
    Py_ssize_t room;
    Numbers fresh;
} Stems;

extern PyTypeObject StemsType;

uint32_t stems_meet(Stems *stems, const Table *kinds, uint32_t hash, const Py_UCS4 *codes, Py_ssize_t size);
PyObject *cut_numbers(Stems *stems, Table *kinds, Memo *odd, PyObject *string);

/* Texts as the numbers of their words, each a buffer of Python's. */
static inline Py_ssize_t
count_in(const Py_buffer *text)
{
    return text->len / (Py_ssize_t)sizeof(uint32_t);
}

static inline uint32_t
number_at(const Py_buffer *text, Py_ssize_t at)
{
    uint32_t number;
    memcpy(&number, (const char *)text->buf + at * sizeof(number), sizeof(number));
    return number;
}

/* `ranking.saturate` */
static inline double
saturated(double frequency, double half)
{
    return frequency / (half + frequency);
}

double *doubles(PyObject *sequence, Py_ssize_t size);
PyObject *list_of_doubles(const double *numbers, Py_ssize_t size);

/* The next letter of the chain that has one at `at`; -1 where the chain ends there. */
static inline Py_ssize_t
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

/* Halves that are aligned: `ingest.alignment`. */

enum { MOST = 4 }; /* pieces of a half that a bead may hold */

typedef struct {
    int left, right;
} Shape;

Py_ssize_t shapes_open(PyObject *given, Shape **shapes);

/* A half, as Python hands it over, and what is told of its tokens. */
typedef struct {
    Py_buffer tokens, starts, lengths, chances, numerals, sentences, opens, closes;
    Py_ssize_t pieces, vocabulary;
    double *rates, *odds, *unexplained; /* of each token of the vocabulary; `odds` is 0 where nothing opposite explains it */
    uint8_t *gaps;                      /* for each place in `tokens` how many pieces before it the token was met, 0 for too many */
    double *bases;                      /* of each piece */
    Py_ssize_t *bytes, *ends;           /* of all pieces before each one: their bytes, and how many end as sentences do */
} Half;

int half_open(Half *half, PyObject *given);
void half_close(Half *half);
int half_weigh(Half *half, double *terms, double *partials);

Py_ssize_t buffer_of(PyObject *given, Py_buffer *buffer, Py_ssize_t item, Py_ssize_t size);
double exact_sum(const double *terms, Py_ssize_t size, double *partials);

static inline double
double_at(const Py_buffer *numbers, Py_ssize_t at)
{
    double number;
    memcpy(&number, (const char *)numbers->buf + at * sizeof(number), sizeof(number));
    return number;
}

static inline uint32_t
token_at(const Half *half, Py_ssize_t at)
{
    return number_at(&half->tokens, at);
}

static inline Py_ssize_t
start_of(const Half *half, Py_ssize_t piece)
{
    return number_at(&half->starts, piece);
}

static inline int
flag_at(const Py_buffer *flags, Py_ssize_t piece)
{
    return ((const uint8_t *)flags->buf)[piece] != 0;
}

/* Whether a token counts: it is a numeral, or something opposite could explain it. */
static inline int
counts(const Half *half, uint32_t token)
{
    return half->unexplained[token] < 0;
}

/* What the module offers, by file. */
extern PyMethodDef cutting_methods[], writing_methods[], sizes_methods[], counting_methods[], feedback_methods[],
    lattice_methods[], passages_methods[], scoring_methods[], walking_methods[];

#if defined(__GNUC__) || defined(__clang__)
#pragma GCC visibility pop
#endif

#endif

/* Functions of strings, asked once for each that is met. */

#include "native.h"

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

uint64_t hash_seed;

uint64_t
hash_of(const Py_UCS4 *codes, Py_ssize_t size)
{
    uint64_t hash = 14695981039346656037u ^ hash_seed; /* FNV-1a */
    for (Py_ssize_t i = 0; i < size; i++)
        hash = (hash ^ codes[i]) * 1099511628211u;
    hash *= 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 32);
}

/* The slot of a string, or the free one where it belongs. */
Slot *
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

/* What the function gives for a string, of which the hash is known; a new reference. */
PyObject *
recall(Memo *memo, uint64_t hash, const Py_UCS4 *codes, Py_ssize_t size)
{
    if (memo->room) {
        Slot *slot = slot_of(memo, hash, codes, size);
        if (slot->entry)
            return Py_NewRef(slot->entry->value);
    }
    PyObject *key = text_from(codes, size), *value = key ? PyObject_CallOneArg(memo->function, key) : NULL;
    Py_XDECREF(key);
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

static int
memo_traverse(Memo *memo, visitproc visit, void *arg)
{
    Py_VISIT(memo->function);
    return 0;
}

static int
memo_clear(Memo *memo)
{
    Py_XSETREF(memo->function, Py_NewRef(Py_None));
    return 0;
}

static void
memo_dealloc(Memo *memo)
{
    PyObject_GC_UnTrack(memo);
    memo_forget(memo);
    Py_XDECREF(memo->function);
    Py_TYPE(memo)->tp_free((PyObject *)memo);
}

PyDoc_STRVAR(memo_doc, "Memo(function, most, /)\n--\n\n"
"A function of strings, asked once for each that is met; at most so many are remembered.");

PyTypeObject MemoType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "seedsearch._native.Memo",
    .tp_basicsize = sizeof(Memo),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_doc = memo_doc,
    .tp_new = memo_new,
    .tp_dealloc = (destructor)memo_dealloc,
    .tp_traverse = (traverseproc)memo_traverse,
    .tp_clear = (inquiry)memo_clear,
};

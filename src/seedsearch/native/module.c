/* The module `seedsearch._native`. */

#include "native.h"

enum { VERSION = 7 }; /* raise it, and `characters.VERSION`, with every change of what Python sees */

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "seedsearch._native",
    .m_doc = "Texts gone through character by character.",
    .m_size = -1,
};

PyMODINIT_FUNC
PyInit__native(void)
{
    PyTypeObject *types[] = {&TableType, &MemoType, &VocabularyType, &StemsType};
    PyObject *made = PyModule_Create(&module);
    hash_seed = (uint64_t)(uintptr_t)made * 0x9E3779B97F4A7C15u;
    PyMethodDef *methods[] = {cutting_methods, writing_methods,  sizes_methods,   counting_methods, feedback_methods,
                              lattice_methods, passages_methods, scoring_methods, walking_methods};
    for (size_t i = 0; made && i < Py_ARRAY_LENGTH(methods); i++)
        if (PyModule_AddFunctions(made, methods[i]) < 0)
            Py_CLEAR(made);
    for (size_t i = 0; made && i < Py_ARRAY_LENGTH(types); i++)
        if (PyModule_AddType(made, types[i]) < 0)
            Py_CLEAR(made);
    if (made && PyModule_AddIntConstant(made, "VERSION", VERSION) < 0)
        Py_CLEAR(made);
    return made;
}

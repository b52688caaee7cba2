"""Answers a question from a folder of messy, multilingual documents with ranked snippets that cite file and lines.

    files -> decode -> blocks -> languages -> halves -> beads -> passages -> terms -> index      (`build`)
    query -> tree of terms -> index -> passages -> snippets, citations, counterparts             (`open(...).search`)

The public names are loaded on first use (PEP 562), so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seedsearch.citations import show as show
    from seedsearch.indexing import build as build
    from seedsearch.ingest.decoding import decode as decode
    from seedsearch.reading import align as align
    from seedsearch.reading import read as read
    from seedsearch.searching import open_collection as open  # noqa: A004 - meant: seedsearch.open, as gzip.open

__version__ = "0.1.0"

_HOMES = {
    "align": ("seedsearch.reading", "align"),
    "build": ("seedsearch.indexing", "build"),
    "decode": ("seedsearch.ingest.decoding", "decode"),
    "open": ("seedsearch.searching", "open_collection"),
    "read": ("seedsearch.reading", "read"),
    "show": ("seedsearch.citations", "show"),
}
__all__ = ["__version__", "align", "build", "decode", "open", "read", "show"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'seedsearch' has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _HOMES[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

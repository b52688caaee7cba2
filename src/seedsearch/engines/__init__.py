"""Engines by name. An engine matches and ranks terms; see `protocol` for what each must do."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from seedsearch.engines.protocol import Answer, Engine, Entry, Match, Write, Writer
from seedsearch.errors import SeedsearchError

ENGINES = {
    "whoosh": ("seedsearch.engines.whoosh_engine:WhooshEngine", "pip install seedsearch"),
    "tantivy": ("seedsearch.engines.tantivy_engine:TantivyEngine", "pip install seedsearch"),
    "memory": ("seedsearch.engines.memory:MemoryEngine", "pip install seedsearch"),
}
"""Name -> where its class is, and how to install what it needs."""

WRITES = {"tantivy": "seedsearch.engines.tantivy_layout:slots"}
"""Name of an engine that cuts texts into terms itself -> where the function is that writes terms as it cuts them."""

DEFAULT = "whoosh"


def engine_class(name: str) -> type[Engine]:
    """The class of an engine. Raises SeedsearchError for an unknown name or a package that is not installed."""
    if name not in ENGINES:
        raise SeedsearchError(f"no engine is called {name}: choose one of {', '.join(ENGINES)}")
    place, hint = ENGINES[name]
    module, _, attribute = place.partition(":")
    try:
        return cast("type[Engine]", getattr(import_module(module), attribute))
    except ModuleNotFoundError as error:
        raise SeedsearchError(f"the engine {name} needs the package {error.name}: {hint}") from error


def item_writer(name: str) -> Write | None:
    """How an engine wants the items of `Words` written in a text; None where it takes `Words` only."""
    if name not in WRITES:
        return None
    module, _, function = WRITES[name].partition(":")
    return cast("Write", getattr(import_module(module), function))


def open_engine(name: str, path: Path) -> Engine:
    """Open the index in a directory. Raises IndexMissingError, IndexVersionError, IndexCorruptError."""
    return engine_class(name).open(path)


def create_engine(name: str, path: Path) -> Engine:
    """Make an empty index in a directory, replacing one that is there. Raises IndexLockedError, SeedsearchError."""
    return engine_class(name).create(path)


__all__ = ["DEFAULT", "ENGINES", "Answer", "Engine", "Entry", "Match", "Writer", "create_engine", "item_writer", "open_engine"]

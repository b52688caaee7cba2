"""A file's name to the reader that turns its text into documents and their blocks.

The readers are data: `module:function`, imported when the first file of their kind is read. A new format is one line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec

from seedsearch.errors import UnreadableError
from seedsearch.ingest.blocks import RawBlock, split
from seedsearch.tuples import NamedTuple


class Part(NamedTuple):
    """A document inside a file, most often the only one.

    `id` is "" where the document is the file, else what stands behind `#` in its name; `title` and `language` are ""
    where the file does not say. `blocks` hold offsets into `text`. `start` is where `text` begins in the file's text,
    and `shifts` are pairs, ascending: a place in `text`, and by how much the file's text has run ahead from there on.
    `line` is the 1-based line of the object that it was in a JSON Lines file, else 0.
    """

    id: str
    title: str
    language: str
    text: str
    blocks: list[RawBlock]
    start: int = 0
    shifts: Sequence[tuple[int, int]] = ()
    line: int = 0

    def places_in_file(self, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Places in the file's text, in characters, of places in `text`, each [start, end)."""
        if not self.shifts:
            return [(self.start + start, self.start + end) for start, end in places]
        froms, ahead = [0, *[place for place, _ in self.shifts]], [0, *[ahead for _, ahead in self.shifts]]
        edges = [self.start + edge + ahead[bisect_right(froms, edge) - 1] for place in places for edge in place]
        return list(zip(edges[::2], edges[1::2], strict=True))


class Broken(NamedTuple):
    """A piece of a file that is no document: its 1-based line, and why."""

    line: int
    reason: str


Reader = Callable[[str], Iterator[Part | Broken]]


class Format(NamedTuple):
    """A kind of file: its name, the suffixes of its files, its reader, and the module and distribution this needs."""

    name: str
    suffixes: tuple[str, ...]
    reader: str
    module: str = ""
    distribution: str = ""


TEXT = Format("text", (".txt", ".text"), "seedsearch.ingest.formats:read_text")
FORMATS = (
    TEXT,
    Format("Markdown", (".md", ".markdown"), "seedsearch.ingest.markdown:read", "markdown_it", "markdown-it-py"),
    Format("JSON Lines", (".jsonl", ".ndjson"), "seedsearch.ingest.jsonlines:read"),
)
_BY_SUFFIX = {suffix: one for one in FORMATS for suffix in one.suffixes}


def format_of(name: str) -> Format:
    """The format of a file by the suffix of its name: `format_of("A.MD").name == "Markdown"`; else it is plain text."""
    _, dot, suffix = name.rpartition("/")[2].rpartition(".")
    return _BY_SUFFIX.get((dot + suffix).lower(), TEXT)


def reader_of(name: str) -> Reader:
    """The reader for a file of this name: the file's whole decoded text -> its documents in order, one at a time.

    Raises UnreadableError if what the reader needs is not installed.
    """
    one = format_of(name)
    if one.module and find_spec(one.module) is None:
        raise UnreadableError(f"{name}: {one.name} needs {one.distribution}; run: pip install {one.distribution}")
    module, _, function = one.reader.partition(":")
    reader: Reader = getattr(import_module(module), function)
    return reader


def read_text(text: str) -> Iterator[Part]:
    """A plain text as the one document that it is."""
    yield Part("", "", "", text, split(text))

"""A citation as printed -> the passage in its place in the file, with the lines around it and what stands opposite."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from seedsearch.errors import QuerySyntaxError, SeedsearchError, UnreadableError
from seedsearch.ingest.decoding import decode
from seedsearch.ingest.discover import name_of
from seedsearch.manifest import path_of
from seedsearch.reading import file_hash, load, split_name
from seedsearch.records import Counterpart, Passage, Source
from seedsearch.searching import Collection
from seedsearch.store import Stored
from seedsearch.tuples import NamedTuple

CONTEXT = 3  # lines shown before and after
AS_INDEXED, CHANGED, GONE = "as indexed", "changed", "gone"
_CITATION = re.compile(r"(?P<source>.+?):(?P<start>\d{1,12})(?:-(?P<end>\d{1,12}))?$", re.DOTALL)


class Line(NamedTuple):
    """A line of a file: its 1-based number, its text without the line break, whether the citation names it."""

    number: int
    text: str
    cited: bool


class Shown(NamedTuple):
    """A citation looked up. `state` says whether the file is as it was indexed; where it is not, `lines` are the passages that
    the index remembers."""

    source: str
    start_line: int
    end_line: int
    state: str
    lines: tuple[Line, ...]
    counterparts: tuple[Counterpart, ...]


def show(collection: Collection, citation: str, context: int = CONTEXT) -> Shown:
    """The lines that a citation (`path:start-end` or `path:line`) names, `context` lines around them, and the counterparts.

    Raises QuerySyntaxError for what is no citation, SeedsearchError for lines or documents that the index does not hold.
    """
    source, start, end = parse(citation)
    name = next((name for name in _names(collection, source) if collection.passages_at(name, start, end)), None)
    if name is None:
        raise SeedsearchError(f"the index holds no passage at {citation}; see what it holds with: seedsearch status --files")
    stored = collection.passages_at(name, start, end)
    counterparts = _counterparts(collection, stored, start, end)
    lines, state = _lines(collection, name, start, end, context, stored[0].sha256)
    if not lines:
        lines = _remembered(stored)
    return Shown(name, start, end, state, tuple(lines), tuple(counterparts))


def _counterparts(collection: Collection, stored: Sequence[Stored], start: int, end: int) -> dict[Counterpart, None]:
    """What stands opposite the lines that are cited."""
    found: dict[Counterpart, None] = {}
    for passage in (one.passage for one in stored):
        span = passage.span
        first, last = _offset(passage, start), _offset(passage, end + 1)
        found |= dict.fromkeys(collection.opposite(passage, span.start_char + first, span.start_char + last))
    return found


def _offset(passage: Passage, line: int) -> int:
    """Where a line of the file begins in a passage, in characters; 0 before it, its length behind it."""
    offset = 0
    for _ in range(line - passage.span.start_line):
        offset = passage.text.find("\n", offset) + 1
        if not offset:
            return len(passage.text)
    return offset


def _names(collection: Collection, source: str) -> list[str]:
    """A document's name as it may be meant: as cited, or as a path from the working directory."""
    cited = os.fsencode(source).decode("utf-8", "backslashreplace")
    return list(dict.fromkeys((cited, name_of(Path(source), collection.root))))


def _lines(collection: Collection, name: str, start: int, end: int, context: int, sha256: str) -> tuple[list[Line], str]:
    """The lines of the file as it is now, and whether it is as it was indexed."""
    file, identity = split_name(name, lambda part: os.path.isfile(collection.root / path_of(part)))  # noqa: PTH113
    try:
        data = load(Source(collection.root / path_of(file), file))
    except UnreadableError:
        return [], GONE
    if file_hash(data) != sha256:
        return [], CHANGED
    if identity:
        return [], AS_INDEXED  # an object's line is JSON, its text is what the index holds
    text = decode(data).text
    every = text.split("\n") if "\n" in text else text.split("\r")
    every = every if every[-1] else every[:-1]
    first, last = max(1, start - context), min(len(every), end + context)
    return [Line(n, every[n - 1].rstrip("\r"), start <= n <= end) for n in range(first, last + 1)], AS_INDEXED


def _remembered(stored: Sequence[Stored]) -> list[Line]:
    """The lines of passages as they were when indexed."""
    lines = []
    for passage in (found.passage for found in stored):
        first, last = passage.span.start_line, passage.span.end_line
        texts = passage.text.split("\n")
        # The lines of an object's text are not those of its file, where it stands on one.
        lines += [Line(min(first + i, last), text.rstrip("\r"), cited=True) for i, text in enumerate(texts)]
    return lines


def parse(citation: str) -> tuple[str, int, int]:
    """Name, first and last line of a citation."""
    found = _CITATION.fullmatch(citation.strip())
    if found is None:
        raise QuerySyntaxError(f"{citation} is no citation; give one as printed: seedsearch show PATH:START-END")
    start = int(found["start"])
    end = int(found["end"] or start)
    if not 1 <= start <= end:
        raise QuerySyntaxError(f"{citation} names no lines; the first is 1, and the last is not before the first")
    return found["source"], start, end

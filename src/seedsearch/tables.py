"""The tables of the store, and the states that the rows of a file go through.

1. What is there of a file is marked "old"; what it holds now is written and marked "new", in as many transactions as it takes.
2. The engine commits: old passages out, new ones in. Of a new index the last passages are written at the same time: a reader
   leaves out what has a higher number than any that is there.
3. What is "new" is marked "indexed" and what is "old" is marked "gone", both at once; then what is gone is dropped.

A file that a crash caught before 3 is forgotten, its passages first where the engine has any, and read again by the next run.
A reader that opened the engine before 2 asks for rows that are there until 3; none is shown what the engine does not have yet.
"""

from __future__ import annotations

from typing import Any

from seedsearch.tuples import NamedTuple

SCHEMA = """
CREATE TABLE file (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    modified INTEGER NOT NULL, checked INTEGER NOT NULL, encoding TEXT NOT NULL, method TEXT NOT NULL, reason TEXT NOT NULL,
    flaw TEXT NOT NULL
);
CREATE INDEX file_name ON file (name);
CREATE TABLE document (
    number INTEGER PRIMARY KEY, file INTEGER NOT NULL, source TEXT NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL,
    halves TEXT NOT NULL, beads INTEGER NOT NULL, confidence REAL NOT NULL
);
CREATE INDEX document_file ON document (file);
CREATE INDEX document_source ON document (source);
CREATE INDEX document_aligned ON document (number) WHERE beads > 0;
CREATE TABLE passage (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, document INTEGER NOT NULL, start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, start_byte INTEGER NOT NULL,
    end_byte INTEGER NOT NULL, language TEXT NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL, counterparts TEXT NOT NULL
);
CREATE INDEX passage_document ON passage (document);
CREATE TABLE pair (
    document INTEGER NOT NULL, start_char INTEGER NOT NULL, end_char INTEGER NOT NULL, other_start INTEGER NOT NULL,
    other_end INTEGER NOT NULL, other_start_line INTEGER NOT NULL, other_end_line INTEGER NOT NULL, confidence REAL NOT NULL
);
CREATE INDEX pair_place ON pair (document, start_char);
CREATE INDEX passage_id ON passage (id);
"""

SHOWN = "f.state IN ('indexed', 'old')"
"""Of a file f."""
CAUGHT = "name IN (SELECT name FROM file WHERE state IN ('new', 'old'))"
"""Files that a crash has caught before 3."""
GONE = "SELECT number FROM file WHERE state = 'gone'"
"""Files of which what is there is dropped."""
HIDDEN = "SELECT d.number FROM document d JOIN file f ON f.number = d.file WHERE f.state IN ('new', 'gone')"
"""Documents that are not shown."""


class Seen(NamedTuple):
    """What was known of a file when it was last looked at; times are nanoseconds.

    `reason` says why it was skipped, `flaw` what of it could not be read; both are "" for a sound file.
    """

    sha256: str
    size: int
    modified: int
    checked: int
    reason: str
    flaw: str = ""


class Rows(NamedTuple):
    """A document as the store keeps it, in plain values, so that it passes between processes at little cost.

    `document` is a row of its table without the numbers; so are `passages` and `pairs`, each pair seen from either side.
    """

    document: tuple[str, str, str, str, int, float]
    passages: list[tuple[Any, ...]]
    pairs: list[tuple[Any, ...]]

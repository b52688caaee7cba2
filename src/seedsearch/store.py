"""What an index remembers beside the terms: files, documents and passages, in one SQLite file.

Engines hold terms and passage numbers; the text, the places and the hashes are here. So that a crash
between their commits loses nothing, the rows of a file go through the states of `tables`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

from seedsearch.errors import IndexCorruptError, SeedsearchError
from seedsearch.records import Passage, Span
from seedsearch.tables import CAUGHT, GONE, HIDDEN, SCHEMA, SHOWN, Rows, Seen
from seedsearch.tuples import NamedTuple

_FROM = "FROM passage p JOIN document d ON d.number = p.document JOIN file f ON f.number = d.file"
_PASSAGE = (
    "SELECT p.number, p.id, d.source, p.start_char, p.end_char, p.start_line, p.end_line, p.start_byte, p.end_byte,"
    f" p.language, p.headings, p.text, p.counterparts, f.sha256 {_FROM}"
)
_DOCUMENT = f"SELECT p.document {_FROM} WHERE p.id = ? AND {SHOWN}"


@contextmanager
def _translated(opened: Path | None = None) -> Iterator[None]:
    """SQLite's errors as ours: a full or closed disk, a damaged file, one that was `opened` and is no longer there."""
    try:
        yield
    except UnicodeDecodeError:
        raise IndexCorruptError("the index is damaged (text that is not UTF-8); run: seedsearch index --rebuild") from None
    except sqlite3.DatabaseError as error:
        if opened and not opened.exists():  # a rebuild has swept it away
            raise FileNotFoundError(opened) from None
        reason = str(error)
        if any(word in reason for word in ("full", "readonly", "disk I/O", "unable to open", "locked")):
            raise SeedsearchError(f"the index cannot be used ({reason}); make room or check permissions, try again") from None
        raise IndexCorruptError(f"the index is damaged ({reason}); run: seedsearch index --rebuild") from None


class Opposite(NamedTuple):
    """A place of the other half: characters [start_char, end_char), lines, and how sure it is that it translates."""

    start_char: int
    end_char: int
    start_line: int
    end_line: int
    confidence: float


class FileRow(NamedTuple):
    """One file of the collection, for the summary."""

    name: str
    encoding: str
    method: str
    languages: tuple[str, ...]
    halves: tuple[str, ...]
    documents: int
    passages: int
    reason: str


class Stored(NamedTuple):
    """A passage as it was indexed, with its number and the hash of the file that it came from."""

    number: int
    passage: Passage
    sha256: str


class Candidate(NamedTuple):
    """Of a passage what its place among others depends on."""

    number: int
    language: str
    headings: tuple[str, ...]
    text: str


ROWS, KEPT = 2_000, 40_000
"""So many rows are written together; so many are kept back, to be written beside the engine's commit, which is the end of a
build: on two cores that takes 3 % off the time of 30,000 passages."""
_LOT, _ROW = 20_000_000, 100
"""Characters of text written in a transaction, each row counted as _ROW more, though all may be of one large file. From when
SQLite's cache is full of new pages until the transaction ends readers are shut out, and give up after _PATIENCE seconds; with
900,000 passages in one that took 33. Smaller ones take longer together, as the index of ids, which come in no order, is written
each time: with a seventh of _LOT twice as long."""
_DROPPED = 50_000
"""Passages dropped in a transaction, for the same reason: 900,000 take 8 seconds, 5 in one, 12 with 20,000."""
_PATIENCE = 30
_CACHE = 65_536  # kB of pages: ids come in no order, nor do passages found, and with SQLite's own 2 MB each would be read anew


class Store:
    """The SQLite file of one generation of an index. Use it from one thread at a time."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.is_file():
            raise FileNotFoundError(path)
        self._opened = None if create else path
        with _translated(self._opened):
            self._connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        self._new: dict[str, list[tuple[Any, ...]]] = {"document": [], "passage": [], "pair": []}
        self._next = {"document": 1, "passage": 1}
        self._written = 0
        self._committing = Lock()
        self._rows(f"PRAGMA cache_size = -{_CACHE}")
        if create:
            with _translated():
                self._connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")

    def close(self) -> None:
        """Close the file, when no thread commits."""
        with self._committing:
            self._connection.close()

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a statement gives, read to the end: SQLite meets a damaged page only when it comes to it."""
        with _translated(self._opened):
            return self._connection.execute(statement, values).fetchall()

    def _insert(self, table: str, columns: str, values: Sequence[Any]) -> int:
        """Insert a row; returns its number."""
        marks = ", ".join("?" * len(values))
        with _translated():
            cursor = self._connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)
        return int(cursor.lastrowid or 0)

    # -- writing ---------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to write. What is staged until `commit` may take several transactions, all else happens together."""
        self._rows("BEGIN IMMEDIATE")
        self._written = 0
        for table in self._next:
            self._new[table].clear()
            self._next[table] = int(self._rows(f"SELECT coalesce(max(number), 0) + 1 FROM {table}")[0][0])

    def commit_documents(self) -> None:
        """End a transaction and begin the next, for the last passages. `unsettled` tells of what the engine may have now."""
        self._write_rows("document")
        self._rows("COMMIT")
        self._rows("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End the transaction: what was written stays."""
        with self._committing:
            self._write_new()
            self._rows("COMMIT")

    def _go_on(self) -> None:
        """Let readers in, which a transaction shuts out."""
        self.commit()
        self.begin()

    def _write_new(self, keep: int = 0) -> None:
        """Write the rows that were collected, of passages and pairs all but the last `keep`."""
        for table in self._new:
            self._write_rows(table, 0 if table == "document" else keep)

    def _write_rows(self, table: str, keep: int = 0) -> None:
        """Together: a statement for each row would take longer than the rows."""
        rows = self._new[table]
        if len(rows) > keep:
            written = rows[: len(rows) - keep]
            del rows[: len(written)]
            with _translated():
                self._connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(written[0]))})", written)

    def stage_file(self, name: str, seen: Seen, encoding: str, method: str) -> int:
        """Write a file's new row and mark what was there before; returns the number of the new row."""
        self.stage_removal(name)
        columns = "name, state, sha256, size, modified, checked, reason, flaw, encoding, method"
        return self._insert("file", columns, (name, "new", *seen, encoding, method))

    def stage_removal(self, name: str) -> None:
        """Mark the rows of a file as leaving."""
        self._rows("UPDATE file SET state = 'old' WHERE name = ?", (name,))

    def stage_document(self, file: int, rows: Rows) -> tuple[int, range]:
        """Write a document and all that belongs to it; returns its number and those of its passages, in order."""
        document, first = self._next["document"], self._next["passage"]
        numbers = range(first, first + len(rows.passages))
        self._next = {"document": document + 1, "passage": numbers.stop}
        self._new["document"].append((document, file, *rows.document))
        self._new["passage"] += [
            (number, row[0], document, *row[1:]) for number, row in zip(numbers, rows.passages, strict=True)
        ]
        self._new["pair"] += [(document, *row) for row in rows.pairs]
        self._written += sum([len(row[-2]) for row in rows.passages]) + _ROW * (len(rows.passages) + len(rows.pairs))
        if max(len(self._new["passage"]), len(self._new["pair"])) >= KEPT + ROWS:
            self._write_new(KEPT)
        if self._written >= _LOT:
            self._go_on()
        return document, numbers

    def settle(self) -> None:
        """After the engine's commit: drop what was marked as leaving, keep what is new."""
        self._rows("UPDATE file SET state = 'gone' WHERE state = 'old'")
        self._rows("UPDATE file SET state = 'indexed' WHERE state = 'new'")
        self._drop_gone()

    def leaving(self) -> list[int]:
        """Numbers of the documents that are marked as leaving."""
        return self._documents("state = 'old'")

    def unsettled(self) -> list[int]:
        """Numbers of the documents of every file that a crash caught half way."""
        return self._documents(CAUGHT)

    def forget(self) -> bool:
        """Drop what a crash left half way, when the engine has none of it any more; whether there was anything."""
        self._rows(f"UPDATE file SET state = 'gone' WHERE {CAUGHT}")
        found = bool(self._rows(f"{GONE} LIMIT 1"))
        self._drop_gone()
        return found

    def note(self, file: int, reason: str, flaw: str) -> None:
        """Remember why a file was skipped, and what of it could not be read."""
        self._rows("UPDATE file SET reason = ?, flaw = ? WHERE number = ?", (reason, flaw, file))

    def touch(self, name: str, seen: Seen) -> None:
        """Note that a file was looked at and holds what it held."""
        self._rows(
            "UPDATE file SET size = ?, modified = ?, checked = ? WHERE name = ?",
            (seen.size, seen.modified, seen.checked, name),
        )

    def _documents(self, where: str) -> list[int]:
        query = f"SELECT number FROM document WHERE file IN (SELECT number FROM file WHERE {where})"
        return [number for (number,) in self._rows(query)]

    def _drop_gone(self) -> None:
        passages = "SELECT count(*) FROM passage WHERE passage.document = document.number"
        listed = f"SELECT number, ({passages}) FROM document WHERE file IN ({GONE}) LIMIT {_DROPPED}"
        is_first = True
        while gone := self._rows(listed):
            for lot in _lots(gone):
                if not is_first:
                    self._go_on()
                is_first = False
                for table, column in (("passage", "document"), ("pair", "document"), ("document", "number")):
                    with _translated():
                        self._connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", lot)
        self._rows("DELETE FROM file WHERE state = 'gone'")

    # -- reading ---------------------------------------------------------------------------------------------------------

    def seen(self) -> dict[str, Seen]:
        """Every file of the collection by name."""
        rows = self._rows("SELECT name, sha256, size, modified, checked, reason, flaw FROM file")
        return {name: Seen(*rest) for name, *rest in rows}

    def last(self) -> int:
        """The highest number of a passage; 0 where there is none."""
        return int(self._rows("SELECT coalesce(max(number), 0) FROM passage")[0][0])

    def passages(self, numbers: Iterable[int]) -> dict[int, Stored]:
        """Passages by number; a number that is no longer there is left out."""
        return {row[0]: _stored(row) for row in self._numbered(_PASSAGE, numbers)}

    def candidates(self, numbers: Iterable[int]) -> dict[int, Candidate]:
        """As `passages`, in half the time, without their places."""
        rows = self._numbered("SELECT p.number, p.language, p.headings, p.text FROM passage p", numbers)
        return {row[0]: Candidate._make((row[0], row[1], _listed(row[2]), row[3])) for row in rows}

    def _numbered(self, select: str, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
        """The rows of passages by number."""
        wanted = list(numbers)
        for start in range(0, len(wanted), 500):  # SQLite binds at most 32,766 values, older ones 999
            part = wanted[start : start + 500]
            yield from self._rows(f"{select} WHERE p.number IN ({','.join('?' * len(part))})", part)

    def by_id(self, ids: Sequence[str]) -> list[Stored]:
        """Passages by id, in the order asked for."""
        rows = self._rows(f"{_PASSAGE} WHERE p.id IN ({','.join('?' * len(ids))}) AND {SHOWN}", ids)
        found = {row[1]: _stored(row) for row in rows}
        return [found[i] for i in ids if i in found]

    def opposite(self, passage: Passage, start_char: int, end_char: int) -> list[Opposite]:
        """The places that translate something of a passage's document between two offsets, in order."""
        rows = self._rows(
            "SELECT other_start, other_end, other_start_line, other_end_line, confidence FROM pair"
            f" WHERE document = ({_DOCUMENT}) AND start_char < ? AND end_char > ?"
            " ORDER BY other_start",
            (passage.id, end_char, start_char),
        )
        return [Opposite(*row) for row in rows]

    def pairs(self, passage: Passage) -> list[tuple[int, int, Opposite]]:
        """The places of a passage that have a translation, as offsets of the document, each with that, in order."""
        rows = self._rows(
            "SELECT start_char, end_char, other_start, other_end, other_start_line, other_end_line, confidence FROM pair"
            f" WHERE document = ({_DOCUMENT}) AND start_char < ? AND end_char > ?"
            " ORDER BY start_char, other_start",
            (passage.id, passage.span.end_char, passage.span.start_char),
        )
        return [(start, end, Opposite(*other)) for start, end, *other in rows]

    def at(self, source: str, start_line: int, end_line: int) -> list[Stored]:
        """The passages of a document that touch these lines, in order."""
        where = f"WHERE d.source = ? AND p.start_line <= ? AND p.end_line >= ? AND {SHOWN} ORDER BY p.start_char"
        return [_stored(row) for row in self._rows(f"{_PASSAGE} {where}", (source, end_line, start_line))]

    def named(self, likes: Sequence[str]) -> Iterable[int]:
        """Numbers of the documents whose name is as one of these patterns of LIKE has it, with \\ before what is no pattern."""
        return chain.from_iterable(self._rows(f"SELECT number FROM document WHERE {_fitting(likes)}", likes))

    def has_other_names(self, likes: Sequence[str]) -> bool:
        """Whether there are documents beside `named`."""
        return bool(self._rows(f"SELECT 1 FROM document WHERE NOT ({_fitting(likes)}) LIMIT 1", likes))

    def names(self, likes: Sequence[str]) -> list[tuple[int, str]]:
        """Number and name of the documents that `named` gives."""
        return self._rows(f"SELECT number, source FROM document WHERE {_fitting(likes)}", likes)

    def numbers(self, languages: Sequence[str], after: int, most: int) -> list[tuple[int, int, str]]:
        """The next `most` passages in these languages after a number: number, number of the document, language."""
        where = f"language IN ({','.join('?' * len(languages))}) AND number > ? ORDER BY number LIMIT ?"
        return self._rows(f"SELECT number, document, language FROM passage WHERE {where}", (*languages, after, most))

    def aligned_documents(self) -> list[int]:
        """Numbers of the documents with two halves, ascending."""
        return [number for (number,) in self._rows("SELECT number FROM document WHERE beads > 0 ORDER BY number")]

    def files(self) -> Iterator[FileRow]:
        """Every file of the collection, by name."""
        rows = self._rows(
            "SELECT f.name, f.encoding, f.method, f.reason || f.flaw, count(DISTINCT d.number), count(p.number),"
            " coalesce(group_concat(DISTINCT p.language), ''), coalesce(min(d.halves), '[]')"
            " FROM file f LEFT JOIN document d ON d.file = f.number LEFT JOIN passage p ON p.document = d.number"
            f" WHERE {SHOWN} GROUP BY f.number ORDER BY f.name"
        )
        for name, encoding, method, reason, documents, passages, languages, halves in rows:
            sides = tuple(side[0] for side in json.loads(halves))
            codes = tuple(sorted(filter(None, languages.split(","))))
            yield FileRow(name, encoding, method, codes, sides, documents, passages, reason)

    def languages(self) -> dict[str, int]:
        """How many passages there are in each language."""
        where = f"document NOT IN ({HIDDEN})"
        return dict(self._rows(f"SELECT language, count(*) FROM passage WHERE {where} GROUP BY language ORDER BY language"))

    def counts(self) -> tuple[int, int, int]:
        """Files (without those skipped), documents, passages."""
        files = f"SELECT count(*) FROM file f WHERE reason = '' AND {SHOWN}"
        documents = f"SELECT count(*) FROM document WHERE number NOT IN ({HIDDEN})"
        passages = f"SELECT count(*) FROM passage WHERE document NOT IN ({HIDDEN})"
        return self._rows(f"SELECT ({files}), ({documents}), ({passages})")[0]


def _lots(documents: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int]]]:
    """Numbers of documents, so many together as have _DROPPED passages, or one that has more; of each number and passages."""
    lot, size = list[tuple[int]](), 0
    for number, passages in documents:
        if lot and size + passages > _DROPPED:
            yield lot
            lot, size = [], 0
        lot.append((number,))
        size += passages
    if lot:
        yield lot


def _fitting(likes: Sequence[str]) -> str:
    return " OR ".join(["source LIKE ? ESCAPE '\\'"] * len(likes))


def _stored(row: tuple[Any, ...]) -> Stored:
    number, identity, source, language, headings, text, counterparts, sha256 = *row[:3], *row[9:]
    passage = (identity, source, Span._make(row[3:9]), language, _listed(headings), text, _listed(counterparts))
    return Stored._make((number, Passage._make(passage), sha256))


def _listed(values: str) -> tuple[str, ...]:
    """A list as it was written; most are empty."""
    if values == "[]":
        return ()
    try:
        return tuple(json.loads(values))
    except (ValueError, TypeError):
        raise IndexCorruptError("the index is damaged (a passage without headings); run: seedsearch index --rebuild") from None

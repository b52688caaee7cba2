"""One file, or a piece of a large one -> all that engine and store keep of it. This is the work that can be shared out.

A task goes to a worker process and its result comes back, so both are plain values: tuples, lists, texts and numbers, which
`marshal` writes and reads at a fraction of what records cost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import Any, TypeAlias

from seedsearch import analysis, corrections
from seedsearch.engines import item_writer
from seedsearch.engines.protocol import Words
from seedsearch.errors import SeedsearchError, UnreadableError
from seedsearch.ingest.formats import Broken
from seedsearch.ingest.passages import passage_ids
from seedsearch.ingest.pieces import Survey
from seedsearch.reading import Reading, align, content, documents, documents_of_piece, file_hash, part
from seedsearch.records import Alignment, Block, Document, Pair, Passage, Source
from seedsearch.streams import Stream
from seedsearch.tables import Rows
from seedsearch.tuples import NamedTuple

Plain: TypeAlias = tuple[Any, ...]


class Task(NamedTuple):
    """A file to be prepared, or bytes [start, end) of one, which hold whole lines of a JSON Lines file in UTF-8.

    `folder` is that of the index, `engine` the name of its engine; `size` is what there is to read, in bytes; `known` the hash
    of the file when it was last read, "" for a new one.
    Of a piece `line` is the 1-based number of its first line, 0 where the task is a whole file; `sha256` and `encoding` are
    those of the file.
    """

    path: str
    name: str
    folder: str
    engine: str
    size: int
    known: str = ""
    start: int = 0
    end: int = 0
    line: int = 0
    sha256: str = ""
    encoding: str = ""


class Prepared(NamedTuple):
    """A document as it goes to store and engine.

    `id` is what the document calls itself, "" for none, and `line` where it stands in a JSON Lines file. `words` has for each
    passage its language, body and heading, as in `Entry`.
    """

    id: str
    line: int
    rows: Rows
    words: Sequence[tuple[str, Words | str, Words | str]]


class Result(NamedTuple):
    """What became of a task.

    `reason` says why there are no documents, "" where there are; `same` that the file holds what it held; `broken` are
    the parts that cannot be read: how many, and the first; `flaw` what else is wrong; `notes` what a user should know.
    """

    sha256: str = ""
    encoding: str = ""
    method: str = ""
    reason: str = ""
    same: bool = False
    broken: int = 0
    first_broken: tuple[int, str] = (0, "")
    flaw: str = ""
    notes: Sequence[str] = ()
    documents: Sequence[Prepared] = ()


class Flaws:
    """What of a file could not be read as it should; as text a line, "" for a sound file."""

    def __init__(self) -> None:
        self._broken = 0
        self._first, self._other = (0, ""), ""

    def add(self, task: Task, result: Result) -> None:
        """Take in the result of the file or of its next piece."""
        lost = (1, (task.line, f"{result.reason} (and the lines after it)")) if task.line and result.reason else (0, (0, ""))
        for count, first in ((result.broken, result.first_broken), lost):
            self._first = self._first if self._broken else first
            self._broken += count
        self._other = self._other or result.flaw

    def __str__(self) -> str:
        if self._broken:
            return f"{self._broken} of its lines cannot be read; the first is line {self._first[0]}: {self._first[1]}"
        return self._other


def prepare(task: Task) -> Result:
    """Read, align, cut and analyse. What goes wrong with the file is the result's `reason`, and not raised."""
    if task.known and task.known == task.sha256:
        return Result(task.sha256, same=True)
    try:
        return _piece(task) if task.line else _file(task)
    except SeedsearchError as error:
        return Result(reason=str(error))
    except OSError as error:
        return Result(reason=f"cannot be read ({error.strerror})")
    except MemoryError:
        return Result(reason="too large for the memory of this machine")
    except Exception as error:  # a fault of ours, which must not cost the other files
        if isinstance(error.__context__, KeyboardInterrupt):  # langdetect makes an error of its own of Ctrl-C
            raise
        return Result(reason=f"cannot be read, by a fault of seedsearch ({type(error).__name__}: {error}); please report it")


def _file(task: Task) -> Result:
    source = Source(Path(task.path), task.name)
    data = content(source.path)
    sha256 = file_hash(data)
    if sha256 == task.known:
        return Result(sha256, same=True)
    broken: list[Broken] = []
    try:
        found = _documents(task, documents(source, data, broken.append))
    except UnreadableError as error:
        return Result(sha256, reason=str(error))
    return found._replace(sha256=sha256, broken=len(broken), first_broken=_first(broken))


def _piece(task: Task) -> Result:
    source = Source(Path(task.path), task.name)
    data = part(source.path, task.start, task.end)
    broken: list[Broken] = []
    found = documents_of_piece(source, data, Survey(task.sha256, task.encoding), task.start, task.line, broken.append)
    result = _documents(task, found)
    return result._replace(sha256=task.sha256, broken=len(broken), first_broken=_first(broken))


def _first(broken: Sequence[Broken]) -> tuple[int, str]:
    return (broken[0].line, broken[0].reason) if broken else (0, "")


def _documents(task: Task, found: Iterator[Reading]) -> Result:
    first = next(found, None)  # decodes the file
    if first is None:
        return Result(reason="" if task.line else "none of its lines can be read", encoding=task.encoding, method=task.encoding)
    notes: list[str] = []
    read = [_cut(task.folder, reading, notes) for reading in chain([first], found)]
    words = iter(_words(task.engine, [passage for _, passages, _ in read for passage in passages]))
    prepared = [Prepared._make((one.id, one.line, rows, list(islice(words, len(passages))))) for one, passages, rows in read]
    document = first.document
    return Result(
        encoding=document.encoding, method=document.encoding_method, flaw=_flaw(document), notes=notes, documents=prepared
    )


def _cut(folder: str, reading: Reading, notes: list[str]) -> tuple[Reading, list[Passage], Rows]:
    alignment = _align(folder, reading.document, notes)
    passages = reading.passages(alignment)
    return reading, passages, _rows_of(reading.document, alignment, passages, reading.pairs(alignment))


def _words(engine: str, passages: Sequence[Passage]) -> list[tuple[str, Words | str, Words | str]]:
    """The language, body and heading of passages, as in `Entry`."""
    stream = _stream(engine)
    write = stream.text if stream else analysis.postings
    return [
        (one.language, write(one.text, one.language), write(" ".join(one.headings), one.language) if one.headings else ())
        for one in passages
    ]


@cache
def _stream(engine: str) -> Stream | None:
    write = item_writer(engine)
    return Stream(write) if write else None


def _align(folder: str, document: Document, notes: list[str]) -> Alignment:
    """The alignment that a person has corrected, else the aligner's own."""
    if not document.halves:
        return Alignment((), 0.0)
    index = Path(folder)
    if corrections.is_outdated(index, document.source, document):
        notes.append(f"{document.source}: its corrected alignment was made for an earlier text; correct it anew")
    return corrections.load(index, document.source, document) or align(document)


def _flaw(document: Document) -> str:
    """What is wrong with the text of a file's first document, in a line; "" for a sound one."""
    if document.encoding_method.endswith("replaced"):
        return f"damaged text, read as {document.encoding_method}"
    if "\0" in document.text:
        return f"holds {document.text.count(chr(0))} NUL characters, read as text all the same"
    return ""


def renamed(one: Prepared, source: str, sha256: str) -> Prepared:
    """A document under another name, with the ids of its passages, which depend on it."""
    import json

    rows = one.rows.passages
    ids = dict(zip([row[0] for row in rows], passage_ids(source, sha256, [row[1:3] for row in rows]), strict=True))
    passages = [(ids[row[0]], *row[1:-1], json.dumps([ids[other] for other in json.loads(row[-1])])) for row in rows]
    return one._replace(rows=one.rows._replace(document=(source, *one.rows.document[1:]), passages=passages))


def to_plain(result: Result) -> Plain:
    """A result without records, for `marshal`."""
    return (*result[:-1], [(one.id, one.line, tuple(one.rows), one.words) for one in result.documents])


def from_plain(plain: Plain) -> Result:
    """The inverse of `to_plain`."""
    found = [Prepared(identity, line, Rows(*rows), words) for identity, line, rows, words in plain[-1]]
    return Result(*plain[:-1])._replace(documents=found)


def _rows_of(document: Document, alignment: Alignment, passages: Sequence[Passage], pairs: Iterable[Pair]) -> Rows:
    """What the store keeps of a document that was read."""
    halves = [[half.language, *_lines(document, half.blocks)] for half in document.halves]
    sides = json.dumps(halves) if halves else "[]"
    return Rows._make(
        (
            (document.source, document.language, document.title, sides, len(alignment.beads), alignment.confidence),
            [(p.id, *p.span, p.language, _array(p.headings), p.text, _array(p.counterparts)) for p in passages],
            [
                (here.start_char, here.end_char, *there[:4], confidence)
                for left, right, confidence in pairs
                for here, there in ((left, right), (right, left))
            ],
        )
    )


def _array(texts: Sequence[str]) -> str:
    """As `json.dumps`, in a fifth of the time for few texts."""
    return f"[{', '.join(map(encode_basestring_ascii, texts))}]" if texts else "[]"


def _lines(document: Document, blocks: Sequence[int]) -> tuple[int, int]:
    spans: list[Block] = [document.blocks[i] for i in blocks]
    return min(block.span.start_line for block in spans), max(block.span.end_line for block in spans)

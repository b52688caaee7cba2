"""A judged collection: a corpus, queries, and judgments of which document answers which query.

The layout is that of BEIR (https://github.com/beir-cellar/beir): `corpus.jsonl` and `queries.jsonl`, either also as `.gz`, and
judgments in `qrels.tsv` or `qrels/test.tsv`, in BEIR's form (query-id, corpus-id, score, under a header) or in TREC's (query,
iteration, document, relevance; https://trec.nist.gov/data/qrels_eng/).
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

from seedsearch.errors import EvaluationError
from seedsearch.tuples import NamedTuple

_HEADS = frozenset("query-id query_id queryid qid query".split())
HIGHEST = 10_000  # grade of relevance; trec_eval takes memory for each grade up to the highest


class Judged(NamedTuple):
    """A judged collection: its name, its corpus file, and of the judged queries the texts and the judgments.

    `judgments[query][document]` is the grade of relevance, above 0 for what is relevant. `missing` are judged queries without
    a text; they are in none of the two.
    """

    name: str
    corpus: Path
    queries: dict[str, str]
    judgments: dict[str, dict[str, int]]
    missing: tuple[str, ...]


def read_judged(folder: Path | str) -> Judged:
    """The collection in a folder, its queries in the order of their file.

    Raises EvaluationError, which names file and line, for what is not there or not in the form described above.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise EvaluationError(f"{folder}: no such folder; name one that holds corpus.jsonl, queries.jsonl and qrels.tsv")
    corpus, topics = _jsonl(folder, "corpus"), _jsonl(folder, "queries")
    judgments = _judgments(_qrels(folder))
    texts = _queries(topics)
    queries = {query: text for query, text in texts.items() if query in judgments}
    if not queries:
        raise EvaluationError(f"{topics}: none of its queries is judged in {_qrels(folder)}; check that the ids agree")
    missing = tuple(query for query in judgments if query not in texts)
    return Judged(folder.resolve().name, corpus, queries, {query: judgments[query] for query in queries}, missing)


def is_judged(folder: Path) -> bool:
    """Whether a folder looks like a judged collection."""
    return folder.is_dir() and any((folder / f"corpus.jsonl{end}").is_file() for end in ("", ".gz"))


def open_bytes(file: Path) -> IO[bytes]:
    """A file opened for reading, unpacked where its name ends in `.gz`."""
    return cast(IO[bytes], gzip.open(file, "rb")) if file.suffix == ".gz" else file.open("rb")


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file in UTF-8 with their numbers from 1; without the blank ones, and blanks at their ends.

    Raises EvaluationError for a file that cannot be read, or is not UTF-8.
    """
    number = 0
    try:
        with open_bytes(file) as data:
            for number, line in enumerate(data, 1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip(" \t\r\n")
                if text:
                    yield number, text
    except UnicodeDecodeError:
        raise malformed(file, number, "not UTF-8; save the file as UTF-8") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise EvaluationError(f"{file}: damaged behind line {number}; fetch it again") from None
    except OSError as error:
        raise EvaluationError(f"{file}: cannot be read ({error.strerror}); check its permissions") from None


def columns(line: str) -> list[str]:
    """The fields of a line, cut at tabs where there are any, so that ids may hold blanks; else at white space."""
    return [field.strip() for field in line.split("\t")] if "\t" in line else line.split()


def malformed(file: Path, number: int, reason: str) -> EvaluationError:
    """The error for a line that is not what it should be."""
    return EvaluationError(f"{file}:{number}: {reason}")


def _jsonl(folder: Path, name: str) -> Path:
    files = [folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"]
    for file in files:
        if file.is_file():
            return file
    raise EvaluationError(f"{folder} holds no {name}.jsonl or {name}.jsonl.gz; name the folder of a judged collection")


def _qrels(folder: Path) -> Path:
    """The file of judgments: `qrels.tsv`, `qrels/test.tsv`, or the only file in `qrels/`."""
    for file in (folder / "qrels.tsv", folder / "qrels" / "test.tsv"):
        if file.is_file():
            return file
    below = folder / "qrels"
    files = sorted(file for file in below.iterdir() if file.is_file()) if below.is_dir() else []
    if len(files) == 1:
        return files[0]
    found = f"{len(files)} files in qrels/, none of them test.tsv" if files else "no qrels.tsv"
    raise EvaluationError(f"{folder} holds {found}; put the judgments to use into qrels.tsv")


def _queries(file: Path) -> dict[str, str]:
    """Id to text. Raises EvaluationError."""
    found: dict[str, str] = {}
    for number, line in lines(file):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            raise malformed(file, number, "not an object in JSON") from None
        if not isinstance(record, dict):
            raise malformed(file, number, "not an object in JSON")
        query = _first(record, ("id", "_id", "query_id", "qid"))
        text = _first(record, ("text", "query"))
        if not query or text is None:
            raise malformed(file, number, 'the query has no "id"' if not query else 'the query has no "text"')
        if query in found:
            raise malformed(file, number, f"a second query with the id {query}")
        found[query] = text
    return found


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of some members that is a text or a number; half a surrogate pair, which no file can hold, is replaced."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
    return None


def _judgments(file: Path) -> dict[str, dict[str, int]]:
    """Query to document to grade. Raises EvaluationError."""
    found: dict[str, dict[str, int]] = {}
    width = 0
    for number, line in lines(file):
        fields = columns(line)
        if len(fields) not in (3, 4) or width not in (0, len(fields)):
            expected = f"{width}, as before" if width else "query-id, corpus-id, score or query, iteration, document, relevance"
            raise malformed(file, number, f"{len(fields)} columns; expected {expected}")
        is_head = not width and fields[0].lower() in _HEADS
        width = len(fields)
        if is_head:
            continue
        query, document, grade = fields[0], fields[-2], _grade(fields[-1])
        if grade is None or not query or not document:
            raise malformed(file, number, f"the last column must be a whole number up to {HIGHEST}, the ids not empty")
        if found.setdefault(query, {}).setdefault(document, grade) != grade:
            raise malformed(file, number, f"document {document} is judged twice for query {query}, and differently")
    if not found:
        raise EvaluationError(f"{file}: holds no judgments; a line is: query, iteration, document, relevance")
    return found


def _grade(field: str) -> int | None:
    """A grade of relevance; "2.0", which data frames write, is 2. None for anything else."""
    try:
        value = float(field)
    except ValueError:
        return None
    return int(value) if abs(value) <= HIGHEST and value == int(value) else None

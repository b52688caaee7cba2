"""Topics and judgments to measures: a judged collection is indexed and searched as a user does it, then measured.

judged collection -> build -> index -> search, query by query -> run -> nDCG@10, R@100, MRR@10, P@1 -> paired test
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from seedsearch.errors import EvaluationError, IndexCorruptError, IndexVersionError, QuerySyntaxError
from seedsearch.indexing import Progress, Report, build
from seedsearch.judged import Judged, open_bytes, read_judged
from seedsearch.measures import MEASURES, Values, check_installed, mean, measure
from seedsearch.runs import Run
from seedsearch.searching import Collection, open_collection
from seedsearch.tuples import NamedTuple

DEPTH = 100  # documents taken of each query: what R@100 looks at
UNPACKED = "unpacked.jsonl"  # no name of a collection's own: the index may be kept in the collection's folder
DEEPEST = 2700  # passages looked through for DEPTH documents; each takes about half a millisecond


class Step(NamedTuple):
    """How far an evaluation is: what is done ("indexing", in bytes, "embedding", "searching", in queries), done and in all."""

    collection: str
    doing: str
    done: int
    total: int


class Evaluation(NamedTuple):
    """A collection measured.

    `values` are per query; `documents` counts what was indexed; `notes` are lines for people: lines of the corpus that cannot
    be read (`broken` tells whether there are any), judged queries without text, queries that cannot be searched. `sha256` is
    that of the unpacked corpus, in hex; `seconds` the time of the whole, from reading over indexing and searching to measuring.
    """

    judged: Judged
    documents: int
    run: Run
    values: Values
    notes: tuple[str, ...]
    broken: bool
    sha256: str
    seconds: float

    def means(self) -> dict[str, float]:
        """The mean of each measure over all judged queries."""
        return {name: mean([values[name] for values in self.values.values()]) for name in MEASURES}


class Miss(NamedTuple):
    """A query and how it went: its nDCG@10, the rank of the first relevant document, and the document that came first.

    The rank is 0 where none is among the DEPTH documents taken; `first` is "" where nothing was found.
    """

    query: str
    text: str
    value: float
    rank: int
    first: str


def evaluate(
    folder: Path | str,
    index: Path | str | None = None,
    *,
    engine: str = "auto",
    semantic: bool = False,
    notify: Callable[[Step], None] | None = None,
) -> Evaluation:
    """Index the corpus of a judged collection, search for each judged query, and measure what comes out.

    The index is a temporary one, or lies in `index / NAME / index`, where it is kept and, with the same corpus, used again; a
    new one has the engine asked for, and with `semantic` vectors, as `build` understands them. A document counts with its best
    passage. A query from which nothing can be searched scores 0. Raises EvaluationError for a collection that is not as
    `read_judged` wants it, or where ir-measures is not installed, and the errors of `build`.
    """
    began = time.monotonic()
    check_installed()
    judged = read_judged(folder)
    with _workspace(index, judged.name) as workspace:
        corpus = workspace / UNPACKED
        digest = _unpack(judged.corpus, corpus)
        report = _build(corpus, workspace / "index", judged.name, engine, semantic, notify)
        with open_collection(workspace / "index") as collection:
            documents = collection.status().documents
            run, failed = _search(collection, judged, f"{corpus.name}#", notify)
    flaws = (*report.notes, *(f"{skipped.name}: {skipped.reason}" for skipped in report.skipped))
    broken = tuple(f"{judged.corpus}{flaw.removeprefix(UNPACKED)}" for flaw in flaws)
    notes = (*broken, *(f"{judged.name}: {note}" for note in (*_missing(judged), *failed)))
    values = measure(judged.judgments, run)
    return Evaluation(judged, documents, run, values, notes, bool(broken), digest, time.monotonic() - began)


def worst(evaluation: Evaluation, count: int) -> list[Miss]:
    """The queries with the lowest nDCG@10, lowest first; among equals those whose first relevant document stands deeper."""
    misses = []
    for query, text in evaluation.judged.queries.items():
        ranked = [document for document, _ in evaluation.run.get(query, ())]
        grades = evaluation.judged.judgments[query]
        rank = next((rank for rank, document in enumerate(ranked, 1) if grades.get(document, 0) > 0), 0)
        misses.append(Miss(query, text, evaluation.values[query]["nDCG@10"], rank, ranked[0] if ranked else ""))
    misses.sort(key=lambda miss: (miss.value, -(miss.rank or DEPTH + 1)))
    return misses[:count]


@contextmanager
def _workspace(index: Path | str | None, name: str) -> Iterator[Path]:
    """A folder for the unpacked corpus and its index: a temporary one, or one that is kept."""
    if index is not None:
        kept = Path(index).absolute() / name
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
    else:
        with tempfile.TemporaryDirectory(prefix="seedsearch-eval-") as temporary:
            yield Path(temporary)


def _unpack(packed: Path, corpus: Path) -> str:
    """Copy a corpus, unpacked, to where it is indexed under a name that never changes; its SHA-256 in hex.

    The pipeline does not read `.gz`, and an index keeps the documents of every path that it was ever given.
    """
    import zlib

    digest = sha256()
    try:
        with open_bytes(packed) as data, corpus.open("wb") as copy:
            shutil.copyfileobj(data, copy)
        with corpus.open("rb") as data:
            while block := data.read(1 << 20):
                digest.update(block)
    except (EOFError, zlib.error):
        raise EvaluationError(f"{packed}: damaged; fetch it again") from None
    except OSError as error:
        reason = error.strerror or "not a gzip file"
        raise EvaluationError(f"{packed}: cannot be unpacked to {corpus.parent} ({reason}); check both") from None
    return digest.hexdigest()


def _build(corpus: Path, index: Path, name: str, engine: str, semantic: bool, notify: Callable[[Step], None] | None) -> Report:
    """Bring the index of a corpus up to date; one of another version is made anew."""

    def tell(progress: Progress) -> None:
        if notify and progress.to_embed:
            notify(Step(name, "embedding", progress.embedded, progress.to_embed))
        elif notify:
            notify(Step(name, "indexing", progress.bytes, progress.bytes_total))

    try:
        return build([corpus], index, engine=engine, semantic=semantic, notify=tell)
    except (IndexVersionError, IndexCorruptError):
        return build([corpus], index, rebuild=True, engine=engine, semantic=semantic, notify=tell)


def _search(
    collection: Collection, judged: Judged, prefix: str, notify: Callable[[Step], None] | None
) -> tuple[Run, list[str]]:
    """The run over all judged queries, each as it was typed, and a line for each from which nothing can be searched."""
    run: Run = {}
    failed = []
    enough = min(DEPTH, collection.status().documents)
    for done, (query, text) in enumerate(judged.queries.items()):
        if notify:
            notify(Step(judged.name, "searching", done, len(judged.queries)))
        try:
            run[query] = _documents(collection, text, prefix, enough)
        except QuerySyntaxError as error:
            run[query] = []
            failed.append(f"query {query} scores 0: {error}")
    return run, failed


def _documents(collection: Collection, text: str, prefix: str, enough: int) -> list[tuple[str, float]]:
    """The DEPTH best documents with the score of their best passage; no more is searched for once there are `enough`.

    What the first DEPTH passages give keeps its place when more are needed: those are what a user sees.
    """
    best: dict[str, float] = {}
    limit = DEPTH
    while True:
        hits = collection.sources(text, limit)
        for source, score in hits:
            best.setdefault(source.removeprefix(prefix), score)
        if len(best) >= enough or len(hits) < limit or limit >= DEEPEST:
            return list(best.items())[:DEPTH]
        # As many as hold DEPTH documents if what follows is like what was seen, and some more.
        limit = min(DEEPEST, 3 * limit, limit * DEPTH // len(best) + 10)


def _missing(judged: Judged) -> list[str]:
    if not judged.missing:
        return []
    return [f"{len(judged.missing)} judged queries have no text and are left out; the first is {judged.missing[0]}"]

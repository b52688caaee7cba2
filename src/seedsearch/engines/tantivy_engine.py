"""The engine for large collections: an index of the Tantivy library, whose BM25 is the first pass of the ranking.

Tantivy counts lengths rounded and the body with the heading, so that its scores come near those of `ranking` and do not
equal them; which passages match is exact. Equal scores are in order of number, as everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from seedsearch.engines.protocol import MAX_EXPANSION, Answer, Match
from seedsearch.engines.tantivy_layout import TOKENIZER
from seedsearch.engines.tantivy_query import State, Translation
from seedsearch.engines.tantivy_sieve import LOOKED, sift, without_sieves
from seedsearch.errors import IndexCorruptError, IndexMissingError, IndexVersionError
from seedsearch.query import And, Group, Node, Or, Phrase, Prefix, Term

if TYPE_CHECKING:
    from tantivy import DocAddress, Index, Query

    from seedsearch.engines.tantivy_writer import Writer

ATTEMPTS = 10
"""Times that opening is tried: a writer that commits at that moment may delete what the reader was about to open."""
REBUILD = "rebuild it with `seedsearch index --rebuild`"
SPARE = 8
"""Hits looked at beyond those wanted, so that of equal ones at the end those with the lowest numbers are taken."""
TIED = 1000
"""Hits looked at where that is not enough, before they are asked for by ranges of numbers."""


class TantivyEngine:
    """See `protocol.Engine` for what the methods do."""

    exact_scores: ClassVar[bool] = False

    def __init__(self, folder: Path, index: Index) -> None:
        self._folder = folder
        self._index: Index | None = index
        self._state = State(index.schema, index.searcher())

    @classmethod
    def create(cls, path: Path) -> TantivyEngine:
        """An empty index in this directory, which is made where it is missing."""
        from seedsearch.engines.tantivy_writer import empty, locked

        path.mkdir(parents=True, exist_ok=True)
        with locked(path, 10.0):
            empty(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> TantivyEngine:
        """The index in this directory."""
        return cls(path, _opened(path))

    @contextmanager
    def write(self, wait: float = 10.0, size: int = 0) -> Iterator[Writer]:
        """One block of changes."""
        from seedsearch.engines.tantivy_writer import Writer, locked

        with locked(self._folder, wait):
            writer = Writer(self._folder, size)
            try:
                yield writer
                writer.commit()
            finally:
                writer.abandon()

    def refresh(self) -> None:
        """Show the last commit. Raises IndexCorruptError."""
        assert self._index is not None, "closed"
        with damage_reported(self._folder):
            self._index.reload()
            self._state = State(self._index.schema, self._index.searcher())

    def search(self, node: Node, limit: int) -> Answer:
        """The best matches of a tree. Raises IndexCorruptError."""
        with damage_reported(self._folder):
            translation = Translation(self._state)
            node, sieves = without_sieves(node)
            query = translation.query(node)
            notes = tuple(translation.notes)
            if query is None:
                return Answer([], 0, notes)
            limit = max(0, min(limit, self._state.passages))
            if sieves:
                hits, is_cut = sift(self._state, query, limit, _scores(node), sieves)
                told = (f"source: only among the {LOOKED:,} best passages that match the rest",) if is_cut else ()
                return Answer(_numbered(self._state, hits)[:limit], len(hits), notes + told)
            if limit == 0 and isinstance(node, Phrase):
                return Answer([], self._state.holding(node, query), notes)
            matches, total = _best(self._state, query, limit, _scores(node))
            return Answer(matches, total, notes)

    def frequency(self, field: str, forms: Collection[str]) -> int:
        """Passages with any of these terms. Raises IndexCorruptError."""
        with damage_reported(self._folder):
            return self._state.count(field, tuple(forms))

    def rough_frequency(self, field: str, forms: Collection[str]) -> int:
        """The sum over the terms. Raises IndexCorruptError."""
        with damage_reported(self._folder):
            return sum(count for _, count in self._state.tokens(field, forms))

    def expand(self, field: str, prefix: str, limit: int = MAX_EXPANSION) -> list[str]:
        """The most frequent terms that begin with a prefix. Raises IndexCorruptError."""
        with damage_reported(self._folder):
            return self._state.expand(field, prefix, limit)

    def count(self) -> int:
        """Passages in the index."""
        return self._state.passages

    def close(self) -> None:
        """Let go of the files."""
        if self._index is not None:
            self._index = None
            del self._state


def _opened(folder: Path) -> Index:
    """Raises IndexMissingError, IndexVersionError, IndexCorruptError."""
    import tantivy

    for attempt in range(ATTEMPTS):
        try:
            contents = (folder / "meta.json").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise IndexMissingError(f"no index in {folder}: build one with `seedsearch index`") from None
        if TOKENIZER.encode() not in contents and b'"tokenizer"' in contents:
            raise IndexVersionError(f"{folder} was made by another version of seedsearch: {REBUILD}")
        try:
            with damage_reported(folder):
                index = tantivy.Index.open(str(folder))
                index.config_reader("manual")
                return index
        except IndexCorruptError:
            if attempt + 1 == ATTEMPTS:
                raise
            time.sleep(0.02)
    raise AssertionError("unreachable")


class damage_reported:  # noqa: N801 - used as a function is; made of a generator it takes four times as long, in each call
    """Turn what Tantivy raises on damaged files, a ValueError or a panic of Rust, into IndexCorruptError."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ValueError) or (kind and kind.__name__ == "PanicException"):
            if "IncompatibleIndex" in str(error) or "ncompatible" in str(error):
                raise IndexVersionError(f"{self._folder} was made by another version of Tantivy: {REBUILD}") from error
            raise IndexCorruptError(f"{self._folder} is damaged or no index of seedsearch: {REBUILD}") from error


def _scores(node: Node) -> bool:
    """Whether anything in a tree adds to a score."""
    if isinstance(node, And | Or):
        return any(map(_scores, node.children))
    return isinstance(node, Term | Phrase | Prefix | Group)


def _best(state: State, query: Query, limit: int, scored: bool) -> tuple[list[Match], int]:
    """The best `limit` matches in order of (-score, number), and how many passages match in all."""
    if limit <= 0:
        return [], _count(state, query)
    if not scored:
        found = state.searcher.search(query, limit, order_by_field="number", order=state.order.Asc)
        return [Match(number, 0.0) for number, _ in found.hits], int(found.count)  # type: ignore[attr-defined]
    found = state.searcher.search(query, limit + SPARE)
    total = int(found.count)  # type: ignore[attr-defined]
    hits = found.hits
    if len(hits) < total and hits[-1][0] == hits[limit - 1][0]:
        return _untied(state, query, limit, hits[-1][0]), total
    return _numbered(state, hits)[:limit], total


def _count(state: State, query: Query) -> int:
    return int(state.searcher.search(query, 1).count) if state.passages else 0  # type: ignore[attr-defined]


def _numbered(state: State, hits: Sequence[tuple[float, DocAddress]]) -> list[Match]:
    """Hits in order of (-score, number)."""
    if not hits:
        return []
    scores, addresses = zip(*hits, strict=True)
    numbers = state.searcher.fast_field_values("number", list(addresses))
    found = list(map(Match._make, zip(numbers, scores, strict=True)))
    if len(set(scores)) < len(scores):  # Tantivy's order of equals is another
        found.sort(key=lambda match: (-match.score, match.number))
    return found


def _untied(state: State, query: Query, limit: int, last: float) -> list[Match]:
    """The best `limit` where the last of them equals others: of those, the ones with the lowest numbers.

    Tantivy gives equals in the order of its segments, which is that of random names. Where they are too many to look
    at, a number is sought by halving up to which there are enough and not too many.
    """
    wanted = max(TIED, 2 * limit)
    hits = state.searcher.search(query, wanted + 1, count=False).hits
    near = last * (1 - 1e-6)  # sums of floats differ with the order of their parts
    if len(hits) <= wanted or hits[-1][0] < near:
        return _numbered(state, hits)[:limit]
    above = _numbered(state, [hit for hit in hits if hit[0] > last])
    low, high = -1, state.largest
    while True:
        middle = (low + high) // 2
        hits = state.searcher.search(_up_to(state, query, middle), wanted + 1, count=False).hits
        tied = [hit for hit in hits if near <= hit[0] <= last]
        if len(hits) > wanted and hits[-1][0] >= near and high - low > 1:
            high = middle
        elif len(above) + len(tied) < limit and high - low > 1:
            low = middle
        else:
            return (above + sorted(Match(match.number, last) for match in _numbered(state, tied)))[:limit]


def _up_to(state: State, query: Query, largest: int) -> Query:
    """The same for passages up to a number."""
    lowest = state.queries.range_query(state.schema, "number", state.types.Unsigned, 0, largest)
    must = state.occur.Must
    return state.queries.boolean_query([(must, query), (must, state.queries.const_score_query(lowest, 0.0))])

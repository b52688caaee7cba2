"""The naive engine: looks at every passage for every query. The other engines are measured by it; it keeps nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, TypeAlias

from seedsearch.engines.protocol import MAX_EXPANSION, Answer, Entry, Match, Words, cut_note
from seedsearch.errors import IndexLockedError, IndexMissingError
from seedsearch.query import (
    ANYWHERE,
    BODY,
    HEADING,
    And,
    Everything,
    Group,
    Language,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
    Within,
    speaks,
)
from seedsearch.ranking import FIELD_WEIGHTS, idf, norm, saturate
from seedsearch.tuples import NamedTuple


class _Passage(NamedTuple):
    number: int
    document: int
    language: str
    fields: dict[str, _Words]


_Words: TypeAlias = list[frozenset[str]]
_Scorer: TypeAlias = Callable[[_Passage], float | None]


def _positions(words: Words) -> _Words:
    return [frozenset((word,) if isinstance(word, str) else word) for word in words]


def _fields(field: str) -> tuple[str, ...]:
    return (BODY, HEADING) if field == ANYWHERE else (field,)


class _Writer:
    def __init__(self, passages: dict[int, _Passage]) -> None:
        self.passages = dict(passages)

    def add(self, entry: Entry) -> None:
        if entry.number in self.passages:
            raise ValueError(f"passage {entry.number} is in the index")
        fields = {BODY: _positions(entry.body), HEADING: _positions(entry.heading)}
        self.passages[entry.number] = _Passage(entry.number, entry.document, entry.language, fields)

    def remove(self, documents: Collection[int]) -> None:
        kept = {number: passage for number, passage in self.passages.items() if passage.document not in documents}
        self.passages = kept


class MemoryEngine:
    """Passages in a dictionary, scored one by one. See `protocol.Engine` for what the methods do."""

    exact_scores: ClassVar[bool] = True

    def __init__(self) -> None:
        self._committed: dict[int, _Passage] = {}
        self._passages: dict[int, _Passage] = {}
        self._lock = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> MemoryEngine:
        """An empty index; the path is not used."""
        return cls()

    @classmethod
    def open(cls, path: Path) -> MemoryEngine:
        """Raises IndexMissingError always."""
        raise IndexMissingError("an index in memory cannot be opened again: build it anew")

    @contextmanager
    def write(self, wait: float = 10.0, size: int = 0) -> Iterator[_Writer]:
        """One block of changes."""
        if not self._lock.acquire(timeout=wait):
            raise IndexLockedError("the index in memory is being written to: try again later")
        try:
            writer = _Writer(self._committed)
            yield writer
            self._committed = writer.passages
        finally:
            self._lock.release()

    def refresh(self) -> None:
        """Show the last commit."""
        self._passages = self._committed

    def count(self) -> int:
        """Passages in the index."""
        return len(self._passages)

    def close(self) -> None:
        """Forget the passages."""
        self._passages = self._committed = {}

    def search(self, node: Node, limit: int) -> Answer:
        """The best matches of a tree."""
        notes: dict[str, None] = {}
        score = self._scorer(node, notes)
        scores = [(passage.number, score(passage)) for passage in self._all()]
        found = [Match(number, value) for number, value in scores if value is not None]
        found.sort(key=lambda match: (-match.score, match.number))
        return Answer(found[: max(0, limit)], len(found), tuple(notes))

    def frequency(self, field: str, forms: Collection[str]) -> int:
        """Passages with any of these terms."""
        wanted = set(forms)
        return sum(any(_occurrences(passage.fields[name], wanted) for name in _fields(field)) for passage in self._all())

    def rough_frequency(self, field: str, forms: Collection[str]) -> int:
        """The sum over terms and fields."""
        return sum(self.frequency(name, (form,)) for name in _fields(field) for form in set(forms))

    def expand(self, field: str, prefix: str, limit: int = MAX_EXPANSION) -> list[str]:
        """The most frequent terms that begin with a prefix."""
        counts: dict[str, int] = {}
        for passage in self._all():
            for name in _fields(field):
                for term in {term for forms in passage.fields[name] for term in forms}:
                    if term.startswith(prefix):
                        counts[term] = counts.get(term, 0) + 1
        return sorted(counts, key=lambda term: (-counts[term], term))[: max(0, limit)]

    def _scorer(self, node: Node, notes: dict[str, None]) -> _Scorer:
        """What gives a passage its score for a node, None where it does not match."""
        match node:
            case Term() | Phrase():
                return self._ranked(node.field, lambda words: _count(words, node))
            case Prefix(field, text):
                terms = self.expand(field, text, MAX_EXPANSION + 1)
                if len(terms) > MAX_EXPANSION:
                    notes[cut_note(text)] = None
                return self._ranked(field, lambda words: _occurrences(words, set(terms[:MAX_EXPANSION])))
            case Group(members):
                return self._group(members)
            case And(children):
                return _all_match([self._scorer(child, notes) for child in children])
            case Or(children, minimum):
                return _some_match([self._scorer(child, notes) for child in children], minimum)
            case Not(child):
                score = self._scorer(child, notes)
                return lambda passage: 0.0 if score(passage) is None else None
            case Language(prefix):
                return lambda passage: 0.0 if speaks(passage.language, prefix) else None
            case Within(documents):
                return lambda passage: 0.0 if passage.document in documents else None
            case Everything():
                return lambda passage: 0.0
        raise TypeError(f"not a node for engines: {node!r}")

    def _group(self, members: Sequence[tuple[float, Term | Phrase]]) -> _Scorer:
        """BM25F of the weighted sum of what is counted for each member."""

        def count(passage: _Passage, name: str) -> float:
            words = passage.fields[name]
            return sum(weight * _count(words, member) for weight, member in members if name in _fields(member.field))

        sums = [sum(count(passage, name) for name in _fields(ANYWHERE)) for passage in self._all()]
        return self._scored(ANYWHERE, count, sum(min(1.0, frequency) for frequency in sums))

    def _ranked(self, field: str, count: Callable[[_Words], int]) -> _Scorer:
        """BM25F of what `count` counts in the words of a field."""
        containing = sum(any(count(passage.fields[name]) for name in _fields(field)) for passage in self._all())
        return self._scored(field, lambda passage, name: count(passage.fields[name]), containing)

    def _scored(self, field: str, count: Callable[[_Passage, str], float], containing: float) -> _Scorer:
        names = _fields(field)
        passages = self._all()
        average = {name: sum(_length(passage.fields[name]) for passage in passages) / (len(passages) or 1) for name in names}

        def score(passage: _Passage) -> float | None:
            weighted = 0.0
            for name in names:
                length = _length(passage.fields[name])
                weighted += FIELD_WEIGHTS[name] * count(passage, name) / norm(length, average[name])
            return idf(containing, len(passages)) * saturate(weighted) if weighted else None

        return score

    def _all(self) -> Collection[_Passage]:
        return self._passages.values()


def _length(words: _Words) -> int:
    return sum(1 for terms in words if terms)


def _count(words: _Words, leaf: Term | Phrase) -> int:
    return _occurrences(words, set(leaf.forms)) if isinstance(leaf, Term) else _phrases(words, leaf.positions)


def _occurrences(words: _Words, forms: Set[str]) -> int:
    return sum(len(forms & terms) for terms in words)


def _phrases(words: _Words, positions: tuple[tuple[str, ...], ...]) -> int:
    starts = range(len(words) - len(positions) + 1)
    return sum(all(not forms or words[start + i] & set(forms) for i, forms in enumerate(positions)) for start in starts)


def _all_match(scorers: list[_Scorer]) -> _Scorer:
    def score(passage: _Passage) -> float | None:
        scores = [scorer(passage) for scorer in scorers]
        found = [value for value in scores if value is not None]
        return sum(found) if len(found) == len(scores) else None

    return score


def _some_match(scorers: list[_Scorer], minimum: int) -> _Scorer:
    def score(passage: _Passage) -> float | None:
        found = [value for scorer in scorers if (value := scorer(passage)) is not None]
        return sum(found) if len(found) >= minimum else None

    return score

"""Filters for many documents that lie scattered in a Tantivy index.

Tantivy looks each document of a set up in its dictionary, 1 to 10 microseconds each: for 300,000 of 900,000 that takes 300
milliseconds, for 20,000 some 60. Where there are more, what else is asked for is searched without the filter, and of the best
LOOKED passages those are kept that the filter lets through: 20 milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from seedsearch.query import And, Everything, Node, Not, Within
from seedsearch.tuples import NamedTuple

if TYPE_CHECKING:
    from tantivy import DocAddress, Query

    from seedsearch.engines.tantivy_query import State

MAX_RANGES = 32
"""Runs of document numbers that are searched as ranges; more are searched as a set."""
WORTH_RANGE = 200
"""Documents of a run, in the mean of several, from which on it is searched as a range: one range alone costs 30 microseconds,
each of several 100 in 30,000 passages and 500 in 900,000; a set costs 200, and .5 for each document."""
MAX_SET = 20_000
"""Documents that are searched as a set."""
LOOKED = 20_000
"""Passages that are looked at, the best, or the first where nothing is scored."""
_NEAR = 1e-6  # sums of floats differ with the order of their parts


class Sieve(NamedTuple):
    """Documents to which a passage must belong, or must not."""

    documents: frozenset[int]
    inside: bool


class Sifted(NamedTuple):
    """What is left: score and address of each passage, best first, and whether there may be more."""

    hits: list[tuple[float, DocAddress]]
    is_cut: bool


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow one another; the numbers ascend."""
    first = numbers[0] if numbers else 0
    for left, right in pairwise(numbers):
        if right - left > 1:
            yield first, left
            first = right
    if numbers:
        yield first, numbers[-1]


def is_scattered(documents: frozenset[int]) -> bool:
    """Whether so many documents are better not searched as ranges or as a set."""
    return len(documents) > MAX_SET and len(list(islice(runs(sorted(documents)), MAX_RANGES + 1))) > MAX_RANGES


def without_sieves(node: Node) -> tuple[Node, list[Sieve]]:
    """A tree without its filters for scattered documents, and these, where all of it has to pass them."""
    if not isinstance(node, And):
        sieve = _sieve(node)
        return (Everything(), [sieve]) if sieve else (node, [])
    kept: list[Node] = []
    sieves: list[Sieve] = []
    for child in node.children:
        rest, found = without_sieves(child)
        sieves += found
        kept += [] if found and isinstance(rest, Everything) else [rest]
    return (And(tuple(kept)) if kept else Everything()) if sieves else node, sieves


def _sieve(node: Node) -> Sieve | None:
    inside = not isinstance(node, Not)
    wanted = node.child if isinstance(node, Not) else node
    return Sieve(wanted.documents, inside) if isinstance(wanted, Within) and is_scattered(wanted.documents) else None


def sift(state: State, query: Query, limit: int, scored: bool, sieves: Sequence[Sieve]) -> Sifted:
    """The passages that match and pass, of the best ones that match; at least `limit` are looked at."""
    looked = min(max(LOOKED, limit), state.passages)
    if not looked:
        return Sifted([], False)
    if not scored:
        found = state.searcher.search(query, looked, order_by_field="number", order=state.order.Asc)
        return Sifted([(0.0, at) for at in _passing(state, [at for _, at in found.hits], sieves)], _more(found, looked))
    found = state.searcher.search(query, looked)
    hits = found.hits
    if not _more(found, looked):
        return Sifted(_scored(state, hits, sieves), False)
    # Which of equals at the end were found depends on the random names of segments: the first ones are taken instead.
    least = hits[-1][0] * (1 + _NEAR)
    kept = _scored(state, [hit for hit in hits if hit[0] > least], sieves)
    if len(kept) < limit:
        known = {(at.segment_ord, at.doc) for _, at in kept}
        first = state.searcher.search(query, looked, order_by_field="number", order=state.order.Asc, count=False)
        passing = _passing(state, [at for _, at in first.hits], sieves)
        kept += [(hits[-1][0], at) for at in passing if (at.segment_ord, at.doc) not in known]
    return Sifted(kept, True)


def _more(found: object, looked: int) -> bool:
    return int(found.count) > looked  # type: ignore[attr-defined]


def _scored(state: State, hits: Sequence[tuple[float, DocAddress]], sieves: Sequence[Sieve]) -> list[tuple[float, DocAddress]]:
    owners = state.searcher.fast_field_values("document", [at for _, at in hits])
    return [hit for hit, owner in zip(hits, owners, strict=True) if _passes(owner, sieves)]


def _passing(state: State, hits: Sequence[DocAddress], sieves: Sequence[Sieve]) -> Iterable[DocAddress]:
    owners = state.searcher.fast_field_values("document", list(hits))
    return [at for at, owner in zip(hits, owners, strict=True) if _passes(owner, sieves)]


def _passes(document: object, sieves: Sequence[Sieve]) -> bool:
    return all((document in sieve.documents) == sieve.inside for sieve in sieves)

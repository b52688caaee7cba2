"""The two halves of a bilingual document -> beads: which blocks translate which.

Monotone alignment by dynamic programming over beads of up to four blocks a side, in the tradition of Gale and Church (1993),
with words for evidence as in Moore (2002), in a band that is found first. It is done twice: what the first alignment
teaches of the document (the ratio of lengths, how often blocks are merged, which words stand for which) serves the second,
as in hunalign (Varga et al. 2005, "Parallel corpora for medium density languages").
"""

from __future__ import annotations

from collections.abc import Sequence

from seedsearch.ingest.alignment.band import find_corridor
from seedsearch.ingest.alignment.beads import Lattice, Step, best_path, own_prices, usual_prices
from seedsearch.ingest.alignment.evidence import scores
from seedsearch.ingest.alignment.table import known_translations, learned_translations, merged
from seedsearch.ingest.alignment.tokens import Side, read_side
from seedsearch.ingest.sentences import sentences
from seedsearch.records import Alignment, Bead, Block, Half
from seedsearch.tuples import NamedTuple

_RADIUS = 5
# The second alignment looks no more at places where the first found it less likely than this that a bead ends.
_UNLIKELY = 1e-6
# Beads of more words than this teach little, for what they cost.
_LONG = 150


def align(text: str, blocks: Sequence[Block], halves: Sequence[Half]) -> Alignment:
    """The beads of a document's halves, `left` and `right` as indexes into `blocks`; no beads where there are not two halves.

    Each block of both halves is in one bead, and beads keep the order of both sides. A bead's confidence is the probability
    of just these blocks; that of a bead with one side empty, that nothing stands opposite. The document's confidence is the
    share of its text that is in beads with two sides, each counted as far as it is sure. Time and memory are nearly linear.
    """
    if len(halves) != 2:
        return Alignment((), 0.0)
    left, right = (
        read_side([text[blocks[k].span.start_char : blocks[k].span.end_char] for k in half.blocks], half.language)
        for half in halves
    )
    steps, sure = _aligned(left, right)
    beads = tuple(
        Bead(halves[0].blocks[i0:i1], halves[1].blocks[j0:j1], round(confidence, 4))
        for (i0, i1, j0, j1), confidence in zip(steps, sure, strict=True)
    )
    return Alignment(beads, round(_overall(left, right, steps, sure), 4))


class SentenceBead(NamedTuple):
    """Sentences that translate each other, as (start, end) in characters of either text; None where there is nothing."""

    left: tuple[int, int] | None
    right: tuple[int, int] | None
    confidence: float


def sentence_beads(left: str, right: str, left_language: str, right_language: str) -> list[SentenceBead]:
    """The sentences of two texts that translate each other (the two sides of a bead), paired; languages as BCP 47 tags.

    Each sentence is in one bead, in order. Where several belong together, the span reaches from the first to the last.
    """
    spans = sentences(left), sentences(right)
    sides = (
        read_side([left[start:end] for start, end in spans[0]], left_language),
        read_side([right[start:end] for start, end in spans[1]], right_language),
    )
    return [
        SentenceBead(_reach(spans[0][i0:i1]), _reach(spans[1][j0:j1]), round(confidence, 4))
        for (i0, i1, j0, j1), confidence in zip(*_aligned(*sides), strict=True)
    ]


def _reach(spans: list[tuple[int, int]]) -> tuple[int, int] | None:
    return (spans[0][0], spans[-1][1]) if spans else None


def _aligned(left: Side, right: Side) -> tuple[list[Step], list[float]]:
    """The steps of the best alignment of two halves, and how sure each is."""
    table = known_translations(_vocabulary(left), _vocabulary(right))
    band, ratio = find_corridor(left, right, table, _RADIUS)
    first = scores(left, right, table, ratio, band)
    steps = best_path(first, band, usual_prices())
    narrow = Lattice(first, band, usual_prices()).narrowed(_UNLIKELY)
    table = merged(table, learned_translations(_lessons(left, right, steps), table))
    second = scores(left, right, table, _own_ratio(left, right, steps) or ratio, narrow)
    prices = own_prices(steps)
    steps = best_path(second, narrow, prices)
    lattice = Lattice(second, narrow, prices)
    return steps, [lattice.confidence(step) for step in steps]


def _vocabulary(side: Side) -> set[str]:
    return {token for tokens in side.tokens for token in tokens}


def _lessons(left: Side, right: Side, steps: list[Step]) -> list[tuple[list[str], list[str]]]:
    """The words of the beads from which translations can be learned."""
    found = []
    for i0, i1, j0, j1 in steps:
        if i0 < i1 and j0 < j1:
            words = (
                sorted({token for tokens in side.tokens[start:end] for token in tokens if token[0].isalpha()})
                for side, start, end in ((left, i0, i1), (right, j0, j1))
            )
            ours, theirs = words
            if len(ours) <= _LONG and len(theirs) <= _LONG:
                found.append((ours, theirs))
    return found


def _own_ratio(left: Side, right: Side, steps: list[Step]) -> float:
    """The length of the right half over that of the left where both are there; 0 where nothing is."""
    both = [step for step in steps if step[0] < step[1] and step[2] < step[3]]
    ours = sum(sum(left.lengths[i0:i1]) for i0, i1, _, _ in both)
    return sum(sum(right.lengths[j0:j1]) for _, _, j0, j1 in both) / ours if ours else 0.0


def _overall(left: Side, right: Side, steps: list[Step], sure: list[float]) -> float:
    total = sum(left.lengths) + sum(right.lengths)
    paired = sum(
        confidence * (sum(left.lengths[i0:i1]) + sum(right.lengths[j0:j1]))
        for (i0, i1, j0, j1), confidence in zip(steps, sure, strict=True)
        if i0 < i1 and j0 < j1
    )
    return paired / total if total else 0.0

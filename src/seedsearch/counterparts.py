"""Passages found, and what stands opposite a part of one: the slices of other passages that translate it."""

from __future__ import annotations

from collections.abc import Sequence

from seedsearch.records import Counterpart, Passage
from seedsearch.snippets import Match
from seedsearch.store import Opposite, Store, Stored
from seedsearch.tuples import NamedTuple


class Found(NamedTuple):
    """A passage found, with the places that matched, and pairs of a word of the query and what stands for it.

    `match` is "direct", "translated", "similar" or "aligned", see `records.Hit`; `likeness` is what of the score comes
    from vectors.
    """

    stored: Stored
    score: float
    matches: list[Match]
    words: tuple[tuple[str, str], ...] = ()
    match: str = "direct"
    likeness: float = 0.0


def counterparts(store: Store, passage: Passage, start_char: int, end_char: int) -> list[tuple[Stored, Counterpart]]:
    """What translates the part of a passage between two offsets of its document: passages opposite, and a slice of each."""
    if not passage.counterparts:
        return []
    places = store.opposite(passage, start_char, end_char)
    found = ((stored, _slice(stored.passage, places)) for stored in store.by_id(passage.counterparts))
    return [(stored, counterpart) for stored, counterpart in found if counterpart is not None]


def _slice(other: Passage, places: Sequence[Opposite]) -> Counterpart | None:
    """The slice of a passage that reaches from the first to the last of some places in it."""
    span = other.span
    inside = [place for place in places if place.start_char < span.end_char and place.end_char > span.start_char]
    if not inside:
        return None
    start = max(span.start_char, inside[0].start_char)
    end = min(span.end_char, max(place.end_char for place in inside))
    first = max(span.start_line, inside[0].start_line)
    last = min(span.end_line, max(place.end_line for place in inside))
    text = other.text[start - span.start_char : end - span.start_char]
    confidence = min(place.confidence for place in inside)
    return Counterpart(other.source, first, last, other.language, text, confidence)

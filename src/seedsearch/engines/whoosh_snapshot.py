"""The segments of one commit, seen as one index whose passages are numbered through: their "places"."""

from __future__ import annotations

import heapq
import time
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, count
from pathlib import Path

from seedsearch.engines.whoosh_files import (
    Postings,
    Segment,
    corrupt,
    damage_reported,
    decode_positions,
    latest_generation,
    read_toc,
)
from seedsearch.errors import IndexMissingError
from seedsearch.query import ANYWHERE, BODY, HEADING, Language, Within, speaks

ATTEMPTS = 10
"""Times that opening is tried: a writer that commits at that moment may delete what the reader was about to open."""

FILTERS = 4
"""Filters whose places are remembered: a query asks a dozen times for the same."""

FEW = 16
"""Times as many postings as candidates, from which on candidates are looked up one by one: the "of" of "head of state"."""


def field_names(field: str) -> tuple[str, ...]:
    """The indexed fields that the field of a query means."""
    return (BODY, HEADING) if field == ANYWHERE else (field,)


class Work:
    """How many lists of positions one search may still decode."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.is_cut = False

    def afford(self, lists: int) -> bool:
        """Take from what is left, if there is enough."""
        if lists > self.left:
            self.is_cut = True
            return False
        self.left -= lists
        return True


class Snapshot:
    """The state of an index after a commit, whatever happens to it later."""

    def __init__(self, generation: int, segments: Sequence[Segment]) -> None:
        self.generation = generation
        self.segments = segments
        self._bases = list(accumulate((segment.info.passages for segment in segments), initial=0))
        self._places = self._bases.pop()
        self._removed = {base + place for base, segment in self._based() for place in segment.info.removed}
        self.passages = self._places - len(self._removed)
        self.numbers = self._column("number")
        self.lengths = {field: self._column(f"{field}_length") for field in (BODY, HEADING)}
        self.averages = {field: self._average(field) for field in (BODY, HEADING)}
        self.filtered = lru_cache(FILTERS)(self._filtered)

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """The last commit in a folder. Raises IndexMissingError, IndexVersionError, IndexCorruptError."""
        for _ in range(ATTEMPTS):
            generation = latest_generation(folder)
            if generation < 0:
                raise IndexMissingError(f"no index in {folder}: build one with `seedsearch index`")
            segments: list[Segment] = []
            try:
                with damage_reported(folder):
                    segments.extend(Segment(folder, info) for info in read_toc(folder, generation))
                    return cls(generation, segments)
            except BaseException as error:
                for segment in segments:
                    segment.close()
                if not isinstance(error, FileNotFoundError):
                    raise
                time.sleep(0.02)
        raise corrupt(folder)

    def close(self) -> None:
        """Let go of the files."""
        for segment in self.segments:
            segment.close()

    def alive(self) -> Iterable[int]:
        """The places of all passages that are not removed, ascending."""
        return (place for place in range(self._places) if place not in self._removed)

    @cached_property
    def documents(self) -> Sequence[int]:
        """The document of each place."""
        return self._column("document")

    @cached_property
    def languages(self) -> Sequence[str]:
        """The language of each place."""
        tags: list[str] = []
        for segment in self.segments:
            names, references = segment.languages()
            tags.extend(names[reference] for reference in references)
        return tags

    def _filtered(self, filter_: Language | Within) -> frozenset[int]:
        """The places that a filter lets through."""
        if isinstance(filter_, Within):
            found = [place for place, document in enumerate(self.documents) if document in filter_.documents]
        else:
            tags = {tag for tag in set(self.languages) if speaks(tag, filter_.prefix)}
            found = [place for place, tag in enumerate(self.languages) if tag in tags]
        return frozenset(found) - self._removed

    def frequencies(self, field: str, forms: Iterable[str]) -> dict[int, int]:
        """How often any of the terms occurs in a field ("body" or "heading"), place -> sum, where it does."""
        whole: dict[int, int] = {}
        distinct = list(dict.fromkeys(forms))
        for base, segment in self._based():
            part: dict[int, int] = {}
            for form in distinct:
                found = segment.postings(field, form)
                if found and part:
                    for place, frequency in zip(found.passages, found.frequencies, strict=True):
                        part[place] = part.get(place, 0) + frequency
                elif found:
                    part = dict(zip(found.passages, found.frequencies, strict=True))
            self._merge(whole, base, segment, part)
        return whole

    def rough_frequency(self, field: str, term: str) -> int:
        """In how many passages a term occurs in a field ("body" or "heading"), those removed included."""
        return sum(segment.frequency(field, term) for segment in self.segments)

    def phrases(self, field: str, positions: Sequence[Collection[str]], work: Work) -> dict[int, int]:
        """How often terms stand at successive positions of a field, place -> count; a slot without forms fits any."""
        whole: dict[int, int] = {}
        slots = [(offset, tuple(dict.fromkeys(forms))) for offset, forms in enumerate(positions) if forms]
        for base, segment in self._based():
            self._merge(whole, base, segment, _phrase_counts(segment, field, slots, work))
        return whole

    def expand(self, field: str, prefix: str, limit: int) -> list[str]:
        """The terms with this beginning that most passages hold, ties in code point order; removed passages count."""
        counts: dict[str, int] = {}
        for name in field_names(field):
            for segment in self.segments:
                for term, passages in segment.terms(name, prefix):
                    counts[term] = counts.get(term, 0) + passages
        return heapq.nsmallest(limit, counts, key=lambda term: (-counts[term], term))

    def _based(self) -> Iterator[tuple[int, Segment]]:
        return zip(self._bases, self.segments, strict=True)

    def _merge(self, whole: dict[int, int], base: int, segment: Segment, part: dict[int, int]) -> None:
        removed = segment.info.removed
        if removed:
            part = {place: count for place, count in part.items() if place not in removed}
        whole.update({base + place: count for place, count in part.items()} if base else part)

    def _column(self, name: str) -> array[int]:
        whole = array("I")
        for segment in self.segments:
            whole += segment.column(name, "I")
        return whole

    def _average(self, field: str) -> float:
        whole = sum(segment.info.words[field] for segment in self.segments)
        removed = sum(self.lengths[field][place] for place in self._removed)
        return (whole - removed) / self.passages if self.passages else 0.0


def _phrase_counts(segment: Segment, field: str, slots: Sequence[tuple[int, Sequence[str]]], work: Work) -> dict[int, int]:
    """Places of one segment where all slots occur at their offsets from one another, and how often."""
    rarest_first = sorted(slots, key=lambda slot: sum(segment.frequency(field, form) for form in slot[1]))
    candidates: Collection[int] | None = None
    found: list[tuple[int, list[tuple[Postings, dict[int, int]]]]] = []
    for offset, forms in rarest_first:
        # The rarest alone tell most often that there is no such phrase: a long one of common words takes 20 ms, not 2 s.
        alternatives = [postings for form in forms if (postings := segment.postings(field, form))]
        held = [(postings, _indexes(postings.passages, candidates)) for postings in alternatives]
        candidates = {place for _, indexes in held for place in indexes}
        found.append((offset, held))
        if not candidates:
            return {}
    if not candidates or not work.afford(len(candidates) * len(found)):
        return {}
    counts: dict[int, int] = {}
    for place in candidates:
        starts: set[int] | None = None
        for offset, held in found:
            encoded = (postings.positions[indexes[place]] for postings, indexes in held if place in indexes)
            shifted = {position - offset for item in encoded for position in decode_positions(item)}
            starts = shifted if starts is None else starts & shifted
            if not starts:
                break
        if starts:
            counts[place] = len(starts)
    return counts


def _indexes(passages: Sequence[int], candidates: Collection[int] | None) -> dict[int, int]:
    """Where candidates stand in a list of passages, ascending; all of them where there are no candidates yet."""
    if candidates is None:
        return dict(zip(passages, count()))
    if len(candidates) * FEW > len(passages):
        return {place: i for i, place in enumerate(passages) if place in candidates}
    found = {}
    for place in candidates:
        i = bisect_left(passages, place)
        if i < len(passages) and passages[i] == place:
            found[place] = i
    return found

"""Passages collected in memory and inverted as they come, until they are written as a segment."""

from __future__ import annotations

import pickle
import struct
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import sub
from typing import TypeAlias

from seedsearch.engines.protocol import Entry, Words
from seedsearch.engines.whoosh_files import Postings
from seedsearch.query import BODY, HEADING
from seedsearch.tuples import NamedTuple

FIELDS = (BODY, HEADING)
Terms: TypeAlias = Iterable[tuple[bytes, Postings]]


class Columns(NamedTuple):
    """One value for each passage of a segment."""

    numbers: array[int]
    documents: array[int]
    languages: list[str]
    lengths: Mapping[str, array[int]]


def _no_postings() -> array[int]:
    return array("Q")


class Run:
    """Passages collected in memory, inverted as they come.

    A posting is one integer, passage << 32 | rank of its encoded positions, in an array for each term. That takes a third
    of the memory of lists, and the garbage collector passes it over: walking through lists took a quarter of a build.
    """

    def __init__(self) -> None:
        self.columns = Columns(array("I"), array("I"), [], {field: array("I") for field in FIELDS})
        self.postings = 0
        self.removed: set[int] = set()
        self._places: dict[int, list[int]] = {}
        self._terms: dict[str, dict[str, array[int]]] = {field: defaultdict(_no_postings) for field in FIELDS}
        self._encoded = _SINGLE[:]
        self._frequencies = [1] * len(_SINGLE)

    def add(self, entry: Entry) -> None:
        """Collect a passage."""
        columns = self.columns
        place = len(columns.numbers)
        columns.numbers.append(entry.number)
        columns.documents.append(entry.document)
        columns.languages.append(entry.language)
        self._places.setdefault(entry.document, []).append(place)
        columns.lengths[BODY].append(self._add_words(place, self._terms[BODY], entry.body))
        columns.lengths[HEADING].append(self._add_words(place, self._terms[HEADING], entry.heading))

    def _add_words(self, place: int, terms: dict[str, array[int]], words: Words) -> int:
        """Add the terms of a field; returns its length."""
        where, length = _invert(words)
        self.postings += len(where)
        base = place << 32
        for term, positions in where.items():
            if len(positions) == 1 and positions[0] < len(_SINGLE):
                terms[term].append(base | positions[0])
            else:
                terms[term].append(base | len(self._encoded))
                self._encoded.append(encode_positions(positions))
                self._frequencies.append(len(positions))
        return length

    def remove(self, document: int) -> None:
        """Mark the passages of a document that are collected here."""
        self.removed.update(self._places.pop(document, ()))

    def terms(self, field: str) -> Iterator[tuple[bytes, Postings]]:
        """The terms in order with their postings."""
        terms, encoded, frequencies = self._terms[field], self._encoded, self._frequencies
        for term in sorted(terms):
            postings = terms[term]
            ranks = [posting & 0xFFFFFFFF for posting in postings]
            places = [posting >> 32 for posting in postings]
            found = Postings(places, [frequencies[rank] for rank in ranks], [encoded[rank] for rank in ranks])
            yield term.encode("utf-8", "surrogatepass"), found


def _invert(words: Words) -> tuple[dict[str, list[int]], int]:
    """The positions of each term, and the number of positions that hold any."""
    where: dict[str, list[int]] = {}
    length = 0
    for position, word in enumerate(words):
        if word:
            length += 1
            for term in (word,) if isinstance(word, str) else dict.fromkeys(word):
                if term in where:
                    where[term].append(position)
                else:
                    where[term] = [position]
    return where, length


def encode_positions(positions: Sequence[int]) -> bytes:
    """Whoosh's value of a posting: a count in four bytes, then the pickled deltas of ascending positions."""
    return struct.pack("!I", len(positions)) + pickle.dumps([positions[0], *map(sub, positions[1:], positions)], 2)


_SINGLE = [encode_positions([position]) for position in range(512)]

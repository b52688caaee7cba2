"""Passage + query -> an excerpt with marks, always a verbatim slice of the source.

Marks come from the same analysis as the terms of the index, so that what matched is what is marked: the words of a phrase only
where they stand as that phrase, and a Chinese word by its overlapping bigrams, joined again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width

from seedsearch.analysis import WRITTEN, Token, characters
from seedsearch.ingest.sentences import sentences
from seedsearch.query import And, Leaf, Node, Or, Phrase, Prefix, Term

_LINE_END = re.compile(r"\s*\n|\s*\Z")
_NUMBER = 6  # characters: what a list number or a bullet takes at the beginning of a line
WIDTH = 420  # columns: about five lines of a terminal, or 200 Chinese characters


class Match(NamedTuple):
    """A place in a text that a part of the query matches: characters [start, end), token position, which part, its weight."""

    start: int
    end: int
    position: int
    part: int
    weight: float


def parts(node: Node) -> Iterator[Leaf]:
    """The leaves of a query that a passage may show: what is excluded and what filters is left out."""
    match node:
        case Term() | Phrase() | Prefix():
            yield node
        case And(children=children) | Or(children=children):
            for child in children:
                yield from parts(child)
        case _:
            return


def matches(tokens: Sequence[Token], wanted: Sequence[Leaf], weights: Sequence[float]) -> list[Match]:
    """Every place where a part of the query stands, in order; `weights` has a number for each of `wanted`."""
    single: dict[str, list[int]] = {}
    alone = any(len(form) == 1 and form > "\u0e00" for leaf in wanted if isinstance(leaf, Term) for form in leaf.forms)
    found: list[Match] = []
    for part, leaf in enumerate(wanted):
        if isinstance(leaf, Term):
            for form in leaf.forms:
                single.setdefault(form, []).append(part)
        elif isinstance(leaf, Phrase):
            found += _phrase(tokens, leaf, part, weights[part])
        else:
            found += (_match(tokens, i, i, part, weights[part]) for i, t in enumerate(tokens) if _begins(t, leaf.text))
    for i, token in enumerate(tokens):
        for term in (token.term, *token.others):
            found += (_match(tokens, i, i, part, weights[part]) for part in single.get(term, ()))
        if token.joined:
            found += (_match(tokens, i, i + 1, part, weights[part]) for part in single.get(token.joined, ()))
        if alone:
            found += (
                Match(start, end, i, part, weights[part])
                for character, start, end in characters(token)
                for part in single.get(character, ())
            )
    return sorted(set(found))


def _match(tokens: Sequence[Token], first: int, last: int, part: int, weight: float) -> Match:
    return Match(tokens[first].start, tokens[last].end, first, part, weight)


def _fits(token: Token, forms: Sequence[str]) -> bool:
    return token.term in forms or any(term in forms for term in token.others)


def _begins(token: Token, text: str) -> bool:
    return (WRITTEN + token.word).startswith(text) or token.term.startswith(text)


def _phrase(tokens: Sequence[Token], phrase: Phrase, part: int, weight: float) -> Iterator[Match]:
    size = len(phrase.positions)
    for first in range(len(tokens) - size + 1):
        if all(not forms or _fits(tokens[first + i], forms) for i, forms in enumerate(phrase.positions)):
            yield _match(tokens, first, first + size - 1, part, weight)


def words(text: str, found: Sequence[Match], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Which words of a query matched, and as what: pairs of the name of a part and a slice of the text, each pair once.

    Places of one name that overlap, as those of Chinese bigrams do, are one.
    """
    merged: dict[str, list[tuple[int, int]]] = {}
    for match in found:
        places = merged.setdefault(names[match.part], [])
        if places and match.start < places[-1][1]:
            places[-1] = (places[-1][0], max(places[-1][1], match.end))
        else:
            places.append((match.start, match.end))
    return tuple(dict.fromkeys((name, text[start:end]) for name, places in merged.items() for start, end in places))


class Snippet(NamedTuple):
    """A slice of a text, characters [start, end), and (start, end) pairs of what matched in it, relative to its start."""

    start: int
    end: int
    marks: tuple[tuple[int, int], ...]


def snippet(text: str, found: Sequence[Match], width: int = WIDTH) -> Snippet:
    """The slice of at most about `width` columns that holds the most telling matches, from the start of a sentence if it can.

    Without matches it is the beginning of the text.
    """
    start, end = _window(text, found, width)
    return Snippet(start, end, _marks(text, found, start, end))


def _window(text: str, found: Sequence[Match], width: int) -> tuple[int, int]:
    bounds = sentences(text)
    if not bounds:
        return 0, min(len(text), width)
    starts = [start for start, _ in bounds]
    candidates = {starts[max(0, bisect_left(starts, match.start + 1) - 1)] for match in found} or {starts[0]}
    # A sentence may be longer than the window: then a match itself is where to begin, with a little before it.
    begins = sorted(candidates | {_word_start(text, match.start, width // 5) for match in found})
    best = max(begins, key=lambda begin: (round(_worth(text, found, begin, width), 6), begin in candidates, -begin))
    line = text.rfind("\n", 0, best) + 1
    if best - line <= _NUMBER:
        best = line
    ends = sorted({end for _, end in bounds} | {match.start() for match in _LINE_END.finditer(text)})
    return best, _end(text, best, width, ends)


def _worth(text: str, found: Sequence[Match], begin: int, width: int) -> float:
    """Weights of the parts that a window shows, each once, and a tenth for each further time: variety before repetition."""
    limit = _advance(text, begin, width)
    seen: set[int] = set()
    worth = 0.0
    for match in found:
        if begin <= match.start and match.end <= limit:
            worth += match.weight if match.part not in seen else match.weight / 10
            seen.add(match.part)
    return worth


def _advance(text: str, begin: int, width: int) -> int:
    """The place `width` columns after `begin`; East Asian wide characters take two."""
    if text[begin : begin + width].isascii():
        return min(len(text), begin + width)
    columns = 0
    for i in range(begin, min(len(text), begin + width)):
        columns += 2 if east_asian_width(text[i]) in "WF" else 1
        if columns > width:
            return i
    return min(len(text), begin + width)


def _end(text: str, begin: int, width: int, ends: Sequence[int]) -> int:
    """Where a window ends: with the last sentence that fits, if that fills most of it, else with the last word that fits."""
    limit = _advance(text, begin, width)
    if limit >= len(text):
        return ends[-1]
    fitting = [end for end in ends if begin < end <= limit]
    if fitting and fitting[-1] - begin >= (limit - begin) * 0.6:
        return fitting[-1]
    end = limit
    while end > begin + (limit - begin) // 2 and not text[end - 1].isspace() and not text[end].isspace():
        if ord(text[end]) > 0x2E80 or ord(text[end - 1]) > 0x2E80:
            break
        end -= 1
    return len(text[:end].rstrip())


def _word_start(text: str, at: int, back: int) -> int:
    """A word boundary up to `back` characters before a place."""
    start = max(0, at - back)
    while 0 < start < at and text[start - 1].isalnum() and text[start - 1] < "\u2e80":
        start += 1
    while start < at and text[start].isspace():
        start += 1
    return start


def _marks(text: str, found: Sequence[Match], start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Marked places inside the slice; those that touch or overlap within a run of unspaced script are one."""
    marks: list[tuple[int, int]] = []
    for match in found:
        if match.start < start or match.end > end:
            continue
        if marks and match.start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(marks[-1][1], match.end))
        else:
            marks.append((match.start, match.end))
    return tuple((a - start, b - start) for a, b in marks)

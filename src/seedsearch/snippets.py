"""Passage + query -> an excerpt with marks, always a verbatim slice of the source.

Marks come from the same analysis as the terms of the index, so that what matched is what is marked: the words of a phrase only
where they stand as that phrase, and a Chinese word by its overlapping bigrams, joined again.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from unicodedata import east_asian_width

from seedsearch.analysis import WRITTEN, is_run, located, several
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


Word = tuple[str, int, int]  # with its span, as of `analysis.located`


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


def matches(text: str, language: str, wanted: Sequence[Leaf], weights: Sequence[float]) -> list[Match]:
    """Every place where a part of the query stands, in order; `weights` has a number for each of `wanted`.

    Each different word of the text is looked at once: most parts are words, and most words are no part.
    """
    cut, joined = located(text, language)
    found_as = _found_as({word for word, _, _ in cut}, language, _forms(wanted))
    single: dict[str, list[int]] = {}
    found: list[Match] = []
    for part, leaf in enumerate(wanted):
        if isinstance(leaf, Term):
            for form in leaf.forms:
                single.setdefault(form, []).append(part)
        else:
            spans = _phrases(cut, leaf, found_as) if isinstance(leaf, Phrase) else _beginnings(cut, leaf, found_as)
            found += (Match(cut[first][1], cut[last][2], first, part, weights[part]) for first, last in spans)
    parts: dict[str, list[int]] = {}
    for term in single.keys() & found_as.keys():
        for word in found_as[term]:
            parts.setdefault(word, []).extend(single[term])
    for i, (word, start, end) in enumerate(cut):
        if word in parts:
            found += (Match(start, end, i, part, weights[part]) for part in parts[word])
    for i, term in joined.items():
        found += (Match(cut[i][1], cut[i + 1][2], i, part, weights[part]) for part in single.get(term, ()))
    if any(len(form) == 1 and form > "\u0e00" for form in single):
        for i, place in enumerate(cut):
            word = place[0]
            for character, start, end in _characters(*place) if word[0] in single or word[-1] in single else ():
                found += (Match(start, end, i, part, weights[part]) for part in single.get(character, ()))
    return sorted(set(found))


def _forms(wanted: Sequence[Leaf]) -> set[str] | None:
    """The terms that are looked for; None for any, where a part is the beginning of a word."""
    forms: set[str] = set()
    for leaf in wanted:
        if isinstance(leaf, Prefix):
            return None
        forms.update(*(leaf.positions if isinstance(leaf, Phrase) else (leaf.forms,)))
    return forms


def _found_as(known: Collection[str], language: str, wanted: Collection[str] | None) -> dict[str, list[str]]:
    """Term -> the words of a text that are found under it, of the terms that are wanted; None for all."""
    terms = several(known, language)
    found_as = {word: [word] for word in known if word not in terms and (wanted is None or word in wanted)}
    for word, others in terms.items():
        for term in others:
            if wanted is None or term in wanted:
                found_as.setdefault(term, []).append(word)
    return found_as


def _beginnings(cut: Sequence[Word], prefix: Prefix, found_as: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, int]]:
    """First and last of the words that begin, or whose stem begins, with a prefix."""
    fit = {word for term, words in found_as.items() if term.startswith(prefix.text) for word in words}
    fit |= {word for words in found_as.values() for word in words if (WRITTEN + word).startswith(prefix.text)}
    yield from ((i, i) for i, (word, _, _) in enumerate(cut) if word in fit)


def _phrases(cut: Sequence[Word], phrase: Phrase, found_as: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, int]]:
    """First and last word of each place where a phrase stands."""
    if any(forms and found_as.keys().isdisjoint(forms) for forms in phrase.positions):
        return  # of many phrases most are not there: each would be tried at every word
    fits = [{word for form in forms for word in found_as.get(form, ())} if forms else None for forms in phrase.positions]
    size = len(fits)
    for first in range(len(cut) - size + 1):
        if all(fit is None or cut[first + i][0] in fit for i, fit in enumerate(fits)):
            yield first, first + size - 1


def _characters(word: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """The two characters of a bigram cut from a span, with the span of each; nothing for other words."""
    if len(word) != 2 or end - start < 2 or not is_run(word):
        return []
    return [(word[0], start, start + 1), (word[1], end - 1, end)]


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
    limits = _limits(text, begins, width)
    worth = _worth(found, begins, limits)
    rank = max(range(len(begins)), key=lambda i: (round(worth[i], 6), begins[i] in candidates, -begins[i]))
    best, limit = begins[rank], limits[rank]
    line = text.rfind("\n", 0, best) + 1
    if best - line <= _NUMBER:
        best, limit = line, _limits(text, [line], width)[0]
    ends = sorted({end for _, end in bounds} | {match.start() for match in _LINE_END.finditer(text)})
    return best, _end(text, best, limit, ends)


def _worth(found: Sequence[Match], begins: Sequence[int], limits: Sequence[int]) -> list[float]:
    """For each window the weights of the parts that it shows, each once, and a tenth for each further time: variety before
    repetition."""
    starts = [match.start for match in found]
    sums = []
    for begin, limit in zip(begins, limits, strict=True):
        seen: set[int] = set()
        worth = 0.0
        for match in found[bisect_left(starts, begin) : bisect_left(starts, limit)]:
            if match.end <= limit:
                worth += match.weight if match.part not in seen else match.weight / 10
                seen.add(match.part)
        sums.append(worth)
    return sums


def _limits(text: str, begins: Sequence[int], width: int) -> list[int]:
    """The places `width` columns after others, which ascend; East Asian wide characters take two."""
    first, last = begins[0], min(len(text), begins[-1] + width)
    if text.isascii() or text[first:last].isascii():
        return [min(len(text), begin + width) for begin in begins]
    columns = list(accumulate(map(_columns, text[first:last]), initial=0))
    return [min(first + bisect_right(columns, columns[begin - first] + width) - 1, begin + width) for begin in begins]


@lru_cache(maxsize=1 << 14)
def _columns(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


def _end(text: str, begin: int, limit: int, ends: Sequence[int]) -> int:
    """Where a window ends: with the last sentence that fits, if that fills most of it, else with the last word that fits."""
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

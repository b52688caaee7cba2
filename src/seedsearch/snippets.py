"""Passage + query -> an excerpt with marks, always a verbatim slice of the source.

Marks stand where the order of the passages found the parts of the query (`pool`), so that what matched is what is marked: the
words of a phrase only where they stand as that phrase, and a Chinese word by its overlapping bigrams, joined again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import accumulate
from unicodedata import east_asian_width

from seedsearch import cutting
from seedsearch.characters import Known
from seedsearch.cutting import is_run
from seedsearch.folding import fold
from seedsearch.ingest.sentences import sentences
from seedsearch.pool import Page, Places, alone, find, read
from seedsearch.query import And, Leaf, Node, Or, Phrase, Prefix, Term
from seedsearch.tuples import NamedTuple

_NUMBER = 6  # characters: what a list number or a bullet takes at the beginning of a line
_SAME = 1e-9  # the share by which windows that show the same may differ in worth, as sums of floats do
WIDTH = 420  # columns: about five lines of a terminal, or 200 Chinese characters


class Match(NamedTuple):
    """A place in a text that a part of the query matches: characters [start, end), which part, and its weight."""

    start: int
    end: int
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


def matches(texts: Sequence[tuple[str, str]], wanted: Sequence[Leaf], weights: Sequence[float]) -> list[list[Match]]:
    """Every place in some texts, each given with its language before it, where a part of the query stands, in order.

    `weights` has a number for each of `wanted`.
    """
    pool = read((language, text, ()) for language, text in texts)
    places = find(wanted, pool)
    found = zip(texts, pool.pages, places, strict=True)
    return [located(text, page, here, wanted, weights) for (_, text), page, here in found]


def located(text: str, page: Page, places: Places, wanted: Sequence[Leaf], weights: Sequence[float]) -> list[Match]:
    """As `matches`, of one text in which the parts of the query have been found."""
    folded = fold(text, page.folded)
    ends = {part: len(leaf.positions) - 1 for part, leaf in enumerate(wanted) if isinstance(leaf, Phrase)}
    parts = [(at, part) for part, positions in enumerate(places.positions) for at in positions]
    lasts = {at + ends[part] for at, part in parts if part in ends}
    spans = cutting.places(folded.text, {at for at, _ in parts} | lasts)
    found = []
    for at, part in parts:
        start, end = spans[at]
        if part in ends:
            leaf, last = wanted[part], at + ends[part]
            assert isinstance(leaf, Phrase)
            start = _half((start, end), page.word(at), leaf.positions[0])[0]
            end = _half(spans[last], page.word(last), leaf.positions[-1])[1]
        found.append((start, end, part))
    if not places.joined.keys().isdisjoint(page.joined):
        words = cutting.cut_folded(folded.text)
        for i, word in cutting.joined(folded.text, words).items():
            number = page.lexicon.vocabulary.number(word)
            found += [(words[i][1], words[i + 1][2], part) for part in places.joined.get(number, ())]
    for part, character in alone(wanted) if not folded.text.isascii() else ():
        if character in folded.text:
            found += [(match.start(), match.end(), part) for match in re.finditer(character, folded.text)]
    if folded.starts is not None:
        found = [(*folded.source_span(start, end), part) for start, end, part in found]
    found.sort()
    return [Match._make((start, end, part, weights[part])) for start, end, part in found]


def _half(span: tuple[int, int], word: str, forms: Sequence[str]) -> tuple[int, int]:
    """The span of what is looked for in a word: of one character, where it is half of a pair."""
    start, end = span
    if len(word) != 2 or word in forms or not is_run(word):
        return span
    return (start, start + 1) if word[0] in forms else (end - 1, end)


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
    places = [match.start for match in found]
    candidates = {starts[max(0, bisect_right(starts, place) - 1)] for place in places} or {starts[0]}
    best = min(candidates)
    limit = _limits(text, [best], width)[0]
    if any(match.end > limit for match in found):  # the first sentence with a match does not show all of them
        # A sentence may be longer than the window: then a match itself is where to begin, with a little before it.
        begins = sorted(candidates.union(_word_starts(text, places, width // 5)))
        limits = _limits(text, begins, width)
        worth = _worth(found, begins, limits)
        most = max(worth)
        best, limit = max(
            ((begin, limit) for begin, limit, value in zip(begins, limits, worth, strict=True) if value >= most * (1 - _SAME)),
            key=lambda window: (window[0] in candidates, -window[0]),
        )
    line = text.rfind("\n", 0, best) + 1
    if 0 < best - line <= _NUMBER:
        best, limit = line, _limits(text, [line], width)[0]
    ends = {end for _, end in bounds if best < end <= limit}
    return best, _end(text, best, limit, ends.union(_line_ends(text, best, limit)))


def _line_ends(text: str, begin: int, limit: int) -> Iterator[int]:
    """Where lines end between two places, without the blanks at their ends."""
    at = text.find("\n", begin)
    while at >= 0:
        end = begin + len(text[begin:at].rstrip())
        if end > limit:
            return
        if end > begin:
            yield end
        at = text.find("\n", at + 1)


def _worth(found: Sequence[Match], begins: Sequence[int], limits: Sequence[int]) -> list[float]:
    """For each window the weights of the parts that it shows, each once, and a tenth for each further time: variety before
    repetition."""
    # A window moves over the matches, so that each comes in once and goes out once: by its end, and by its start.
    ends = [match.end for match in found]
    coming = sorted(range(len(found)), key=ends.__getitem__, reverse=True)
    inside = [False] * len(found)
    counts = dict.fromkeys((match.part for match in found), 0)
    going, worth = 0, 0.0
    sums = []
    for begin, limit in zip(begins, limits, strict=True):
        while coming and ends[coming[-1]] <= limit:
            i = coming.pop()
            start, _, part, weight = found[i]
            if start >= begin:
                inside[i] = True
                worth += weight / 10 if counts[part] else weight
                counts[part] += 1
        while going < len(found) and found[going].start < begin:
            if inside[going]:
                _, _, part, weight = found[going]
                counts[part] -= 1
                worth -= weight / 10 if counts[part] else weight
            going += 1
        sums.append(worth)
    return sums


def _limits(text: str, begins: Sequence[int], width: int) -> list[int]:
    """The places `width` columns after others, which ascend; East Asian wide characters take two."""
    first, last = begins[0], min(len(text), begins[-1] + width)
    if text.isascii() or not _may_be_wide().search(text, first, last):
        return [min(len(text), begin + width) for begin in begins]
    columns = list(accumulate(map(_COLUMNS.__getitem__, text[first:last]), initial=0))
    return [min(first + bisect_right(columns, columns[begin - first] + width) - 1, begin + width) for begin in begins]


@cache
def _no_letter() -> re.Pattern[str]:
    """What is no letter, or one of a script without blanks."""
    return re.compile("[\\W_]|[^\x00-\u2e7f]")


@cache
def _may_be_wide() -> re.Pattern[str]:
    """By what is not, see `letters.runs`: to compile what may be takes 4 ms."""
    return re.compile("[^\x00-\u10ff\u1160-\u2319]")


_COLUMNS = Known(lambda character: 2 if east_asian_width(character) in "WF" else 1)


def _end(text: str, begin: int, limit: int, fitting: Collection[int]) -> int:
    """Where a window ends: with the last sentence that fits, if that fills most of it, else with the last word that fits."""
    if limit >= len(text):
        return len(text.rstrip())
    last = max(fitting, default=begin)
    if last - begin >= (limit - begin) * 0.6:
        return last
    end = limit
    while end > begin + (limit - begin) // 2 and not text[end - 1].isspace() and not text[end].isspace():
        if ord(text[end]) > 0x2E80 or ord(text[end - 1]) > 0x2E80:
            break
        end -= 1
    return len(text[:end].rstrip())


def _word_starts(text: str, places: Sequence[int], back: int) -> Iterator[int]:
    """A word boundary up to `back` characters before each place."""
    search = _no_letter().search
    for at in places:
        start = max(0, at - back)
        if 0 < start < at:
            before = search(text, start - 1, at - 1)
            start = before.end() if before else at
        while start < at and text[start].isspace():
            start += 1
        yield start


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

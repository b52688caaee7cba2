"""The indexed words that are spelt most like one that is not indexed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from seedsearch.analysis import WRITTEN
from seedsearch.stemming import stems

NEAREST = 3
CUT = 2  # letters
LISTED = 5000  # words with the same first letter that are looked at: the most frequent ones


def nearest(word: str, languages: Sequence[str], expand: Callable[[str, str, int], list[str]]) -> tuple[str, ...]:
    """Up to NEAREST words within a distance of a third of the letters, nearest first, then the more frequent.

    `expand(field, beginning, limit)` gives the most frequent terms of an index of these languages with this beginning. The
    first letter is taken to be right, or exchanged with the second.
    """
    most = max(1, (len(word) + 1) // 3)
    beginnings = dict.fromkeys(word[i] for i in (0, 1) if i < len(word))
    found: dict[str, tuple[int, int]] = {}
    for first in beginnings:
        written = [term.removeprefix(WRITTEN) for term in expand("any", WRITTEN + first, LISTED)]
        near = _near(word, written, most)
        for other, place in _near(word, expand("any", first, LISTED), most).items():
            if other not in near and not _is_cut(other, written, languages):
                near[other] = place
        for other, place in near.items():
            found.setdefault(other, place)
    return tuple(sorted(found, key=lambda other: (found[other], other))[:NEAREST])


def _near(word: str, others: Sequence[str], most: int) -> dict[str, tuple[int, int]]:
    """Of other words those within a distance, each with that and its rank among all.

    Each letter that one of two words lacks is a change: this tells most words apart in a hundredth of the time.
    """
    letters = frozenset(word)
    near: dict[str, tuple[int, int]] = {}
    for rank, other in enumerate(others):
        if abs(len(other) - len(word)) > most or len(letters.difference(other)) > most or other == word:
            continue
        if len(frozenset(other) - letters) <= most and (away := distance(word, other, most)) <= most:
            near[other] = away, rank
    return near


def _is_cut(term: str, written: Sequence[str], languages: Sequence[str]) -> bool:
    """Whether a term is the stem of longer words by two letters and more, which most often is no word itself: "assur", unlike
    "taiwan" ('s)."""
    start = term[:2]  # stemmers change the end; the German one writes "ä" as "a"
    longer = [bare for word in written if word.startswith(start) and len(bare := word.partition("'")[0]) - len(term) >= CUT]
    return any(term in stems(longer, language) for language in languages) if longer else False


def distance(left: str, right: str, most: int) -> int:
    """Letters to insert, leave out, change, or exchange with the next; `most` + 1 where it is more than `most`.

    The optimal string alignment of Damerau (1964).

    >>> distance("assurences", "assurances", 3), distance("tiawan", "taiwan", 2)
    (1, 1)
    """
    before, last = [0] * (len(right) + 1), list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]

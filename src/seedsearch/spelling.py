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
        # What is cut from longer words by two letters and more is most often no word itself: "assur", unlike "taiwan" ('s).
        pairs = ((w.partition("'")[0], stem) for of in languages for w, stem in zip(written, stems(written, of), strict=True))
        made = {stem for bare, stem in pairs if len(bare) - len(stem) >= CUT}
        plain = [term for term in expand("any", first, LISTED) if term not in made]
        for rank, other in (*enumerate(written), *enumerate(plain)):
            if abs(len(other) - len(word)) <= most and (away := distance(word, other, most)) <= most and other != word:
                found.setdefault(other, (away, rank))
    return tuple(sorted(found, key=lambda other: (found[other], other))[:NEAREST])


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

"""Passages that say the same: found among hits, so that each is shown once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from seedsearch.pool import Page

ALIKE = 0.9
"""The share of three words in a row that two passages have in common (Jaccard; Broder, On the Resemblance and Containment of
Documents, 1997) from which on they say the same."""
SHINGLE = 3
PROBES = 4  # words
_NUMBER = re.compile(r"\d+")
_NO_DIGITS = bytes(code for code in range(256) if not 48 <= code < 58)


def grouped(texts: Sequence[str], pages: Sequence[Page], limit: int) -> list[list[int]]:
    """The indexes of the first `limit` different texts, each with those of the later ones that say the same.

    `pages` are the texts as they are counted, all of one pool. Texts with other numbers in them differ, whatever else they
    share: last year's figure is not this year's.
    """
    groups: list[list[int]] = []
    seen: dict[bytes, list[tuple[_Text, list[int]]]] = {}
    for i, (text, page) in enumerate(zip(texts, pages, strict=True)):
        # Where the numbers are the same, so are these: told in a tenth of the time.
        digits = text.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS)
        alike = seen.get(digits, [])
        if not alike and len(groups) == limit:
            continue
        one = _Text(text, page)
        same = next((group for other, group in alike if other.says(one)), None)
        if same is not None:
            same.append(i)
        elif len(groups) < limit:
            groups.append([i])
            seen[digits] = [*alike, (one, groups[-1])]
    return groups


class _Text:
    """A text that is compared with others: first by what is cheap, for hardly any two say the same. The rest is made once."""

    def __init__(self, text: str, page: Page) -> None:
        words = page.words
        self.text, self.words, self.size = text, words, len(text)
        # Some words from all over, of which a text that says the same has half: one word in thirty may be another there.
        self.probes = frozenset([words[len(words) * k // PROBES] for k in range(PROBES)] if words else ())

    @cached_property
    def vocabulary(self) -> frozenset[int]:
        return frozenset(self.words)

    @cached_property
    def numbers(self) -> list[str]:
        return _NUMBER.findall(self.text)

    @cached_property
    def shingles(self) -> frozenset[tuple[int, ...]]:
        found = self.words.tolist()
        return frozenset(zip(*(found[k:] for k in range(SHINGLE)), strict=False)) or frozenset([tuple(found)])

    def says(self, other: _Text) -> bool:
        """Whether another text with the same digits says the same as this one."""
        if self.size > 1.5 * other.size or other.size > 1.5 * self.size:
            return False
        # A word that is not there is in a row of words that is not there.
        return (
            2 * len(other.probes - self.vocabulary) <= len(other.probes)
            and len(self.vocabulary.difference(other.words)) <= (1 - ALIKE) * len(self.words) + 1
            and self.numbers == other.numbers
            and _alike(self.shingles, other.shingles)
        )


def _alike(left: frozenset[tuple[int, ...]], right: frozenset[tuple[int, ...]]) -> bool:
    if min(len(left), len(right)) < ALIKE * max(len(left), len(right)):
        return False
    shared = len(left & right)
    return shared >= ALIKE * (len(left) + len(right) - shared)

"""Passages that say the same: found among hits, so that each is shown once."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
        probes = _probes(page.words)
        same = next((group for other, group in alike if other.may_say(text, probes) and other.says(text, page.words)), None)
        if same is not None:
            same.append(i)
        elif len(groups) < limit:
            groups.append([i])
            seen[digits] = [*alike, (_Text(text, page.words), groups[-1])]
    return groups


def _probes(words: memoryview[int]) -> frozenset[int]:
    """Some words from all over, of which a text that says the same has half: one word in thirty may be another there."""
    return frozenset([words[len(words) * k // PROBES] for k in range(PROBES)] if words else ())


class _Text:
    """A text with which others are compared: first by what is cheap, for hardly any two say the same."""

    def __init__(self, text: str, words: memoryview[int]) -> None:
        self._text, self._words, self._vocabulary = text, words, frozenset(words)

    def may_say(self, text: str, probes: frozenset[int]) -> bool:
        """Whether a text, by its length and its probes, may say the same as this one."""
        here, there = len(self._text), len(text)
        if here > 1.5 * there or there > 1.5 * here:
            return False
        return 2 * len(probes - self._vocabulary) <= len(probes)

    def says(self, text: str, words: memoryview[int]) -> bool:
        """Whether a text with the same digits says the same as this one."""
        # A word that is not there is in a row of words that is not there.
        return (
            len(self._vocabulary.difference(words)) <= (1 - ALIKE) * len(self._words) + 1
            and _NUMBER.findall(self._text) == _NUMBER.findall(text)
            and _alike(_shingles(self._words), _shingles(words))
        )


def _shingles(words: memoryview[int]) -> frozenset[tuple[int, ...]]:
    found = words.tolist()
    return frozenset(zip(*(found[k:] for k in range(SHINGLE)), strict=False)) or frozenset([tuple(found)])


def _alike(left: frozenset[tuple[int, ...]], right: frozenset[tuple[int, ...]]) -> bool:
    if min(len(left), len(right)) < ALIKE * max(len(left), len(right)):
        return False
    shared = len(left & right)
    return shared >= ALIKE * (len(left) + len(right) - shared)

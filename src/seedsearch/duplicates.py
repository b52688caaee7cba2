"""Passages that say the same: found among hits, so that each is shown once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from seedsearch.analysis import words
from seedsearch.folding import fold_text

ALIKE = 0.9
"""The share of three words in a row that two passages have in common (Jaccard; Broder, On the Resemblance and Containment of
Documents, 1997) from which on they say the same."""
SHINGLE = 3
_NUMBER = re.compile(r"\d+")


def grouped(texts: Sequence[str], limit: int) -> list[list[int]]:
    """The indexes of the first `limit` different texts, each with those of the later ones that say the same.

    Texts with other numbers in them differ, whatever else they share: last year's figure is not this year's.
    """
    groups: list[list[int]] = []
    seen: list[tuple[frozenset[tuple[str, ...]], list[str]]] = []
    for i, text in enumerate(texts):
        shingles, numbers = _shingles(text), _NUMBER.findall(text)
        same = next((k for k, other in enumerate(seen) if other[1] == numbers and _alike(other[0], shingles)), None)
        if same is not None:
            groups[same].append(i)
        elif len(groups) < limit:
            groups.append([i])
            seen.append((shingles, numbers))
    return groups


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    found = words(fold_text(text))
    return frozenset(zip(*(found[k:] for k in range(SHINGLE)), strict=False)) or frozenset([tuple(found)])


def _alike(left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]]) -> bool:
    if min(len(left), len(right)) < ALIKE * max(len(left), len(right)):
        return False
    shared = len(left & right)
    return shared >= ALIKE * (len(left) + len(right) - shared)

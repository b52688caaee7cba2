"""Text -> folded text: what looks alike is written alike, and every character of it knows where it came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import repeat

from seedsearch.characters import Table
from seedsearch.hanzi import simplified
from seedsearch.tuples import NamedTuple

_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u02b9\u2032\uff07`"), "'") | {0x451: "\u0435"}
"""And Cyrillic yo, which most Russian texts write as ye."""
_INVISIBLE = dict.fromkeys((0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF), "")


class Folded(NamedTuple):
    """Folded text; character i of it came from `starts[i]:ends[i]` of the source, or from i:i+1 where `starts` is None."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source from which the non-empty folded span [start, end) came."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str, known: str = "") -> Folded:
    """Fold NFKC, case, width, Traditional to Simplified, apostrophes and invisible characters, keeping the way back.

    `known` is what `fold_text` gave for the text, where that was asked for before.

    >>> fold("ＴＡＩＷＡＮ’s 台灣").text
    "taiwan's 台湾"
    """
    folded = known or fold_text(text)
    if text.isascii() or not _kinds().any(text, _SEVERAL | _COMPOSING):
        return Folded._make((folded, None, None))
    # Two letters for one, and a mark that joins the second, are as many as they were: "s" and "\u015b" for "\xdf\u0301".
    if folded == text or (len(folded) == len(text) == len(text.casefold()) and _is_one_to_one(text)):
        return Folded._make((folded, None, None))
    starts: list[int] = []
    ends: list[int] = []
    behind = 0
    for cluster in _uneven().finditer(_shapes().translate(text) or ""):
        start, end = cluster.span()
        size = len(_fold_cluster(text[start:end]))
        starts += [*range(behind, start), *repeat(start, size)]
        ends += [*range(behind + 1, start + 1), *repeat(end, size)]
        behind = end
    starts += range(behind, len(text))
    ends += range(behind + 1, len(text) + 1)
    return Folded._make((folded, starts, ends))


def fold_text(text: str) -> str:
    """The text of `fold`, without the way back, in a tenth of the time."""
    if text.isascii():
        return text.lower().replace("`", "'")
    folded = _alone().translate(text)
    if folded is not None:
        return folded
    # The normal forms of its characters, put together, are that of a text if they are normal; Python takes long to make one.
    plain = text if unicodedata.is_normalized("NFKC", text) else _normal().translate(text) or ""
    if (plain is text or unicodedata.is_normalized("NFKC", plain)) and not _kinds().any(plain, _VANISHING):
        folded = _folded(plain)
        # A small letter may compose with a mark as its capital does not: "H\u0331" is two characters, "\u1e96" one.
        if folded == plain or (len(folded) == len(plain) and unicodedata.is_normalized("NFKC", folded)):
            return folded
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _folded(normal)


def _is_one_to_one(text: str) -> bool:
    """Whether each character of a text becomes one, where none becomes several by its case and the text as a whole as long."""
    # Where nothing vanishes, nothing became two either.
    return unicodedata.is_normalized("NFKC", text) and not _kinds().any(text, _VANISHING)


_SEVERAL, _COMPOSING, _VANISHING = 1, 2, 4
"""Kinds of characters: what folds to another number of characters than one, what may compose with what stands before, and
what folds to nothing."""


@cache
def _kinds() -> Table:
    return Table(_kind)


def _kind(character: str) -> int:
    if "\u3400" <= character < "\ua000":  # ideographs fold to one, and compose with nothing
        return 0
    folded = _single(character)
    return _SEVERAL * (len(folded) != 1) | _COMPOSING * _composes(character) | _VANISHING * (not folded)


@cache
def _alone() -> Table:
    """What characters fold to that cannot compose with what stands before."""
    return Table(lambda character: None if _composes(character) else _single(character))


@cache
def _folds() -> Table:
    return Table(_single)


def _folded(text: str) -> str:
    """A text character by character."""
    return _folds().translate(text) or ""


@lru_cache(maxsize=1 << 16)
def _single(character: str) -> str:
    """What a character folds to, by itself."""
    # Neither NFKC nor case changes ideographs, of which a query meets hundreds.
    return _to_simplified(character) if "\u3400" <= character < "\ua000" else _fold_cluster(character)


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    """Fold one character with its marks. Case folding can undo NFKC and the reverse, so NFKC stands on both sides."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    folded = folded.translate(_APOSTROPHES).translate(_INVISIBLE)
    return "".join(map(_to_simplified, folded))


def _to_simplified(character: str) -> str:
    return simplified().get(character, character) if character >= "\u3400" else character


@cache
def _normal() -> Table:
    """The normal form of each character."""
    return Table(lambda character: unicodedata.normalize("NFKC", character))


@cache
def _uneven() -> re.Pattern[str]:
    """Of shapes: a character with all that may compose with it (marks, Hangul jamo, half-width voicing signs), and one alone
    that folds to another number than one."""
    return re.compile("\\Am+|1m+|[^1m]m*")


@cache
def _shapes() -> Table:
    """The kinds of characters, a letter each: "m" for _COMPOSING, "x" for what else is _SEVERAL, "1" for the others."""
    return Table(lambda character: "m" if (kind := _kind(character)) & _COMPOSING else "x" if kind & _SEVERAL else "1")


@lru_cache(maxsize=1 << 14)
def _composes(c: str) -> bool:
    """Whether a character, or what it is normally, can compose with the one before it.

    Some Indic vowel signs of combining class 0 can, and so do the vowels and final consonants of Hangul, of all widths.
    """
    if c < "\u0300":
        return False
    first = unicodedata.normalize("NFKC", c)[:1]
    if unicodedata.combining(first) or "\u1160" <= first <= "\u11ff":
        return True
    return unicodedata.category(c) in ("Mc", "Mn", "Me")

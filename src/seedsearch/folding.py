"""Text -> folded text: what looks alike is written alike, and every character of it knows where it came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

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
    # Two letters for one, and a mark that joins the second, are as many as they were: "s" and "\u015b" for "\xdf\u0301".
    if text.isascii() or (len(folded) == len(text) == len(text.casefold()) and _is_one_to_one(text)):
        return Folded(folded)
    kinds = set(map(_kinds().__getitem__, set(text)))
    if kinds == {0}:
        return Folded(folded)
    if max(kinds) < _COMPOSING:  # every character is a cluster: a third of the time of the loop below
        single = _single()
        folds = [single[code] for code in map(ord, text)]
        places = [i for i, piece in enumerate(folds) for _ in piece]
        return Folded("".join(folds), places, [place + 1 for place in places])
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        piece = _fold_cluster(text[start:end])
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return Folded("".join(pieces), starts, ends)


def fold_text(text: str) -> str:
    """The text of `fold`, without the way back, in a tenth of the time."""
    if text.isascii():
        return text.lower().replace("`", "'")
    folded = _one_to_one(text) or _one_to_one(_narrow(text))
    if folded:
        return folded
    if max(map(_kinds().__getitem__, set(text))) < _COMPOSING:
        return text.translate(_single())
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return normal.translate(_single())


def _one_to_one(text: str) -> str:
    """A text folded, where it is normal and each character of it becomes one; else ""."""
    if _lowered().fullmatch(text):  # a fifth of the time of what follows
        lower = text.lower().replace("\u03c2", "\u03c3").replace("\u0451", "\u0435")
        return lower.replace("\u2019", "'").replace("\u2018", "'").replace("`", "'")
    if not unicodedata.is_normalized("NFKC", text):
        return ""
    folded = text.translate(_single())
    # A small letter may compose with a mark as its capital does not: "H\u0331" is two characters, "\u1e96" one.
    composed = unicodedata.is_normalized("NFKC", folded)
    return folded if composed and len(folded) == len(text) and _is_one_to_one(text) else ""


def _is_one_to_one(text: str) -> bool:
    """Whether each character of a text becomes one, where none becomes several by its case and the text as a whole as long."""
    # Where nothing vanishes, nothing became two either.
    return unicodedata.is_normalized("NFKC", text) and not any(map(text.__contains__, _single().vanishing))


def _narrow(text: str) -> str:
    """A text with narrow marks for the wide ones of Chinese, which alone would keep nearly all of it from being normal."""
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    return text


_WIDE = [(chr(ord(narrow) + 0xFEE0), narrow) for narrow in "!%(),-/:;?"]


@cache
def _lowered() -> re.Pattern[str]:
    """Text of Latin, Greek and Cyrillic letters and common marks, all of which fold to their small letters.

    But for final sigma, yo, and the quotation marks that are apostrophes.
    """
    return re.compile(
        "[\x00-\x9f\xa1-\xa7\xa9\xab\xac\xae\xb0\xb1\xb6\xb7\xbb\xbf-\xde\xe0-\u012f\u0134-\u013e\u0141-\u0148\u014a-\u017e"
        "\u0388-\u03cf\u0400-\u0482\u048a-\u052f\u1ea0-\u1ef9\u2010\u2012-\u2016\u2018-\u2023]*"
    )


_SEVERAL, _COMPOSING = 1, 2
"""Kinds of characters: what folds to another number of characters than one, and what may compose with what stands before."""


class _Kinds(dict[str, int]):
    """Character -> its kinds, filled as characters are met."""

    def __missing__(self, character: str) -> int:
        kind = 0
        if not "\u3400" <= character < "\ua000":  # ideographs fold to one, and compose with nothing
            kind = _SEVERAL * (len(_single()[ord(character)]) != 1) | _COMPOSING * _composes(character)
        self[character] = kind
        return kind


@cache
def _kinds() -> _Kinds:
    return _Kinds()


def fold_letter(character: str) -> str:
    """What one character folds to, "" where it may compose with what stands before it or folds to more than one.

    >>> fold_letter("灣"), fold_letter("½")
    ('湾', '')
    """
    folded = "" if _composes(character) else _fold_cluster(character)
    return folded if len(folded) == 1 else ""


class _Single(dict[int, str]):
    """Code point -> folded string, filled as characters are met: `str.translate` asks `__missing__` once for each."""

    def __init__(self) -> None:
        self.vanishing: list[str] = []  # those met that fold to nothing

    def __missing__(self, code: int) -> str:
        # Neither NFKC nor case changes ideographs, of which a query meets hundreds.
        character = chr(code)
        is_ideograph = 0x3400 <= code < 0xA000
        folded = self[code] = simplified().get(character, character) if is_ideograph else _fold_cluster(character)
        if not folded:
            self.vanishing.append(character)
        return folded


@cache
def _single() -> _Single:
    return _Single()


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    """Fold one character with its marks. Case folding can undo NFKC and the reverse, so NFKC stands on both sides."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    folded = folded.translate(_APOSTROPHES).translate(_INVISIBLE)
    return "".join(map(_to_simplified, folded))


def _to_simplified(character: str) -> str:
    return simplified().get(character, character) if character >= "\u3400" else character


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Spans of a character and all that NFKC may compose with it: marks, Hangul jamo, half-width voicing signs."""
    start, kinds = 0, _kinds()
    for i in range(1, len(text)):
        if kinds[text[i]] < _COMPOSING:
            yield start, i
            start = i
    if text:
        yield start, len(text)


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

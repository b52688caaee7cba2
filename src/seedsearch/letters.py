"""Which characters make up words: the letters of scripts without blanks, marks, and Han and Kana among them."""

from __future__ import annotations

import re
from bisect import bisect
from functools import cache

from seedsearch.characters import Table

# Letters that stand without spaces between words. Digits and punctuation of these blocks are left out.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ece\u0edc-\u0edf"  # Lao
    "\u0f40-\u0fbc"  # Tibetan
    "\u1000-\u103f\u1050-\u109d\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17d3\u17d7\u17dc\u17dd"  # Khmer
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"  # Han
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3105-\u312f\u31a0-\u31bf"  # Kana, Bopomofo
)
# Marks belong to the word they stand in, but `\w` leaves them out: "हिन्दी" would fall apart at every vowel sign.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u0816-\u082d\u0859-\u085b"
    "\u08d3-\u0963\u0971-\u0df3\u135d-\u135f\u1ab0-\u1aff\u1b00-\u1b44\u1dc0-\u1dff\u20d0-\u20f0\ua8e0-\ua8f1"
)
ANY_MARK = f"[{_MARKS}]|"  # to stand in a pattern before another choice
# Han and Kana: the scripts in which a blank between two letters tells nothing. (Hangul and Thai have blanks that do.)
_IDEOGRAPHS = "\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


@cache
def simple() -> re.Pattern[str]:
    """Text that has neither marks nor unspaced letters."""
    return re.compile("[\x00-\u02ff\u2000-\u206f\u20a0-\u20cf]*")


@cache
def runs() -> re.Pattern[str]:
    """Runs of unspaced letters, as a group, by which texts can be split.

    Compiled when first met: such classes take milliseconds, which a cold query can do without.
    """
    # Written as what is left out: to compile a class re counts every letter of it below U+10000, and those are half as many.
    ends = [-1, *(ord(bound) - 1 for bound in _bounds(_UNSPACED)), 0x10FFFF]
    left_out = [f"{chr(last + 1)}-{chr(end)}" for last, end in zip(ends[::2], ends[1::2], strict=True) if last < end]
    return re.compile(f"([^{''.join(left_out)}]+)")


def is_unspaced(letter: str) -> bool:
    """Whether a character is a letter of a script without blanks. Told by the bounds, so that no class need be compiled."""
    return bisect(_bounds(_UNSPACED), letter) % 2 == 1


def is_ideograph(letter: str) -> bool:
    """Whether a character is Han or Kana."""
    return bisect(_bounds(_IDEOGRAPHS), letter) % 2 == 1


def is_han(letter: str) -> bool:
    """Whether a character is one of those that Chinese is written in."""
    return bisect(_bounds(_HAN), letter) % 2 == 1


@cache
def han() -> re.Pattern[str]:
    """Runs of Chinese characters; compiled when first met, as `runs`."""
    return re.compile(f"[{_HAN}]+")


@cache
def _bounds(ranges: str) -> list[str]:
    """Of the ranges of a class (`a-cx`) the first character of each and the one behind its last, ascending."""
    pairs = re.findall("(.)(?:-(.))?", ranges)
    return sorted(bound for first, last in pairs for bound in (first, chr(ord(last or first) + 1)))


@cache
def marks() -> re.Pattern[str]:
    """A mark that belongs to the word it stands in."""
    return re.compile(f"[{_MARKS}]")


RUN, IDEOGRAPH, BLANK, LETTER, MARK = 1, 2, 4, 8, 16
"""Kinds of characters, as `native/` knows them."""


@cache
def kinds() -> Table:
    """The kinds of characters, added up; 0 for punctuation."""
    return Table(_kind)


def _kind(character: str) -> int:
    if "\u4e00" <= character < "\ua000":  # a query meets hundreds
        return RUN | IDEOGRAPH
    if is_unspaced(character):
        return RUN | (IDEOGRAPH if is_ideograph(character) else 0)
    blank = BLANK if character.isspace() else 0
    return blank | (LETTER if character.isalnum() else 0) | (MARK if marks().match(character) else 0)

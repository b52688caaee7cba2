"""How large a text is, in words; in scripts without blanks two Chinese or Japanese characters or five Thai ones are a word.

So a translation is about as large as its original.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from seedsearch.characters import Table, native

Size: TypeAlias = Callable[[int, int], int]

_HAN = (
    r"\u2e80-\u2fff\u3005-\u3007\u3021-\u3029\u3031-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
    r"\U00020000-\U0003ffff"
)
_THAI = r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
_MARKS = "、。，．：；！？」』）》〉】…"
WORD = re.compile(rf"[{_HAN}]{{1,2}}[{_MARKS}]{{0,4}}|[{_THAI}]{{1,5}}|[^\s{_HAN}{_THAI}]{{1,20}}|\s{{80}}")
"""A word, at most 20 characters of a longer one, or as much white space as a line holds."""
# The same with a whole run of Han at once, in a group.
_WORDS = re.compile(WORD.pattern.replace(f"[{_HAN}]{{1,2}}", f"([{_HAN}]+)"))
_BEGIN, _BLANK = b"b"[0], b" "[0]
# Kinds of characters, as `native/` knows them.
_OF_GAP, _OF_WORD, _MARK, _OF_HAN, _OF_THAI = range(5)


class Sizes:
    """The sizes of parts of one text: 6 nanoseconds a character to make, and then less than a microsecond to ask."""

    def __init__(self, text: str) -> None:
        self._text = text
        # A byte for each character: that a word begins there, or goes on, or that it is a blank.
        self._begins = native.begins(text, _kinds()) if native else b""
        self._known: dict[tuple[int, int], int] = {}

    def between(self, start: int, end: int) -> int:
        """How many times WORD matches in text[start:end]."""
        begins = self._begins
        # Inside a word, or a long gap, of which the last character counts, WORD finds others.
        if start < len(begins) and begins[start] == (_BLANK if self._text[start].isspace() else _BEGIN):
            return begins.count(_BEGIN, start, end)
        words = self._known.get((start, end))
        if words is None:
            found = _WORDS.findall(self._text, start, end)
            words = self._known[start, end] = sum([(len(han) + 1) // 2 or 1 for han in found])
        return words


@cache
def _kinds() -> Table:
    han, thai = re.compile(f"[{_HAN}]"), re.compile(f"[{_THAI}]")

    def kind(character: str) -> int:
        if han.match(character):
            return _OF_HAN
        if thai.match(character):
            return _OF_THAI
        if character.isspace():
            return _OF_GAP
        return _MARK if character in _MARKS else _OF_WORD

    return Table(kind)

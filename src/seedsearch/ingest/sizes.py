"""How large a text is, in words; in scripts without blanks two Chinese or Japanese characters or five Thai ones are a word.

So a translation is about as large as its original.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Size: TypeAlias = Callable[[int, int], int]

_HAN = (
    r"\u2e80-\u2fff\u3005-\u3007\u3021-\u3029\u3031-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
    r"\U00020000-\U0003ffff"
)
_THAI = r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
_LONG_WORD, _LONG_GAP = 20, 80
WORD = re.compile(
    rf"[{_HAN}]{{1,2}}[、。，．：；！？」』）》〉】…]{{0,4}}|[{_THAI}]{{1,5}}|[^\s{_HAN}{_THAI}]{{1,{_LONG_WORD}}}|\s{{{_LONG_GAP}}}"
)
"""A word, at most 20 characters of a longer one, or as much white space as a line holds."""
# The same with a whole run of Han at once, in a group.
_WORDS = re.compile(WORD.pattern.replace(f"[{_HAN}]{{1,2}}", f"([{_HAN}]+)"))
# ASCII with a blank for each blank and an x for all else, and what WORD matches more often than once a word.
_SHAPE = bytes(ord(" ") if chr(code).isspace() else ord("x") for code in range(256))
_LONG_BYTES, _GAP_BYTES = b"x" * (_LONG_WORD + 1), b" " * _LONG_GAP
_NOT_PLAIN = re.compile(rf"[{_HAN}{_THAI}]|[^\x00-\x7f\S]")


class Sizes:
    """The sizes of parts of one text."""

    def __init__(self, text: str) -> None:
        self._text, self._shape = text, _shape(text)
        self._known: dict[tuple[int, int], int] = {}
        self._is_even = _LONG_BYTES not in self._shape and _GAP_BYTES not in self._shape

    def between(self, start: int, end: int) -> int:
        """How many times WORD matches in text[start:end]."""
        shape = self._shape
        if shape and self._is_even:
            return shape.count(b" x", start, end) + shape.startswith(b"x", start, end)
        words = self._known.get((start, end))
        if words is None:
            words = self._known[start, end] = self._between(start, end)
        return words

    def _between(self, start: int, end: int) -> int:
        shape = self._shape
        if not shape:
            piece = self._text[start:end]
            shape, start, end = _shape(piece), 0, end - start
            if not shape:
                return sum([(len(han) + 1) // 2 or 1 for han in _WORDS.findall(piece)])
        words = shape.count(b" x", start, end) + shape.startswith(b"x", start, end)
        words += sum([(size - 1) // _LONG_WORD for size in _long(shape, _LONG_BYTES, b" ", start, end)])
        return words + sum([size // _LONG_GAP for size in _long(shape, _GAP_BYTES, b"x", start, end)])


def _shape(text: str) -> bytes:
    """Where words and blanks are, a byte a character; nothing for a text of which WORD sees more than that."""
    plain = text.isascii() or not _NOT_PLAIN.search(text)
    return text.encode("ascii", "replace").translate(_SHAPE) if plain else b""


def _long(shape: bytes, least: bytes, other: bytes, start: int, end: int) -> list[int]:
    """The sizes of runs of one byte, `least` or longer, behind which the other one stands."""
    found = []
    at = shape.find(least, start, end)
    while at >= 0:
        behind = shape.find(other, at, end)
        found.append((behind if behind >= 0 else end) - at)
        at = shape.find(least, at + found[-1], end)
    return found

"""Functions of a character, asked once for each that is met, and the compiled module that goes through texts.

`native` does in C what takes most of the time of indexing and of a query (`native/`). It is None where it could not be
compiled, or was for other code; then the Python that stands beside each use of it does the same: a warm query takes two
to three times as long, indexing up to two and a half times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

VERSION = 7  # of the compiled module: one that was left by another version of this code is not taken

try:
    from seedsearch import _native as native
except ImportError:
    native = None  # type: ignore[assignment]
else:
    if getattr(native, "VERSION", 0) != VERSION:
        native = None  # type: ignore[assignment]


Value = TypeVar("Value")


class Known(dict[str, Value]):
    """Character -> what a function gives for it, filled as characters are met; all that Unicode has assigned take 15 MB."""

    def __init__(self, function: Callable[[str], Value]) -> None:
        self._function = function

    def __missing__(self, character: str) -> Value:
        self[character] = found = self._function(character)
        return found


class PlainTable:
    """As `_native.Table`, in Python."""

    def __init__(self, function: Callable[[str], int | str | None], /) -> None:
        self._known = Known(function)

    def count(self, text: str, size: int, /) -> dict[int, int]:
        """How many characters of a text have each of the numbers below `size`, where any have."""
        counts = Counter(map(self._known.__getitem__, text))
        return {number: counts[number] for number in range(size) if counts[number]}

    def any(self, text: str, bits: int, /) -> bool:
        """Whether the number of a character of a text has one of these bits."""
        return any(int(self._known[character] or 0) & bits for character in set(text))

    def translate(self, text: str, /) -> str | None:
        """The strings of the characters of a text, one after the other; None for a text with a character that has none."""
        found = [self._known[character] for character in text]
        return None if None in found else "".join(map(str, found))


if TYPE_CHECKING or native:
    from seedsearch._native import Table
else:
    Table = PlainTable

__all__ = ["Known", "PlainTable", "Table", "native"]

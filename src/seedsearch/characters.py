"""Characters by the thousand: texts as arrays of code points, and functions of a character as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]

_UNKNOWN = 0xFFFFFFFE  # no code point


def code_points(text: str) -> Array:
    """The code points of a text, half surrogate pairs among them, as 32-bit numbers; not to be changed."""
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


class Table:
    """A function of characters that gives numbers below 2**32 - 2, or 2**32 - 1; asked once for each character that is met."""

    def __init__(self, function: Callable[[str], int]) -> None:
        import numpy as np

        self._function = function
        self._table = np.full(0x110000, _UNKNOWN, np.uint32)

    def of(self, codes: Array) -> Array:
        """What the function gives for each code point of an array."""
        found: Array = self._table.take(codes)  # half the cost of [codes]
        if (new := found == _UNKNOWN).any():
            for code in sorted(set(codes[new].tolist())):  # np.unique would import numpy.ma, 24 ms
                self._table[code] = self._function(chr(code))
            found = self._table.take(codes)
        return found

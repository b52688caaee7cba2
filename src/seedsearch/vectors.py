"""The vectors of passages in two files of a generation, which are mapped into memory: one row each for a passage.

vectors.int8    512 signed bytes a row
vectors.rows    for each what it belongs to, and by what to multiply its bytes

Rows of passages that left are marked by the number 0; they are the first to be filled again, and before that lend their vector
to a passage with the same text. Vectors are written before what they belong to, and only whole rows of both files count, so
that a crash leaves nothing but passages without a vector, which get theirs in the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedsearch.encoder import DIMENSION, one_thread
from seedsearch.tuples import NamedTuple

if TYPE_CHECKING:
    from numpy import bool_, float32, int64
    from numpy.typing import NDArray

TAGS = ("en", "zh", "zh-Hans", "zh-Hant")
"""Languages of which there are vectors; rows tell them by their place here."""
_VECTORS, _ROWS = "vectors.int8", "vectors.rows"
_FIELDS = [("number", "<i8"), ("document", "<i8"), ("key", "<u8"), ("scale", "<f4"), ("language", "<u4")]
_BLOCK = 1024  # rows that are compared together: 2 MB as floats, which a cache holds


class Row(NamedTuple):
    """To whom a vector belongs: number of the passage, of its document, place of its language in TAGS, key of its text."""

    number: int
    document: int
    language: int
    key: int


class Near(NamedTuple):
    """How alike a passage is (the cosine, at most 1), and the key of the text that was compared."""

    likeness: float
    key: int


class Vectors:
    """The vectors of one generation; an index without any has none. Use it from one thread."""

    def __init__(self, generation: Path) -> None:
        self._vectors, self._rows = generation / _VECTORS, generation / _ROWS

    def clear(self) -> None:
        """Forget all vectors."""
        for path in (self._rows, self._vectors):
            with suppress(FileNotFoundError):
                path.unlink()

    def _open(self, mode: str = "r") -> tuple[NDArray[Any], NDArray[Any]]:
        """Rows, and vectors, one for each."""
        import numpy as np

        fields = np.dtype(_FIELDS)
        try:
            count = min(self._rows.stat().st_size // fields.itemsize, self._vectors.stat().st_size // DIMENSION)
        except FileNotFoundError:
            count = 0
        if not count:
            return np.empty(0, fields), np.empty((0, DIMENSION), np.int8)
        rows = np.memmap(self._rows, fields, mode, shape=(count,))  # type: ignore[call-overload]
        return rows, np.memmap(self._vectors, np.int8, mode, shape=(count, DIMENSION))  # type: ignore[call-overload]

    def numbers(self) -> NDArray[int64]:
        """The numbers of all passages that have a vector."""
        numbers: NDArray[int64] = self._open()[0]["number"]
        return numbers[numbers > 0]

    def remove(self, documents: Sequence[int]) -> None:
        """Forget the passages of some documents."""
        import numpy as np

        rows, _ = self._open("r+")
        gone = np.isin(rows["document"], documents) & (rows["number"] > 0)
        if gone.any():
            rows["number"][gone] = 0
            rows.flush()  # type: ignore[attr-defined]

    def known(self, keys: Iterable[int]) -> dict[int, bytes]:
        """The vectors of those texts that have one, as `add` takes them."""
        import numpy as np

        rows, vectors = self._open()
        found = np.flatnonzero(np.isin(rows["key"], np.fromiter(keys, np.uint64)))
        return {int(rows["key"][i]): rows["scale"][i].tobytes() + vectors[i].tobytes() for i in found}

    def add(self, found: Sequence[tuple[Row, bytes]]) -> None:
        """Keep vectors (`packed`), each for a passage. Raises OSError where there is no room."""
        import numpy as np

        fields = np.dtype(_FIELDS)
        before, _ = self._open()
        free = np.flatnonzero(before["number"] == 0)[: len(found)]
        places = np.concatenate([free, np.arange(len(before), len(before) + len(found) - len(free))])
        rows = [
            np.array((row.number, row.document, row.key, np.frombuffer(packed, "<f4", 1)[0], row.language), fields).tobytes()
            for row, packed in found
        ]
        # A row that is filled again must not lend, after a crash, what was just written over its vector. Nothing is written
        # through a memory map: on a full disk that ends the process, with no error.
        _write(self._rows, places, [bytes(fields.itemsize)] * len(free))
        _write(self._vectors, places, [packed[4:] for _, packed in found])
        _write(self._rows, places, rows)

    def nearest(
        self,
        vector: NDArray[float32],
        languages: Sequence[str],
        documents: frozenset[int] | None,
        most: int,
        also: Sequence[int] = (),
    ) -> dict[int, Near]:
        """The `most` passages most alike, and those of the numbers `also`, by number.

        `languages` are TAGS to look at; `documents`, if given, the documents. Looks at every vector: 100,000 take 25 ms of CPU.
        """
        import numpy as np

        rows, vectors = self._open()
        wanted = (rows["number"] > 0) & np.isin(rows["language"], [TAGS.index(tag) for tag in languages])
        if documents is not None:
            wanted &= np.isin(rows["document"], list(documents))
        likeness = _cosines(vectors, vector, wanted) * rows["scale"]
        likeness[~wanted] = -2.0
        first = np.argpartition(-likeness, most)[:most] if most < len(likeness) else np.arange(len(likeness))
        places = np.concatenate([first, np.flatnonzero(np.isin(rows["number"], also))])
        return {int(rows["number"][i]): Near(float(likeness[i]), int(rows["key"][i])) for i in sorted(places) if wanted[i]}


def _write(path: Path, places: Iterable[int], rows: Sequence[bytes]) -> None:
    """Write rows of equal size at their places in a file."""
    path.touch()
    with path.open("r+b") as file:
        for place, row in zip(places, rows, strict=False):
            file.seek(len(row) * int(place))
            file.write(row)


def packed(vector: NDArray[float32]) -> bytes:
    """A vector in 516 bytes: what to multiply with, then each component between -127 and 127."""
    import numpy as np

    scale = np.float32(max(float(np.abs(vector).max()), 1e-9) / 127)
    head: bytes = scale.astype("<f4").tobytes()
    body: bytes = np.rint(vector / scale).astype(np.int8).tobytes()
    return head + body


def _cosines(vectors: NDArray[Any], vector: NDArray[float32], wanted: NDArray[bool_]) -> NDArray[float32]:
    """The products of rows and a vector, block by block; blocks without any wanted row are left out."""
    import numpy as np

    found = np.zeros(len(vectors), np.float32)
    block = np.empty((_BLOCK, DIMENSION), np.float32)
    with one_thread():
        for start in range(0, len(vectors), _BLOCK):
            end = min(start + _BLOCK, len(vectors))
            if wanted[start:end].any():
                part = block[: end - start]
                part[:] = vectors[start:end]
                np.dot(part, vector, out=found[start:end])
    return found

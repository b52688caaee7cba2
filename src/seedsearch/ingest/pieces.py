"""A large JSON Lines file in pieces of whole lines, so that it need not be held in memory and can be shared out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from seedsearch.ingest.decoding import PlainCheck
from seedsearch.tuples import NamedTuple

SMALLEST = 1 << 20  # bytes: a smaller file is read at once
_PIECE = 1 << 18  # bytes, to the end of a line: a tenth of a second of work
_BLOCK = 1 << 16


class Piece(NamedTuple):
    """Whole lines of a file: its bytes [start, end), and the 1-based number of the first line."""

    start: int
    end: int
    line: int


class Survey(NamedTuple):
    """A file's SHA-256 in hex, and its encoding ("utf-8" or "ascii")."""

    sha256: str
    encoding: str


def survey(file: BinaryIO) -> tuple[Survey, list[Piece]] | None:
    """How a file can be read in pieces, None if it has to be read at once: as it is not plainly UTF-8, or empty.

    Reads the file once, 400 MB a second, holding a block of it. Raises OSError.
    """
    from hashlib import sha256

    digest, check, pieces = sha256(), PlainCheck(), _Pieces()
    for block in _blocks(file):
        digest.update(block)
        if not check.feed(block):
            return None
        pieces.feed(block)
    encoding = check.encoding()
    if not encoding:
        return None
    return Survey(digest.hexdigest(), encoding), pieces.end()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


class _Pieces:
    """Collects places to cut, a block at a time."""

    def __init__(self) -> None:
        self._found: list[Piece] = []
        self._start = self._place = 0
        self._first = self._line = 1

    def feed(self, block: bytes) -> None:
        cut = block.rfind(b"\n") + 1
        if cut and self._place + cut - self._start >= _PIECE:
            self._line += block.count(b"\n", 0, cut)
            self._cut(self._place + cut)
            self._line += block.count(b"\n", cut)
        else:
            self._line += block.count(b"\n")
        self._place += len(block)

    def _cut(self, end: int) -> None:
        self._found.append(Piece(self._start, end, self._first))
        self._start, self._first = end, self._line

    def end(self) -> list[Piece]:
        if self._place > self._start:
            self._cut(self._place)
        return self._found

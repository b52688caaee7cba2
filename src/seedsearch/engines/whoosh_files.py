"""Reads the files of a Whoosh 3 index ("W3" codec) without importing Whoosh.

Importing what Whoosh needs to open an index takes 40 ms of CPU, and its matchers make four method calls for each
posting where this hands out whole lists. Everything is written so that Whoosh itself can read it too.

    _MAIN_<generation>.toc   varints and ints, the pickled schema, the pickled list of segments: the commit
    MAIN_<segment>.seg       a compound file: an offset, the files of the segment, their pickled directory:
      .trm  term -> its statistics and the place of its postings, or the postings themselves where they are few;
            entries in order of key (two bytes for the field, then UTF-8), a hash table, then the entries' offsets
      .pst  blocks of postings: pickled (deltas of passages, frequencies, encoded positions), deflated where that helps
      .<name>.col  one value for each passage, big-endian
"""

from __future__ import annotations

import pickle
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from itertools import accumulate
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, Any

from seedsearch.errors import IndexCorruptError, IndexVersionError, SeedsearchError
from seedsearch.tuples import NamedTuple

INDEX_NAME = "MAIN"
TOC_VERSION = -111
REBUILD = "rebuild it with `seedsearch index --rebuild`"
POSTINGS_MAGIC = b"W3Bl"
TERM_INFO = struct.Struct("!BfIBBfII")
"""Inlined?, sum of frequencies, passages, least and greatest length (rounded), greatest frequency, first and last."""
EXTENT = struct.Struct("!qi")
"""Where the blocks of a term begin in the postings file, and how many bytes they take."""
ENTRY = struct.Struct("!II")
"""Lengths of an entry's key and value."""
FIELD_ID = struct.Struct("!H")

_DIRECTORY = struct.Struct("!qi")  # of 256 hash tables: where each begins, and its number of slots
_SLOT = struct.Struct("!Iq")  # a hash and where its entry begins
_SIZE = struct.Struct("!i")


class Postings(NamedTuple):
    """Where a term occurs in a segment: passages ascending, how often in each, and its positions there, encoded."""

    passages: Sequence[int]
    frequencies: Sequence[int]
    positions: Sequence[bytes]


class SegmentInfo(NamedTuple):
    """A segment as the table of contents lists it; removed passages stay in its files until it is merged.

    `words` is the sum of each field's lengths, removed passages included.
    """

    id: str
    passages: int
    removed: frozenset[int]
    words: Mapping[str, int]

    @property
    def alive(self) -> int:
        """Passages that are not removed."""
        return self.passages - len(self.removed)


class _Stored:
    """Stands for Whoosh's own classes in what it pickled: takes the attributes, runs nothing."""


class _TocUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.startswith("whoosh."):
            return _Stored
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a table of contents")


class _Plain(pickle.Unpickler):
    """Reads numbers, strings and what holds them; an index from elsewhere must not be able to run code."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "array":
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in an index")


def plain(pickled: bytes) -> Any:
    """What was pickled, if it is made of numbers, strings, arrays, tuples, lists and dicts only."""
    return _Plain(BytesIO(pickled)).load()


@contextmanager
def damage_reported(folder: Path) -> Iterator[None]:
    """Turn whatever reading damaged or foreign bytes raises into IndexCorruptError; errors of the file system pass."""
    try:
        yield
    except (OSError, SeedsearchError):
        raise
    except Exception as error:  # Unpickling damaged bytes may raise anything, says its documentation.
        raise corrupt(folder) from error


def corrupt(folder: Path) -> IndexCorruptError:
    """The error for a damaged index."""
    return IndexCorruptError(f"{folder} is damaged or no index of seedsearch: {REBUILD}")


def latest_generation(folder: Path) -> int:
    """The number of the last commit, -1 where there is none."""
    try:
        names = [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return -1
    start, end = f"_{INDEX_NAME}_", ".toc"
    numbers = [name[len(start) : -len(end)] for name in names if name.startswith(start) and name.endswith(end)]
    return max((int(number) for number in numbers if number.isdecimal()), default=-1)


def read_toc(folder: Path, generation: int) -> list[SegmentInfo]:
    """The segments of a commit.

    Raises IndexVersionError where another version of the format was written, IndexCorruptError.
    """
    with (folder / f"_{INDEX_NAME}_{generation}.toc").open("rb") as file:
        if [_varint(file) for _ in range(3)] != [4, 8, 4] or _SIZE.unpack(file.read(4))[0] != -12345:
            raise corrupt(folder)
        version = _SIZE.unpack(file.read(4))[0]
        if version != TOC_VERSION:
            raise IndexVersionError(f"{folder} has format {version}, not {TOC_VERSION}: {REBUILD}")
        for _ in range(3):
            _varint(file)
        file.seek(_varint(file) + 8, 1)
        stored = _TocUnpickler(file).load()
        return [
            SegmentInfo(kept.segid, kept._doccount, frozenset(kept._deleted or ()), dict(kept._fieldlengths)) for kept in stored
        ]


def _varint(file: IO[bytes]) -> int:
    value = shift = 0
    while True:
        byte: int = file.read(1)[0]
        value |= (byte & 127) << shift
        if byte < 128:
            return value
        shift += 7


@lru_cache(1 << 13)  # most terms stand once in a passage, so few codes are met, again and again; each takes 7 microseconds
def decode_positions(encoded: bytes) -> Sequence[int]:
    """Positions of a term in a passage, ascending: a count in four bytes, then their pickled deltas."""
    return list(accumulate(plain(encoded[4:])))


KEPT = 100_000
"""Postings of a segment that are remembered, of 100 bytes each: a query asks three times for the same."""


class Segment:
    """The files of one segment, mapped into memory.

    Raises FileNotFoundError where a writer has deleted them since the table of contents was read, IndexCorruptError.
    """

    def __init__(self, folder: Path, info: SegmentInfo) -> None:
        self.info = info
        self._folder = folder
        name = f"{INDEX_NAME}_{info.id}"
        with (folder / f"{name}.seg").open("rb") as file:
            self._map = mmap(file.fileno(), 0, access=ACCESS_READ)
        (start,) = struct.unpack_from("!q", self._map)
        directory = plain(self._map[start:])
        self._files = {file_name[len(name) + 1 :]: (place["offset"], place["length"]) for file_name, place in directory.items()}
        self._read_terms_directory()
        self._postings_start = self._files["pst"][0]
        self._known: dict[tuple[str, str], Postings] = {}  # those asked for last at the end
        self._held = 0

    def _read_terms_directory(self) -> None:
        self._terms_start: int
        self._terms_start, length = self._files["trm"]
        end = self._terms_start + length - 4
        (extras_length,) = _SIZE.unpack_from(self._map, end)
        extras_start = end - extras_length
        extras = plain(self._map[extras_start:end])
        self._field_ids: dict[str, int] = extras["fieldmap"]
        self._terms: int = extras["indexlen"]
        self._offset = struct.Struct("!" + extras["indextype"])
        self._offsets_start = end - self._terms * self._offset.size
        self._directory = extras_start - 256 * _DIRECTORY.size
        # The first of 256 hash tables begins where the entries end.
        entries_length: int = _DIRECTORY.unpack_from(self._map, self._directory)[0]
        self._entries_end = self._terms_start + entries_length

    def close(self) -> None:
        """Let go of the files."""
        self._map.close()

    def column(self, name: str, typecode: str) -> array[int]:
        """A value for each passage; the typecode is that of `array`."""
        start, length = self._files[f"{name}.col"]
        values = array(typecode, self._map[start : start + length])
        if sys.byteorder == "little":
            values.byteswap()
        if len(values) != self.info.passages:
            raise corrupt(self._folder)
        return values

    def languages(self) -> tuple[list[str], array[int]]:
        """The tags that occur, and for each passage which one it has."""
        start, length = self._files["language.col"]
        file = BytesIO(self._map[start : start + length])
        typecode = chr(file.getbuffer()[-1])
        references = array(typecode)
        references.frombytes(file.read(self.info.passages * references.itemsize))
        if sys.byteorder == "little":
            references.byteswap()
        return [file.read(_varint(file)).decode() for _ in range(_varint(file))], references

    def terms(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        """The terms of a field that begin with a prefix, in order, and how many passages hold each, removed or not."""
        for key, value in self._entries(field, prefix.encode("utf-8", "surrogatepass")):
            yield key.decode("utf-8", "surrogatepass"), TERM_INFO.unpack_from(value)[2]

    def _entries(self, field: str, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        if field not in self._field_ids:
            return
        key = FIELD_ID.pack(self._field_ids[field]) + prefix
        position = self._find(key)
        while position < self._entries_end:
            found, value, position = self._entry(position)
            if not found.startswith(key):
                return
            yield found[2:], value

    def _entry(self, position: int) -> tuple[bytes, bytes, int]:
        key_length, value_length = ENTRY.unpack_from(self._map, position)
        start = position + ENTRY.size
        middle, end = start + key_length, start + key_length + value_length
        return self._map[start:middle], self._map[middle:end], end

    def _find(self, key: bytes) -> int:
        """Where the first entry not less than the key begins."""
        low, high = 0, self._terms
        while low < high:
            middle = (low + high) // 2
            if self._entry(self._entry_start(middle))[0] < key:
                low = middle + 1
            else:
                high = middle
        return self._entry_start(low) if low < self._terms else self._entries_end

    def _entry_start(self, rank: int) -> int:
        offset: int = self._offset.unpack_from(self._map, self._offsets_start + rank * self._offset.size)[0]
        return self._terms_start + offset

    def postings(self, field: str, term: str) -> Postings | None:
        """Where a term occurs, removed passages included; None where it never does."""
        found = self._known.pop((field, term), None)
        if found is None:
            value = self._value(field, term)
            if not value:
                return None
            found = self._decode(value)
            self._held += len(found.passages)
        self._known[field, term] = found  # behind all others
        while self._held > KEPT and len(self._known) > 1:
            self._held -= len(self._known.pop(next(iter(self._known))).passages)
        return found

    def frequency(self, field: str, term: str) -> int:
        """In how many passages a term occurs, removed passages included."""
        value = self._value(field, term)
        return int(TERM_INFO.unpack_from(value)[2]) if value else 0

    def _value(self, field: str, term: str) -> bytes:
        """What is stored with a term; b"" where it never occurs. By the hash tables: bisection takes 20 microseconds more."""
        if field not in self._field_ids:
            return b""
        key = FIELD_ID.pack(self._field_ids[field]) + term.encode("utf-8", "surrogatepass")
        hashed = zlib.crc32(key)
        table, slots = _DIRECTORY.unpack_from(self._map, self._directory + _DIRECTORY.size * (hashed & 255))
        for probe in range(slots):
            slot = self._terms_start + table + _SLOT.size * (((hashed >> 8) + probe) % slots)
            other, position = _SLOT.unpack_from(self._map, slot)
            if not position:
                break
            if other == hashed:
                found, value, _ = self._entry(self._terms_start + position)
                if found == key:
                    return value
        return b""

    def all_postings(self, field: str) -> Iterator[tuple[bytes, Postings]]:
        """All terms of a field in order, as UTF-8, with their postings."""
        for key, value in self._entries(field, b""):
            yield key, self._decode(value)

    def _decode(self, value: bytes) -> Postings:
        if value[0]:
            return Postings(*plain(value[TERM_INFO.size :]))
        start, length = EXTENT.unpack_from(value, TERM_INFO.size)
        start += self._postings_start
        if self._map[start : start + 4] != POSTINGS_MAGIC:
            raise corrupt(self._folder)
        blocks = list(self._blocks(start + 4, start + length))
        return blocks[0] if len(blocks) == 1 else Postings(*(_joined(lists) for lists in zip(*blocks, strict=True)))

    def _blocks(self, position: int, end: int) -> Iterator[Postings]:
        while position < end:
            length = abs(_SIZE.unpack_from(self._map, position)[0])
            block = BytesIO(self._map[position + 4 : position + 4 + length])
            _, _, _, deflated, _, _ = _Plain(block).load()
            data = block.read()
            deltas, frequencies, positions = plain(zlib.decompress(data) if deflated else data)
            yield Postings(tuple(accumulate(deltas)), frequencies, positions)
            position += 4 + length


def _joined(lists: Iterable[Sequence[Any]]) -> list[Any]:
    return [item for items in lists for item in items]

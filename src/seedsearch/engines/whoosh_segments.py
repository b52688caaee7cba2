"""Builds the files of a segment, from passages collected in memory or from other segments.

Whoosh's own writer pickles and deflates one block for each term, however rare, at pickle protocol 2, which writes bytes
as a call of a codec; it adds 417 passages/s of about 130 words. This writes the same format with three of its freedoms
used: lists of up to 8 postings stand in the term's entry, pickles have protocol 3, the hash of the terms is CRC-32.
"""

from __future__ import annotations

import pickle
import struct
import sys
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter, sub
from pathlib import Path

from seedsearch.engines.whoosh_files import ENTRY, EXTENT, FIELD_ID, INDEX_NAME, POSTINGS_MAGIC, TERM_INFO, Postings, Segment
from seedsearch.engines.whoosh_run import FIELDS, Columns, Terms

INLINE = 8
"""Postings that a term's entry holds itself: 90 terms in 100 of a mixed collection have no more."""
BLOCK = 1024
"""Postings in a block: Whoosh's 128 take a third longer to read and more than twice as long to write."""
DEFLATE_FROM = 1024
"""Bytes from which a block is deflated."""


def merged_columns(segments: Sequence[Segment]) -> Columns:
    """The columns of the passages of several segments that are not removed, in order."""
    whole = Columns(array("I"), array("I"), [], {field: array("I") for field in FIELDS})
    for segment in segments:
        kept = _kept(segment)
        tags, references = segment.languages()
        whole.languages.extend(tags[references[place]] for place in kept)
        columns = [(whole.numbers, "number"), (whole.documents, "document")]
        columns += [(whole.lengths[field], f"{field}_length") for field in FIELDS]
        for values, name in columns:
            column = segment.column(name, "I")
            values.extend(column[place] for place in kept)
    return whole


def _kept(segment: Segment) -> list[int]:
    return [place for place in range(segment.info.passages) if place not in segment.info.removed]


def _ranked(segment: Segment, field: str, rank: int) -> Iterator[tuple[bytes, int, Postings]]:
    for key, found in segment.all_postings(field):
        yield key, rank, found


def merged_terms(segments: Sequence[Segment], field: str) -> Terms:
    """The terms of several segments in order; passages are numbered as in `merged_columns`."""
    renumbered: list[array[int]] = []
    base = 0
    for segment in segments:
        places = array("q", [-1]) * segment.info.passages
        for new, place in enumerate(_kept(segment), base):
            places[place] = new
        base += segment.info.alive
        renumbered.append(places)
    rows = [_ranked(segment, field, rank) for rank, segment in enumerate(segments)]
    for key, group in groupby(merge(*rows), key=itemgetter(0)):
        kept = [
            (new, frequency, positions)
            for _, rank, found in group
            for place, frequency, positions in zip(*found, strict=True)
            if (new := renumbered[rank][place]) >= 0
        ]
        if kept:
            yield key, Postings(*zip(*kept, strict=True))


def write_segment(folder: Path, segment_id: str, columns: Columns, terms: Mapping[str, Terms]) -> None:
    """Write the file of a segment; `terms` has the fields in alphabetical order and their terms in order of UTF-8."""
    from whoosh.codec.whoosh3 import STORED_COLUMN, W3Codec, W3Segment
    from whoosh.columns import RefBytesColumn
    from whoosh.filedb.filestore import FileStorage
    from whoosh.filedb.structfile import StructFile
    from whoosh.util.numeric import length_to_byte

    name = f"{INDEX_NAME}_{segment_id}"
    short = {field: bytes(map(length_to_byte, lengths)) for field, lengths in columns.lengths.items()}
    with _TermFiles(folder, name) as files:
        for number, (field, rows) in enumerate(terms.items()):
            files.write_field(number, field, rows, short[field])
    whole = {"number": columns.numbers, "document": columns.documents}
    whole |= {f"{field}_length": lengths for field, lengths in columns.lengths.items()}
    for column, values in whole.items():
        (folder / f"{name}.{column}.col").write_bytes(_big_endian(values))
    for field, lengths in short.items():
        # Where Whoosh itself looks for a length, rounded to one byte.
        (folder / f"{name}._{field}_len.col").write_bytes(lengths)
    with (folder / f"{name}.language.col").open("wb") as file:
        writer = RefBytesColumn().writer(StructFile(file))
        for place, tag in enumerate(columns.languages):
            writer.add(place, tag.encode())
        writer.finish(len(columns.languages))
    with (folder / f"{name}._stored.col").open("wb") as file:
        # Whoosh's hits ask for stored fields even where there are none.
        STORED_COLUMN.writer(StructFile(file)).finish(len(columns.numbers))
    W3Segment(W3Codec(), INDEX_NAME, segid=segment_id).create_compound_file(FileStorage(str(folder)))


def _big_endian(values: array[int]) -> bytes:
    if sys.byteorder == "little":
        values = values[:]
        values.byteswap()
    return values.tobytes()


class _TermFiles:
    """The entries of all terms (a hash file in the manner of Bernstein's cdb, with ordered keys) and their postings."""

    def __init__(self, folder: Path, name: str) -> None:
        self.entries = (folder / f"{name}.trm").open("wb")
        self.postings = (folder / f"{name}.pst").open("wb")
        self.entries.write(b"HSH3\x01" + bytes(8))
        self.offsets = array("q")
        self.hashes = array("L")
        self.fields: dict[str, int] = {}

    def __enter__(self) -> _TermFiles:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self.entries, self.postings:
            if kind is None:
                self._finish()

    def write_field(self, number: int, field: str, rows: Terms, lengths: bytes) -> None:
        """Write the terms of a field; `lengths` are those of the passages, rounded to bytes."""
        self.fields[field] = number
        start = FIELD_ID.pack(number)
        position = self.entries.tell()
        for term, found in rows:
            passages, frequencies, positions = found
            rounded = [lengths[place] for place in passages]
            few = len(passages) <= INLINE
            value = TERM_INFO.pack(
                few,
                sum(frequencies),
                len(passages),
                min(rounded),
                max(rounded),
                max(frequencies),
                passages[0],
                passages[-1],
            )
            if few:
                value += pickle.dumps((tuple(passages), tuple(frequencies), tuple(positions)), 3)
            else:
                value += self._write_blocks(found, rounded)
            key = start + term
            self.offsets.append(position)
            self.hashes.append(zlib.crc32(key))
            position += self.entries.write(ENTRY.pack(len(key), len(value)) + key + value)

    def _write_blocks(self, found: Postings, lengths: Sequence[int]) -> bytes:
        """Write postings in blocks; returns where."""
        start = self.postings.tell()
        self.postings.write(POSTINGS_MAGIC)
        for first in range(0, len(lengths), BLOCK):
            part = slice(first, first + BLOCK)
            block = Postings(found.passages[part], found.frequencies[part], found.positions[part])
            self.postings.write(_block(block, lengths[part], first + BLOCK >= len(lengths)))
        return EXTENT.pack(start, self.postings.tell() - start)

    def _finish(self) -> None:
        """Write the hash tables, their directory, the names of the fields and the offsets of the entries."""
        buckets: list[list[int]] = [[] for _ in range(256)]
        for rank, value in enumerate(self.hashes):
            buckets[value & 255].append(rank)
        directory = b""
        for bucket in buckets:
            slots = 2 * len(bucket)
            directory += struct.pack("!qi", self.entries.tell(), slots)
            self.entries.write(self._hash_table(bucket, slots))
        self.entries.write(directory)
        wide = self.offsets and self.offsets[-1] >= 2**32
        offsets = self.offsets if wide else array("I", self.offsets)
        extras = {"fieldmap": self.fields, "indextype": offsets.typecode, "indexlen": len(offsets)}
        tail = pickle.dumps(extras, 2) + _big_endian(offsets)
        self.entries.write(tail + struct.pack("!i", len(tail)))

    def _hash_table(self, ranks: Sequence[int], slots: int) -> bytes:
        table = bytearray(12 * slots)
        taken = bytearray(slots)
        for rank in ranks:
            slot = (self.hashes[rank] >> 8) % slots
            while taken[slot]:
                slot = (slot + 1) % slots
            taken[slot] = 1
            struct.pack_into("!Iq", table, 12 * slot, self.hashes[rank], self.offsets[rank])
        return bytes(table)


def _block(found: Postings, lengths: Sequence[int], last: bool) -> bytes:
    passages, frequencies, positions = found
    deltas = (passages[0], *map(sub, passages[1:], passages))
    data = pickle.dumps((deltas, tuple(frequencies), tuple(positions)), 3)
    level = 1 if len(data) >= DEFLATE_FROM else 0
    if level:
        data = zlib.compress(data, level)
    info = (len(passages), passages[-1], max(frequencies), level, min(lengths), max(lengths))
    head = pickle.dumps(info, 2)
    length = len(head) + len(data)
    return struct.pack("!i", -length if last else length) + head + data

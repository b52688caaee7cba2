"""One file's bytes -> its documents: decoded, cut into blocks, each with its place and language, the halves told apart."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from seedsearch.errors import UnreadableError
from seedsearch.ingest import bilingual, jsonlines, passages, pieces
from seedsearch.ingest.decoding import decode
from seedsearch.ingest.formats import Broken, Part, reader_of
from seedsearch.ingest.language import identify_blocks
from seedsearch.ingest.offsets import Offsets
from seedsearch.ingest.pieces import Piece, Survey
from seedsearch.ingest.sizes import Sizes
from seedsearch.records import Alignment, Bead, Block, Decoded, Document, Pair, Passage, Source, Span
from seedsearch.tuples import NamedTuple


class Reading(NamedTuple):
    """A document just read, and `spans_of`, which gives the spans of places [start, end) in its text, in ascending order.

    `sizes` are those of parts of its text. Of an object of a JSON Lines file `id` is what stands behind `#` in the document's
    name, and `line` its 1-based line.
    """

    document: Document
    spans_of: passages.SpansOf
    sizes: Sizes
    id: str = ""
    line: int = 0

    def passages(self, aligned: Alignment | None = None) -> list[Passage]:
        """The passages of the document, with the ids of their counterparts."""
        return passages.cut(self.document, aligned or align(self.document), self.spans_of, self.sizes)

    def pairs(self, aligned: Alignment) -> Iterator[Pair]:
        """The places that translate each other, as fine as sentences where beads hold more than one, in order."""
        for bead in aligned.beads:
            if bead.left and bead.right:
                yield from self._bead_pairs(bead)

    def _bead_pairs(self, bead: Bead) -> Iterator[Pair]:
        (left, left_end), (right, right_end) = (self._reach(side) for side in (bead.left, bead.right))
        if any(side[-1] - side[0] >= len(side) for side in (bead.left, bead.right)):
            # Where the languages take turns, blocks of the other half stand between those of this one.
            yield Pair(self._span(left, left_end), self._span(right, right_end), bead.confidence)
            return
        from seedsearch.ingest import alignment

        text, halves = self.document.text, self.document.halves
        sentences = alignment.sentence_beads(text[left:left_end], text[right:right_end], halves[0].language, halves[1].language)
        for one, other, confidence in sentences:
            if one and other:
                spans = (self._span(left + one[0], left + one[1]), self._span(right + other[0], right + other[1]))
                yield Pair(*spans, min(confidence, bead.confidence))

    def _span(self, start: int, end: int) -> Span:
        return self.spans_of([(start, end)])[0]

    def _reach(self, side: Sequence[int]) -> tuple[int, int]:
        blocks = self.document.blocks
        return blocks[side[0]].span.start_char, blocks[side[-1]].span.end_char


_LARGE, _HEAD = 1 << 26, 1 << 16  # bytes


def split_name(name: str, exists: Callable[[str], bool]) -> tuple[str, str]:
    """The file and the id in a document's name, `file.jsonl#id`; either may hold `#` too, so the file that exists counts."""
    if not exists(name):
        for place, character in enumerate(name):
            if character == "#" and exists(name[:place]):
                return name[:place], name[place + 1 :]
    return name, ""


def read(path: Path | str) -> Document:
    """The document in a file, or one of several as `file.jsonl#id`.

    Raises UnreadableError for what is missing, not permitted or not text, and for a file of several documents.
    """
    return read_one(path).document


def read_one(path: Path | str) -> Reading:
    """As `read`, with the places of its parts."""
    found = list(read_all(path))
    if len(found) != 1:
        raise UnreadableError(f"{path} holds {len(found)} documents; name one as in {path}#ID")
    return found[0]


def read_all(path: Path | str) -> Iterator[Reading]:
    """The documents of a file in order; of `file.jsonl#id` the one. Raises UnreadableError."""
    name = str(path)
    file, identity = split_name(name, os.path.exists)
    one = bool(identity)
    source = Source(Path(file), file)
    found = _named(source, documents(source, load(source)))
    if not one:
        return found
    wanted = [reading for reading in found if reading.document.source == f"{file}#{identity}"]
    if not wanted:
        raise UnreadableError(f"{file} holds no document {identity}; list them with: seedsearch inspect {file}")
    return iter(wanted)


def _named(source: Source, found: Iterator[Reading]) -> Iterator[Reading]:
    try:
        yield from found
    except UnreadableError as error:
        raise UnreadableError(f"{source.name}: {error}") from None


def align(document: Document) -> Alignment:
    """Which blocks of one half translate which of the other; no beads where there are no two halves."""
    if not document.halves:
        return Alignment((), 0.0)
    from seedsearch.ingest import alignment  # 35 ms, for what most collections do not hold

    return alignment.align(document.text, document.blocks, document.halves)


def load(source: Source) -> bytes:
    """The bytes of a file. Raises UnreadableError, with the file's name and the reason, where there are none to be had."""
    try:
        return content(source.path)
    except UnreadableError as error:
        raise UnreadableError(f"{source.name}: {error}") from None
    except IsADirectoryError:
        raise UnreadableError(f"{source.name}: is a folder; name a file") from None
    except FileNotFoundError:
        raise UnreadableError(f"{source.name}: no such file; check the path") from None
    except OSError as error:
        raise UnreadableError(f"{source.name}: cannot be read ({error.strerror}); check its permissions") from None


def content(path: Path) -> bytes:
    """The bytes of a regular file. Raises OSError, and UnreadableError for pipes, devices and large files that are no text."""
    with _opened(path) as file:
        if os.fstat(file.fileno()).st_size > _LARGE:
            decode(file.read(_HEAD))  # an image of a disk is told by its beginning
            file.seek(0)
        return file.read()


def part(path: Path, start: int, end: int) -> bytes:
    """Bytes [start, end) of a regular file. Raises as `content`."""
    with _opened(path) as file:
        file.seek(start)
        return file.read(end - start)


def survey(path: Path) -> tuple[Survey, list[Piece]] | None:
    """How a file of lines can be read in pieces, as `ingest.pieces.survey`. Raises as `content`."""
    with _opened(path) as file:
        return pieces.survey(file)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    # A pipe, which a file may have become since it was found, would keep its reader waiting for ever.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:  # noqa: PTH123
        status = os.fstat(handle)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("neither a file nor a folder; name a file")
        yield file


def file_hash(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hex."""
    from hashlib import sha256

    return sha256(data).hexdigest()


def documents(source: Source, data: bytes, broken: Callable[[Broken], None] | None = None) -> Iterator[Reading]:
    """The documents that a file's bytes hold, one at a time; `broken` is told of parts that cannot be read.

    Raises UnreadableError, whose message does not name the file, for bytes that are no text.
    """
    decoded = decode(data)
    if not decoded.text.strip():
        raise UnreadableError("empty, there is nothing to read" if not data else "blank, there is nothing to read")
    offsets = Offsets(data, decoded)
    yield from _readings(source, reader_of(source.name)(decoded.text), decoded, offsets, file_hash(data), broken)


def documents_of_piece(
    source: Source, data: bytes, survey: Survey, start: int, line: int, broken: Callable[[Broken], None]
) -> Iterator[Reading]:
    """As `documents`, for the whole lines of a JSON Lines file that begin at byte `start`, which is in line `line`.

    Raises UnreadableError for bytes that are not in the encoding that was found: the file has changed since.
    """
    try:
        decoded = Decoded(data.decode(survey.encoding), survey.encoding, survey.encoding)
    except UnicodeDecodeError:
        raise UnreadableError("changed while it was being read; index it again") from None
    parts = jsonlines.read(decoded.text, line)
    yield from _readings(source, parts, decoded, Offsets(data, decoded, (start, line)), survey.sha256, broken)


def _readings(
    source: Source,
    parts: Iterator[Part | Broken],
    decoded: Decoded,
    offsets: Offsets,
    digest: str,
    broken: Callable[[Broken], None] | None,
) -> Iterator[Reading]:
    for part in parts:
        if isinstance(part, Part):
            yield _reading(source, part, decoded, offsets, digest)
        elif broken:
            broken(part)


def _reading(source: Source, part: Part, decoded: Decoded, offsets: Offsets, digest: str) -> Reading:
    """A part as a document."""
    texts = [part.text[raw.start : raw.end] for raw in part.blocks]
    languages = _languages(part, texts)
    several = len(texts) > 1 and (
        len({language.partition("-")[0] for language in set(languages)} - {"und"}) > 1 or bilingual.in_several_scripts(texts)
    )
    spans = _spans(part, offsets, [raw[:2] for raw in part.blocks])
    blocks = tuple(
        [
            Block._make((span, raw.kind, raw.level, language))
            for raw, span, language in zip(part.blocks, spans, languages, strict=True)
        ]
    )
    name = f"{source.name}#{part.id}" if part.id else source.name
    language, halves = _main_language(blocks), bilingual.halves(part.text, blocks) if several else ()
    document = Document._make((name, part.text, decoded.encoding, decoded.method, digest, language, blocks, halves, part.title))
    return Reading._make((document, partial(_spans, part, offsets), Sizes(part.text), part.id, part.line))


def _spans(part: Part, offsets: Offsets, places: Sequence[tuple[int, int]]) -> list[Span]:
    """Characters count in the document's text; lines and bytes are those of the file."""
    found = offsets.spans(part.places_in_file(places), part.line)
    return [Span._make((start, end, *span[2:])) for (start, end), span in zip(places, found, strict=True)]


def _languages(part: Part, texts: list[str]) -> list[str]:
    """The language of each block: what the file says, else what the text shows."""
    if part.language and part.language != "zh":
        return [part.language] * len(texts)
    return identify_blocks(texts)


def _main_language(blocks: Sequence[Block]) -> str:
    """The language of most of a document's characters, "und" for one without text."""
    if len(blocks) == 1:
        return blocks[0].language
    characters: dict[str, int] = {}
    for block in blocks:
        characters[block.language] = characters.get(block.language, 0) + block.span.end_char - block.span.start_char
    known = [code for code in characters if code != "und"]
    return max(known, key=lambda code: (characters[code], code), default="und")

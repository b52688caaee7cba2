"""One file's bytes -> its documents: decoded, cut into blocks, each with its place and language, the halves told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from seedsearch.errors import UnreadableError
from seedsearch.ingest import alignment, bilingual, passages
from seedsearch.ingest.decoding import decode
from seedsearch.ingest.formats import Broken, Part, reader_of
from seedsearch.ingest.language import identify_blocks
from seedsearch.ingest.offsets import Offsets
from seedsearch.records import Alignment, Block, Decoded, Document, Pair, Passage, Source, Span


class Reading(NamedTuple):
    """A document just read, and `span_of`, which gives the place of two character offsets of its text."""

    document: Document
    span_of: Callable[[int, int], Span]

    def passages(self, aligned: Alignment | None = None) -> list[Passage]:
        """The passages of the document, with the ids of their counterparts."""
        return passages.cut(self.document, aligned or align(self.document), self.span_of)

    def pairs(self, aligned: Alignment) -> Iterator[Pair]:
        """The places that translate each other."""
        blocks = self.document.blocks
        for bead in aligned.beads:
            if bead.left and bead.right:
                left, right = (
                    self.span_of(blocks[side[0]].span.start_char, blocks[side[-1]].span.end_char)
                    for side in (bead.left, bead.right)
                )
                yield Pair(left, right, bead.confidence)


def read(path: Path | str) -> Document:
    """The document in a file, or one of several as `file.jsonl#id`.

    Raises UnreadableError for what is missing, not permitted or not text, and for a file of several documents.
    """
    found = list(read_all(path))
    if len(found) != 1:
        raise UnreadableError(f"{path} holds {len(found)} documents; name one as in {path}#ID")
    return found[0].document


def read_all(path: Path | str) -> Iterator[Reading]:
    """The documents of a file in order; of `file.jsonl#id` the one. Raises UnreadableError."""
    name = str(path)
    file, mark, identity = name.rpartition("#")
    one = bool(mark) and not Path(name).exists()
    source = Source(Path(file if one else name), file if one else name)
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
    return alignment.align(document.text, document.blocks, document.halves)


def load(source: Source) -> bytes:
    """The bytes of a file. Raises UnreadableError, with the file's name and the reason, where there are none to be had."""
    try:
        if source.path.is_dir() or source.path.is_file():
            return source.path.read_bytes()
        source.path.stat()
    except IsADirectoryError:
        raise UnreadableError(f"{source.name}: is a folder; name a file") from None
    except FileNotFoundError:
        raise UnreadableError(f"{source.name}: no such file; check the path") from None
    except OSError as error:
        raise UnreadableError(f"{source.name}: cannot be read ({error.strerror}); check its permissions") from None
    # A pipe or device could keep its reader waiting for ever.
    raise UnreadableError(f"{source.name}: neither a file nor a folder; name a file")


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
    digest = file_hash(data)
    for part in reader_of(source.name)(decoded.text):
        if isinstance(part, Part):
            yield _reading(source, part, decoded, offsets, digest)
        elif broken:
            broken(part)


def _reading(source: Source, part: Part, decoded: Decoded, offsets: Offsets, digest: str) -> Reading:
    span_of = partial(_span, part, offsets)
    languages = _languages(part)
    blocks = tuple(
        Block(span_of(raw.start, raw.end), raw.kind, raw.level, language)
        for raw, language in zip(part.blocks, languages, strict=True)
    )
    document = Document(
        source=f"{source.name}#{part.id}" if part.id else source.name,
        text=part.text,
        encoding=decoded.encoding,
        encoding_method=decoded.method,
        sha256=digest,
        language=_main_language(blocks),
        blocks=blocks,
        halves=bilingual.halves(part.text, blocks),
        title=part.title,
    )
    return Reading(document, span_of)


def _span(part: Part, offsets: Offsets, start: int, end: int) -> Span:
    """Characters count in the document's text; lines and bytes are those of the file."""
    found = offsets.span(part.in_file(start), part.in_file(end))
    return found._replace(start_char=start, end_char=end)


def _languages(part: Part) -> list[str]:
    """The language of each block: what the file says, else what the text shows."""
    texts = [part.text[raw.start : raw.end] for raw in part.blocks]
    if part.language and part.language != "zh":
        return [part.language] * len(texts)
    return identify_blocks(texts)


def _main_language(blocks: Iterable[Block]) -> str:
    """The language of most of a document's characters, "und" for one without text."""
    characters: Counter[str] = Counter()
    for block in blocks:
        characters[block.language] += block.span.end_char - block.span.start_char
    known = [code for code in characters if code != "und"]
    return max(known, key=lambda code: (characters[code], code), default="und")

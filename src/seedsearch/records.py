"""The records that flow through the pipeline, in the order in which they appear.

bytes -> Decoded -> Block... -> Document -> Alignment -> Passage -> Hit

All are immutable tuples with names. Offsets are half-open; characters count code points of the decoded text, bytes count in
the file as it lies on disk (byte-order mark included), lines are 1-based and both ends belong to the span.
"""

from __future__ import annotations

from pathlib import Path

from seedsearch.tuples import NamedTuple


class Source(NamedTuple):
    """A file to be read: where its bytes are, and the name by which it is cited (relative, with forward slashes)."""

    path: Path
    name: str


class Decoded(NamedTuple):
    """Text, the Python codec that gave it, and how that codec was found (`utf-8`, `byte-order mark`, `chardet`, ...)."""

    text: str
    encoding: str
    method: str


class Span(NamedTuple):
    """A place in a document: characters [start_char, end_char), lines start_line..end_line, bytes [start_byte, end_byte)."""

    start_char: int
    end_char: int
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int


class Block(NamedTuple):
    """A heading, paragraph, list item or piece of code: what an author set apart.

    `kind` is "heading", "paragraph", "item" or "code"; `level` is 1 to 6 for a heading, else 0; `language` is a BCP 47 tag
    such as "en" or "zh-Hant", "und" where nothing certain can be said.
    """

    span: Span
    kind: str
    level: int = 0
    language: str = "und"


class Half(NamedTuple):
    """One language's side of a bilingual document: the indexes of its blocks in `Document.blocks`, ascending."""

    language: str
    blocks: tuple[int, ...]


class Bead(NamedTuple):
    """Blocks of the first half and the blocks of the second that translate them; one side may be empty.

    `left` and `right` are indexes into `Document.blocks`; `confidence` lies between 0 and 1.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    confidence: float


class Alignment(NamedTuple):
    """The beads of a bilingual document in order, every block of both halves in exactly one; empty without halves."""

    beads: tuple[Bead, ...]
    confidence: float


class Document(NamedTuple):
    """A document read: its text, how it was decoded, and its blocks.

    `source` is the name by which it is cited, `sha256` the hash of the whole file's bytes. `halves` is empty, or the two
    sides of a bilingual document in order of appearance.
    """

    source: str
    text: str
    encoding: str
    encoding_method: str
    sha256: str
    language: str
    blocks: tuple[Block, ...]
    halves: tuple[Half, ...] = ()
    title: str = ""

    def slice(self, span: Span) -> str:
        """The text of a span, verbatim."""
        return self.text[span.start_char : span.end_char]


class Passage(NamedTuple):
    """A piece of readable size: the unit that is indexed, ranked and cited.

    `text == document.text[span.start_char:span.end_char]`. `id` depends on source, file hash and place only. `headings` is
    the path of headings above the passage, outermost first. `counterparts` are ids of passages of the other half.
    """

    id: str
    source: str
    span: Span
    language: str
    headings: tuple[str, ...]
    text: str
    counterparts: tuple[str, ...] = ()


class Pair(NamedTuple):
    """Two places of one document that translate each other, as sure as `confidence` says (0 to 1)."""

    left: Span
    right: Span
    confidence: float


DOUBTFUL = 0.5  # a bead or counterpart less sure than this is as likely wrong as right


class Counterpart(NamedTuple):
    """What stands opposite a hit in the other language; `confidence` lies between 0 and 1."""

    source: str
    start_line: int
    end_line: int
    language: str
    text: str
    confidence: float


class Place(NamedTuple):
    """Where else a text stands: name of the document and lines."""

    source: str
    start_line: int
    end_line: int


class Reason(NamedTuple):
    """What adds to the score of a hit: a word of the query or a kind of evidence, how much, and on what grounds."""

    name: str
    score: float
    grounds: str


class Hit(NamedTuple):
    """A passage found: `snippet` is a verbatim slice of its text, `marks` are (start, end) pairs into the snippet.

    `places` are those of passages that say the same, `reasons` say why it stands where it stands; they add up to `score`.
    `match` says how: "direct", "translated" by words of the other language, "similar" in meaning without enough of them (by
    vectors), or "aligned", opposite a passage found directly.
    `words` pairs each word of the query that matched with what stands for it in the passage.
    """

    rank: int
    score: float
    passage: Passage
    sha256: str
    snippet: str
    marks: tuple[tuple[int, int], ...]
    counterparts: tuple[Counterpart, ...]
    places: tuple[Place, ...] = ()
    reasons: tuple[Reason, ...] = ()
    match: str = "direct"
    words: tuple[tuple[str, str], ...] = ()

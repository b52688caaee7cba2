"""Blocks to passages: pieces of readable size that are indexed, ranked and cited, with their headings and counterparts.

Where to cut is one question with many wishes (size, lists, sentences, the other language), so each wish has a price
and the cheapest way to cut a section is found by dynamic programming, as Knuth and Plass (1981) break paragraphs into
lines.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TypeAlias

from seedsearch.characters import native
from seedsearch.ingest.sentences import sentences
from seedsearch.ingest.sizes import WORD, Size, Sizes
from seedsearch.records import Alignment, Block, Document, Passage, Span
from seedsearch.tuples import NamedTuple

# Sizes in words; no passage is above _MOST.
_SMALL, _GOOD, _LARGE, _MOST = 60, 120, 180, 260
# A screenful of lines, and what 260 of the longest words take.
_MOST_ATOMS, _MOST_CHARACTERS = 64, 6000
_CLAUSE_END = frozenset(",;:)，、；：）」』》—–،؛。.!?！？")
_COLON = ":："

# Prices. A passage costs something, so that small ones join; what lies above _LARGE soon costs more than tearing a
# paragraph, but a list is torn only where it has to be.
_PASSAGE = 0.3
_IN_PARAGRAPH, _IN_SENTENCE, _BEFORE_LIST, _IN_LIST, _BEHIND_COLON, _BEHIND_HEADING = 0.3, 1.2, 1.0, 6.0, 7.0, 20.0
_WITH_OTHER_HALF, _AGAINST_OTHER_HALF = -0.6, 0.4
_PRICE = array(
    "d",
    [
        _PASSAGE
        + 0.1 * ((size - _GOOD) / _GOOD) ** 2
        + (max(_SMALL - size, 0) / _SMALL) ** 2
        + 4 * (max(size - _LARGE, 0) / (_LARGE - _GOOD)) ** 2
        for size in range(_MOST + 1)
    ],
)
_ALONE = max(size for size in range(_MOST + 1) if _PRICE[size] < 2 * min(_PRICE))
# Characters of a heading that its section is told by.
_MOST_HEADING = 400
_HASHES = re.compile(r"[>\s]*#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?\s*", re.DOTALL)
_UNDERLINE = re.compile(r"\s*\n[>\s]*([=\-~^*#+])\1*\s*\Z")


class _Section(NamedTuple):
    """Neighbouring blocks of one language, half and section: `blocks` are indexes, `half` is -1 outside both halves."""

    blocks: list[int]
    half: int
    headings: tuple[str, ...]


class _Atom(NamedTuple):
    """What is not cut: characters [start, end) of block `block`, its size in words, the price of a cut before it."""

    start: int
    end: int
    block: int
    size: int
    price: float


SpansOf: TypeAlias = Callable[[Sequence[tuple[int, int]]], list[Span]]


def cut(document: Document, alignment: Alignment, spans_of: SpansOf, sizes: Sizes | None = None) -> list[Passage]:
    """The passages of a document in order; `spans_of` gives the spans of places in its text, in ascending order, `sizes` are
    those of its text where they are known.

    Each block is in one passage, or in several in sequence where it is too long. A passage is a verbatim slice without
    blanks at its edges, at most 260 words or 520 Chinese characters, and lies in one language (blocks of "und" go with
    their neighbours), one half and one section. `counterparts` follow the alignment. Time is linear in the text.
    """
    size = (sizes or Sizes(document.text)).between
    if not document.halves:
        return _passages(
            document,
            [(piece, section.headings) for section in _sections(document) for piece in _cut(document, section, {}, size)],
            spans_of,
        )
    sections = list(_sections(document))
    pieces = [(piece, section) for section in sections if section.half != 1 for piece in _cut(document, section, {}, size)]
    # The second half is cut where the first was.
    prices = _prices(alignment, {piece[0].block for piece, section in pieces if section.half == 0})
    pieces += [(piece, section) for section in sections if section.half == 1 for piece in _cut(document, section, prices, size)]
    pieces.sort(key=lambda piece: piece[0][0].start)
    passages = _passages(document, [(piece, section.headings) for piece, section in pieces], spans_of)
    return _paired(passages, [piece for piece, _ in pieces], alignment)


def heading_text(source: str) -> str:
    """A heading without its marks: `heading_text("## Six Assurances ##") == "Six Assurances"`, underlines likewise."""
    hashes = _HASHES.fullmatch(source)
    return " ".join((hashes[1] if hashes else _UNDERLINE.sub("", source)).split())


def _sections(document: Document) -> Iterator[_Section]:
    """The sections of a document. Headings without a body of their own go with the one that follows them."""
    blocks = document.blocks
    if not document.halves and all(block.kind != "heading" and block.language == blocks[0].language for block in blocks):
        if blocks:
            yield _Section(list(range(len(blocks))), -1, _path(document, []))
        return
    half_of = {block: number for number, half in enumerate(document.halves) for block in half.blocks}
    paths: dict[int, list[tuple[int, str]]] = {}
    section: list[int] = []
    half, language, headed = -1, "und", True
    for index, block in enumerate(blocks):
        heading = block.kind == "heading"
        common = _common(language, block.language)
        new_half = half_of.get(index, -1)
        if section and (common is None or new_half != half or (heading and not headed)):
            yield _Section(section, half, _path(document, paths.get(half, [])))
            section, common = [], block.language
        half, language, headed = new_half, common or block.language, heading
        section.append(index)
        if heading:
            path = paths.setdefault(half, [])
            while path and path[-1][0] >= block.level:
                path.pop()
            start = block.span.start_char
            path.append((block.level, heading_text(document.text[start : min(block.span.end_char, start + _MOST_HEADING)])))
    if section:
        yield _Section(section, half, _path(document, paths.get(half, [])))


def _common(one: str, other: str) -> str | None:
    """The language that two blocks can share, None if they cannot: "und" with any, "zh" with "zh-Hant"."""
    if one == other or other == "und" or one.startswith(f"{other}-"):
        return one
    return other if one == "und" or other.startswith(f"{one}-") else None


def _path(document: Document, path: list[tuple[int, str]]) -> tuple[str, ...]:
    headings = tuple(text for _, text in path)
    return headings if not document.title or document.title in headings[:1] else (document.title, *headings)


def _prices(alignment: Alignment, cuts: set[int]) -> dict[int, float]:
    """What it costs to cut the second half before a block, seen from the blocks before which the first half was cut."""
    prices: dict[int, float] = {}
    for bead in alignment.beads:
        for number, block in enumerate(bead.right):
            agrees = number == 0 and bool(bead.left) and bead.left[0] in cuts
            prices[block] = _WITH_OTHER_HALF if agrees else _AGAINST_OTHER_HALF
    return prices


def _cut(document: Document, section: _Section, prices: dict[int, float], size: Size) -> list[list[_Atom]]:
    if not prices and _is_one(document, section, size):
        spans = ((document.blocks[index].span, index) for index in section.blocks)
        return [[_Atom._make((span[0], span[1], index, 0, 0.0)) for span, index in spans]]
    return _cheapest(list(_atoms(document, section, prices, size)))


def _is_one(document: Document, section: _Section, size: Size) -> bool:
    """Whether a section is surely one passage: up to _ALONE words any two would cost more."""
    spans = [document.blocks[index].span for index in section.blocks]
    start, end = spans[0].start_char, spans[-1].end_char
    if len(section.blocks) > _MOST_ATOMS or end - start > _MOST_CHARACTERS:
        return False
    if end - start <= _LARGE:
        return True
    # Counted block by block where the counts may be wanted again; together is a little quicker, and never less.
    likely = end - start <= 2 * _LARGE
    words = size(start, end) if likely else sum([size(span.start_char, span.end_char) for span in spans])
    # Above _LARGE its blocks may be cut into sentences, of which no passage has more than _MOST_ATOMS either.
    return words <= _LARGE or (words <= _ALONE and _few_sentences(document.text, start, end))


def _few_sentences(text: str, start: int, end: int) -> bool:
    return text.isascii() and sum([text.count(mark, start, end) for mark in ".!?\n"]) < _MOST_ATOMS


def _atoms(document: Document, section: _Section, prices: dict[int, float], size: Size) -> Iterator[_Atom]:
    """The atoms of a section in order: blocks, and the sentences of those that are too long for one passage."""
    text = document.text
    before: Block | None = None
    for index in section.blocks:
        block = document.blocks[index]
        start, end = block.span.start_char, block.span.end_char
        price = prices.get(index, 0.0) + (_price(text, before, block) if before else 0.0)
        words = size(start, end)
        if words <= _LARGE:
            yield _Atom._make((start, end, index, words, price))
        else:
            for piece_start, piece_end, words, piece_price in _pieces(text, block, size):
                yield _Atom._make((piece_start, piece_end, index, words, price if piece_start == start else piece_price))
        before = block


def _price(text: str, before: Block, block: Block) -> float:
    """What it costs to cut between two blocks."""
    if before.kind == "heading":
        return _BEHIND_HEADING
    if text[before.span.end_char - 1] in _COLON:
        return _BEHIND_COLON
    if block.kind == "item":
        return _IN_LIST if before.kind == "item" else _BEFORE_LIST
    return 0.0


def _pieces(text: str, block: Block, size: Size) -> Iterator[tuple[int, int, int, float]]:
    """The sentences of a block, those that are too long in pieces, as (start, end, size, price of a cut before it)."""
    start, end = block.span.start_char, block.span.end_char
    whole = [(0, end - start)] if block.kind == "code" else sentences(text[start:end])
    for first, last in whole:
        words = size(start + first, start + last)
        if words <= _LARGE:
            yield start + first, start + last, words, _IN_PARAGRAPH
            continue
        price = _IN_PARAGRAPH
        for piece in _clauses(text, start + first, start + last):
            yield (*piece, size(*piece), price)
            price = _IN_SENTENCE


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is larger than _LARGE in pieces of 30 to 60 words that end where a reader pauses."""
    ends = [match.end() for match in WORD.finditer(text, start, end)]
    first = 0
    while len(ends) - first > (_LARGE if first == 0 else _SMALL):
        window = range(first + _SMALL - 1, first + _SMALL // 2 - 1, -1)
        last = min(window, key=lambda i: (_worst_end(text, ends[i]), -i))
        place = _between_characters(text, ends[last], start + 1)
        yield from _stripped(text, start, place)
        start, first = place, last + 1
    yield from _stripped(text, start, end)


def _worst_end(text: str, place: int) -> int:
    """0 for the best places to cut a sentence, which are line ends, then ends of clauses, then blanks."""
    if text[place : place + 1] == "\n":
        return 0
    blank = text[place : place + 1].isspace()
    if text[place - 1] in _CLAUSE_END and (blank or text[place - 1] > "\u2fff"):
        return 1
    return 2 if blank else 3


def _between_characters(text: str, place: int, least: int) -> int:
    """The nearest place before `place`, at most 16 back, that does not part a letter from its marks or joined signs."""
    for at in range(place, max(place - 16, least), -1):
        joined = at < len(text) and (
            unicodedata.category(text[at])[0] == "M"
            or text[at] == "\u200d"
            or text[at - 1] == "\u200d"
            or "\udc00" <= text[at] <= "\udfff"
            or "\U0001f3fb" <= text[at] <= "\U0001f3ff"
        )
        if not joined:
            return at
    return place


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    start, end = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    if start < end:
        yield start, end


def _cheapest(atoms: list[_Atom]) -> list[list[_Atom]]:
    """The atoms of a section in groups of at most _MOST words, one a passage, at the least price in all."""
    if len(atoms) == 1:
        return [atoms]
    ends = native.cheapest(atoms, _PRICE, _MOST_ATOMS, _MOST_CHARACTERS) if native else plain_ends(atoms)
    return [atoms[first:last] for first, last in pairwise([0, *ends])]


def plain_ends(atoms: list[_Atom]) -> list[int]:
    """Behind which atoms the cheapest passages end, in Python."""
    until = [0, *accumulate([atom.size for atom in atoms])]
    starts, prices = [atom.start for atom in atoms], [0.0, *[atom.price for atom in atoms[1:]]]
    best, cuts = [0.0], [0]
    for last in range(1, len(atoms) + 1):
        least, place, total = float("inf"), last - 1, until[last]
        fits = max(last - _MOST_ATOMS, 0)
        if atoms[last - 1].end - starts[fits] > _MOST_CHARACTERS:
            fits = min(bisect_left(starts, atoms[last - 1].end - _MOST_CHARACTERS), last - 1)
        if total > _MOST:
            fits = max(fits, bisect_left(until, total - _MOST))
        for first in range(last - 1, fits - 1, -1):
            price = best[first] + _PRICE[total - until[first]] + prices[first]
            if price < least:
                least, place = price, first
        best.append(least)
        cuts.append(place)
    ends = [len(atoms)]
    while cuts[ends[-1]]:
        ends.append(cuts[ends[-1]])
    return ends[::-1]


def _passages(document: Document, pieces: list[tuple[list[_Atom], tuple[str, ...]]], spans_of: SpansOf) -> list[Passage]:
    """Pieces with their headings as passages."""
    places = [(atoms[0].start, atoms[-1].end) for atoms, _ in pieces]
    spans = [_whole(document, atoms) for atoms, _ in pieces]
    ids = passage_ids(document.source, document.sha256, places)
    return [
        Passage._make((name, document.source, span, _main_language(document, atoms), headings, document.text[start:end], ()))
        for name, (start, end), span, (atoms, headings) in zip(
            ids, places, spans_of(places) if None in spans else spans, pieces, strict=True
        )
    ]


def _whole(document: Document, atoms: list[_Atom]) -> Span | None:
    """The span of atoms that are whole blocks, None for others."""
    first, last = document.blocks[atoms[0].block].span, document.blocks[atoms[-1].block].span
    if first[0] != atoms[0].start or last[1] != atoms[-1].end:
        return None
    return first if first is last else Span(first[0], last[1], first[2], last[3], first[4], last[5])


def passage_ids(source: str, sha256: str, places: Iterable[tuple[int, int]]) -> list[str]:
    """What passages at characters [start, end) of a document are called: 16 hex digits of a hash each."""
    from hashlib import sha256 as digest

    document = f"{source}\0{sha256}".encode("utf-8", "surrogatepass")
    return [digest(b"%s\0%d\0%d" % (document, start, end)).hexdigest()[:16] for start, end in places]


def _main_language(document: Document, atoms: list[_Atom]) -> str:
    """The language of most characters, "und" only where there is no other."""
    if atoms[0].block == atoms[-1].block:
        return document.blocks[atoms[0].block].language
    characters: dict[str, int] = {}
    for atom in atoms:
        language = document.blocks[atom.block].language
        characters[language] = characters.get(language, 0) + atom.end - atom.start
    characters.pop("und", None)
    return max(characters, key=lambda language: characters[language], default="und")


def _paired(passages: list[Passage], pieces: list[list[_Atom]], alignment: Alignment) -> list[Passage]:
    """The passages with the ids of those that stand opposite them in a bead.

    Where a bead is spread over several passages on both sides, those are opposite that overlap when both sides are
    stretched to the same length.
    """
    if not alignment.beads:
        return passages
    parts: dict[int, list[tuple[int, int]]] = {}
    for number, piece in enumerate(pieces):
        for atom in piece:
            parts.setdefault(atom.block, []).append((number, atom.end - atom.start))
    opposite: list[dict[int, None]] = [{} for _ in passages]
    for bead in alignment.beads:
        left, right = _stretched(bead.left, parts), _stretched(bead.right, parts)
        for one, other in _overlapping(left, right):
            opposite[one][other] = None
            opposite[other][one] = None
    return [
        passage._replace(counterparts=tuple(passages[other].id for other in sorted(found)))
        for passage, found in zip(passages, opposite, strict=True)
    ]


def _stretched(blocks: Iterable[int], parts: dict[int, list[tuple[int, int]]]) -> list[tuple[int, float, float]]:
    """The passages that hold some blocks, as (number, start, end), the blocks together reaching from 0 to 1."""
    lengths: dict[int, int] = {}
    for block in blocks:
        for number, length in parts.get(block, ()):
            lengths[number] = lengths.get(number, 0) + length
    total = sum(lengths.values())
    found = []
    behind = 0
    for number in sorted(lengths):
        found.append((number, behind / total, (behind + lengths[number]) / total))
        behind += lengths[number]
    return found


def _overlapping(left: list[tuple[int, float, float]], right: list[tuple[int, float, float]]) -> Iterator[tuple[int, int]]:
    """Pairs of which at least a fifth of the shorter one lies in the other."""
    first = 0
    for number, start, end in left:
        while first < len(right) and right[first][2] <= start:
            first += 1
        for index in range(first, len(right)):
            other, other_start, other_end = right[index]
            if other_start >= end:
                break
            if min(end, other_end) - max(start, other_start) >= 0.2 * min(end - start, other_end - other_start):
                yield number, other

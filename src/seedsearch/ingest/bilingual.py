"""A document -> its two halves in two languages, whatever the order in which they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, groupby

from seedsearch.ingest.scripts import script_weights
from seedsearch.records import Block, Half
from seedsearch.tuples import NamedTuple

# A block with so many Han characters to its Latin letters (a character weighs 2.5) is Chinese: right for 10,381 of 10,382
# paragraphs and sentences of technical texts and novels. One without any is not.
_HAN_TO_LATIN = 0.15
# Of all text is in the two languages; a notice in many languages is no second half.
_BOTH = 0.8
# A language with less than this of the other one's text is a half only if it stands in one piece (an abstract) of so many
# letters and of such a share; in the same script, where a language is easily mistaken, never.
_BALANCED, _ABSTRACT, _ABSTRACT_SHARE = 0.35, 300.0, 0.02
# Of a half's text may be in the other language (untranslated lines, names, quotations).
_STRAY = 0.12
# What stands in front of the first half, or behind the second, in the other half's language: at most such a part of it.
_PREAMBLE = 0.15
# Neighbours in an alternating document are of like length, in so much of its text, and so much of a half is in sentences.
_IN_TURNS, _LIKE, _PROSE = 0.7, 4.0, 0.25


class _Piece(NamedTuple):
    """A block with letters: its index, script and language, and its weight in Latin letters."""

    block: int
    script: str
    language: str
    weight: float


def halves(text: str, blocks: Sequence[Block]) -> tuple[Half, ...]:
    """The two halves of a bilingual document in order of appearance, () for any other.

    Where one language follows the other, a half is all that stands between its ends, untranslated lines with it; where they
    take turns, it is every block in its language. A title or notice in front of the first half or behind the second, in the
    language of the other, belongs to neither, nor do blocks without a letter or digit. Script decides where it can, the
    blocks' own `language` between languages of one script. Time is linear in the text.
    """
    if len(blocks) < 2:
        return ()
    if text.isascii() and len({block.language.partition("-")[0] for block in blocks} - {"und"}) < 2:
        return ()  # one script and one language
    pieces = [piece for number, block in enumerate(blocks) if (piece := _piece(text, number, block))]
    labels = [piece.script for piece in pieces]
    parts = _parts(pieces, labels, _ABSTRACT_SHARE)
    if not parts:
        labels = [piece.language for piece in pieces]
        parts = _parts(pieces, labels, _BALANCED)
    numbers = [tuple(piece.block for piece in part) for part in parts]
    return tuple(Half(_spoken(blocks, half), half) for half in numbers)


def in_several_scripts(blocks: Sequence[str]) -> bool:
    """Whether the blocks of a document, given as their texts, are not all in one script.

    Without that, and with blocks in one language, `halves` finds none.
    """
    if len(blocks) < 2 or all(map(str.isascii, blocks)):
        return False
    return len({_script(script_weights(text)) for text in blocks} - {""}) > 1


def _script(weights: dict[str, float]) -> str:
    """The script that a block is in, by `script_weights`."""
    is_chinese = weights.get("Hani", 0.0) > _HAN_TO_LATIN * weights.get("Latn", 0.0)
    return "Hani" if is_chinese else next(iter(weights), "")


def _piece(text: str, number: int, block: Block) -> _Piece | None:
    content = text[block.span.start_char : block.span.end_char]
    if not any(char.isalnum() for char in content):
        return None
    weights = script_weights(content)
    language = block.language.partition("-")[0]
    # Code weighs nothing: it stands in both languages' texts.
    weight = 0.0 if block.kind == "code" else sum(weights.values())
    return _Piece(number, _script(weights), "" if language == "und" else language, weight)


def _parts(pieces: list[_Piece], labels: list[str], least: float) -> tuple[list[_Piece], list[_Piece]] | tuple[()]:
    """The pieces of both halves, given what each piece is in: a script, a language, or "" where that is not known."""
    weights: dict[str, float] = {}
    for piece, label in zip(pieces, labels, strict=True):
        weights[label] = weights.get(label, 0.0) + (piece.weight if label else 0.0)
    pair = sorted(weights, key=lambda label: (-weights[label], label))[:2]
    if len(pair) < 2 or not weights[pair[1]] or weights[pair[0]] + weights[pair[1]] < _BOTH * sum(weights.values()):
        return ()
    one, other = pair
    large, small = weights[one], weights[other]
    if small < least * large:
        return ()
    signs = [piece.weight * ((label == one) - (label == other)) for piece, label in zip(pieces, labels, strict=True)]
    split = _one_after_the_other(signs)
    balanced = small >= _BALANCED * large
    if split and (balanced or small >= _ABSTRACT):
        start, middle, end = split
        return pieces[start:middle], pieces[middle:end]
    if balanced and _take_turns(signs):
        turns = _turns(pieces, labels, one, other)
        return turns if all(_is_prose(turn) for turn in turns) else ()
    return ()


def _one_after_the_other(signs: Sequence[float]) -> tuple[int, int, int] | None:
    """Start, middle and end of two halves that follow each other; above 0 is one language's text, below the other's."""
    found = []
    for sign in (1, -1):
        split = _split([sign * each for each in signs])
        if split and (purity := _purity(signs, *split)) >= 1 - 2 * _STRAY:
            found.append((purity, split))
    return max(found)[1] if found else None


def _split(signs: Sequence[float]) -> tuple[int, int, int] | None:
    """The best halves of which the first has the weights above 0, behind a preamble and before an end note of the other's."""
    first = next((i for i, sign in enumerate(signs) if sign > 0), 0)
    last = next((i for i in range(len(signs) - 1, -1, -1) if signs[i] < 0), len(signs) - 1)
    # What has no sign belongs to the half that it stands at.
    start = max((i + 1 for i in range(first) if signs[i] < 0), default=0)
    end = min((i for i in range(last + 1, len(signs)) if signs[i] > 0), default=len(signs))
    if -sum(signs[:start]) > _PREAMBLE * -sum(sign for sign in signs if sign < 0):
        start = 0
    if sum(signs[end:]) > _PREAMBLE * sum(sign for sign in signs if sign > 0):
        end = len(signs)
    before = list(accumulate(signs[start:end], initial=0.0))
    middle = start + max(range(len(before)), key=lambda i: before[i])
    return (start, middle, end) if start < middle < end else None


def _purity(signs: Sequence[float], start: int, middle: int, end: int) -> float:
    """The share of the text that is where it should be, less that which is not; of the worse half."""
    shares = [abs(sum(part)) / (sum(map(abs, part)) or 1.0) for part in (signs[start:middle], signs[middle:end])]
    return min(shares)


def _take_turns(signs: Sequence[float]) -> bool:
    """Whether runs of the two languages alternate in pairs of like length, counted from the first run or from the second."""
    runs = [abs(sum(run)) for _, run in groupby((sign for sign in signs if sign), key=lambda sign: sign > 0)]
    if len(runs) < 4:
        return False
    for first in (0, 1):
        pairs = list(zip(runs[first::2], runs[first + 1 :: 2], strict=False))
        like = sum(sum(pair) for pair in pairs if max(pair) <= _LIKE * min(pair))
        if like >= _IN_TURNS * sum(runs):
            return True
    return False


def _is_prose(part: Sequence[_Piece]) -> bool:
    """Whether enough of a half is in a language that could be told; commands between explanations are in none."""
    return sum(piece.weight for piece in part if piece.language) >= _PROSE * sum(piece.weight for piece in part)


def _turns(pieces: list[_Piece], labels: list[str], one: str, other: str) -> tuple[list[_Piece], list[_Piece]]:
    """The pieces of each language; what is in neither (a number, a name) goes to the one whose turn it is."""
    sides: dict[str, list[_Piece]] = {one: [], other: []}
    first = last = ""
    for piece, label in zip(pieces, labels, strict=True):
        last = label if label in sides else other if last == one else one
        first = first or last
        sides[last].append(piece)
    return sides[first], sides[other if first == one else one]


def _spoken(blocks: Sequence[Block], half: Sequence[int]) -> str:
    """The language tag of most characters of some blocks."""
    characters: Counter[str] = Counter()
    for block in (blocks[number] for number in half):
        if block.language != "und":
            characters[block.language] += block.span.end_char - block.span.start_char
    return max(characters, key=lambda tag: (characters[tag], tag), default="und")

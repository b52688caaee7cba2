"""Plain text to blocks: headings, paragraphs and list items, each with its exact place.

A heading in plain text is told by what it looks like (short, no stop at its end) and by what it does (a body follows).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from seedsearch.ingest.wrapping import Line, ends_sentence, is_item, is_rule, paragraphs
from seedsearch.tuples import NamedTuple

# A heading takes one line of a screen, and a dozen words or thirty Chinese characters.
_MOST_COLUMNS, _MOST_WORDS, _MOST_WIDE = 80, 12, 30
_MORE_COLUMNS = 20  # where it begins with a number
_LONG = 240  # characters: what is longer is neither a heading nor a ruled line
# Columns of a page, and how far the margins of a centred line may differ.
_PAGE, _OFF_CENTRE = 76, 12
_OPENERS = frozenset("\"'“‘«„「『《〈【（([¿¡§#")
_OPEN_END = frozenset(",，、،-–—(（[「『《“")
_NOT_PROSE = re.compile(r"://|[{}<>=|\\]|\S(?: {3,}|\t)\S")
# A short small word at the end: the sentence goes on in what stands below.
_GOES_ON = re.compile(r"(?:\S+\s+){3,}[^\W\d_]{1,3}")
_UNDERLINE_LEVEL = {"=": 1, "#": 1, "*": 1, "-": 2, "+": 2, "~": 3, "^": 4}
_HASHES = re.compile(r"(#{1,6})[ \t]+\S")
_DIGITS, _HAN = "0-9０-９〇零一二三四五六七八九十百千", "一二三四五六七八九十百"
_COUNT = r"(?:[0-9]{1,4}|[IVXLC]{1,7}|[A-Z])(?!\w)"
_NUMBERING = re.compile(
    rf"(?P<part>(?i:part|book|teil|partie|parte|часть)\s+{_COUNT}|第[{_DIGITS}]{{1,6}}[部编編卷篇])"
    rf"|(?P<chapter>(?i:chapter|kapitel|chapitre|cap[ií]tulo|capitolo|глава|appendix|annex)\s+{_COUNT}"
    rf"|第[{_DIGITS}]{{1,6}}[章回幕課课講讲]|[章附][錄录]?\s?[0-9]{{1,3}}[.:：]?\s)"
    rf"|(?P<section>(?i:section|article|artikel|artículo|статья)\s+{_COUNT}"
    rf"|第[{_DIGITS}]{{1,6}}[節节條条款])"
    r"|(?P<dotted>(?:[0-9]{1,3}|[A-Z])(?:\.[0-9]{1,3})+[.:：]?(?=\s|[^\s\x00-\x7f]))"
    rf"|(?P<ordinal>[{_HAN}]{{1,4}}[、．.]|[IVX]{{1,5}}[.．]\s)"
    r"|(?P<number>[0-9]{1,3}(?:[.．、](?![0-9])|\s)\s*(?=[^\W_])|§\s?[0-9]|[A-Z]\.\s)"
    rf"|(?P<clause>[(（][{_HAN}]{{1,3}}[)）])"
    r"|(?P<bracket>[0-9]{1,3}[)）])"
    r"|(?P<letter>[(（][0-9a-z]{1,3}[)）]|[①-⓿❶-➓㈠-㈩]|[a-z][.)]\s)"
)
_STYLE_LEVEL = {"part": 1, "chapter": 2, "section": 3, "ordinal": 4, "number": 4, "dotted": 4}
_STYLE_LEVEL |= {"clause": 5, "bracket": 5, "letter": 6}
_TITLE, _SHOUTED, _PLAIN, _DEEPEST = 1, 2, 3, 6


class RawBlock(NamedTuple):
    """A block before its language and lines are known: characters [start, end) of the text, no blanks at its edges.

    `kind` is "heading", "paragraph", "item" or "code"; `level` is 1 to 6 for a heading, else 0.
    """

    start: int
    end: int
    kind: str
    level: int


class _Draft(NamedTuple):
    """A paragraph on its way to a block.

    `level` is above 0 where it looks like a heading, `number` is the number it begins with and `style` how that is
    made, `stopped` tells of a full stop at its end, `certain` of a mark that makes it a heading, `body` whether it can
    stand beneath one.
    """

    start: int
    end: int
    indent: int
    apart: bool
    item: bool
    level: int
    style: str
    number: str
    stopped: bool
    certain: bool
    body: bool


def split(text: str) -> list[RawBlock]:
    """The blocks of a plain text in order; everything but blanks and ruled lines (`-----`) is in exactly one.

    `split("Six\\n\\nIt is so.") == [RawBlock(0, 3, "heading", 3), RawBlock(5, 14, "paragraph", 0)]`. Time is linear.
    """
    if block := _one_line(text):
        return [block]
    drafts = list(_drafts(text))
    headings = _headings(_uncommented(drafts)) if any(draft.level for draft in drafts) else {}
    return [
        RawBlock._make(
            (draft.start, draft.end, "heading", headings[index])
            if index in headings
            else (draft.start, draft.end, "item" if draft.item else "paragraph", 0)
        )
        for index, draft in enumerate(drafts)
    ]


def _one_line(text: str) -> RawBlock | None:
    """The block of a text of one line that is surely no heading nor ruled, in a twentieth of the time; None for any other."""
    body = text.strip()
    if not body or len(text.splitlines()) > 1 or body[0] in "#>" or (len(body) <= _LONG and not body[0].isalnum()):
        return None
    start = text.index(body[0])
    line = Line(start, start + len(body), start, 0, 0, len(body), True)
    return RawBlock(line.start, line.end, "item" if is_item(text, line) else "paragraph", 0)


def _uncommented(drafts: list[_Draft]) -> list[_Draft]:
    """Lines that begin with `#` are no headings where several stand together or end in a full stop: they are comments."""
    certain = [draft.certain for draft in drafts]
    for i, draft in enumerate(drafts):
        above = i > 0 and certain[i - 1] and not draft.apart
        below = i + 1 < len(drafts) and certain[i + 1] and not drafts[i + 1].apart
        if draft.certain and (above or below or draft.stopped):
            drafts[i] = draft._replace(certain=False, level=0)
    return drafts


def _drafts(text: str) -> Iterator[_Draft]:
    """The paragraphs of a text; underlined headings have their underline, other ruled lines are left out."""
    held: list[Line] = []
    for group in paragraphs(text):
        if len(group) > 1 or not is_rule(text, group[0]):
            if held:
                yield _draft(text, held)
            held = group
        elif len(held) == 1 and _underlines(text, group[0], held[0]):
            line, level = held[0], _UNDERLINE_LEVEL[text[group[0].start]]
            yield _Draft(line.start, group[0].end, line.indent, line.apart, False, level, "", "", False, True, False)
            held = []
    if held:
        yield _draft(text, held)


def _underlines(text: str, rule: Line, line: Line) -> bool:
    """Whether a ruled line makes the line above it a heading: straight below, of one mark, at least half as long."""
    mark = text[rule.start]
    return (
        not rule.apart
        and mark in _UNDERLINE_LEVEL
        and text.count(mark, rule.start, rule.end) == rule.end - rule.start
        and 2 * rule.width >= line.width
        and not is_item(text, line)
        and any(char.isalnum() for char in text[line.start : line.end])
    )


def _draft(text: str, group: list[Line]) -> _Draft:
    line, end = group[0], group[-1].end
    item = is_item(text, line)
    one = len(group) == 1
    hashes = _HASHES.match(text, line.start, line.end) if one and text[line.start] == "#" else None
    # The number of what is too long for a heading, and no item, is not asked for.
    wanted = item or hashes or (one and line.end - line.content <= _MOST_COLUMNS + _MORE_COLUMNS)
    style, number = _number(text[line.content : min(line.end, line.content + 40)]) if wanted else ("", "")
    stopped = ends_sentence(text, end)
    short = one and _is_short(text, line, style)
    level = len(hashes[1]) if hashes else _look(text, line, style, stopped) if short else 0
    body = stopped or (level == 0 and not short)
    return _Draft._make(
        (
            line.start,
            end,
            line.indent,
            line.apart,
            item,
            level,
            style,
            number,
            stopped,
            hashes is not None,
            body or not one,
        )
    )


def _number(words: str) -> tuple[str, str]:
    """The style of the number with which a line begins and that number, both "" without one.

    `_number("1. Values") == ("number", "1. ")`; the style of 1.2.3 is "dotted..", with the stops inside it.
    """
    match = _NUMBERING.match(words)
    if match is None or match.lastgroup is None:
        return "", ""
    inside = match[0].rstrip(".:：").count(".") if match.lastgroup == "dotted" else 0
    return match.lastgroup + "." * inside, match[0]


def _is_short(text: str, line: Line, style: str) -> bool:
    """Whether a line takes no more room than a heading does; one that begins with a number is granted a little more."""
    most, size = _MOST_COLUMNS + (_MORE_COLUMNS if style else 0), line.end - line.content
    if size > most:
        return False
    width = line.width - line.indent
    blanks = text.count(" ", line.content, line.end)
    return width <= most and width - size <= _MOST_WIDE and blanks < _MOST_WORDS + (3 if style else 0)


def _look(text: str, line: Line, style: str, stopped: bool) -> int:
    """The level that a short line would have as a heading by its looks, 0 if it does not look like one."""
    words = text[line.content : line.end]
    letters = [char for char in words if char.isalpha()]
    if len(letters) < 2 or line.depth or _NOT_PROSE.search(words) or words[-1] in _OPEN_END:
        return 0
    if style:
        # "1. Definitions." may be one, "1. Values:" may not.
        level = _STYLE_LEVEL[style.rstrip(".")] + style.count(".")
        return 0 if stopped and words[-1] not in ".。?？!！" else min(level, _DEEPEST)
    if stopped or not (words[0].isalnum() or words[0] in _OPENERS) or letters[0].islower() or is_item(text, line):
        return 0
    if letters[-1].islower() and _GOES_ON.fullmatch(words) and words.split()[-1].islower():
        return 0
    return _SHOUTED if len(letters) > 3 and all(char.isupper() for char in letters) else _PLAIN


def _headings(drafts: list[_Draft]) -> dict[int, int]:
    """Which drafts are headings, and their levels: those that look like one and have a body beneath them."""
    # Where blank lines set most paragraphs apart, they do so with headings.
    blanks = sum(draft.apart for draft in drafts[1:]) * 2 >= len(drafts) - 1
    headings: dict[int, int] = {}
    index = 0
    while index < len(drafts):
        first = index
        while index < len(drafts) and _may_head(drafts, index, blanks):
            index += 1
        if index > first:
            _accept(drafts, first, index, headings)
        index += 1
    beneath = _is_beneath_numbers(drafts, headings)
    for index, level in headings.items():
        if drafts[index].certain or drafts[index].style:
            continue
        if headings.get(index + 1) == level:
            # Straight before another of its kind it is a title: the sections stand beneath it.
            headings[index] = _TITLE
        elif level == _PLAIN and beneath:
            headings[index] = _DEEPEST
    return headings


def _may_head(drafts: list[_Draft], index: int, blanks: bool) -> bool:
    """Whether a draft looks like a heading and stands like one: if it has a stop, between blank lines."""
    draft = drafts[index]
    if draft.stopped and not (draft.apart and index + 1 < len(drafts) and drafts[index + 1].apart):
        return draft.certain
    return draft.level > 0 and (draft.certain or draft.apart or not blanks)


def _accept(drafts: list[_Draft], first: int, last: int, headings: dict[int, int]) -> None:
    """Enter those of the would-be headings [first, last), which stand side by side, that are headings.

    None is without a body beneath them, nor of more than two of which not each goes deeper, in two languages at most: a
    menu, a by-line. Two numbers of one style side by side are a list, unless they are the same.
    """
    run = drafts[first:last]
    beneath = drafts[last] if last < len(drafts) else None
    headed = beneath is not None and _heads(run[-1], beneath)
    levels = [draft.level for draft in run]
    deeper = levels == sorted(levels) and max(Counter(levels).values()) <= 2
    numbers: dict[str, set[str]] = {}
    for draft in drafts[max(first - 1, 0) : last + 1]:
        if draft.item or draft.level:
            numbers.setdefault(draft.style, set()).add(draft.number)
    for index, draft in enumerate(run, first):
        listed = len(numbers[draft.style]) > 1
        if draft.certain or (headed and not listed and (deeper or len(run) <= 2)):
            headings[index] = draft.level


def _heads(draft: _Draft, beneath: _Draft) -> bool:
    """Whether a draft stands above another as a heading does: not deeper in the page, unless it is centred."""
    if draft.level == _PLAIN and not draft.style and draft.indent > beneath.indent:
        right = _PAGE - draft.indent - (draft.end - draft.start)
        return beneath.body and abs(draft.indent - right) <= _OFF_CENTRE
    return beneath.body or beneath.item or beneath.indent > draft.indent


def _is_beneath_numbers(drafts: list[_Draft], headings: dict[int, int]) -> bool:
    """Whether unnumbered headings stand beneath the numbered ones: the style that comes first is the outer one."""
    for index, level in headings.items():
        if drafts[index].style:
            return True
        if level == _PLAIN and not drafts[index].certain:
            return False
    return False

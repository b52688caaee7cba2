"""Lines to paragraphs: which line breaks an author meant, and which the edge of the page made.

A break was made by the edge when the first word of the next line would not have fitted before it. The edge itself is
not written down: it is the width that explains the most breaks (Knuth and Plass 1981 call the rule "first fit"). The
best width explains at most 23 % of the breaks of 58 documents of one line a paragraph, and 70 to 99 % of those of the
17 licence texts that Debian ships.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from seedsearch.characters import Table
from seedsearch.tuples import NamedTuple

# Columns. Below 40 a fit is luck, above 120 nobody wraps.
_NARROWEST, _WIDEST = 40, 120
# Characters that take two columns: the first of each range, and the one behind its last.
_WIDE = (
    "\u1100\u1160\u2e80\u303f\u3041\ua4d0\uac00\ud7a4\uf900\ufb00\ufe30\ufe70\uff01\uff61\uffe0\uffe7"
    "\U0001f300\U0001fb00\U00020000\U00040000"
)
# What a wrapping program would have moved as one: a Chinese character with the marks that may not begin a line, some
# characters of a script without blanks, or a word.
_UNIT = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60][、。，．」』）！？：；]{0,2}"
    r"|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{1,10}"
    r"|[^\s\u2e80-\u9fff]{1,80}"
)
_LINE = re.compile(r"[^\n\r\v\f\u2028\u2029]+")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?){1,20}")
_ITEM = re.compile(
    r"[-*+][ \t\u3000]+\S"
    r"|[•‧·・●○◦▪▫■□◆◇►▶※✓✔➤][ \t\u3000]*\S"
    r"|\d{1,3}(?:[.．](?!\d)|[)）、])[ \t\u3000]*[^\W\d_]"
    r"|\d{1,3}[.．)）、][ \t\u3000]+\S"
    r"|(?:[a-z]|[ivx]{2,5})[.)][ \t]+\S|[A-Z]\)[ \t]+\S"
    r"|[(（](?:\d{1,3}|[a-zA-Z]|[ivx]{2,5}|[一二三四五六七八九十百]{1,4})[)）][ \t\u3000]*\S"
    r"|[一二三四五六七八九十百]{1,4}[、．.]"
    r"|[①-⓿❶-➓㈠-㈩]"
)
_RULE = re.compile(r"([^\w\s]|_)(?:[ \t]*\1){2,}")
_TABULAR = re.compile(r"\S(?: {4,}|\t[ \t]*)\S|\.{5}")
_CLOSERS = "\"'”’»)]）］」』】》〉*_"
_TABULAR_MARKS = ("    ", "\t", ".....")  # one of these is in all that _TABULAR matches
_TERMINAL = frozenset(".!?…:;。！？：；．｡։؟۔؛।॥།។៕။፧።")


class Line(NamedTuple):
    """A line that is not blank: characters [start, end) of the text, without the blanks at its edges.

    `content` is where what follows quote marks (`>`) begins, `depth` how many of those there are; `indent` and `width`
    are columns (a tab stop is 8, a wide East Asian character 2); `apart` says that no line stands straight above it.
    """

    start: int
    end: int
    content: int
    depth: int
    indent: int
    width: int
    apart: bool


def columns(text: str) -> int:
    """Columns that a text without tabs takes on a terminal; combining marks are counted like letters."""
    return len(text) if text.isascii() else len(text) + _widths().count(text, 2).get(1, 0)


@cache
def _widths() -> Table:
    """Of each character the columns beyond the first."""
    return Table(lambda character: bisect(_WIDE, character) % 2)


def is_item(text: str, line: Line) -> bool:
    """Whether a line begins a list item: `- `, `•`, `1.`, `(a)`, `①`, `一、` and their like."""
    return _ITEM.match(text, line.content, line.end) is not None


def is_rule(text: str, line: Line) -> bool:
    """Whether a line is nothing but one mark at least three times over: `-----`, `* * *`, `:::`."""
    if text[line.start].isalnum() or line.width > 2 * _WIDEST or line.end - line.start < 3:
        return False
    return _RULE.fullmatch(text, line.start, line.end) is not None


def ends_sentence(text: str, end: int) -> bool:
    """Whether the text before `end` closes with a full stop, a colon or their like in any script, quotes aside."""
    last = text[end - 1]
    return last in _TERMINAL or (last in _CLOSERS and text[max(end - 8, 0) : end].rstrip(_CLOSERS)[-1:] in _TERMINAL)


def lines(text: str) -> Iterator[Line]:
    """The lines of a text that are not blank, in order."""
    behind = 0
    apart = True
    for match in _LINE.finditer(text):
        raw = match[0]
        body = raw.strip()
        apart = apart or text[behind : match.start()] not in ("\n", "\r\n", "\r")
        behind = match.end()
        if not body:
            apart = True
            continue
        if len(body) == len(raw) and raw[0] != ">":  # most lines
            start, end = match.span()
            yield Line._make((start, end, start, 0, 0, columns(body) if len(body) <= 2 * _WIDEST else len(body), apart))
            apart = False
            continue
        start = match.start() + len(raw) - len(raw.lstrip())
        end = start + len(body)
        quote = _QUOTE.match(text, match.start(), end)
        content = min(quote.end(), end - 1) if quote else start
        indent = columns(text[match.start() : content].expandtabs())
        width = indent + columns(body[content - start :]) if len(body) <= 2 * _WIDEST else len(body)
        yield Line(start, end, content, quote[0].count(">") if quote else 0, indent, width, apart)
        apart = False


def paragraphs(text: str) -> Iterator[list[Line]]:
    """The lines of a text put together as their author meant them: one list of lines a paragraph.

    A blank line always separates. A run of lines that is wrapped at an edge of its own, or at that of the whole text,
    is put together; of any other each line is a paragraph. Time is linear in the text.
    """
    every = list(lines(text))
    # Few texts have what tables have: to look for it between each two lines takes longer.
    tabular = any(mark in text for mark in _TABULAR_MARKS)
    breaks = [_break(text, line, following, tabular) for line, following in pairwise(every)]
    if not any(breaks):
        yield from ([line] for line in every)
        return
    whole = _edge([one for one in breaks if one is not None])
    first = 0
    while first < len(every):
        last = first + 1
        while last < len(every) and not every[last].apart:
            last += 1
        own = None if last - first == len(every) else _edge([one for one in breaks[first : last - 1] if one is not None])
        yield from _run(every[first:last], breaks[first : last - 1], whole if own is None else own)
        first = last


class _Break(NamedTuple):
    """A line break that the edge of the page may have made, had the edge stood at a column in [lowest, highest).

    `runs_on`: no full stop stands before it. `small`: no capital letter stands behind it; `lower`: a small one does.
    """

    lowest: int
    highest: int
    runs_on: bool
    small: bool
    lower: bool


def _break(text: str, line: Line, following: Line, tabular: bool) -> _Break | None:
    """The break between two lines, or None if something else than the edge of the page explains it."""
    if following.apart or line.width > _WIDEST or line.depth != following.depth:
        return None
    if is_item(text, following) or is_rule(text, line) or is_rule(text, following):
        return None
    if text[line.end - 1] in "{}|\\" or text[following.content] in "{}|":
        return None
    if tabular and any(_TABULAR.search(text, one.content, min(one.end, one.content + _WIDEST)) for one in (line, following)):
        return None
    unit = _UNIT.match(text, following.content, following.end)
    word = unit[0] if unit else text[following.content]
    need = columns(word) + 1 + bisect(_WIDE, word[0]) % 2
    start = text[following.content : min(following.end, following.content + _WIDEST)]
    first = start[0] if start[0].isalpha() else next((char for char in start[:8] if char.isalpha()), "")
    small = first != "" and (not first.isupper() or start.isupper())
    return _Break._make((line.width, line.width + need, not ends_sentence(text, line.end), small, first.islower()))


def _edge(breaks: list[_Break]) -> int | None:
    """The column of the edge that explains these breaks, or None if each line stands by itself."""
    if not breaks:
        return None
    steps: dict[int, int] = {}
    for one in breaks:
        lowest, highest = max(one.lowest, _NARROWEST), min(max(one.highest, _NARROWEST), _WIDEST + 1)
        steps[lowest] = steps.get(lowest, 0) + 1
        steps[highest] = steps.get(highest, 0) - 1
    best = edge = depth = 0
    for column, step in sorted(steps.items()):
        depth += step
        if depth > best:
            best, edge = depth, column
    # Small numbers agree by chance: of three breaks all must, of a hundred a third.
    if best == 0 or best < min(len(breaks), 2 + 0.3 * len(breaks)):
        return None
    explained = [one for one in breaks if one.lowest <= edge < one.highest]
    running = sum(one.runs_on for one in explained) / len(explained)
    small = sum(one.runs_on and one.small for one in explained) / len(explained)
    if len(breaks) < 4:
        return edge if small == 1 and (len(breaks) > 1 or explained[0].lower) else None
    # Not more in small letters: German begins lines with nouns, reports with names.
    return edge if running >= 0.6 and small >= 0.25 else None


def _run(run: list[Line], breaks: list[_Break | None], edge: int | None) -> Iterator[list[Line]]:
    """The paragraphs of lines among which no blank one stands, wrapped at `edge` if there is one."""
    if edge is None:
        yield from ([line] for line in run)
        return
    group = [run[0]]
    for line, one in zip(run[1:], breaks, strict=True):
        # Like the line before it, or hanging below the first.
        level = abs(line.indent - group[-1].indent) <= 1 or len(group) == 1
        if one is None or not level or not _made_by(one, edge):
            yield group
            group = []
        group.append(line)
    yield group


def _made_by(one: _Break, edge: int) -> bool:
    if one.lowest <= edge + 2 and one.highest > edge:
        return True
    # Wrapped by hand and ragged, but the sentence runs on.
    return one.runs_on and one.lowest <= edge + 8 and one.lowest >= (0.5 if one.lower else 0.75) * edge

"""An aligned document in the forms in which people read, check, correct and carry it on: TSV, HTML, TMX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from seedsearch.errors import SeedsearchError
from seedsearch.records import DOUBTFUL, Alignment, Bead, Document, Pair

COLUMNS = ("confidence", "left_lines", "right_lines", "left", "right")
NOTHING = "-"  # the lines of an empty side
# What XML 1.0 has no place for, even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINES = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


def lines_of(document: Document, blocks: Sequence[int]) -> str:
    """The lines of one side of a bead, as "3" or "3-5", or "-" for an empty side."""
    if not blocks:
        return NOTHING
    first, last = document.blocks[blocks[0]].span.start_line, document.blocks[blocks[-1]].span.end_line
    return str(first) if first == last else f"{first}-{last}"


def text_of(document: Document, blocks: Sequence[int]) -> str:
    """The text of one side of a bead on one line."""
    return " ".join(" ".join(document.slice(document.blocks[i].span).split()) for i in blocks)


def to_tsv(document: Document, alignment: Alignment) -> str:
    """One bead a line under a head: confidence, lines of the first and the second half, their texts.

    It can be edited and given to `from_tsv`, which reads the lines only.
    """
    rows = ["\t".join(COLUMNS)]
    for bead in alignment.beads:
        cells = [f"{bead.confidence:.2f}", *(lines_of(document, side) for side in (bead.left, bead.right))]
        rows.append("\t".join([*cells, *(text_of(document, side) for side in (bead.left, bead.right))]))
    return "\n".join(rows) + "\n"


def from_tsv(document: Document, table: str) -> Alignment:
    """The alignment that an edited table tells, sure of all it says; blocks that it leaves out stand alone.

    Raises SeedsearchError, with the number of the row, for a row that names no lines of the half, names them twice or out of
    order, or is no row of such a table.
    """
    if len(document.halves) != 2:
        raise SeedsearchError(f"{document.source} has no two halves that could be paired")
    beads: list[Bead] = []
    done = [0, 0]  # blocks of each half that are in beads
    for number, row in enumerate(table.lstrip("\ufeff").splitlines(), 1):
        cells = row.split("\t")
        if not row.strip() or cells[: len(COLUMNS)] == list(COLUMNS):
            continue
        if len(cells) < 3:
            raise SeedsearchError(f"row {number}: needs at least three columns ({', '.join(COLUMNS[:3])}), parted by tabs")
        sides = []
        for half, cell in enumerate(cells[1:3]):
            start, end = _blocks_at(document, half, cell.strip(), done[half], number)
            beads += _alone(document, half, done[half], start)
            sides.append(document.halves[half].blocks[start:end])
            done[half] = end
        if any(sides):
            beads.append(Bead(sides[0], sides[1], 1.0))
    for half in (0, 1):
        beads += _alone(document, half, done[half], len(document.halves[half].blocks))
    return Alignment(tuple(beads), 1.0)


def _alone(document: Document, half: int, start: int, end: int) -> Iterator[Bead]:
    for block in document.halves[half].blocks[start:end]:
        yield Bead((block,), (), 1.0) if half == 0 else Bead((), (block,), 1.0)


def _blocks_at(document: Document, half: int, cell: str, done: int, row: int) -> tuple[int, int]:
    """Places [start, end) in a half of the blocks on some lines; `done` of them are in the rows before."""
    if cell in (NOTHING, ""):
        return done, done
    match = _LINES.fullmatch(cell)
    if match is None:
        raise SeedsearchError(f"row {row}: {cell} names no lines; write them as 12, 12-14 or {NOTHING}")
    first, last = int(match[1]), int(match[2] or match[1])
    spans = [document.blocks[i].span for i in document.halves[half].blocks]
    found = [place for place, span in enumerate(spans) if span.start_line <= last and span.end_line >= first]
    side = ("first", "second")[half]
    if not found:
        raise SeedsearchError(f"row {row}: no text of the {side} half stands on lines {cell}")
    if found[0] < done:
        raise SeedsearchError(f"row {row}: lines {cell} of the {side} half come after or within those of a row before")
    return found[0], found[-1] + 1


def to_tmx(document: Document, pairs: Iterable[Pair], version: str) -> str:
    """A translation memory, TMX 1.4b (LISA OSCAR 2005), one unit for each pair of sentences or paragraphs."""
    left, right = (half.language for half in document.halves)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<!DOCTYPE tmx SYSTEM "tmx14.dtd">',
        '<tmx version="1.4">',
        f'<header creationtool="seedsearch" creationtoolversion="{version}" segtype="block" o-tmf="seedsearch" adminlang="en"'
        f' srclang="{left}" datatype="plaintext"><prop type="source">{_xml(document.source)}</prop></header>',
        "<body>",
    ]
    for pair in pairs:
        units = (
            f'<tuv xml:lang="{language}"><seg>{_xml(" ".join(document.slice(span).split()))}</seg></tuv>'
            for language, span in ((left, pair.left), (right, pair.right))
        )
        place = f'<prop type="lines">{pair.left.start_line}-{pair.left.end_line}'
        place += f" {pair.right.start_line}-{pair.right.end_line}</prop>"
        sure = f'<prop type="confidence">{pair.confidence:.2f}</prop>'
        lines.append(f"<tu>{place}{sure}{''.join(units)}</tu>")
    return "\n".join([*lines, "</body>", "</tmx>", ""])


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --line: #8884; --doubt: #d9a40033; --alone: #8881; }}
body {{ font: 16px/1.6 system-ui, "Noto Sans", "Noto Sans CJK TC", sans-serif; max-width: 80rem; margin: auto; padding: 1rem; }}
h1 {{ font-size: 1.2rem; overflow-wrap: anywhere; }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed; }}
th {{ position: sticky; top: 0; background: Canvas; text-align: start; }}
th, td {{ border-bottom: 1px solid var(--line); padding: .35rem .6rem; vertical-align: top; overflow-wrap: anywhere; }}
.n {{ width: 5.5rem; color: GrayText; font-size: .8rem; font-variant-numeric: tabular-nums; }}
.s {{ width: 3.2rem; }}
tr.doubtful {{ background: var(--doubt); }}
tr.alone {{ background: var(--alone); }}
p {{ margin: 0 0 .4em; }}
@media print {{ th {{ position: static; }} }}
</style>
<h1>{title}</h1>
<p>{summary}</p>
<table>
<tr><th class="n">lines<th>{left}<th class="n">lines<th>{right}<th class="n s">sure
{rows}
</table>
</html>
"""


def to_html(document: Document, alignment: Alignment) -> str:
    """A page that needs nothing else: the halves side by side, what is doubtful and what stands alone in a shade of its own."""
    rows = []
    for bead in alignment.beads:
        alone = not (bead.left and bead.right)
        kind = "alone" if alone else "doubtful" if bead.confidence < DOUBTFUL else ""
        cells = (
            f'<td class="n">{lines_of(document, side)}<td lang="{half.language}">{_paragraphs(document, side)}'
            for side, half in zip((bead.left, bead.right), document.halves, strict=True)
        )
        rows.append(f'<tr class="{kind}">{"".join(cells)}<td class="n s">{bead.confidence:.2f}')
    paired = sum(bool(bead.left and bead.right) for bead in alignment.beads)
    summary = f"{paired} pairs, {len(alignment.beads) - paired} alone, confidence {alignment.confidence:.2f}"
    left, right = (half.language for half in document.halves)
    return _PAGE.format(title=escape(document.source), summary=summary, left=left, right=right, rows="\n".join(rows))


def _paragraphs(document: Document, blocks: Sequence[int]) -> str:
    texts = (_NOT_XML.sub("\ufffd", document.slice(document.blocks[i].span)) for i in blocks)
    return "".join(f"<p>{escape(text)}</p>" for text in texts)

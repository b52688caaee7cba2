"""`seedsearch align`: the two halves of a bilingual document, block by block."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seedsearch.cli.output import complain, harmless, print_json
from seedsearch.records import DOUBTFUL

if TYPE_CHECKING:
    from seedsearch.reading import Reading
    from seedsearch.records import Alignment, Document


class Format(StrEnum):
    """Forms of output."""

    table = "table"
    tsv = "tsv"
    json = "json"
    tmx = "tmx"
    html = "html"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        help="Show which blocks of a bilingual document translate which, or correct it.",
        epilog="Example: seedsearch align seeds/004_a68d08d6fa4f830c.txt --format html > 004.html",
    )
    def align(
        file: Annotated[
            Path, typer.Argument(metavar="FILE", readable=False, help="A document with two halves; no index is needed.")
        ],
        form: Annotated[
            Format, typer.Option("--format", help="Form of the output; tmx is for translation tools, html for reading.")
        ] = Format.table,
        use: Annotated[
            Path | None,
            typer.Option("--use", metavar="FIXED.tsv", readable=False, help="Keep this table, edited by hand, with the index."),
        ] = None,
        index: Annotated[
            Path | None, typer.Option("--index", metavar="DIR", readable=False, help="Where the index lies.")
        ] = None,
    ) -> None:
        if use is not None:
            _correct(file, use, index)
            return
        reading, alignment = _aligned(file, index)
        document = reading.document
        if form is Format.json:
            print_json(as_record(document, alignment))
        elif alignment.beads:
            print(_shown(reading, alignment, form), end="")
        if not alignment.beads:
            complain(f"{document.source} is not bilingual: it has no two halves in two languages")
            raise typer.Exit(1)
        if alignment.confidence < DOUBTFUL:
            complain(
                f"{document.source}: most of it has no counterpart, or a doubtful one (confidence {alignment.confidence:.2f})"
            )


def _correct(file: Path, use: Path, index: Path | None) -> None:
    from seedsearch.cli.index import summarise
    from seedsearch.indexing import correct
    from seedsearch.ingest.decoding import decode
    from seedsearch.reading import load
    from seedsearch.records import Source

    summarise(correct(file, decode(load(Source(use, str(use)))).text, index))


def _aligned(file: Path, index: Path | None) -> tuple[Reading, Alignment]:
    """A document and its alignment: the one that was corrected by hand, if the index has one."""
    from seedsearch.errors import SeedsearchError
    from seedsearch.indexing import corrected
    from seedsearch.reading import align, read_one

    reading = read_one(file)
    try:
        alignment = corrected(file, reading.document, index)
    except SeedsearchError:
        if index is not None:
            raise
        alignment = None
    return reading, alignment or align(reading.document)


def _shown(reading: Reading, alignment: Alignment, form: Format) -> str:
    import seedsearch
    from seedsearch import bitext

    document = reading.document
    if form is Format.tsv:
        return harmless(bitext.to_tsv(document, alignment))
    if form is Format.tmx:
        return bitext.to_tmx(document, reading.pairs(alignment), seedsearch.__version__)
    if form is Format.html:
        return bitext.to_html(document, alignment)
    return as_table(document, alignment) + "\n"


def as_record(document: Document, alignment: Alignment) -> dict[str, Any]:
    """An alignment as the JSON contract has it: segments, and pairs of lists of their ids."""
    language = {i: half.language for half in document.halves for i in half.blocks}
    return {
        "source": document.source,
        "segments": [
            {
                "id": f"b{i}",
                "lang": language[i],
                "start_line": document.blocks[i].span.start_line,
                "end_line": document.blocks[i].span.end_line,
            }
            for i in sorted(language)
        ],
        "pairs": [[[f"b{i}" for i in bead.left], [f"b{i}" for i in bead.right]] for bead in alignment.beads],
    }


def as_table(document: Document, alignment: Alignment) -> str:
    """The beads side by side, as wide as the terminal."""
    from shutil import get_terminal_size

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from seedsearch.bitext import lines_of, text_of

    left, right = (half.language for half in document.halves)
    table = Table(
        "lines", left, "lines", right, "sure", title=Text(f"{harmless(document.source)}: confidence {alignment.confidence:.2f}")
    )
    for bead in alignment.beads:
        sides = (cell for side in (bead.left, bead.right) for cell in (lines_of(document, side), text_of(document, side)))
        table.add_row(*(Text(harmless(cell), overflow="fold") for cell in sides), f"{bead.confidence:.2f}")
    console = Console(width=max(80, get_terminal_size((120, 24)).columns))
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip("\n")

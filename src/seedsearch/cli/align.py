"""`seedsearch align`: the two halves of a bilingual document, block by block."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seedsearch.cli.output import complain, harmless, print_json

if TYPE_CHECKING:
    from seedsearch.records import Alignment, Document


class Format(StrEnum):
    """Forms of output."""

    table = "table"
    tsv = "tsv"
    json = "json"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        help="Show which blocks of a bilingual document translate which.",
        epilog="Example: seedsearch align seeds/004_a68d08d6fa4f830c.txt --format tsv",
    )
    def align(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="A document with two halves; no index is needed.")],
        form: Annotated[Format, typer.Option("--format", help="Form of the output.")] = Format.table,
    ) -> None:
        from seedsearch.reading import align as aligned
        from seedsearch.reading import read

        document = read(file)
        alignment = aligned(document)
        if form is Format.json:
            print_json(as_record(document, alignment))
        elif alignment.beads:
            print(as_tsv(document, alignment) if form is Format.tsv else as_table(document, alignment))
        if not alignment.beads:
            complain(f"{document.source} is not bilingual: it has no two halves in two languages")
            raise typer.Exit(1)


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


def _side(document: Document, blocks: tuple[int, ...]) -> tuple[str, str]:
    """Lines and text of one side of a bead."""
    if not blocks:
        return "-", ""
    spans = [document.blocks[i].span for i in blocks]
    text = " ".join(" ".join(document.slice(span).split()) for span in spans)
    return f"{spans[0].start_line}-{spans[-1].end_line}", harmless(text)


def as_tsv(document: Document, alignment: Alignment) -> str:
    """One bead a line: confidence, lines and text of the first half, lines and text of the second."""
    rows = ["confidence\tleft_lines\tright_lines\tleft\tright"]
    for bead in alignment.beads:
        (left_lines, left), (right_lines, right) = _side(document, bead.left), _side(document, bead.right)
        rows.append(f"{bead.confidence:.2f}\t{left_lines}\t{right_lines}\t{left}\t{right}")
    return "\n".join(rows)


def as_table(document: Document, alignment: Alignment) -> str:
    """The beads side by side, as wide as the terminal."""
    from shutil import get_terminal_size

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    left, right = (half.language for half in document.halves)
    table = Table("lines", left, "lines", right, "sure", title=f"{document.source}: confidence {alignment.confidence:.2f}")
    for bead in alignment.beads:
        cells = (*_side(document, bead.left), *_side(document, bead.right), f"{bead.confidence:.2f}")
        table.add_row(*(Text(cell) for cell in cells))
    console = Console(width=max(80, get_terminal_size((120, 24)).columns))
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip("\n")

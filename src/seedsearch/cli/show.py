"""`seedsearch show`: a citation in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seedsearch.cli.output import DIM, citation, complain, harmless, indented, paint


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        help="Show the lines that a citation names, the lines around them, and their counterpart in the other language.",
        epilog="Example: seedsearch show seeds/004_a68d08d6fa4f830c.txt:16-22",
    )
    def show(
        place: Annotated[str, typer.Argument(metavar="PATH:START-END", help="A citation as printed by query.")],
        index: Annotated[
            Path | None, typer.Option("--index", metavar="DIR", readable=False, help="Where the index lies.")
        ] = None,
    ) -> None:
        from seedsearch import citations
        from seedsearch.searching import open_collection

        with open_collection(index) as collection:
            shown = citations.show(collection, place)
        if shown.state != citations.AS_INDEXED:
            what = "has changed since" if shown.state == citations.CHANGED else "is not there any more since"
            complain(f"{shown.source} {what} it was indexed; what follows is from the index; update it: seedsearch index")
        width = max(len(str(line.number)) for line in shown.lines)
        for line in shown.lines:
            text = f"{line.number:>{width}}{'|' if line.cited else ' '} {harmless(line.text)}".rstrip()
            print(text if line.cited else paint(text, DIM))
        for other in shown.counterparts:
            print(f"\n= {citation(other.source, other.start_line, other.end_line)}  [{other.language}]")
            print(indented(harmless(other.text), "  "))

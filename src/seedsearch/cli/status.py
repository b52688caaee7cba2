"""`seedsearch status`: what the index holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seedsearch.cli.output import harmless


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help="Tell which index is in use and what it holds.", epilog="Example: seedsearch status --files")
    def status(
        files: Annotated[bool, typer.Option("--files", help="List every file: encoding, languages, halves, passages.")] = False,
        index: Annotated[
            Path | None, typer.Option("--index", metavar="DIR", readable=False, help="Where the index lies.")
        ] = None,
    ) -> None:
        from seedsearch.cli.index import list_files
        from seedsearch.searching import open_collection

        with open_collection(index) as collection:
            found = collection.status()
        languages = ", ".join(
            f"{code} {count}" for code, count in sorted(found.languages.items(), key=lambda count: (-count[1], count[0]))
        )
        print(f"index      {harmless(str(found.folder))} ({found.engine}{'' if found.complete else ', not complete'})")
        print(f"collection {harmless(str(found.root))}")
        print(f"holds      {found.files} files, {found.documents} documents, {found.passages} passages")
        print(f"languages  {languages or '-'} (passages)")
        if files:
            print()
            list_files(found.folder)

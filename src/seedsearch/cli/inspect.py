"""`seedsearch inspect`: how a file is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seedsearch.cli.output import complain, harmless, print_json
from seedsearch.errors import UnreadableError

if TYPE_CHECKING:
    from seedsearch.reading import Reading


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        help="Show how files are read: encoding and how it was found, language by block, halves, passages.",
        epilog="Example: seedsearch inspect seeds/*.txt --json",
    )
    def inspect(
        files: Annotated[
            list[Path], typer.Argument(metavar="FILE...", readable=False, help="Files to read; no index is needed.")
        ],
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each document.")] = False,
    ) -> None:
        from seedsearch.reading import read_all

        failed = False
        for file in files:
            try:
                for reading in read_all(file):
                    print_json(as_record(reading)) if as_json else print(as_text(reading), end="\n\n")
            except UnreadableError as error:
                complain(str(error))
                failed = True
        if failed:
            raise typer.Exit(2)


def as_record(reading: Reading) -> dict[str, Any]:
    """A document as the JSON contract has it."""
    document = reading.document
    return {
        "source": document.source,
        "encoding": document.encoding,
        "encoding_method": document.encoding_method,
        "language": document.language,
        "blocks": [
            {
                "start_line": block.span.start_line,
                "end_line": block.span.end_line,
                "kind": block.kind,
                "language": block.language,
            }
            for block in document.blocks
        ],
        "halves": [
            {
                "language": half.language,
                "start_line": min(document.blocks[i].span.start_line for i in half.blocks),
                "end_line": max(document.blocks[i].span.end_line for i in half.blocks),
                "blocks": len(half.blocks),
            }
            for half in document.halves
        ],
        "passages": [
            {
                "id": passage.id,
                **passage.span._asdict(),
                "language": passage.language,
                "heading": list(passage.headings),
                "counterparts": list(passage.counterparts),
            }
            for passage in reading.passages()
        ],
    }


def as_text(reading: Reading) -> str:
    """A document for people."""
    record = as_record(reading)
    lines = [
        harmless(record["source"]),
        f"  encoding  {record['encoding']} ({record['encoding_method']})",
        f"  language  {record['language']}",
    ]
    lines += (
        f"  half      {half['language']}, {half['blocks']} blocks in lines {half['start_line']}-{half['end_line']}"
        for half in record["halves"]
    )
    lines.append(f"  blocks    {len(record['blocks'])}")
    for block, whole in zip(record["blocks"], reading.document.blocks, strict=True):
        text = " ".join(reading.document.slice(whole.span)[:200].split())
        place = f"{block['start_line']}-{block['end_line']}"
        lines.append(f"    {place:>9}  {block['kind']:9}  {block['language']:7}  {harmless(text)[:60]}")
    lines.append(f"  passages  {len(record['passages'])}")
    for passage in record["passages"]:
        place = f"{passage['start_line']}-{passage['end_line']}"
        heading = harmless(" > ".join(passage["heading"]))
        lines.append(f"    {place:>9}  {passage['language']:7}  {heading}".rstrip())
    return "\n".join(lines)

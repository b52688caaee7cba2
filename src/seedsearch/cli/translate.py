"""`seedsearch translate`: how words are rendered in the other language, and where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seedsearch.cli.answers import as_typed
from seedsearch.cli.output import BOLD, DIM, citation, complain, harmless, harmless_name, indented, paint, print_json
from seedsearch.records import DOUBTFUL

if TYPE_CHECKING:
    from seedsearch.renditions import Place, Rendition


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        help="Show how words are rendered in the other language (Chinese, English): the translations that a query looks for,"
        " with weights and numbers of passages, and the places of aligned documents where each word was rendered.",
        epilog='Example: seedsearch translate "asymmetric warfare"',
    )
    def translate(
        text: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Words or a phrase.")],
        limit: Annotated[int, typer.Option("--limit", min=1, help="How many aligned passages to look at for each word.")] = 10,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each word.")] = False,
        index: Annotated[
            Path | None, typer.Option("--index", metavar="DIR", readable=False, help="Where the index lies.")
        ] = None,
    ) -> None:
        from seedsearch.renditions import renditions
        from seedsearch.searching import open_collection

        with open_collection(index) as collection:
            found = renditions(collection, as_typed(text), limit)
        for one in found:
            print_json(as_record(one)) if as_json else print(as_text(one), end="\n\n")
        if not any(one.translations or one.places for one in found):
            complain("nothing in this collection translates these words, by the dictionary or by aligned documents")
            raise typer.Exit(1)


def as_record(one: Rendition) -> dict[str, Any]:
    """A word as the JSON contract has it."""
    return {
        "word": one.word,
        "language": one.language,
        "translations": [
            {"text": other.text, "weight": round(other.weight, 3), "origin": other.origin, "passages": passages}
            for other, passages in one.translations
        ],
        "aligned": one.aligned,
        "places": [
            {
                "source": place.source,
                "start_line": place.start_line,
                "end_line": place.end_line,
                "opposite": {
                    "source": place.opposite.source,
                    "start_line": place.opposite.start_line,
                    "end_line": place.opposite.end_line,
                    "language": place.opposite.language,
                    "text": place.opposite.text,
                    "confidence": round(place.opposite.confidence, 3),
                },
                "rendered": list(place.rendered),
            }
            for place in one.places
        ],
    }


def as_text(one: Rendition) -> str:
    """A word for people: its translations, then the places where one of them stands, then those where none does."""
    lines = [paint(harmless_name(one.word), BOLD)]
    lines += [
        f"  {other.weight:.2f}  {harmless_name(other.text)}  {paint(f'{other.origin}, in {passages}', DIM)}"
        for other, passages in one.translations
    ]
    lines += [_line(place) for place in one.places if place.rendered]
    otherwise = [place for place in one.places if not place.rendered]
    lines += ["  rendered otherwise:"] * bool(otherwise) + [_line(place) for place in otherwise]
    return "\n".join(lines if len(lines) > 1 else [*lines, "  no translation in this collection"])


def _line(place: Place) -> str:
    other = place.opposite
    sign = "~" if other.confidence < DOUBTFUL else "="
    here = citation(place.source, place.start_line, place.end_line)
    there = citation(other.source, other.start_line, other.end_line)
    told = harmless_name(", ".join(dict.fromkeys(place.rendered))) if place.rendered else ""
    line = f"  {here} {sign} {there}  {told}".rstrip()
    return line if told else f"{line}\n{indented(harmless(other.text), '    ')}"

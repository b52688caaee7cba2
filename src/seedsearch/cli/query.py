"""`seedsearch query`: ranked snippets with their places."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seedsearch.cli.answers import answer

EPILOG = """Examples: seedsearch query "Six Assurances"; seedsearch query '"arms sales" -Japan lang:en';
seedsearch query 不对称作战. A query may hold words, "phrases", -exclusion, OR, AND, ( ), prefix*, lang:zh, source:004*,
heading:security. Where the collection speaks Chinese and English, a query without operators is translated too:
seedsearch query 六項保證; seedsearch query "arms sales" --translate only."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    # Unknown options are let through so that `-word` excludes a word; what begins with two dashes is refused below.
    @app.command(
        help="Search: the best passages, each with its place and what stands opposite in the other language.",
        epilog=EPILOG,
        context_settings={"ignore_unknown_options": True},
    )
    def query(
        text: Annotated[list[str], typer.Argument(metavar="TEXT...", help="What to look for.")],
        limit: Annotated[int, typer.Option("--limit", min=1, help="How many hits in each language.")] = 10,
        lang: Annotated[str | None, typer.Option("--lang", help="Only passages in this language: en, zh, zh-Hant, ...")] = None,
        source: Annotated[str | None, typer.Option("--source", help="Only documents of this name (* for any).")] = None,
        translate: Annotated[
            str,
            typer.Option("--translate", metavar="auto|never|only", help="Look in the other language too (Chinese, English)."),
        ] = "auto",
        why: Annotated[bool, typer.Option("--explain", help="Tell where each score comes from.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each hit.")] = False,
        index: Annotated[
            Path | None, typer.Option("--index", metavar="DIR", readable=False, help="Where the index lies.")
        ] = None,
    ) -> None:
        for word in text:
            if word.startswith("--") and word != "--":
                raise typer.BadParameter(f"no such option: {word}")
        if translate not in ("auto", "never", "only"):
            raise typer.BadParameter(f"--translate takes auto, never or only, not {translate}")
        status = answer(text, index, limit=limit, lang=lang, source=source, translate=translate, why=why, as_json=as_json)
        if status:
            raise typer.Exit(status)

"""The commands and their options, put together by typer."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

import seedsearch
from seedsearch.cli import COMMANDS


def _version(asked: bool) -> None:
    if asked:
        print(f"seedsearch {seedsearch.__version__}")
        raise typer.Exit


def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


def assemble(arguments: list[str]) -> typer.Typer:
    """The app for these arguments: only the command that they name is loaded, for each costs 3 ms, or all for help."""
    app = typer.Typer(
        name="seedsearch",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Answer a question from a folder of messy, multilingual documents: ranked snippets that cite file and lines.",
    )
    app.callback()(_options)
    named = [name for name in arguments[:1] if name in COMMANDS]
    for name in named or COMMANDS:
        import_module(f"seedsearch.cli.{name}").register(app)
    return app

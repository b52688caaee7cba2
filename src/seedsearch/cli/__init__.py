"""The command line: one small file a command, each a thin wrapper over one call of the library.

Results go to stdout, everything else to stderr. Exit status: 0 something found, 1 nothing found, 2 an error, 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

import seedsearch
from seedsearch.cli.output import complain, end_with_pipe, use_utf8
from seedsearch.errors import SeedsearchError

COMMANDS = ("index", "query", "show", "translate", "align", "inspect", "status", "eval")


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


def main() -> None:
    """Run the program and exit; what goes wrong becomes one line on stderr here and nowhere else."""
    use_utf8()
    try:
        end_with_pipe()
        assemble(sys.argv[1:])(prog_name="seedsearch")
    except SeedsearchError as error:
        complain(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        complain(f"{error.strerror or error}: {error.filename or 'the index'}; make room or check permissions, then try again")
        sys.exit(2)
    except MemoryError:
        complain("out of memory; index fewer files at a time")
        sys.exit(2)
    except Exception as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # langdetect makes an error of its own of Ctrl-C
            sys.exit(130)
        raise

"""The command line: one small file a command, each a thin wrapper over one call of the library.

Results go to stdout, everything else to stderr. Exit status: 0 something found, 1 nothing found, 2 an error, 130 Ctrl-C.
"""

from __future__ import annotations

import sys

from seedsearch.cli.output import complain, end_with_pipe, use_utf8
from seedsearch.errors import SeedsearchError

COMMANDS = ("index", "query", "show", "translate", "align", "inspect", "status", "eval")


def main() -> None:
    """Run the program and exit; what goes wrong becomes one line on stderr here and nowhere else."""
    use_utf8()
    try:
        end_with_pipe()
        run(sys.argv[1:])
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


def run(arguments: list[str]) -> None:
    """Run what the arguments say. A query of words alone needs no parser of options: to load typer takes 55 ms of its 130."""
    if len(arguments) > 1 and arguments[0] == "query" and not any(word.startswith("-") for word in arguments):
        from seedsearch.cli.answers import answer

        sys.exit(answer(arguments[1:]))
    from seedsearch.cli.app import assemble

    assemble(arguments)(prog_name="seedsearch")

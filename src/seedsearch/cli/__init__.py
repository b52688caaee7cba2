"""The command line: one small file a command, each a thin wrapper over one call of the library.

Results go to stdout, everything else to stderr. Exit status: 0 something found, 1 nothing found, 2 an error, 130 Ctrl-C.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

from seedsearch.cli.output import complain, end_at_once, end_with_pipe, use_utf8
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
        where = error.filename or "the index or the output"
        complain(f"{error.strerror or error}: {where}; make room or check permissions, then try again")
        sys.exit(2)
    except MemoryError:
        complain("out of memory; index fewer files at a time")
        sys.exit(2)
    except Exception as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # langdetect makes an error of its own of Ctrl-C
            sys.exit(130)
        raise


def plain_query(arguments: list[str]) -> tuple[list[str], dict[str, Any]] | None:
    """The words of a query and its options as `answers.answer` takes them; None for all that typer has to judge.

    >>> plain_query(["arms", "--limit", "3"]), plain_query(["arms", "--limit", "three"]), plain_query(["arms", "-sales"])
    ((['arms'], {'limit': 3}), None, None)
    """
    words: list[str] = []
    options: dict[str, Any] = {}
    left = iter(arguments)
    for word in left:
        if word == "--json":
            options["as_json"] = True
        elif word in ("--index", "--lang", "--limit"):
            value = next(left, "-")
            if value.startswith("-") or (word == "--limit" and not _is_number(value)):
                return None
            options[word[2:]] = Path(value) if word == "--index" else int(value) if word == "--limit" else value
        elif word.startswith("-"):
            return None
        else:
            words.append(word)
    return (words, options) if words else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and text[0] != "0" and len(text) < 10


def run(arguments: list[str]) -> None:
    """Run what the arguments say. A plain query needs no parser of options: to load typer takes 45 ms of its 165."""
    plain = plain_query(arguments[1:]) if arguments[:1] == ["query"] else None
    if plain:
        # Without the collector of cycles (`__main__`): one query leaves little behind, and to look for it took 6 ms.
        from seedsearch.cli.answers import answer

        words, options = plain
        status = answer(words, **options)
        end_at_once(status)
    from seedsearch.cli.app import assemble

    app = assemble(arguments)
    gc.enable()
    app(prog_name="seedsearch")

"""The program: `seedsearch` and `python -m seedsearch`."""

from __future__ import annotations

import sys


def run() -> None:
    """Run the command line. Ctrl-C is quiet from the first moment on, while typer is still being imported."""
    try:
        from seedsearch.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()

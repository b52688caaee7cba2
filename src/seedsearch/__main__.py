"""The program: `seedsearch` and `python -m seedsearch`."""

from __future__ import annotations

import gc
import sys


def run() -> None:
    """Run the command line. Ctrl-C is quiet from the first moment on, while typer is still being imported."""
    # The collector of cycles takes 2 ms while modules are imported, which leaves none; `cli.run` turns it on again.
    gc.disable()
    try:
        from seedsearch.cli import main

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()

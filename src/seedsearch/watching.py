"""Keeps an index up to date while files change, with `watchfiles`, which asks the operating system to be told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from seedsearch import manifest
from seedsearch.errors import IndexLockedError, SeedsearchError
from seedsearch.indexing import Report, build

_QUIET = 500  # milliseconds without a change before an update, so that a burst of changes makes one
_LONGEST = 5_000  # milliseconds that changes may go on before an update all the same


def watch(index: Path | str | None = None, jobs: int | None = None) -> Iterator[Report]:
    """Update an index whenever something changes in what it was made of, without end; a report after each update.

    Each update is a `build` of all its paths. It begins when nothing has changed for half a second, at the latest after five
    seconds, and the first at once, for what changed before. Changes in the index itself and in hidden files count for nothing.
    Raises SeedsearchError where `watchfiles` is not installed, and the errors of `build`, but waits for another writer.
    """
    changes = watcher()
    folder = manifest.find_index(Path(index) if index is not None else None)
    found = manifest.read_manifest(folder)
    root = manifest.resolve_root(folder, found)
    wanted = [root / manifest.path_of(name) for name in found.paths]
    there = {path if path.is_dir() else path.parent for path in wanted if os.path.lexists(path)}
    waiting = True
    for changed in changes(
        *sorted(there),
        watch_filter=_filter(wanted, folder),
        debounce=_LONGEST,
        step=_QUIET,
        rust_timeout=_QUIET,
        yield_on_timeout=True,
        recursive=any(path.is_dir() for path in wanted),
        ignore_permission_denied=True,
    ):
        if not changed and not waiting:
            continue
        try:
            report = build((), folder, jobs=jobs)
        except IndexLockedError:
            waiting = True
            continue
        waiting = False
        yield report


def watcher() -> Callable[..., Iterator[set[tuple[Any, str]]]]:
    """The function `watchfiles.watch`. Raises SeedsearchError where it is not installed."""
    try:
        from watchfiles import watch as changes
    except ModuleNotFoundError:
        raise SeedsearchError("--watch needs the package watchfiles; run: pip install 'seedsearch[watch]'") from None
    return changes


def _filter(wanted: Sequence[Path], folder: Path) -> Callable[[object, str], bool]:
    """Whether a change at a path can be one of the collection."""

    places = {place for top in wanted for place in (top, top.resolve())}  # some systems tell the path without links

    def counts(_: object, name: str) -> bool:
        path = Path(name)
        if path.is_relative_to(folder) or path.is_relative_to(folder.resolve()):
            return False
        tops = [top for top in places if path.is_relative_to(top)]
        return any(not any(part.startswith(".") for part in path.relative_to(top).parts) for top in tops)

    return counts

"""What an index run has to do: which files are new or changed, which are as they were, which are gone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from seedsearch.engines import DEFAULT, ENGINES, engine_class
from seedsearch.errors import UnreadableError
from seedsearch.ingest import pieces
from seedsearch.ingest.discover import Skipped, discover, name_of
from seedsearch.ingest.formats import format_of
from seedsearch.preparing import Task
from seedsearch.reading import survey
from seedsearch.records import Source
from seedsearch.tables import Seen
from seedsearch.tuples import NamedTuple

# A file changed within this time of being looked at may change again without a new time stamp (as git's "racy" entries).
RACY = 2_000_000_000  # nanoseconds
# Bytes of sources, about 11,000 passages. There Whoosh's engine builds at a third of tantivy's speed (1,489 passages a second
# against 4,415, bench/speed.py), and to ask in the other language too costs one question in a hundred 25 ms.
LARGE = 10_000_000
UNREAD = Seen("", 0, 0, 0, "")


class Work(NamedTuple):
    """A file to be read, what `stat` says of it (UNREAD where it says nothing), and what was known of it."""

    source: Source
    look: Seen
    before: Seen | None


class Plan(NamedTuple):
    """The files to be read, those whose size and time prove that they are as they were, those gone, and what was left out."""

    work: list[Work]
    kept: list[tuple[str, Seen]]
    gone: list[str]
    skipped: list[Skipped]


def plan(wanted: list[Path], root: Path, seen: dict[str, Seen]) -> Plan:
    """Compare the files and folders in `wanted` with what is known of the collection. Costs one `stat` for each file."""
    found = _Found(wanted, root, seen)
    names = {source.name for source in found.sources}
    tops = [name_of(path, root) for path in wanted]
    gone = [name for name in seen if name not in names and _is_under(name, tops) and not found.is_closed(name)]
    work: list[Work] = []
    kept: list[tuple[str, Seen]] = []
    for source in found.sources:
        now, before = time.time_ns(), seen.get(source.name)
        try:
            status = os.stat(source.path)  # noqa: PTH116 - a third of the time of Path.stat
        except OSError:
            work.append(Work(source, UNREAD, before))  # reading it will tell why
            continue
        if before and _is_settled(before, status.st_size, status.st_mtime_ns):
            kept.append((source.name, before))
        else:
            work.append(Work(source, Seen("", status.st_size, status.st_mtime_ns, now, ""), before))
    return Plan(work, kept, gone, found.skipped)


def choose_engine(asked: str, size: int) -> tuple[str, str]:
    """The engine for a new index of `size` bytes of sources, and a note of which and why; `asked` may be "auto".

    Raises SeedsearchError for an engine that does not exist or is not installed.
    """
    if asked != "auto":
        engine_class(asked)
        return asked, f"engine {asked}, as asked"
    amount = f"{size / 1e6:.1f} MB of sources" if size >= 100_000 else f"{size / 1e3:.0f} kB of sources"
    if size <= LARGE:
        return DEFAULT, f"engine {DEFAULT} ({amount}; tantivy is for more than {LARGE // 1_000_000} MB)"
    if "tantivy" in ENGINES and find_spec("tantivy"):
        return "tantivy", f"engine tantivy ({amount}, more than {LARGE // 1_000_000} MB)"
    return DEFAULT, f"engine {DEFAULT} ({amount}; tantivy is faster with so much, but is not installed)"


def tasks(work: list[Work], folder: Path, engine: str) -> Iterator[Task]:
    """What has to be done for each file: one task, or one for each piece of a large JSON Lines file."""
    for source, look, before in work:
        task = Task(str(source.path), source.name, str(folder), engine, look.size, before.sha256 if before else "")
        whole = None
        if look.size >= pieces.SMALLEST and format_of(source.name).name == "JSON Lines":
            with suppress(OSError, UnreadableError):  # reading it will tell
                whole = survey(source.path)
        if whole is None:
            yield task
            continue
        (sha256, encoding), found = whole
        task = task._replace(sha256=sha256, encoding=encoding)
        if sha256 == task.known:
            yield task
        else:
            yield from (task._replace(size=end - start, start=start, end=end, line=line) for start, end, line in found)


class _Found:
    """The files that lie under the paths that a user named."""

    def __init__(self, wanted: list[Path], root: Path, seen: dict[str, Seen]) -> None:
        self._root, self._seen = root, seen
        self._closed: set[str] = set()
        self.skipped: list[Skipped] = []
        self.sources = list({source.name: source for path in wanted for source in self._under(path)}.values())

    def _under(self, path: Path) -> Iterator[Source]:
        """The files of one path; what else was met, a path without any file among it, is noted as skipped."""
        if not os.path.lexists(path):
            self._missing(name_of(path, self._root))
            return
        empty = True
        for found in discover([path], self._root):
            empty = False
            if isinstance(found, Source):
                yield found
            else:
                self.skipped.append(found)
                self._closed.add(found.name)
        if empty:
            self.skipped.append(Skipped(name_of(path, self._root), "holds no files to read; name another folder"))

    def _missing(self, name: str) -> None:
        """A file that is gone is dropped; a folder may be on a disk that is not there today."""
        if name in self._seen:
            return
        kept = sum(known.startswith(f"{name}/") for known in self._seen)
        if kept:
            self._closed.add(name)
            reason = (
                f"no such folder; what is known of its {kept} files is kept (drop it with: seedsearch index --rebuild PATH)"
            )
        else:
            reason = "no such file or folder; check the path"
        self.skipped.append(Skipped(name, reason))

    def is_closed(self, name: str) -> bool:
        """Whether a file lies in a folder that could not be looked into."""
        parts = name.split("/")
        return any("/".join(parts[:depth]) in self._closed for depth in range(1, len(parts)))


def _is_under(name: str, tops: list[str]) -> bool:
    return any(top == "." or name == top or name.startswith(f"{top}/") for top in tops)


def _is_settled(before: Seen, size: int, modified: int) -> bool:
    """Whether size and time alone prove that a file is as it was."""
    return (before.size, before.modified) == (size, modified) and modified + RACY < before.checked

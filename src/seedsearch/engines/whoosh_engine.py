"""The default engine: an index in Whoosh's file format, read and ranked by our own code.

Reading needs nothing of Whoosh (see whoosh_files), so that a search starts quickly; writing uses its lock, its table of
contents and its compound files. A commit is the rename of a new table of contents; the segments that it names are never
changed, so that readers keep the state they opened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from seedsearch.engines.protocol import MAX_EXPANSION, Answer
from seedsearch.engines.whoosh_files import damage_reported, latest_generation
from seedsearch.engines.whoosh_search import search
from seedsearch.engines.whoosh_snapshot import Snapshot, field_names
from seedsearch.query import Node

if TYPE_CHECKING:
    from seedsearch.engines.whoosh_writer import Writer


class WhooshEngine:
    """See `protocol.Engine` for what the methods do."""

    exact_scores: ClassVar[bool] = True

    def __init__(self, folder: Path, snapshot: Snapshot) -> None:
        self._folder = folder
        self._snapshot = snapshot

    @classmethod
    def create(cls, path: Path) -> WhooshEngine:
        """An empty index in this directory, which is made where it is missing."""
        from seedsearch.engines.whoosh_writer import commit, locked

        path.mkdir(parents=True, exist_ok=True)
        with locked(path, 10.0):
            commit(path, latest_generation(path) + 1, [])
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> WhooshEngine:
        """The index in this directory."""
        return cls(path, Snapshot.open(path))

    @contextmanager
    def write(self, wait: float = 10.0, size: int = 0) -> Iterator[Writer]:
        """One block of changes."""
        from seedsearch.engines.whoosh_writer import Writer, locked, sweep

        with locked(self._folder, wait):
            writer = Writer(self._folder)
            try:
                yield writer
                writer.commit()
            except BaseException:
                sweep(self._folder)
                raise

    def refresh(self) -> None:
        """Show the last commit."""
        if latest_generation(self._folder) != self._snapshot.generation:
            old, self._snapshot = self._snapshot, Snapshot.open(self._folder)
            old.close()

    def search(self, node: Node, limit: int) -> Answer:
        """The best matches of a tree. Raises IndexCorruptError."""
        with damage_reported(self._folder):
            return search(self._snapshot, node, limit)

    def frequency(self, field: str, forms: Collection[str]) -> int:
        """Passages with any of these terms. Raises IndexCorruptError."""
        with damage_reported(self._folder):
            return len({place for name in field_names(field) for place in self._snapshot.frequencies(name, forms)})

    def rough_frequency(self, field: str, forms: Collection[str]) -> int:
        """The sum over terms, fields and segments, from the dictionary of terms. Raises IndexCorruptError."""
        with damage_reported(self._folder):
            return sum(self._snapshot.rough_frequency(name, form) for name in field_names(field) for form in set(forms))

    def expand(self, field: str, prefix: str, limit: int = MAX_EXPANSION) -> list[str]:
        """The most frequent terms that begin with a prefix. Raises IndexCorruptError."""
        with damage_reported(self._folder):
            return self._snapshot.expand(field, prefix, max(0, limit))

    def count(self) -> int:
        """Passages in the index."""
        return self._snapshot.passages

    def close(self) -> None:
        """Let go of the files."""
        self._snapshot.close()

"""The write path of the Whoosh engine: lock, collect, merge, commit, sweep."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedsearch.engines.protocol import Entry
from seedsearch.engines.whoosh_files import INDEX_NAME, Segment, SegmentInfo, damage_reported, latest_generation, read_toc
from seedsearch.engines.whoosh_run import FIELDS, Columns, Run, Terms
from seedsearch.engines.whoosh_segments import merged_columns, merged_terms, write_segment
from seedsearch.errors import IndexLockedError, IndexMissingError

if TYPE_CHECKING:
    from whoosh.fields import Schema

RUN_POSTINGS = 2_000_000
"""Postings collected in memory before they are written as a segment: some 10,000 passages of 250 words, 110 MB."""
MAX_SEGMENTS = 10
"""Segments that a commit leaves at most; each costs every query a look for each of its terms."""


class Writer:
    """One block of changes; the caller holds the lock. See `protocol.Writer`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._generation = latest_generation(folder) + 1
        with damage_reported(folder):
            sweep(folder)
            self._segments = read_toc(folder, self._generation - 1)
        self._made = 0
        self._run = Run()
        # document -> how many segments there were when it was removed: a later one may hold it anew.
        self._removed: dict[int, int] = {}

    def add(self, entry: Entry) -> None:
        """Add a passage."""
        self._run.add(entry)
        if self._run.postings >= RUN_POSTINGS:
            self._flush()

    def remove(self, documents: Collection[int]) -> None:
        """Remove the passages of documents."""
        for document in documents:
            self._removed[document] = len(self._segments)
            self._run.remove(document)

    def commit(self) -> None:
        """Make it all visible."""
        self._flush()
        with damage_reported(self._folder):
            if self._removed:
                self._segments = [self._with_removed(rank, info) for rank, info in enumerate(self._segments)]
            self._merge()
        commit(self._folder, self._generation, self._segments)

    def _flush(self) -> None:
        run, self._run = self._run, Run()
        if run.columns.numbers:
            self._write(run.columns, {field: run.terms(field) for field in FIELDS}, run.removed)

    def _write(self, columns: Columns, terms: Mapping[str, Terms], removed: Collection[int] = ()) -> None:
        words = {field: sum(lengths) for field, lengths in columns.lengths.items()}
        info = SegmentInfo(f"g{self._generation}n{self._made}", len(columns.numbers), frozenset(removed), words)
        self._made += 1
        write_segment(self._folder, info.id, columns, terms)
        self._segments.append(info)

    def _with_removed(self, rank: int, info: SegmentInfo) -> SegmentInfo:
        with _opened(self._folder, [info]) as (segment,):
            documents = enumerate(segment.column("document", "I"))
            removed = [place for place, document in documents if self._removed.get(document, 0) > rank]
        return info._replace(removed=info.removed.union(removed))

    def _merge(self) -> None:
        """Drop empty segments, rewrite those that are mostly removed, and merge small ones while there are too many.

        The smallest are merged up to where the next is larger than all of them together, so that a passage is rewritten
        about log2(n) times while an index grows to n passages.
        """
        live = [info for info in self._segments if info.alive]
        chosen = {info.id for info in live if len(info.removed) > info.alive}
        if len(live) > MAX_SEGMENTS:
            total = 0
            for rank, info in enumerate(sorted(live, key=lambda info: info.alive)):
                if rank >= 2 and info.alive > total:
                    break
                total += info.alive
                chosen.add(info.id)
        self._segments = [info for info in live if info.id not in chosen]
        if chosen:
            with _opened(self._folder, [info for info in live if info.id in chosen]) as segments:
                self._write(merged_columns(segments), {field: merged_terms(segments, field) for field in FIELDS})


@contextmanager
def _opened(folder: Path, infos: Iterable[SegmentInfo]) -> Iterator[list[Segment]]:
    segments: list[Segment] = []
    try:
        segments.extend(Segment(folder, info) for info in infos)
        yield segments
    finally:
        for segment in segments:
            segment.close()


@contextmanager
def locked(folder: Path, wait: float) -> Iterator[None]:
    """Hold the index's write lock; waits at most `wait` seconds, then raises IndexLockedError.

    The lock belongs to the open file, not to its existence: a process that is killed releases it.
    """
    from whoosh.util.filelock import FileLock, try_for

    if not folder.is_dir():
        raise IndexMissingError(f"no index in {folder}: build one with `seedsearch index`")
    lock = FileLock(str(folder / f"{INDEX_NAME}_WRITELOCK"))
    if not try_for(lock.acquire, timeout=wait, delay=0.05):
        raise IndexLockedError(f"another process writes to {folder}: wait until it has ended, then try again")
    try:
        yield
    finally:
        lock.release()


def commit(folder: Path, generation: int, segments: Iterable[SegmentInfo]) -> None:
    """Write a new table of contents, by a rename; the caller holds the lock."""
    from whoosh.codec.whoosh3 import W3Codec, W3Segment
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import TOC

    listed: list[Any] = []
    for info in segments:
        segment: Any = W3Segment(W3Codec(), INDEX_NAME, info.passages, info.id, set(info.removed) or None)
        segment.compound = True
        segment._fieldlengths = dict(info.words)
        listed.append(segment)
    TOC(_schema(), listed, generation).write(FileStorage(str(folder)), INDEX_NAME)
    sweep(folder)


def _schema() -> Schema:
    """For those who open the index with Whoosh: terms are fed ready-made, and a query's words are taken as they are."""
    from whoosh.analysis.tokenizers import SpaceSeparatedTokenizer
    from whoosh.columns import NumericColumn, RefBytesColumn
    from whoosh.fields import COLUMN, TEXT, Schema

    names = ("number", "document", *(f"{field}_length" for field in FIELDS))
    columns = {name: COLUMN(NumericColumn("I")) for name in names}
    words = {field: TEXT(analyzer=SpaceSeparatedTokenizer()) for field in FIELDS}
    return Schema(language=COLUMN(RefBytesColumn()), **columns, **words)


def sweep(folder: Path) -> None:
    """Delete the files of earlier commits and of writers that failed or were killed; the caller holds the lock.

    A file that another process has open stays where the system (Windows) refuses to delete it, for the next sweep.
    """
    generation = latest_generation(folder)
    if generation < 0:
        raise IndexMissingError(f"no index in {folder}: build one with `seedsearch index`")
    live = {f"{INDEX_NAME}_{info.id}" for info in read_toc(folder, generation)}
    for path in folder.iterdir():
        of_segment = path.name.startswith(f"{INDEX_NAME}_") and "." in path.name
        stale_segment = of_segment and path.name.partition(".")[0] not in live
        stale_toc = path.name.startswith(f"_{INDEX_NAME}_") and path.name != f"_{INDEX_NAME}_{generation}.toc"
        if stale_segment or stale_toc:
            with suppress(OSError):
                path.unlink()

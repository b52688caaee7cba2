"""The write path of the Tantivy engine: lock, collect, commit, merge."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from seedsearch.engines.protocol import Entry, Words
from seedsearch.engines.tantivy_layout import GAP, TOKENIZER, Slots, analyzer, schema
from seedsearch.errors import IndexLockedError, IndexMissingError

if TYPE_CHECKING:
    from tantivy import IndexWriter

HEAP, LITTLE, SMALL = 100_000_000, 75_000_000, 1 << 26
"""Bytes of postings collected in memory before they are written as a segment, beside the analysis of what follows; the same for
at most SMALL bytes of text, which would make one segment that is written when nothing is left to be analysed.

27 MB of text, 30,000 passages in 13 languages, took with 50, 75 and 100 million bytes 4.0, 4.1 and 4.5 seconds by the clock
with two jobs; the three, two and one segments answered a question in 96, 82 and 76 microseconds. With 25 million, and with 50
million for four times the text, eight segments are merged, which takes a tenth longer."""
LOCK = "seedsearch-tantivy.lock"


class Writer:
    """One block of changes; the caller holds the lock. See `protocol.Writer`."""

    def __init__(self, folder: Path, size: int) -> None:
        import tantivy

        self._document, self._queries = tantivy.Document, tantivy.Query
        self._slots = Slots()
        index = tantivy.Index.open(str(folder))
        self._schema = index.schema
        index.register_tokenizer(TOKENIZER, analyzer())
        with _failing_as_os_error(folder):
            # One thread: with several the order of the passages, and with it that of equals, would differ from run to run.
            self._writer: IndexWriter | None = index.writer(LITTLE if size <= SMALL else HEAP, 1)
        self._folder = folder

    def add(self, entry: Entry) -> None:
        """Add a passage. Raises ValueError for a term that is too long or too many alternatives at a position."""
        document = self._document()
        document.add_unsigned("number", entry.number)
        document.add_unsigned("document", entry.document)
        document.add_text("language", entry.language)
        text = self._text(entry.body)
        if entry.heading:
            heading = self._text(entry.heading)
            document.add_text("heading", heading)
            text = f"{text} {GAP} {heading}"
        document.add_text("any", text)
        try:  # not by the function below: a generator for each passage takes longer than this line
            self._open().add_document(document)
        except ValueError as error:
            raise _as_os_error(self._folder, error) from error

    def _text(self, field: Words | str) -> str:
        return field if isinstance(field, str) else self._slots.text(field)

    def remove(self, documents: Collection[int]) -> None:
        """Remove the passages of documents."""
        # By a query: by term, tantivy 0.27 looks an unsigned number up as a signed one and removes nothing.
        wanted = self._queries.term_set_query(self._schema, "document", sorted(documents))
        with _failing_as_os_error(self._folder):
            self._open().delete_documents_by_query(wanted)

    def commit(self) -> None:
        """Make it all visible, and wait for the merges that this sets off, so that no thread outlives the block."""
        writer = self._open()
        with _failing_as_os_error(self._folder):
            writer.commit()
            writer.wait_merging_threads()

    def abandon(self) -> None:
        """Let go of what was collected, and of Tantivy's lock."""
        self._writer = None

    def _open(self) -> IndexWriter:
        assert self._writer is not None, "the block has ended"
        return self._writer


@contextmanager
def _failing_as_os_error(folder: Path) -> Iterator[None]:
    """Tantivy raises ValueError when a thread of its writer has died, which a full disk does to it."""
    try:
        yield
    except ValueError as error:
        raise _as_os_error(folder, error) from error


def _as_os_error(folder: Path, error: ValueError) -> OSError:
    return OSError(f"{folder} cannot be written: {str(error).splitlines()[0]}")


@contextmanager
def locked(folder: Path, wait: float) -> Iterator[None]:
    """Hold the index's write lock; waits at most `wait` seconds, then raises IndexLockedError.

    Tantivy has a lock of its own, but it does not wait, and does not cover making an index anew.
    """
    from filelock import FileLock, Timeout

    if not folder.is_dir():
        raise IndexMissingError(f"no index in {folder}: build one with `seedsearch index`")
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=wait, poll_interval=0.05)
    except Timeout:
        raise IndexLockedError(f"another process writes to {folder}: wait until it has ended, then try again") from None
    try:
        yield
    finally:
        lock.release()


def empty(folder: Path) -> None:
    """Make an empty index, replacing one that is there; the caller holds the lock."""
    import tantivy

    for path in folder.iterdir():
        if path.name != LOCK and _is_ours(path.name):
            path.unlink()
    tantivy.Index(schema(), str(folder), reuse=False)


def _is_ours(name: str) -> bool:
    """Whether a file belongs to a Tantivy index: a table of contents, a lock, or a segment's, named by 32 hex digits."""
    stem = name.partition(".")[0]
    return name in ("meta.json", ".managed.json") or name.startswith(".tantivy-") or (len(stem) == 32 and stem.isalnum())

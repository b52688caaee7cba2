"""The write path on one screen: folders -> files -> documents -> passages -> terms -> engine and store."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from seedsearch import analysis, corrections, manifest
from seedsearch.engines import DEFAULT, create_engine, open_engine
from seedsearch.engines.protocol import Engine, Entry, Writer
from seedsearch.errors import IndexCorruptError, IndexMissingError, IndexVersionError, UnreadableError
from seedsearch.ingest.discover import Skipped, discover, name_of
from seedsearch.ingest.formats import Broken
from seedsearch.manifest import Manifest
from seedsearch.reading import Reading, align, content, documents, file_hash, read
from seedsearch.records import Alignment, Document, Source
from seedsearch.store import Seen, Store, rows_of

BATCH = 20_000  # passages in one commit: what a killed first build loses at most
# A file changed within this time of being looked at may change again without a new time stamp (as git's "racy" entries).
RACY = 2_000_000_000  # nanoseconds


class Progress(NamedTuple):
    """How far an index run is: files and bytes done and in all, passages written."""

    files: int
    files_total: int
    bytes: int
    bytes_total: int
    passages: int


class Report(NamedTuple):
    """What an index run did: numbers of files, passages written, what was left out and why, flaws of what was read."""

    folder: Path
    indexed: int
    unchanged: int
    removed: int
    passages: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float


def correct(file: Path | str, table: str, index: Path | str | None = None) -> Report:
    """Give a bilingual document of an index the alignment that a table tells (`bitext.to_tsv` shows its form).

    It is kept beside the index, so that it outlives rebuilds, until the file changes. Raises SeedsearchError for a table that
    does not fit, IndexMissingError where there is no index.
    """
    folder = manifest.find_index(Path(index) if index is not None else None)
    root = manifest.resolve_root(folder, manifest.read_manifest(folder))
    path = Path(file).absolute()
    name = name_of(path, root)
    corrections.save(folder, name, read(path), table)
    return build([path], folder, again=frozenset((name,)))


def corrected(file: Path | str, document: Document, index: Path | str | None = None) -> Alignment | None:
    """The alignment that was corrected by hand for a document in a file, if the index keeps one for it as it is."""
    folder = manifest.find_index(Path(index) if index is not None else None)
    root = manifest.resolve_root(folder, manifest.read_manifest(folder))
    return corrections.load(folder, name_of(Path(file), root), document)


def build(
    paths: Path | str | Sequence[Path | str] = (),
    index: Path | str | None = None,
    *,
    rebuild: bool = False,
    again: frozenset[str] = frozenset(),
    only_first: bool = False,
    notify: Callable[[Progress], None] | None = None,
) -> Report:
    """Bring an index up to date with files and folders; what is unchanged is not read again.

    `paths` defaults to what was indexed before, else `seeds/`. `rebuild` makes everything anew beside the old index and swaps;
    files named in `again` are read even if unchanged; with `only_first` an index that is there already is left as it is.
    Files that cannot be read are reported, not raised. Raises UnreadableError when no path exists, and the errors of
    `manifest.locked` and `manifest.read_manifest`.
    """
    began = time.monotonic()
    folder = manifest.find_index(Path(index) if index is not None else None)
    with manifest.locked(folder):
        old = _current(folder, forgiving=rebuild)
        wanted = _wanted(folder, old, [paths] if isinstance(paths, Path | str) else paths)
        manifest.sweep(folder, manifest.current_generation(folder))
        if only_first and old is not None:
            return Report(folder, 0, 0, 0, 0, (), (), 0.0)
        try:
            if old is None or rebuild:
                run = _start(folder, old, wanted, notify)
            else:
                run = _Run(folder, _widened(folder, old, wanted), notify)
        except (FileNotFoundError, IndexMissingError):
            raise IndexCorruptError(f"{folder} lacks files that it should hold; {manifest.remedy(folder)}") from None
        try:
            with closing(run):
                run.update(wanted, again)
        finally:  # what a failed rebuild leaves goes at once: a full disk needs the room
            manifest.sweep(folder, manifest.current_generation(folder))
        return Report(folder, *run.counts(), seconds=time.monotonic() - began)


def _current(folder: Path, *, forgiving: bool) -> Manifest | None:
    """The manifest as it is; None where there is none yet, or where a rebuild will replace one that cannot be used."""
    try:
        found = manifest.read_manifest(folder)
        manifest.check(folder, found, analysis.identity())
    except IndexMissingError:
        return None
    except (IndexVersionError, IndexCorruptError):
        if forgiving:
            return None
        raise
    return found


def _wanted(folder: Path, old: Manifest | None, paths: Sequence[Path | str]) -> list[Path]:
    """The paths to look at, absolute: those given, else those indexed before, else `seeds/` beside the index.

    Raises UnreadableError where there is no index yet, or it is made anew, and none of them exists.
    """
    wanted = [Path(os.path.abspath(path)) for path in paths] or manifest.salvaged_paths(folder)  # noqa: PTH100 - ".." goes
    if not wanted:
        if (folder / manifest.MANIFEST).exists():
            raise UnreadableError(f"{folder} does not tell what it was made of; name it: seedsearch index --rebuild PATH")
        wanted = [folder.parent / manifest.SEEDS]
    if old is None and not any(os.path.lexists(path) for path in wanted):
        raise UnreadableError(f"{wanted[0]}: no such file or folder; name what to index: seedsearch index PATH")
    return wanted


def _start(folder: Path, old: Manifest | None, wanted: list[Path], notify: Callable[[Progress], None] | None) -> _Run:
    """A run into a new generation. A first build is visible while it grows, and goes on where it was stopped."""
    generation = manifest.next_generation(folder)
    root = manifest.root_of(folder, [path for path in wanted if os.path.lexists(path)] or wanted)
    fresh = Manifest(
        manifest.FORMAT, DEFAULT, analysis.identity(), generation.name, manifest.portable_root(folder, root), (), {}, False
    )
    Store(generation / "store.sqlite", create=True).close()
    create_engine(DEFAULT, generation).close()
    fresh = _widened(folder, fresh, wanted)
    if old is None:
        manifest.write_manifest(folder, fresh)
    return _Run(folder, fresh, notify)


def _widened(folder: Path, found: Manifest, wanted: list[Path]) -> Manifest:
    root = manifest.resolve_root(folder, found)
    there = (path for path in wanted if os.path.lexists(path))
    names = dict.fromkeys((*found.paths, *(name_of(path, root) for path in there)))
    return found._replace(paths=tuple(names))


class _Run:
    """One run of the write path over one generation."""

    def __init__(self, folder: Path, found: Manifest, notify: Callable[[Progress], None] | None) -> None:
        self.folder, self.manifest, self.notify = folder, found, notify
        self.root = manifest.resolve_root(folder, found)
        generation = folder / found.generation
        self.store = Store(generation / "store.sqlite")
        self.engine: Engine = open_engine(found.engine, generation)
        self.skipped: list[Skipped] = []
        self.notes: list[str] = []
        self.seen: set[str] = set()
        self.closed: set[str] = set()
        self.indexed = self.unchanged = self.removed = self.passages = 0

    def close(self) -> None:
        self.engine.close()
        self.store.close()

    def counts(self) -> tuple[int, int, int, int, tuple[Skipped, ...], tuple[str, ...]]:
        return self.indexed, self.unchanged, self.removed, self.passages, tuple(self.skipped), tuple(self.notes)

    def update(self, wanted: list[Path], again: frozenset[str]) -> None:
        """Read what is new or changed, drop what is gone, in commits of about BATCH passages."""
        self._recover()
        seen = {name: before for name, before in self.store.seen().items() if name not in again}
        self.seen = set(seen)
        sources = self._sources(wanted)
        names = {source.name for source in sources}
        gone = [name for name in seen if name not in names and self._is_under(name, wanted) and not self._is_closed(name)]
        work = self._reporting(sources)
        more = True
        while more:
            with self.engine.write() as writer:
                self.store.begin()
                for name in gone:
                    self.store.stage_removal(name)
                    self.removed += 1
                gone = []
                more = self._fill(writer, work, seen)
                writer.remove(self.store.leaving())
                self.store.commit()
            self.store.begin()
            self.store.settle()
            self.store.commit()
        self.manifest = self.manifest._replace(complete=True, languages=self.store.languages())
        manifest.write_manifest(self.folder, self.manifest)

    def _recover(self) -> None:
        """Forget the files that a killed run left half way; they are read again."""
        left = self.store.unsettled()
        if left:
            with self.engine.write() as writer:
                writer.remove(left)
        self.store.begin()
        self.store.forget()
        self.store.commit()

    def _sources(self, wanted: list[Path]) -> list[Source]:
        """The files to look at; what else was met, a path without any file among it, is noted as skipped."""
        sources: list[Source] = []
        for path in wanted:
            if not os.path.lexists(path):
                self._missing(name_of(path, self.root))
                continue
            before = len(sources) + len(self.skipped)
            for found in discover([path], self.root):
                if isinstance(found, Source):
                    sources.append(found)
                else:
                    self.skipped.append(found)
                    self.closed.add(found.name)
            if len(sources) + len(self.skipped) == before:
                self.skipped.append(Skipped(name_of(path, self.root), "holds no files to read; name another folder"))
        return list({source.name: source for source in sources}.values())

    def _missing(self, name: str) -> None:
        """A file that is gone is dropped; a folder may be on a disk that is not there today."""
        if name in self.seen:
            return
        kept = sum(known.startswith(f"{name}/") for known in self.seen)
        if kept:
            self.closed.add(name)
            reason = (
                f"no such folder; what is known of its {kept} files is kept (drop it with: seedsearch index --rebuild PATH)"
            )
        else:
            reason = "no such file or folder; check the path"
        self.skipped.append(Skipped(name, reason))

    def _is_closed(self, name: str) -> bool:
        """Whether a file lies in a folder that could not be looked into."""
        parts = name.split("/")
        return any("/".join(parts[:depth]) in self.closed for depth in range(1, len(parts)))

    def _is_under(self, name: str, wanted: list[Path]) -> bool:
        tops = [name_of(path, self.root) for path in wanted]
        return any(top == "." or name == top or name.startswith(f"{top}/") for top in tops)

    def _reporting(self, sources: list[Source]) -> Iterator[Source]:
        """The sources in order, telling `notify` how far the run is."""
        sizes = [_size(source) for source in sources]
        total, done = sum(sizes), 0
        for i, source in enumerate(sources):
            if self.notify:
                self.notify(Progress(i, len(sources), done, total, self.passages))
            yield source
            done += sizes[i]
        if self.notify:
            self.notify(Progress(len(sources), len(sources), total, total, self.passages))

    def _fill(self, writer: Writer, work: Iterator[Source], seen: dict[str, Seen]) -> bool:
        """Write files until a batch is full; whether any may be left."""
        full = self.passages + BATCH
        for source in work:
            self._file(writer, source, seen.get(source.name))
            if self.passages >= full:
                return True
        return False

    def _file(self, writer: Writer, source: Source, before: Seen | None) -> None:
        """Write one file, unless it holds what it held."""
        now = time.time_ns()
        try:
            status = source.path.stat()
            if before and _is_settled(before, status.st_size, status.st_mtime_ns):
                self._keep(source, before)
                return
            data = content(source.path)
        except OSError as error:
            self._write(writer, source, Seen("", 0, 0, 0, f"cannot be read ({error.strerror})"), None)
            return
        except (UnreadableError, MemoryError) as error:
            reason = str(error) or "too large for the memory of this machine"
            self._write(writer, source, Seen("", 0, 0, 0, reason), None)
            return
        look = Seen(file_hash(data), status.st_size, status.st_mtime_ns, now, "")
        if before and before.sha256 == look.sha256:
            self.store.touch(source.name, look)
            self._keep(source, before)
        else:
            self._write(writer, source, look, data)

    def _keep(self, source: Source, before: Seen) -> None:
        if before.reason:
            self.skipped.append(Skipped(source.name, before.reason))
        else:
            self.unchanged += 1
        if before.flaw:
            self.notes.append(f"{source.name}: {before.flaw}")

    def _write(self, writer: Writer, source: Source, look: Seen, data: bytes | None) -> None:
        """Write a file's documents and passages, or why there are none."""
        broken: list[Broken] = []
        found = iter(documents(source, data, broken.append) if data is not None else ())
        first = None
        try:
            first = next(found, None)  # decodes the file
            if first is None and not look.reason:
                look = look._replace(reason="none of its lines can be read")
        except UnreadableError as error:
            look = look._replace(reason=str(error))
        encoding, method = (first.document.encoding, first.document.encoding_method) if first else ("", "")
        file = self.store.stage_file(source.name, look, encoding, method)
        for reading in chain([first] if first else [], found):
            self._document(writer, file, reading)
        flaw = _flaw(first.document if first else None, broken)
        if flaw:
            self.store.note_flaw(file, flaw)
            self.notes.append(f"{source.name}: {flaw}")
        if look.reason:
            self.skipped.append(Skipped(source.name, look.reason))
        else:
            self.indexed += 1

    def _document(self, writer: Writer, file: int, reading: Reading) -> None:
        document = reading.document
        alignment = self._align(document)
        passages = reading.passages(alignment)
        number, numbers = self.store.stage_document(file, rows_of(document, alignment, passages, reading.pairs(alignment)))
        for passage_number, passage in zip(numbers, passages, strict=True):
            heading = " ".join(passage.headings)
            body = analysis.postings(passage.text, passage.language)
            writer.add(Entry(passage_number, number, passage.language, body, analysis.postings(heading, passage.language)))
        self.passages += len(passages)

    def _align(self, document: Document) -> Alignment:
        """The alignment that a person has corrected, else the aligner's own."""
        if not document.halves:
            return Alignment((), 0.0)
        if corrections.is_outdated(self.folder, document.source, document):
            self.notes.append(f"{document.source}: its corrected alignment was made for an earlier text; correct it anew")
        return corrections.load(self.folder, document.source, document) or align(document)


def _flaw(document: Document | None, broken: Sequence[Broken]) -> str:
    """What of a file could not be read as it should, in a line; "" for a sound file."""
    if broken:
        return f"{len(broken)} of its lines cannot be read; the first is line {broken[0].line}: {broken[0].reason}"
    if document and document.encoding_method.endswith("replaced"):
        return f"damaged text, read as {document.encoding_method}"
    if document and "\0" in document.text:
        return f"holds {document.text.count(chr(0))} NUL characters, read as text all the same"
    return ""


def _is_settled(before: Seen, size: int, modified: int) -> bool:
    """Whether size and time alone prove that a file is as it was."""
    return (before.size, before.modified) == (size, modified) and modified + RACY < before.checked


def _size(source: Source) -> int:
    try:
        return source.path.stat().st_size
    except OSError:
        return 0

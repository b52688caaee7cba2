"""The write path on one screen: folders -> files -> documents -> passages -> terms -> engine and store."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain, groupby
from pathlib import Path
from typing import TypeAlias

from seedsearch import analysis, corrections, embedding, encoder, manifest
from seedsearch.collector import patient
from seedsearch.engines import create_engine, engine_class, open_engine
from seedsearch.engines.protocol import Engine, Entry, Writer
from seedsearch.errors import IndexCorruptError, IndexMissingError, IndexVersionError, SeedsearchError, UnreadableError
from seedsearch.ingest.discover import Skipped, name_of
from seedsearch.ingest.jsonlines import unique
from seedsearch.manifest import Manifest
from seedsearch.planning import UNREAD, Plan, Work, choose_engine, plan, tasks
from seedsearch.preparing import Flaws, Prepared, Result, Task, renamed
from seedsearch.reading import read
from seedsearch.records import Alignment, Document
from seedsearch.store import Store
from seedsearch.tables import Seen
from seedsearch.tuples import NamedTuple
from seedsearch.vectors import Vectors
from seedsearch.workers import results

BATCH = 20_000  # passages in one commit: what a killed first build loses at most


class Progress(NamedTuple):
    """How far an index run is: files and bytes done and in all, passages written; then those that got a vector, and in all."""

    files: int
    files_total: int
    bytes: int
    bytes_total: int
    passages: int
    embedded: int = 0
    to_embed: int = 0


class Report(NamedTuple):
    """What an index run did: numbers of files, passages written, what was left out and why, flaws of what was read.

    `engine` says which engine a new index has, and why; "" where there was one before. `embedded` counts the vectors computed.
    """

    folder: Path
    indexed: int
    unchanged: int
    removed: int
    passages: int
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    seconds: float
    engine: str = ""
    embedded: int = 0


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
    engine: str = "auto",
    jobs: int | None = None,
    semantic: bool = False,
    notify: Callable[[Progress], None] | None = None,
) -> Report:
    """Bring an index up to date with files and folders; what is unchanged is not read again.

    `paths` defaults to what was indexed before, else `seeds/`. `rebuild` makes everything anew beside the old index and swaps;
    `engine` is "whoosh", "tantivy" or "auto", which goes by the size of the sources; what an index has can only be changed in a
    rebuild. Files named in `again` are read even if unchanged; with `only_first` an index that is there is left alone.
    `jobs` processes read, by default one for each core and none for little to read; the index is the same with any number.
    With `semantic` passages in Chinese and English get vectors, for which the extra of that name is needed; an index that has
    them keeps them up to date without being told.
    Files that cannot be read are reported, not raised. Raises UnreadableError when no path exists, and the errors of
    `manifest.locked` and `manifest.read_manifest`.
    """
    began = time.monotonic()
    folder = manifest.find_index(Path(index) if index is not None else None)
    asked = encoder.check_installed() if semantic else ""
    with manifest.locked(folder):
        old = _current(folder, forgiving=rebuild)
        wanted = _wanted(folder, old, [paths] if isinstance(paths, Path | str) else paths)
        manifest.sweep(folder, manifest.current_generation(folder))
        if old is not None and not rebuild and engine not in ("auto", old.engine):
            engine_class(engine)  # tells of one that does not exist
            raise SeedsearchError(
                f"{folder} has the engine {old.engine}; to change it, {manifest.remedy(folder)} --engine {engine}"
            )
        if only_first and old is not None:
            return Report(folder, 0, 0, 0, 0, (), (), 0.0)
        model = asked or embedding.kept(folder)
        try:
            if old is None or rebuild:
                run = _start(folder, old, wanted, engine, notify)
            else:
                run = _Run(folder, _widened(folder, old, wanted), notify)
        except (FileNotFoundError, IndexMissingError):
            raise IndexCorruptError(f"{folder} lacks files that it should hold; {manifest.remedy(folder)}") from None
        try:
            with closing(run):
                run.update(wanted, again, jobs, model)
        finally:  # what a failed rebuild leaves goes at once: a full disk needs the room
            manifest.sweep(folder, manifest.current_generation(folder))
        return Report(folder, *run.counts(), seconds=time.monotonic() - began, engine=run.why, embedded=run.embedded)


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


def _start(
    folder: Path, old: Manifest | None, wanted: list[Path], engine: str, notify: Callable[[Progress], None] | None
) -> _Run:
    """A run into a new generation. A first build is visible while it grows, and goes on where it was stopped."""
    root = manifest.root_of(folder, [path for path in wanted if os.path.lexists(path)] or wanted)
    todo = plan(wanted, root, {})
    name, why = choose_engine(engine, sum(one.look.size for one in todo.work))
    generation = manifest.next_generation(folder)
    fresh = Manifest(
        manifest.FORMAT, name, analysis.identity(), generation.name, manifest.portable_root(folder, root), (), {}, False
    )
    Store(generation / "store.sqlite", create=True).close()
    create_engine(name, generation).close()
    fresh = _widened(folder, fresh, wanted)
    if old is None:
        manifest.write_manifest(folder, fresh)
    run = _Run(folder, fresh, notify)
    run.todo, run.why = todo, why
    return run


def _widened(folder: Path, found: Manifest, wanted: list[Path]) -> Manifest:
    root = manifest.resolve_root(folder, found)
    there = (path for path in wanted if os.path.lexists(path))
    names = dict.fromkeys((*found.paths, *(name_of(path, root) for path in there)))
    return found._replace(paths=tuple(names))


Results: TypeAlias = Iterator[tuple[Task, Result]]


class _Amount(NamedTuple):
    files: int = 0
    bytes: int = 0

    def plus(self, files: int, size: int) -> _Amount:
        return _Amount(self.files + files, self.bytes + size)


class _Run:
    """One run of the write path over one generation."""

    def __init__(self, folder: Path, found: Manifest, notify: Callable[[Progress], None] | None) -> None:
        self.folder, self.manifest, self.notify = folder, found, notify
        self.root = manifest.resolve_root(folder, found)
        generation = folder / found.generation
        self.store = Store(generation / "store.sqlite")
        self.engine: Engine = open_engine(found.engine, generation)
        self.vectors = Vectors(generation)
        self.skipped: list[Skipped] = []
        self.notes: list[str] = []
        self.indexed = self.unchanged = self.removed = self.passages = self.embedded = 0
        self.done = self.total = _Amount()
        self.todo: Plan | None = None
        self.why = ""

    def close(self) -> None:
        self.engine.close()
        self.store.close()

    def counts(self) -> tuple[int, int, int, int, tuple[Skipped, ...], tuple[str, ...]]:
        return self.indexed, self.unchanged, self.removed, self.passages, tuple(self.skipped), tuple(self.notes)

    def update(self, wanted: list[Path], again: frozenset[str], jobs: int | None, model: str) -> None:
        """Read what is new or changed, drop what is gone, in commits of about BATCH passages; then the vectors, by a model."""
        was_caught = self._recover()
        self.manifest = embedding.adopt(model, self.folder, self.manifest)
        seen = {name: before for name, before in self.store.seen().items() if name not in again}
        todo = self.todo or plan(wanted, self.root, seen)
        self.skipped += todo.skipped
        for name, before in todo.kept:
            self._keep(name, before)
        self.done = _Amount(len(todo.kept), sum(before.size for _, before in todo.kept))
        size = sum(one.look.size for one in todo.work)
        self.total = self.done.plus(len(todo.work), size)
        self._tell()
        if todo.work or todo.gone:
            with (
                closing(results(tasks(todo.work, self.folder, self.manifest.engine), size, jobs)) as found,
                patient(),
            ):
                self._write(todo.gone, zip(todo.work, groupby(found, key=_file_of), strict=True))
        if todo.work or todo.gone or was_caught or not self.manifest.complete:
            self.manifest = self.manifest._replace(languages=self.store.languages())
            if self.manifest.complete:  # before the vectors, which take long; a new index is not shown before it has all
                manifest.write_manifest(self.folder, self.manifest)
        if model:
            self._embed(jobs)
        self.manifest = self.manifest._replace(complete=True)
        manifest.write_manifest(self.folder, self.manifest)

    def _write(self, gone: list[str], files: Iterator[tuple[Work, tuple[str, Results]]]) -> None:
        more = True
        with ThreadPoolExecutor(1) as beside:
            while more:
                with self.engine.write(size=self.total.bytes - self.done.bytes) as writer:
                    self.store.begin()
                    for name in gone:
                        self.store.stage_removal(name)
                        self.removed += 1
                    gone = []
                    more = self._fill(writer, files)
                    leaving = self.store.leaving()
                    writer.remove(leaving)
                    if self.manifest.model:
                        self.vectors.remove(leaving)
                    self.store.commit_documents()
                    # The engine's commit leaves a core idle. Readers of a complete index are not to miss passages, though.
                    written = beside.submit(self.store.commit)
                    if self.manifest.complete:
                        written.result()
                written.result()
                self.store.begin()
                self.store.settle()
                self.store.commit()

    def _recover(self) -> bool:
        """Forget the files that a killed run left half way, which are read again, and what it was dropping; whether it had."""
        left = self.store.unsettled()
        if left:
            with self.engine.write() as writer:
                writer.remove(left)
            self.vectors.remove(left)
        self.store.begin()
        was_caught = self.store.forget()
        self.store.commit()
        return was_caught

    def _embed(self, jobs: int | None) -> None:
        if self.manifest.model == encoder.identity():
            self.embedded = embedding.embed(self.store, self.folder, self.manifest, jobs, self._tell)
        else:
            self.notes.append(
                f"what is new has no vectors, as their model is not installed; run: {encoder.INSTALL}, then index"
            )

    def _tell(self, embedded: int = 0, to_embed: int = 0) -> None:
        if self.notify:
            done, total = self.done, self.total
            self.notify(Progress(done.files, total.files, done.bytes, total.bytes, self.passages, embedded, to_embed))

    def _fill(self, writer: Writer, files: Iterator[tuple[Work, tuple[str, Results]]]) -> bool:
        """Write files until a batch is full; whether any may be left."""
        full = self.passages + BATCH
        for work, (_, found) in files:
            self._file(writer, work, found)
            if self.passages >= full:
                return self.done.files < self.total.files
        return False

    def _keep(self, name: str, before: Seen) -> None:
        if before.reason:
            self.skipped.append(Skipped(name, before.reason))
        else:
            self.unchanged += 1
        if before.flaw:
            self.notes.append(f"{name}: {before.flaw}")

    def _file(self, writer: Writer, work: Work, found: Results) -> None:
        """Write a file's documents and passages, or why there are none."""
        name = work.source.name
        task, first = next(found)
        sha256 = task.sha256 or first.sha256
        look = work.look._replace(sha256=sha256) if sha256 else UNREAD
        if first.same and work.before:
            self.store.touch(name, look)
            self._keep(name, work.before)
            self._count(task, 1)
            return
        staged = look._replace(reason="" if task.line else first.reason)
        file = self.store.stage_file(name, staged, first.encoding or task.encoding, first.method or task.encoding)
        before = self.passages
        flaws = Flaws()
        taken: set[str] = set()
        for part, result in chain([(task, first)], found):
            for one in result.documents:
                self._document(writer, file, _unique(one, name, taken, sha256) if part.line else one)
            flaws.add(part, result)
            self.notes += result.notes
            self._count(part, 0)
        reason, flaw = staged.reason, str(flaws)
        if self.passages == before and not reason:
            reason = "none of its lines can be read"
        if (reason, flaw) != (staged.reason, ""):
            self.store.note(file, reason, flaw)
        self._conclude(name, reason, flaw)

    def _document(self, writer: Writer, file: int, one: Prepared) -> None:
        document, numbers = self.store.stage_document(file, one.rows)
        for number, (language, body, heading) in zip(numbers, one.words, strict=True):
            writer.add(Entry._make((number, document, language, body, heading)))
        self.passages += len(numbers)

    def _count(self, task: Task, files: int) -> None:
        self.done = self.done.plus(files, task.size)
        self._tell()

    def _conclude(self, name: str, reason: str, flaw: str) -> None:
        if flaw:
            self.notes.append(f"{name}: {flaw}")
        if reason:
            self.skipped.append(Skipped(name, reason))
        else:
            self.indexed += 1
        self.done = self.done.plus(1, 0)


def _unique(one: Prepared, file: str, taken: set[str], sha256: str) -> Prepared:
    """A document of a piece, which cannot know the names of the pieces before it, under a name of its own."""
    name = unique(one.id, one.line, taken)
    return one if name == one.id else renamed(one, f"{file}#{name}", sha256)


def _file_of(found: tuple[Task, Result]) -> str:
    return found[0].name

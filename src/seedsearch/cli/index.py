"""`seedsearch index`: bring the index up to date with files and folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from seedsearch.cli.output import complain, harmless_name, has_colour, table

if TYPE_CHECKING:
    from seedsearch.indexing import Progress, Report

SHOWN = 20  # flaws, and reasons for skipped files, that are told one by one


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        help="Read files and folders into the index; what has not changed is not read again.",
        epilog="Example: seedsearch index ~/reports --index ~/reports/index --files",
    )
    def index(
        paths: Annotated[
            list[Path] | None,
            typer.Argument(
                metavar="[PATH]...", readable=False, help="Files and folders; by default what was indexed before, else seeds/."
            ),
        ] = None,
        rebuild: Annotated[
            bool, typer.Option("--rebuild", help="Make the index anew, of PATH or else all it holds; then swap.")
        ] = False,
        index_folder: Annotated[
            Path | None, typer.Option("--index", metavar="DIR", readable=False, help="Where the index lies.")
        ] = None,
        engine: Annotated[
            str,
            typer.Option(
                "--engine", metavar="auto|whoosh|tantivy", help="Of a new index; auto goes by the size of the sources."
            ),
        ] = "auto",
        jobs: Annotated[
            int | None, typer.Option("--jobs", metavar="N", min=1, help="Processes that read; by default one for each core.")
        ] = None,
        semantic: Annotated[
            bool,
            typer.Option("--semantic", help="Vectors too, for what the dictionary misses; kept up from then on. An extra."),
        ] = False,
        watch: Annotated[
            bool, typer.Option("--watch", help="Stay, and update the index whenever files change; Ctrl-C ends.")
        ] = False,
        files: Annotated[bool, typer.Option("--files", help="List every file: encoding, languages, halves, passages.")] = False,
    ) -> None:
        from seedsearch.indexing import build
        from seedsearch.workers import ONE_THREAD

        for name in ONE_THREAD:  # where one process does it all, this one reads too
            os.environ.setdefault(name, "1")
        if watch:
            from seedsearch.watching import watcher

            watcher()  # tells at once what is not installed
        with _progress() as notify:
            report = build(
                paths or (), index_folder, rebuild=rebuild, engine=engine, jobs=jobs, semantic=semantic, notify=notify
            )
        make_dictionary_ready(report.folder)
        if files:
            list_files(report.folder)
        summarise(report)
        if watch:
            keep_fresh(report, jobs)
        if report.skipped or report.notes:
            raise typer.Exit(2)


def make_dictionary_ready(index: Path) -> None:
    """Where the index speaks Chinese and English, do once what the first query would have to wait for."""
    from seedsearch.manifest import read_manifest

    if {"zh", "en"} <= {code.partition("-")[0] for code in read_manifest(index).languages}:
        from seedsearch import lexicon

        if not lexicon.is_ready():
            complain("making the dictionary ready for translated queries, once")
            lexicon.prepare()


def keep_fresh(report: Report, jobs: int | None) -> None:
    """Update without end, with a line for each update that changed something."""
    from seedsearch.watching import watch

    print("watching for changes; Ctrl-C ends", file=sys.stderr, flush=True)
    told = set(flaws(report))
    for update in watch(report.folder, jobs):
        if update.indexed or update.removed or not told.issuperset(flaws(update)):
            summarise(update, told)
        told = set(flaws(update))


def flaws(report: Report) -> list[str]:
    """What was left out and why, and what of files could not be read, a line each."""
    return [*report.notes, *(f"{skipped.name}: {skipped.reason}" for skipped in report.skipped)]


def summarise(report: Report, known: Collection[str] = ()) -> None:
    """One honest line, after the reasons for what was left out, those that are known already aside."""
    told = [line for line in flaws(report) if line not in known]
    for line in told[:SHOWN]:
        complain(line)
    if len(told) > SHOWN:
        complain(f"... and {len(told) - SHOWN} more; those that are files are in: seedsearch status --files")
    parts = [f"{report.indexed} files indexed ({report.passages} passages)", f"{report.unchanged} unchanged"]
    parts += [report.engine] * bool(report.engine)
    parts += [f"{report.embedded} vectors"] * bool(report.embedded)
    parts += [f"{report.removed} removed"] * bool(report.removed) + [f"{len(report.skipped)} skipped"] * bool(report.skipped)
    print(f"{harmless_name(str(report.folder))}: {', '.join(parts)}, {report.seconds:.1f} s", file=sys.stderr, flush=True)


def list_files(index: Path) -> None:
    """A table of all files of an index."""
    from seedsearch.searching import open_collection

    with open_collection(index) as collection:
        rows = [
            (
                harmless_name(file.name),
                file.encoding or "-",
                " ".join(file.languages) or "-",
                "/".join(file.halves) or "-",
                str(file.passages),
                file.reason or file.method,
            )
            for file in collection.files()
        ]
    print(table(rows, ("file", "encoding", "languages", "halves", "passages", "how, or why not")))


class Notify(Protocol):
    """Takes a note of how far the run is."""

    def __call__(self, progress: Progress, /) -> None:
        """Take a note."""


@contextmanager
def _progress() -> Iterator[Notify | None]:
    """A bar with rate and remaining time on a terminal; silence in a pipe."""
    if not has_colour(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def notify(progress: object) -> None:
            from seedsearch.indexing import Progress as Step

            assert isinstance(progress, Step)
            text = f"{progress.files}/{progress.files_total} files, {progress.passages} passages"
            done = progress.bytes
            if progress.to_embed:
                text = f"vectors of {progress.embedded}/{progress.to_embed} passages"
                done = progress.bytes_total * progress.embedded // progress.to_embed
            bar.update(task, total=progress.bytes_total, completed=done, description=text)

        yield notify

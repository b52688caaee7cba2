"""How fast seedsearch is beside what a user might take instead, in one run, interleaved, on any folder or file.

    python bench/speed.py PATH [--queries queries.jsonl] [--sizes 1000 10000] [--without NAME ...] [--save bench/results]

PATH is a folder or a JSON Lines file, which gzip may have compressed; its passages, cut and analysed once, are fed to every
engine. Questions are those of `queries.jsonl` beside PATH (an object with a "text" on each line), else clauses of the passages.
"Whole query" is what a user of seedsearch waits for: parse, search, rank, snippets, citations, counterparts; the others are
asked for the same terms and give numbers of passages.

Builds, sizes, warm queries of four kinds, every form of a query, and updates at the size of the collection; then, for each of
`--sizes`, the same on short documents of a line made of clauses of the passages, so that growth can be seen up to a million;
last whole cold processes on files of text, recoll and ripgrep among them where they are installed.

CPU time (user and system, threads and children included) throughout. The times depend on the machine; the ratios to compare are
those in one table.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import gzip
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, cycle, islice
from pathlib import Path

from speed_contenders import Contender, Fts5, Ours, RawTantivy, StockWhoosh, Whole
from speed_corpus import KINDS, Corpus, Entries, Question, asked, read, write_records
from speed_forms import forms, slowest

ROUNDS = 2
SLOW = 50_000  # passages up to which Whoosh is measured
SELDOM = 5  # Whoosh is asked one question in so many: it takes a hundred times as long
FILES = 20_000  # of a passage each, which cold processes search
_WORD = re.compile(r"[^\W\d_]{8,}")  # of which the most frequent is one that is looked for
SHOWN = 8  # forms of a query, the slowest


def cpu() -> float:
    """Seconds of CPU that this process and its children that have ended have used."""
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def timed(work: Callable[[], object]) -> float:
    """Seconds of CPU that something takes."""
    before = cpu()
    work()
    return cpu() - before


def ask(contenders: Sequence[Contender], asked: Sequence[Question]) -> dict[str, dict[str, list[float]]]:
    """Seconds of CPU of each question, contender -> kind -> the best of several rounds; contenders take turns."""
    best: dict[str, dict[int, float]] = {contender.name: {} for contender in contenders}
    for turn in range(ROUNDS):
        for rank, question in enumerate(asked):
            # Who comes after a slow one finds the processor's caches full of other things: the next time another one does.
            first = (rank + turn) % len(contenders)
            order = [*contenders[first:], *contenders[:first]]
            for contender in reversed(order) if turn % 2 else order:
                if "hoosh" in contender.name and rank // len(KINDS) % SELDOM:
                    continue
                before = time.process_time()
                if contender.search(question) is None:
                    continue
                taken = time.process_time() - before
                known = best[contender.name]
                known[rank] = min(taken, known.get(rank, taken))
    return {
        name: {kind: [taken for rank, taken in known.items() if asked[rank].kind == kind] for kind in KINDS}
        for name, known in best.items()
    }


def table(title: str, rows: Mapping[str, Sequence[float | None]], columns: Sequence[str], base: str) -> Iterator[str]:
    """Lines of a table in Markdown: values, and how they relate to those of the contender in row `base`."""
    yield f"\n## {title}\n\n| | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|"
    for name, values in rows.items():
        cells = []
        for value, unit in zip(values, rows.get(base, values), strict=True):
            ratio = f" ({value / unit:.2f})" if value is not None and unit else ""
            cells.append("-" if value is None else f"{value:,.4g}{ratio}")
        yield f"| {name} | {' | '.join(cells)} |"


def size_of(folder: Path) -> float:
    """Megabytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def contenders(corpus: Corpus, folder: Path, without: Sequence[str]) -> list[tuple[Contender, Path]]:
    """Who takes part, each with a folder of its own."""
    made: list[tuple[Contender, Path]] = [
        (Whole("tantivy", folder / "wt", corpus.path), folder / "wt"),
        (Ours("tantivy", folder / "t"), folder / "t"),
        (RawTantivy(folder / "r"), folder / "r"),
        (Fts5(folder / "f"), folder / "f"),
    ]
    if corpus.entries.count <= SLOW:
        made += [
            (Whole("whoosh", folder / "ww", corpus.path), folder / "ww"),
            (Ours("whoosh", folder / "w"), folder / "w"),
            (StockWhoosh(folder / "s"), folder / "s"),
        ]
    return [(contender, place) for contender, place in made if contender.name not in without]


def measure(title: str, folder: Path, without: Sequence[str], corpus: Corpus, queries: Path | None) -> list[str]:
    """Build, size, queries and updates on one set of passages; lines of tables."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = contenders(corpus, folder, without)
    builds: dict[str, Sequence[float | None]] = {}
    fed = timed(lambda: deque(corpus.entries, maxlen=0))  # what it takes to hand over the passages
    for contender, place in made:
        taken = timed(lambda contender=contender: contender.build(corpus.entries))  # type: ignore[misc]
        contender.open()
        taken -= 0 if isinstance(contender, Whole) else fed
        builds[contender.name] = (corpus.entries.count / taken, size_of(place))
    lines = list(table(f"{title}: build", builds, ("passages a second of CPU", "MB"), Fts5.name))
    gc.collect()
    gc.freeze()  # the passages that this program holds, which no searching program would
    questions = asked(corpus.sample, queries)
    answers = ask([contender for contender, _ in made], questions)
    ways: dict[str, Callable[[list[float]], float]] = {
        "median": lambda found: sorted(found)[len(found) // 2],
        "mean": statistics.mean,
        "99th percentile": lambda found: sorted(found)[int(0.99 * len(found))],
    }
    for label, way in ways.items():
        rows = {
            name: [1e6 * way(found) if (found := kinds[kind]) else None for kind in KINDS] for name, kinds in answers.items()
        }
        lines += table(f"{title}: warm query, {label}, microseconds", rows, KINDS, Fts5.name)
    for contender, _ in made:
        if isinstance(contender, Whole):
            lines += formed(f"{title}: {contender.name}, the slowest forms", contender, corpus, questions)
    changed = updates([contender for contender, _ in made if not isinstance(contender, Whole)], corpus.entries)
    return lines + list(table(f"{title}: 100 documents, milliseconds", changed, ("added", "replaced", "removed"), ""))


def formed(title: str, whole: Whole, corpus: Corpus, questions: Sequence[Question]) -> Iterator[str]:
    """Lines of a table of the forms of a query that take longest."""
    typed = [question.text for question in questions if question.kind == "question"]
    rows = slowest(whole.collection, forms(corpus.sample, typed))
    yield f"\n## {title}, of {len(rows)}, milliseconds\n\n| | median | longest | what is told of that one |\n|---|---|---|---|"
    yield from (f"| {form} | {median:.1f} | {longest:.1f} | {notes} |" for form, median, longest, notes in rows[:SHOWN])


def updates(made: Sequence[Contender], entries: Entries) -> dict[str, Sequence[float | None]]:
    """CPU of adding, replacing and removing a hundred documents, each in a commit of its own."""
    known = enumerate(islice(cycle(entries), 100), 1)
    new = [one._replace(number=entries.count + rank, document=entries.documents + rank) for rank, one in known]
    again = [entry._replace(number=entry.number + 100) for entry in new]
    numbers = [entry.document for entry in new]
    rows: dict[str, Sequence[float | None]] = {}
    for contender in made:
        steps = (((), new), (numbers, again), (numbers, ()))
        times: list[float | None] = [1e3 * timed(lambda c=contender, s=step: c.change(*s)) for step in steps]  # type: ignore[misc]
        rows[contender.name] = times
    return rows


def cold(corpus: Corpus) -> list[str]:
    """CPU of whole processes that search files of text for a word, the median of five, and of making what they search in."""
    count = min(FILES, len(corpus.sample))
    words = Counter(chain.from_iterable(set(_WORD.findall(passage.text)) for passage in corpus.sample[:count]))
    word = min(words, key=lambda word: (-words[word], word))
    with tempfile.TemporaryDirectory() as temporary:
        files, settings = Path(temporary, "files"), Path(temporary, "recoll")
        files.mkdir()
        for number, passage in enumerate(corpus.sample[:count]):
            (files / f"{number:06}.txt").write_text(passage.text + "\n", "utf-8", "replace")
        ours = [sys.executable, "-m", "seedsearch"]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        builds: dict[str, list[str]] = {}
        commands = {"bare interpreter": [sys.executable, "-c", "pass"]}
        commands["one-line typer app"] = [sys.executable, "-c", "import typer; typer.run(lambda name='x': print(name))"]
        for engine in ("tantivy", "whoosh"):
            index = ["--index", f"{temporary}/{engine}"]
            builds[f"seedsearch, {engine}"] = [*ours, "index", *index, "--jobs", "1", "--engine", engine, str(files)]
            commands[f"seedsearch, {engine}"] = [*ours, "query", *index, word]
        if shutil.which("rg"):
            commands["ripgrep"] = ["rg", "--count", "--ignore-case", word, str(files)]
        if shutil.which("recollq") and shutil.which("recollindex"):
            settings.mkdir()
            (settings / "recoll.conf").write_text(f"topdirs = {files}\n")
            builds["recoll"] = ["recollindex", "-c", str(settings)]
            commands["recoll"] = ["recollq", "-c", str(settings), "-n", "10", word]
        made = {name: spent(command, environment) for name, command in builds.items()}
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(5):
            for name, command in commands.items():
                times[name].append(1e3 * spent(command, environment))
    queries: dict[str, Sequence[float | None]] = {name: [statistics.median(values)] for name, values in times.items()}
    rows: dict[str, Sequence[float | None]] = {name: [count / taken] for name, taken in made.items()}
    title = f"{count:,} files of a passage"
    lines = table(f"{title}: cold process that searches for a word, milliseconds", queries, ("CPU",), "one-line typer app")
    return [*lines, *table(f"{title}: build", rows, ("files a second of CPU",), "recoll")]


def spent(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds of CPU of a process."""
    quiet = subprocess.DEVNULL
    return timed(lambda: subprocess.run(command, env=environment, stdout=quiet, stderr=quiet, check=True))


def machine() -> str:
    """The processor and the versions, in a line."""
    import sqlite3
    from importlib.metadata import version

    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        models = [line.partition(":")[2].strip() for line in information.read_text().splitlines() if "model name" in line]
        model = models[0] if models else model
    packages = f"tantivy {version('tantivy')}, whoosh3 {version('whoosh3')}, SQLite {sqlite3.sqlite_version}"
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {packages}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--queries", type=Path, help="by default queries.jsonl beside PATH")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--without", nargs="*", default=[], help="contenders to leave out, by name; cold for processes")
    parser.add_argument("--save", type=Path, help="folder for the dated result")
    options = parser.parse_args()
    beside = options.path.absolute().parent / "queries.jsonl"
    options.queries = options.queries or (beside if beside.is_file() else None)
    with tempfile.TemporaryDirectory() as temporary:
        run(_unpacked(options.path.absolute(), Path(temporary)), Path(temporary, "contenders"), options)


def _unpacked(path: Path, folder: Path) -> Path:
    """The file itself, or its content where it is compressed by gzip."""
    if path.suffix != ".gz":
        return path
    whole = folder / path.stem
    with gzip.open(path) as source, whole.open("wb") as target:
        shutil.copyfileobj(source, target)
    return whole


def run(path: Path, folder: Path, options: argparse.Namespace) -> None:
    """Measure it all, print it as it comes, and save it where asked."""
    scratch = folder.with_name("entries")
    corpus, today = read(path, scratch), datetime.datetime.now(tz=datetime.UTC).date()
    lines: list[str] = []
    saved = options.save / f"speed-{today}-{options.path.absolute().parent.name}.md" if options.save else None
    size = f"{corpus.entries.count:,} passages"
    told(lines, [f"# Speed, {today}", "", machine(), "", f"`{path.name}`: {size}; FTS5 is 1 where it is in a table"], saved)
    told(lines, measure(size, folder, options.without, corpus, options.queries), saved)
    for size in options.sizes:
        short = folder.with_name("records.jsonl")
        write_records(corpus.sample, size, short)
        told(lines, measure(f"{size:,} short documents", folder, options.without, read(short, scratch), options.queries), saved)
    shutil.rmtree(folder)
    if "cold" not in options.without:
        told(lines, cold(corpus), saved)


def told(lines: list[str], more: Sequence[str], saved: Path | None) -> None:
    """Print lines, keep them, and save all so far: a run to a million passages takes half an hour, and may be stopped."""
    print("\n".join(more), flush=True)
    lines += more
    if saved:
        saved.parent.mkdir(parents=True, exist_ok=True)
        saved.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

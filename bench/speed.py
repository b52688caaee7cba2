"""How fast our engines are beside what a user might take instead, in one run, interleaved, on any folder or file.

    python bench/speed.py PATH [--queries queries.jsonl] [--sizes 1000 10000] [--without NAME ...] [--save bench/results]

PATH is a folder or a JSON Lines file, which gzip may have compressed; its passages, cut and analysed once, are fed to every
contender. `--queries` has an object with a "text" on each line; without it, questions are made of words of the passages.
Builds, sizes, warm queries of four kinds, cold processes and updates at the size of the collection; then, for each of
`--sizes`, the same on short passages made of pieces of the collection's, so that growth can be seen up to a million.

CPU time (user and system, threads and children included) throughout. The times depend on the machine; the ratios to compare are
those in one table.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import gzip
import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from speed_contenders import Contender, Fts5, Ours, Question, RawTantivy, StockWhoosh

from seedsearch import analysis
from seedsearch.engines import Entry
from seedsearch.ingest.discover import discover
from seedsearch.reading import align, content, documents
from seedsearch.records import Source

KINDS = ("terms", "phrase", "prefix", "filter")
PER_KIND = 200
ROUNDS = 3
PIECE = 25  # words of a short passage
SLOW = 50_000  # passages up to which Whoosh is measured


def cpu() -> float:
    """Seconds of CPU that this process and its children that have ended have used."""
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def timed(work: Callable[[], object]) -> float:
    """Seconds of CPU that something takes."""
    before = cpu()
    work()
    return cpu() - before


def entries_of(path: Path) -> Iterator[Entry]:
    """The passages of all documents below a path, analysed."""
    number = document = 0
    for source in discover([path], path.parent):
        if not isinstance(source, Source):
            continue
        for reading in documents(source, content(source.path), lambda broken: None):
            document += 1
            for passage in reading.passages(align(reading.document)):
                number += 1
                heading = analysis.postings(" ".join(passage.headings), passage.language)
                yield Entry(number, document, passage.language, analysis.postings(passage.text, passage.language), heading)


def pieces(entries: Sequence[Entry], size: int) -> Iterator[Entry]:
    """Short passages cut from random places of the passages."""
    chance = random.Random(size)
    for number in range(1, size + 1):
        entry = entries[chance.randrange(len(entries))]
        start = chance.randrange(max(1, len(entry.body) - PIECE))
        yield Entry(number, number, entry.language, entry.body[start : start + PIECE])


def first_terms(entry: Entry) -> list[str]:
    """The term at each position of a body."""
    return [word if isinstance(word, str) else word[0] for word in entry.body if word]


def questions(entries: Sequence[Entry], path: Path | None) -> list[Question]:
    """Questions of each kind; those for terms and filters from a file of queries, if there is one."""
    chance = random.Random(7)
    asked: list[tuple[str, ...]] = []
    if path:
        for line in path.read_text("utf-8").splitlines():
            query = json.loads(line)
            terms = (token.term for token in analysis.tokens(query["text"], query.get("lang", "und")))
            asked.append(tuple(dict.fromkeys(terms)))
        asked = [terms for terms in asked if terms]
        chance.shuffle(asked)
    found: list[Question] = []
    for rank in range(PER_KIND):
        entry = entries[chance.randrange(len(entries))]
        words = first_terms(entry)
        while len(words) < 4:
            entry = entries[chance.randrange(len(entries))]
            words = first_terms(entry)
        either = asked[rank % len(asked)] if asked else tuple(dict.fromkeys(chance.sample(words, 4)))
        start = chance.randrange(len(words) - 1)
        found.append(Question("terms", either))
        found.append(Question("phrase", tuple(words[start : start + 2])))
        found.append(Question("prefix", (max(words, key=len)[:4],)))
        found.append(Question("filter", either, entry.language))
    return found


def ask(contenders: Sequence[Contender], asked: Sequence[Question]) -> dict[str, dict[str, list[float]]]:
    """Seconds of CPU of each question, contender -> kind -> the best of several rounds; contenders take turns."""
    best: dict[str, dict[int, float]] = {contender.name: {} for contender in contenders}
    for turn in range(ROUNDS):
        for rank, question in enumerate(asked):
            # Who comes after a slow one finds the processor's caches full of other things.
            first = (rank + turn) % len(contenders)
            for contender in (*contenders[first:], *contenders[:first]):
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


def measure(title: str, folder: Path, without: Sequence[str], entries: Sequence[Entry], asked: Sequence[Question]) -> list[str]:
    """Build, size, queries and updates on one set of passages; lines of tables."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made: list[tuple[Contender, Path]] = [
        (Ours("tantivy", folder / "t"), folder / "t"),
        (RawTantivy(folder / "r"), folder / "r"),
        (Fts5(folder / "f"), folder / "f"),
    ]
    if len(entries) <= SLOW:
        made += [(Ours("whoosh", folder / "w"), folder / "w"), (StockWhoosh(folder / "s"), folder / "s")]
    made = [(contender, place) for contender, place in made if contender.name not in without]
    builds: dict[str, Sequence[float | None]] = {}
    for contender, place in made:
        taken = timed(lambda contender=contender: contender.build(entries))  # type: ignore[misc]
        contender.open()
        builds[contender.name] = (len(entries) / taken, size_of(place))
    lines = list(table(f"{title}: build", builds, ("passages a second of CPU", "MB"), Fts5.name))
    gc.collect()
    gc.freeze()  # the passages that this program holds, which no searching program would
    answers = ask([contender for contender, _ in made], asked)
    for label, share in (("median", 0.5), ("99th percentile", 0.99)):
        rows = {
            name: [sorted(found)[int(share * len(found))] * 1e6 if (found := kinds[kind]) else None for kind in KINDS]
            for name, kinds in answers.items()
        }
        lines += table(f"{title}: warm query, {label}, microseconds", rows, KINDS, Fts5.name)
    lines += table(f"{title}: 100 documents, milliseconds", updates(made, entries), ("added", "replaced", "removed"), "")
    return lines


def updates(made: Sequence[tuple[Contender, Path]], entries: Sequence[Entry]) -> dict[str, Sequence[float | None]]:
    """CPU of adding, replacing and removing a hundred documents, each in a commit of its own."""
    first = max(entry.number for entry in entries) + 1
    owner = max(entry.document for entry in entries) + 1
    new = [entries[rank % len(entries)]._replace(number=first + rank, document=owner + rank) for rank in range(100)]
    again = [entry._replace(number=entry.number + 100) for entry in new]
    numbers = [entry.document for entry in new]
    rows: dict[str, Sequence[float | None]] = {}
    for contender, _ in made:
        steps = (((), new), (numbers, again), (numbers, ()))
        times: list[float | None] = [1e3 * timed(lambda c=contender, s=step: c.change(*s)) for step in steps]  # type: ignore[misc]
        rows[contender.name] = times
    return rows


def cold(path: Path) -> list[str]:
    """CPU of whole processes that search for a word, the median of five; recoll and ripgrep where they are installed."""
    word = "policy"
    with tempfile.TemporaryDirectory() as temporary:
        commands = {"bare interpreter": [sys.executable, "-c", "pass"]}
        environment = {**os.environ, "SEEDSEARCH_INDEX": f"{temporary}/index"}
        build = [sys.executable, "-m", "seedsearch", "index", str(path)]
        subprocess.run(build, check=True, env=environment, stdout=subprocess.DEVNULL)
        commands["seedsearch query"] = [sys.executable, "-m", "seedsearch", "query", word]
        if shutil.which("rg"):
            commands["ripgrep"] = ["rg", "--search-zip", "--count", "--ignore-case", word, str(path)]
        if shutil.which("recollq") and shutil.which("recollindex"):
            settings = Path(temporary, "recoll")
            settings.mkdir()
            (settings / "recoll.conf").write_text(f"topdirs = {path}\n")
            subprocess.run(
                ["recollindex", "-c", str(settings)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            commands["recoll"] = ["recollq", "-c", str(settings), "-n", "10", word]
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(5):
            for name, command in commands.items():
                run = subprocess.run
                taken = timed(lambda r=run, c=command: r(c, env=environment, stdout=subprocess.DEVNULL))  # type: ignore[misc]
                times[name].append(1e3 * taken)
    rows: dict[str, Sequence[float | None]] = {name: [statistics.median(values)] for name, values in times.items()}
    return list(table("cold process, milliseconds", rows, ("CPU",), "bare interpreter"))


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
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--without", nargs="*", default=[], help="contenders to leave out, by name")
    parser.add_argument("--save", type=Path, help="folder for the dated result")
    options = parser.parse_args()
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
    """Measure it all, print it, and save it where asked."""
    entries = list(entries_of(path))
    asked = questions(entries, options.queries)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    lines = [f"# Speed, {today}", "", machine(), "", f"`{path.name}`: {len(entries):,} passages; FTS5 is 1 in all ratios"]
    lines += measure(f"{len(entries):,} passages", folder, options.without, entries, asked)
    for size in options.sizes:
        short = list(pieces(entries, size))
        lines += measure(f"{size:,} short passages", folder, options.without, short, questions(short, options.queries))
    lines += cold(path)
    print("\n".join(lines))
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
        (options.save / f"speed-{today}-{path.name.partition('.')[0]}.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

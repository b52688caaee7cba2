"""From raw files to a searchable index, as a user does it: how fast with one job and more, how much memory, how soon updated.

    python bench/pipeline.py ../shared/eval/mixed-dev/corpus.jsonl.gz
    python bench/pipeline.py corpus.jsonl --jobs 1 2 --files 100000 --changed 100

Rates are in documents a second of CPU, of all processes together, and by the clock; memory is the peak of the resident sizes of
all processes, added up, which counts pages that they share more than once (Linux only). With `--files` so many documents are
written to a file each, without what the corpus tells of their languages; an index of these is made, with all cores, and brought
up to date after `--changed` of them changed. CPU seconds depend on what else the machine does at the time: on one whose two
cores had four times as much to do as they could, by a half.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds of CPU and by the clock, and megabytes at the peak, of a process and all that it started."""

    cpu: float
    clock: float
    peak: float


def cost_of(*arguments: str | Path) -> Cost:
    """Run the program. Raises CalledProcessError."""
    command = [sys.executable, "-m", "seedsearch", "index", *map(str, arguments)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    sizes, ended = [0.0], Event()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        watcher = Thread(target=watch, args=(process.pid, ended, sizes))
        watcher.start()
        process.wait()
        clock = time.monotonic() - began
        ended.set()
        watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, clock, max(sizes))


def watch(process: int, ended: Event, sizes: list[float]) -> None:
    """Note every tenth of a second how many megabytes of memory a process and all below it have."""
    while not ended.wait(0.1):
        sizes.append(sum(map(resident, family(process))))


def family(process: int) -> Iterator[int]:
    """A process and all below it."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            below = children.read_text().split()
        except OSError:
            continue
        for child in below:
            yield from family(int(child))


def resident(process: int) -> float:
    """Megabytes of memory of a process, 0 if it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError):
        return 0.0


def build(corpus: Path, folder: Path, engine: str, jobs: int) -> str:
    """A line of the table: what a build costs."""
    with corpus.open("rb") as lines:
        documents = sum(1 for _ in lines)
    cost = cost_of(corpus, "--engine", engine, "--jobs", str(jobs), "--index", folder / f"index-{jobs}")
    return f"{engine}, jobs {jobs}, {documents:,} documents: {rates(documents, cost)}"


def rates(documents: int, cost: Cost) -> str:
    """What so many documents cost, in words."""
    found = f"{documents / cost.cpu:,.0f} documents a second of CPU, {documents / cost.clock:,.0f} by the clock"
    return f"{found}; {cost.cpu:.1f} s of CPU, {cost.peak:.0f} MB"


def update(corpus: Path, folder: Path, engine: str, files: int, changed: int) -> Iterator[str]:
    """Lines of the table: what an index of a folder of many files costs, looking through it, and taking in changes."""
    top, index = folder / "files", folder / "index-files"
    with corpus.open(encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, files)):
            place = top / f"{number // 1000:03d}"
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{number}.txt").write_text(json.loads(line)["text"] + "\n", "utf-8")
    time.sleep(2.5)  # files changed within two seconds of being looked at are read again
    files = sum(1 for _ in top.rglob("*.txt"))
    yield f"{engine}, {files:,} files: {rates(files, cost_of(top, '--engine', engine, '--index', index))}"
    for what, count in (("nothing", 0), (f"{changed}", changed)):
        for path in sorted(top.rglob("*.txt"))[:: max(files // changed, 1)][:count]:
            path.write_text(path.read_text("utf-8") + "changed\n", "utf-8")
        cost = cost_of("--index", index)
        times = f"{cost.cpu:.1f} s of CPU, {cost.clock:.1f} by the clock, {cost.peak:.0f} MB"
        yield f"{engine}, {files:,} files, {what} changed: {times}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a JSON Lines file with a `text` in each line, .gz or not")
    parser.add_argument("--engine", default="tantivy")
    parser.add_argument("--jobs", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--files", type=int, default=0, help="of the folder that is updated; 0 for none")
    parser.add_argument("--changed", type=int, default=100)
    asked = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with TemporaryDirectory() as name:
        folder, corpus = Path(name), asked.corpus
        if corpus.suffix == ".gz":
            corpus = folder / corpus.stem
            corpus.write_bytes(gzip.decompress(asked.corpus.read_bytes()))
        for jobs in asked.jobs:
            print(build(corpus, folder, asked.engine, jobs), flush=True)
        if asked.files:
            for line in update(corpus, folder, asked.engine, asked.files, asked.changed):
                print(line, flush=True)


if __name__ == "__main__":
    main()

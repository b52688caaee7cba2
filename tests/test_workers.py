"""Files read by several processes: the same index as by one, and no file can hold up or take down the rest."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seedsearch import workers
from seedsearch.indexing import build
from seedsearch.preparing import Task, from_plain, prepare, to_plain
from seedsearch.searching import open_collection
from tests.conftest import SEEDS

WORDS = "harbour lighthouse engine signal river granite window market letter cargo winter 台灣 防衛 需要 盟友 支持".split()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Seeds, small files, and a file of JSON Lines of several pieces, with its flaws; 0.6 MB."""
    monkeypatch.setattr("seedsearch.ingest.pieces.SMALLEST", 100_000)
    chance = random.Random(7)
    docs = tmp_path / "docs"
    docs.mkdir()
    for file in sorted(SEEDS.iterdir()):
        (docs / file.name).write_bytes(file.read_bytes())
    for i in range(30):
        (docs / f"note{i:02}.txt").write_text(" ".join(chance.choices(WORDS, k=60)) + f"\n\nNote {i}.\n", "utf-8")
    (docs / "binary.dat").write_bytes(bytes(range(256)) * 40)
    with (docs / "large.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for i in range(1500):
            text = " ".join(chance.choices(WORDS, k=55)) + "\\n\n" * (i % 3)
            # Names that come again, also in later pieces, and names that are other documents' line numbers.
            name = [f"doc{i}", "same", str(chance.randrange(1500)), ""][min(i % 7, 3)]
            lines.write(json.dumps({"id": name, "text": text, "lang": "en"}) + "\n")
            if i % 600 == 100:
                lines.write("broken\n\n")
    return docs


def rows(index: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that the store of an index holds, but when files were looked at."""
    with sqlite3.connect(next(index.glob("g*/store.sqlite"))) as connection:
        tables = {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall()
            for name in ("document", "passage", "pair")
        }
        tables["file"] = connection.execute(
            "SELECT number, name, state, sha256, size, modified, encoding, reason, flaw FROM file"
        ).fetchall()
    connection.close()
    return tables


def answers(index: Path) -> list[Any]:
    with open_collection(index) as collection:
        return [collection.search(query, limit=50).hits for query in ("lighthouse", "Six Assurances", "防衛", "gran* -market")]


def test_any_number_of_jobs_gives_the_same_index(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH", 100_000)
    one, three = (build([folder], tmp_path / f"index{jobs}", jobs=jobs) for jobs in (1, 3))
    assert three._replace(folder=one.folder, seconds=0.0) == one._replace(seconds=0.0)
    assert rows(tmp_path / "index3") == rows(tmp_path / "index1")
    assert answers(tmp_path / "index3") == answers(tmp_path / "index1")
    names = [row[2] for row in rows(tmp_path / "index3")["document"]]
    assert len(names) == len(set(names)) == 1500 + 30 + 5
    assert one.indexed == 36
    assert [note for note in one.notes if "large" in note] == [
        "docs/large.jsonl: 3 of its lines cannot be read; the first is line 102: not an object in JSON: Expecting '{'"
    ]


def test_pieces_cite_the_file(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file read in pieces gives the rows that it gives when it is read at once."""
    build([folder / "large.jsonl"], tmp_path / "pieces")
    monkeypatch.setattr("seedsearch.ingest.pieces.SMALLEST", 1 << 40)
    build([folder / "large.jsonl"], tmp_path / "whole")
    assert rows(tmp_path / "pieces") == rows(tmp_path / "whole")


def test_results_pass_between_processes_whole(folder: Path) -> None:
    for file in sorted(folder.glob("*.txt"))[:6]:
        result = prepare(Task(str(file), file.name, str(folder), "whoosh", file.stat().st_size))
        assert from_plain(to_plain(result)) == result
        assert result.documents


def children(process: int) -> list[int]:
    """Processes whose parent it is."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def cpu(process: int) -> float:
    """Seconds of CPU that a process has used; to start a worker takes a quarter of a second."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")


@pytest.fixture
def running(folder: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """The program in the middle of a run with two workers."""
    for i in range(4):
        (folder / f"more{i}.jsonl").write_bytes((folder / "large.jsonl").read_bytes())
    command = [sys.executable, "-m", "seedsearch", "index", str(folder), "--index", str(tmp_path / "index"), "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        deadline = time.monotonic() + 30
        while len(busy := [one for one in children(process.pid) if cpu(one) > 0.5]) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(busy) == 2
        yield process, children(process.pid)
        process.kill()


@needs_proc
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_leaves_no_process(running: tuple[subprocess.Popen[str], list[int]], ending: signal.Signals) -> None:
    process, found = running
    assert len(found) == 2
    process.send_signal(ending)
    assert process.wait(10) == (130 if ending == signal.SIGINT else -ending)
    for _ in range(100):
        if not any(map(is_running, found)):
            break
        time.sleep(0.05)
    assert not any(map(is_running, found))
    assert process.stderr
    assert process.stderr.read() == ""


@needs_proc
def test_a_worker_that_dies_costs_its_file_alone(running: tuple[subprocess.Popen[str], list[int]]) -> None:
    process, found = running
    os.kill(found[0], signal.SIGKILL)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 2
    assert told.count("the process that read it died") == 1
    assert "40 files indexed" in told or "39 files indexed" in told, told


def test_a_file_that_takes_too_long_is_reported(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH", 100_000)
    monkeypatch.setattr(workers, "PATIENCE", 6.0)  # a seed takes a second of CPU
    monkeypatch.setattr(workers, "PATIENCE_PER_BYTE", 0.0)
    halves = "\n\n".join(f"這是第{i}個句子,說的是台灣的防衛。" for i in range(40_000)) + "\n\n"
    halves += "\n\n".join(f"This is sentence {i}, about the defence of Taiwan." for i in range(40_000))
    (folder / "hostile.txt").write_text(halves, "utf-8")
    report = build([folder], tmp_path / "index", jobs=2)
    reasons = {skipped.name: skipped.reason for skipped in report.skipped}
    assert reasons["docs/hostile.txt"].startswith("not read within 6 s")
    assert set(reasons) == {"docs/hostile.txt", "docs/binary.dat"}
    assert report.indexed == 36


def test_little_to_read_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(workers, "_Pool", refuse)
    assert build([SEEDS], tmp_path / "index", jobs=8).indexed == 5


def test_a_program_without_a_guard_can_build(tmp_path: Path) -> None:
    """`multiprocessing` would run such a program anew in each process."""
    code = "import seedsearch, seedsearch.workers as workers, sys\nworkers.WORTH = 1000\n"
    code += "print(seedsearch.build(sys.argv[1], index='index', jobs=2).indexed)\n"
    (tmp_path / "unguarded.py").write_text(code, "utf-8")
    command = [sys.executable, "unguarded.py", str(SEEDS)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "5\n"

"""Readers while a rebuild runs, and what a killed one leaves behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seedsearch.errors import IndexLockedError
from seedsearch.indexing import build
from seedsearch.searching import open_collection
from seedsearch.store import Store
from tests.conftest import SEEDS

QUERIES = int(os.environ.get("SEEDSEARCH_QUERIES", "20"))  # processes; 200 in the long run
KILLS = int(os.environ.get("SEEDSEARCH_KILLS", "3"))


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "seedsearch", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")


def test_queries_succeed_while_the_index_is_rebuilt(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build([SEEDS], index)

    def query(_: int) -> tuple[int, str, str]:
        process = start("query", "Six Assurances", "--index", index, "--limit", "1")
        out, err = process.communicate(timeout=60)
        return process.returncode, out.split("\n")[0], err

    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(query, range(QUERIES))
        rebuilds = 0
        while True:
            rebuild = start("index", SEEDS, "--rebuild", "--index", index)
            rebuild.communicate(timeout=60)
            assert rebuild.returncode == 0
            rebuilds += 1
            if rebuilds >= max(2, QUERIES // 20):
                break
        results = list(answers)
    assert {(code, first.rpartition(":")[2][:5], err) for code, first, err in results} == {(0, "75-86", "")}


def test_a_reader_opened_before_a_rebuild_still_answers(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build([SEEDS], index)
    with open_collection(index) as collection:
        before = collection.search("Six Assurances")
        build([SEEDS], index, rebuild=True)
        build([SEEDS], index, rebuild=True)
        assert collection.search("Six Assurances").hits == before.hits


@pytest.mark.parametrize("rebuild", [True, False], ids=["rebuild", "update"])
def test_a_killed_run_leaves_an_index_that_answers(tmp_path: Path, rebuild: bool) -> None:
    seed = int(os.environ.get("SEEDSEARCH_SEED", "20"))
    chance = random.Random(seed)
    index, docs = tmp_path / "index", tmp_path / "docs"
    docs.mkdir()
    for file in sorted(SEEDS.iterdir()):
        (docs / file.name).write_bytes(file.read_bytes())
    build([docs], index)
    began = time.monotonic()
    start("index", docs, "--rebuild", "--index", index).communicate(timeout=60)
    whole = time.monotonic() - began
    for attempt in range(KILLS):
        changed = docs / "002_69ef443f97bfbe1b.txt"
        changed.write_text(changed.read_text("utf-8") + f"\nMention number {attempt} of zeppelins.\n", "utf-8")
        process = start("index", docs, *["--rebuild"] * rebuild, "--index", index)
        time.sleep(chance.uniform(0, whole))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        with open_collection(index) as collection:
            best = collection.search("Six Assurances").hits[0]
            assert best.passage.span.start_line == 75, f"attempt {attempt}, SEEDSEARCH_SEED={seed}"
    build([docs], index)
    with open_collection(index) as collection:
        hits = collection.search("zeppelins").hits
        assert f"number {KILLS - 1} of" in "".join(hit.passage.text for hit in hits)
        assert collection.status().files == 5
    assert len([entry for entry in index.iterdir() if entry.is_dir()]) == 1, "what was left over is swept away"


def test_two_writers(tmp_path: Path) -> None:
    index = tmp_path / "index"
    runs = [start("index", SEEDS, "--index", index) for _ in range(2)]
    results = [(run.communicate(timeout=60)[1], run.returncode) for run in runs]
    assert [code for _, code in results] == [0, 0], results
    with open_collection(index) as collection:
        assert collection.status().documents == 5


def test_a_failure_in_the_middle_changes_nothing_and_frees_the_lock(tmp_path: Path) -> None:
    index = tmp_path / "index"
    build([SEEDS], index)

    class StopError(Exception):
        pass

    def stop(_: object) -> None:
        raise StopError

    with pytest.raises(StopError):
        build([SEEDS], index, rebuild=True, notify=stop)
    with open_collection(index) as collection:
        assert collection.search("Six Assurances").hits
    try:
        build([SEEDS], index)
    except IndexLockedError:
        pytest.fail("the lock was not freed")


def test_a_store_that_is_swept_away_while_it_is_opened_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = tmp_path / "generation"
    generation.mkdir()
    Store(generation / "store.sqlite", create=True).close()
    is_file = Path.is_file

    def swept(path: Path) -> bool:
        found = is_file(path)
        if path.parent == generation:
            shutil.rmtree(generation)
        return found

    monkeypatch.setattr(Path, "is_file", swept)
    with pytest.raises(FileNotFoundError):
        Store(generation / "store.sqlite")

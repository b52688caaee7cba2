"""`seedsearch index --watch`: an index that follows its files, with readers beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seedsearch.searching import open_collection
from tests.conftest import Program

pytest.importorskip("watchfiles")


def wait_for(index: Path, query: str, sources: list[str]) -> None:
    """Ask until the answer comes from these documents."""
    found: list[str] = []
    for _ in range(100):
        with open_collection(index) as collection:
            found = [hit.passage.source for hit in collection.search(query).hits]
        if found == sources:
            return
        time.sleep(0.1)
    pytest.fail(f"{query}: {found}")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to one process")
def test_an_index_follows_its_files_until_ctrl_c(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("A note about lighthouses.\n", "utf-8")
    index = docs / "index"
    command = [sys.executable, "-m", "seedsearch", "index", str(docs), "--index", str(index), "--watch"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=tmp_path) as process:
        assert process.stderr
        assert "1 files indexed" in process.stderr.readline()
        assert "watching" in process.stderr.readline()
        wait_for(index, "lighthouses", ["a.txt"])
        (docs / "b.txt").write_text("A note about elephants.\n", "utf-8")
        (docs / "gone.txt").write_text("Never to be seen.\n", "utf-8")
        (docs / "gone.txt").unlink()
        wait_for(index, "elephants", ["b.txt"])
        (docs / "new").mkdir()
        (docs / "new" / "c.txt").write_text("A note about giraffes.\n", "utf-8")
        (docs / "a.txt").unlink()
        wait_for(index, "giraffes", ["new/c.txt"])
        wait_for(index, "lighthouses", [])
        time.sleep(1.5)  # changes of the index itself would make an update after each update
        process.send_signal(signal.SIGINT)
        told = process.stderr.read().splitlines()
        assert process.wait(20) == 130
    assert 1 <= len(told) <= 4, told
    assert all("indexed" in line for line in told), told


def test_without_the_package_one_line_says_what_to_install(program: Program, tmp_path: Path) -> None:
    (tmp_path / "watchfiles").mkdir()
    (tmp_path / "watchfiles" / "__init__.py").write_text("raise ModuleNotFoundError('watchfiles')", "utf-8")
    (tmp_path / "a.txt").write_text("lighthouses\n", "utf-8")
    run = program("index", "a.txt", "--watch", PYTHONPATH=str(tmp_path))
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "pip install 'seedsearch[watch]'" in run.stderr

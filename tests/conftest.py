"""What all tests share: the seeds, an index of them built once, and the real program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from seedsearch.indexing import build

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"

settings.register_profile("default", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds, for reading only."""
    index = tmp_path_factory.mktemp("seeds") / "index"
    build([SEEDS], index)
    return index


@pytest.fixture(scope="session")
def _collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    shutil.copytree(SEEDS, folder / "seeds")
    build([folder / "seeds"], folder / "index")
    return folder


@pytest.fixture
def copied(_collection: Path, tmp_path: Path) -> Path:
    """A folder with the seeds and their index, to be changed at will: the two can be moved together."""
    shutil.copytree(_collection, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Runs `seedsearch` as a user does, by default in a temporary folder."""

    def run(*arguments: str | Path, cwd: Path = tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "seedsearch", *map(str, arguments)]
        clean = {key: value for key, value in os.environ.items() if key not in ("SEEDSEARCH_INDEX", "NO_COLOR")}
        return subprocess.run(
            command, cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, encoding="utf-8", timeout=120
        )

    return run

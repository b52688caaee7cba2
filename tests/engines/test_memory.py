from __future__ import annotations

from pathlib import Path

import pytest

from seedsearch.engines import Engine

from .contract import EngineContract


class TestMemoryEngine(EngineContract):
    name = "memory"

    def test_a_full_disk_changes_nothing(self, engine: Engine) -> None:
        pytest.skip("writes nothing to disk")

    def test_an_index_is_opened_again(self, engine: Engine, folder: Path) -> None:
        pytest.skip("keeps nothing on disk")

    def test_create_empties_an_index(self, engine: Engine, folder: Path) -> None:
        pytest.skip("each engine in memory is an index of its own")

    def test_random_collections_and_trees(self) -> None:
        pytest.skip("is what the others are compared with")

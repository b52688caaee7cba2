"""Time of a search over 100,000 vectors of passages, the query's own vector included, on one core.

    python bench/dense.py                          # 100,000 random unit vectors
    python bench/dense.py INDEX --query "TEXT"     # the vectors of an index, repeated until there are as many
    python bench/dense.py --rows 1000000

Prints CPU milliseconds, the median of several: of the query's vector, of the scan, of both; and of one plain product of as many
floats by numpy, which takes four times the memory, with the ratio to that.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from seedsearch import encoder, manifest
from seedsearch.vectors import Row, Vectors, packed

REPEATS = 15
QUERY = "How many passages does a question about the trade of semiconductors find in a hundred thousand?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", nargs="?", type=Path, help="an index made with --semantic; random vectors without")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--query", default=QUERY)
    arguments = parser.parse_args()
    vectors = of_index(arguments.index) if arguments.index else random_vectors(min(arguments.rows, 10_000))
    with tempfile.TemporaryDirectory() as folder:
        table = Vectors(Path(folder))
        step = 10_000
        for start in range(0, arguments.rows, step):
            numbers = range(start, min(start + step, arguments.rows))
            table.add([(Row(i + 1, 1, i % 2, i), vectors[i % len(vectors)]) for i in numbers])
        report(table, arguments.rows, arguments.query)


def of_index(index: Path) -> list[bytes]:
    """The vectors of an index."""
    table = Vectors(index / manifest.read_manifest(index).generation)
    rows, _ = table._open()
    return list(table.known(rows["key"].tolist()).values())


def random_vectors(count: int) -> list[bytes]:
    """Vectors of length 1 in random directions, always the same."""
    found = np.random.default_rng(5).normal(size=(count, encoder.DIMENSION)).astype(np.float32)
    return [packed(vector / np.linalg.norm(vector)) for vector in found]


def report(table: Vectors, rows: int, query: str) -> None:
    encoder.encode(query)
    encoding = cpu(lambda: encoder.encode(query))
    vector = encoder.encode(query)
    scan = cpu(lambda: table.nearest(vector, ["en", "zh"], None, 100))
    half = cpu(lambda: table.nearest(vector, ["en"], None, 100))
    floats = np.random.default_rng(5).normal(size=(rows, encoder.DIMENSION)).astype(np.float32)
    with encoder.one_thread():
        plain = cpu(lambda: np.argpartition(-(floats @ vector), 100)[:100])
    print(f"{rows:,} vectors, CPU ms, median of {REPEATS}: query {encoding:.1f}, scan {scan:.1f}, both {encoding + scan:.1f}")
    print(f"one language of two, interleaved: scan {half:.1f}; one product of floats: {plain:.1f}, ratio {scan / plain:.1f}")


def cpu(work: Callable[[], Any]) -> float:
    """CPU milliseconds, the median of several."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        times.append(1000 * (time.process_time() - began))
    return median(times)


if __name__ == "__main__":
    main()

"""The judged questions about the seeds say what the seeds say, and the floor of relevance holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from seedsearch.judged import read_judged
from tests.conftest import ROOT, SEEDS
from tests.test_evaluation import collection

JUDGED = ROOT / "bench" / "seeds-judged"


def test_the_pieces_are_the_lines_of_the_seeds_each_once() -> None:
    covered: dict[str, list[int]] = {}
    for row in (JUDGED / "corpus.jsonl").read_text("utf-8").splitlines():
        piece = json.loads(row)
        name, _, place = piece["id"].partition(":")
        start, end = map(int, place.split("-"))
        lines = (SEEDS / name).read_text("utf-8").split("\n")
        assert piece["text"] == "\n".join(lines[start - 1 : end])
        covered.setdefault(name, []).extend(n for n in range(start, end + 1) if lines[n - 1].strip())
    for seed in SEEDS.iterdir():
        lines = seed.read_text("utf-8").split("\n")
        assert covered[seed.name] == [n for n, line in enumerate(lines, 1) if line.strip()]


def test_every_judgment_names_a_piece() -> None:
    ids = {json.loads(row)["id"] for row in (JUDGED / "corpus.jsonl").read_text("utf-8").splitlines()}
    judged = read_judged(JUDGED)
    assert len(judged.queries) == 35
    assert judged.missing == ()
    assert {document for grades in judged.judgments.values() for document in grades} <= ids


def relevance(folder: Path, floor: Path, results: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "bench/relevance.py", str(folder), "--floor", str(floor), "--results", str(results), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120)


def test_a_floor_holds_and_is_only_lifted(tmp_path: Path) -> None:
    collection(tmp_path / "judged" / "tiny")
    floor, results = tmp_path / "floor.json", tmp_path / "new" / "results.jsonl"
    run = relevance(tmp_path / "judged", floor, results, "--raise")
    assert run.returncode == 0
    record = json.loads(results.read_text("utf-8"))
    assert record["nDCG@10"] > 0.3
    entry = json.loads(floor.read_text("utf-8"))["tiny"]
    assert entry == {"corpus_sha256": record["corpus_sha256"], "nDCG@10": round(record["nDCG@10"], 4)}

    higher = json.dumps({"tiny": entry | {"nDCG@10": 0.9999}})
    floor.write_text(higher, "utf-8")
    run = relevance(tmp_path / "judged", floor, results, "--raise")
    assert run.returncode == 1
    assert "its floor 0.9999" in run.stderr
    assert json.loads(floor.read_text("utf-8")) == json.loads(higher), "a floor is never lowered"
    assert len(results.read_text("utf-8").splitlines()) == 2


def test_the_floor_of_another_corpus_is_not_compared(tmp_path: Path) -> None:
    collection(tmp_path / "tiny")
    floor = tmp_path / "floor.json"
    floor.write_text(json.dumps({"tiny": {"corpus_sha256": "0", "nDCG@10": 0.1}}), "utf-8")
    run = relevance(tmp_path / "tiny", floor, tmp_path / "results.jsonl")
    assert run.returncode == 1
    assert "another corpus" in run.stderr
    run = relevance(tmp_path, floor, tmp_path / "results.jsonl", "--collections", "tiny,none")
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)

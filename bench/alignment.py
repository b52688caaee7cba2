"""Strict and lax F1 of halves and alignment on folders of gold documents, and time and memory by size.

    python bench/alignment.py FOLDER...            F1 by source and by shape; a folder holds docs/*.txt and gold/*.json
    python bench/alignment.py --scale FOLDER...    documents of 1,000 to 10,000 blocks a side, made of the same gold

A predicted bead is compared by the gold segments whose lines it touches; beads with one side empty are left out. Strict: it
is a gold bead. Lax: it shares a line of each side with a gold bead. F1 is of precision and recall over all documents together.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

from seedsearch.reading import align, read

Bead = tuple[frozenset[str], frozenset[str]]
SIZES = (1000, 2000, 5000, 10000)


class Score(NamedTuple):
    """Beads that are right: predicted ones and gold ones, strictly and laxly; and how many there are of each."""

    strict_predicted: int = 0
    strict_gold: int = 0
    lax_predicted: int = 0
    lax_gold: int = 0
    predicted: int = 0
    gold: int = 0

    def plus(self, other: Score) -> Score:
        """The counts of both together."""
        return Score(*(a + b for a, b in zip(self, other, strict=True)))

    def __str__(self) -> str:
        strict = f1(self.strict_predicted / max(1, self.predicted), self.strict_gold / max(1, self.gold))
        lax = f1(self.lax_predicted / max(1, self.predicted), self.lax_gold / max(1, self.gold))
        return f"strict {strict:.4f}  lax {lax:.4f}  ({self.predicted} beads, gold {self.gold})"


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def predicted(path: Path, gold: dict[str, Any]) -> list[Bead]:
    segment = {n: s["id"] for s in gold["segments"] for n in range(s["start_line"], s["end_line"] + 1)}
    document = read(path)

    def side(blocks: Iterable[int]) -> set[str]:
        spans = [document.blocks[number].span for number in blocks]
        return {segment[n] for span in spans for n in range(span.start_line, span.end_line + 1) if n in segment}

    beads: list[Bead] = []
    for bead in align(document).beads:
        both = side(bead.left) | side(bead.right)
        chinese, english = (frozenset(s for s in both if s[0] == letter) for letter in "ze")
        if bead.left and bead.right and chinese and english:
            beads.append((chinese, english))
    return beads


def compared(beads: Sequence[Bead], gold: Sequence[Bead]) -> Score:
    """The counts for one document."""
    strict, lax = set(gold), _touching(gold)
    strict_back, lax_back = set(beads), _touching(beads)
    return Score(
        sum(bead in strict for bead in beads),
        sum(bead in strict_back for bead in gold),
        sum(any((z, e) in lax for z in bead[0] for e in bead[1]) for bead in beads),
        sum(any((z, e) in lax_back for z in bead[0] for e in bead[1]) for bead in gold),
        len(beads),
        len(gold),
    )


def _touching(beads: Sequence[Bead]) -> set[tuple[str, str]]:
    return {(z, e) for chinese, english in beads for z in chinese for e in english}


def quality(folders: Sequence[Path]) -> None:
    groups: dict[str, Score] = defaultdict(Score)
    for path in sorted(path for folder in folders for path in folder.glob("gold/*.json")):
        gold = json.loads(path.read_text("utf-8"))
        beads = [(frozenset(a), frozenset(b)) for a, b in gold["pairs"] if a and b]
        score = compared(predicted(path.parents[1] / "docs" / f"{path.stem}.txt", gold), beads)
        for group in ("all", gold["source"], f"shape {gold['shape']}", f"unit {gold['unit']}"):
            groups[group] = groups[group].plus(score)
    for group, score in groups.items():
        print(f"{group:20} {score}")


class Pair(NamedTuple):
    """Lines of one gold bead."""

    left: list[str]
    right: list[str]


def pairs(folders: Sequence[Path]) -> list[Pair]:
    """All gold beads of the folders, a document after the other."""
    found = []
    for path in sorted(path for folder in folders for path in folder.glob("gold/*.json")):
        gold = json.loads(path.read_text("utf-8"))
        lines = (path.parents[1] / "docs" / f"{path.stem}.txt").read_text("utf-8").split("\n")
        text = {s["id"]: " ".join(lines[s["start_line"] - 1 : s["end_line"]]) for s in gold["segments"]}
        found += [Pair([text[z] for z in a], [text[e] for e in b]) for a, b in gold["pairs"]]
    return found


def made(beads: Sequence[Pair], size: int, missing: range) -> tuple[str, dict[str, Any]]:
    """A document of about `size` lines a side, the lines of the beads in `missing` left out of the second half; its gold."""
    left: list[str] = []
    right: list[str] = []
    links = []
    for number, bead in enumerate(cycle(beads)):
        if len(left) >= size:
            break
        # Each round of the same text differs in its numbers, as the chapters of a manual do.
        mark = f" {number // len(beads)}" if number >= len(beads) else ""
        ours = [line + mark for line in bead.left]
        theirs = [line + mark for line in bead.right] if number not in missing else []
        links.append((range(len(left), len(left) + len(ours)), range(len(right), len(right) + len(theirs))))
        left += ours
        right += theirs
    segments = [{"id": f"z{i}", "start_line": i + 1, "end_line": i + 1} for i in range(len(left))]
    segments += [{"id": f"e{i}", "start_line": len(left) + i + 1, "end_line": len(left) + i + 1} for i in range(len(right))]
    gold = {"segments": segments, "pairs": [[[f"z{i}" for i in a], [f"e{i}" for i in b]] for a, b in links]}
    return "\n".join(left + right) + "\n", gold


def scale(folders: Sequence[Path]) -> None:
    """One process a size, so that the memory is its own."""
    beads = [bead for bead in pairs(folders) if all(len(line) < 2000 for line in bead.left + bead.right)]
    print("lines a side  missing    CPU s  of it align  MB   F1")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            for missing in (range(0), range(size // 3, size // 3 + size // 10)):
                text, gold = made(beads, size, missing)
                Path(folder, "document.txt").write_text(text, "utf-8")
                Path(folder, "gold.json").write_text(json.dumps(gold), "utf-8")
                command = [sys.executable, __file__, "--one", folder]
                run = subprocess.run(command, capture_output=True, text=True, check=True)
                print(f"{size:12}  {len(missing):7}  {run.stdout.strip()}", flush=True)


def one(folder: Path) -> None:
    gold = json.loads((folder / "gold.json").read_text("utf-8"))
    document = read(folder / "document.txt")
    start = time.process_time()
    align(document)
    aligning = time.process_time() - start
    whole = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    beads = [(frozenset(a), frozenset(b)) for a, b in gold["pairs"] if a and b]
    score = compared(predicted(folder / "document.txt", gold), beads)
    print(f"{whole:7.1f}  {aligning:11.1f}  {memory:4.0f}  {score}")


def main() -> None:
    folders = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("--")]
    if not folders:
        raise SystemExit(__doc__)
    (one(folders[0]) if "--one" in sys.argv else scale(folders) if "--scale" in sys.argv else quality(folders))


if __name__ == "__main__":
    main()

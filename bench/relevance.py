"""Relevance on judged collections, kept with its date, and held to a floor.

    python bench/relevance.py DIR [--collections a,b] [--floor FILE] [--raise] [--results FILE]

DIR is a judged collection, or a folder of such (`seedsearch eval --help` tells their layout). Each figure is appended to
bench/results/relevance.jsonl. Exit status 1 where a collection's nDCG@10 lies more than .003 below its floor, or the mean over
the collections that have a floor more than .002 below the mean of their floors. --raise lifts floors, and never lowers one.
The floor of a collection holds for its corpus alone, told by SHA-256: for another corpus remove the old floor by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import seedsearch
from seedsearch.cli.eval import as_record
from seedsearch.errors import SeedsearchError
from seedsearch.evaluation import evaluate
from seedsearch.judged import is_judged
from seedsearch.measures import mean

HERE = Path(__file__).parent
ONE, MEAN = 0.003, 0.002  # how far below its floor a collection, and the mean, may lie: rounding and small trade-offs
MEASURE = "nDCG@10"

Floors = dict[str, dict[str, Any]]  # collection -> its nDCG@10 and the SHA-256 of its corpus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--collections", metavar="A,B", help="only these")
    parser.add_argument("--floor", type=Path, metavar="FILE", default=HERE / "relevance-floor.json")
    parser.add_argument("--raise", dest="lift", action="store_true", help="lift the floors to what is measured")
    parser.add_argument("--results", type=Path, metavar="FILE", default=HERE / "results" / "relevance.jsonl")
    options = parser.parse_args()
    wanted = options.collections.split(",") if options.collections else None
    try:
        records = [measured(folder) for folder in folders(options.folder, wanted)]
    except SeedsearchError as error:
        sys.exit(f"relevance: {error}")
    keep(options.results, records)
    floors: Floors = json.loads(options.floor.read_text("utf-8")) if options.floor.is_file() else {}
    complaints = shortfalls(records, floors)
    for complaint in complaints:
        print(f"relevance: {complaint}", file=sys.stderr)
    if options.lift:
        text = json.dumps(lifted(records, floors), indent=2, ensure_ascii=False, sort_keys=True)
        options.floor.write_text(text + "\n", "utf-8")
    sys.exit(1 if complaints else 0)


def folders(top: Path, wanted: list[str] | None) -> list[Path]:
    """The judged collections at and directly below a folder, by name; those wanted, or all."""
    found = [top] if is_judged(top) else [folder for folder in sorted(top.glob("*")) if is_judged(folder)]
    names = [folder.resolve().name for folder in found]
    absent = [name for name in wanted or [] if name not in names]
    if absent or not found:
        raise SeedsearchError(f"{top} holds no judged collection {', '.join(absent)}".rstrip())
    return [folder for folder, name in zip(found, names, strict=True) if wanted is None or name in wanted]


def measured(folder: Path) -> dict[str, Any]:
    """The figures of a collection, printed as they come."""
    evaluation = evaluate(folder)
    for note in evaluation.notes:
        print(f"relevance: {note}", file=sys.stderr)
    head = {"date": date.today().isoformat(), "version": seedsearch.__version__, "corpus_sha256": evaluation.sha256}
    record = head | as_record(evaluation)
    seconds = record.pop("seconds")  # says more of the machine than of the search
    print(f"{record['collection']:14} {record[MEASURE]:.4f}  {record['queries']} queries, {seconds:.0f} s", flush=True)
    return record


def keep(results: Path, records: list[dict[str, Any]]) -> None:
    results.parent.mkdir(parents=True, exist_ok=True)
    with results.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def shortfalls(records: list[dict[str, Any]], floors: Floors) -> list[str]:
    """What lies too far below its floor, a line each."""
    told = []
    pairs = []
    for record in records:
        name, value = record["collection"], record[MEASURE]
        floor = floors.get(name)
        if floor is None:
            continue
        if floor["corpus_sha256"] != record["corpus_sha256"]:
            told.append(f"{name}: its floor was measured on another corpus; remove it, then set it anew with --raise")
            continue
        pairs.append((value, floor[MEASURE]))
        if floor[MEASURE] - value > ONE:
            told.append(f"{name}: {MEASURE} is {value:.4f}, its floor {floor[MEASURE]:.4f}")
    mean_value, mean_floor = mean([value for value, _ in pairs]), mean([floor for _, floor in pairs])
    if mean_floor - mean_value > MEAN:
        told.append(f"mean of {len(pairs)}: {MEASURE} is {mean_value:.4f}, that of the floors {mean_floor:.4f}")
    return told


def lifted(records: list[dict[str, Any]], floors: Floors) -> Floors:
    """The floors, each lifted to what was measured where that is more, and new ones."""
    new = dict(floors)
    for record in records:
        entry = {MEASURE: round(record[MEASURE], 4), "corpus_sha256": record["corpus_sha256"]}
        old = floors.get(record["collection"])
        if old is None or (old["corpus_sha256"] == entry["corpus_sha256"] and entry[MEASURE] > old[MEASURE]):
            new[record["collection"]] = entry
    return new


if __name__ == "__main__":
    main()

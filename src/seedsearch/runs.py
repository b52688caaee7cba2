"""Runs: for each query the documents that came out, best first, with their scores; read and written in the form of TREC.

A line is `query Q0 document rank score tag` (https://trec.nist.gov, "What is an ad hoc run").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from seedsearch.errors import EvaluationError
from seedsearch.judged import columns, lines, malformed

Run = dict[str, list[tuple[str, float]]]  # query -> (document, score), best first
TAG = "seedsearch"
STEP = 0.0001  # between two scores in a file; 32 bits, in which trec_eval holds them, tell this up to a score of 1,000
_BREAKS = dict.fromkeys((9, 10, 11, 12, 13, 28, 29, 30, 0x85, 0x2028, 0x2029), "_")  # tabs and ends of lines


def write_run(file: Path, run: Mapping[str, Sequence[tuple[str, float]]]) -> None:
    """Write a run. Raises EvaluationError where the file cannot be written.

    Scores have four decimals, and each is below the one before, for trec_eval pays no heed to ranks and orders equal scores by
    name. Columns stand apart by a blank, or by tabs where an id holds a blank.
    """
    rows = []
    for query, ranked in run.items():
        before = float("inf")
        for rank, (document, score) in enumerate(ranked, 1):
            before = min(round(score, 4), round(before - STEP, 4))
            fields = [query, "Q0", document, str(rank), f"{before:.4f}", TAG]
            fields = [field.translate(_BREAKS) for field in fields]
            rows.append(("\t" if any(len(field.split()) > 1 for field in fields) else " ").join(fields) + "\n")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(rows)
    except OSError as error:
        raise EvaluationError(f"{file}: cannot be written ({error.strerror}); name another file with --run") from None


def read_run(file: Path) -> Run:
    """A run, documents by falling score and, where that is equal, by rank. A document given twice counts once.

    Raises EvaluationError, which names file and line.
    """
    if not file.is_file():
        raise EvaluationError(f"{file}: no such run file; write one with: seedsearch eval COLLECTION --run FILE")
    found: dict[str, list[tuple[float, int, str]]] = {}
    for number, line in lines(file):
        fields = columns(line)
        if len(fields) != 6:
            raise malformed(file, number, f"{len(fields)} columns; a line of a run is: query Q0 document rank score tag")
        try:
            rank, score = int(fields[3]), float(fields[4])
        except ValueError:
            raise malformed(file, number, "rank and score, the 4th and 5th column, must be numbers") from None
        if score != score:
            raise malformed(file, number, "the score is not a number")
        found.setdefault(fields[0], []).append((-score, rank, fields[2]))
    run: Run = {}
    for query, ranked in found.items():
        best: dict[str, float] = {}
        for negated, _, document in sorted(ranked):
            best.setdefault(document, -negated)
        run[query] = list(best.items())
    return run

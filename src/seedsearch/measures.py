"""Runs and judgments to measures, with ir-measures (https://ir-measur.es), and whether one run is better than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from seedsearch.errors import EvaluationError
from seedsearch.tuples import NamedTuple

MEASURES = ("nDCG@10", "R@100", "MRR@10", "P@1")
SHUFFLES = 10_000
CHUNK = 1_000  # shuffles in memory at a time: 28 MB for 3,500 queries
SEED = 2007

Values = dict[str, dict[str, float]]  # query -> measure -> value


class Comparison(NamedTuple):
    """Two runs compared by one measure: both means, p of the paired test, and queries better, worse and equal in the first."""

    measure: str
    ours: float
    theirs: float
    p: float
    wins: int
    losses: int
    ties: int


def check_installed() -> None:
    """Raise EvaluationError unless the package that measures is there: it is not installed by default."""
    if find_spec("ir_measures") is None:
        raise EvaluationError("measuring needs ir-measures; run: pip install ir-measures")


def measure(judgments: Mapping[str, Mapping[str, int]], run: Mapping[str, Sequence[tuple[str, float]]]) -> Values:
    """The measures of each judged query, in the order of the judgments, as ir-measures and trec_eval compute them.

    What is scored is the order of the run: trec_eval would order by score in 32 bits and then by name. Queries that the run
    lacks score 0. nDCG with the grades as gains and a discount of log2(rank + 1) (Järvelin and Kekäläinen 2002).
    """
    from ir_measures import RR, P, R, iter_calc, nDCG

    names = dict(zip((nDCG @ 10, R @ 100, RR @ 10, P @ 1), MEASURES, strict=True))
    qrels: dict[str, dict[str, int]] = {}
    scores: dict[str, dict[str, float]] = {}
    # Ids are replaced by numbers: what is measured is written in C and takes neither NUL nor half a surrogate pair.
    numbers = {str(number): query for number, query in enumerate(judgments)}
    for number, query in numbers.items():
        ranked = [document for document, _ in run.get(query, ())]
        names_of = {document: str(i) for i, document in enumerate(dict.fromkeys((*judgments[query], *ranked)))}
        qrels[number] = {names_of[document]: grade for document, grade in judgments[query].items()}
        scores[number] = {names_of[document]: float(-rank) for rank, document in enumerate(ranked)}
    values: Values = {query: dict.fromkeys(MEASURES, 0.0) for query in judgments}
    for metric in iter_calc(names, qrels, {number: found for number, found in scores.items() if found}):
        values[numbers[metric.query_id]][names[metric.measure]] = metric.value
    return values


def compare(ours: Values, theirs: Values) -> list[Comparison]:
    """Two runs compared query by query, over the queries of the first, by each measure."""
    comparisons = []
    for name in MEASURES:
        pairs = [(values[name], theirs[query][name]) for query, values in ours.items()]
        differences = [a - b for a, b in pairs]
        wins, losses = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
        means = mean([a for a, _ in pairs]), mean([b for _, b in pairs])
        comparisons.append(Comparison(name, *means, randomization(differences), wins, losses, len(pairs) - wins - losses))
    return comparisons


def randomization(differences: Sequence[float]) -> float:
    """The p of Fisher's two-sided paired randomization test: how often, with random signs, the sum is as far from 0 as it is.

    10,000 samples, always the same ones; the one observed counts as one more, so that p is never 0. Smucker, Allan and
    Carterette, "A comparison of statistical significance tests for information retrieval evaluation", CIKM 2007.
    """
    from random import Random

    import numpy as np

    moved = np.array([difference for difference in differences if difference], dtype=float)  # a sign of 0 changes nothing
    if not len(moved):
        return 1.0
    observed = abs(moved.sum()) - 1e-9
    generator = Random(SEED)  # its bytes are the same with every version of numpy
    extreme = 0
    for _ in range(0, SHUFFLES, CHUNK):
        raw = np.frombuffer(generator.randbytes(CHUNK * -(-len(moved) // 8)), dtype=np.uint8).reshape(CHUNK, -1)
        signs = 1.0 - 2.0 * np.unpackbits(raw, axis=1)[:, : len(moved)]
        extreme += int((np.abs(signs @ moved) >= observed).sum())
    return (extreme + 1) / (SHUFFLES + 1)


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0

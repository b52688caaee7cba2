"""Reading judged collections and runs, the measures against their formulas, the paired test against all its shuffles."""

from __future__ import annotations

import gzip
import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import EvaluationError
from seedsearch.evaluation import evaluate, worst
from seedsearch.judged import read_judged
from seedsearch.measures import MEASURES, compare, measure, randomization
from seedsearch.runs import read_run, write_run

CORPUS = {"d1": "The cat sleeps.", "d2": "The dog barks at the cat.", "d3": "Snow fell.", "d4": "", "d5": "Snow fell."}
QUERIES = {"q1": "cat", "q2": 'what "fell -- (from: the sky?', "q9": "not judged"}
QRELS = "q1\t0\td2\t1\nq2\t0\td5\t2\nq2\t0\td1\t0\n"


def collection(folder: Path, qrels: str = QRELS, queries: str | None = None, place: str = "qrels.tsv") -> Path:
    """A tiny judged collection."""
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    rows = [json.dumps({"_id": name, "title": "", "text": text, "lang": "en"}) for name, text in CORPUS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows), "utf-8")
    if queries is None:
        queries = "\n".join(json.dumps({"_id": name, "text": text}) for name, text in QUERIES.items())
    (folder / "queries.jsonl").write_bytes(queries.encode())
    (folder / place).write_bytes(qrels.encode())
    return folder


@pytest.mark.parametrize(
    ("qrels", "place"),
    [
        (QRELS, "qrels.tsv"),
        ("q1 0 d2 1\nq2 0 d5 2\nq2 0 d1 0\n", "qrels.tsv"),
        ("\ufeffq1\t0\td2\t1  \r\n\r\n  \r\nq2\t0\td5\t2\t\r\nq2\t0\td1\t0", "qrels.tsv"),
        ("query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td5\t2\nq2\td1\t0\n", "qrels/test.tsv"),
        ("\ufeffquery-id\tcorpus-id\tscore\r\nq1\td2\t1.0\r\nq2\td5\t2\r\nq2\td1\t0\r\n", "qrels/dev.tsv"),
    ],
)
def test_every_usual_form_of_judgments_is_read(tmp_path: Path, qrels: str, place: str) -> None:
    judged = read_judged(collection(tmp_path / "tiny", qrels, place=place))
    assert judged.judgments == {"q1": {"d2": 1}, "q2": {"d5": 2, "d1": 0}}
    assert (judged.name, list(judged.queries), judged.missing) == ("tiny", ["q1", "q2"], ())


@pytest.mark.parametrize(
    ("qrels", "line"),
    [
        ("q1\t0\td2\t1\n\n\nq1\t0\t5", 4),
        ("query-id\tcorpus-id\tscore\nq1\td2\t1\nq1 0 d2 1", 3),
        ("q1\t0\td2\t1\n\nq2\t0\td5\tvery", 3),
        ("q1\t0\td2\t1.5", 1),
        ("q1\t0\td2\t99999999999999999999", 1),
        ("q1\t0\td2\tnan", 1),
        ("q1\t0\td2\t1\nq1\t0\td2\t2", 2),
        ("q1\t0\t\t1", 1),
        ("q1 0 d2 1 x", 1),
        ("query-id\tcorpus-id\tscore\nquery-id\tcorpus-id\tscore", 2),
    ],
)
def test_a_malformed_judgment_is_named_by_file_and_line(tmp_path: Path, qrels: str, line: int) -> None:
    with pytest.raises(EvaluationError, match=rf"qrels\.tsv:{line}: ") as error:
        read_judged(collection(tmp_path, qrels))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("queries", "line"),
    [
        ('{"_id": "q1", "text": "cat"}\n\n{"_id": "q2"', 3),
        ('{"_id": "q1", "text": "cat"}\n["q2", "x"]', 2),
        ('{"text": "cat"}', 1),
        ('{"_id": "q1", "text": null}', 1),
        ('{"_id": "q1", "text": "cat"}\n{"_id": "q1", "text": "dog"}', 2),
        ("[" * 100_000, 1),
    ],
)
def test_a_malformed_query_is_named_by_file_and_line(tmp_path: Path, queries: str, line: int) -> None:
    with pytest.raises(EvaluationError, match=rf"queries\.jsonl:{line}: "):
        read_judged(collection(tmp_path, queries=queries))


def test_queries_may_have_other_fields_and_numbers_for_ids(tmp_path: Path) -> None:
    queries = '\ufeff{"id": 7, "query": "cat \\ud800"}\r\n\r\n'
    judged = read_judged(collection(tmp_path, "7 0 d2 1\n8 0 d2 1", queries))
    assert (judged.queries, judged.missing) == ({"7": "cat \ufffd"}, ("8",))


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no such folder"):
        read_judged(tmp_path / "nowhere")
    folder = collection(tmp_path / "tiny", "q3 0 d1 1")
    with pytest.raises(EvaluationError, match="none of its queries is judged"):
        read_judged(folder)
    (folder / "qrels.tsv").write_text("\n", "utf-8")
    with pytest.raises(EvaluationError, match="holds no judgments"):
        read_judged(folder)
    (folder / "qrels.tsv").unlink()
    with pytest.raises(EvaluationError, match=r"no qrels\.tsv"):
        read_judged(folder)
    (folder / "queries.jsonl").unlink()
    with pytest.raises(EvaluationError, match=r"no queries\.jsonl"):
        read_judged(folder)
    (folder / "queries.jsonl.gz").write_bytes(gzip.compress(b'{"_id": "q1", "text": "cat"}\n')[:-4])
    (folder / "qrels.tsv").write_text(QRELS, "utf-8")
    with pytest.raises(EvaluationError, match=r"queries\.jsonl\.gz.*damaged"):
        read_judged(folder)


def naive(grades: dict[str, int], ranked: list[str]) -> dict[str, float]:
    """The measures as their authors write them."""
    gains = [max(0, grades.get(document, 0)) for document in ranked]
    best = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    dcg, ideal = (sum(g / math.log2(i + 2) for i, g in enumerate(some[:10])) for some in (gains, best))
    first = next((i for i, gain in enumerate(gains[:10], 1) if gain), 0)
    return {
        "nDCG@10": dcg / ideal if ideal else 0.0,
        "R@100": sum(gain > 0 for gain in gains[:100]) / len(best) if best else 0.0,
        "MRR@10": 1 / first if first else 0.0,
        "P@1": float(bool(gains[:1] and gains[0])),
    }


IDS = st.sampled_from([f"d{i}" for i in range(130)]) | st.text(max_size=3)
JUDGED = st.dictionaries(IDS, st.integers(-1, 4), min_size=1, max_size=30)


@given(
    st.dictionaries(st.text(max_size=3), st.tuples(JUDGED, st.lists(IDS, unique=True, max_size=120)), min_size=1, max_size=5)
)
def test_the_measures_are_what_their_formulas_say(topics: dict[str, tuple[dict[str, int], list[str]]]) -> None:
    judgments = {query: grades for query, (grades, _) in topics.items()}
    # Equal scores throughout: it is the order of the run that counts.
    values = measure(judgments, {query: [(document, 1.0) for document in ranked] for query, (_, ranked) in topics.items()})
    assert list(values) == list(topics)
    for query, (grades, ranked) in topics.items():
        assert values[query] == pytest.approx(naive(grades, ranked), abs=1e-9)


def test_a_query_that_the_run_lacks_scores_nothing() -> None:
    assert measure({"q1": {"d1": 1}}, {}) == {"q1": dict.fromkeys(MEASURES, 0.0)}


@given(st.lists(st.floats(-1, 1).map(lambda x: round(x, 2)), max_size=9))
def test_the_paired_test_is_near_the_exact_one(differences: list[float]) -> None:
    shuffles = list(itertools.product((1, -1), repeat=len(differences)))
    sums = [abs(sum(s * d for s, d in zip(signs, differences, strict=True))) for signs in shuffles]
    exact = sum(value >= abs(sum(differences)) - 1e-9 for value in sums) / len(sums)
    assert randomization(differences) == pytest.approx(exact, abs=0.025)  # five standard errors of 10,000 samples
    assert randomization(differences) == randomization(differences)


def test_a_comparison_counts_who_wins() -> None:
    ours = measure({f"q{i}": {"d": 1} for i in range(20)}, {f"q{i}": [("d", 1.0)] for i in range(15)})
    theirs = measure({f"q{i}": {"d": 1} for i in range(20)}, {f"q{i}": [("x", 2.0), ("d", 1.0)] for i in range(1, 16)})
    by_name = {each.measure: each for each in compare(ours, theirs)}
    first = by_name["P@1"]
    assert (first.ours, first.theirs, first.wins, first.losses, first.ties) == (0.75, 0.0, 15, 0, 5)
    assert first.p < 0.001
    recall = by_name["R@100"]
    assert (recall.wins, recall.losses, recall.ties, recall.p) == (1, 1, 18, 1.0)


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=4).filter(str.strip).map(str.strip),
        st.lists(
            st.tuples(st.integers().map(lambda i: f"d{i}/é 台灣#"), st.floats(-50, 900)), min_size=1, unique_by=lambda d: d[0]
        ),
        max_size=4,
    )
)
def test_a_run_comes_back_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, run: dict[str, list[tuple[str, float]]]
) -> None:
    file = tmp_path_factory.mktemp("run") / "new" / "x.run"
    run = {query: ranked for query, ranked in run.items() if query.isprintable()}
    write_run(file, run)
    back = read_run(file)
    assert {query: [d for d, _ in ranked] for query, ranked in back.items()} == {q: [d for d, _ in r] for q, r in run.items()}
    for ranked in back.values():
        assert all(above > below for (_, above), (_, below) in itertools.pairwise(ranked))


def test_the_run_of_another_program_is_read_by_score_then_rank(tmp_path: Path) -> None:
    file = tmp_path / "other.run"
    file.write_bytes(
        b"\xef\xbb\xbfq1 Q0 d3 3 1.5 bm25\r\nq1 Q0 d1 2 7 bm25\r\n\r\nq1\tQ0\td2\t1\t1.5\tbm25\r\nq1 Q0 d1 9 0 bm25"
    )
    assert read_run(file) == {"q1": [("d1", 7.0), ("d2", 1.5), ("d3", 1.5)]}
    for line in ("q1 Q0 d1 1 7", "q1 Q0 d1 one 7 x", "q1 Q0 d1 1 nan x"):
        file.write_text(f"q1 Q0 d1 1 8 x\n\n{line}\n", "utf-8")
        with pytest.raises(EvaluationError, match=r"other\.run:3: "):
            read_run(file)
    with pytest.raises(EvaluationError, match="no such run file"):
        read_run(tmp_path / "none.run")


def test_evaluation_through_the_library(tmp_path: Path) -> None:
    steps: set[str] = set()
    evaluation = evaluate(collection(tmp_path / "tiny"), tmp_path / "kept", notify=lambda step: steps.add(step.doing))
    assert steps == {"indexing", "searching"}
    assert evaluation.documents == 5
    assert {d for d, _ in evaluation.run["q1"]} == {"d1", "d2"}
    assert (evaluation.notes, evaluation.broken) == ((), False)
    assert [miss.query for miss in worst(evaluation, 5)] == sorted(
        evaluation.values, key=lambda query: evaluation.values[query]["nDCG@10"]
    )

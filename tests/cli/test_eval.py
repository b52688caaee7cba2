"""`seedsearch eval` as it is used: the real program on small judged collections."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from tests.conftest import ROOT, Program
from tests.test_evaluation import collection

KEYS = ["collection", "documents", "queries", "nDCG@10", "R@100", "MRR@10", "P@1", "seconds"]
SHARED = Path(os.environ.get("SEEDSEARCH_SHARED", ROOT.parent / "shared")) / "eval"


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_the_table_and_the_json_say_the_same(program: Program, tmp_path: Path) -> None:
    for name in ("one", "two"):
        collection(tmp_path / name)
    run = program("eval", "one", "two")
    assert (run.returncode, run.stderr) == (0, "")
    head, one, two, over = rows(run.stdout)
    assert head == KEYS
    assert (one[:3], two[:3], over[0]) == (["one", "5", "2"], ["two", "5", "2"], "mean")
    run = program("eval", "one", "two", "--json")
    records = [json.loads(line) for line in run.stdout.splitlines()]
    assert [list(record) for record in records] == [KEYS, KEYS]
    assert [f"{records[0][key]:.4f}" for key in KEYS[3:7]] == one[3:7] == over[1:5]


def test_figures_worked_out_by_hand(program: Program, tmp_path: Path) -> None:
    # "owl" is in d1 alone; "fox" is in d2, which is not judged, and twice in d3: 2 judged, of which d4 is not found.
    folder = tmp_path / "hand"
    folder.mkdir()
    texts = {"d1": "owl", "d2": "nothing but a fox and some other words here", "d3": "fox fox", "d4": "vixen", "d5": "hen"}
    corpus = "".join(json.dumps({"id": name, "text": text, "lang": "en"}) + "\n" for name, text in texts.items())
    (folder / "corpus.jsonl").write_text(corpus, "utf-8")
    (folder / "queries.jsonl").write_text('{"id": "a", "text": "owl"}\n{"id": "b", "text": "fox"}\n', "utf-8")
    (folder / "qrels.tsv").write_text("a 0 d1 1\nb 0 d2 1\nb 0 d4 1\n", "utf-8")
    run = program("eval", folder, "--json", "--run", "hand.run", "--worst", "1")
    record = json.loads(run.stdout)
    assert [line.split()[:4] for line in (tmp_path / "hand.run").read_text("utf-8").splitlines()] == [
        ["a", "Q0", "d1", "1"],
        ["b", "Q0", "d3", "1"],
        ["b", "Q0", "d2", "2"],
    ]
    # b: .6309 / (1 + .6309) = .3869
    assert record["nDCG@10"] == pytest.approx((1 + 0.38685) / 2, abs=1e-4)
    assert (record["R@100"], record["MRR@10"], record["P@1"]) == (0.75, 0.75, 0.5)
    assert rows(run.stderr)[-1] == ["b", "0.3869", "2", "d3", "fox"]


def test_the_layout_of_beir_packed_with_strange_ids(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    ids = ["a/b c", "#1", "台灣 文件", "café", "x" * 300, "empty"]
    texts = ["the red kite", "same words", "不對稱作戰能力", "same words", "a long name", ""]
    corpus = [json.dumps({"_id": i, "title": "", "text": text, "lang": "en"}) for i, text in zip(ids, texts, strict=True)]
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress("\r\n".join(corpus).encode("utf-8-sig")))
    queries = {"q 1": "kite", "q2": "???", "q3": "不对称作战", "q4": "SAME words", "dev": "kite"}
    lines = [json.dumps({"_id": i, "text": text}, ensure_ascii=False) for i, text in queries.items()]
    (folder / "queries.jsonl.gz").write_bytes(gzip.compress("\n\n".join(lines).encode()))
    qrels = "query-id\tcorpus-id\tscore\nq 1\ta/b c\t1\nq2\tcafé\t1\nq3\t台灣 文件\t1\nq4\t#1\t1\nq4\tcafé\t1\nlost\tcafé\t1\n"
    (folder / "qrels" / "test.tsv").write_text(qrels, "utf-8")
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\ndev\t#1\t1\n", "utf-8")
    run = program("eval", folder, "--json", "--run", "out/beir.run")
    assert run.returncode == 0
    record = json.loads(run.stdout)
    assert (record["documents"], record["queries"], record["P@1"], record["R@100"]) == (6, 4, 0.75, 0.75)
    assert "1 judged queries have no text and are left out; the first is lost" in run.stderr
    assert "query q2 scores 0" in run.stderr
    against = program("eval", folder, "--against", "out/beir.run")
    assert rows(against.stdout)[-1][:6] == ["P@1", "0.7500", "0.7500", "+0.0000", "1.0000", "0/0/4"]


def test_a_document_counts_with_its_best_passage_only(program: Program, tmp_path: Path) -> None:
    folder = collection(tmp_path / "long", "q1 0 short 1\n")
    many = "\n\n".join(f"The cat is here in chapter {i}. " + "Words follow words. " * 60 for i in range(150))
    texts = {"long": many, "short": "A cat sleeps beside others of its kind in a basket of wool."}
    corpus = "".join(json.dumps({"_id": name, "text": text, "lang": "en"}) + "\n" for name, text in texts.items())
    (folder / "corpus.jsonl").write_text(corpus, "utf-8")
    run = program("eval", folder, "--json", "--run", "long.run")
    assert json.loads(run.stdout)["R@100"] == 1
    assert sorted(line.split()[2] for line in (tmp_path / "long.run").read_text("utf-8").splitlines()) == ["long", "short"]


def test_a_kept_index_is_used_again_until_the_corpus_changes(program: Program, tmp_path: Path) -> None:
    folder = collection(tmp_path / "tiny")
    first = program("eval", folder, "--index", "kept", "--json")
    store = next((tmp_path / "kept" / "tiny" / "index").glob("*/store.sqlite"))
    before = store.stat().st_mtime_ns, store.stat().st_ino
    assert json.loads(program("eval", folder, "--index", "kept", "--json").stdout) | {"seconds": 0} == json.loads(
        first.stdout
    ) | {"seconds": 0}
    assert store.stat().st_ino == before[1]
    assert "tiny" in program("status", "--index", "kept/tiny/index").stdout
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write('\n{"_id": "d6", "text": "one more", "lang": "en"}\n')
    assert json.loads(program("eval", folder, "--index", "kept", "--json").stdout)["documents"] == 6
    manifest = tmp_path / "kept" / "tiny" / "index" / "seedsearch.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"analysis": "older"}), "utf-8")
    run = program("eval", folder, "--index", "kept", "--json")
    assert (run.returncode, json.loads(run.stdout)["documents"]) == (0, 6)


def test_a_kept_index_leaves_the_collection_as_it_is(program: Program, tmp_path: Path) -> None:
    folder = collection(tmp_path / "tiny")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert program("eval", "tiny", "--index", ".").returncode == 0
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_runs_of_several_collections_go_into_a_folder(program: Program, tmp_path: Path) -> None:
    for name in ("one", "two"):
        collection(tmp_path / name)
    assert program("eval", "one", "two", "--run", "runs").returncode == 0
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["one.run", "two.run"]
    worse = tmp_path / "runs" / "two.run"
    worse.write_text("q1 Q0 d3 1 1.0 other\n", "utf-8")
    run = program("eval", "one", "two", "--against", "runs")
    assert run.returncode == 0
    better = [line.split()[-1] for line in run.stdout.splitlines() if line.startswith("R@100")]
    assert better == ["0/0/2", "2/0/0"]
    assert program("eval", "one", "--against", "runs/none.run").returncode == 2


def test_errors_are_one_line_and_the_rest_is_still_done(program: Program, tmp_path: Path) -> None:
    collection(tmp_path / "good")
    collection(tmp_path / "bad", "q1 0 d2 1\nq1 d2")
    run = program("eval", "bad", "good", "nowhere")
    assert run.returncode == 2
    assert run.stderr.count("\n") == 2
    assert "qrels.tsv:2: 2 columns" in run.stderr
    assert rows(run.stdout)[1][0] == "good"
    (tmp_path / "good" / "corpus.jsonl").write_text('{"_id": "d1", "text": "cat", "lang": "en"}\n{"_id": broken\n', "utf-8")
    run = program("eval", "good")
    assert run.returncode == 2
    assert "corpus.jsonl: 1 of its lines cannot be read; the first is line 2" in run.stderr
    assert rows(run.stdout)[1][:2] == ["good", "1"], "the rest is measured all the same"
    (tmp_path / "good" / "corpus.jsonl").unlink()
    (tmp_path / "good" / "corpus.jsonl.gz").write_bytes(b"not packed")
    run = program("eval", "good")
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert program("eval").returncode == 2
    assert program("eval", "good", "good").returncode == 2


def test_nothing_found_at_all_is_told_by_the_status(program: Program, tmp_path: Path) -> None:
    folder = collection(tmp_path / "none", "q1 0 d1 1\n", '{"id": "q1", "text": "zebra"}')
    run = program("eval", folder, "--worst", "3")
    assert run.returncode == 1
    assert rows(run.stdout)[-1] == ["q1", "0.0000", "-", "(nothing)", "zebra"]


@pytest.mark.skipif(not (SHARED / "xquad-zh").is_dir(), reason="no judged collections at SEEDSEARCH_SHARED or ../shared")
def test_a_public_collection(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "zh"
    folder.mkdir()
    (folder / "corpus.jsonl").write_bytes((SHARED / "xquad-zh" / "corpus.jsonl").read_bytes())
    for name in ("queries.jsonl", "qrels.tsv"):
        lines = (SHARED / "xquad-zh" / name).read_text("utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(lines[:40]), "utf-8")
    record = json.loads(program("eval", folder, "--json").stdout)
    assert (record["documents"], record["queries"]) == (240, 40)
    assert record["nDCG@10"] > 0.85

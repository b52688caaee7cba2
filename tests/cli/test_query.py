"""`seedsearch query` as a user runs it, on the real seeds."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SEEDS, Program

KEYS = [
    "rank",
    "score",
    "source",
    "start_line",
    "end_line",
    "start_char",
    "end_char",
    "start_byte",
    "end_byte",
    "language",
    "heading",
    "text",
    "snippet",
    "marks",
    "sha256",
    "counterparts",
    "match",
    "words",
    "also",
]


def hits(program: Program, index: Path, *arguments: str) -> list[dict[str, Any]]:
    run = program("query", *arguments, "--json", "--index", index)
    assert run.returncode == (0 if run.stdout else 1), run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_six_assurances(program: Program, seeds_index: Path) -> None:
    found = hits(program, seeds_index, "Six Assurances")
    assert found[0]["source"].endswith("000_b130eba34a500f11.txt")
    assert (found[0]["start_line"], found[0]["end_line"]) == (75, 86)
    assert found[0]["heading"][-1] == "Six Assurances"
    for item in range(1, 7):
        assert f"{item}." in found[0]["text"]
    assert "will not exert pressure" in found[0]["text"]
    assert found[1]["source"].endswith("001_d1492cbb87b0d816.txt")
    assert "Six Assurances" in found[1]["snippet"]


@pytest.mark.parametrize("query", ["不對稱作戰", "不对称作战", "asymmetric"])
def test_asymmetric_warfare_in_either_script_and_language(program: Program, seeds_index: Path, query: str) -> None:
    found = hits(program, seeds_index, query)
    assert found[0]["source"].endswith("004_a68d08d6fa4f830c.txt")
    others = found[0]["counterparts"]
    assert others
    both = [found[0]["text"], *(other["text"] for other in others)]
    assert any("不對稱" in text for text in both)
    assert any("asymmetric" in text.lower() for text in both)
    assert {found[0]["language"], others[0]["language"]} == {"zh-Hant", "en"}


@pytest.mark.parametrize(
    ("query", "source", "says"),
    [
        ("半導體供應鏈", "004", "半導體"),
        ("台湾 民主", "004", "民主"),
        ("allies in Latin America", "001", "Latin America"),
        ("Mars Hydro", "003", "Mars Hydro"),
        ('"Mars Hydro"', "003", "Mars Hydro"),
        ("JavaScript lang:ja", "000", "このウェブページ"),
        ("heading:multilateral", "000", "World Health Assembly"),
        ("amphib*", "004", "amphibious"),
        ("assurances* lang:en", "000", "six assurances"),
        ("source:002* harassment", "002", "harassment"),
    ],
)
def test_questions_of_the_seeds(program: Program, seeds_index: Path, query: str, source: str, says: str) -> None:
    best = hits(program, seeds_index, query)[0]
    assert Path(best["source"]).name.startswith(source)
    assert says in best["text"]
    assert best["snippet"] in best["text"]


def test_excluded_words_and_filters_hold(program: Program, seeds_index: Path) -> None:
    assert all("China" not in hit["text"] for hit in hits(program, seeds_index, "Taiwan", "-China", "--limit", "50"))
    assert {hit["language"] for hit in hits(program, seeds_index, "JavaScript", "--lang", "zh")} == {"zh-Hant"}
    assert all("/003_" in f"/{hit['source']}" for hit in hits(program, seeds_index, "Taiwan", "--source", "003*"))
    for_taiwan = hits(program, seeds_index, "Taiwan", "--limit", "3")
    assert [hit["match"] == "direct" for hit in for_taiwan] == [True] * 3 + [False] * 3, "so many in each language"


def test_the_json_contract(program: Program, seeds_index: Path) -> None:
    for rank, hit in enumerate(hits(program, seeds_index, "Taiwan semiconductor 半導體", "--limit", "40"), 1):
        assert list(hit) == KEYS
        assert hit["rank"] == rank
        data = (SEEDS / Path(hit["source"]).name).read_bytes()
        text = data.decode("utf-8")
        assert text[hit["start_char"] : hit["end_char"]] == hit["text"]
        assert data[hit["start_byte"] : hit["end_byte"]].decode("utf-8") == hit["text"]
        assert text.count("\n", 0, hit["start_char"]) + 1 == hit["start_line"]
        assert text.count("\n", 0, hit["end_char"] - 1) + 1 == hit["end_line"]
        assert hit["snippet"] in hit["text"]
        assert hit["marks"]
        assert all(0 <= a < b <= len(hit["snippet"]) for a, b in hit["marks"])
        for other in hit["counterparts"]:
            assert list(other)[:5] == ["source", "start_line", "end_line", "language", "text"]
            lines = text.split("\n")[other["start_line"] - 1 : other["end_line"]]
            assert other["text"] in "\n".join(lines)


def test_marks_are_the_words_that_matched(program: Program, seeds_index: Path) -> None:
    best = hits(program, seeds_index, "assurances")[0]
    assert {best["snippet"][a:b].lower() for a, b in best["marks"]} == {"assurances"}
    best = hits(program, seeds_index, "不对称作战")[0]
    assert "不對稱作戰" in {best["snippet"][a:b] for a, b in best["marks"]}


def test_what_people_see(program: Program, seeds_index: Path) -> None:
    run = program("query", "asymmetric warfare", "--index", seeds_index, "--limit", "1")
    assert run.returncode == 0
    first, *rest = run.stdout.splitlines()
    assert first.partition(":")[0].endswith("004_a68d08d6fa4f830c.txt")
    assert "[en]" in first
    assert any("不對稱作戰" in line for line in rest)
    assert "\033" not in run.stdout, "no colours in a pipe"


def test_nothing_found_is_explained_with_status_1(program: Program, seeds_index: Path) -> None:
    run = program("query", "xylophone zebra Taiwan AND quux", "--index", seeds_index)
    assert (run.returncode, run.stdout) == (1, "")
    assert "nothing found" in run.stderr
    run = program("query", "xylophone", "--index", seeds_index)
    assert run.returncode == 1
    assert "xylophone in 0" in run.stderr


def test_without_an_index_one_is_built_from_seeds(program: Program, tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    (tmp_path / "deeper" / "still").mkdir(parents=True)
    run = program("query", "Six Assurances", cwd=tmp_path / "deeper" / "still")
    assert run.returncode == 0
    assert run.stdout.startswith("seeds/000_b130eba34a500f11.txt:75-86")
    assert "building one" in run.stderr
    again = program("query", "Six Assurances", cwd=tmp_path)
    assert (again.returncode, again.stdout, again.stderr) == (0, run.stdout, "")


def test_without_index_and_seeds_it_says_what_to_do(program: Program) -> None:
    run = program("query", "anything")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert "seedsearch index" in run.stderr


@pytest.mark.parametrize("query", ["", "   ", "!?…。", "-", "*", "lang:", "-only -exclusions", "((", '"', "\x00\x01", "《》"])
def test_a_query_with_nothing_in_it_gets_one_clear_line(program: Program, seeds_index: Path, query: str) -> None:
    run = program("query", query.replace("\x00", ""), "--index", seeds_index)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    "query",
    [
        "NOT NOT Taiwan", 'Taiwan "Six Assurances', "((Taiwan", "Taiwan))", "OR OR Taiwan", "Taiwan AND", "a:b:c Taiwan",
        "Taiwan\x1b[31m", "http://x.y/z Taiwan", "Taiwan " * 2000, "(" * 5000 + "Taiwan", "台灣" * 2500, "Taiwan\udcff",
        "-x NOT y Taiwan", "T*",
    ],
)  # fmt: skip
def test_anything_else_gives_results(program: Program, seeds_index: Path, query: str) -> None:
    run = program("query", query, "--index", seeds_index)
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr


def test_an_unknown_option_is_an_error_not_a_query(program: Program, seeds_index: Path) -> None:
    run = program("query", "Taiwan", "--limti", "3", "--index", seeds_index)
    assert run.returncode == 2
    assert "--limti" in run.stderr


def test_one_chinese_character_is_found_wherever_it_stands(program: Program, seeds_index: Path) -> None:
    for character in "灣湾盟":
        best = hits(program, seeds_index, character)[0]
        assert {best["snippet"][a:b] for a, b in best["marks"]} <= {"灣", "盟"}


@pytest.mark.parametrize("tag", ["zh-TW", "zh_Hant", "ZH-hk", "zh"])
def test_languages_may_be_named_as_people_name_them(program: Program, seeds_index: Path, tag: str) -> None:
    assert hits(program, seeds_index, "JavaScript", "--lang", tag)
    assert hits(program, seeds_index, f"JavaScript lang:{tag}")


@pytest.mark.parametrize(
    "words", ["Taiwan --lang cy", "Taiwan lang:cy", "Taiwan source:nowhere", "Taiwan NOT lang:en NOT lang:zh"]
)
def test_nothing_found_counts_within_the_filters(program: Program, seeds_index: Path, words: str) -> None:
    run = program("query", *words.split(), "--index", seeds_index)
    assert (run.returncode, "Taiwan in 0" in run.stderr) == (1, True)


def test_what_says_the_same_is_shown_once(program: Program, tmp_path: Path) -> None:
    text = "The harbour pilots met on Monday and agreed on new rules for the northern channel.\n"
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / "docs").mkdir(exist_ok=True)
        (tmp_path / "docs" / name).write_text(text, "utf-8")
    (tmp_path / "docs" / "d.txt").write_text("Other pilots fly.\n", "utf-8")
    assert program("index", "docs", cwd=tmp_path).returncode == 0
    run = program("query", "harbour pilots", cwd=tmp_path)
    assert re.findall(r"^docs/(\w)\.txt", run.stdout, re.MULTILINE) == ["a", "d"]
    assert "  also docs/b.txt:1-1, docs/c.txt:1-1\n" in run.stdout
    for number in range(10, 20):
        (tmp_path / "docs" / f"e{number}.txt").write_text(text, "utf-8")
    assert program("index", cwd=tmp_path).returncode == 0
    run = program("query", "harbour pilots", cwd=tmp_path)
    assert re.search(r"^  also (\S+, ){7}\S+ and 4 more \(--json lists all\)$", run.stdout, re.MULTILINE)
    (first, *_) = map(json.loads, program("query", "harbour pilots", "--json", cwd=tmp_path).stdout.splitlines())
    assert len(first["also"]) == 12


def test_a_score_is_explained(program: Program, seeds_index: Path) -> None:
    run = program("query", "Six Assurances", "--limit", "1", "--explain", "--index", seeds_index)
    whole, *parts = [float(number) for number in re.findall(r"^ +(\d+\.\d{3})  ", run.stdout, re.MULTILINE)]
    assert sum(parts) == pytest.approx(whole, abs=0.005)
    assert "six: in 3 of 83 passages" in run.stdout
    hit = json.loads(program("query", "Six Assurances", "--limit", "1", "--explain", "--json", "--index", seeds_index).stdout)
    assert sum(reason["score"] for reason in hit["explanation"]) == pytest.approx(hit["score"], abs=1e-4)


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("U.S.", "U.S."),
        ("Taiwan-U.S.", "Taiwan-U.S."),
        ("F16", "an F-16 and"),
        ("F-16", "an F-16 and"),
        ("mp3player", "an mp3-player"),
        ("cafe", "the café was"),
        ("dont", "they don't know"),
        ("1000", "some 1,000 ships"),
        ("在1975年頒佈", "在 1975 年 頒佈"),
        ("co-operation", "cooperation"),
        ("to be or not to be", "to be or not to be"),
    ],
)
def test_words_find_each_other_however_they_are_written(program: Program, tmp_path: Path, typed: str, stands: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(f"Here, as it happened, {stands} for all to see.\n", "utf-8")
    (tmp_path / "docs" / "b.txt").write_text("Elsewhere nothing happened at all.\n", "utf-8")
    assert program("index", "docs", cwd=tmp_path).returncode == 0
    assert [hit["source"] for hit in hits(program, tmp_path / "index", typed)][:1] == ["docs/a.txt"]


def test_a_misspelt_word_gets_the_nearest_ones(program: Program, seeds_index: Path) -> None:
    run = program("query", "Asurences", "--index", seeds_index)
    assert (run.returncode, run.stdout) == (1, "")
    assert "did you mean assurances" in run.stderr


def test_a_phrase_that_stands_nowhere_gives_way_to_its_words(program: Program, seeds_index: Path) -> None:
    run = program("query", '"six solemn assurances" sovereignty', "--limit", "1", "--index", seeds_index)
    assert run.returncode == 0
    assert "its words are searched one by one" in run.stderr
    assert program("query", '"six solemn assurances"', "--index", seeds_index).returncode == 1


@pytest.mark.parametrize(
    ("question", "answer", "chatter"),
    [
        ("长城的长度是多少", "长城全长两万一千公里。", "这是多少钱？多少人知道？是多少，的确很多。"),
        ("卵は何色ですか", "その卵は薄い青色である。", "そうですか、これは何ですか、いくらですか、どうですか。"),
    ],
)
def test_a_question_in_an_unspaced_script_is_about_its_content_words(
    program: Program, tmp_path: Path, question: str, answer: str, chatter: str
) -> None:
    for i, text in enumerate([answer, *[f"{chatter}{n}" for n in "一二三"]]):
        (tmp_path / f"{i}.txt").write_text(text, "utf-8")
    assert program("index", ".", "--index", "index").returncode == 0
    assert hits(program, tmp_path / "index", question)[0]["source"] == "0.txt"


@pytest.mark.parametrize("options", [(), ("--json", "--limit", "3", "--lang", "en", "--index", "index")])
def test_a_plain_query_needs_no_parser_of_options(
    program: Program, seeds_index: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = program("query", *options, "six", "assurances", cwd=seeds_index.parent)
    parsed = program("query", *options, "six", "assurances", "--translate", "auto", cwd=seeds_index.parent)
    assert (plain.stdout, plain.stderr, plain.returncode) == (parsed.stdout, parsed.stderr, parsed.returncode)
    wrong = program("query", "six", *options, "--limit", "none", cwd=seeds_index.parent)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    assert "typer" not in program("query", *options, "six", "assurances", cwd=seeds_index.parent).stderr
    nothing = program("query", "xyzzyx", cwd=seeds_index.parent)
    assert nothing.returncode == 1


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("U.S.", ["U.S.", "U.S."]),
        ('"the U.S."', ["The U.S."]),
        ('"about 1,000"', ["about 1,000"]),
        ("F16", ["F-16"]),
        ('"第 5 條"', ["第 5 條"]),
        ('"１９７９年"', ["１９７９年"]),
        ("taiwan", ["taiwan"]),
    ],
)
def test_marks_stand_on_what_matched(program: Program, tmp_path: Path, query: str, marked: list[str]) -> None:
    lines = [
        "The U.S. must act now. We trust in God. Der U.S. Bußgeld.",
        "about 1,000 people; they had 1000",
        "台灣空軍的F-16戰機很多。",
        "第 5 條 規定如下。１９７９年通過。",
        "친구가 말했다 ㅋㅠㅋㅠㅋㅠㅋㅠ 정말 좋아 ❤️ taiwan",
    ]
    (tmp_path / "a.txt").write_text("\n\n".join(lines), "utf-8")
    assert program("index", tmp_path, "--index", tmp_path / "index").returncode == 0
    run = program("query", query, "--json", "--translate", "never", "--index", tmp_path / "index")
    hits = [json.loads(line) for line in run.stdout.splitlines()]
    assert [hit["snippet"][start:end] for hit in hits for start, end in hit["marks"]] == marked

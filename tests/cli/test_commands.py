"""`show`, `align`, `inspect`, `status`, and the manners of the whole program."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import seedsearch
from tests.conftest import SEEDS, Program

BILINGUAL = SEEDS / "004_a68d08d6fa4f830c.txt"
COMMANDS = ("index", "query", "show", "translate", "align", "inspect", "status", "eval")


def test_show_gives_the_lines_in_their_place_and_the_counterpart(program: Program, copied: Path) -> None:
    run = program("show", "seeds/004_a68d08d6fa4f830c.txt:16-22", cwd=copied)
    assert run.returncode == 0
    assert "18| 美方可持續向台灣提供反艦導彈" in run.stdout
    assert "15  美國保守派提出" in run.stdout, "a line of context"
    assert "asymmetric warfare" in run.stdout
    (copied / "seeds" / "deeper").mkdir()
    inside = program("show", "../004_a68d08d6fa4f830c.txt:18", cwd=copied / "seeds" / "deeper")
    assert inside.returncode == 0
    assert "18| 美方可持續" in inside.stdout


def test_show_says_when_the_file_has_changed(program: Program, copied: Path) -> None:
    file = copied / "seeds" / "004_a68d08d6fa4f830c.txt"
    file.write_text("A new first line\n" + file.read_text("utf-8"), "utf-8")
    run = program("show", "seeds/004_a68d08d6fa4f830c.txt:16-22", cwd=copied)
    assert "has changed since" in run.stderr
    assert "18| 美方可持續向台灣提供反艦導彈" in run.stdout
    file.unlink()
    run = program("show", "seeds/004_a68d08d6fa4f830c.txt:16-22", cwd=copied)
    assert "not there any more" in run.stderr
    assert "18| 美方可持續向台灣提供反艦導彈" in run.stdout


@pytest.mark.parametrize(
    "place", ["seeds/004", "seeds/004:x", "nowhere.txt:1-2", "seeds/002_69ef443f97bfbe1b.txt:900-901", ":", "a:5-2", "a:0"]
)
def test_show_of_what_is_no_citation(program: Program, copied: Path, place: str) -> None:
    run = program("show", place, cwd=copied)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1


def test_every_citation_printed_can_be_shown(program: Program, copied: Path) -> None:
    run = program("query", "Taiwan OR JavaScript", "--limit", "8", cwd=copied)
    places = re.findall(r"^(?:  = )?(seeds/\S+:\d+-\d+)", run.stdout, re.MULTILINE)
    assert len(places) >= 8
    for place in places:
        assert program("show", place, cwd=copied).returncode == 0


def test_align_json_is_the_contract(program: Program) -> None:
    run = program("align", BILINGUAL, "--format", "json")
    record = json.loads(run.stdout)
    assert list(record)[:3] == ["source", "segments", "pairs"]
    assert all(list(segment) == ["id", "lang", "start_line", "end_line"] for segment in record["segments"])
    lines = {segment["id"]: segment["start_line"] for segment in record["segments"]}
    assert sorted(lines.values()) == list(range(3, 107))
    pairs = [([lines[i] for i in left], [lines[i] for i in right]) for left, right in record["pairs"]]
    assert pairs == [([line], [line + 52]) for line in range(3, 55)]


@pytest.mark.parametrize("form", ["table", "tsv"])
def test_align_for_people(program: Program, form: str) -> None:
    run = program("align", BILINGUAL, "--format", form)
    assert run.returncode == 0
    assert "asymmetric" in run.stdout
    if form == "tsv":
        rows = [line.split("\t") for line in run.stdout.splitlines()]
        assert len(rows) == 53
        assert {len(row) for row in rows} == {5}


def test_align_of_a_text_in_one_language(program: Program) -> None:
    run = program("align", SEEDS / "001_d1492cbb87b0d816.txt")
    assert run.returncode == 1
    assert "not bilingual" in run.stderr


def test_inspect_json_is_the_contract(program: Program) -> None:
    run = program("inspect", *sorted(SEEDS.iterdir()), "--json")
    records = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(records) == 5
    for record in records:
        assert list(record) == ["source", "encoding", "encoding_method", "language", "blocks", "halves", "passages"]
        assert record["encoding"] == "utf-8"
        assert all(list(block) == ["start_line", "end_line", "kind", "language"] for block in record["blocks"])
    halves = records[4]["halves"]
    assert [(half["language"], half["start_line"], half["end_line"]) for half in halves] == [
        ("zh-Hant", 3, 54),
        ("en", 55, 106),
    ]
    assert not any(record["halves"] for record in records[:4])
    notices = {block["start_line"]: block["language"] for block in records[0]["blocks"] if block["start_line"] < 49}
    assert list(notices.values()) == (
        [
            "zh-Hant",
            "en",
            "fr",
            "es",
            "de",
            "ru",
            "ja",
            "ko",
            "cs",
            "hu",
            "it",
            "lv",
            "pt",
            "nl",
            "pl",
            "ms",
            "id",
            "th",
            "tr",
            "vi",
            "mn",
            "my",
            "lo",
            "km",
        ]
    )


def test_inspect_of_what_cannot_be_read(program: Program, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(bytes(range(256)) * 10)
    run = program("inspect", "x.bin", "missing.txt", BILINGUAL, "--json")
    assert run.returncode == 2
    assert run.stderr.count("\n") == 2
    assert len(run.stdout.splitlines()) == 1, "the others are still read"


def test_status(program: Program, copied: Path) -> None:
    run = program("status", cwd=copied / "seeds")
    assert run.returncode == 0
    assert "5 files, 5 documents" in run.stdout
    assert "whoosh" in run.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(program: Program, command: str) -> None:
    run = program(command, "--help")
    assert run.returncode == 0
    assert f"seedsearch {command}" in run.stdout.partition("Example")[2]


def test_version(program: Program) -> None:
    assert program("--version").stdout == f"seedsearch {seedsearch.__version__}\n"


def test_a_reader_that_goes_away_is_no_error(seeds_index: Path) -> None:
    command = f"{sys.executable} -m seedsearch query Taiwan --json --limit 60 --index {seeds_index} | head -c 100"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert run.stderr == ""


def test_output_is_utf8_whatever_the_locale(program: Program, seeds_index: Path) -> None:
    run = program("query", "不對稱作戰", "--index", seeds_index, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert run.returncode == 0
    assert "不對稱作戰" in run.stdout


def test_jsonl_objects_are_documents(program: Program, tmp_path: Path) -> None:
    rows = [
        {"id": "a1", "title": "Harbours", "text": 'Lighthouses stand on the coast.\nThey are "old".'},
        {"id": 7, "title": "", "text": "鯨魚在海裡游泳，牠們很大。", "lang": "zh"},
    ]
    (tmp_path / "notes.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows) + "{broken\n", "utf-8")
    assert program("index", "notes.jsonl").returncode in (0, 2)
    hit = json.loads(program("query", "lighthouses harbours", "--json").stdout)
    assert (hit["source"], hit["start_line"], hit["heading"]) == ("notes.jsonl#a1", 1, ["Harbours"])
    raw = (tmp_path / "notes.jsonl").read_bytes()[hit["start_byte"] : hit["end_byte"]]
    assert json.loads(b'"' + raw + b'"') == hit["text"]
    hit = json.loads(program("query", "鲸鱼", "--json").stdout)
    assert (hit["source"], hit["start_line"], hit["language"]) == ("notes.jsonl#7", 2, "zh-Hant")
    assert program("show", "notes.jsonl#7:2-2").returncode == 0
    assert program("query", "whales", "--source", "notes.jsonl#7", "--translate", "never").returncode == 1
    assert program("query", "whales", "--source", "notes.jsonl#7").stdout.startswith("In Chinese, by translation: whales 鯨魚")

"""`seedsearch index` as a user runs it: incremental, and not upset by what lies in real folders."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import seedsearch
from tests.conftest import SEEDS, Program

LETTER = "The harbour master wrote about lighthouses.\n\nHe counted seventeen of them along the coast.\n"


def found(program: Program, folder: Path, query: str) -> list[str]:
    run = program("query", query, "--json", cwd=folder)
    assert run.returncode in (0, 1), run.stderr
    hits = [json.loads(line) for line in run.stdout.splitlines()]
    return [place["source"] for hit in hits for place in (hit, *hit["also"])]


def summary(run: subprocess.CompletedProcess[str]) -> str:
    return run.stderr.splitlines()[-1]


def test_only_what_changed_is_read_again(program: Program, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in ("a", "b", "c"):
        (docs / f"{name}.txt").write_text(LETTER.replace("seventeen", f"seventeen{name}"), "utf-8")
    assert "3 files indexed" in summary(program("index", "docs"))
    assert "0 files indexed (0 passages), 3 unchanged" in summary(program("index", "docs"))
    (docs / "a.txt").write_text("Only giraffes live here now, and nothing else does.\n", "utf-8")
    (docs / "b.txt").unlink()
    (docs / "d.txt").write_text("A new note about elephants.\n", "utf-8")
    os.utime(docs / "c.txt")
    run = program("index")
    assert "2 files indexed" in summary(run)
    assert "1 unchanged" in summary(run)
    assert "1 removed" in summary(run)
    assert found(program, tmp_path, "lighthouses") == ["docs/c.txt"]
    assert found(program, tmp_path, "giraffes") == ["docs/a.txt"]
    assert found(program, tmp_path, "elephants") == ["docs/d.txt"]
    assert found(program, tmp_path, "seventeenb") == []


def test_citations_are_relative_to_where_the_collection_stands(program: Program, tmp_path: Path) -> None:
    far = tmp_path / "far" / "docs"
    far.mkdir(parents=True)
    (far / "a.txt").write_text(LETTER, "utf-8")
    away = tmp_path / "away"
    away.mkdir()
    assert program("index", far, "--index", tmp_path / "elsewhere" / "index", cwd=away).returncode == 0
    run = program("query", "lighthouses", "--index", tmp_path / "elsewhere" / "index")
    assert run.stdout.startswith("a.txt:1-3 ")
    again = program("query", "lighthouses", SEEDSEARCH_INDEX=str(tmp_path / "elsewhere" / "index"))
    assert again.stdout == run.stdout
    # Index and documents together can be moved.
    assert program("index", "far", cwd=tmp_path).returncode == 0
    shutil.move(tmp_path / "far", tmp_path / "moved")
    (tmp_path / "home").mkdir()
    shutil.move(tmp_path / "index", tmp_path / "home" / "index")
    shutil.move(tmp_path / "moved", tmp_path / "home" / "far")
    shown = program("show", "far/docs/a.txt:1-3", cwd=tmp_path / "home")
    assert (shown.returncode, shown.stderr) == (0, "")


def test_real_folders_hold_all_sorts(program: Program, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "good.txt").write_text(LETTER, "utf-8")
    (docs / "big5.txt").write_bytes(
        ("不對稱作戰能力的提升，需要長期的投資與訓練。台灣的防衛需要盟友的支持。" * 3).encode("big5")
    )
    (docs / "nul.txt").write_bytes(LETTER.replace("lighthouses", "lighthouses\0").encode())
    (docs / "broken.txt").write_bytes("Čtyři lighthouses stály na pobřeží. ".encode() * 20 + b"\xff\xfe" + "žlutý".encode())
    (docs / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (docs / "empty.txt").write_bytes(b"")
    (docs / "one-line.txt").write_text("dolphins and other things, " * 380_000, "utf-8")
    (docs / "loop").symlink_to(docs, target_is_directory=True)
    (docs / "nowhere.txt").symlink_to(docs / "missing")
    os.mkfifo(docs / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as unix:
        here = Path.cwd()
        os.chdir(docs)
        unix.bind("socket.txt")
        os.chdir(here)
    (docs / os.fsdecode(b"latin\xe9.txt")).write_text(LETTER, "utf-8")
    began = time.monotonic()
    run = program("index", "docs")
    assert time.monotonic() - began < 60
    assert run.returncode == 2, "what was left out is an error, a soft one"
    assert "Traceback" not in run.stderr
    assert "image.png: binary" in run.stderr
    assert "broken.txt: damaged text" in run.stderr
    assert "nul.txt: holds 1 NUL characters" in run.stderr
    assert "empty.txt: " in run.stderr
    assert "nowhere.txt: " in run.stderr
    sources = {Path(source).name for source in found(program, tmp_path, "lighthouses")}
    assert {"good.txt", "nul.txt", "broken.txt"} < sources
    assert len(sources) == 4, "the file whose name is in no encoding is found too"
    assert set(found(program, tmp_path, "dolphins")) == {"docs/one-line.txt"}
    assert [Path(source).name for source in found(program, tmp_path, "不对称作战")] == ["big5.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_permissions(program: Program, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(LETTER, "utf-8")
    (tmp_path / "secret.txt").chmod(0)
    run = program("index", "secret.txt")
    assert run.returncode == 2
    assert "secret.txt: cannot be read" in run.stderr


@pytest.mark.parametrize("path", ["missing", "missing.txt"])
def test_a_missing_path(program: Program, tmp_path: Path, path: str) -> None:
    run = program("index", path)
    assert run.returncode == 2
    assert path in run.stderr
    assert "Traceback" not in run.stderr
    (tmp_path / "good.txt").write_text(LETTER, "utf-8")
    run = program("index", path, "good.txt")
    assert run.returncode == 2
    assert path in run.stderr
    assert found(program, tmp_path, "lighthouses") == ["good.txt"]


def test_a_folder_without_readable_files(program: Program, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    run = program("index", "docs")
    assert run.returncode == 2
    assert "docs" in run.stderr
    assert run.stderr.count("\n") <= 2


def test_a_folder_that_is_not_ours_is_left_alone(program: Program, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "photo.txt").write_text("mine", "utf-8")
    (tmp_path / "good.txt").write_text(LETTER, "utf-8")
    for command in (
        ("index", "good.txt", "--index", "index"),
        ("query", "x", "--index", "index"),
        ("index", "good.txt", "--rebuild"),
    ):
        run = program(*command)
        assert run.returncode == 2
        assert "not" in run.stderr
        assert run.stderr.count("\n") == 1
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["photo.txt"]


def test_an_index_of_another_version_or_damaged_says_what_to_run(program: Program, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(LETTER, "utf-8")
    assert program("index", "good.txt").returncode == 0
    manifest = tmp_path / "index" / "seedsearch.json"
    good = manifest.read_text("utf-8")
    for bad in (
        good.replace('"format": 1', '"format": 999'),
        good.replace('"analysis": "', '"analysis": "0'),
        good[:40],
        "{}",
        "[]",
        "",
    ):
        manifest.write_text(bad, "utf-8")
        for command in (("query", "lighthouses"), ("status",), ("index", "good.txt")):
            run = program(*command)
            assert run.returncode == 2, (bad, command)
            assert "--rebuild" in run.stderr
            assert run.stderr.count("\n") == 1
        manifest.write_text(good, "utf-8")
    manifest.write_text("{}", "utf-8")
    assert program("index", "good.txt", "--rebuild").returncode == 0
    assert found(program, tmp_path, "lighthouses") == ["good.txt"]


def test_every_damaged_file_of_an_index_gives_one_line(program: Program, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(LETTER, "utf-8")
    assert program("index", "good.txt").returncode == 0
    generation = next((tmp_path / "index").glob("g0*"))
    for file in sorted(path for path in generation.rglob("*") if path.is_file()):
        data = file.read_bytes()
        for damaged in (b"", data[: len(data) // 2], b"\xff" * len(data)):
            file.write_bytes(damaged)
            run = program("query", "lighthouses")
            assert "Traceback" not in run.stderr, (file.name, run.stderr)
            assert run.returncode in (0, 2), (file.name, run.stderr)
            if run.returncode == 2:
                assert "--rebuild" in run.stderr
                assert run.stderr.count("\n") == 1
        file.write_bytes(data)
    assert program("query", "lighthouses").returncode == 0


def test_a_locked_index(program: Program, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(LETTER, "utf-8")
    assert program("index", "good.txt").returncode == 0
    holder = (
        "import sys, time; from pathlib import Path; from seedsearch.manifest import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / "index")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        with ThreadPoolExecutor() as beside:
            waiting = beside.submit(program, "index", "good.txt")
            assert found(program, tmp_path, "lighthouses") == ["good.txt"], "readers do not wait"
            assert not waiting.done()
            run = waiting.result()
        assert run.returncode == 2
        assert "another seedsearch" in run.stderr
        process.kill()
    assert program("index", "good.txt").returncode == 0


def test_an_engine_that_does_not_exist_is_not_offered(program: Program, copied: Path) -> None:
    for arguments in (["--index", "index"], ["seeds", "--index", "new"]):
        run = program("index", "--engine", "lucene", *arguments, cwd=copied)
        assert run.returncode == 2
        assert run.stderr == "seedsearch: no engine is called lucene: choose one of whoosh, tantivy, memory\n"


def test_files_lists_how_each_was_read(program: Program, tmp_path: Path) -> None:
    run = program("index", SEEDS, "--files", "--index", tmp_path / "index")
    line = next(line for line in run.stdout.splitlines() if "004_" in line)
    assert "utf-8" in line
    assert "zh-Hant/en" in line


def test_the_command_that_a_version_message_names_keeps_the_collection(program: Program, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "good.txt").write_text(LETTER, "utf-8")
    (tmp_path / "seeds").mkdir()
    assert program("index", "docs", "--index", "elsewhere/index").returncode == 0
    manifest = tmp_path / "elsewhere" / "index" / "seedsearch.json"
    good = manifest.read_text("utf-8")
    for bad in (good.replace('"format": 1', '"format": 999'), good.replace('"analysis": "', '"analysis": "0')):
        manifest.write_text(bad, "utf-8")
        run = program("query", "lighthouses", "--index", "elsewhere/index")
        assert run.returncode == 2
        command = shlex.split(run.stderr.partition("run: seedsearch ")[2])
        assert program(*command, cwd=tmp_path / "seeds").returncode == 0
        assert program("query", "lighthouses", "--index", "elsewhere/index").returncode == 0


def test_a_mistyped_path_leaves_no_index_behind(program: Program, tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    run = program("index", "sedes")
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert program("query", "Six Assurances").returncode == 0
    assert program("index", "sedes").returncode == 2
    assert program("index").returncode == 0, "what was never there is not remembered"


def test_paths_with_dots_are_cited_as_the_others(program: Program, tmp_path: Path) -> None:
    for folder in ("work", "docs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "docs" / "a.txt").write_text(LETTER, "utf-8")
    assert program("index", "../docs", "--index", "../index", cwd=tmp_path / "work").returncode == 0
    run = program("query", "lighthouses", "--index", tmp_path / "index")
    assert run.stdout.startswith("docs/a.txt:1-3 ")
    shown = program("show", "../docs/a.txt:1-1", cwd=tmp_path / "work")
    assert shown.returncode == 0
    assert "harbour master" in shown.stdout


def test_folders_whose_names_are_in_no_encoding(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode("台灣".encode("big5"))
    folder.mkdir()
    (folder / "a.txt").write_text(LETTER, "utf-8")
    assert program("index", folder).returncode == 0
    place = program("query", "lighthouses").stdout.split("  ")[0]
    shown = program("show", place)
    assert (shown.returncode, shown.stderr) == (0, "")
    run = program("index")
    assert (run.returncode, "1 unchanged" in run.stderr) == (0, True)
    assert program("show", os.fsdecode(b"bad\xffname.txt:1-1")).stderr.count("\n") == 1


def test_the_library_takes_one_path_too(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(LETTER, "utf-8")
    report = seedsearch.build(str(tmp_path / "good.txt"), index=str(tmp_path / "index"))
    assert (report.indexed, report.skipped) == (1, ())
    with seedsearch.open(tmp_path / "index") as collection:
        assert collection.search("lighthouses", limit=-1).hits == ()
        assert collection.search("lighthouses", limit=1).hits[0].passage.source == "good.txt"


def test_flaws_are_told_each_time(program: Program, tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_text('{"text": "lighthouses"}\nbroken\n', "utf-8")
    for _ in range(2):
        run = program("index", "notes.jsonl")
        assert run.returncode == 2
        assert "1 of its lines cannot be read; the first is line 2" in run.stderr
    assert found(program, tmp_path, "lighthouses") == ["notes.jsonl#1"]

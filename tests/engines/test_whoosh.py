"""The contract, and what only files can do: be damaged, be read by Whoosh itself, be left behind by a killed writer."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedsearch.engines import Engine, create_engine, open_engine, whoosh_search, whoosh_writer
from seedsearch.engines.whoosh_engine import WhooshEngine
from seedsearch.errors import IndexCorruptError, IndexMissingError, IndexVersionError
from seedsearch.query import And, Everything, Language, Or, Prefix

from .contract import EngineContract, fill, found, passage, phrase, ranking, remove, word
from .random_trees import compare_with_memory


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestWhooshEngine(EngineContract):
    name = "whoosh"

    def test_random_collections_in_many_segments(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(whoosh_writer, "RUN_POSTINGS", 6)
        monkeypatch.setattr(whoosh_writer, "MAX_SEGMENTS", 2)
        compare_with_memory(self.name)

    def test_long_postings_lists_and_rare_terms(self, engine: Engine) -> None:
        texts = [f"all t{number % 7} n{number} " + "often " * (1 + number % 3) for number in range(3000)]
        fill(engine, *(passage(number, text, document=number) for number, text in enumerate(texts)))
        assert found(engine, word("all")) == set(range(3000))
        assert found(engine, phrase("all t3 n10")) == {10}
        remove(engine, *range(0, 3000, 2))
        assert found(engine, word("t3")) == {number for number in range(1, 3000, 2) if number % 7 == 3}
        assert engine.frequency("any", ("often",)) == 1500
        remove(engine, 1)
        assert found(engine, word("all")) == set(range(3, 3000, 2))

    def test_many_phrases_of_common_words_are_cut_and_said_so(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(whoosh_search, "DECODED", 6)
        fill(engine, passage(1, "a b c"), passage(2, "a b x"))
        answer = engine.search(Or((phrase("a b"), phrase("b c"), phrase("b x"))), 9)
        assert {match.number for match in answer.matches} == {1, 2}
        assert ["some are left out" in note for note in answer.notes] == [True]
        assert engine.search(phrase("a b"), 9).notes == ()

    def test_segments_and_files_stay_few(self, engine: Engine, folder: Path) -> None:
        for number in range(40):
            fill(engine, passage(number, f"a{number}", document=number))
            assert len(names(folder)) <= 12
        assert found(engine, Everything()) == set(range(40))
        remove(engine, *range(40))
        assert names(folder) == ["MAIN_WRITELOCK", "_MAIN_41.toc"]

    def test_a_failed_writer_leaves_no_files(self, engine: Engine, folder: Path) -> None:
        fill(engine, passage(1, "a"))
        before = names(folder)
        with pytest.raises(KeyboardInterrupt), engine.write() as writer:
            writer.add(passage(2, "b"))
            writer.commit()  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        assert names(folder) != before
        with pytest.raises(KeyboardInterrupt), engine.write() as writer:
            raise KeyboardInterrupt
        with pytest.raises(ZeroDivisionError), engine.write() as writer:
            writer.add(passage(3, "c"))
            writer.remove(1 / 0 for _ in "x")  # type: ignore[arg-type]
        assert len(names(folder)) == 4

    def test_a_killed_writer_leaves_the_lock_and_no_change(self, engine: Engine, folder: Path) -> None:
        fill(engine, passage(1, "a"))
        program = (
            "import sys, pathlib; from seedsearch.engines import Entry, open_engine, whoosh_writer\n"
            "whoosh_writer.RUN_POSTINGS = 1\n"
            "with open_engine('whoosh', pathlib.Path(sys.argv[1])).write() as writer:\n"
            "    writer.add(Entry(2, 2, 'en', ['a']))\n"
            "    print('written', flush=True)\n"
            "    sys.stdin.read()\n"
        )
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen([sys.executable, "-c", program, str(folder)], **pipes) as process:  # type: ignore[call-overload]
            assert process.stdout.readline() == b"written\n"
            orphans = set(names(folder)) - {"MAIN_WRITELOCK", "_MAIN_1.toc", "MAIN_g1n0.seg"}
            process.send_signal(signal.SIGKILL)
        assert orphans == {"MAIN_g2n0.seg"}
        assert found(open_engine("whoosh", folder), word("a")) == {1}
        fill(engine, passage(3, "a"))
        assert found(engine, word("a")) == {1, 3}
        assert names(folder) == ["MAIN_WRITELOCK", "MAIN_g1n0.seg", "MAIN_g2n0.seg", "_MAIN_2.toc"]

    def test_opening_beside_a_busy_writer(self, engine: Engine, folder: Path) -> None:
        stop = threading.Event()
        errors: list[BaseException] = []

        def read() -> None:
            while not stop.is_set():
                try:
                    reader = open_engine("whoosh", folder)
                    assert len(found(reader, Everything())) == reader.count()
                    reader.close()
                except BaseException as error:
                    errors.append(error)
                    return

        thread = threading.Thread(target=read)
        thread.start()
        until = time.monotonic() + 1
        number = 0
        while time.monotonic() < until and not errors:
            fill(engine, passage(number, "a b", document=number))
            number += 1
        stop.set()
        thread.join()
        assert not errors

    def test_whoosh_itself_reads_the_index(self, engine: Engine, folder: Path) -> None:
        from whoosh.index import open_dir
        from whoosh.query.compound import And as Both
        from whoosh.query.positional import Phrase
        from whoosh.query.terms import Prefix as Start
        from whoosh.query.terms import Term

        many = [passage(number, f"six assurances n{number} " + "x " * (number % 5), "policy") for number in range(2000)]
        fill(engine, *many, passage(2001, "保证 assurances", document=2, language="zh-Hans"))
        fill(engine, passage(2002, "six x assurances", document=3))
        remove(engine, 3)
        opened = open_dir(str(folder))
        assert opened.doc_count() == 2001
        with opened.searcher() as searcher:
            numbers = searcher.reader().column_reader("number")

            def search(node: object) -> set[int]:
                return {numbers[hit.docnum] for hit in searcher.search(node, limit=None)}

            assert search(Term("body", "六")) == set()
            assert search(Term("body", "assurances")) == found(engine, word("assurances", field="body"))
            assert search(Term("body", "n1234")) == {1234}
            assert search(Term("heading", "policy")) == set(range(2000))
            assert search(Phrase("body", ["six", "assurances", "n7"])) == {7}
            assert search(Start("body", "n199")) == found(engine, Prefix("body", "n199"))
            assert search(Both([Term("body", "保证"), Term("body", "assurances")])) == {2001}
            best = [numbers[hit.docnum] for hit in searcher.search(Term("body", "six"), limit=5)]
            assert len(set(best) & set(ranking(engine, word("six", field="body"), 400))) == 5

    def test_searching_does_not_import_whoosh(self, engine: Engine, folder: Path) -> None:
        fill(engine, passage(1, "a b"))
        program = (
            "import sys, pathlib; from seedsearch.engines import open_engine; from seedsearch.query import Term\n"
            "assert open_engine('whoosh', pathlib.Path(sys.argv[1])).search(Term('any', ('a',)), 1).total == 1\n"
            "assert not [name for name in sys.modules if name.partition('.')[0] == 'whoosh']\n"
        )
        subprocess.run([sys.executable, "-c", program, str(folder)], check=True)

    def test_another_format_version_is_named(self, engine: Engine, folder: Path) -> None:
        toc = folder / "_MAIN_0.toc"
        content = toc.read_bytes()
        toc.write_bytes(content[:7] + (-110).to_bytes(4, "big", signed=True) + content[11:])
        with pytest.raises(IndexVersionError, match=r"-110.*--rebuild"):
            open_engine("whoosh", folder)

    def test_a_lost_segment_is_an_error_that_create_mends(self, engine: Engine, folder: Path) -> None:
        fill(engine, passage(1, "a"))
        (folder / "MAIN_g1n0.seg").unlink()
        with pytest.raises(IndexCorruptError):
            open_engine("whoosh", folder)
        fresh = create_engine("whoosh", folder)
        assert fresh.count() == 0
        assert names(folder) == ["MAIN_WRITELOCK", "_MAIN_2.toc"]

    def test_damage_is_reported_in_one_line(self) -> None:
        with tempfile.TemporaryDirectory() as temporary:
            whole = Path(temporary) / "whole"
            engine = WhooshEngine.create(whole)
            fill(engine, *(passage(number, f"six a{number} b保证 " + "x " * 9, "policy") for number in range(300)))
            engine.close()
            files = [path for path in whole.iterdir() if path.stat().st_size]

            @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
            @given(
                path=st.sampled_from(files),
                place=st.floats(0, 1, exclude_max=True),
                change=st.one_of(st.just(None), st.binary(min_size=0, max_size=8)),
            )
            def check(path: Path, place: float, change: bytes | None) -> None:
                broken = Path(temporary) / "broken"
                shutil.rmtree(broken, ignore_errors=True)
                shutil.copytree(whole, broken)
                content = path.read_bytes()
                at = int(place * len(content))
                kept = content[at + len(change or b"") :] if change is not None else b""
                (broken / path.name).write_bytes(content[:at] + (change or b"") + kept)
                _use(broken)

            check()


def _use(folder: Path) -> None:
    """Open, search and write to an index that may be damaged: it works or says what to do."""
    try:
        engine = open_engine("whoosh", folder)
        node = And((Or((word("six"), phrase("six a7"), Prefix("any", "a"))), Language("en")))
        engine.search(node, 5)
        engine.frequency("any", ("x",))
        with engine.write() as writer:
            writer.remove({5, 1})
        engine.close()
    except (IndexCorruptError, IndexVersionError, IndexMissingError) as error:
        assert "\n" not in str(error)
        assert "seedsearch index" in str(error)

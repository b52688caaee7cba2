"""The contract, and what only Tantivy's files and segments can do."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.engines import Engine, Entry, create_engine, open_engine, tantivy_query
from seedsearch.engines.protocol import MAX_ALTERNATIVES, Words
from seedsearch.engines.tantivy_layout import LONGEST_TERM, decode, encode
from seedsearch.engines.tantivy_sieve import LOOKED, MAX_SET
from seedsearch.errors import IndexCorruptError, IndexVersionError
from seedsearch.query import And, Everything, Not, Or, Phrase, Within

from .contract import EngineContract, fill, found, passage, phrase, ranking, remove, word
from .random_trees import compare_with_memory


@given(st.text(), st.text())
def test_terms_are_encoded_reversibly_and_prefixes_stay_prefixes(left: str, right: str) -> None:
    assert decode(encode(left)) == left
    assert encode(left + right).startswith(encode(left))
    assert encode(right).startswith(encode(left)) == right.startswith(left)


class TestTantivyEngine(EngineContract):
    name = "tantivy"

    def test_random_collections_and_trees(self) -> None:
        compare_with_memory(self.name, examples=12)  # each commit waits for the disk, some 100 ms

    def test_a_phrase_goes_through_terms_and_alternatives(self, engine: Engine) -> None:
        runs: Words = ["第", "5", ("届立", "届"), ("立法", "立"), ("法院", "法", "院")]
        fill(engine, Entry(1, 1, "zh", runs), passage(2, "第 5 届"), passage(3, "届 第 5 立"))
        assert found(engine, phrase("第 5 届")) == {1, 2}
        assert found(engine, phrase("5 届 立 法")) == {1}
        assert found(engine, phrase("届 法院")) == set()
        assert found(engine, Phrase("any", (("立",), ("院", "x")))) == {1}

    def test_a_filter_for_many_scattered_documents_is_exact_or_says_what_was_cut(self, engine: Engine) -> None:
        count = 2 * MAX_SET + 20
        fill(engine, *(passage(n, "all rare" if n % 1000 == 1 else "all", document=n) for n in range(1, count + 1)))
        odd = Within(frozenset(range(1, count, 2)))
        rare = {n for n in range(1, count + 1) if n % 1000 == 1}
        assert found(engine, And((word("rare"), odd))) == rare
        assert found(engine, And((word("rare"), Not(odd)))) == set()
        assert engine.search(And((word("rare"), odd)), 5).notes == ()
        cut = engine.search(And((Or((word("all"), word("rare"))), odd)), 50)
        assert [match.number for match in cut.matches] == [*sorted(rare), *range(3, 20, 2)][:50]
        assert len(rare) < cut.total <= LOOKED
        assert "20,000 best" in cut.notes[0]
        first = engine.search(And((Everything(), Not(odd))), 3)
        assert [match.number for match in first.matches] == [2, 4, 6]
        among = engine.search(Or((odd, word("rare"))), 3)
        assert "among alternatives" in among.notes[0]

    def test_filters_for_runs_of_documents_however_long(self, engine: Engine) -> None:
        fill(engine, *(passage(n, "third" if n % 3 == 0 else "other", document=n) for n in range(2000)))
        long, short = set(range(100, 500)) | set(range(900, 1500)), {3, 4, 5, 90, 91, 1998}
        for wanted in (set(range(40, 60)), long, short, long | short, {9}, {8}):
            within = Within(frozenset(wanted))
            assert found(engine, And((word("third"), within))) == {n for n in wanted if n % 3 == 0}
            assert found(engine, And((word("third"), Not(within)))) == {n for n in range(0, 2000, 3) if n not in wanted}

    def test_body_and_heading_do_not_run_together(self, engine: Engine) -> None:
        fill(engine, passage(1, "a b", "c d"), passage(2, "", "b c"))
        assert found(engine, phrase("b c")) == {2}
        assert found(engine, Phrase("any", (("b",), (), ("d",)))) == set()

    def test_equals_are_in_order_of_number_however_many_and_in_whichever_segment(self, engine: Engine) -> None:
        numbers = [(number * 7919) % 9000 for number in range(9000)]
        for start in range(0, 9000, 3000):
            batch = numbers[start : start + 3000]
            fill(engine, *(passage(number, "same best" if number % 1000 == 7 else "same", document=number) for number in batch))
        best = [number for number in range(9000) if number % 1000 == 7]
        expected = best + [number for number in range(2000) if number % 1000 != 7]
        for limit in (1, 5, 9, 10, 100, 1500):
            assert ranking(engine, Or((word("same"), word("best"))), limit) == expected[:limit]

    def test_what_would_take_too_long_is_cut_and_said_so(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tantivy_query, "MAX_COMPARED", 2)
        monkeypatch.setattr(tantivy_query, "MAX_COUNTED", 4)
        fill(engine, passage(1, "a b c d"), passage(2, "a b x d"), passage(3, "a b"))
        long = engine.search(phrase("a b c d"), 9)
        assert ([match.number for match in long.matches], long.notes) == (
            [1],
            ("of a phrase of 4 words the 2 rarest are compared",),
        )
        assert found(engine, phrase("a b x c")) == set()
        several = engine.search(Or((word("a"), word("b"), word("c"), word("d")), 2), 9)
        assert several.notes == ("only the 2 rarest of 4 words are searched",)
        assert [match.number for match in several.matches] == [1]

    def test_of_a_long_phrase_what_leaves_no_choice_is_compared_and_it_is_said(self, engine: Engine) -> None:
        words = [f"w{number}" for number in range(12)]
        long: list[str | tuple[str, ...]] = [*words]
        long[3:9:2] = [(f"x{number}", words[number]) for number in range(3, 9, 2)]  # alternatives of what stands there
        with engine.write() as writer:
            writer.add(Entry(1, 1, "en", long))
            writer.add(Entry(2, 2, "en", [*words[:11], "other"]))
        engine.refresh()
        answer = engine.search(phrase(" ".join(words)), 9)
        assert ([match.number for match in answer.matches], answer.notes) == ([1], ("of a phrase of 12 words 9 are compared",))

    def test_what_cannot_be_held_is_refused(self, engine: Engine) -> None:
        with pytest.raises(ValueError, match="alternatives"), engine.write() as writer:
            writer.add(Entry(1, 1, "en", [tuple("abcdefgh"[: MAX_ALTERNATIVES + 1])]))
        with pytest.raises(ValueError, match="bytes"), engine.write() as writer:
            writer.add(Entry(1, 1, "en", ["x" * (LONGEST_TERM + 1)]))
        engine.refresh()
        assert engine.count() == 0

    def test_a_killed_writer_leaves_the_lock_and_no_change(self, engine: Engine, folder: Path) -> None:
        fill(engine, passage(1, "a"))
        program = (
            "import sys, pathlib; from seedsearch.engines import Entry, open_engine, tantivy_writer\n"
            "tantivy_writer.LITTLE = 15_000_000\n"
            "with open_engine('tantivy', pathlib.Path(sys.argv[1])).write() as writer:\n"
            "    writer.remove([1])\n"
            "    for number in range(2, 60_000):\n"
            "        writer.add(Entry(number, 2, 'en', ['a', f'b{number}', f'c{number}', f'd{number}']))\n"
            "    print('written', flush=True)\n"
            "    writer.commit()\n"
        )
        with subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"written\n"
            process.send_signal(signal.SIGKILL)
        assert found(open_engine("tantivy", folder), word("a")) == {1}
        fill(engine, passage(3, "a", document=3))
        assert found(engine, word("a")) == {1, 3}

    def test_what_is_removed_leaves_the_files(self, engine: Engine, folder: Path) -> None:
        for number in range(5):
            fill(engine, passage(number, f"a{number}", document=number))
        remove(engine, *range(5))
        assert found(engine, Everything()) == set()
        assert engine.frequency("any", ("a1",)) == 0

    def test_opening_does_not_import_the_writer(self, engine: Engine, folder: Path) -> None:
        program = (
            "import sys, pathlib; from seedsearch.engines import open_engine; from seedsearch.query import Term\n"
            "assert open_engine('tantivy', pathlib.Path(sys.argv[1])).search(Term('any', ('a',)), 1).total == 0\n"
            "assert not {'filelock', 'seedsearch.engines.tantivy_writer'} & set(sys.modules)\n"
        )
        subprocess.run([sys.executable, "-c", program, str(folder)], check=True)

    def test_another_layout_is_named(self, engine: Engine, folder: Path) -> None:
        meta = folder / "meta.json"
        meta.write_text(meta.read_text().replace("seedsearch-1-", "seedsearch-0-"))
        with pytest.raises(IndexVersionError, match="--rebuild"):
            open_engine("tantivy", folder)

    def test_damage_is_reported_in_one_line_and_mended_by_create(self, engine: Engine, folder: Path, tmp_path: Path) -> None:
        fill(engine, *(passage(number, f"six a{number}", "policy") for number in range(300)))
        for suffix in (".json", ".term", ".idx", ".fast"):
            for size in (0, 10, None):
                broken = tmp_path / "broken"
                shutil.rmtree(broken, ignore_errors=True)
                shutil.copytree(folder, broken)
                path = next(path for path in broken.iterdir() if path.suffix == suffix and not path.name.startswith("."))
                if size is None and suffix != ".json":
                    path.unlink()
                else:
                    path.write_bytes(path.read_bytes()[:size])
                    if size is None:
                        continue
                with pytest.raises(IndexCorruptError) as caught:
                    open_engine("tantivy", broken).search(Or((word("six"), phrase("six a7"))), 5)
                assert "\n" not in str(caught.value)
        fresh = create_engine("tantivy", broken)
        assert fresh.count() == 0
        fresh.close()

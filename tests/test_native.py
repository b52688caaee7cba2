"""The compiled module says what the Python beside each use of it says."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import analysis, cutting, folding, letters, reranking
from seedsearch.characters import PlainTable, Table, native
from seedsearch.engines.tantivy_layout import slots
from seedsearch.folding import fold_text
from seedsearch.pool import read
from seedsearch.streams import Stream

pytestmark = pytest.mark.skipif(not native, reason="there is no compiled module: a C compiler was not at hand")

# What decides where words begin and end, and what a letter becomes.
TEXTS = st.text(
    "ab1Aé'’-.,_ \n\t\0\u3000\u2028ー・カﾞ日本灣台한국ไทยก็нйё½㎞…नि\u0301\u0338\U00020000\ud800İǅßﬁ`\u200b", max_size=60
) | st.text(max_size=60)


@given(TEXTS)
def test_words_and_spans_are_those_of_the_expressions(text: str) -> None:
    folded = fold_text(text)
    assert cutting.words(folded) == list(cutting.plain_words(folded))
    assert cutting.cut_folded(folded) == cutting.plain_cut(folded)


@pytest.mark.parametrize("text", ["x" * 64 + " ", "y" * 65 + "-", "漢" * 200, "z'" * 90, "a.b" * 60, "1,0" * 40])
def test_long_words_are_cut_where_the_expressions_cut_them(text: str) -> None:
    for count in (1, 3):
        assert cutting.cut_folded(text * count) == cutting.plain_cut(text * count)


@given(TEXTS, st.integers(0, 9))
def test_tables_say_what_their_function_says(text: str, size: int) -> None:
    def number(character: str) -> int:
        return ord(character) % 7

    assert Table(number).count(text, size) == PlainTable(number).count(text, size)
    assert Table(number).any(text, 4) == PlainTable(number).any(text, 4)
    for function in (folding._single, lambda character: None if character in "aé日" else character * 2):
        assert Table(function).translate(text) == PlainTable(function).translate(text)


def test_a_table_asks_once_for_each_character() -> None:
    asked: list[str] = []

    def upper(character: str) -> str:
        asked.append(character)
        return character.upper()

    table = Table(upper)
    assert table.translate("ßaß") == "SSASS" and table.translate("a") == "A"
    assert sorted(asked) == ["\0", "a", "ß"]  # and once for what stands behind a text


def broken(_: str) -> str:
    raise LookupError("no")


@pytest.mark.parametrize(
    "call",
    [
        lambda: Table(broken).translate("a"),
        lambda: Table(broken).count("a", 3),
        lambda: native.words("a", Table(broken), cutting._odd(), None, None),
        lambda: native.words("a", letters.kinds(), native.Memo(None, 9), native.Memo(broken, 9), None),
        lambda: native.words("u.s.", letters.kinds(), native.Memo(broken, 9), None, None),
        lambda: native.written("a", letters.kinds(), native.Memo(broken, 9), broken, ("", "", "")),
        lambda: native.written("日-a", letters.kinds(), native.Memo(None, 9), broken, ("", "", "")),
    ],
)
def test_what_a_function_raises_is_raised(call: Callable[[], object]) -> None:
    with pytest.raises(LookupError):
        call()


anything: Any = native  # whose arguments no type checker sees


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda: Table(lambda c: 5).count("a", -1)),
        (TypeError, lambda: Table(lambda c: 0x110000 + 50).translate("a")),
        (ValueError, lambda: Table(lambda c: -1).translate("a")),
        (ValueError, lambda: anything.words("a", Table(lambda c: 8), cutting._odd(), None, None)),
        (TypeError, lambda: anything.words("u.s.", letters.kinds(), anything.Memo(lambda s: 5, 9), None, None)),
        (ValueError, lambda: anything.words("u.s.", letters.kinds(), anything.Memo(lambda s: [("a", 0, 99)], 9), None, [])),
        (TypeError, lambda: anything.words("a-b", letters.kinds(), cutting._odd(), anything.Memo(lambda s: 5, 9), [])),
        (TypeError, lambda: anything.written("a", letters.kinds(), anything.Memo(lambda s: None, 9), str, ("", "", ""))),
        (TypeError, lambda: anything.written("日-a", letters.kinds(), anything.Memo(None, 9), lambda s: 5, ("", "", ""))),
        (ValueError, lambda: anything.written("日本", letters.kinds(), anything.Memo(None, 9), str, ())),
        (TypeError, lambda: anything.note(["a"], {"a": 5}, 1)),
        (TypeError, lambda: anything.spans("a", letters.kinds(), cutting._odd(), [0])),
    ],
)
def test_what_is_given_wrong_is_an_error(error: type[Exception], call: Callable[[], object]) -> None:
    with pytest.raises(error):
        call()


def test_sizes_of_other_kinds_have_an_end() -> None:
    assert native.begins("abc", letters.kinds()) == b"bbb"


def test_what_changes_while_it_is_read_is_held() -> None:
    things: list[object] = []

    class Emptying:
        def __hash__(self) -> int:
            things.clear()
            return 5

    things.extend(Emptying() for _ in range(10))
    assert len(native.positions(["a"], {"a": things})) == 1
    words = {"ab", "cd", "ef"}

    def kind(character: str) -> int:
        words.discard("ab")
        words.add(character * 9)
        return letters.LETTER

    assert set(native.several(words, native.Memo(None, 9), Table(kind))[1]) >= {"ab", "cd", "ef"}


def test_what_hangs_together_in_a_circle_is_freed() -> None:
    stream = Stream(slots)
    stream.text("assurances", "en")
    gone = weakref.ref(stream._words["english"])
    del stream
    gc.collect()
    assert gone() is None


def test_a_pool_knows_all_its_words() -> None:
    texts = [";".join(f"w{i}x{k}" for k in range(1000)) for i in range(70)]
    pool = read([("en", text, ()) for text in texts])
    assert {"w0x0", "w69x999"} <= pool.lexicons["en"].words
    assert len(pool.lexicons["en"].words) == 70_000


def test_a_memo_forgets_when_it_is_full() -> None:
    memo = native.Memo(None, 4)
    for text in ("a b c d e f g h i j " * 3, "ä" * 90 + " k"):
        assert native.words(text, letters.kinds(), memo, memo, None) == [word[: cutting.LONGEST_TERM] for word in text.split()]


def test_a_memo_may_be_asked_while_it_asks() -> None:
    def again(chunk: str) -> str:
        return chunk if len(chunk) > 3 else native.written(chunk * 2, letters.kinds(), memo, str, ("", "", ""))

    memo = native.Memo(again, 3)
    assert native.written("a bb cc dd ab a", letters.kinds(), memo, str, ("", "", "")) == "aaaa bbbb cccc dddd abab aaaa"


@pytest.mark.parametrize("wanted", [(0,), (1, 3), (), (7,)])
def test_some_spans(wanted: tuple[int, ...]) -> None:
    spans = [(0, 1), (2, 3), (4, 7), (8, 10), (9, 11)]
    found = native.spans("a b u.s 日本語", letters.kinds(), cutting._odd(), wanted)
    assert found == [spans[number] for number in wanted if number < len(spans)]


WORDS = st.lists(st.sampled_from(["six", "assurances", "l'homme", "台湾", "aaaaaa", "x"]), max_size=30)


@given(WORDS, st.dictionaries(st.sampled_from(["six", "台湾", "x", "y"]), st.lists(st.integers(0, 3), max_size=3)))
def test_what_is_counted_of_words(words: list[str], wanted: dict[str, list[int]]) -> None:
    met = [(at, thing) for at, word in enumerate(words) for thing in wanted.get(word, ())]
    found = native.positions(words, wanted)
    assert found == {thing: [at for at, one in met if one == thing] for _, thing in met}
    assert list(found) == list(dict.fromkeys(thing for _, thing in met))
    noted = {word: [0] for word in wanted}
    native.note(words, noted, 7)
    assert noted == {word: [0] + [7] * words.count(word) for word in wanted}


@given(WORDS, st.lists(st.sampled_from(["six ", " ass", "aaaa", "l ho", "l'ho"]), unique=True))
def test_words_that_hold_grams(words: list[str], grams: list[str]) -> None:
    found = {gram: sorted(held) for gram, held in reranking._holding(grams, words).items()}
    assert found == {gram: sorted(held) for gram, held in reranking.plain_holding(grams, words).items()}


@given(st.lists(st.sampled_from(["assurances", "six", "l'homme", "été", "台湾", "f16", "1,000"]), unique=True))
def test_terms_of_words(words: list[str]) -> None:
    of_each = {word: terms for word in words if len(terms := analysis.entries([word], "fr")[0]) > 1}
    assert analysis.several(set(words), "fr") == of_each
    wanted = {"homm": 0, "f": 0}
    assert native.meeting(of_each, wanted) == [word for word, terms in of_each.items() if {"homm", "f"} & {*terms}]


STALE = """
import sys, types
sys.modules["seedsearch._native"] = types.ModuleType("seedsearch._native")
from seedsearch.characters import Table, PlainTable, native
assert native is None and Table is PlainTable
"""


def test_one_that_another_version_left_is_not_taken() -> None:
    assert subprocess.run([sys.executable, "-c", STALE]).returncode == 0


WITHOUT = """
import sys
sys.modules["seedsearch._native"] = None
from seedsearch.characters import native
from seedsearch.__main__ import run
assert native is None
run()
"""


def test_without_it_the_answers_are_the_same(tmp_path: Path) -> None:
    seeds = Path(__file__).parents[1] / "seeds"
    answers = []
    for name, start in (("with", ["-m", "seedsearch"]), ("without", ["-c", WITHOUT])):
        for engine in ("whoosh", "tantivy"):
            index = str(tmp_path / f"{name}-{engine}")
            asked = [["query", text, "--json"] for text in ("Six Assurances", "不对称作战")]
            for command in (["index", str(seeds), "--engine", engine], *asked):
                done = subprocess.run([sys.executable, *start, *command, "--index", index], capture_output=True, text=True)
                assert done.returncode == 0, done.stderr
                answers.append(done.stdout)
    assert answers[: len(answers) // 2] == answers[len(answers) // 2 :]

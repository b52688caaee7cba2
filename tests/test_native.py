"""The compiled module says what the Python beside each use of it says."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import cutting, folding, letters, reranking
from seedsearch.characters import PlainTable, Table, native
from seedsearch.engines.tantivy_layout import slots
from seedsearch.folding import fold_text
from seedsearch.ingest import passages
from seedsearch.pool import plain_positions
from seedsearch.streams import Stream
from seedsearch.vocabulary import Lexicon, PlainStems, PlainVocabulary

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


@given(st.integers(1, 5), st.data())
def test_an_automaton_meets_what_it_meets_in_python(states: int, data: st.DataObject) -> None:
    some = st.integers(0, states - 1)
    moves = array("i", [state for row in range(states) for state in (data.draw(some), data.draw(some)) * 128])
    rows = array("i", [256 * data.draw(some) for _ in range(states)])
    outputs = array("i", [data.draw(st.sampled_from([-1, 3, 3 + 64, 3 + (1 << 20), 2**31 - 1])) for _ in range(states)])
    text = data.draw(st.binary(max_size=200))
    state, met = 0, []
    for byte in text:
        state = moves[rows[state] + byte]
        met.append(outputs[state])
    counts = Counter(feature for feature in met if feature >= 0)
    features, times = native.visits(text, moves, rows, outputs)
    assert array("q", features).tolist() == list(counts)
    assert array("f", times).tolist() == list(counts.values())


def broken(_: str) -> str:
    raise LookupError("no")


@pytest.mark.parametrize(
    "call",
    [
        lambda: Table(broken).translate("a"),
        lambda: Table(broken).count("a", 3),
        lambda: native.words("a", Table(broken), cutting._odd()),
        lambda: stems().cut("u.s.", letters.kinds(), native.Memo(broken, 9)),
        lambda: native.words("u.s.", letters.kinds(), native.Memo(broken, 9)),
        lambda: native.written("a", letters.kinds(), native.Memo(broken, 9), broken, ("", "", "")),
        lambda: native.written("日-a", letters.kinds(), native.Memo(str, 9), broken, ("", "", "")),
    ],
)
def test_what_a_function_raises_is_raised(call: Callable[[], object]) -> None:
    with pytest.raises(LookupError):
        call()


anything: Any = native  # whose arguments no type checker sees


def stems() -> Any:
    """Of a vocabulary without words."""
    return anything.Stems(anything.Vocabulary(), [])


def six(wanted: Any) -> Any:
    """Where in the text `six` what is wanted stands; its number is 0."""
    mine = anything.Vocabulary()
    numbers, _ = anything.Stems(mine, []).cut("six", letters.kinds(), cutting._odd())
    return anything.positions(mine, [numbers], wanted, 1)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda: Table(lambda c: 5).count("a", -1)),
        (TypeError, lambda: Table(lambda c: 0x110000 + 50).translate("a")),
        (ValueError, lambda: Table(lambda c: -1).translate("a")),
        (ValueError, lambda: anything.words("a", Table(lambda c: 8), cutting._odd())),
        (TypeError, lambda: anything.words("u.s.", letters.kinds(), anything.Memo(lambda s: 5, 9))),
        (ValueError, lambda: anything.words("u.s.", letters.kinds(), anything.Memo(lambda s: [("a", 0, 99)], 9))),
        (ValueError, lambda: stems().cut("u.s.", letters.kinds(), anything.Memo(lambda s: [("", 0, 1)], 9))),
        (TypeError, lambda: stems().cut(5, letters.kinds(), cutting._odd())),
        (TypeError, lambda: anything.Stems(5, [])),
        (TypeError, lambda: anything.Stems(anything.Vocabulary(), [5])),
        (TypeError, lambda: anything.Stems(anything.Vocabulary(), 5)),
        (IndexError, lambda: stems().set(0, "a")),
        (IndexError, lambda: stems().set(-1, "a")),
        (IndexError, lambda: anything.Vocabulary().word(0)),
        (IndexError, lambda: anything.Vocabulary().word(1 << 70)),
        (TypeError, lambda: anything.Vocabulary().number(b"a")),
        (TypeError, lambda: anything.written("a", letters.kinds(), anything.Memo(lambda s: None, 9), str, ("", "", ""))),
        (TypeError, lambda: anything.written("日-a", letters.kinds(), anything.Memo(str, 9), lambda s: 5, ("", "", ""))),
        (ValueError, lambda: anything.written("日本", letters.kinds(), anything.Memo(str, 9), str, ())),
        (ValueError, lambda: native.visits(b"a", array("i"), array("i", [0]), array("i", [0]))),
        (ValueError, lambda: native.visits(b"a", array("i", [0] * 256), array("i"), array("i", [0]))),
        (ValueError, lambda: native.visits(b"a", array("i", [0] * 256), array("i", [0]), array("i"))),
        (ValueError, lambda: native.visits(b"a", array("i", [0] * 256), array("i", [-98]), array("i", [0]))),
        (ValueError, lambda: native.visits(b"ab", array("i", [7] * 256), array("i", [0]), array("i", [0]))),
        (ValueError, lambda: native.visits(b"a", array("i", [-1] * 256), array("i", [0]), array("i", [0]))),
        (ValueError, lambda: native.visits(b"a", memoryview(bytes(1040))[1:], array("i", [0]), array("i", [0]))),
        (TypeError, lambda: native.visits("a", array("i"), array("i"), array("i"))),  # type: ignore[arg-type]
        (TypeError, lambda: native.visits(b"a", 5, array("i"), array("i"))),
        (TypeError, lambda: six({0: 5})),
        (TypeError, lambda: six({"a": [0]})),
        (IndexError, lambda: six({9: [0]})),
        (OverflowError, lambda: six({-1: [0]})),
        (IndexError, lambda: six({0: [1]})),
        (IndexError, lambda: six({0: [-1]})),
        (OverflowError, lambda: six({0: [1 << 70]})),
        (TypeError, lambda: anything.positions(anything.Vocabulary(), [5], {}, 1)),
        (ValueError, lambda: anything.gains(anything.Vocabulary(), [b""], {}, [], [], 1.2)),
        (TypeError, lambda: anything.gains(anything.Vocabulary(), [b""], {}, ["a"], [1.0], 1.2)),
        (IndexError, lambda: anything.holding(["abcd"], anything.Vocabulary(), b"\x09\0\0\0")),
        (ValueError, lambda: anything.holding(["abc"], anything.Vocabulary(), b"")),
        (TypeError, lambda: anything.distinct(anything.Vocabulary(), 5)),
        (TypeError, lambda: anything.feedback([5], [1.0], [1.0], [1.0, 1.0], 3, 1.2)),
        (TypeError, lambda: anything.feedback([(5, b"")], [1.0], [1.0], [1.0, 1.0], 3, 1.2)),
        (ValueError, lambda: anything.feedback([(stems(), b""), (stems(), b"")], [1, 1], [1, 1], [1, 1, 1], 3, 1.2)),
        (ValueError, lambda: anything.feedback([(stems(), b"")], [], [1.0], [1.0, 1.0], 3, 1.2)),
        (ValueError, lambda: anything.positions(anything.Vocabulary(), [], {}, -1)),
        (IndexError, lambda: anything.encoded("abc", 1, 4)),
        (IndexError, lambda: anything.encoded("abc", -1, 2)),
        (IndexError, lambda: anything.encoded("abc", 2, 1)),
        (TypeError, lambda: anything.spans("a", letters.kinds(), cutting._odd(), [0])),
    ],
)
def test_what_is_given_wrong_is_an_error(error: type[Exception], call: Callable[[], object]) -> None:
    with pytest.raises(error):
        call()


@given(TEXTS | st.text(), st.data())
def test_bytes_of_parts_are_those_of_the_codec(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(text)))
    start = data.draw(st.integers(0, end))
    try:
        size = len(text[start:end].encode())
    except UnicodeEncodeError:
        with pytest.raises(UnicodeEncodeError):
            native.encoded(text, start, end)
    else:
        assert native.encoded(text, start, end) == size


def test_sizes_of_other_kinds_have_an_end() -> None:
    assert native.begins("abc", letters.kinds()) == b"bbb"


def test_what_is_collected_meanwhile_may_ask_the_same_vocabulary() -> None:
    words = native.Vocabulary()
    numbers, _ = native.Stems(words, []).cut(" ".join(f"w{i}" for i in range(5000)), letters.kinds(), cutting._odd())

    class Gone:
        def __del__(self) -> None:
            native.positions(words, [numbers], {0: [0]}, 1)

    circle: Any = Gone()
    circle.itself = circle
    del circle
    before = gc.get_threshold()
    gc.set_threshold(200)
    try:
        found = native.positions(words, [numbers[:1600]] * 50, {i: [0] for i in range(5000)}, 1)
    finally:
        gc.set_threshold(*before)
    assert [len(one) for (one,) in found] == [400] * 50


def test_what_hangs_together_in_a_circle_is_freed() -> None:
    stream = Stream(slots)
    stream.text("assurances", "en")
    gone = weakref.ref(stream._words["english"])
    del stream
    gc.collect()
    assert gone() is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 50, 900, 7000]),
            st.integers(0, 3),
            st.integers(0, 180) | st.sampled_from([0, 60, 180, 300]),
            st.sampled_from([-0.6, 0.0, 0.3, 0.4, 1.0, 1.2, 6.0, 7.0, 20.0]),
        ),
        min_size=1,
        max_size=150,
    )
)
def test_passages_end_where_the_python_ends_them(drawn: list[tuple[int, int, int, float]]) -> None:
    atoms, at = [], 0
    for block, (length, gap, size, price) in enumerate(drawn):
        atoms.append(passages._Atom(at, at + length, block, size, price))
        at += length + gap
    most = passages._MOST_ATOMS, passages._MOST_CHARACTERS
    assert native.cheapest(atoms, passages._PRICE, *most) == passages.plain_ends(atoms)


@pytest.mark.parametrize(
    "atoms",
    [[(0, 1, 0, -1, 0.0)], [(-9, 1, 0, 1, 0.0)], [(2, 1, 0, 1, 0.0)], [(0, 1)], [None], ["abcde"], 3, [(0, 1, 0, 1.5, 0.0)]],
)
def test_what_is_no_atom_is_refused(atoms: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        native.cheapest(atoms, passages._PRICE, 64, 6000)


@pytest.mark.parametrize("prices", [b"", bytes(80), array("i", [1, 2]), memoryview(bytes(81))[1:].cast("d"), [0.5]])
def test_what_are_no_prices_is_refused(prices: Any) -> None:
    with pytest.raises(TypeError):
        native.cheapest([(0, 1, 0, 1, 0.0)], prices, 64, 6000)


def test_atoms_beyond_all_sizes_stand_alone() -> None:
    for sizes in ([sys.maxsize, 1], [10**9, sys.maxsize, 1], [1, sys.maxsize]):
        atoms = [passages._Atom(i, i + 1, i, size, 0.0) for i, size in enumerate(sizes)]
        assert native.cheapest(atoms, passages._PRICE, 64, 6000) == passages.plain_ends(atoms)


def test_a_memo_forgets_when_it_is_full() -> None:
    memo = native.Memo(lambda chunk: chunk, 4)
    for text in ("a b c d e f g h i j " * 3, "ä" * 90 + " k"):
        assert native.written(text, letters.kinds(), memo, str, ("", "", "")).split() == text.split()


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


WORDS = st.lists(
    st.sampled_from(["six", "assurances", "assurance", "l'homme", "台湾", "aaaaaa", "x", "the", "1990", "u.s.-china", "a-b"]),
    max_size=30,
)


def both_ways(texts: list[list[str]]) -> Iterator[tuple[Lexicon, list[tuple[memoryview[int], memoryview[int]]]]]:
    """Some English texts as numbers, with the compiled module and without it."""
    for vocabulary, kind in ((native.Vocabulary(), native.Stems), (PlainVocabulary(), PlainStems)):
        lexicon = Lexicon(vocabulary, "en", kind)  # type: ignore[arg-type]
        yield lexicon, [lexicon.read(" ".join(words))[1:] for words in texts]
        lexicon.learn()


def readable(lexicon: Lexicon, numbers: Iterable[int]) -> list[str]:
    return list(map(lexicon.vocabulary.word, numbers))


@given(st.lists(WORDS, max_size=4))
def test_words_by_number(texts: list[list[str]]) -> None:
    (one, found), (other, plain) = both_ways(texts)
    for (words, joined), (plainly, also) in zip(found, plain, strict=True):
        assert readable(one, words) == readable(other, plainly)
        assert readable(one, joined) == readable(other, also)
    one.learn()
    other.learn()
    assert {one.vocabulary.word(number): terms for number, terms in one.terms.items()} == {
        other.vocabulary.word(number): terms for number, terms in other.terms.items()
    }
    for term in ("six", "assur", "homm", "台湾", "lhomm", "never"):
        assert sorted(readable(one, one.having(term))) == sorted(readable(other, other.having(term)))
    every = [words for words, _ in found]
    assert readable(one, memoryview(native.distinct(one.vocabulary, every)).cast("I")) == list(
        dict.fromkeys(word for words in every for word in readable(one, words))
    )


@given(
    st.lists(WORDS, max_size=4), st.dictionaries(st.sampled_from(["six", "台湾", "x"]), st.lists(st.integers(0, 3), max_size=3))
)
def test_where_words_stand_and_what_that_gains(texts: list[list[str]], wanted: dict[str, list[int]]) -> None:
    (lexicon, found), _ = both_ways(texts)
    words = [words for words, _ in found]
    numbers = {number: things for word, things in wanted.items() if (number := lexicon.vocabulary.number(word)) >= 0}
    places = native.positions(lexicon.vocabulary, words, numbers, 4)
    assert [[list(one) for one in text] for text in places] == plain_positions(lexicon.vocabulary, words, numbers, 4)
    weights, lengths = [0.1, 0.7, 1.3, 2.9], [0.5 + len(text) / 7 for text in words]
    arguments = lexicon.vocabulary, words, numbers, weights, lengths, 1.2
    assert native.gains(*arguments) == reranking.plain_gains(*arguments)
    assert native.positions(lexicon.vocabulary, words, {}, 1) == [[()]] * len(words)  # all notes are taken away


@given(WORDS, st.lists(st.sampled_from(["six ", " ass", "aaaa", "l ho", "l'ho"]), unique=True))
def test_words_that_hold_grams(words: list[str], grams: list[str]) -> None:
    (lexicon, [(numbers, _)]), _ = both_ways([words])
    met = memoryview(native.distinct(lexicon.vocabulary, [numbers])).cast("I")
    assert native.holding(grams, lexicon.vocabulary, met) == reranking.plain_holding(grams, lexicon.vocabulary, met)


@given(st.lists(WORDS, min_size=1, max_size=6), st.integers(1, 4), st.integers(0, 5))
def test_what_the_best_texts_share(texts: list[list[str]], trusted: int, most: int) -> None:
    sums = []
    trusts = [1 / (1 + i) if i < trusted else -1.0 for i in range(len(texts))]
    lengths, rarities = [0.5 + len(text) / 7 for text in texts], [1 / (1 + i) for i in range(len(texts) + 1)]
    for (lexicon, found), feedback in zip(both_ways(texts), (native.feedback, reranking.plain_feedback), strict=True):
        lexicon.learn()
        sums.append(feedback([(lexicon.stems, words) for words, _ in found], lengths, trusts, rarities, most, 1.2))
    assert sums[0] == sums[1]


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

"""What every engine must do, inherited by one small file for each engine; a gap there is a skip with a reason."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seedsearch.engines import Engine, Entry, create_engine, open_engine
from seedsearch.engines.protocol import MAX_EXPANSION
from seedsearch.errors import IndexLockedError, IndexMissingError
from seedsearch.query import (
    And,
    Everything,
    Group,
    Language,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Term,
    Within,
)
from seedsearch.ranking import FIELD_WEIGHTS

from .random_trees import HUGE, compare_with_memory, scores


def fill(engine: Engine, *entries: Entry) -> None:
    with engine.write() as writer:
        for entry in entries:
            writer.add(entry)
    engine.refresh()


def remove(engine: Engine, *documents: int) -> None:
    with engine.write() as writer:
        writer.remove(documents)
    engine.refresh()


def passage(number: int, text: str, heading: str = "", *, document: int = 1, language: str = "en") -> Entry:
    return Entry(number, document, language, text.split(), heading.split())


def word(*forms: str, field: str = "any") -> Term:
    return Term(field, forms)


def phrase(text: str, field: str = "any") -> Phrase:
    return Phrase(field, tuple((term,) for term in text.split()))


def ranking(engine: Engine, node: Node, limit: int = HUGE) -> list[int]:
    return [match.number for match in engine.search(node, limit).matches]


def found(engine: Engine, node: Node) -> set[int]:
    answer = engine.search(node, HUGE)
    assert answer.total == len(answer.matches)
    return {match.number for match in answer.matches}


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let the system refuse to write files of more than `size` bytes, as a full disk does."""
    resource = pytest.importorskip("resource", reason="the system cannot limit the size of files")
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


class EngineContract:
    name: str

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "index"

    @pytest.fixture
    def engine(self, folder: Path) -> Iterator[Engine]:
        engine = create_engine(self.name, folder)
        yield engine
        engine.close()

    # What matches

    def test_a_term_is_found_where_it_stands(self, engine: Engine) -> None:
        fill(engine, passage(1, "six assurances"), passage(2, "six", "assurances"), passage(3, "policy"))
        assert found(engine, word("assurances")) == {1, 2}
        assert found(engine, word("assurances", field="heading")) == {2}
        assert found(engine, word("assurance")) == set()

    def test_forms_of_a_word_count_together(self, engine: Engine) -> None:
        fill(engine, passage(1, "assurance assurances x"), passage(2, "assurance y z"), passage(3, "x y z"))
        both = word("assurance", "assurances")
        assert found(engine, both) == {1, 2}
        assert engine.frequency("any", ("assurance", "assurances")) == 2
        assert ranking(engine, both) == [1, 2]
        if engine.exact_scores:
            assert scores(engine, both)[2] == pytest.approx(scores(engine, word("assurance"))[2])

    def test_alternatives_share_a_position(self, engine: Engine) -> None:
        fill(engine, Entry(1, 1, "en", ["the", ("running", "run"), "man"]), passage(2, "the run x man"))
        assert found(engine, word("run")) == {1, 2}
        assert found(engine, phrase("the run man")) == {1}
        assert found(engine, phrase("the running man")) == {1}
        assert found(engine, phrase("running run")) == set()

    def test_a_phrase_needs_its_words_in_order(self, engine: Engine) -> None:
        fill(engine, passage(1, "a taiwan strait b"), passage(2, "strait taiwan"), passage(3, "taiwan x strait"))
        assert found(engine, phrase("taiwan strait")) == {1}
        assert found(engine, phrase("taiwan strait", "heading")) == set()
        assert found(engine, Phrase("any", (("taiwan",), (), ("strait",)))) == {3}

    def test_a_phrase_takes_any_form_at_each_position(self, engine: Engine) -> None:
        fill(engine, passage(1, "first assurance"), passage(2, "six assurances"), passage(3, "assurances six"))
        assert found(engine, Phrase("any", (("six", "first"), ("assurance", "assurances")))) == {1, 2}

    def test_chinese_bigrams_make_a_phrase(self, engine: Engine) -> None:
        fill(engine, passage(1, "六项 项保 保证"), passage(2, "保证 六项 项目"))
        assert found(engine, phrase("六项 项保 保证")) == {1}

    def test_a_word_repeated_in_a_phrase(self, engine: Engine) -> None:
        fill(engine, passage(1, "ha ha"), passage(2, "ha ha ha"), passage(3, "ha x ha"))
        assert found(engine, phrase("ha ha")) == {1, 2}
        assert found(engine, phrase("ha ha ha")) == {2}

    def test_a_gap_counts_as_a_position(self, engine: Engine) -> None:
        fill(engine, Entry(1, 1, "en", ["a", (), "b"]), passage(2, "a b"))
        assert found(engine, phrase("a b")) == {2}
        assert found(engine, Phrase("any", (("a",), (), ("b",)))) == {1}

    def test_and_or_not(self, engine: Engine) -> None:
        fill(engine, passage(1, "a b"), passage(2, "a c"), passage(3, "b c"), passage(4, "d"))
        a, b, c = word("a"), word("b"), word("c")
        assert found(engine, And((a, b))) == {1}
        assert found(engine, Or((a, b))) == {1, 2, 3}
        assert found(engine, And((a, Not(b)))) == {2}
        assert found(engine, Not(Or((a, b)))) == {4}
        assert found(engine, And((Not(a), Not(b)))) == {4}
        assert found(engine, Not(Not(c))) == {2, 3}
        assert found(engine, Or((And((a, b)), And((b, c))))) == {1, 3}
        assert found(engine, Or(())) == set()

    def test_a_minimum_of_alternatives(self, engine: Engine) -> None:
        fill(engine, passage(1, "a b c"), passage(2, "a b x"), passage(3, "a x y"), passage(4, "x y z"))
        words = (word("a"), word("b"), word("c"))
        assert [found(engine, Or(words, least)) for least in (1, 2, 3, 4)] == [{1, 2, 3}, {1, 2}, {1}, set()]
        assert found(engine, Or(words, 0)) == {1, 2, 3, 4}

    def test_optional_words_lift_and_do_not_exclude(self, engine: Engine) -> None:
        fill(engine, passage(1, "p q x y"), passage(2, "p q r y"), passage(3, "r r r r"))
        node = And((phrase("p q"), Or((word("r"),), 0)))
        assert ranking(engine, node) == [2, 1]

    def test_languages(self, engine: Engine) -> None:
        tags = ["zh-Hant", "zh-Hans", "zho", "en", "zh"]
        fill(engine, *(passage(number, "a", language=tag) for number, tag in enumerate(tags)))
        assert found(engine, Language("zh")) == {0, 1, 4}
        assert found(engine, Language("ZH-hant")) == {0}
        assert found(engine, And((word("a"), Language("en")))) == {3}
        assert found(engine, And((word("a"), Not(Language("zh"))))) == {2, 3}
        assert found(engine, Or((Language("en"), Language("zho")))) == {2, 3}
        assert found(engine, Language("ja")) == set()

    def test_documents(self, engine: Engine) -> None:
        fill(engine, *(passage(number, "a b", document=number // 2) for number in range(6)))
        assert found(engine, And((word("a"), Within(frozenset({0, 2}))))) == {0, 1, 4, 5}
        assert found(engine, And((word("a"), Not(Within(frozenset({0, 2})))))) == {2, 3}
        assert found(engine, Within(frozenset())) == set()

    def test_everything_lists_by_number_and_scores_nothing(self, engine: Engine) -> None:
        fill(engine, passage(7, "a"), passage(3, "b"), Entry(5, 1, "en", []))
        answer = engine.search(Everything(), HUGE)
        assert [tuple(match) for match in answer.matches] == [(3, 0.0), (5, 0.0), (7, 0.0)]
        assert found(engine, And((Everything(), Language("en")))) == {3, 5, 7}

    def test_a_prefix_stands_for_its_terms(self, engine: Engine) -> None:
        fill(engine, passage(1, "assurance"), passage(2, "x", "assured"), passage(3, "asset"), passage(4, "zassur"))
        assert found(engine, Prefix("any", "assur")) == {1, 2}
        assert found(engine, Prefix("heading", "assur")) == {2}
        assert engine.search(Prefix("any", "assur"), 9).notes == ()
        assert found(engine, Prefix("any", "assurances")) == set()

    def test_a_prefix_of_too_many_terms_is_cut_and_says_so(self, engine: Engine) -> None:
        terms = [f"w{number:03}" for number in range(MAX_EXPANSION + 50)]
        fill(engine, passage(1, " ".join(terms)), passage(2, terms[-1]), passage(3, terms[-2], terms[-2]))
        answer = engine.search(Prefix("any", "w"), HUGE)
        assert {match.number for match in answer.matches} == {1, 2, 3}
        assert [f"{MAX_EXPANSION} most frequent" in note for note in answer.notes] == [True]
        expected = [terms[-2], terms[-1], *terms[:-2]]
        assert engine.expand("any", "w") == expected[:MAX_EXPANSION]
        assert engine.expand("any", "w", 3) == expected[:3]
        assert engine.expand("heading", "w") == [terms[-2]]
        assert engine.expand("any", "w0", 0) == []

    # How it ranks

    def test_rare_words_and_frequent_use_rank_high_and_long_passages_low(self, engine: Engine) -> None:
        fill(
            engine,
            passage(1, "common x x x"),
            passage(2, "common rare x x"),
            passage(3, "common common x x"),
            passage(4, "common x x x x x x x"),
            passage(5, "x x x x"),
        )
        assert ranking(engine, Or((word("common"), word("rare")))) == [2, 3, 1, 4]

    def test_the_score_is_bm25f(self, engine: Engine) -> None:
        if not engine.exact_scores:
            pytest.skip("its scores are a first pass")
        # Body lengths 3 and 1, average 2; heading lengths 1 and 0, average 1/2.
        fill(engine, passage(1, "a a b", "a"), passage(2, "c"))
        weighted = 2 / (0.25 + 0.75 * 3 / 2) + FIELD_WEIGHTS["heading"] * 1 / (0.25 + 0.75 * 1 / 0.5)
        expected = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5)) * weighted / (1.2 + weighted)
        assert scores(engine, word("a")) == {1: pytest.approx(expected, abs=1e-9)}

    def test_a_group_is_one_word_of_weighted_frequencies(self, engine: Engine) -> None:
        # Average length of the body 3, of the heading 1/4.
        fill(engine, passage(1, "a a b"), passage(2, "b x y"), passage(3, "x y b c"), passage(4, "z z", "a"))
        group = Group(((1.0, word("a")), (0.25, word("b")), (0.5, phrase("b c"))))
        containing = 1 + 0.25 + 0.75 + 1
        value = math.log(1 + (4 - containing + 0.5) / (containing + 0.5))
        expected = {1: 2.25, 2: 0.25, 3: 0.75 / (0.25 + 0.75 * 4 / 3), 4: FIELD_WEIGHTS["heading"] / (0.25 + 0.75 * 4)}
        if engine.exact_scores:
            assert scores(engine, group) == {
                number: pytest.approx(value * weighted / (1.2 + weighted)) for number, weighted in expected.items()
            }
            assert scores(engine, Group(((1.0, word("a", "b")),))) == pytest.approx(scores(engine, word("a", "b")))
        assert found(engine, group) == {1, 2, 3, 4}
        assert ranking(engine, group)[0] == 1
        assert ranking(engine, And((Group(((1.0, word("x")), (0.1, word("a")))), Language("en"))))[0] == 2
        assert found(engine, And((group, word("x")))) == {2, 3}
        assert found(engine, Group(())) == found(engine, Group(((1.0, word("none")),))) == set()
        assert found(engine, Not(group)) == set()

    def test_a_rough_frequency_is_no_less_than_the_frequency(self, engine: Engine) -> None:
        fill(engine, passage(1, "a b"), passage(2, "a", "a b"))
        fill(engine, passage(3, "b c"))
        assert engine.rough_frequency("any", ("a",)) == engine.rough_frequency("any", ("a", "a", "z"))
        assert 2 <= engine.rough_frequency("any", ("a",)) <= 3, "fields may add up"
        assert 3 <= engine.rough_frequency("any", ("b",)) < 5 <= engine.rough_frequency("any", ("a", "b")) <= 7
        assert engine.rough_frequency("any", ("z",)) == engine.rough_frequency("heading", ("c",)) == 0
        remove(engine, 1)
        assert engine.rough_frequency("any", ("a",)) >= engine.frequency("any", ("a",)) == 0

    def test_ties_are_in_order_of_number(self, engine: Engine) -> None:
        numbers = [9, 2, 2**32 - 1, 5, 40, 0]
        fill(engine, *(passage(number, "same words") for number in numbers))
        assert ranking(engine, word("same")) == sorted(numbers)
        assert ranking(engine, word("same"), 3) == sorted(numbers)[:3]

    def test_limits(self, engine: Engine) -> None:
        fill(engine, *(passage(number, "a " * (number + 1)) for number in range(5)))
        best = ranking(engine, word("a"))
        for limit in (0, 1, 4, 5, 6, HUGE):
            answer = engine.search(word("a"), limit)
            assert [match.number for match in answer.matches] == best[:limit]
            assert answer.total == 5

    # What changes

    def test_an_empty_index_finds_nothing(self, engine: Engine) -> None:
        nodes = (word("a"), phrase("a b"), Prefix("any", "a"), Everything(), Not(word("a")), Language("en"))
        assert [found(engine, node) for node in nodes] == [set()] * len(nodes)
        assert (engine.count(), engine.frequency("any", ("a",)), engine.expand("any", "")) == (0, 0, [])
        fill(engine)
        assert engine.count() == 0

    def test_removed_passages_count_for_nothing(self, engine: Engine) -> None:
        kept = [passage(1, "a b c"), passage(2, "a d", "b", document=2)]
        fill(engine, *kept)
        before = scores(engine, Or((word("a"), word("b"), phrase("a b"))))
        fill(engine, *(passage(number, "a a b b a b x x x x", "a x", document=number) for number in range(10, 30)))
        assert scores(engine, Or((word("a"), word("b"), phrase("a b")))) != before
        remove(engine, *range(10, 30), 999)
        assert engine.count() == 2
        assert scores(engine, Or((word("a"), word("b"), phrase("a b")))) == pytest.approx(before)
        assert engine.frequency("any", ("a",)) == 2
        assert engine.frequency("any", ("x",)) == 0
        assert found(engine, Everything()) == {1, 2}
        assert found(engine, Not(word("d"))) == {1}

    def test_a_document_is_replaced_in_one_block(self, engine: Engine) -> None:
        fill(engine, passage(1, "old text"), passage(2, "old text", document=2))
        with engine.write() as writer:
            writer.remove({1})
            writer.add(passage(1, "new text"))
            writer.add(passage(3, "new text", document=3))
            writer.remove([3])
        engine.refresh()
        assert (found(engine, word("old")), found(engine, word("new"))) == ({2}, {1})
        remove(engine, 1, 2)
        assert engine.count() == 0

    def test_a_reader_keeps_its_state_until_it_refreshes(self, engine: Engine) -> None:
        fill(engine, passage(1, "a"))
        with engine.write() as writer:
            writer.remove([1])
            writer.add(passage(2, "a", document=2))
            assert found(engine, word("a")) == {1}
        assert found(engine, word("a")) == {1}
        assert engine.count() == 1
        engine.refresh()
        assert found(engine, word("a")) == {2}

    def test_many_small_commits(self, engine: Engine) -> None:
        for number in range(16):
            fill(engine, passage(number, f"a b n{number}", document=number, language=f"x-{number}"))
            if number % 3 == 2:
                remove(engine, number - 1)
        alive = {number for number in range(16) if number % 3 != 1}
        assert found(engine, phrase("a b")) == alive
        assert [found(engine, word(f"n{number}")) for number in (0, 1, 14)] == [{0}, set(), {14}]
        assert found(engine, Language("x-5")) == {5}

    def test_an_exception_in_a_block_changes_nothing(self, engine: Engine) -> None:
        fill(engine, passage(1, "a"))
        with pytest.raises(RuntimeError, match="stop"), engine.write() as writer:
            writer.remove([1])
            writer.add(passage(2, "a", document=2))
            raise RuntimeError("stop")
        engine.refresh()
        assert found(engine, word("a")) == {1}
        fill(engine, passage(2, "a", document=2))
        assert found(engine, word("a")) == {1, 2}

    def test_a_full_disk_changes_nothing(self, engine: Engine) -> None:
        fill(engine, passage(1, "a"))
        with pytest.raises(OSError), files_of_at_most(4_000), engine.write() as writer:
            writer.remove([1])
            for number in range(2, 2000):
                writer.add(passage(number, f"a b{number} c{number}", document=2))
        engine.refresh()
        assert found(engine, word("a")) == {1}
        with engine.write(wait=0) as writer:
            writer.add(passage(2, "a"))
        engine.refresh()
        assert found(engine, word("a")) == {1, 2}

    def test_a_second_writer_is_told_to_wait(self, engine: Engine) -> None:
        with engine.write() as writer:
            writer.add(passage(1, "a"))
            with pytest.raises(IndexLockedError) as caught, engine.write(wait=0.1):
                pass
            assert "\n" not in str(caught.value)
            assert "try again" in str(caught.value)
        engine.refresh()
        assert engine.count() == 1

    def test_an_index_is_opened_again(self, engine: Engine, folder: Path) -> None:
        fill(engine, passage(1, "a b", "c"), passage(2, "b", document=2, language="zh-Hant"))
        remove(engine, 2)
        fill(engine, passage(3, "b", document=3, language="zh-Hant"))
        expected = scores(engine, Or((word("a"), word("b"), word("c"))))
        again = open_engine(self.name, folder)
        assert scores(again, Or((word("a"), word("b"), word("c")))) == expected
        assert found(again, Language("zh")) == {3}
        again.close()
        again.close()

    def test_create_empties_an_index(self, engine: Engine, folder: Path) -> None:
        fill(engine, passage(1, "a"))
        fresh = create_engine(self.name, folder)
        assert fresh.count() == 0
        fill(fresh, passage(1, "b"))
        assert found(fresh, word("b")) == {1}
        assert found(engine, word("a")) == {1}
        fresh.close()

    def test_no_index_is_an_error_of_one_line(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "nothing"):
            with pytest.raises(IndexMissingError) as caught:
                open_engine(self.name, path)
            assert "\n" not in str(caught.value)

    # What is strange

    @pytest.mark.parametrize(
        "term",
        [
            "\x00",
            "a\x00b",
            "\ud800",
            "😀",
            "e\u0301",
            "\u202e",
            " ",
            "\n",
            "x" * 30_000,
            "保" * 10_000,
            "_stored",
            "*",
        ],
        ids=lambda term: ascii(term[:8]),
    )
    def test_any_text_is_a_term(self, engine: Engine, term: str) -> None:
        fill(engine, Entry(1, 1, "en", ["a", term], [term]), Entry(2, 1, "en", ["a", term + term]), passage(3, "a"))
        assert found(engine, word(term)) == {1}
        assert found(engine, Phrase("any", (("a",), (term,)))) == {1}
        assert found(engine, Prefix("any", term)) == {1, 2}
        assert engine.expand("any", term) == [term, term + term]

    def test_a_long_passage(self, engine: Engine) -> None:
        words = [f"w{number % 5000}" for number in range(60_000)]
        fill(engine, Entry(1, 1, "en", words), passage(2, "w1 w2"))
        assert found(engine, phrase("w4999 w0 w1")) == {1}
        assert found(engine, word("w4999")) == {1}
        assert found(engine, phrase("w1 w2")) == {1, 2}

    def test_random_collections_and_trees(self) -> None:
        compare_with_memory(self.name)

"""The order of a pool: what each kind of evidence does, and what it never does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.duplicates import grouped
from seedsearch.folding import fold_text
from seedsearch.function_words import function_words, light_inside, likely_languages
from seedsearch.pool import find, read
from seedsearch.query import Leaf, Phrase, Prefix, Term
from seedsearch.ranking import saturate
from seedsearch.records import Passage, Span
from seedsearch.reranking import NEAR, ORDERED, WINDOW, Asked, Score, _closeness, rerank
from seedsearch.spelling import distance, nearest

FILLER = "nothing of interest stands here and so the passage goes on for a while"


def passage(text: str, language: str = "en", heading: str = "") -> Passage:
    span = Span(0, len(text), 1, 1, 0, len(text.encode("utf-8", "replace")))
    return Passage(text[:8], "a.txt", span, language, (heading,) if heading else (), text)


def asked(*leaves: Leaf, words: tuple[str, ...] = (), characters: str = "") -> Asked:
    return Asked(leaves, [2.0] * len(leaves), dict.fromkeys(words, 2.0), dict.fromkeys(characters, 2.0))


def ranked(query: Asked, passages: Sequence[Passage]) -> list[Score]:
    pool = read((one.language, one.text, one.headings) for one in passages)
    return rerank(query, pool, find(query.leaves, pool))


def groups_of(texts: Sequence[str], limit: int) -> list[list[int]]:
    return grouped(texts, read(("en", text, ()) for text in texts).pages, limit)


def term(*forms: str) -> Term:
    return Term("any", forms)


def test_every_leaf_counts_where_it_stands() -> None:
    pool = [passage(f"Six assurances. {FILLER}"), passage(FILLER, heading="assurances"), passage(FILLER)]
    leaves = term("assur"), Phrase("any", (("six",), ("assur",))), Prefix("any", "\x04assuran"), Term("heading", ("assur",))
    body, heading, neither = (score.leaves for score in ranked(asked(*leaves), pool))
    assert [value > 0 for value in body] == [True, True, True, False]
    assert [value > 0 for value in heading] == [True, False, True, True]
    assert neither == (0.0, 0.0, 0.0, 0.0)


def test_a_word_is_found_however_it_is_written() -> None:
    pool = [passage(text) for text in ("an F-16 flew", "an F16 flew", "a café", "in 1,000 cases", "they don't", "F 15 flew")]
    leaves = term("f16"), term("\x05cafe", "cafe"), term("1000"), term("dont")
    scores = [score.leaves for score in ranked(asked(*leaves), pool)]
    assert [[value > 0 for value in row].index(True) for row in scores[:5]] == [0, 0, 1, 2, 3]
    assert not any(scores[5])


def test_single_characters_are_counted_inside_runs() -> None:
    pool = [passage("台灣的軍事銷售", "zh-Hant"), passage("天氣很好", "zh-Hant")]
    first, second = ranked(asked(term("台"), characters="军售"), pool)
    assert first.leaves[0] > 0 and first.characters > 0
    assert second.leaves[0] == second.characters == 0


def test_a_slip_or_an_unknown_inflection_is_still_like_the_word() -> None:
    pool = [passage(f"the Verteidigungsfähigkeit {FILLER}", "de"), passage(FILLER, "de")]
    scores = ranked(asked(term("verteidig"), words=("verteidigung",)), pool)
    assert scores[0].likeness > 3 * scores[1].likeness


def test_neighbours_of_the_query_are_better_as_neighbours() -> None:
    far = f"arms {FILLER} sales"
    pool = [passage(f"arms sales {FILLER}"), passage(far), passage(f"sales arms {FILLER}")]
    near, apart, turned = (score.closeness for score in ranked(asked(term("arm"), term("sale")), pool))
    assert near > turned > apart == 0


PLACES = st.lists(st.sets(st.integers(0, 40), max_size=30).map(sorted), min_size=1, max_size=4)


@given(PLACES)
def test_what_follows_and_what_is_near_is_counted(places: list[list[int]]) -> None:
    worths, length, plain = [0.5, 2.0, 3.5], 1.3, 0.0
    for worth, here, there in zip(worths, places, places[1:], strict=False):
        follows = sum(at + 1 in there for at in here)
        near = sum(any(abs(at - other) < WINDOW for other in there) for at in here)
        plain += worth * (ORDERED * saturate(follows / length) + NEAR * saturate(near / length))
    assert _closeness(worths, places, length) == pytest.approx(plain)


def test_where_all_are_equal_those_that_are_alike_rise() -> None:
    harbour = "whales swim near the harbour lighthouse and the keeper counts them"
    pool = [passage(f"whales {FILLER} {i}") for i in range(3)] + [passage(f"{harbour} {i}") for i in range(4)]
    scores = ranked(asked(term("whale")), pool)
    assert min(score.shared for score in scores[3:]) > 0
    assert all(0 <= score.shared <= max(s.total - s.shared for s in scores) for score in scores)


@given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=12))
def test_any_text_gives_numbers_in_the_order_of_the_pool(texts: list[str], word: str) -> None:
    pool = [passage(text, language) for text, language in zip(texts, ["en", "zh-Hant", "th", "und"] * 2, strict=False)]
    query = asked(term(word or "x"), words=(word,) if word.strip() else (), characters=word[:1])
    scores = ranked(query, pool)
    assert len(scores) == len(pool)
    assert all(score.total >= 0 for score in scores)
    assert scores == ranked(query, pool)


def test_the_parts_are_the_whole() -> None:
    assert Score((1.0, 2.0), 0.5, 0.25, 0.125, 0.0625).total == 3.9375


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        (["one two three four", "other words stand here", "one two three four"], [[0, 2], [1]]),
        (["In 2019 exports rose sharply again", "In 2020 exports rose sharply again"], [[0], [1]]),
        (["In २०१९ exports rose sharply again", "In २०२० exports rose sharply again"], [[0], [1]]),
        (["12 ships and 3 planes", "1 ships and 23 planes"], [[0], [1]]),
        (["", "", "a"], [[0, 1], [2]]),
    ],
)
def test_what_says_the_same_is_one_group(texts: list[str], groups: list[list[int]]) -> None:
    assert groups_of(texts, 10) == groups


def test_long_passages_that_differ_in_a_word_are_alike_and_the_limit_counts_groups() -> None:
    long = " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(80))
    changed = long.replace("wordaa ", "wordzz ", 1)
    assert groups_of([long, FILLER, changed, "third"], 2) == [[0, 2], [1]]


def test_the_language_of_a_question_is_told_by_its_function_words() -> None:
    assert likely_languages("wer war der erste".split(), ["en", "de"]) == ["de"]
    assert likely_languages(["taiwan"], ["en", "de"]) == ["en", "de"]
    assert "the" in function_words("en") and not function_words("xx")


@pytest.mark.parametrize(
    ("left", "right", "away"),
    [("", "ab", 2), ("tiawan", "taiwan", 1), ("kitten", "sitting", 3), ("same", "same", 0), ("a", "wxyz", 4)],
)
def test_the_distance_of_two_words(left: str, right: str, away: int) -> None:
    assert distance(left, right, 3) == away == distance(right, left, 3)


def test_the_nearest_words_are_words_and_not_stems() -> None:
    terms = {"a": ["assur", "arms"], "\x04a": ["\x04assurances", "\x04assurance"], "s": [], "\x04s": []}
    assert nearest("asurances", ["en"], lambda field, start, limit: terms[start]) == ("assurances", "assurance")
    assert nearest("zebra", ["en"], lambda field, start, limit: []) == ()


def test_function_words_inside_a_run_are_known_by_their_script() -> None:
    assert light_inside("这是什么") == {0, 1, 2, 3}
    assert light_inside("中国和美国") == {2}
    assert light_inside("何色ですか") == {0, 2, 3, 4}
    assert light_inside("ひまわりの種") == {4}
    assert light_inside(fold_text("ทำไมแมว")) == set(range(5)), "folding writes Thai am as two letters"
    assert light_inside("plain words") == set()


@given(st.text(alphabet="的什么台湾何色です。ทำไม a-", max_size=30))
def test_what_is_light_lies_in_the_text(text: str) -> None:
    folded = fold_text(text)
    assert all(0 <= at < len(folded) and not folded[at].isspace() for at in light_inside(folded))

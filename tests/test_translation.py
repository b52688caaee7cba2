from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import query
from seedsearch.function_words import CHINESE, ENGLISH
from seedsearch.query import Phrase, Term
from seedsearch.translation import MOST_WORDS, Rendering, Translation, leaf, renderings


def everything(text: str, source: str) -> list[Rendering]:
    return renderings(text, source, lambda _: True, lambda _word, known: not known)


def texts(rendering: Rendering) -> list[str]:
    return [translation.text for translation in rendering.translations]


def test_the_longest_phrase_is_one_word() -> None:
    supply_chain, crisis = everything("supply chain crisis", "en")
    assert (supply_chain.word, texts(supply_chain)) == ("supply chain", ["供应链"])
    assert "危机" in texts(crisis)
    (army,) = everything("軍事顧問"[:2], "zh")
    assert texts(army)[:2] == ["military affairs", "military"]
    assert [one.word for one in everything("拉丁美洲的邦交國", "zh")] == ["拉丁美洲", "邦交", "國"]


def test_a_phrase_whose_translations_occur_nowhere_gives_way_to_its_words() -> None:
    words = renderings("supply chain", "en", lambda word: word != "供应链", lambda _word, _known: False)
    assert [one.word for one in words] == ["supply", "chain"]
    words = renderings("供应链", "zh", lambda word: word == "provide", lambda _word, _known: False)
    assert [(one.word, texts(one)) for one in words] == [("供应", ["provide"]), ("链", [])]


def test_what_occurs_nowhere_takes_no_rank() -> None:
    (alone,) = renderings("保證", "zh", lambda word: word == "safeguard", lambda _word, _known: False)
    assert [(one.text, one.weight) for one in alone.translations] == [("safeguard", 1.0)]


def test_weights_fall_with_the_rank_and_single_characters_weigh_half() -> None:
    for rendering in everything("war missile island", "en"):
        own = [one for one in rendering.translations if one.weight > 0.25]
        whole = [one.weight for one in own if len(one.text) > 1]
        assert whole == sorted(whole, reverse=True)
        assert all(one.weight <= 0.5 for one in own if len(one.text) == 1)
        assert len(rendering.translations) <= 12


def test_names_and_digits_are_passed_through() -> None:
    passed = [Translation("tsmc", 1.0, "typed")], [Translation("1982", 1.0, "typed")]
    assert [list(one.translations) for one in everything("TSMC 1982", "en")] == list(passed)
    assert [one.word for one in everything("F-16 戰機", "zh")] == ["F", "16", "戰機"]


def test_function_words_are_left_out() -> None:
    assert [one.word for one in everything("What is the name of the league?", "en")] == ["name", "league"]
    assert [one.word for one in everything("聯盟的名字是什麼?", "zh")] == ["聯盟", "名字"]
    assert all(word == word.lower() for word in ENGLISH)
    assert all(word > "\u3400" for word in CHINESE)


def test_both_written_forms_are_translated_alike() -> None:
    traditional, simplified = everything("半導體供應鏈", "zh"), everything("半导体供应链", "zh")
    assert [one.translations for one in traditional] == [one.translations for one in simplified]
    assert [one.word for one in traditional] == ["半導體", "供應鏈"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("对称", "zh", Term("any", ("对称",))),
        ("供應鏈", "zh", Phrase("any", (("供应",), ("应链",)))),
        ("ships", "en", Term("any", ("\x05ship", "ship"))),
        ("!", "en", None),
    ],
)
def test_a_translation_is_searched_as_a_word_or_phrase(text: str, language: str, expected: object) -> None:
    assert leaf(text, language) == expected


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("arms sales", ["arms", "sales"]),
        ('"arms sales" Taiwan', ["arms sales", "Taiwan"]),
        ("Taiwan lang:zh source:004*", ["Taiwan"]),
        ("navy OR fleet", ["navy", "fleet"]),
    ],
)
def test_plain_queries(typed: str, words: list[str]) -> None:
    found = query.plain(query.parse(typed).tree)
    assert found is not None
    assert found[0] == words


@pytest.mark.parametrize(
    "typed", ["a AND b", "a -b", "assur*", "heading:security", '"a b" AND c', "a NOT b", "lang:zh a AND b"]
)
def test_operators_have_no_translation(typed: str) -> None:
    assert query.plain(query.parse(typed).tree) is None


@given(st.text(alphabet="台灣保證的 abc's-1.\ud800\x00\u0301\ufdfaㄅカ\n", max_size=80))
def test_any_text_has_renderings_in_its_order(text: str) -> None:
    for source in ("en", "zh"):
        found = everything(text, source)
        places = []
        at = 0
        for rendering in found:
            at = text.index(rendering.word, at)
            places.append(at)
        assert places == sorted(places)
        assert len(found) <= MOST_WORDS + 1

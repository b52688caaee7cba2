"""Folding, cutting and stemming; above all: an offset never shifts."""

from __future__ import annotations

import time
import unicodedata
from itertools import combinations, pairwise
from random import Random
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.analysis import MOST_TERMS, WRITTEN, alternatives, beginnings, postings, tokens
from seedsearch.cutting import LONGEST_TERM, _may_be_run, cut, cut_folded, joined, places, words
from seedsearch.engines.protocol import MAX_ALTERNATIVES
from seedsearch.folding import _composes, fold, fold_text
from seedsearch.hanzi import simplified, table
from seedsearch.letters import is_ideograph, is_unspaced, runs
from seedsearch.snippets import _may_be_wide
from seedsearch.stemming import stems
from seedsearch.vocabulary import Lexicon, Vocabulary

# Characters that make trouble: marks that compose, width, ligatures, jamo, voicing signs, length-changing case, invisible ones.
TRICKY = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            list(
                "ㅋㅠㄱ\uffb1\uffdaé\ufe0fÉe\u0301\u0308\u0323ﬁＡ１ｶﾞﾟ\u1112\u1161\u11abß\u0130ǅ㎏½…‘’\u00ad\u200b\u200d台臺湾灣発เว็ำी')．.,-"
            )
        ),
    ),
    max_size=60,
)


def terms(text: str, language: str) -> list[str]:
    return [token.term for token in tokens(text, language)]


def found(text: str, language: str = "en") -> list[str]:
    return [text[token.start : token.end] for token in tokens(text, language)]


@given(TRICKY)
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    folded = fold(text)
    if folded.starts is not None and folded.ends is not None:
        assert len(folded.starts) == len(folded.ends) == len(folded.text)
        assert list(folded.starts) == sorted(folded.starts)
    else:
        assert len(folded.text) == len(text)
    for i in range(len(folded.text)):
        start, end = folded.source_span(i, i + 1)
        assert 0 <= start < end <= len(text)
        assert folded.text[i] in fold(text[start:end]).text


@given(TRICKY)
def test_what_a_character_folds_to_with_its_marks_comes_from_all_of_them(text: str) -> None:
    starts = [i for i in range(len(text)) if not i or not _composes(text[i])]
    pieces = [(fold_text(text[start:end]), start, end) for start, end in pairwise([*starts, len(text)])]
    folded = fold(text)
    assert folded.text == "".join(piece for piece, _, _ in pieces)
    if folded.starts is not None and folded.ends is not None:
        spans = list(zip(folded.starts, folded.ends, strict=True))
        assert spans == [(start, end) for piece, start, end in pieces for _ in piece]


@given(TRICKY)
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(TRICKY)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    composed = fold(unicodedata.normalize("NFC", text)).text
    assert fold(unicodedata.normalize("NFD", text)).text == composed


@given(TRICKY, st.sampled_from(["en", "zh-Hant", "ru", "th", "und", "ar", "de"]))
def test_spans_are_in_order_and_what_is_indexed_is_the_same(text: str, language: str) -> None:
    cut = tokens(text, language)
    indexed = [one if isinstance(one, str) else one[0] for one in postings(text, language)]
    assert [token.term for token in cut] == indexed
    assert all(0 <= token.start < token.end <= len(text) for token in cut)
    assert [token.start for token in cut] == sorted(token.start for token in cut)


@given(TRICKY)
def test_a_word_of_a_text_is_found_by_the_forms_of_a_query(text: str) -> None:
    for language in ("en", "fr", "zh-Hant"):
        for token in tokens(text, language):
            forms = alternatives(text[token.start : token.end], [language])
            assert any(token.term in position for position in forms)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("台灣", "台湾"),
        ("臺灣", "台湾"),
        ("ＮＡＴＯ", "nato"),
        ("cafe\u0301", "café"),
        ("ﾃｽﾄ", "テスト"),
        ("Taiwan’s", "Taiwan's"),
        ("U.S.", "US"),
        ("1,000", "1000"),
        ("STRASSE", "straße"),
        ("co\u00adoperation", "cooperation"),
    ],
)
def test_what_looks_alike_meets(typed: str, written: str) -> None:
    assert terms(typed, "en") == terms(written, "en") != []


def test_words_are_stemmed_by_the_language_of_their_text() -> None:
    assert terms("allies assurances", "en") == ["alli", "assur"]
    assert terms("работы", "ru") == terms("работа", "ru")
    assert terms("JavaScript assurances", "ru") == ["javascript", "assur"], "English words in a Russian text"
    assert terms("assurances", "zh-Hant") == ["assur"]
    assert terms("assurances", "und") == ["assur"]


def test_the_beginning_of_a_word_finds_it_whatever_its_stem() -> None:
    assert postings("cooperation met", "en") == [("cooper", WRITTEN + "cooperation"), "met"]
    for typed in ("Cooperat", "cooperation", "coop", "MET"):
        indexed = [form for one in postings("cooperation met", "en") for form in ([one] if isinstance(one, str) else one)]
        assert any(form.startswith(beginnings(typed)) for form in indexed)


def test_unspaced_scripts_give_overlapping_bigrams_and_single_characters() -> None:
    assert terms("不對稱作戰", "zh-Hant") == ["不对", "对称", "称作", "作战"]
    assert terms("在 1975 年", "zh-Hant") == ["在", "1975", "年"]
    assert found("台灣的 F-16", "zh-Hant") == ["台灣", "灣的", "F", "16"]


def test_marks_stay_in_their_word() -> None:
    assert found("हिन्दी भाषा", "hi") == ["हिन्दी", "भाषा"]


def test_offsets_point_into_the_text_as_it_was() -> None:
    text = "ﬁne ｶﾞｲﾄﾞ the U.S.’s"
    assert found(text)[0] == "ﬁne"
    assert all(piece in text for piece in found(text))


def test_what_is_too_long_for_a_word_is_cut_alike_everywhere() -> None:
    long = "a" * 5000
    assert terms(long, "und") == [long[:LONGEST_TERM]]
    assert long[:LONGEST_TERM] in alternatives(long, ["und"])[0]


def test_lone_surrogates_and_controls_do_not_hurt() -> None:
    assert terms("a\ud800b \x00c\x1b", "en") == ["a", "b", "c"]


@given(TRICKY | st.text())
def test_folding_without_the_way_back_gives_the_same_text(text: str) -> None:
    assert fold_text(text) == fold(text).text


PROSE = st.lists(
    st.sampled_from(
        [
            *"abc1_'.,-\n ",
            "the ",
            "U.S. ",
            "3.14 ",
            "1,000 ",
            "it's ",
            "us",
            "must ",
            "1000",
            "-",
            "台灣",
            "é",
            "x" * 70,
            "“l'été” ",
            "हिन्दी ",
            "Σας ",
            "ß\u0301 ",
            "«ё» ",
            "，",
            "a_1.5 ",
        ]
    ),
    max_size=40,
).map("".join)


@given(TRICKY | PROSE, st.randoms(use_true_random=False))
def test_words_alone_and_some_places_are_those_of_the_whole_cut(text: str, chance: Random) -> None:
    folded, whole = cut(text)
    assert words(folded.text) == [word for word, _, _ in whole]
    assert fold_text(text) == folded.text
    for size in (len(whole), len(whole) // 3):
        wanted = chance.sample(range(len(whole)), size)
        assert places(folded.text, wanted) == {i: whole[i][1:] for i in wanted}
    for word, start, end in whole:
        assert word[:1] == folded.text[start] and len(word) <= min(end - start, LONGEST_TERM)


@given(TRICKY | PROSE)
def test_what_a_hyphen_joins_is_joined_as_in_the_index(text: str) -> None:
    folded, whole = cut(text)
    assert _joined(text) == list(joined(folded.text, whole).values())


def _joined(text: str) -> list[str]:
    """What hyphens join, as the words of a pool have it."""
    lexicon = Lexicon(Vocabulary(), "und")
    return [lexicon.vocabulary.word(number) for number in lexicon.read(text)[2]]


@pytest.mark.parametrize(
    ("text", "joins"),
    [
        ("the F-16's", ["f16's"]),
        ("O'Brien-Smith", ["o'briensmith"]),
        ("U.S.-China", ["uschina"]),
        ("空軍的F-16戰機", ["f16"]),
        ("軍 事-合作", ["军事合作"]),
        ("a - b", []),
    ],
)
def test_words_with_a_hyphen_are_one_as_well(text: str, joins: list[str]) -> None:
    assert _joined(text) == joins


@pytest.mark.parametrize(
    ("text", "language", "joined"),
    [("mp3-player", "en", "mp3player"), ("covid19-vaccines", "en", "covid19vaccin"), ("l'après-midi", "fr", "aprèsmid")],
)
def test_what_a_hyphen_joins_finds_room(text: str, language: str, joined: str) -> None:
    indexed = postings(text, language)
    assert MOST_TERMS <= MAX_ALTERNATIVES  # which every engine holds
    assert any(joined in (one if isinstance(one, tuple) else (one,)) for one in indexed)
    assert all(isinstance(one, str) or len(one) <= MOST_TERMS for one in indexed)


def test_a_character_that_vanishes_does_not_make_up_for_one_that_becomes_two() -> None:
    assert found("ß Taiwan\u200bs end", "de") == ["ß", "Taiwan\u200bs", "end"]


def test_a_letter_that_becomes_two_is_not_made_up_for_by_a_mark_that_joins_the_second() -> None:
    assert fold("ß\u0301").source_span(0, 2) == (0, 2)


def test_what_is_told_by_wide_ranges_is_what_each_character_tells() -> None:
    every = [chr(code) for code in range(0x110000)]
    assert [c for c in every if is_unspaced(c) and not _may_be_run().match(c)] == []
    assert [c for c in every if east_asian_width(c) in ("W", "F") and c.isprintable() and not _may_be_wide().match(c)] == []


def test_the_bounds_of_the_ranges_tell_the_letters_of_the_class() -> None:
    letters = list(map(chr, range(0x110000)))
    assert {c for c in letters if is_unspaced(c)} == set("".join(runs().findall("".join(letters))))
    assert [is_unspaced(c) for c in "漢かー한ไក\u1160\U0002ffff"] == [True] * 8
    assert [is_unspaced(c) for c in "ａé1。\u0e4f\ud800\U0001ffff\U00040000"] == [False] * 8
    assert [is_ideograph(c) for c in "漢かカ〇ー한ไa，。\U0002ffff\U00040000"] == [True] * 5 + [False] * 5 + [True, False]


def test_ideographs_fold_to_the_first_counterpart_of_opencc() -> None:
    first = {char: others[0] for char, others in table("TSCharacters").items() if len(others[0]) == 1}
    assert len(first) > 4000
    assert simplified() == first
    ideographs = list(map(chr, range(0x3400, 0xA000)))
    assert [c for c in ideographs if unicodedata.normalize("NFKC", c).casefold() != c] == []
    assert [fold_text(c) for c in ideographs] == [first.get(c, c) for c in ideographs]


def test_acronyms_without_end_take_no_longer_each() -> None:
    def taken(count: int) -> float:
        text, times = "u.s. 1,000 " * count, []
        for _ in range(3):
            before = time.process_time()
            cut_folded(text)
            times.append(time.process_time() - before)
        return min(times)

    assert taken(8000) < 8 * taken(2000)  # 4 times as much; by the square 16


@pytest.mark.parametrize("letter", ["H\u0331", "T\u0308", "W\u030a", "J\u030c", "\u0397\u0342"])
def test_a_small_letter_that_composes_where_its_capital_does_not_folds_alike_anywhere(letter: str) -> None:
    small = unicodedata.normalize("NFC", letter.lower())
    assert len(small) == 1
    for before, after in (("", "ayim"), ("3½ ", "ayim"), ("日本 ", "")):
        text = before + letter + after
        assert fold_text(text) == fold(text).text == fold_text(before + small + after)


def test_words_of_which_the_stemmer_leaves_nothing_stand_for_themselves() -> None:
    words_of = ["όταν", "είτε", "ιστού", "έως", "ίδια"]
    assert all(stems(words_of, "el"))
    found = [{form for forms in alternatives(word, ["el"]) for form in forms} for word in words_of]
    assert all(not one & other for one, other in combinations(found, 2))
    assert not set(terms("όταν", "el")) & set(terms("είτε", "el"))

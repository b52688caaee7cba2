"""Texts written for an engine hold what `postings` gives for each."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from seedsearch import analysis, stemming
from seedsearch.engines.tantivy_layout import slots
from seedsearch.streams import Stream

SEEDS = Path(__file__).parents[1] / "seeds"
LANGUAGES = st.sampled_from(["en", "fr", "zh-Hant", "ja", "ko", "ru", "hi", "th", "und", "tr"])
# What decides where terms begin and end: a text of any characters seldom has two such side by side.
TELLING = st.text(
    "ab1Aé'’-‐.,_ \n\t\0\u3000\u2028ー・カﾞ日本灣台한국ไทยก็нйё½㎞…नि\u0301\u0338\U00020000\ud800İǅßﬁ`", max_size=40
)
# More words than are looked up at once, and between them what is not.
LONG = st.lists(
    st.sampled_from(["arms", "sales", "F-16", "u.s.-based", "1,990", "--", "台灣", "a-日", "本-b", "été"]), max_size=60
)
TEXTS = st.tuples(TELLING | st.text(max_size=40) | LONG.map(" ".join), LANGUAGES)


def one_by_one(text: str, language: str) -> list[str]:
    return [written for item in analysis.postings(text, language) for written in slots(item).split(" ")]


@given(TEXTS)
@example(("日本-a-灣", "zh"))
@example(("a-日 本-漢-b-c字-", "zh"))
@example(("½-ﾞ", "fr"))
@example(("u.s.-based 1.5_x", "en"))
@example(("漢 \n字\n\n漢", "zh"))
@example(("カ・タ-a", "ja"))
@example(("カ𠀀", "ja"))  # the last letter of a chain alone takes more than two bytes
@example(("日" * 70_000, "zh"))
@example(("a-" * 70_000, "en"))
@example(("é" * 70_000, "fr"))
def test_what_is_written_has_the_terms_of_the_text(text: tuple[str, str]) -> None:
    assert list(filter(None, Stream(slots).text(*text).split(" "))) == one_by_one(*text)


@given(st.from_regex(r"[0-9]{1,5}([.,][0-9]{1,4}){0,3}", fullmatch=True), st.sampled_from(sorted(stemming._STEMMERS)))
def test_numbers_have_no_other_form_in_any_language(number: str, language: str) -> None:
    assert list(filter(None, Stream(slots).text(number, language).split(" "))) == one_by_one(number, language)


def test_the_terms_of_the_seeds() -> None:
    stream = Stream(slots)
    for path in sorted(SEEDS.rglob("*.txt")):
        text = path.read_text("utf-8", "replace")
        assert list(filter(None, stream.text(text, "zh").split(" "))) == one_by_one(text, "zh")

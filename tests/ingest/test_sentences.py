from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.ingest import sentences as module
from seedsearch.ingest.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Mr. Li left.", "Then he came back."],
        ["The U.S. Government paid $3.14 to No. 5.", "It was fine... or not."],
        ["I live in the U.S.", "The end."],
        ["J. R. R. Tolkien wrote it.[12]", "See Fig. 3 and pp. 4-5."],
        ["1. Install it.", "2. Run it."],
        ['"What?" he said.', '"Go!"', "She went.", "(He did.)", "Yes."],
        ["Visit http://a.b/?q=1.2 for more.", "It costs 1,000.50 dollars!"],
        ["No.", "I will not."],
        ["Привет.", "Как дела?"],
        ["¿Qué?", "¡No!", "Sí."],
        ["你好吗？", "我很好。"],
    ],
)
def test_sentences_apart_by_a_blank(expected: list[str]) -> None:
    assert split(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["他走了。", "好！", "真的嗎？"],
        ["「真的嗎？」", "他問。", "「好！」，他說。"],
        ['他說:"好。"', "她走了。", '"不好。"'],
        ["他说：“走吧。”", "然后走了。"],
        ["他……他走了……」", "對。"],
        ["使用 Debian 系統.", "然後重開!", "好嗎?", "圓周率是 3.14。"],
        ["これはペンです。", "本当ですか？"],
        ["(見下文。)", "完。"],
    ],
)
def test_sentences_without_a_blank(expected: list[str]) -> None:
    assert split("".join(expected)) == expected


def test_a_blank_line_ends_a_sentence_and_a_line_break_does_not() -> None:
    assert split("Heading\n\nOne\nsentence.\r\n\r\nAnother") == ["Heading", "One\nsentence.", "Another"]


@given(st.text(alphabet=st.sampled_from(list("ab C1.!?。！…\"」“”'()（） \n\r\u3000，；Mr好\ud800\x00"))) | st.text())
def test_spans_cover_everything_but_white_space(text: str) -> None:
    spans = sentences(text)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize("unit", [". ", ".", '。"', "a\n \n", " ", "A. ", '?"', "字", "a.b", "[1]"])
def test_hostile_megabyte_is_split_in_linear_time(unit: str) -> None:
    start = time.process_time()
    sentences(unit * (500_000 // len(unit)))
    assert time.process_time() - start < 5


SURE = ["government.", "Government", "approx. ", "字。", "か！", "。次", "？」", ". A", "! The", "U.S.", "(12) ", "é. ", "\n\n"]


@given(st.lists(st.sampled_from([*SURE, *'ab C1.!?。！…"」)[] \n\u3000，']), max_size=20).map("".join))
def test_what_surely_ends_a_sentence_ends_it_by_all_rules(text: str) -> None:
    expected, short = sentences(text), (module._FIRST, module._FIRST_ASCII)
    module._FIRST = module._FIRST_ASCII = re.compile("[\n" + module._STRONG + ".!?．…‥]")
    try:
        assert sentences(text) == expected
    finally:
        module._FIRST, module._FIRST_ASCII = short

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seedsearch.ingest.sizes import WORD, Sizes

RUNS = st.tuples(st.sampled_from(list("ax.é \n\u3000\u00a0字。かไ,")), st.integers(1, 170)).map(lambda run: run[0] * run[1])
PIECES = st.sampled_from(["a word ", "é’s ", "漢字。", "ไทย", "\r\n", "字、、、、、、"])


TEXTS = st.lists(RUNS | PIECES, max_size=12).map("".join) | st.text()


@given(TEXTS, st.data())
def test_as_many_words_as_the_expression_finds(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert Sizes(text).between(start, end) == len(WORD.findall(text[start:end]))


def test_sizes_of_translations_are_alike() -> None:
    english, chinese, thai = (
        "The six assurances were given to Taiwan in 1982.",
        "六項保證於一九八二年給予台灣。",
        "คำรับรองหกประการแก่ไต้หวัน",
    )
    assert [Sizes(text).between(0, len(text)) for text in (english, chinese, thai)] == [9, 7, 6]

"""A citation is a promise: text, characters, bytes and lines agree, for every passage, in every encoding."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedsearch.reading import Reading, read_all
from tests.conftest import SEEDS

ENGLISH = [
    "The harbour was quiet.",
    "Nobody came, and the ships lay still.",
    "Part One",
    "1. First",
    "- an item",
    "e.g. this one: x",
]
FRENCH = ["L’été était fini.", "Où va-t-on ?", "Ça ira, dit-elle."]
CHINESE = ["台灣的防衛需要盟友的支持。", "第一章", "他說:「我們要走了。」", "一、總則", "這是很長的一段話,沒有句號"]
JAPANESE = ["港は静かだった。", "「行こう」と彼は言った。", "カタカナとひらがな"]
KOREAN = ["항구는 조용했다.", "아무도 오지 않았다"]
RUSSIAN = ["Гавань была тихой.", "Никто не пришёл,", "Глава первая"]
ENCODINGS = {
    "utf-8": ENGLISH + CHINESE + RUSSIAN + ["𝄞 astral 𠀀", "e\u0301"],
    "utf-8-sig": ENGLISH + CHINESE,
    "utf-16": ENGLISH + CHINESE + ["𠀀𠀁"],
    "big5": ENGLISH + CHINESE,
    "gb18030": [*ENGLISH, "台湾的防卫需要盟友的支持。", "第一章", "他说:“我们要走了。”"],
    "euc_jp": ENGLISH + JAPANESE,
    "cp949": ENGLISH + KOREAN,
    "koi8_r": RUSSIAN,
    "cp1252": ENGLISH + FRENCH,
}
BREAKS = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\n\n\n", " "])


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, str]:
    """The bytes of a generated document in one of the encodings, and the encoding."""
    encoding = draw(st.sampled_from(sorted(ENCODINGS)))
    lines = draw(st.lists(st.sampled_from(ENCODINGS[encoding]), min_size=1, max_size=25))
    text = "".join(line + draw(BREAKS) for line in lines)
    return text.encode(encoding), encoding


def check(reading: Reading, data: bytes) -> int:
    """Hold every block and passage of a document to the promise."""
    document = reading.document
    passages = reading.passages()
    assert "".join(document.text.split()) == "".join(data.decode(document.encoding).lstrip("\ufeff").split())
    for span in [passage.span for passage in passages] + [block.span for block in document.blocks]:
        text = document.text[span.start_char : span.end_char]
        assert data[span.start_byte : span.end_byte].decode(document.encoding) == text
        assert span.start_line == document.text.count("\n", 0, span.start_char) + 1
        assert span.end_line == document.text.count("\n", 0, span.end_char - 1) + 1
    assert all(passage.text == document.slice(passage.span) for passage in passages)
    covered = sorted((passage.span.start_char, passage.span.end_char) for passage in passages)
    assert all(a[1] <= b[0] for a, b in pairwise(covered)), "passages do not overlap"
    return len(passages)


@pytest.mark.parametrize("file", sorted(SEEDS.iterdir()), ids=lambda file: file.name[:3])
def test_every_passage_of_every_seed(file: Path) -> None:
    assert check(next(read_all(file)), file.read_bytes()) > 1


@settings(max_examples=300)
@given(files())
def test_every_passage_of_generated_documents(generated: tuple[bytes, str]) -> None:
    data, _ = generated
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "generated.txt"
        path.write_bytes(data)
        check(next(read_all(path)), data)


def test_passage_ids_depend_on_what_and_where_only() -> None:
    file = SEEDS / "004_a68d08d6fa4f830c.txt"
    first, second = (next(read_all(file)).passages() for _ in range(2))
    assert first == second
    assert len({passage.id for passage in first}) == len(first)

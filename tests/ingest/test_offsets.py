from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seedsearch.ingest.decoding import decode
from seedsearch.ingest.offsets import Offsets
from seedsearch.records import Decoded, Span

# Among them characters that several byte sequences mean in one or the other of these codecs.
LETTERS = "a é中文字カ가Яж\r\n😀𠮷～ー①㈱髙ëÃ"
STATELESS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-be",
    "big5hkscs",
    "gb18030",
    "cp932",
    "euc_jp",
    "cp949",
    "johab",
    "koi8-r",
    "cp1251",
    "cp1252",
    "cp1255",
    "cp437",
    "cp037",
    "mac-roman",
]


def check(data: bytes, decoded: Decoded, cuts: list[int]) -> None:
    """Every span between two cuts is where a naive count puts it, and its bytes decode to its text."""
    text = decoded.text
    offsets = Offsets(data, decoded)
    newline = "\n" if "\n" in text else "\r"
    errors = "replace" if decoded.method.endswith("replaced") else "strict"
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    for start, end in itertools.pairwise(places):
        span = offsets.span(start, end)
        assert data[span.start_byte : span.end_byte].decode(decoded.encoding, errors) == text[start:end]
        assert span.start_line == text.count(newline, 0, start) + 1
        assert span.end_line == text.count(newline, 0, end - 1) + 1
    some = list(itertools.pairwise(places))[::2]
    assert offsets.spans(some) == [offsets.span(start, end) for start, end in some]


@given(st.lists(st.text(alphabet=LETTERS.replace("\n", "")), min_size=1, max_size=9), st.integers(1, 60))
def test_places_on_known_lines_of_a_piece_are_those_in_the_file(lines: list[str], times: int) -> None:
    before, text = "字\n\n", "".join(line * times + "\n" for line in lines)
    whole, data = (before + text).encode(), text.encode()
    exact = Offsets(data, Decoded(text, "utf-8", "utf-8"), (len(whole) - len(data), 3))
    every = Offsets(whole, Decoded(before + text, "utf-8", "utf-8"))
    start = 0
    for number, line in enumerate(lines, 3):
        end = start + len(line * times)
        places = [(start, (start + end) // 2), ((start + end) // 2, end)]
        found = every.spans([(first + len(before), last + len(before)) for first, last in places])
        assert exact.spans(places) == exact.spans(places, number)
        assert [span[2:] for span in exact.spans(places)] == [span[2:] for span in found]
        start = end + 1


@pytest.mark.parametrize("codec", STATELESS)
@given(st.text(alphabet=LETTERS), st.integers(1, 60), st.lists(st.integers(0, 3000), max_size=12))
def test_the_bytes_of_a_span_decode_to_its_text(codec: str, text: str, times: int, cuts: list[int]) -> None:
    data = (text * times).encode(codec, "ignore")
    check(data, Decoded(data.decode(codec), codec, codec), cuts)


@pytest.mark.parametrize("codec", ["big5", "cp932", "gb18030", "euc_jp", "cp1255", "utf-16-le"])
@given(st.binary(min_size=2, max_size=12), st.integers(1, 200), st.lists(st.integers(0, 2000), max_size=12))
def test_bytes_that_encoding_would_not_give_again(codec: str, piece: bytes, times: int, cuts: list[int]) -> None:
    data = piece * times
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        text = (data := b"\x81\x40" * times).decode("cp932")
        codec = "cp932"
    assume(not text.startswith("\ufeff"))  # decode() leaves a mark out
    check(data, Decoded(text, codec, codec), cuts)


@pytest.mark.parametrize("data", [b"\xa2\xcc", b"\xfa\x4a\x87\x54\x81\xca\xee\xf9\xfa\x54"])
def test_several_byte_sequences_for_one_character(data: bytes) -> None:
    codec = "big5" if len(data) == 2 else "cp932"
    data = b"ab " + data * 300
    text = data.decode(codec)
    assert text.encode(codec) != data
    check(data, Decoded(text, codec, codec), list(range(0, len(text), 7)))


@given(st.text(alphabet=LETTERS, min_size=60), st.lists(st.integers(0, 400), min_size=1, max_size=3), st.data())
def test_broken_bytes_keep_their_place(text: str, breaks: list[int], draw: st.DataObject) -> None:
    data = text.encode()
    for place in breaks:
        data = data[:place] + draw.draw(st.sampled_from([b"\xff", b"\xe4", b"\xc3", b"\x80", b"\xf0\x9f"])) + data[place:]
    decoded = Decoded(data.decode("utf-8", "replace"), "utf-8", "utf-8, some broken places replaced")
    check(data, decoded, draw.draw(st.lists(st.integers(0, 600), max_size=12)))


@pytest.mark.parametrize("codec", ["iso2022_jp", "hz"])
def test_encodings_with_a_memory_begin_anew_with_each_line(codec: str) -> None:
    lines = ["中文 and 日本\n", "\n", "plain\n"] * 400
    data = "".join(lines).encode(codec)
    offsets = Offsets(data, Decoded("".join(lines), codec, codec))
    start = 0
    for line in lines:
        span = offsets.span(start, start + len(line))
        assert data[span.start_byte : span.end_byte].decode(codec) == line
        start += len(line)


@pytest.mark.parametrize("codec", ["utf-7", "iso2022_kr"])
def test_encodings_with_a_memory_cover_the_file_without_gap(codec: str) -> None:
    data = ("가나 abc\n" * 500).encode(codec)
    text = data.decode(codec)
    offsets = Offsets(data, Decoded(text, codec, codec))
    spans = [offsets.span(start, start + 7) for start in range(0, len(text), 7)]
    assert spans[0].start_byte == 0
    assert spans[-1].end_byte == len(data)
    assert all(one.end_byte == other.start_byte for one, other in itertools.pairwise(spans))
    assert spans[-1].start_line == 500


def test_a_span_counts_the_mark_and_lines_from_one() -> None:
    data = b"\xef\xbb\xbf" + "één\r\ntwee\n\nvier".encode()
    offsets = Offsets(data, decode(data))
    assert offsets.span(0, 3) == Span(0, 3, 1, 1, 3, 8)
    assert offsets.span(5, 10) == Span(5, 10, 2, 2, 10, 15)  # the line end belongs to its line
    assert offsets.span(0, 15) == Span(0, 15, 1, 4, 3, 20)
    assert offsets.span(11, 11) == Span(11, 11, 4, 4, 16, 16)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\nb\nc", 3), ("a\r\nb\r\nc", 3), ("a\rb\rc", 3), ("a\rb\nc", 2), ("a\u2028b\fc\vd\x85c", 1), ("a\r\n\r\nc", 3)],
)
def test_what_ends_a_line(text: str, line: int) -> None:
    data = text.encode()
    assert Offsets(data, decode(data)).span(len(text) - 1, len(text)).end_line == line


def test_a_text_from_other_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="not decoded from these bytes"):
        Offsets("é".encode(), Decoded("é" * 900, "utf-8", "utf-8"))


def test_an_empty_text_has_one_place() -> None:
    assert Offsets(b"", decode(b"")).span(0, 0) == Span(0, 0, 1, 1, 0, 0)
    mark = b"\xff\xfe"
    assert Offsets(mark, decode(mark)).span(0, 0) == Span(0, 0, 1, 1, 2, 2)


def test_a_hundred_thousand_spans_of_ten_megabytes() -> None:
    data = ("Съешь ещё этих мягких 中文 булок\n" * 180_000).encode()
    decoded = decode(data)
    begun = time.process_time()
    offsets = Offsets(data, decoded)
    step = len(decoded.text) // 100_000
    for start in range(0, step * 100_000, step):
        offsets.span(start, start + step)
    assert time.process_time() - begun < 4  # 0.5 s when measured

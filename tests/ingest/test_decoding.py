from __future__ import annotations

import codecs
import gzip
import hashlib
import json
import os
import random
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import UnreadableError
from seedsearch.ingest.decoding import decode

SHARED = Path(os.environ.get("SEEDSEARCH_SHARED", Path(__file__).parents[2] / ".." / "shared"))
RUSSIAN = "Все люди рождаются свободными и равными в своём достоинстве и правах.\n"
CHINESE = "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。\n"
JAPANESE = "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。\n"
KOREAN = "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.\n"
FRENCH = "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison.\n"
ENGLISH = "All human beings are born free and equal in dignity and rights.\n"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (CHINESE, "gb18030"),
        (CHINESE, "hz"),
        ("人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心。\n", "big5hkscs"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (KOREAN, "cp949"),
        (KOREAN, "iso2022_kr"),
        (FRENCH, "cp1252"),
        ("Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.\n", "iso8859-7"),
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (ENGLISH, "utf-32-le"),
        (ENGLISH, "ascii"),
    ],
)
def test_text_comes_back_whatever_it_was_written_in(text: str, codec: str) -> None:
    data = (text * 3).encode(codec)
    decoded = decode(data)
    assert decoded.text == text * 3
    assert data.decode(decoded.encoding) == decoded.text


@pytest.mark.parametrize(
    ("mark", "codec", "reported"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
        (b"\x84\x31\x95\x33", "gb18030", "gb18030"),
    ],
)
@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufeff")))
def test_a_mark_decides_and_is_no_part_of_the_text(mark: bytes, codec: str, reported: str, text: str) -> None:
    data = mark + text.encode(codec)
    assert decode(data) == (text, reported, "byte-order mark")
    assert data[len(mark) :].decode(reported) == text


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufeff"), min_size=1))
def test_valid_utf8_is_utf8(text: str) -> None:
    decoded = decode(text.encode())
    assert decoded.text == text
    assert decoded.encoding == ("ascii" if text.isascii() else "utf-8")


@given(st.binary())
def test_any_bytes_become_text_or_are_refused_with_a_reason(data: bytes) -> None:
    try:
        decoded = decode(data)
    except UnreadableError as error:
        assert str(error).startswith("binary data (")
        assert "\n" not in str(error)
    else:
        assert decode(data) == decoded
        assert decoded.text or len(data) <= 4
        if not decoded.method.endswith("replaced") and not decoded.method.startswith("byte-order"):
            assert data.decode(decoded.encoding) == decoded.text


def test_empty_data_is_empty_text() -> None:
    assert decode(b"").text == ""


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028"])
def test_line_ends_are_not_translated(ending: str) -> None:
    text = f"één{ending}twee{ending}{ending}drie"
    assert decode(text.encode()).text == text
    assert decode(text.encode("utf-16")).text == text


@pytest.mark.parametrize(("count", "method"), [(1, "1 broken place replaced"), (3, "3 broken places replaced")])
def test_a_few_broken_bytes_do_not_spoil_utf8(count: int, method: str) -> None:
    line = RUSSIAN.encode()
    data = (line + b"\xff") * count + line * 5
    decoded = decode(data)
    assert (decoded.encoding, decoded.method) == ("utf-8", f"utf-8, {method}")
    assert decoded.text == (RUSSIAN + "\ufffd") * count + RUSSIAN * 5
    assert decoded.text == data.decode("utf-8", "replace")


def test_a_character_cut_at_the_end_spoils_nothing() -> None:
    for codec in ("utf-8", "gb18030", "utf-16-le", "utf-16"):
        decoded = decode((CHINESE * 20).rstrip("\n").encode(codec)[:-1])
        assert decoded.text == (CHINESE * 20)[:-2] + "\ufffd", codec
        assert decoded.method.endswith("1 broken place replaced")


def test_the_whole_data_is_judged_not_a_sample() -> None:
    ascii_text = ENGLISH * 50_000
    assert decode((ascii_text + FRENCH).encode()).encoding == "utf-8"
    decoded = decode((ascii_text + FRENCH).encode("cp1252"))
    assert decoded.text.endswith(FRENCH)
    assert decode((ascii_text + RUSSIAN).encode("cp1251")).text.endswith(RUSSIAN)


@pytest.mark.parametrize(("text", "codec"), [(RUSSIAN, "cp1251"), (CHINESE, "gb18030"), (JAPANESE, "cp932")])
def test_one_foreign_line_in_an_english_file_is_read_rightly(text: str, codec: str) -> None:
    whole = ENGLISH * 15 + text + ENGLISH * 15
    assert decode(whole.encode(codec)).text == whole


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 4,
        gzip.compress(RUSSIAN.encode() * 9),
        b"PK\x03\x04\x14\x00\x08\x00" + zlib.compress(RUSSIAN.encode() * 50),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06",
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + zlib.compress(RUSSIAN.encode() * 50),
        b"\x7fELF\x02\x01\x01" + b"\x00" * 500,
        b"\x00" * 1000,
        b"\xff\xfe" + random.Random(1).randbytes(4000),
        b"#!/bin/sh\necho unpacking\n" * 40 + random.Random(1).randbytes(9000),
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^binary data \(.+\), not text: leave the file out"):
        decode(data)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01 started\n2024-05-01 \x00 power lost\n2024-05-02 started again\n",
        "\x1b[31merror\x1b[0m: nothing to do\n" * 5,
        "N\bNA\bAM\bME\bE\n",
        "page one\n\fpage two\n\x1a",
        "a+b-c and x+yz- and i++;\n",
        "+" * 5000 + "-",
    ],
)
def test_control_characters_in_a_text_stay(text: str) -> None:
    assert decode(text.encode()) == (text, "ascii", "ascii")


def test_ten_megabytes_in_one_line_take_little_time() -> None:
    size = 10_000_000
    samples = [
        b"a" * size,
        b"+" * size,
        b"\x1b$" * (size // 2),
        b"\xff" * size,
        b"\xc3\xa9\xff" * (size // 3),
        RUSSIAN.strip().encode("cp1251") * (size // 70),
        CHINESE.strip().encode("gb18030") * (size // 84) + b"\x81",
    ]
    begun = time.process_time()
    for data in samples:
        decode(data)
    assert time.process_time() - begun < 10  # 1.7 s when measured


def test_labelled_files() -> None:
    folder = SHARED / "eval-encoding"
    if not folder.is_dir():
        pytest.skip("no labelled files: set SEEDSEARCH_SHARED")
    rows = [json.loads(line) for line in (folder / "gold.jsonl").read_text("utf-8").splitlines()]
    right = 0
    for row in rows:
        try:
            text = decode((folder / "files" / row["file"]).read_bytes()).text
        except UnreadableError:
            continue
        right += hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() == row["sha256_text"]
    assert right / len(rows) >= 0.99

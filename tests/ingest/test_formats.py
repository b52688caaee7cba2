"""Readers: which file is read by which, JSON Lines and Markdown, and that places lead back into the file."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import UnreadableError
from seedsearch.ingest import formats
from seedsearch.ingest.decoding import decode
from seedsearch.ingest.formats import FORMATS, TEXT, Broken, Format, Part, format_of, reader_of
from seedsearch.ingest.markdown import split
from seedsearch.ingest.offsets import Offsets
from seedsearch.reading import documents
from seedsearch.records import Source


def parts(name: str, text: str) -> list[Part]:
    return [part for part in reader_of(name)(text) if isinstance(part, Part)]


def broken(text: str) -> list[Broken]:
    return [part for part in reader_of("a.jsonl")(text) if isinstance(part, Broken)]


def in_file(part: Part, offset: int) -> int:
    """The place in the file of one place in a document."""
    return part.places_in_file([(offset, offset)])[0][0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text"),
        ("README", "text"),
        ("a.unknown", "text"),
        ("dir.md/a", "text"),
        ("a.md", "Markdown"),
        ("dir/A.MARKDOWN", "Markdown"),
        (".md", "Markdown"),
        ("corpus.jsonl", "JSON Lines"),
        ("b.tar.ndjson", "JSON Lines"),
    ],
)
def test_the_suffix_tells_the_format(name: str, kind: str) -> None:
    assert format_of(name).name == kind


def test_every_reader_in_the_table_reads() -> None:
    for one in FORMATS:
        for suffix in one.suffixes:
            assert list(reader_of(f"a{suffix}")("")) in ([], [Part("", "", "", "", [])])


def test_a_reader_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Format("Scrolls", (".scroll",), TEXT.reader, "no_such_module", "scroll-reader")
    monkeypatch.setitem(formats._BY_SUFFIX, ".scroll", absent)
    with pytest.raises(UnreadableError, match=r"^dead\.scroll: Scrolls needs scroll-reader; run: pip install scroll-reader$"):
        reader_of("dead.scroll")


def test_plain_text_is_one_document() -> None:
    (part,) = parts("a.txt", "Title\n\nIt is so.")
    assert (part.id, part.title, part.language, len(part.blocks)) == ("", "", "", 2)
    assert in_file(part, 7) == 7


# JSON Lines


def test_json_lines_are_documents_of_their_own() -> None:
    text = (
        '{"id": "a", "title": "A", "text": "One.", "lang": "en"}\n'
        "\n"
        '{"_id": "b", "text": "Two."}\r\n'
        '{"id": 3, "text": "Three."}\n'
        ' { "text" : "Four." , "other": {"text": ["x"]}} \n'
        '{"id": "a", "text": "Five."}\n'
        '{"text": "Six.", "text": "Seven."}'
    )
    found = parts("a.jsonl", text)
    assert [(part.id, part.title, part.language, part.text) for part in found] == [
        ("a", "A", "en", "One."),
        ("b", "", "", "Two."),
        ("3", "", "", "Three."),
        ("5", "", "", "Four."),
        ("6", "", "", "Five."),
        ("7", "", "", "Seven."),
    ]
    assert all(text[in_file(part, 0) : in_file(part, len(part.text))] == part.text for part in found)
    assert broken(text) == []


def test_a_broken_line_is_told_and_the_others_are_read() -> None:
    lines = [
        '{"text": "a"}',
        '{"text": "b"',
        "[1]",
        '{"title": "t"}',
        '{"text": 5}',
        '{"text": "x"} y',
        "nul",
        '{"text": "\t"}',
    ]
    text = "\n".join([*lines, "[" * 100_000, '{"n": ' + "9" * 5000 + "}", '{"text": "z"}'])
    assert [part.text for part in parts("a.jsonl", text)] == ["a", "z"]
    found = broken(text)
    assert [one.line for one in found] == list(range(2, 11))
    assert all(one.reason and "\n" not in one.reason for one in found)
    assert found[2].reason == 'the object has no "text"'


def test_no_two_documents_bear_one_name() -> None:
    text = "\n".join(['{"id": "3", "text": "a"}', '{"id": "3", "text": "b"}', '{"text": "c"}', '{"id": "", "text": "d"}'])
    assert [part.id for part in parts("a.jsonl", text)] == ["3", "2", "3+", "4"]


def test_a_title_of_nothing_and_a_null_are_no_titles() -> None:
    (part,) = parts("a.jsonl", '{"id": null, "title": null, "lang": true, "text": ""}')
    assert (part.id, part.title, part.language, part.blocks) == ("1", "", "", [])


def test_names_may_be_written_with_escapes_and_blanks_stand_anywhere() -> None:
    lines = [
        r'{"te\u0078t": "a", "id": 1}',
        ' \t{ "id" :\t"x" ,"text": "b" } \r',
        r'{"text": "c", "text": "\u0064"}',
        '{"":1,"text":"e"}',
    ]
    found = parts("a.jsonl", "\n".join(lines))
    assert [(part.id, part.text) for part in found] == [("1", "a"), ("x", "b"), ("3", "d"), ("4", "e")]


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    (part,) = parts("a.jsonl", r'{"text": "a\ud800b\ud83d\ude00c\ud83d"}')
    assert part.text == "a\ufffdb\U0001f600c\ufffd"
    assert in_file(part, 4) - in_file(part, 3) == 12


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=20)), min_size=1, max_size=5), st.booleans(), st.data())
def test_places_lead_to_the_literal_that_says_the_same(rows: list[tuple[str, str]], ascii_only: bool, data: Any) -> None:
    file = "".join(
        json.dumps({"title": title, "text": text, "n": [{}]}, ensure_ascii=ascii_only) + "\n" for text, title in rows
    )
    found = parts("a.jsonl", file)
    assert [(part.text, part.title) for part in found] == rows
    for number, part in enumerate(found):
        start = data.draw(st.integers(0, len(part.text)))
        end = data.draw(st.integers(start, len(part.text)))
        first, last = in_file(part, start), in_file(part, end)
        assert json.loads(f'"{file[first:last]}"') == part.text[start:end]
        for block, (begin, behind) in zip(part.blocks, part.places_in_file([block[:2] for block in part.blocks]), strict=True):
            assert json.loads(f'"{file[begin:behind]}"') == part.text[block.start : block.end]
        assert file.count("\n", 0, last) == number


@pytest.mark.parametrize("ascii_only", [True, False])
def test_lines_and_bytes_are_those_of_the_file(ascii_only: bool) -> None:
    texts = ['The "Six"\nAssurances \U0001f600', "六項保證\t是：\\", "plain"]
    rows = [json.dumps({"id": i, "text": text}, ensure_ascii=ascii_only) for i, text in enumerate(texts)]
    data = b"\xef\xbb\xbf" + "\r\n".join(rows).encode()
    decoded = decode(data)
    offsets = Offsets(data, decoded)
    for line, (part, text) in enumerate(zip(parts("a.jsonl", decoded.text), texts, strict=True), start=1):
        for start in range(len(text)):
            span = offsets.span(in_file(part, start), in_file(part, len(text)))
            assert json.loads(b'"' + data[span.start_byte : span.end_byte] + b'"') == text[start:]
            assert (span.start_line, span.end_line) == (line, line)


def test_a_large_file_is_read_as_a_stream() -> None:
    file = ('{"text": "' + "word " * 50 + '"}\n') * 20_000
    began = time.process_time()
    reader = reader_of("a.jsonl")(file)
    next(reader)
    assert time.process_time() - began < 0.5
    assert sum(1 for _ in reader) == 19_999


# Markdown

EXAMPLE = """\
---
title: "A report"
tags: [x]
---
# One *two* #

Setext
of two lines
===

A paragraph,
with a second line.

> quoted

- first
  goes on

  second paragraph
  - nested

1. numbered

| a | b |
|---|---|
| 1 | 2 |

```python
# not a heading
```

<!-- a comment
over two lines -->
***

    indented code

[link]: https://example.org

###
"""


def test_markdown_blocks() -> None:
    (part,) = parts("a.md", EXAMPLE)
    assert part.title == "A report"
    assert [(block.kind, block.level, EXAMPLE[block.start : block.end]) for block in part.blocks] == [
        ("code", 0, '---\ntitle: "A report"\ntags: [x]\n---'),
        ("heading", 1, "# One *two* #"),
        ("heading", 1, "Setext\nof two lines\n==="),
        ("paragraph", 0, "A paragraph,\nwith a second line."),
        ("paragraph", 0, "> quoted"),
        ("item", 0, "- first\n  goes on"),
        ("item", 0, "second paragraph"),
        ("item", 0, "- nested"),
        ("item", 0, "1. numbered"),
        ("paragraph", 0, "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("code", 0, "```python\n# not a heading\n```"),
        ("code", 0, "indented code"),
    ]


def test_markdown_with_other_line_ends_has_the_same_blocks() -> None:
    plain = [(block.kind, EXAMPLE[block.start : block.end]) for block in split(EXAMPLE)]
    for newline in ("\r\n", "\r"):
        text = EXAMPLE.partition("---\n# One")[2].replace("\n", newline)
        found = [(block.kind, text[block.start : block.end].replace(newline, "\n")) for block in split(text)]
        assert found[1:] == plain[2:]


def test_a_rule_at_the_top_is_not_front_matter() -> None:
    text = "---\n\nIt is so.\n"
    assert [text[block.start : block.end] for block in split(text)] == ["It is so."]


MARKS = [
    *("# ", "## a", "- ", "  - b", "1. ", "> ", "```", "~~~", "    ", "\t", "| a | b |", "|-|-|", "<!--", "-->", "<p>"),
    *("---", "===", "***", "[a]: b", "\n", "\n\n", "\r\n", "\r", "字。", "word", "\0", "\\", "`", "\u3000", "&amp;"),
]


@given(st.lists(st.sampled_from(MARKS) | st.text(max_size=5), max_size=40).map("".join))
def test_markdown_blocks_are_in_order_and_verbatim(text: str) -> None:
    behind = 0
    for block in split(text):
        assert behind <= block.start < block.end
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        assert (block.kind == "heading") == (block.level > 0)
        behind = block.end


@given(st.lists(st.from_regex(r"[a-z字。]{1,8}( [a-z]{1,5}){0,3}", fullmatch=True), max_size=8))
def test_markdown_loses_no_words(words: list[str]) -> None:
    marks = ["# ", "- ", "> ", "1. ", "", "  * "]
    text = "\n\n".join(marks[i % len(marks)] + word for i, word in enumerate(words))
    found = " ".join(text[block.start : block.end] for block in split(text))
    assert re.findall(r"\w+", found) == re.findall(r"\w+", text)


@pytest.mark.parametrize(
    "text",
    [
        "x " * 500_000,
        "- " * 50_000 + "x",
        "[" * 500_000,
        "<!-- " * 50_000,
        "<!-- --> " * 20_000 + "x",
        "> " * 100_000,
        "*" * 500_000,
    ],
    ids=["line", "lists", "brackets", "open comments", "comments", "quotes", "stars"],
)
def test_hostile_markdown_takes_no_longer_than_text(text: str) -> None:
    began = time.process_time()
    split(text)
    assert time.process_time() - began < 5


def test_without_line_feeds_a_carriage_return_ends_a_line_here_too(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"id": "a",\r"title": "t",\r"text": "hello arms"}')
    (found,) = documents(Source(file, "a.jsonl"), file.read_bytes())
    assert found.document.blocks[0].span[2:4] == (3, 3)

"""Blocks of plain text: what is put together, what is kept apart, what is a heading, and that places are exact."""

import os
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.ingest.blocks import RawBlock, split
from seedsearch.ingest.wrapping import columns

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("SEEDSEARCH_SHARED", ROOT / ".." / "shared"))
SEEDS = {path.name[:3]: path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("0*.txt"))}

PIECES = [
    *(
        "It is so.",
        "Title",
        "1. First",
        "2. Second",
        "- item",
        "  continued",
        "第一章 總則",
        "一、目的",
        "他說：「好。」",
        "ก็ดี",
    ),
    *(
        "-----",
        "====",
        "#",
        "# A",
        "> quoted",
        "\t",
        " ",
        "\u3000",
        "\r",
        "\n",
        "\n\n",
        "\r\n",
        "\v",
        "\u2028",
        "\0",
        "…",
    ),
    *(
        "x" * 130,
        "word " * 20,
        "字" * 50,
        "NAME",
        "(a) b",
        "①",
        "•",
        "a\ud800",
        "e\u0301",
        "\U0001f469\u200d\U0001f680",
    ),
]
messy = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40).map("".join)


def texts(text: str) -> list[str]:
    return [text[block.start : block.end] for block in split(text)]


def headings(text: str) -> list[tuple[int, str]]:
    return [(block.level, text[block.start : block.end]) for block in split(text) if block.kind == "heading"]


def kinds(text: str) -> list[str]:
    return [block.kind for block in split(text)]


@given(messy)
def test_blocks_are_in_order_without_blanks_at_their_edges_and_cover_every_letter(text: str) -> None:
    blocks = split(text)
    behind = 0
    for block in blocks:
        assert behind <= block.start < block.end
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        assert not any(char.isalnum() for char in text[behind : block.start])
        assert block.kind in ("heading", "paragraph", "item")
        assert (block.kind == "heading") == (1 <= block.level <= 6)
        behind = block.end
    assert not any(char.isalnum() for char in text[behind:])


@given(messy)
def test_a_line_by_itself_is_what_it_is_above_a_ruled_line(text: str) -> None:
    for line in text.splitlines():
        assert split(line) == split(line + "\n\n-----")


@given(messy)
def test_a_blank_line_always_separates(text: str) -> None:
    both = texts(text + "\n\n" + "One more sentence.")
    assert both[-1] == "One more sentence."


def test_one_worked_value() -> None:
    assert split("Six\n\nIt is so.") == [RawBlock(0, 3, "heading", 3), RawBlock(5, 14, "paragraph", 0)]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(newline: str) -> None:
    text = newline.join(["Title", "", "A sentence.", "- one", "- two"])
    assert texts(text) == ["Title", "A sentence.", "- one", "- two"]
    assert kinds(text) == ["heading", "paragraph", "item", "item"]


@pytest.mark.skipif(not (SHARED / "eval-align").is_dir(), reason="the alignment documents are not here")
def test_of_8000_lines_that_stand_by_themselves_none_are_put_together() -> None:
    files = sorted((SHARED / "eval-align" / "docs").glob("*.txt"))
    assert len(files) == 65
    for file in files:
        text = file.read_text("utf-8")
        alone = [line.strip() for line in text.splitlines() if line.strip(" -")]
        assert texts(text) == alone, file.name


@pytest.mark.parametrize("seed", ["001", "003", "004"])
def test_paragraphs_of_one_line_stay_apart(seed: str) -> None:
    assert texts(SEEDS[seed]) == [line.strip() for line in SEEDS[seed].splitlines()]


def wrapped(paragraph: str, width: int) -> str:
    if paragraph.isascii() or columns(paragraph) < 1.2 * len(paragraph):
        return "\n".join(textwrap.wrap(paragraph, width, break_on_hyphens=False))
    line, lines = "", []
    for char in paragraph:
        if columns(line + char) > width and char not in ",。，、」》)":
            lines.append(line)
            line = ""
        line += char
    return "\n".join([*lines, line])


@pytest.mark.parametrize("width", [60, 68, 72, 76, 79])
@pytest.mark.parametrize("seed", ["001", "003", "004"])
def test_hard_wrapped_paragraphs_are_put_together_again(seed: str, width: int) -> None:
    paragraphs = [line.strip() for line in SEEDS[seed].splitlines() if columns(line) > 200]
    text = "\n\n".join(wrapped(paragraph, width) for paragraph in paragraphs)
    assert len(texts(text)) == len(paragraphs)


def test_hard_wrapped_without_blank_lines_a_short_line_ends_a_paragraph() -> None:
    paragraphs = [line.strip() for line in SEEDS["001"].splitlines() if len(line) > 200]
    text = "\n".join("    " + wrapped(paragraph, 72) for paragraph in paragraphs)
    assert len(texts(text)) == len(paragraphs)


def test_a_wrapped_mail_with_a_quotation_and_a_list() -> None:
    text = """\
On Monday somebody wrote that nothing at all had been decided about the
harbour:
> We have heard for many years that the harbour would be rebuilt, and for
> many years nothing has come of it but paper and meetings and
> promises.
It will be rebuilt next year. The following has been agreed upon by both
sides, and the contracts have been signed:
  * the northern quay will be lengthened by a hundred and twenty metres and
    will be deepened
  * the crane goes
Best wishes
"""
    assert [block.replace("\n", "|")[:12] for block in texts(text)] == [
        "On Monday so", "> We have he", "It will be r", "* the northe", "* the crane ", "Best wishes",
    ]  # fmt: skip
    assert kinds(text) == ["paragraph", "paragraph", "paragraph", "item", "item", "paragraph"]


def test_sentences_on_lines_of_their_own_and_verses_stay_apart() -> None:
    lines = [
        "The harbour was built by the Dutch in the year sixteen hundred and twenty.",
        "It was rebuilt by the Japanese in the year nineteen hundred and eight.",
        "Nobody has rebuilt it since, though everybody has promised to do it soon.",
        "Ships of forty thousand tons can no longer enter it at low tide at all.",
    ]
    assert texts("\n".join(lines)) == lines
    verses = ["Shall I compare thee to a summer's day?", "Thou art more lovely and more temperate:"]
    assert texts("\n".join(verses)) == verses


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("Six Assurances", 3),
        ("Introduction: Taiwan’s Challenges and Its Strategic Importance", 3),
        ("引言:台灣的生存挑戰與全球戰略的重要性", 3),
        ("TERMS AND CONDITIONS", 2),
        ("1. Defending Democratic Values", 4),
        ("2.3 Title", 5),
        ("1.3.1. 開發者", 6),
        ("Chapter 4", 2),
        ("Part II: The War", 1),
        ("第三章 總則", 2),
        ("第一編 總論", 1),
        ("第12條", 3),
        ("一、目的", 4),
        ("(二) 方法", 5),
        ("II. Methods", 4),
        ("## Two", 2),
        ("はじめに", 3),
        ("Введение", 3),
        ("مقدمة", 3),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_headings_and_their_levels(line: str, level: int, gap: str) -> None:
    body = "What stands beneath it is a sentence, and it ends like one."
    assert headings(f"{line}{gap}{body}{gap}{body}") == [(level, line)]


@pytest.mark.parametrize(
    "line",
    [
        "This is a short sentence.",
        "這是一句話。",
        "これは文です。",
        "यह एक वाक्य है।",
        "هل هذا صحيح؟",
        "Providing Advanced Defensive Weapons:",
        "提供先進防禦武器:",
        "for example, this",
        "12",
        "https://example.org/a",
        "x = 5",
        "A title that goes on for so long that nobody would ever have called it a title, let alone a short one",
        "name    value    unit",
        "and so on, and on,",
    ],
)
def test_no_headings(line: str) -> None:
    assert headings(f"{line}\n\nWhat stands beneath it is a sentence.") == []


def test_without_a_body_beneath_there_is_no_heading() -> None:
    assert headings("It is so.\n\nThe End") == []
    assert headings("Home\nAbout\nContact\n\nThe body is a sentence.") == []
    assert headings("Share\n\nthumbnail\n\n1 Views") == []
    assert headings("Home\n\nAbout\n\nContact\n\nThe body is a sentence.") == []


def test_a_short_numbered_line_with_a_body_is_a_heading_and_a_run_of_them_a_list() -> None:
    body = "It is a sentence that says what there is to say."
    assert headings(f"1. Values\n{body}\n2. Threats\n{body}") == [(4, "1. Values"), (4, "2. Threats")]
    assert kinds(f"We want:\n1. Values\n2. Threats\n3. Means\n{body}") == ["paragraph", *["item"] * 3, "paragraph"]
    assert kinds("1.has not agreed;\n2. will not;\n3. is not.") == ["item"] * 3


def test_a_number_with_a_stop_is_a_heading_only_between_blank_lines() -> None:
    body = "It is a sentence that says what there is to say."
    assert headings(f"1. Definitions.\n\n{body}\n\n2. Means.\n\n{body}") == [(4, "1. Definitions."), (4, "2. Means.")]
    assert headings(f"1. Wash.\n{body}\n2. Dry.\n{body}") == []
    assert headings(f"1. Wash.\n\n2. Dry.\n\n3. Go.\n\n{body}") == []


def test_a_short_item_between_long_ones_is_an_item() -> None:
    long = "this is a part of the agreement that takes more room than any heading would ever take, and it ends;"
    assert kinds(f"1. {long}\n\n2. Values\n\n3. {long}") == ["item"] * 3


def test_headings_in_two_languages_side_by_side() -> None:
    zh, en = "這是一個句子，說了該說的話。", "It is a sentence that says what there is to say."
    text = "\n".join(["報告", "The Report", "1. 價值", "1. Values", zh, en, "2. 威脅", "2. Threats", zh, en])
    assert [level for level, _ in headings(text)] == [1, 3, 4, 4, 4, 4]


def test_a_line_that_opens_what_is_set_in_is_no_heading() -> None:
    assert headings("For the rest of it please write to\n\n    the harbour office.") == []
    assert headings("You will see:\n\n        A young turtle\n\nIt is a sentence.") == []
    assert headings("NAME\n    ls - list the contents of a directory") == [(2, "NAME")]
    assert headings(f"{'How to Build a Harbour':^76}\n\nIt is a sentence.") == [(3, "How to Build a Harbour")]


@pytest.mark.parametrize("mark", ["-", "*", "•", "‧", "·", "1.", "1)", "(1)", "a)", "①", "一、", "（一）"])
def test_list_items(mark: str) -> None:
    assert kinds(f"There are two:\n{mark} the first of them;\n{mark} the second of them.") == [
        "paragraph",
        "item",
        "item",
    ]


def test_levels_follow_style() -> None:
    body = "The body is a sentence."
    text = f"The Report\n\nSummary\n\n{body}\n\n1. Scope\n\n{body}\n\n1.1 Terms\n\n{body}\n\nAnnex notes\n\n{body}"
    assert headings(text) == [(1, "The Report"), (3, "Summary"), (4, "1. Scope"), (5, "1.1 Terms"), (3, "Annex notes")]
    numbered_first = f"1. Scope\n\n{body}\n\nTerms\n\n{body}\n\n2. Means\n\n{body}"
    assert headings(numbered_first) == [(4, "1. Scope"), (6, "Terms"), (4, "2. Means")]


def test_underlines_make_headings_and_other_rules_are_left_out() -> None:
    text = "The Report\n==========\n\nIt is so.\n\nWhy?\n----\n- item\n\n* * *\n\nThe end."
    assert headings(text) == [(1, "The Report\n=========="), (2, "Why?\n----")]
    assert texts(text)[-1] == "The end."
    assert not any("* * *" in block for block in texts(text))


def test_the_sections_of_a_page_with_a_menu() -> None:
    found = [text for _, text in headings(SEEDS["000"])]
    assert found == [
        "Taiwan-U.S. Relations",
        "Taiwan-U.S. Bilateral Relations",
        "Bipartisan Support in the U.S. Congress",
        "Taiwan Relations Act",
        "Six Assurances",
        "Security Cooperation",
        "Cooperation in Multilateral Forums",
    ]


def test_both_halves_of_a_translation_have_the_same_outline() -> None:
    first, *levels = (level for level, _ in headings(SEEDS["004"]))
    assert first == 3
    assert len(levels) == 32
    assert levels[:16] == levels[16:]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 2_000_000,
        " " * 1_000_000 + "x",
        "- " * 1_000_000,
        ">" * 2_000_000,
        "1." * 1_000_000,
        "a\n" * 20_000,
        "\0\x1b\ud800\n" * 20_000,
        "1. Values\n" * 20_000,
    ],
    ids=["word", "blanks", "rule", "quotes", "numbers", "lines", "controls", "headings"],
)
def test_hostile_text_takes_no_longer_than_text(text: str) -> None:
    began = time.process_time()
    split(text)
    assert time.process_time() - began < 5

"""Passages: verbatim, of readable size, within one language, half and section, and paired across the halves."""

import re
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.ingest.blocks import RawBlock, split
from seedsearch.ingest.passages import SpansOf, cut, heading_text
from seedsearch.records import Alignment, Bead, Block, Document, Half, Passage, Span

ROOT = Path(__file__).parents[2]
SEEDS = {path.name[:3]: path.read_text("utf-8") for path in sorted((ROOT / "seeds").glob("0*.txt"))}
ALONE = Alignment((), 0.0)


def places(text: str) -> Callable[[int, int], Span]:
    newlines = [match.start() for match in re.finditer("\n", text)]

    def span_of(start: int, end: int) -> Span:
        lines = bisect_left(newlines, start) + 1, bisect_left(newlines, max(end - 1, start)) + 1
        return Span(start, end, *lines, *(len(text[:place].encode("utf-8", "surrogatepass")) for place in (start, end)))

    return span_of


def spans_of(text: str) -> SpansOf:
    span_of = places(text)
    return lambda wanted: [span_of(start, end) for start, end in wanted]


def document(
    text: str, language: Callable[[str], str] | str = "en", raw: list[RawBlock] | None = None, title: str = ""
) -> Document:
    span_of = places(text)
    blocks = tuple(
        Block(
            span_of(one.start, one.end),
            one.kind,
            one.level,
            language if isinstance(language, str) else language(text[one.start : one.end]),
        )
        for one in (split(text) if raw is None else raw)
    )
    return Document("a.txt", text, "utf-8", "utf-8", "0" * 64, "en", blocks, title=title)


def passages(text: str, language: Callable[[str], str] | str = "en") -> list[Passage]:
    return cut(document(text, language), ALONE, spans_of(text))


def words(text: str) -> float:
    """Two Chinese characters or five Thai ones are a word, a comma or stop behind one is none; not as the module counts."""
    han, thai = r"[\u3040-\u30ff\u3400-\u9fff]", r"[\u0e00-\u0eff]"
    others = re.sub(thai, " ", re.sub(f"{han}[，。]?", " ", text))
    return len(re.findall(han, text)) / 2 + len(re.findall(thai, text)) / 5 + len(others.split())


def script(text: str) -> str:
    return "zh-Hant" if re.search("[一-鿿]", text) else "en" if re.search("[a-z]", text) else "und"


WORDS = {
    "en": "harbour quay crane ship tide.",
    "zh-Hant": "港口 碼頭。 起重機， 船 潮汐",
    "th": "ท่าเรือ เครน เรือ",
    "und": "12 — 7",
}


@st.composite
def blocks(draw: st.DrawFn) -> tuple[str, str, int]:
    language = draw(st.sampled_from(sorted(WORDS)))
    kind = draw(st.sampled_from(["heading", "paragraph", "paragraph", "paragraph", "item", "item", "code"]))
    some = WORDS[language].split()
    length = draw(st.integers(1, 8) if kind == "heading" else st.sampled_from([1, 5, 20, 60, 150, 400, 1200]))
    glue = draw(st.sampled_from([" ", ""]))
    body = glue.join(some[i % len(some)] for i in range(length)) + draw(st.sampled_from(["", ":", "。", ".", "👩‍🚀"]))
    return (
        language,
        body,
        (draw(st.integers(1, 6)) if kind == "heading" else {"paragraph": 0, "item": -1, "code": -2}[kind]),
    )


@st.composite
def documents(draw: st.DrawFn) -> tuple[Document, Alignment]:
    rows = draw(st.lists(blocks(), max_size=14))
    text, raw = draw(st.sampled_from(["", "\n"])), []
    for _, body, level in rows:
        kind = "heading" if level > 0 else {0: "paragraph", -1: "item", -2: "code"}[level]
        raw.append(RawBlock(len(text), len(text) + len(body), kind, max(level, 0)))
        text += body + draw(st.sampled_from(["\n", "\n\n", "\r\n", "\n" * 200]))
    made = document(text, raw=raw, title=draw(st.sampled_from(["", "A title"])))
    made = made._replace(blocks=tuple(block._replace(language=row[0]) for block, row in zip(made.blocks, rows, strict=True)))
    if not draw(st.booleans()):
        return made, ALONE
    sides = [draw(st.sampled_from([0, 1, 2])) for _ in rows]
    halves = tuple(Half(name, tuple(i for i, side in enumerate(sides) if side == n)) for n, name in ((0, "en"), (1, "zh")))
    return made._replace(halves=halves), Alignment(tuple(beads(halves, draw)), 1.0)


def beads(halves: tuple[Half, ...], draw: st.DrawFn) -> Iterator[Bead]:
    left, right = list(halves[0].blocks), list(halves[1].blocks)
    while left or right:
        i, j = draw(st.integers(0, min(2, len(left)))), draw(st.integers(0, min(2, len(right))))
        if i or j or not (left and right):
            i, j = (i, j) if i or j else (len(left), len(right))
            yield Bead(tuple(left[:i]), tuple(right[:j]), 0.5)
            left, right = left[i:], right[j:]


def touched(made: Document, passage: Passage) -> list[int]:
    start, end = passage.span.start_char, passage.span.end_char
    return [i for i, one in enumerate(made.blocks) if one.span.start_char < end and one.span.end_char > start]


@given(documents())
def test_passages_are_verbatim_in_order_and_hold_every_block(drawn: tuple[Document, Alignment]) -> None:
    made, alignment = drawn
    found = cut(made, alignment, spans_of(made.text))
    span_of = places(made.text)
    behind = 0
    for passage in found:
        start, end = passage.span.start_char, passage.span.end_char
        assert behind <= start < end
        assert passage.text == made.text[start:end] == passage.text.strip()
        assert passage.span == span_of(start, end)
        behind = end
    held = "".join(passage.text for passage in found)
    assert "".join(held.split()) == "".join(made.text.split())


@given(documents())
def test_passages_keep_to_one_language_one_half_one_section_and_a_readable_size(
    drawn: tuple[Document, Alignment],
) -> None:
    made, alignment = drawn
    half_of = {block: number for number, half in enumerate(made.halves) for block in half.blocks}
    for passage in cut(made, alignment, spans_of(made.text)):
        held = touched(made, passage)
        languages = {made.blocks[i].language for i in held}
        assert len(languages - {"und"}) <= 1
        assert passage.language in languages
        assert passage.language != "und" or languages == {"und"}
        assert len({half_of.get(i) for i in held}) == 1
        headings = [made.blocks[i].kind == "heading" for i in held]
        assert headings == sorted(headings, reverse=True)
        assert words(passage.text) <= 260
        assert len(passage.text) <= 6000
        if headings[0]:
            last = made.blocks[max(i for i, heading in zip(held, headings, strict=True) if heading)]
            assert passage.headings[-1] == heading_text(made.slice(last.span))
        if made.title:
            assert passage.headings[0] == made.title


@given(documents())
def test_ids_are_unique_and_stable_and_counterparts_mutual(drawn: tuple[Document, Alignment]) -> None:
    made, alignment = drawn
    found = cut(made, alignment, spans_of(made.text))
    assert found == cut(made, alignment, spans_of(made.text))
    by_id = {passage.id: passage for passage in found}
    assert len(by_id) == len(found)
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in by_id)
    bead_of = {block: number for number, bead in enumerate(alignment.beads) for block in bead.left + bead.right}
    left = set(made.halves[0].blocks) if made.halves else set()
    for passage in found:
        others = [by_id[name] for name in passage.counterparts]
        assert others == sorted(others, key=lambda other: other.span)
        for other in others:
            mine, theirs = touched(made, passage), touched(made, other)
            assert passage.id in other.counterparts
            assert {bead_of[i] for i in mine} & {bead_of[i] for i in theirs}
            assert set(mine) <= left or set(theirs) <= left
    paired = {name for passage in found for name in passage.counterparts}
    for bead in alignment.beads:
        if bead.left and bead.right:
            holders = [passage for passage in found if set(touched(made, passage)) & set(bead.left)]
            assert any(passage.id in paired for passage in holders)


def test_ids_depend_on_source_file_and_place_only() -> None:
    made = document("It is so.\n\nIt is not.")
    (before,) = cut(made, ALONE, spans_of(made.text))
    (same,) = cut(made._replace(encoding="big5", language="fr", title="T"), ALONE, spans_of(made.text))
    assert same.id == before.id
    for changed in (made._replace(source="b.txt"), made._replace(sha256="1" * 64)):
        (other,) = cut(changed, ALONE, spans_of(made.text))
        assert other.id != before.id


def test_a_name_that_is_not_unicode_has_an_id() -> None:
    (passage,) = cut(document("It is so.")._replace(source="caf\udce9.txt"), ALONE, spans_of("It is so."))
    assert len(passage.id) == 16


def test_the_six_assurances_stay_with_the_sentence_that_opens_them() -> None:
    (found,) = (passage for passage in passages(SEEDS["000"], script) if "Six Assurances\n" in passage.text)
    assert (found.span.start_line, found.span.end_line) == (75, 86)
    assert found.headings == ("Taiwan-U.S. Relations", "Six Assurances")
    assert [line[0] for line in found.text.splitlines() if line[:1].isdigit()] == list("123456")


def test_notices_in_many_languages_are_passages_of_their_own() -> None:
    languages = iter(range(1000))
    found = passages(SEEDS["000"], lambda _: f"x{next(languages)}")
    assert all("\n\n" not in passage.text for passage in found)


def test_the_sections_of_a_translation_pair_up() -> None:
    text = SEEDS["004"]
    made = document(text, script)
    chinese = tuple(i for i, block in enumerate(made.blocks) if block.language == "zh-Hant")
    english = tuple(i for i in range(chinese[-1] + 1, len(made.blocks)))
    made = made._replace(halves=(Half("zh-Hant", chinese), Half("en", english)))
    alignment = Alignment(tuple(Bead((a,), (b,), 1.0) for a, b in zip(chinese, english, strict=True)), 1.0)
    found = cut(made, alignment, spans_of(text))
    by_id = {passage.id: passage for passage in found}
    left = [passage for passage in found if passage.language == "zh-Hant"]
    right = [by_id[passage.counterparts[0]] for passage in left]
    assert all(len(passage.counterparts) == 1 for passage in left + right)
    assert [passage.language for passage in right] == ["en"] * 13
    lines = {passage.span.start_line: other.span.start_line for passage, other in zip(left, right, strict=True)}
    assert lines[16] == 68
    assert lines[52] == 104
    assert right[5].headings[-1] == "1. Military Cooperation: Building a Regional Defense Network"


def test_the_second_half_is_cut_where_the_first_was() -> None:
    english = ["a " * 100 + "b." for _ in range(6)]
    chinese = ["短句在此，" * 27 + "完。" for _ in range(6)]
    text = "\n\n".join(english + chinese)
    made = document(text, script)
    made = made._replace(halves=(Half("en", tuple(range(6))), Half("zh-Hant", tuple(range(6, 12)))))
    alignment = Alignment(tuple(Bead((i,), (i + 6,), 1.0) for i in range(6)), 1.0)
    found = cut(made, alignment, spans_of(text))
    assert [passage.counterparts for passage in found[:6]] == [(passage.id,) for passage in found[6:]]
    without = cut(made, ALONE, spans_of(text))
    assert len(without) < len(found) == 12


def test_one_bead_over_two_long_paragraphs_is_paired_piece_by_piece() -> None:
    text = "The ship left the quay at noon. " * 200 + "\n\n" + "船在中午離開了碼頭。" * 200
    made = document(text, script)._replace(halves=(Half("en", (0,)), Half("zh-Hant", (1,))))
    found = cut(made, Alignment((Bead((0,), (1,), 1.0),), 1.0), spans_of(text))
    left = [passage for passage in found if passage.language == "en"]
    assert len(left) > 6
    assert all(1 <= len(passage.counterparts) <= 3 for passage in found)


def test_small_paragraphs_join_and_large_ones_are_cut_in_even_pieces() -> None:
    assert len(passages("\n\n".join(["It is a sentence of seven words."] * 10))) == 1
    sentence = "It is a sentence of quite ten words, no more. "
    found = passages(sentence * 36)
    assert len(found) in (2, 3)
    sizes = [len(passage.text.split()) for passage in found]
    assert max(sizes) - min(sizes) <= 20
    assert all(passage.text.endswith("more.") for passage in found)


def test_a_label_stays_with_what_it_labels_and_a_long_list_is_cut_between_items() -> None:
    paragraph = "word " * 99 + "end."
    found = passages(f"{paragraph}\n\nA label:\n\n{paragraph}")
    assert [passage.text[:7] for passage in found] == ["word wo", "A label"]
    items = "\n".join(f"- item {number} " + "word " * 20 for number in range(40))
    found = passages(f"The items are these:\n{items}")
    assert len(found) >= 4
    assert all(passage.text.startswith(("The items", "- item")) for passage in found)
    assert found[0].text.count("- item") >= 5


def test_a_list_a_little_too_long_is_not_torn() -> None:
    items = "\n".join(f"- item {number} " + "word " * 20 for number in range(10))
    assert len(passages(f"The items are these:\n{items}")) == 1


def test_headings_without_a_body_go_with_the_next() -> None:
    raw = [
        RawBlock(0, 3, "heading", 1),
        RawBlock(4, 8, "heading", 2),
        RawBlock(9, 14, "paragraph", 0),
        RawBlock(15, 18, "heading", 2),
    ]
    found = cut(document("# A\n## B\nBody.\n# C", raw=raw, title="T"), ALONE, spans_of("# A\n## B\nBody.\n# C"))
    assert [(passage.text, passage.headings) for passage in found] == [
        ("# A\n## B\nBody.", ("T", "A", "B")),
        ("# C", ("T", "A", "C")),
    ]


def test_of_a_heading_without_end_the_beginning_is_taken() -> None:
    text = "# " + "word  " * 100_000
    found = cut(document(text, raw=[RawBlock(0, len(text.rstrip()), "heading", 1)]), ALONE, spans_of(text))
    assert len(found) > 100
    assert {passage.headings for passage in found} == {(" ".join(["word"] * 66 + ["wo"]),)}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("## Six Assurances ##", "Six Assurances"),
        ("C# and F#", "C# and F#"),
        ("> # Quoted", "Quoted"),
        ("Two\n lines\n=====", "Two lines"),
        ("1. Values", "1. Values"),
        ("#hashtag", "#hashtag"),
    ],
)
def test_heading_text(source: str, text: str) -> None:
    assert heading_text(source) == text


def test_a_chinese_variety_that_is_not_known_goes_with_one_that_is() -> None:
    def varied(text: str) -> str:
        return {"甲": "zh-Hant", "乙": "zh", "丙": "zh-Hans"}[text[0]]

    assert [passage.text[0] for passage in passages("乙是。\n\n甲是。\n\n乙是。\n\n丙是。", varied)] == ["乙", "丙"]


@pytest.mark.parametrize("text", ["é" * 9000, "e\u0301" * 9000, "\U0001f469\u200d\U0001f680" * 9000, "ก็" * 9000])
def test_a_word_without_end_is_cut_between_characters(text: str) -> None:
    found = passages(text)
    assert "".join(passage.text for passage in found) == text
    assert all(passage.text[0] not in "\u0301\u200d็\U0001f680" for passage in found)


@pytest.mark.parametrize(
    "text",
    [
        "The ship left the quay at noon, as it always does. " * 20_000,
        "船在中午離開了碼頭，一如往常。" * 50_000,
        "x" * 2_000_000,
        "a" + " " * 2_000_000 + "b",
        "line\n" * 20_000,
        "e" + "\u0301" * 1_000_000,
        "\0\x1b\ud800, " * 200_000,
    ],
    ids=["English", "Chinese", "word", "blanks", "lines", "marks", "controls"],
)
def test_a_million_characters_are_cut_in_no_time(text: str) -> None:
    made = document(text)
    began = time.process_time()
    found = cut(made, ALONE, lambda wanted: [Span(start, end, 1, 1, 0, 0) for start, end in wanted])
    assert time.process_time() - began < 5
    assert "".join("".join(passage.text.split()) for passage in found) == "".join(text.split())

"""Documents in two languages: told apart, and paired, however they are laid out and whatever happened to them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from seedsearch.reading import align, documents
from seedsearch.records import Document, Source
from tests.conftest import SEEDS

LINES = (SEEDS / "004_a68d08d6fa4f830c.txt").read_text("utf-8").split("\n")
PREAMBLE, CHINESE, ENGLISH = LINES[:2], LINES[2:54], LINES[54:106]
OTHER = (SEEDS / "001_d1492cbb87b0d816.txt").read_text("utf-8").split("\n")


@cache
def read(text: str) -> Document:
    return next(documents(Source(Path("made.txt"), "made.txt"), text.encode())).document


Pairs = Sequence[tuple[tuple[str, ...], tuple[str, ...]]]


def paired(lines: list[str]) -> Pairs:
    """The beads of a document of these lines, as texts."""
    document = read("\n".join(lines))
    texts = [document.slice(block.span) for block in document.blocks]
    beads = align(document).beads
    sides = (tuple(i for bead in beads for i in bead.left), tuple(i for bead in beads for i in bead.right))
    assert sides == tuple(half.blocks for half in document.halves), "each block in one bead, in order"
    assert all(0 <= bead.confidence <= 1 for bead in beads)
    return [(tuple(texts[i] for i in bead.left), tuple(texts[i] for i in bead.right)) for bead in beads]


def share(found: Pairs, expected: Pairs) -> float:
    return sum(bead in found for bead in expected) / len(expected)


EXPECTED = [((zh,), (en,)) for zh, en in zip(CHINESE, ENGLISH, strict=True)]
TURNS = [line for pair in zip(CHINESE, ENGLISH, strict=True) for line in pair]


@pytest.mark.parametrize(
    "lines",
    [
        CHINESE + ENGLISH,
        PREAMBLE + CHINESE + ENGLISH,
        [*CHINESE, "", "----------", "", *ENGLISH],
        [line for text in CHINESE + ENGLISH for line in (text, "")],
        TURNS,
    ],
    ids=["in sequence", "with a preamble", "with a rule", "with blank lines", "taking turns"],
)
def test_fifty_two_pairs_in_any_shape(lines: list[str]) -> None:
    assert paired(lines) == EXPECTED


def test_the_other_way_round() -> None:
    assert paired(ENGLISH + CHINESE) == [(en, zh) for zh, en in EXPECTED]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(CHINESE),
        "\n".join(OTHER),
        "\n".join([*CHINESE, "President William Lai said so.", "“Peace through strength,” he added."]),
        "\n".join(f"{line} (Taiwan Relations Act)" for line in CHINESE),
        (SEEDS / "000_b130eba34a500f11.txt").read_text("utf-8"),
        "",
        "一",
    ],
    ids=["Chinese", "English", "quotations", "names", "a notice in 24 languages", "nothing", "one block"],
)
def test_what_is_not_bilingual(text: str) -> None:
    document = next(documents(Source(Path("x.txt"), "x.txt"), text.encode())).document if text.strip() else None
    assert document is None or document.halves == ()


def test_an_abstract_is_a_half_that_is_mostly_alone() -> None:
    document = read("\n".join([ENGLISH[2] + " " + ENGLISH[3], *CHINESE[:2], *CHINESE[4:]]))
    assert [half.language for half in document.halves] == ["en", "zh-Hant"]
    assert align(document).confidence < 0.5


FLOOR = 0.85  # of the beads beside which nothing happened; a swap can take its neighbours along


@st.composite
def perturbed(draw: st.DrawFn) -> tuple[list[str], Pairs]:
    """The document with paragraphs merged, dropped and swapped at some places, and the beads of what was left alone."""
    places = draw(st.lists(st.integers(1, 49), min_size=1, max_size=5, unique=True))
    places = [
        place for i, place in enumerate(sorted(places)) if not any(abs(place - other) < 3 for other in sorted(places)[:i])
    ]
    left: dict[int, list[str]] = {i: [line] for i, line in enumerate(CHINESE)}
    right: dict[int, list[str]] = {i: [line] for i, line in enumerate(ENGLISH)}
    for place in places:
        side = draw(st.sampled_from([left, right]))
        match draw(st.sampled_from(["merge", "drop", "swap"])):
            case "merge":
                side[place] = [" ".join([*side[place], *side[place + 1]])]
                side[place + 1] = []
            case "drop":
                side[place] = []
            case _:
                side[place], side[place + 1] = side[place + 1], side[place]
    touched = {near for place in places for near in (place, place + 1)}
    lines = [line for part in (left, right) for i in range(52) for line in part[i]]
    return lines, [bead for i, bead in enumerate(EXPECTED) if i not in touched]


@settings(max_examples=15, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(perturbed())
def test_what_was_left_alone_survives_what_happened_beside_it(
    case: tuple[list[str], Pairs],
) -> None:
    lines, expected = case
    assert share(paired(lines), expected) >= FLOOR


def test_a_missing_chapter_shifts_nothing() -> None:
    found = paired(CHINESE + ENGLISH[:14] + ENGLISH[35:])
    assert share(found, EXPECTED[:14] + EXPECTED[35:]) >= 0.95
    alone = [zh for zh, en in found if not en]
    assert sum((zh,) in alone for zh in CHINESE[14:35]) >= 18


def test_other_pairs_of_languages() -> None:
    russian = [
        "Гавань была тихой в 1975 году.",
        "Никто не пришёл, и 12 кораблей стояли неподвижно.",
        "Потом начался дождь.",
    ] * 6
    english = ["The harbour was quiet in 1975.", "Nobody came, and 12 ships lay still.", "Then it began to rain."] * 6
    document = read("\n".join(russian + english))
    assert [half.language for half in document.halves] == ["ru", "en"]
    beads = [(bead.left, bead.right) for bead in align(document).beads]
    assert sum(bead == ((i,), (i + 18,)) for i, bead in enumerate(beads)) >= 16


def test_hostile_documents_neither_crash_nor_stall() -> None:
    for lines in (["甲"] * 800 + ["a b"] * 800, ["台灣" * 20_000, "Taiwan " * 15_000], ["一", "x"] * 50):
        document = read("\n".join(lines))
        align(document)
        assert sum(len(half.blocks) for half in document.halves) in (0, len(document.blocks))

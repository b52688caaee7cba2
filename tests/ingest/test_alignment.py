from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedsearch.ingest.alignment import align, sentence_beads
from seedsearch.reading import align as aligned
from seedsearch.reading import read
from seedsearch.records import Alignment, Block, Half, Span

SEED = Path(__file__).parents[2] / "seeds" / "004_a68d08d6fa4f830c.txt"
SHARED = Path(os.environ.get("SEEDSEARCH_SHARED", Path(__file__).parents[3] / "shared"))
GOLD = SHARED / "eval-align" / "gold"

Lines = tuple[int, ...]


def halves_of(left: Sequence[str], right: Sequence[str], languages: tuple[str, str] = ("zh", "en")) -> Alignment:
    """The alignment of two lists of blocks, the indexes of the right ones going on behind the left ones."""
    text, blocks = "", []
    for number, piece in enumerate([*left, *right]):
        blocks.append(Block(Span(len(text), len(text) + len(piece), number + 1, number + 1, 0, 0), "paragraph"))
        text += piece + "\n"
    parts = tuple(range(len(left))), tuple(range(len(left), len(blocks)))
    return align(text, blocks, [Half(language, part) for language, part in zip(languages, parts, strict=True)])


def beads_of(left: Sequence[str], right: Sequence[str]) -> list[tuple[Lines, Lines]]:
    """Beads as indexes into either list."""
    return [(bead.left, tuple(k - len(left) for k in bead.right)) for bead in halves_of(left, right).beads]


def seed_pairs() -> list[tuple[str, str]]:
    """The 52 Chinese lines of the seed, each with the English line that translates it."""
    lines = SEED.read_text("utf-8").split("\n")
    return list(zip(lines[2:54], lines[54:106], strict=True))


PAIRS = seed_pairs()


def test_the_seed_pairs_line_by_line() -> None:
    document = read(SEED)
    found = aligned(document)
    lines = [
        tuple([document.blocks[k].span.start_line for k in side] for side in (bead.left, bead.right)) for bead in found.beads
    ]
    assert lines == [([number], [number + 52]) for number in range(3, 55)]
    assert found.confidence > 0.95


@st.composite
def translations(draw: st.DrawFn) -> tuple[list[str], list[str], list[tuple[Lines, Lines]]]:
    """A stretch of the seed in which neighbours were made one, or dropped, on one side or the other; and its beads."""
    start = draw(st.integers(0, len(PAIRS) - 30))
    pairs = PAIRS[start : start + 30]
    kinds = st.sampled_from(["join left", "join right", "drop left", "drop right"])
    changes = draw(st.dictionaries(st.integers(1, 9), kinds, max_size=4))
    left: list[str] = []
    right: list[str] = []
    beads: list[tuple[Lines, Lines]] = []
    number = 0
    while number < len(pairs):
        change = changes.get(number // 3, "") if number % 3 == 0 else ""
        taken = pairs[number : number + 2] if change.startswith("join") else pairs[number : number + 1]
        ours, theirs = [pair[0] for pair in taken], [pair[1] for pair in taken]
        ours = ["".join(ours)] if change == "join left" else [] if change == "drop left" else ours
        theirs = [" ".join(theirs)] if change == "join right" else [] if change == "drop right" else theirs
        beads.append((tuple(range(len(left), len(left) + len(ours))), tuple(range(len(right), len(right) + len(theirs)))))
        left += ours
        right += theirs
        number += len(taken)
    return left, right, [bead for bead in beads if bead[0] or bead[1]]


@settings(max_examples=20)
@given(translations())
def test_beads_survive_joined_and_dropped_paragraphs(case: tuple[list[str], list[str], list[tuple[Lines, Lines]]]) -> None:
    left, right, expected = case
    found = set(beads_of(left, right))
    both = [bead for bead in expected if all(bead)]
    assert sum(bead in found for bead in both) >= 0.8 * len(both)


@settings(max_examples=12)
@given(st.integers(2, len(PAIRS) - 4))
def test_beads_survive_swapped_paragraphs(place: int) -> None:
    right = [pair[1] for pair in PAIRS]
    right[place], right[place + 1] = right[place + 1], right[place]
    found = set(beads_of([pair[0] for pair in PAIRS], right))
    untouched = [number for number in range(len(PAIRS)) if abs(number - place - 0.5) > 2]
    assert sum(((number,), (number,)) in found for number in untouched) >= len(untouched) - 1


@pytest.mark.parametrize("missing", [range(20), range(15, 35), range(32, 52)])
def test_a_missing_chapter_has_nothing_opposite(missing: range) -> None:
    right = [pair[1] for number, pair in enumerate(PAIRS) if number not in missing]
    found = beads_of([pair[0] for pair in PAIRS], right)
    kept = [number for number in range(len(PAIRS)) if number not in missing]
    expected = {((number,), (place,)) for place, number in enumerate(kept)}
    assert len(expected & set(found)) >= len(expected) - 1
    assert sum(not theirs for _, theirs in found) >= len(missing) - 2


def test_confidence_tells_translations_from_strangers() -> None:
    left, right = [pair[0] for pair in PAIRS], [pair[1] for pair in PAIRS]
    assert halves_of(left[:26], right[:26]).confidence > 0.9
    assert halves_of(left[:26], right[26:]).confidence < 0.5
    assert halves_of(left[:2], right[10:]).confidence < 0.2


def test_traditional_and_simplified_and_either_order() -> None:
    chinese = ["他在图书馆里看书。", "天气很冷，河水结冰了。", "孩子们在学校唱歌。", "我买了三个苹果。"]
    traditional = ["他在圖書館裏看書。", "天氣很冷，河水結冰了。", "孩子們在學校唱歌。", "我買了三個蘋果。"]
    english = [
        "He reads in the library.",
        "It is cold and the river has frozen.",
        "The children sing at school.",
        "I bought 3 apples.",
    ]
    expected = [((k,), (k,)) for k in range(4)]
    assert beads_of(chinese, english) == expected
    assert beads_of(traditional, english) == expected
    assert beads_of(english, traditional) == expected


def test_other_languages_by_length_names_and_cognates() -> None:
    french = [
        "Le gouvernement a présenté le budget 2024.",
        "Paris accueillera la conférence.",
        "Marie Curie a reçu deux prix Nobel, ce qui reste un fait extraordinaire dans l'histoire de la science.",
        "Fin.",
    ]
    english = [
        "The government presented the 2024 budget.",
        "The conference will be held in Paris.",
        "Marie Curie received two Nobel prizes,",
        "which remains extraordinary in the history of science.",
        "The end.",
    ]
    found = halves_of(french, english, ("fr", "en"))
    assert [(bead.left, bead.right) for bead in found.beads] == [((0,), (4,)), ((1,), (5,)), ((2,), (6, 7)), ((3,), (8,))]


def test_words_of_which_a_stemmer_leaves_nothing() -> None:
    greek = ["Είτε σήμερα όταν έρθει.", "Το σύστημα αρχείων του ιστού.", "Έως 1984."]
    english = ["Either today when he comes.", "The file system of the web.", "Until 1984."]
    assert [bead.left for bead in halves_of(greek, english, ("el", "en")).beads] == [(0,), (1,), (2,)]


def test_sentences_of_a_bead() -> None:
    left = "他在图书馆里看书。天气很冷，河水结冰了！你要去哪里？"
    right = "He is reading in the library. It is so cold that the river has frozen! Where are you going?"
    found = [
        (left[slice(*bead.left or (0, 0))], right[slice(*bead.right or (0, 0))])
        for bead in sentence_beads(left, right, "zh", "en")
    ]
    assert found == [
        ("他在图书馆里看书。", "He is reading in the library."),
        ("天气很冷，河水结冰了！", "It is so cold that the river has frozen!"),
        ("你要去哪里？", "Where are you going?"),
    ]


def test_no_sentences_no_beads() -> None:
    assert sentence_beads("", "", "zh", "en") == []
    assert [(bead.left, bead.right) for bead in sentence_beads("", "One. Two.", "zh", "en")] == [(None, (0, 4)), (None, (5, 9))]


def test_without_halves_there_are_no_beads() -> None:
    assert align("text", [], []) == Alignment((), 0.0)


def assert_whole(found: Alignment, left: int, right: int) -> None:
    """Every block is in one bead, in order, no bead is empty, and confidences are probabilities."""
    assert [k for bead in found.beads for k in bead.left] == list(range(left))
    assert [k for bead in found.beads for k in bead.right] == list(range(left, left + right))
    assert all(bead.left or bead.right for bead in found.beads)
    assert all(0 <= confidence <= 1 for confidence in (found.confidence, *(bead.confidence for bead in found.beads)))


pieces = st.lists(
    st.sampled_from([side for pair in PAIRS[:12] for side in pair] + ["", "12", "\x00", "\ud800", "「", "...", "a" * 5000])
    | st.text(max_size=30),
    max_size=25,
)


@given(pieces, pieces)
def test_every_block_is_in_one_bead(left: list[str], right: list[str]) -> None:
    found = halves_of(left, right)
    assert_whole(found, len(left), len(right))
    assert found == halves_of(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (["这是一行。"] * 600, ["This is a line."] * 600),
        (["这是一行。"] * 2000, ["This is a line."] * 2),
        (["这是一行。"] * 2, ["This is a line."] * 2000),
        (["这是很长的一行，" * 130_000], ["this is a very long line " * 40_000]),
        ([], ["alone"] * 3),
        (["你好"], ["Hello"]),
    ],
    ids=["identical", "many to few", "few to many", "a line of 1 MB", "one side empty", "one block"],
)
def test_hostile_halves_neither_crash_nor_stall(left: list[str], right: list[str]) -> None:
    start = time.process_time()
    assert_whole(halves_of(left, right), len(left), len(right))
    assert time.process_time() - start < 20


def test_answers_do_not_hang_on_the_order_of_sets() -> None:
    script = f"from seedsearch.reading import align, read; print(align(read({str(SEED)!r})))"
    runs = [
        subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE)
        for seed in ("1", "2")
    ]
    answers = {run.communicate()[0] for run in runs}
    assert all(run.returncode == 0 for run in runs)
    assert len(answers) == 1


def shares(name: str) -> tuple[int, int, int]:
    """Of a gold document: its beads, those that were found exactly, and those of which a pair of lines was found together."""
    gold = json.loads((GOLD / f"{name}.json").read_text("utf-8"))
    segment = {s["start_line"]: s["id"] for s in gold["segments"]}
    document = read(GOLD.parent / "docs" / f"{name}.txt")

    def side(blocks: Lines) -> set[str]:
        return {segment[document.blocks[k].span.start_line] for k in blocks}

    found = [side(bead.left) | side(bead.right) for bead in aligned(document).beads if bead.left and bead.right]
    beads = [({*a}, {*b}) for a, b in gold["pairs"] if a and b]
    exact = sum(a | b in found for a, b in beads)
    near = sum(any(a & bead and b & bead for bead in found) for a, b in beads)
    return len(beads), exact, near


@pytest.mark.skipif(not GOLD.is_dir(), reason="no eval-align beside the project")
@pytest.mark.parametrize(
    ("names", "strict", "lax"),
    [
        (("debref-01-06-hant", "debref-03-01-hans", "handbook-11-00-hans", "maint-05-00-hant", "maint-05-02-hant"), 0.97, 0.99),
        (("bible-03-hans", "bible-05-hans"), 0.8, 0.98),
    ],
    ids=["technical", "bible"],
)
def test_recall_of_gold_beads(names: tuple[str, ...], strict: float, lax: float) -> None:
    beads, exact, near = map(sum, zip(*map(shares, names), strict=True))
    assert exact >= strict * beads
    assert near >= lax * beads

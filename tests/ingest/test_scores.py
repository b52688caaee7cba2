"""The compiled scores, ways and choices of an alignment are those of the Python beside them."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.characters import native
from seedsearch.ingest.alignment import beads, evidence
from seedsearch.ingest.alignment.evidence import NEVER, SHAPES, Band
from seedsearch.ingest.alignment.table import Table
from seedsearch.ingest.alignment.tokens import Side

pytestmark = pytest.mark.skipif(not native, reason="there is no compiled module: a C compiler was not at hand")

TOKENS = ["a", "b", "c", "12", "7.5", '"', "?", "保", "證", "保證"]


@st.composite
def sides(draw: st.DrawFn) -> Side:
    tokens = draw(st.lists(st.sets(st.sampled_from(TOKENS)).map(sorted), max_size=9))
    flags = [draw(st.lists(st.booleans(), min_size=len(tokens), max_size=len(tokens))) for _ in range(3)]
    lengths = draw(st.lists(st.integers(0, 900), min_size=len(tokens), max_size=len(tokens)))
    return Side(tokens, lengths, *flags)


tables = st.dictionaries(
    st.sampled_from(TOKENS), st.dictionaries(st.sampled_from(TOKENS), st.floats(0.01, 1.0), max_size=4), max_size=8
)


@st.composite
def bands(draw: st.DrawFn, lines: int, places: int) -> Band:
    """A band whose lowest and highest places rise from line to line, with gaps or without."""
    edges = [sorted(draw(st.lists(st.integers(0, places), min_size=lines, max_size=lines))) for _ in range(2)]
    return [(min(pair), max(pair)) for pair in zip(*edges, strict=True)]


@given(sides(), sides(), tables, st.floats(0.1, 9.0), st.data())
def test_scores_are_the_same(left: Side, right: Side, table: Table, ratio: float, data: st.DataObject) -> None:
    whole = [(0, len(right.tokens))] * (len(left.tokens) + 1)
    band = data.draw(st.just(whole) | bands(len(left.tokens) + 1, len(right.tokens)))
    assert evidence.scores(left, right, table, ratio, band) == evidence.plain_scores(left, right, table, ratio, band)


@given(st.data(), st.integers(1, 9), st.integers(0, 9))
def test_ways_and_choices_are_the_same(data: st.DataObject, lines: int, places: int) -> None:
    band = data.draw(bands(lines, places))
    worth = st.floats(-9, 9) | st.sampled_from([NEVER, 0.0, -2.0])
    cells = [(high - low + 1) * len(SHAPES) for low, high in band]
    scores = [array("d", data.draw(st.lists(worth, min_size=size, max_size=size))) for size in cells]
    prices = beads.own_prices([(0, 1, 0, 2)] * data.draw(st.integers(0, 200)))
    grid = beads._grid(scores, band, prices)
    assert native.choices(grid, NEVER) == beads.plain_choices(scores, band, prices)
    assert beads._ways(scores, band, prices) == beads.plain_ways(scores, band, prices)


def side_of(*tokens: list[str]) -> Side:
    flags = [False] * len(tokens)
    return Side(list(tokens), [10] * len(tokens), flags, flags, flags)


def test_a_numeral_says_no_more_than_the_strongest_evidence() -> None:
    """Each of its odds is 85, above the 50 at which they are cut."""
    side = side_of(*([str(number)] for number in range(15)))
    table = {str(number): {str(number): 1.0} for number in range(15)}
    band = [(0, 15)] * 16
    assert evidence.scores(side, side, table, 1.0, band) == evidence.plain_scores(side, side, table, 1.0, band)


def test_of_ways_that_are_worth_the_same_the_same_one_is_taken() -> None:
    band, prices = [(0, 3)] * 4, beads.usual_prices()
    for worth in (NEVER, prices.null, 0.0):
        scores = [array("d", [worth] * 4 * len(SHAPES)) for _ in band]
        assert native.choices(beads._grid(scores, band, prices), NEVER) == beads.plain_choices(scores, band, prices)


def test_a_band_that_does_not_fit_is_refused() -> None:
    side = side_of(["a"], ["b"])
    for band in ([(0, 2)] * 2, [(0, 2)] * 4, [(0, 3)] * 3, [(2, 1)] * 3, [(1, 2), (0, 2), (0, 2)], [(0, 2), (0, 1), (0, 2)]):
        with pytest.raises(ValueError):
            evidence.scores(side, side, {}, 1.0, band)


def test_numbers_that_do_not_fit_are_refused() -> None:
    def half(tokens: list[int], starts: list[int], words: int = 2) -> tuple[bytes | array[int] | array[float], ...]:
        flags = bytes(len(starts) - 1)
        lengths = array("I", [9] * len(flags))
        return array("I", tokens), array("I", starts), lengths, array("d", [0.5] * words), bytes(words), flags, flags, flags

    def asked(left: tuple[bytes | array[int] | array[float], ...], links: tuple[list[int], list[int], list[float]]) -> None:
        given = array("I", links[0]), array("I", links[1]), array("d", links[2])
        edges = array("I", [0, 0]), array("I", [1, 1])
        native.scores(left, half([0, 1], [0, 2]), given, *edges, 1.0, False, SHAPES, evidence._WEIGHTS)

    asked(half([0, 1], [0, 2]), ([1], [0], [0.5]))
    for left, links in (
        (half([0, 2], [0, 2]), ([1], [0], [0.5])),  # a token that is not of the vocabulary
        (half([0, 1], [0, 3]), ([1], [0], [0.5])),  # more tokens than there are
        (half([0, 1], [1, 2]), ([1], [0], [0.5])),
        (half([0, 1], [0, 2, 1]), ([1], [0], [0.5])),
        (half([0, 1], [0, 2]), ([2], [0], [0.5])),  # a link to none
        (half([0, 1], [0, 2]), ([1], [2], [0.5])),
        (half([0, 1], [0, 2]), ([1], [0], [])),
        (half([0, 1], [0, 2])[:-1], ([1], [0], [0.5])),
    ):
        with pytest.raises((ValueError, TypeError)):
            asked(left, links)


def test_a_grid_that_does_not_fit_is_refused() -> None:
    band = [(0, 1), (0, 1)]
    prices = beads.usual_prices()
    scores = [array("d", [0.0] * 2 * len(SHAPES)) for _ in band]
    grid = beads._grid(scores, band, prices)
    assert len(native.choices(grid, NEVER)) == 2
    for wrong in (
        (scores[:1], *grid[1:]),
        ([scores[0], array("d", [0.0])], *grid[1:]),
        (*grid[:1], array("I", [0, 2]), *grid[2:]),
        (*grid[:3], ((0, 1), *SHAPES[1:]), *grid[4:]),
        (*grid[:3], ((5, 1), *SHAPES[1:]), *grid[4:]),
        (*grid[:4], prices.shapes[1:], grid[5]),
    ):
        with pytest.raises(ValueError):
            native.choices(wrong, NEVER)

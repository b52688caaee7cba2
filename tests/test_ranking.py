from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import ranking
from seedsearch.ranking import CLOSENESS, idf, norm, proximity, saturate, score_postings

POSITIONS = st.lists(st.integers(0, 60), max_size=8, unique=True).map(sorted)


def test_idf_falls_with_frequency_and_never_below_zero() -> None:
    values = [idf(containing, 1000) for containing in (0, 1, 10, 500, 999, 1000)]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0
    assert idf(0, 0) > 0


def test_length_is_normalised_around_the_average() -> None:
    assert norm(10, 10.0) == 1
    assert norm(20, 10.0) > 1 > norm(5, 10.0)
    assert norm(0, 0.0) == 1


def test_saturation_rises_below_one() -> None:
    values = [saturate(frequency) for frequency in (0, 0.5, 1, 2, 100)]
    assert values == sorted(values)
    assert values[0] == 0
    assert saturate(ranking.K1) == pytest.approx(0.5)
    assert values[-1] < 1


def test_a_word_in_both_fields_counts_less_than_two_words() -> None:
    lengths = [5]
    both = score_postings([(1.0, {0: 1}, lengths, 5.0), (1.0, {0: 1}, lengths, 5.0)], 10)
    one = score_postings([(1.0, {0: 1}, lengths, 5.0)], 10)
    assert one[0] < both[0] < 2 * one[0]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 50), st.integers(0, 9)), max_size=12),
    st.sampled_from([0.3, 1.0, 2.5]),
)
def test_scores_of_postings_are_the_formula_written_out(rows: list[tuple[int, int, int, int]], weight: float) -> None:
    body = {place: count for place, (count, _, _, _) in enumerate(rows) if count}
    heading = {place: count for place, (_, count, _, _) in enumerate(rows) if count}
    body_lengths, heading_lengths = [row[2] for row in rows], [row[3] for row in rows]
    averages = [sum(lengths) / len(rows) if rows else 0.0 for lengths in (body_lengths, heading_lengths)]
    fields = [(1.0, body, body_lengths, averages[0]), (weight, heading, heading_lengths, averages[1])]
    containing = len(body.keys() | heading.keys())
    expected = {}
    for place in body.keys() | heading.keys():
        combined = body.get(place, 0) / norm(body_lengths[place], averages[0])
        combined += weight * heading.get(place, 0) / norm(heading_lengths[place], averages[1])
        expected[place] = idf(containing, len(rows)) * saturate(combined)
    assert score_postings(fields, len(rows)) == pytest.approx(expected)


def test_closer_is_worth_more() -> None:
    weights = [2.0, 2.0]
    at_once, near, swapped, far = (proximity([[10], [second]], weights) for second in (11, 13, 9, 60))
    assert at_once > near > far > 0
    assert at_once > swapped > near
    assert at_once == pytest.approx(CLOSENESS * 2.0)


def test_one_term_alone_is_near_to_nothing() -> None:
    assert proximity([], []) == 0
    assert proximity([[3, 5]], [1.0]) == 0
    assert proximity([[], [3, 5], []], [1.0, 1.0, 1.0]) == 0
    assert proximity([[3], [3]], [1.0, 1.0]) == 0


def test_missing_terms_are_passed_over() -> None:
    assert proximity([[1], [], [2]], [1.0, 5.0, 1.0]) == proximity([[1], [2]], [1.0, 1.0])


@given(st.lists(POSITIONS, max_size=5))
def test_the_least_distance_counts(occurrences: list[list[int]]) -> None:
    weights = [1.0 + rank for rank in range(len(occurrences))]
    present = [rank for rank, positions in enumerate(occurrences) if positions]
    expected = 0.0
    for left, right in pairwise(present):
        pairs = [(p, q) for p in occurrences[left] for q in occurrences[right] if p != q]
        distances = [q - p if q > p else p - q + 1 for p, q in pairs]
        lifts = [proximity([[0], [distance]], [1.0, 1.0]) for distance in distances]
        expected += max(lifts, default=0.0) * min(weights[left], weights[right])
    assert proximity(occurrences, weights) == pytest.approx(expected)


def test_long_passages_take_linear_time() -> None:
    occurrences = [list(range(start, 400_000, 2)) for start in (0, 1, 0)]
    begin = time.process_time()
    proximity(occurrences, [1.0, 1.0, 1.0])
    assert time.process_time() - begin < 2

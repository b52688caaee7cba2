from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import ranking
from seedsearch.ranking import idf, norm, saturate, score_postings

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

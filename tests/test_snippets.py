"""Excerpts: verbatim slices that show what tells most."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.snippets import Match, _worth, snippet

TEXTS = st.text("ab. \n台灣。é\u0301ｗ-！", max_size=300)
WEIGHTS = [0.4, 3.0, 7.5]


@st.composite
def matches(draw: st.DrawFn, size: int) -> list[Match]:
    """Places in a text of so many characters, in order."""
    places = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(1, 9), st.integers(0, 2)), max_size=12))
    return sorted({Match(start, min(start + length, size), part, WEIGHTS[part]) for start, length, part in places})


@given(TEXTS.filter(bool).flatmap(lambda text: st.tuples(st.just(text), matches(len(text)))), st.integers(10, 60))
def test_a_snippet_is_a_slice_with_its_marks_inside(drawn: tuple[str, list[Match]], width: int) -> None:
    text, found = drawn
    cut = snippet(text, found, width)
    assert 0 <= cut.start <= cut.end <= len(text) and cut.end - cut.start <= width
    assert all(0 <= start < end <= cut.end - cut.start for start, end in cut.marks)
    shown = {place for start, end in cut.marks for place in range(cut.start + start, cut.start + end)}
    inside = [match for match in found if cut.start <= match.start and match.end <= cut.end]
    assert shown == {place for match in inside for place in range(match.start, match.end)}


@given(st.integers(1, 80).flatmap(matches), st.sets(st.integers(0, 80), min_size=1), st.integers(1, 40))
def test_a_window_is_worth_what_it_shows(found: list[Match], begins: set[int], width: int) -> None:
    windows = [(begin, begin + width) for begin in sorted(begins)]
    plain = []
    for begin, limit in windows:
        shown = [match.part for match in found if begin <= match.start and match.end <= limit]
        plain.append(sum(WEIGHTS[part] * (0.9 + shown.count(part) / 10) for part in set(shown)))
    assert _worth(found, *zip(*windows, strict=True)) == pytest.approx(plain)


@pytest.mark.parametrize("weight", [1e-9, 1e-5, 1.0, 20.0])
def test_more_mentions_are_better_whatever_they_weigh(weight: float) -> None:
    filler = "Filler words go on and on here. " * 20
    text = f"One error stands here. {filler}An error here, and another error. {filler}"
    places = [i for i in range(len(text)) if text.startswith("error", i)]
    cut = snippet(text, [Match(place, place + 5, 0, weight) for place in places])
    assert text[cut.start :].startswith("An error here, and another error.") and len(cut.marks) == 2

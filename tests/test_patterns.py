"""Patterns for the names of documents: what SQLite finds is what the pattern means."""

from __future__ import annotations

import re
from fnmatch import translate
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.patterns import matching
from seedsearch.store import Store
from seedsearch.tables import Rows, Seen

LETTERS = "aAbéÉ中/.%_\\*?[]!-"


def stored(folder: Path, names: list[str]) -> Store:
    store = Store(folder / "store.sqlite", create=True)
    store.begin()
    file = store.stage_file("file", Seen("", 0, 0, 0, ""), "utf-8", "")
    for name in names:
        store.stage_document(file, Rows((name, "en", "", "[]", 0, 0.0), [], []))
    store.commit()
    return store


def fits(pattern: str, name: str) -> bool:
    if any(mark in pattern for mark in "*?["):
        return re.search(f"^(?:{translate(pattern)}|(?:.*/){translate(pattern)})", name, re.IGNORECASE) is not None
    return re.search(re.escape(pattern), name, re.IGNORECASE) is not None


@given(st.text(LETTERS, min_size=1, max_size=8), st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=12))
def test_sqlite_finds_what_the_pattern_means(pattern: str, names: list[str]) -> None:
    with TemporaryDirectory() as folder:
        store = stored(Path(folder), names)
        found = matching(store, pattern)
        store.close()
    wanted = {number for number, name in enumerate(names, 1) if fits(pattern, name)}
    assert (set(range(1, len(names) + 1)) if found is None else found) == wanted


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("004*", {1}),
        ("reports/*.txt", {1, 2}),
        ("REPORTS", {1, 2, 3}),
        ("été*", {4}),
        ("*", None),
        ("a*b*c*d*e*f*g", set()),
        ("[2-3]*", {2}),
        ("100%", {3}),
        ("100_", set()),
    ],
)
def test_patterns_as_people_write_them(tmp_path: Path, pattern: str, wanted: set[int] | None) -> None:
    store = stored(tmp_path, ["a/reports/004.txt", "reports/3.txt", "Reports/100%.md", "ÉTÉ.txt"])
    found = matching(store, pattern)
    store.close()
    assert found == wanted

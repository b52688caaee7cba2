"""What the store keeps is read as it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import store as under_test
from seedsearch.errors import IndexCorruptError
from seedsearch.preparing import _array
from seedsearch.store import Rows, Seen, Store, _listed


@given(st.lists(st.text() | st.text('a"\\\t\u3000é台', max_size=4), max_size=3))
def test_lists_of_texts_are_read_as_they_were_written(texts: list[str]) -> None:
    assert _listed(_array(texts)) == _listed(json.dumps(texts, ensure_ascii=False)) == tuple(texts)


@pytest.mark.parametrize("damaged", ['["a\tb"]', '["a\x00"]', '["a]', '"a"]', "", None, 7, b'["\xff"]', '["a"', '["a","b]'])
def test_a_damaged_list_is_told(damaged: Any) -> None:
    with pytest.raises(IndexCorruptError, match="rebuild"):
        _listed(damaged)


DOCUMENTS = 7


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store that writes three documents in a transaction, and drops two."""
    monkeypatch.setattr(under_test, "_LOT", 230)
    monkeypatch.setattr(under_test, "_DROPPED", 2)
    return Store(tmp_path / "store.sqlite", create=True)


def stage(store: Store, name: str, text: str) -> None:
    """A file of DOCUMENTS documents, a line each, written but not settled."""
    file = store.stage_file(name, Seen(text, 0, 0, 0, ""), "utf-8", "test")
    for line in range(1, DOCUMENTS + 1):
        place = (f"{text}-{line}", 0, 9, line, line, 0, 9, "en", "[]", f"{text} {line}", "[]")
        store.stage_document(file, Rows((f"{name}#{line}", "en", "", "[]", 0, 0.0), [place], []))


def settled(store: Store, name: str, text: str) -> None:
    store.begin()
    stage(store, name, text)
    store.commit()
    store.begin()
    store.settle()
    store.commit()


def shown(path: Path) -> tuple[tuple[int, int, int], list[str], list[str]]:
    """What a reader of its own sees: counts, the text of the third line, and which of the two versions can be cited."""
    reader = Store(path)
    try:
        line = [stored.passage.text for name in "ab" for stored in reader.at(f"{name}#3", 3, 3)]
        assert reader.languages().get("en", 0) == reader.counts()[2] == sum(row.passages for row in reader.files())
        return reader.counts(), line, [stored.passage.text for stored in reader.by_id(["one-3", "two-3"])]
    finally:
        reader.close()


def test_what_is_staged_is_written_in_several_transactions_and_shown_at_once(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    settled(store, "a", "one")
    before = shown(path)
    assert before == ((1, DOCUMENTS, DOCUMENTS), ["one 3"], ["one 3"])
    store.begin()
    stage(store, "a", "two")
    reader = Store(path)
    assert len(reader.unsettled()) > DOCUMENTS, "nothing was written before the end"
    reader.close()
    assert shown(path) == before
    assert store.leaving() == list(range(1, DOCUMENTS + 1))
    store.commit()
    assert shown(path) == before
    store.begin()
    store.settle()
    store.commit()
    assert shown(path) == ((1, DOCUMENTS, DOCUMENTS), ["two 3"], ["two 3"])
    assert store.numbers(["en"], 0, 99) == [(DOCUMENTS + i, DOCUMENTS + i, "en") for i in range(1, DOCUMENTS + 1)]


@pytest.mark.parametrize(("calls", "written"), [(1, 0), (2, 3)])
def test_a_run_killed_while_it_stages_is_forgotten(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int, written: int
) -> None:
    path = tmp_path / "store.sqlite"
    settled(store, "a", "one")
    kill_at(monkeypatch, calls)
    with pytest.raises(KeyboardInterrupt):
        settled(store, "b", "two")
    store.close()
    monkeypatch.undo()
    after = Store(path)
    assert len(after.unsettled()) == written
    after.begin()
    after.forget()
    after.commit()
    assert list(after.seen()) == ["a"]
    assert len(after.numbers(["en"], 0, 99)) == DOCUMENTS
    assert shown(path) == ((1, DOCUMENTS, DOCUMENTS), ["one 3"], ["one 3"])
    after.close()


def test_a_run_killed_while_it_drops_has_what_is_new(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.sqlite"
    settled(store, "a", "one")
    store.begin()
    stage(store, "a", "two")
    store.commit()
    kill_at(monkeypatch, 2)
    store.begin()
    with pytest.raises(KeyboardInterrupt):
        store.settle()
    store.close()
    monkeypatch.undo()
    wanted = ((1, DOCUMENTS, DOCUMENTS), ["two 3"], ["two 3"])
    assert shown(path) == wanted
    after = Store(path)
    assert after.unsettled() == []
    assert len(after.numbers(["en"], 0, 99)) > DOCUMENTS, "nothing was left to drop"
    after.begin()
    after.forget()
    after.commit()
    assert shown(path) == wanted
    assert len(after.numbers(["en"], 0, 99)) == DOCUMENTS
    after.close()


def kill_at(monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """End at the so-manieth transaction that follows another."""
    left = [calls]
    go_on = Store._go_on

    def killed(self: Store) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        go_on(self)

    monkeypatch.setattr(Store, "_go_on", killed)

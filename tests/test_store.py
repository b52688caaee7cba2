"""What the store keeps is read as it was written."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import indexing, manifest
from seedsearch import store as under_test
from seedsearch.engines import open_engine
from seedsearch.engines.tantivy_writer import Writer
from seedsearch.errors import IndexCorruptError
from seedsearch.indexing import build
from seedsearch.preparing import _array
from seedsearch.searching import open_collection
from seedsearch.store import Store, _listed
from seedsearch.tables import Rows, Seen


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
    monkeypatch.setattr(under_test, "_LOT", 430)
    monkeypatch.setattr(under_test, "_DROPPED", 2)
    return Store(tmp_path / "store.sqlite", create=True)


def stage(store: Store, name: str, text: str) -> None:
    """A file of DOCUMENTS documents, a line each, written but not settled."""
    file = store.stage_file(name, Seen(text, 0, 0, 0, ""), "utf-8", "test")
    for line in range(1, DOCUMENTS + 1):
        place = (f"{text}-{line}", 0, 9, line, line, 0, 9, "en", "[]", f"{text} {line}", "[]")
        pair = (0, 9, 10, 19, line, line, 1.0)
        store.stage_document(file, Rows((f"{name}#{line}", "en", "", "[]", 0, 0.0), [place], [pair]))


def settled(store: Store, name: str, text: str) -> None:
    store.begin()
    stage(store, name, text)
    store.commit()
    store.begin()
    store.settle()
    store.commit()


def pairs(store: Store) -> int:
    return len(store._rows("SELECT 1 FROM pair"))


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
    assert pairs(store) == DOCUMENTS


def test_a_removal_that_was_killed_is_forgotten(store: Store, tmp_path: Path) -> None:
    settled(store, "a", "one")
    settled(store, "b", "two")
    store.begin()
    store.stage_removal("a")
    store.commit()
    store.close()
    after = Store(tmp_path / "store.sqlite")
    assert after.unsettled() == list(range(1, DOCUMENTS + 1))
    after.begin()
    assert after.forget()
    after.commit()
    assert list(after.seen()) == ["b"] and pairs(after) == DOCUMENTS
    after.begin()
    assert not after.forget()
    after.commit()
    after.close()


@given(st.lists(st.tuples(st.integers(), st.integers(0, 5)), max_size=30))
def test_lots_hold_every_document_once(documents: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(under_test, "_DROPPED", 4)
        lots = list(under_test._lots(documents))
    at = 0
    for lot in lots:
        assert len(lot) == 1 or sum(passages for _, passages in documents[at : at + len(lot)]) <= 4
        at += len(lot)
    assert [(number,) for number, _ in documents] == [one for lot in lots for one in lot]


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


def test_the_next_run_tells_the_languages_of_one_killed_while_it_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, index = tmp_path / "files", tmp_path / "index"
    folder.mkdir()
    for language in ("en", "de"):
        lines = [json.dumps({"text": f"{language} {number}", "lang": language}) for number in range(30)]
        (folder / "a.jsonl").write_text("\n".join(lines), "utf-8")
        os.utime(folder / "a.jsonl", (0, ord(language[0])))  # long ago: it is not read again
        if language == "de":
            monkeypatch.setattr(under_test, "_DROPPED", 5)
            kill_at(monkeypatch, 2)
            with pytest.raises(KeyboardInterrupt):
                build([folder], index)
            monkeypatch.undo()
        report = build([folder], index)
    assert report.unchanged == 1
    assert manifest.read_manifest(index).languages == {"de": 30}


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_a_first_run_killed_before_its_last_passages_are_written_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    folder, index = lines_of(tmp_path, "one"), tmp_path / "index"
    commit_documents = Store.commit_documents

    def killed(self: Store) -> None:
        commit_documents(self)
        monkeypatch.setattr(Store, "commit", interrupt)

    monkeypatch.setattr(Store, "commit_documents", killed)
    with pytest.raises(KeyboardInterrupt):
        build([folder], index, engine=engine)
    monkeypatch.undo()
    generation = index / manifest.current_generation(index)
    left = Store(generation / "store.sqlite")
    assert (len(left.unsettled()), left.numbers(["en"], 0, 99)) == (DOCUMENTS, [])
    left.close()
    assert open_engine(engine, generation).count() == DOCUMENTS
    with open_collection(index) as collection:
        assert not collection.search("one").hits
    assert build([folder], index).passages == DOCUMENTS
    assert open_engine(engine, generation).count() == DOCUMENTS
    with open_collection(index) as collection:
        assert len(collection.search("one").hits) == DOCUMENTS


def test_a_complete_index_has_all_passages_before_the_engine_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, index = lines_of(tmp_path, "one"), tmp_path / "index"
    build([folder], index, engine="tantivy")
    lines_of(tmp_path, "another")
    written: list[int] = []
    commit = Store.commit
    engine_commit = Writer.commit

    def slow(self: Store) -> None:
        time.sleep(0.1)
        commit(self)

    def counted(self: Writer) -> None:
        reader = Store(index / manifest.current_generation(index) / "store.sqlite")
        written.append(len(reader.numbers(["en"], 0, 99)))
        reader.close()
        engine_commit(self)

    monkeypatch.setattr(Store, "commit", slow)
    monkeypatch.setattr(Writer, "commit", counted)
    build([folder], index)
    assert written == [2 * DOCUMENTS], "the old passages and the new ones"


@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
def test_passages_that_are_not_written_yet_do_not_stand_in_the_way_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    folder, index = tmp_path / "files", tmp_path / "index"
    folder.mkdir()
    (folder / "a.jsonl").write_text("\n".join(json.dumps({"text": f"one and {n}", "lang": "en"}) for n in range(30)), "utf-8")
    (folder / "b.jsonl").write_text("\n".join(json.dumps({"text": "one one", "lang": "en"}) for _ in range(300)), "utf-8")
    commits = iter(range(9))
    commit_documents = Store.commit_documents

    def killed(self: Store) -> None:
        commit_documents(self)
        if next(commits):
            monkeypatch.setattr(Store, "commit", interrupt)

    monkeypatch.setattr(indexing, "BATCH", 20)
    monkeypatch.setattr(Store, "commit_documents", killed)
    with pytest.raises(KeyboardInterrupt):
        build([folder], index, engine=engine)
    monkeypatch.undo()
    with open_collection(index) as collection:
        assert {hit.passage.source.partition("#")[0] for hit in collection.search("one").hits} == {"files/a.jsonl"}
        assert len(collection.search("one", limit=40).hits) == 30
        (folder / "a.jsonl").write_text(json.dumps({"text": "one more", "lang": "en"}), "utf-8")
        build([folder], index)
        assert collection.search("one", limit=400).total == 301, "opened before, it is opened anew where passages are gone"


def test_rows_are_written_in_their_order_whatever_is_kept_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "_LOT", 10_000)
    monkeypatch.setattr(under_test, "ROWS", 2)
    monkeypatch.setattr(under_test, "KEPT", 3)
    store.begin()
    stage(store, "a", "old")
    assert [len(rows) for table, rows in store._new.items() if table != "document"] == [3, 3]
    store.commit_documents()
    assert len(store.numbers(["en"], 0, 99)) == DOCUMENTS - 3, "the last ones are to come"
    store.commit()
    assert [number for number, *_ in store.numbers(["en"], 0, 99)] == list(range(1, DOCUMENTS + 1))


def test_a_store_is_not_closed_while_it_commits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write, ended = Store._write_new, []

    def slow(self: Store, keep: int = 0) -> None:
        time.sleep(0.2)
        write(self, keep)
        ended.append("commit")

    store.begin()
    stage(store, "a", "old")
    monkeypatch.setattr(Store, "_write_new", slow)
    with ThreadPoolExecutor(1) as beside:
        committed = beside.submit(store.commit)
        time.sleep(0.05)
        store.close()
        assert ended == ["commit"]
        committed.result()


def lines_of(tmp_path: Path, text: str) -> Path:
    """A folder with a file of DOCUMENTS documents, a line each."""
    folder = tmp_path / "files"
    folder.mkdir(exist_ok=True)
    lines = [json.dumps({"text": f"{text} {number}", "lang": "en"}) for number in range(DOCUMENTS)]
    (folder / "a.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def interrupt(_: Store) -> None:
    raise KeyboardInterrupt


def kill_at(monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    """End where a transaction would follow another for the n-th time, n being `calls`."""
    left = [calls]
    go_on = Store._go_on

    def killed(self: Store) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        go_on(self)

    monkeypatch.setattr(Store, "_go_on", killed)

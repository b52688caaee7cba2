"""Files and folders on a real file system -> the files to read."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import UnreadableError
from seedsearch.ingest.discover import Skipped, discover, name_of
from seedsearch.records import Source


def made(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("It is so.", "utf-8")
    return root


def names(root: Path, *paths: str) -> list[str]:
    return [found.name for found in discover([root / path for path in paths or (".",)], root)]


def test_a_folder_is_walked_in_one_order(tmp_path: Path) -> None:
    made(tmp_path, "b.txt", "a/z.md", "a/y.txt", "a.txt", "c/d/e/f.jsonl", "字.txt")
    assert names(tmp_path) == ["a/y.txt", "a/z.md", "a.txt", "b.txt", "c/d/e/f.jsonl", "字.txt"]
    for found in discover([tmp_path], tmp_path):
        assert isinstance(found, Source)
        assert found.path == tmp_path / found.name


def test_hidden_files_version_control_and_indexes_are_left_out_unless_named(tmp_path: Path) -> None:
    made(tmp_path, ".hidden", ".git/config", "CVS/Entries", "index/seedsearch.json", "index/a.txt", "a.txt")
    assert names(tmp_path) == ["a.txt"]
    named = names(tmp_path, ".hidden", "index/a.txt", ".git", "CVS")
    assert named == [
        ".hidden",
        "index/a.txt",
        ".git/config",
        "CVS/Entries",
    ]


def test_the_same_file_comes_once(tmp_path: Path) -> None:
    made(tmp_path, "a/one.txt", "a/two.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a" / "one.txt")
    assert names(tmp_path, "a/two.txt", "a", "a/../a", "link.txt", ".") == ["a/two.txt", "a/one.txt"]
    assert names(tmp_path) == ["a/one.txt", "a/two.txt"]


def test_links_to_folders_neither_hang_nor_lead_away(tmp_path: Path) -> None:
    root = made(tmp_path / "root", "a/one.txt")
    made(tmp_path / "elsewhere", "two.txt")
    (root / "a" / "loop").symlink_to(root)
    (root / "away").symlink_to(tmp_path / "elsewhere")
    found = list(discover([root], root))
    assert [one.name for one in found] == ["a/loop", "a/one.txt", "away"]
    assert isinstance(found[0], Skipped)
    assert "link to a folder" in found[0].reason
    assert names(root, "away") == ["away/two.txt"]


def test_a_path_that_is_missing_is_an_error_before_anything_is_found(tmp_path: Path) -> None:
    made(tmp_path, "a.txt")
    with pytest.raises(UnreadableError, match=r"^gone/b\.txt: no such file or folder; check the path$"):
        next(discover([tmp_path / "a.txt", tmp_path / "gone" / "b.txt"], tmp_path))


def test_what_cannot_be_read_is_skipped_with_a_reason(tmp_path: Path) -> None:
    made(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    with socket.socket(socket.AF_UNIX) as listening:
        before = Path.cwd()
        os.chdir(tmp_path)
        try:
            listening.bind("socket")
        finally:
            os.chdir(before)
    reasons = {found.name: found.reason for found in discover([tmp_path], tmp_path) if isinstance(found, Skipped)}
    assert reasons == {
        "nowhere": "link that leads nowhere",
        "pipe": "neither a file nor a folder",
        "self": "link that leads nowhere",
        "socket": "neither a file nor a folder",
    }
    assert names(tmp_path, "pipe") == ["pipe"]


@contextmanager
def unprivileged() -> Iterator[None]:
    """The superuser may list every folder, so for once be somebody else."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="this system has no permissions of this kind")
def test_a_folder_that_may_not_be_listed_is_skipped() -> None:
    with TemporaryDirectory() as name:
        root = made(Path(name), "a/b.txt", "c.txt")
        root.chmod(0o755)
        (root / "a").chmod(0)
        with unprivileged():
            found = list(discover([root], root))
        (root / "a").chmod(0o755)
    assert [one.name for one in found] == ["a", "c.txt"]
    assert found[0] == Skipped("a", "folder cannot be listed (Permission denied)")


def test_names_that_are_not_utf8_can_be_printed_and_their_files_read(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:  # noqa: PTH123 - the name is bytes
        file.write(b"It is so.")
    (found,) = discover([tmp_path], tmp_path)
    assert isinstance(found, Source)
    assert found.name == "caf\\xe9.txt"
    assert found.path.read_bytes() == b"It is so."


def test_names_are_relative_to_the_root_and_absolute_outside_it(tmp_path: Path) -> None:
    made(tmp_path, "root/a.txt", "other/b.txt")
    root = tmp_path / "root"
    assert [found.name for found in discover([root, tmp_path / "other"], root)] == [
        "a.txt",
        (tmp_path / "other" / "b.txt").as_posix(),
    ]
    assert name_of(root, root) == "."
    assert name_of(root / ".." / "root" / "a.txt", root) == "a.txt"
    (tmp_path / "alias").symlink_to(root)
    assert name_of(tmp_path / "alias" / "a.txt", root) == "a.txt"
    assert name_of(root / "a.txt", tmp_path / "alias") == "a.txt"


def test_paths_relative_to_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "a/b.txt")
    monkeypatch.chdir(tmp_path)
    assert [found.name for found in discover([Path("a")], Path())] == ["a/b.txt"]


def test_a_very_deep_folder(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(150):
        deep = deep / "abcdefghij"
        deep.mkdir()
    made(deep, "a.txt")
    assert len(names(tmp_path)) == 1


@given(st.sets(st.from_regex(r"[a-z]{1,2}(/[a-z]{1,2}){0,3}\.txt", fullmatch=True), max_size=12))
def test_every_file_is_found_once_whatever_the_tree(tmp_path_factory: pytest.TempPathFactory, files: set[str]) -> None:
    root = made(tmp_path_factory.mktemp("tree"), *files)
    found = names(root)
    assert sorted(found) == sorted(files)
    assert found == sorted(found, key=lambda name: name.split("/"))

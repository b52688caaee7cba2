"""Files and folders named by a user -> the files to read, in one order on every machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from seedsearch.errors import UnreadableError
from seedsearch.records import Source
from seedsearch.tuples import NamedTuple

# A folder with one of these files in it holds an index, not documents; the lock comes first.
INDEX_MARKS = frozenset({"seedsearch.json", "seedsearch.lock"})
# Version control systems whose folders are not hidden by a dot.
_VERSION_CONTROL = frozenset({"CVS", "_darcs", "RCS", "SCCS"})


_FILE, _FOLDER = "file", "folder"


class Skipped(NamedTuple):
    """A file or folder that is not read, by the name it would be cited by, and why."""

    name: str
    reason: str


def name_of(path: Path, root: Path) -> str:
    """The name by which a file is cited: relative to `root` with forward slashes, absolute where it lies outside.

    Bytes of a name that are not UTF-8 are written as in `caf\\xe9.txt`, so that a name can be printed and stored.
    """
    place, base = Path(os.path.abspath(path)), Path(os.path.abspath(root))  # noqa: PTH100 - Path.absolute keeps ".."
    if not place.is_relative_to(base) and (os.path.exists(path) and path.resolve().is_relative_to(base.resolve())):  # noqa: PTH110
        place, base = path.resolve(), base.resolve()
    name = (place.relative_to(base) if place.is_relative_to(base) else place).as_posix()
    return _printable(name)


def _printable(name: str) -> str:
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")


def discover(paths: Sequence[Path], root: Path) -> Iterator[Source | Skipped]:
    """The files named, and those in the folders named and in all folders below, sorted by name within each folder.

    Of what was not named itself these are left out without a word: hidden files and folders (a dot before the name) and
    those of version control; and always folders that hold an index of ours. The same file comes once; links to files
    are followed. Skipped are links to folders, which may lead anywhere, links to nothing, what is neither file nor
    folder, and folders that may not be listed. Raises UnreadableError, before the first file, if a path does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UnreadableError(f"{name_of(path, root)}: no such file or folder; check the path")
    seen: set[str] = set()
    # Depth first without recursion: folders can be deeper than Python's stack.
    waiting = [_Place(path, name_of(path, root), os.path.realpath(path), named=True) for path in reversed(paths)]
    while waiting:
        path, name, real, named, plain = waiting.pop()
        kind = _FILE if plain else _kind(path)
        if kind == _FOLDER and not named and os.path.islink(path):  # noqa: PTH114 - Path.is_symlink raises in closed folders
            kind = "link to a folder; name the folder itself to have it read"
        if kind in (_FILE, _FOLDER):
            if real in seen:
                continue
            seen.add(real)
        if kind == _FILE:
            yield Source(path, name)
        elif kind == _FOLDER:
            try:
                waiting.extend(reversed(_below(path, name, real, root)))
            except OSError as error:
                yield Skipped(name, f"folder cannot be listed ({error.strerror})")
        else:
            yield Skipped(name, kind)


class _Place(NamedTuple):
    """Something to be looked at: its name as it is cited, its path without links, whether a user named it.

    `plain` says that the folder it was found in tells it to be a file, and no link.
    """

    path: Path
    name: str
    real: str
    named: bool = False
    plain: bool = False


def _below(folder: Path, name: str, real: str, root: Path) -> list[_Place]:
    """What is to be read in a folder, sorted; nothing if it holds an index. Raises OSError.

    A file that is no link costs 10 microseconds: no look at the file, and its names are put together.
    """
    with os.scandir(folder) as entries:
        found = sorted(entries, key=_name)
    if not INDEX_MARKS.isdisjoint(map(_name, found)):
        return []
    before = "" if name == "." else name if name.endswith("/") else f"{name}/"
    places = []
    for entry in found:
        if entry.name.startswith(".") or entry.name in _VERSION_CONTROL:
            continue
        path = folder / entry.name
        if entry.is_file(follow_symlinks=False):
            places.append(_Place(path, before + _printable(entry.name), os.path.join(real, entry.name), plain=True))  # noqa: PTH118
        else:
            places.append(_Place(path, name_of(path, root), os.path.realpath(path)))
    return places


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _kind(path: Path) -> str:
    """_FILE, _FOLDER, or why it is neither."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        link = os.path.islink(path)  # noqa: PTH114
        return "link that leads nowhere" if link else f"cannot be looked at ({error.strerror})"
    if stat.S_ISDIR(mode):
        return _FOLDER
    return _FILE if stat.S_ISREG(mode) else "neither a file nor a folder"

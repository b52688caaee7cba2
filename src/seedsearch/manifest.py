"""Where an index lies, and which of its generations counts.

    index/
      seedsearch.json      the manifest: format, engine, analysis, the current generation, what was indexed
      seedsearch.lock      held by the one process that writes
      g000001/             a generation: store.sqlite and the engine's files

A rebuild fills the next generation beside the current one, then replaces the manifest in one step (`os.replace`): a reader, or
a crash, sees the old generation whole or the new one whole.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from seedsearch.errors import IndexCorruptError, IndexLockedError, IndexMissingError, IndexVersionError
from seedsearch.tuples import NamedTuple

FORMAT = 1  # of the manifest, the store and the engines' fields; raise it when an older index can no longer be read
MANIFEST = "seedsearch.json"
LOCK = "seedsearch.lock"
FOLDER = "index"
SEEDS = "seeds"
VARIABLE = "SEEDSEARCH_INDEX"
PATIENCE = 10.0  # seconds to wait for another writer: the seeds take 2, on a busy machine 5


class Manifest(NamedTuple):
    """What an index says of itself.

    `root` is where the collection stands, relative to the index folder where it holds it (the two can be moved together), else
    absolute. `paths` are the files and folders that were indexed, as they are cited. `languages` counts passages. `complete` is
    false while a first build runs, and after one was stopped. `model` tells what made the vectors of the passages
    (`encoder.identity`), "" for an index without any.
    """

    format: int
    engine: str
    analysis: str
    generation: str
    root: str
    paths: tuple[str, ...]
    languages: dict[str, int]
    complete: bool
    model: str = ""


def find_index(index: Path | None = None) -> Path:
    """The index folder: as given, from SEEDSEARCH_INDEX, or the nearest `index/` of ours at or above the working folder.

    Where there is none it is the folder in which one would be built: beside the nearest `seeds/`, else in the working one.
    """
    if index is None and os.environ.get(VARIABLE):
        index = Path(os.environ[VARIABLE])
    if index is not None:
        return Path(os.path.abspath(index))  # noqa: PTH100 - Path.absolute keeps ".."
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FOLDER / MANIFEST).is_file():
            return folder / FOLDER
    for folder in (here, *here.parents):
        if (folder / SEEDS).is_dir():
            return folder / FOLDER
    return here / FOLDER


def is_index(folder: Path) -> bool:
    """Whether a folder is an index of ours, also one whose first build has only begun."""
    return (folder / MANIFEST).is_file() or (folder / LOCK).is_file()


def read_manifest(index: Path) -> Manifest:
    """The manifest of an index.

    Raises IndexMissingError, IndexCorruptError (not ours, or damaged) or IndexVersionError (made by another version).
    """
    try:
        text = (index / MANIFEST).read_text("utf-8")
    except FileNotFoundError:
        if index.is_dir() and not is_index(index) and not _is_empty(index):
            raise IndexCorruptError(f"{index} is not a seedsearch index; name another folder with --index") from None
        raise IndexMissingError(f"no index at {index}; build one with: seedsearch index PATH") from None
    except NotADirectoryError:
        raise IndexCorruptError(f"{index} is a file, not an index folder; name another with --index") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexCorruptError(
            f"cannot read {index / MANIFEST} ({error}); check its permissions, or {remedy(index)}"
        ) from None
    return _parse(index, text)


def _parse(index: Path, text: str) -> Manifest:
    try:
        data = json.loads(text)
        found = int(data["format"])
        if found == FORMAT:
            return _checked(Manifest(**{**data, "paths": tuple(data["paths"])}))
    except (ValueError, KeyError, TypeError, OverflowError):
        raise IndexCorruptError(f"{index / MANIFEST} is damaged; {remedy(index)} PATH") from None
    raise IndexVersionError(f"{index} has format {found}, this version of seedsearch reads {FORMAT}; {remedy(index)}")


def _checked(manifest: Manifest) -> Manifest:
    """The manifest, if its fields are of their types. Raises ValueError."""
    texts = (manifest.engine, manifest.analysis, manifest.generation, manifest.root, manifest.model, *manifest.paths)
    if not all(isinstance(text, str) for text in (*texts, *manifest.languages)) or not _is_generation(manifest.generation):
        raise ValueError("a field is not what it should be")
    return manifest


def _is_generation(name: str) -> bool:
    return name[:1] == "g" and name[1:].isdecimal() and len(name) < 14


def current_generation(index: Path) -> str:
    """The generation that an index shows, also that of another version; "" where there is none."""
    try:
        return str(json.loads((index / MANIFEST).read_text("utf-8"))["generation"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def salvaged_model(index: Path) -> str:
    """The model of the vectors of an index, also of one of another version; "" where it has none."""
    try:
        return str(json.loads((index / MANIFEST).read_text("utf-8")).get("model", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def remedy(index: Path) -> str:
    """The command that makes an index anew, as it can be typed anywhere."""
    from shlex import quote

    return f"run: seedsearch index --rebuild --index {quote(str(index))}"


def salvaged_paths(index: Path) -> list[Path]:
    """What an index was made of, as far as a manifest of another version still tells; [] where it does not."""
    try:
        data = json.loads((index / MANIFEST).read_text("utf-8"))
        return [Path(os.path.normpath(index / data["root"] / path_of(str(name)))) for name in data["paths"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def path_of(name: str) -> str:
    """The path that a name stands for: the inverse of how names in no encoding are written (`caf\\xe9.txt`)."""
    if "\\x" not in name:
        return name
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda escape: bytes([int(escape[1], 16)]), os.fsencode(name))
    return os.fsdecode(raw)


def check(index: Path, manifest: Manifest, analysis: str) -> None:
    """Raise IndexVersionError when terms of today would not meet the terms of the index."""
    if manifest.analysis != analysis:
        raise IndexVersionError(f"{index} was analysed by version {manifest.analysis}, this is {analysis}; {remedy(index)}")


def write_manifest(index: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step; what was written before is on the disk first."""
    temporary = index / f"{MANIFEST}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(manifest._asdict(), file, ensure_ascii=True, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(index / MANIFEST)


@contextmanager
def locked(index: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the write lock of an index, making its folder where there is none.

    Raises IndexLockedError when another process holds it for longer than `patience` seconds, IndexCorruptError for a folder
    that holds other things. The operating system frees the lock of a process that dies.
    """
    from filelock import FileLock, Timeout

    if index.exists() and not is_index(index) and not (index.is_dir() and _is_empty(index)):
        raise IndexCorruptError(f"{index} is not empty and not a seedsearch index; name another folder with --index")
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index / LOCK, timeout=patience)
        lock.acquire()
    except Timeout:
        raise IndexLockedError(f"another seedsearch is writing to {index}; wait for it, or stop it, then try again") from None
    except OSError as error:
        raise IndexCorruptError(f"cannot write to {index} ({error.strerror}); name another folder with --index") from None
    try:
        yield
    finally:
        lock.release()


def _is_empty(folder: Path) -> bool:
    """Whether a folder holds nothing that anybody would miss (`.gitkeep`, `.DS_Store`)."""
    return all(entry.name.startswith(".") for entry in folder.iterdir())


def next_generation(index: Path) -> Path:
    """A new, empty generation folder."""
    numbers = [int(name[1:]) for name in _generations(index)]
    folder = index / f"g{max(numbers, default=0) + 1:06}"
    folder.mkdir()
    return folder


def sweep(index: Path, keep: str) -> None:
    """Remove every generation but one; call it with the lock held. What a reader still holds open goes when it lets go."""
    import shutil

    for name in _generations(index):
        if name != keep:
            shutil.rmtree(index / name, ignore_errors=True)
    with suppress(OSError):
        (index / f"{MANIFEST}.new").unlink()


def _generations(index: Path) -> list[str]:
    return sorted(e.name for e in index.iterdir() if e.name[0] == "g" and e.name[1:].isdigit() and e.is_dir())


def portable_root(index: Path, root: Path) -> str:
    """A root as the manifest keeps it."""
    return os.path.relpath(root, index) if index.is_relative_to(root) else str(root)


def resolve_root(index: Path, manifest: Manifest) -> Path:
    """The folder to which the paths in citations are relative."""
    return Path(os.path.normpath(index / manifest.root))


def root_of(index: Path, paths: list[Path]) -> Path:
    """Where a new collection stands: the folder that holds the index, else the working directory, else the common folder.

    The first of these that holds all paths counts, so that citations read as the paths were typed.
    """
    folders = [path if path.is_dir() else path.parent for path in paths]
    for root in (index.parent, Path.cwd()):
        if all(folder.is_relative_to(root) for folder in folders):
            return root
    return Path(os.path.commonpath(folders))

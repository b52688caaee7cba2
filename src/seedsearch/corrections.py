"""Alignments corrected by hand: kept beside the index, used instead of the aligner's own as long as the file is the same.

They lie in `index/corrections/`, which no rebuild touches, as the tables that `bitext.to_tsv` writes.
"""

from __future__ import annotations

from pathlib import Path

from seedsearch.records import Alignment, Document

FOLDER = "corrections"


def save(index: Path, name: str, document: Document, table: str) -> Alignment:
    """Keep a corrected table for a document of the collection, by the name under which it is cited.

    Raises SeedsearchError, with the number of the row, for a table that does not fit the document.
    """
    from seedsearch.bitext import from_tsv, to_tsv  # 10 ms; nothing below needs it where nothing was corrected

    alignment = from_tsv(document, table)
    place = _place(index, name, document.sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    for outdated in place.parent.glob(f"{_key(name)}-*.tsv"):
        outdated.unlink()
    temporary = place.with_suffix(".new")
    temporary.write_text(to_tsv(document, alignment), "utf-8")
    temporary.replace(place)
    return alignment


def load(index: Path, name: str, document: Document) -> Alignment | None:
    """The corrected alignment of a document, None where there is none for the file as it is."""
    try:
        table = _place(index, name, document.sha256).read_text("utf-8")
    except FileNotFoundError:
        return None
    from seedsearch.bitext import from_tsv

    return from_tsv(document, table)


def is_outdated(index: Path, name: str, document: Document) -> bool:
    """Whether there is a correction that was made for another state of the file."""
    found = (index / FOLDER).glob(f"{_key(name)}-*.tsv")
    return any(path != _place(index, name, document.sha256) for path in found)


def _place(index: Path, name: str, sha256: str) -> Path:
    return index / FOLDER / f"{_key(name)}-{sha256[:16]}.tsv"


def _key(name: str) -> str:
    from hashlib import sha256

    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]

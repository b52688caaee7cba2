"""What an engine promises. Engines match and rank terms; they do not analyse text and hold no documents.

The tests in tests/engines/contract.py hold every engine to this.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar, Protocol, Self, TypeAlias

from seedsearch.query import Node
from seedsearch.tuples import NamedTuple

MAX_EXPANSION = 200
"""Terms that a Prefix stands for at most: the most frequent ones."""

MAX_ALTERNATIVES = 3
"""Terms that may share a position."""

Words: TypeAlias = Sequence[str | tuple[str, ...]]
"""One item for each position: the term that stands there, or a tuple of alternative terms; an empty tuple is a gap.

A term has at most 65,000 bytes of UTF-8.
"""


Write: TypeAlias = Callable[[str | tuple[str, ...]], str]
"""An item of `Words` -> the same in text, without blanks at its ends."""


class Entry(NamedTuple):
    """A passage as engines see it.

    A field is `Words`, or what `item_writer` writes for its items, in order, with blanks between them.

    `number` and `document` lie between 0 and 2**32 - 1, `language` is a BCP 47 tag. The length of a field is the number
    of its positions that hold a term.
    """

    number: int
    document: int
    language: str
    body: Words | str
    heading: Words | str = ()


class Match(NamedTuple):
    """A passage found."""

    number: int
    score: float


class Answer(NamedTuple):
    """The best matches in order of (-score, number), how many passages match in all, and what the user should know."""

    matches: list[Match]
    total: int
    notes: tuple[str, ...] = ()


def cut_note(prefix: str) -> str:
    """What to tell the user when a Prefix stands for more terms than are searched."""
    return f"more than {MAX_EXPANSION} terms begin with {prefix}: only the {MAX_EXPANSION} most frequent are searched"


class Writer(Protocol):
    """Collects changes, in the order in which they are called; they take effect together when the `with` block ends."""

    def add(self, entry: Entry) -> None:
        """Add a passage. Its number must be new, or its document removed before, in this block or an earlier one."""

    def remove(self, documents: Collection[int]) -> None:
        """Remove the passages of these documents; documents that are not there are no error."""


class Engine(Protocol):
    """An index of passages, opened, for one thread at a time. It shows the state it was opened on until `refresh`.

    The field of a query is "any" or "heading". All engines find the same passages; where `exact_scores` is false, their
    scores are a first pass: near those of `ranking`, but not equal to them.
    """

    exact_scores: ClassVar[bool]

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make an empty index in this directory, replacing one that is there, and open it.

        Raises IndexLockedError while another process writes to the one that is there.
        """

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the index in this directory.

        Raises IndexMissingError, IndexVersionError, IndexCorruptError.
        """

    def write(self, wait: float = 10.0, size: int = 0) -> AbstractContextManager[Writer]:
        """A block of changes: one atomic commit when it ends, nothing at all when it raises; both release the lock.

        `size` is about how many bytes of text are left to be written, in this block and those after it. Raises
        IndexLockedError when another writer holds the lock for longer than `wait` seconds, and what the system raises
        (OSError) when the disk is full.
        """

    def refresh(self) -> None:
        """Show what has been committed since."""

    def search(self, node: Node, limit: int) -> Answer:
        """The `limit` best matches of a tree of terms."""

    def frequency(self, field: str, forms: Collection[str]) -> int:
        """Passages with any of these terms in the field ("heading", "any")."""

    def rough_frequency(self, field: str, forms: Collection[str]) -> int:
        """An upper bound of `frequency` at the cost of looking the terms up: the frequencies of all of them, added up.

        0 where none is indexed; passages removed lately may count.
        """

    def expand(self, field: str, prefix: str, limit: int = MAX_EXPANSION) -> list[str]:
        """The most frequent terms that begin with `prefix`, equally frequent ones in code point order.

        Frequent by the passages that hold them, those removed lately perhaps included; for "any" the fields may add up.
        """

    def count(self) -> int:
        """Passages in the index."""

    def close(self) -> None:
        """Let go of the files. A second call does nothing; no other method may be called any more."""

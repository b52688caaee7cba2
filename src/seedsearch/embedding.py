"""Passages that lack a vector -> their vectors, computed by processes of their own.

It comes last in a run, when all else is in place, and adds vectors in portions: what is killed goes on where it was. A process
computes with one thread, so that all cores are used and vectors do not depend on their number.
"""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import compress, islice
from pathlib import Path
from typing import TYPE_CHECKING

from seedsearch import encoder
from seedsearch.errors import SeedsearchError
from seedsearch.manifest import Manifest, current_generation, salvaged_model, write_manifest
from seedsearch.store import Store
from seedsearch.vectors import TAGS, Row, Vectors, packed
from seedsearch.workers import cores, started

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

WORTH = 200  # texts for which one more process is worth its start (1.1 s)
_TEXTS = 32  # in one go: what a process answers (16 kB) fits into a pipe whether or not somebody reads
_PORTION = 128  # vectors that are written together: what a killed run loses at most
_LOOKED = 10_000  # passages that are looked at together for those without a vector


def kept(index: Path) -> str:
    """The model for an index that has vectors: the one installed, else the one before; "" without vectors."""
    before = salvaged_model(index)
    return before and (encoder.identity() or before)


def adopt(model: str, index: Path, found: Manifest) -> Manifest:
    """The manifest of an index whose passages are to have vectors by a model; those by another are dropped.

    Where the index shows this generation already, it is written at once, so that a run that is killed can go on.
    """
    if model == found.model:
        return found
    Vectors(index / found.generation).clear()
    found = found._replace(model=model)
    if current_generation(index) == found.generation:
        write_manifest(index, found)
    return found


def embed(store: Store, index: Path, found: Manifest, jobs: int | None, tell: Callable[[int, int], None]) -> int:
    """Give each passage in a language of TAGS that lacks one its vector; returns how many were computed.

    A text that has a vector already, also of a passage that left, or has one in the generation that is to be replaced, is not
    computed again. `tell` takes how many passages are done, and of how many. Raises SeedsearchError where a process dies.
    """
    vectors = Vectors(index / found.generation)
    shown = current_generation(index) if salvaged_model(index) == found.model else found.generation
    before = Vectors(index / shown) if shown != found.generation else None
    have = vectors.numbers()
    total = sum(count for tag, count in store.languages().items() if tag in TAGS) - len(have)
    todo = _lacking(store, have) if total else iter(())
    done = computed = 0
    with closing(_Pool(min(jobs or cores(), total // WORTH + 1))) as pool:
        while portion := list(islice(todo, _PORTION)):
            tell(done, total)
            stored = store.passages(number for number, _, _ in portion)
            texts = {number: encoder.text_of(one.passage) for number, one in stored.items()}
            keys = {number: encoder.key(text) for number, text in texts.items()}
            known = vectors.known(keys.values()) | (before.known(keys.values()) if before else {})
            new = {keys[number]: text for number, text in texts.items() if keys[number] not in known}
            known |= zip(new, pool.encoded(list(new.values())), strict=True)
            rows = [Row(number, document, TAGS.index(tag), keys[number]) for number, document, tag in portion]
            vectors.add([(row, known[row.key]) for row in rows])
            computed += len(new)
            done += len(portion)
    if done:
        tell(done, total)
    return computed


def _lacking(store: Store, have: NDArray[int64]) -> Iterator[tuple[int, int, str]]:
    """The passages that lack a vector: number, number of the document, tag of the language."""
    import numpy as np

    last = 0
    while some := store.numbers(TAGS, last, _LOOKED):
        last = some[-1][0]
        lacks = np.isin([number for number, _, _ in some], have, invert=True)
        yield from compress(some, lacks.tolist())


class _Pool:
    """Processes that encode texts; they are started when there are any."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._processes: list[subprocess.Popen[bytes]] = []

    def encoded(self, texts: Sequence[str]) -> Iterator[bytes]:
        """The vectors of texts, `packed`, in their order."""
        waiting: deque[subprocess.Popen[bytes]] = deque()
        left = iter(texts)
        while batch := list(islice(left, _TEXTS)):
            if len(waiting) == self._count:
                yield from _answer(waiting.popleft())
            # The process whose answer was read last has nothing to do.
            waiting.append(self._give(batch))
        while waiting:
            yield from _answer(waiting.popleft())

    def _give(self, batch: list[str]) -> subprocess.Popen[bytes]:
        if len(self._processes) < self._count:
            self._processes.append(started("seedsearch.embedding"))
        else:
            self._processes.append(self._processes.pop(0))
        process = self._processes[-1]
        assert process.stdin
        with suppress(OSError):  # it has died, as its answer will show
            marshal.dump(batch, process.stdin)
            process.stdin.flush()
        return process

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.kill()
            with suppress(OSError):
                process.communicate()


def _answer(process: subprocess.Popen[bytes]) -> list[bytes]:
    assert process.stdout
    try:
        found: list[bytes] = marshal.load(process.stdout)
    except EOFError:
        reason = "a process that computes vectors died, most often of too little memory"
        raise SeedsearchError(f"{reason}; to go on, run again with --jobs 1") from None
    return found


def serve() -> None:
    """What a process does: read texts, write their vectors, until its input ends."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get among the answers
    with suppress(EOFError):
        while True:
            texts = marshal.load(sys.stdin.buffer)
            marshal.dump([packed(encoder.encode(text)) for text in texts], output)
            output.flush()

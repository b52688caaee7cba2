"""Python's collector of cyclic garbage, which looks through what is new after some hundred objects."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

PATIENT = 100_000  # objects


@contextmanager
def patient() -> Iterator[None]:
    """Let it look less often: there are next to no cycles, and looking took a ninth of a build and 6 to 9 % of a query."""
    before = gc.get_threshold()
    # Of what runs at once, the first one puts it back; 0 is another way to turn it off.
    if not 0 < before[0] < PATIENT or not gc.isenabled():
        yield
        return
    gc.set_threshold(PATIENT, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)

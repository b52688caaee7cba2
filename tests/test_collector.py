"""The collector of garbage is patient for a while, and as it was afterwards."""

from __future__ import annotations

import gc
from threading import Barrier, Thread

from seedsearch.collector import PATIENT, patient


def test_it_is_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with patient():
        assert gc.get_threshold()[0] == PATIENT
        with patient():
            pass
        assert gc.get_threshold()[0] == PATIENT
    assert gc.get_threshold() == before


def test_who_has_turned_it_off_keeps_it_off() -> None:
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        with patient():
            assert gc.get_threshold()[0] == 0
        assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*before)


def test_whoever_of_two_ends_first() -> None:
    before, together = gc.get_threshold(), Barrier(2)

    def work() -> None:
        with patient():
            together.wait(10)

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.get_threshold() == before

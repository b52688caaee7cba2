"""What of the package is compiled; all else is in pyproject.toml, where setuptools calls such tables experimental."""

from pathlib import Path

from setuptools import Extension, setup

NATIVE = Path("src/seedsearch/native")

setup(
    ext_modules=[
        Extension(
            "seedsearch._native",
            sorted(map(str, NATIVE.glob("*.c"))),
            depends=sorted(map(str, NATIVE.glob("*.h"))),
            optional=True,  # without a C compiler the package is installed without it, and is slower: see `characters`
        )
    ]
)

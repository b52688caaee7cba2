"""What of the package is compiled; all else is in pyproject.toml, where setuptools calls such tables experimental."""

import shutil
from pathlib import Path

from setuptools import Extension, setup

NATIVE = Path("src/seedsearch/native")

# setuptools would put what an earlier build left there into the package: modules that are gone, an old compiled one.
shutil.rmtree("build", ignore_errors=True)

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

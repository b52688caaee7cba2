"""What of the package is compiled; all else is in pyproject.toml, where setuptools calls such tables experimental."""

import shutil
import sys
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
            # A product and a sum are rounded each, as in Python, and not in one step where a processor could.
            extra_compile_args=[] if sys.platform == "win32" else ["-ffp-contract=off"],
            optional=True,  # without a C compiler the package is installed without it, and is slower: see `characters`
        )
    ]
)

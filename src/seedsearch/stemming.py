"""A word -> its stem by the language of its text, and the other ways in which it may be written.

Stemmers are those of Snowball (Porter 2001), through PyStemmer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import Stemmer

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip
_NAMES = frozenset(_STEMMERS.values())
_LATIN_WORD = re.compile(r"[a-z][a-z']*")
# Languages not written in Latin letters: an ASCII word in their text is most often English.
_NOT_LATIN = frozenset(("arabic", "armenian", "greek", "hindi", "nepali", "russian", "tamil", "yiddish"))


def stemmer_name(language: str) -> str:
    """The Snowball stemmer for a language tag; "" where there is none."""
    return _STEMMERS.get(language.partition("-")[0], "")


def stems(words: list[str], language: str) -> list[str]:
    """Stem words by a language tag or a Snowball stemmer's name; ASCII words are English where the language is not Latin.

    No stem is empty: the Greek stemmer leaves nothing of "είτε" or "όταν", which then stand for themselves.
    """
    name = language if language in _NAMES else stemmer_name(language)
    if name and name not in _NOT_LATIN:
        return list(_stemmer(name).stemWords(words))
    if name:
        words = [stem or word for stem, word in zip(_stemmer(name).stemWords(words), words, strict=True)]
    english = _stemmer("english").stemWord
    return [str(english(word)) if word.isascii() and _LATIN_WORD.fullmatch(word) else word for word in words]


@cache
def latin_stem(name: str) -> Callable[[str], str]:
    """A function that stems a word of nothing but a to z, as `stems` does with a Snowball stemmer's name ("" for none)."""
    if name in _NOT_LATIN:
        return lambda word: stems([word], name)[0]
    stem: Callable[[str], str] = _stemmer(name or "english").stemWord
    return stem


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    import Stemmer

    return Stemmer.Stemmer(name, 0)  # its cache takes three times as long as stemming, and words seldom come here twice


ELIDED, SHORTEST = 5, 3
"""Letters before and after an apostrophe where the rest is a word of its own, as in "quell'uomo", unlike in "it'll"."""
_ACCENTED = re.compile("[\u00df-\u024f\u0370-\u03ff\u1e00-\u1fff]")  # letters that may be
_TYPE = re.compile(r"([a-z]{1,5})(\d{1,5})")
_LETTERS = dict(zip(map(ord, "\u0142\u00f8\u0111\u0131\u00e6\u0153\u00f0"), ("l", "o", "d", "i", "ae", "oe", "d"), strict=True))


def parts(word: str) -> tuple[str, ...]:
    """The letters and the digits of a type designation ("f16"), which others write with a blank or hyphen between them."""
    found = _TYPE.fullmatch(word) if word[-1].isdigit() else None
    return found.groups() if found else ()


@lru_cache(maxsize=65536)
def respelt(word: str, language: str) -> tuple[str, tuple[str, ...]]:
    """The stem of a word without its accents ("" where it has none), and the stems of what its apostrophe leaves.

    >>> respelt("l'été", "fr")
    ('ete', ('été', 'let'))
    """
    if "'" not in word and not _ACCENTED.search(word):
        return "", ()
    ways = []
    if "'" in word:
        head, _, rest = word.partition("'")
        ways = [*([rest] if len(head) <= ELIDED and len(rest) >= SHORTEST else []), word.replace("'", "")]
    bare = _unaccented(word)
    return (stems([bare], language)[0] if bare != word else ""), tuple(stems(ways, language))


def _unaccented(word: str) -> str:
    """A Latin or Greek word without accents; words of other scripts, where a mark makes another letter, as they are."""
    if not _ACCENTED.search(word):
        return word
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return bare.translate(_LETTERS)

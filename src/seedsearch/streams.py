"""Texts -> the terms of each, written in one text as an engine's own tokenizer takes them.

    Stream(write).text(text, language) == " ".join(map(write, analysis.postings(text, language)))

but for the number of blanks, and that no position has a term twice. Words repeat, so what is written for a word is remembered.
In scripts without blanks each character begins a bigram, and most of these are met once: `native` puts what is written for
them together itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from seedsearch import analysis, cutting
from seedsearch.characters import native
from seedsearch.engines.protocol import MAX_ALTERNATIVES, Write
from seedsearch.folding import fold_text
from seedsearch.letters import kinds
from seedsearch.stemming import latin_stem, stemmer_name, stems

_MOST_WORDS = 1 << 17  # of a language, remembered: 30 MB
_MOST_PARTS = 1 << 12  # of what hyphens join, which have the same parts again and again: "non", "based", "1"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*", re.ASCII)
_SIGNS = (
    "\ue000\ue001\ue002\ue003"  # stand for terms, or the two characters of a bigram, while it is asked how they are written
)
_ONE, _OTHER = _SIGNS[0], _SIGNS[1]


class Stream:
    """Writes texts for one engine."""

    def __init__(self, write: Write) -> None:
        self._write = lru_cache(_MOST_WORDS)(write)
        self._words: dict[str, _Words] = {}

    def text(self, text: str, language: str) -> str:
        """What is written for a text."""
        name = stemmer_name(language)
        words = self._words.get(name)
        if words is None:
            words = self._words[name] = _Words(name, self._write)
        return words.text(fold_text(text))


class _Words:
    """What is written for words in texts of one language."""

    def __init__(self, stemmer: str, write: Write) -> None:
        self._stemmer, self._write = stemmer, write
        self._stem = latin_stem(stemmer)
        self._part = lru_cache(_MOST_PARTS)(self._terms)
        # What is written for so many terms, of letters and digits, that share a position: a tenth of the cost of asking.
        self._ways = [_pattern(write, count) for count in range(MAX_ALTERNATIVES + 1)]
        # A bigram stands for its first character, and the last one of a chain for both, unless that is the same.
        items = (_ONE + _OTHER, _ONE), (_ONE + _OTHER, _ONE, _OTHER), _ONE
        self._pairs = write(items[0]), write(items[1]), write(items[2])
        self._known = native.Memo(self.chunk, _MOST_WORDS) if native else None

    def text(self, folded: str) -> str:
        """What is written for a folded text."""
        if self._known:
            return native.written(folded, kinds(), self._known, self.exact, self._pairs)
        return self.exact(folded)

    def exact(self, folded: str) -> str:
        """What is written for a folded text, item by item."""
        return " ".join(map(self._write, analysis.indexed(folded, self._stemmer)))

    def chunk(self, chunk: str) -> str:
        """As `exact`, of letters, digits and what may stand between them, in a fraction of the time."""
        if chunk[0].isdigit() and len(chunk) <= cutting.LONGEST_TERM and _NUMBER.fullmatch(chunk):
            return self._together((chunk.replace(",", ""),))
        if chunk.isalnum() and len(chunk) <= cutting.LONGEST_TERM:
            return self._together(self._terms(chunk))
        if len(chunk) <= cutting.LONGEST_TERM // 2 and "--" not in chunk and chunk.replace("-", "").isalnum():
            return self._hyphenated(chunk.split("-"))
        return self.exact(chunk)

    def _terms(self, word: str) -> tuple[str, ...]:
        """As `analysis.entries`; a word of nothing but a to z has its stem and no other form."""
        if word.isascii() and word.isalpha():
            stem = self._stem(word)
            return (stem,) if stem == word else (stem, analysis.WRITTEN + word)
        return analysis.entries([word], self._stemmer)[0]

    def _hyphenated(self, words: list[str]) -> str:
        """What is written for words that hyphens join: each of them, with what it is together with the next."""
        found: list[str | tuple[str, ...]] = [*map(self._part, words)]
        for i, (word, following) in enumerate(pairwise(words)):
            both = word + following
            plain = both.isascii() and both.isalpha()
            analysis.add_joined(found, i, self._stem(both) if plain else stems([both], self._stemmer)[0])
        return " ".join([self._together((one,) if isinstance(one, str) else one) for one in found])

    def _together(self, terms: tuple[str, ...]) -> str:
        if len(terms) > 1:
            terms = tuple(dict.fromkeys(terms))
        return self._ways[len(terms)] % terms


def _pattern(write: Write, count: int) -> str:
    """What is written for so many terms, with a %s for each."""
    signs = tuple(_SIGNS[:count])
    written = write(signs).replace("%", "%%")
    for sign in signs:
        written = written.replace(sign, "%s")
    return written

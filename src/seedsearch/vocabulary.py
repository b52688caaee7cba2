"""The words of passages as numbers, and what they are called in their language: most passages of a query say again what others
said before, in this query or in an earlier one.

A number stands for the same word in every language; its terms differ. All is forgotten when there are too many words, so a
number means something only beside the lexicon that gave it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from threading import local
from typing import TYPE_CHECKING

from seedsearch.analysis import entries
from seedsearch.characters import native
from seedsearch.cutting import joined, numbered, plain_cut, plain_words
from seedsearch.folding import fold_text
from seedsearch.function_words import function_words
from seedsearch.stemming import stemmer_name

MOST = 1 << 17
"""Words, after which a new vocabulary is begun: 30 to 50 MB, of each thread that searches."""


class PlainVocabulary:
    """As `_native.Vocabulary`, in Python."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []

    def __len__(self) -> int:
        return len(self._words)

    def number(self, word: str, /) -> int:
        """The number of a word; -1 where it has none."""
        return self._numbers.get(word, -1)

    def word(self, number: int, /) -> str:
        """The word that has a number. Raises IndexError."""
        return self._words[number]

    def add(self, word: str) -> int:
        """The number of a word, a new one if it has none."""
        number = self._numbers.setdefault(word, len(self._words))
        if number == len(self._words):
            self._words.append(word)
        return number


class PlainStems:
    """As `_native.Stems`, in Python; `of` has the stem of each word that was met, None for one that tells nothing."""

    def __init__(self, vocabulary: PlainVocabulary, dull: Iterable[str], /) -> None:
        self.of: dict[int, int | None] = {}
        self.vocabulary, self._dull, self._fresh = vocabulary, frozenset(dull), array("I")

    def cut(self, text: str, *_: object) -> tuple[bytes, bytes]:
        """The numbers of the words of a folded text, and of what hyphens join in it, as bytes of unsigned integers."""
        both = joined(text, plain_cut(text)).values() if "-" in text else ()
        return self._numbers(plain_words(text)), self._numbers(both)

    def _numbers(self, words: Iterable[str]) -> bytes:
        found = array("I", map(self.vocabulary.add, words))
        for number in found:
            if number not in self.of:
                word = self.vocabulary.word(number)
                self.of[number] = None if word.isdigit() or word in self._dull else number
                self._fresh.append(number)
        return found.tobytes()

    def fresh(self) -> list[int]:
        """The numbers of the words that were met for the first time since this was last asked."""
        found, self._fresh = self._fresh, array("I")
        return list(found)

    def set(self, number: int, stem: str, /) -> None:
        """Tell the stem of a word, which otherwise is the word itself."""
        if self.of[number] is not None:
            self.of[number] = self.vocabulary.add(stem)


if TYPE_CHECKING or native:
    from seedsearch._native import Stems, Vocabulary
else:
    Stems, Vocabulary = PlainStems, PlainVocabulary

__all__ = ["MOST", "Lexicon", "Lexicons", "PlainStems", "PlainVocabulary", "Stems", "Vocabulary", "forget", "lexicons"]


class Lexicon:
    """The words met in texts of one language, and the terms of those that have others than themselves, as in `entries`."""

    def __init__(self, vocabulary: Vocabulary, language: str, stems: type[Stems] = Stems) -> None:
        self.language, self.vocabulary = language, vocabulary
        self.stems = stems(vocabulary, sorted(function_words(language)))
        self.terms: dict[int, tuple[str, ...]] = {}
        # Tuples of numbers and texts, unlike lists, are left out when Python looks for garbage: of 100,000 each time 5 ms.
        self._having: dict[str, tuple[int, ...]] = {}
        self._stemmer = stemmer_name(language)

    def read(self, text: str) -> tuple[str, memoryview[int], memoryview[int]]:
        """A text folded, the numbers of its words, and those of what hyphens join in it."""
        folded = fold_text(text)
        words, both = numbered(folded, self.stems)
        return folded, memoryview(words).cast("I"), memoryview(both).cast("I")

    def learn(self) -> None:
        """Look up what the words that were met for the first time are called."""
        numbers = self.stems.fresh()
        words = list(map(self.vocabulary.word, numbers))
        for number, word, terms in zip(numbers, words, entries(words, self._stemmer), strict=True):
            if terms != (word,):
                self.stems.set(number, terms[0])
                self.terms[number] = terms
                for term in terms:
                    self._having[term] = (*self._having.get(term, ()), number)

    def having(self, term: str) -> tuple[int, ...]:
        """The numbers of the words that have a term."""
        found, same = self._having.get(term, ()), self.vocabulary.number(term)
        return found if same < 0 or same in self.terms else (*found, same)

    def called(self, number: int) -> tuple[str, ...]:
        """The terms of a word."""
        return self.terms.get(number) or (self.vocabulary.word(number),)

    def beginning(self, starts: tuple[str, ...], numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Which of some words have terms that begin with one of these, and those terms."""
        others, word = self.terms, self.vocabulary.word  # not `called`: it is asked for thousands of words
        for number in numbers:
            for term in others.get(number) or (word(number),):
                if term.startswith(starts):
                    yield number, term


class Lexicons(dict[str, Lexicon]):
    """Language -> what was met in it."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()

    def __missing__(self, language: str) -> Lexicon:
        self[language] = lexicon = Lexicon(self.vocabulary, language)
        return lexicon


_own = local()  # of each thread: what one has met, another would take for learnt


def lexicons() -> Lexicons:
    """What this thread has met so far, or nothing, where that was too much."""
    known: Lexicons | None = getattr(_own, "lexicons", None)
    if known is None or len(known.vocabulary) > MOST:
        _own.lexicons = known = Lexicons()
    return known


def forget() -> None:
    """Begin anew, as after what was broken off while it learnt."""
    _own.lexicons = None

"""The passages that an engine hands over, as they are counted: words, terms, and where the parts of a query stand."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from seedsearch.characters import native
from seedsearch.cutting import is_run
from seedsearch.query import Leaf, Phrase, Prefix, Term
from seedsearch.tuples import NamedTuple
from seedsearch.vocabulary import Lexicon, forget, lexicons

_T = TypeVar("_T")


class Page(NamedTuple):
    """A text as it is counted: folded, and the numbers of its words in order, of what hyphens in it join, and of the words of
    its headings."""

    lexicon: Lexicon
    folded: str
    words: memoryview[int]
    joined: memoryview[int]
    heading: memoryview[int]

    def word(self, at: int) -> str:
        """The word at a position."""
        return self.lexicon.vocabulary.word(self.words[at])


class Pool(NamedTuple):
    """The passages in the order of the engine, and the words of the languages that occur in them."""

    pages: list[Page]
    lexicons: dict[str, Lexicon]


NO_WORDS = memoryview(b"").cast("I")


def read(texts: Iterable[tuple[str, str, Sequence[str]]]) -> Pool:
    """Texts as they are counted; each is given with its language before it and its headings behind."""
    pages = []
    met: dict[str, Lexicon] = {}
    known = lexicons()
    try:
        for language, text, headings in texts:
            met[language] = lexicon = known[language]
            heading = lexicon.read(" ".join(headings))[1] if headings else NO_WORDS
            pages.append(Page(lexicon, *lexicon.read(text), heading))
        for lexicon in met.values():
            lexicon.learn()
    except BaseException:
        forget()
        raise
    return Pool(pages, met)


def met_in(pages: Iterable[Page]) -> memoryview[int]:
    """The numbers of all words of some pages."""
    texts = chain.from_iterable((page.words, page.joined, page.heading) for page in pages)
    return memoryview(native.distinct(texts)).cast("I") if native else memoryview(array("I", set().union(*texts)))


class Places(NamedTuple):
    """For each leaf, its positions in the body, and how often it stands in the body and in the heading.

    `joined` has for words that hyphens join in the passages of this language the leaves that they are.
    """

    positions: Sequence[Sequence[int]]
    body: Sequence[int]
    heading: Sequence[int]
    joined: Mapping[int, Sequence[int]]


def find(leaves: Sequence[Leaf], pool: Pool) -> list[Places]:
    """Where in each passage each part of a query stands."""
    fits = {language: _matching(leaves, pool, language) for language in pool.lexicons}
    begins = {language: _by_word([sets[0] for sets in found]) for language, found in fits.items()}
    further = {language: [sets[1:] for sets in found] for language, found in fits.items()}
    characters = alone(leaves)
    joined = {language: _joined(leaves, lexicon) for language, lexicon in pool.lexicons.items()}
    nowhere = [0] * len(leaves)
    found = []
    for page in pool.pages:
        language = page.lexicon.language
        first, rest, hyphened = begins[language], further[language], joined[language]
        positions = _occurrences(page.words, first, rest)
        body = list(map(len, positions))
        heading = list(map(len, _occurrences(page.heading, first, rest))) if page.heading else nowhere
        # No word shows a single character in a run, nor two words that a hyphen joins.
        for i, form in characters:
            body[i] += page.folded.count(form)
        for word in page.joined if hyphened else ():
            for i in hyphened.get(word, ()):
                body[i] += 1
        found.append(Places(positions, body, heading, hyphened))
    return found


def _joined(leaves: Sequence[Leaf], lexicon: Lexicon) -> dict[int, list[int]]:
    """What hyphens may join in texts of a language -> the leaves that it is, by its stem as in the index."""
    wanted: dict[int, list[int]] = {}
    for i, leaf in enumerate(leaves):
        for form in leaf.forms if isinstance(leaf, Term) else ():
            for word in lexicon.having(form):
                if lexicon.called(word)[0] == form:
                    wanted.setdefault(word, []).append(i)
    return wanted


def alone(leaves: Sequence[Leaf]) -> list[tuple[int, str]]:
    """Single characters of scripts without blanks that leaves look for, each with the index of its leaf."""
    terms = ((i, leaf) for i, leaf in enumerate(leaves) if isinstance(leaf, Term))
    return [(i, form) for i, leaf in terms for form in leaf.forms if len(form) == 1 and is_run(form)]


def _matching(leaves: Sequence[Leaf], pool: Pool, language: str) -> list[list[set[int] | None]]:
    """For each position of each leaf the words that fit there in texts of a language; None for any.

    Single characters of runs are counted elsewhere; in a phrase the pairs fit that begin or end with them.
    """
    lexicon = pool.lexicons[language]
    fits: list[list[set[int] | None]] = []
    single: list[tuple[str, set[int]]] = []
    starts: list[tuple[str, set[int]]] = []
    for leaf in leaves:
        sought = leaf.positions if isinstance(leaf, Phrase) else (leaf.forms,) if isinstance(leaf, Term) else ((),)
        fits.append([])
        for forms in sought:
            is_any = isinstance(leaf, Phrase) and not forms
            alone = [form for form in forms if len(form) == 1 and is_run(form)]
            known = forms if isinstance(leaf, Phrase) else [form for form in forms if form not in alone]
            fit = None if is_any else set(chain.from_iterable(map(lexicon.having, known)))
            fits[-1].append(fit)
            if fit is not None and isinstance(leaf, Phrase):
                single += [(form, fit) for form in alone]
            if fit is not None and isinstance(leaf, Prefix):
                starts.append((leaf.text, fit))
    for number in met_in(page for page in pool.pages if page.lexicon is lexicon) if single or starts else ():
        word = lexicon.vocabulary.word(number)
        for form, fit in single:
            if form in word and len(word) == 2 and is_run(word):
                fit.add(number)
        for start, fit in starts:
            if any(term.startswith(start) for term in lexicon.called(number)):
                fit.add(number)
    return fits


def _by_word(sets: Sequence[set[int] | None]) -> dict[int, list[int]]:
    """Word -> the leaves that begin with it."""
    found: dict[int, list[int]] = {}
    for i, among in enumerate(sets):
        for word in among or ():
            found.setdefault(word, []).append(i)
    return found


def _occurrences(
    body: memoryview[int], begins: dict[int, list[int]], further: Sequence[Sequence[set[int] | None]]
) -> list[Sequence[int]]:
    """For each leaf the positions at which it begins, ascending; `further` has the words that fit behind its first."""
    found = positions(body, begins)
    for i in found:
        if rest := further[i]:
            found[i] = [at for at in found[i] if _goes_on(body, at, rest)]
    return [found.get(i, ()) for i in range(len(further))]


def plain_positions(words: Iterable[int], wanted: dict[int, list[_T]], /) -> dict[_T, list[int]]:
    """As `positions`, in Python."""
    found: dict[_T, list[int]] = {}
    for at, word in enumerate(words):
        for thing in wanted.get(word, ()):
            found.setdefault(thing, []).append(at)
    return found


positions = native.positions if native else plain_positions
"""For the things that are listed for words, the positions in a text at which any of their words stand."""


def _goes_on(body: Sequence[int], at: int, rest: Sequence[set[int] | None]) -> bool:
    """Whether words that fit follow the one at a position."""
    return at + len(rest) < len(body) and all(fit is None or body[at + k] in fit for k, fit in enumerate(rest, 1))

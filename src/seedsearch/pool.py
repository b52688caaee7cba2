"""The passages that an engine hands over, as they are counted: words, terms, and where the parts of a query stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, compress, count
from typing import TypeVar

from seedsearch.analysis import several
from seedsearch.characters import native
from seedsearch.cutting import is_run, memo, words_and_joined
from seedsearch.folding import fold_text
from seedsearch.query import Leaf, Phrase, Prefix, Term
from seedsearch.tuples import NamedTuple

_T = TypeVar("_T")


class Page(NamedTuple):
    """A text as it is counted: folded, its words in order, what hyphens in it join, and the words of its headings."""

    language: str
    folded: str
    words: list[str]
    joined: list[str]
    heading: list[str]


class Lexicon(NamedTuple):
    """The words of a pool in one language, and the terms of those that have others than themselves."""

    words: set[str]
    terms: dict[str, tuple[str, ...]]


class Pool(NamedTuple):
    """The passages in the order of the engine, and by language all words that occur in them."""

    pages: list[Page]
    lexicons: dict[str, Lexicon]


def read(texts: Iterable[tuple[str, str, Sequence[str]]]) -> Pool:
    """Texts as they are counted; each is given with its language before it and its headings behind."""
    pages = []
    met: dict[str, set[str]] = {}
    known = memo()
    for language, text, headings in texts:
        folded = fold_text(text)
        heading = words_and_joined(fold_text(" ".join(headings)), known)[0] if headings else []
        page = Page(language, folded, *words_and_joined(folded, known), heading)
        met.setdefault(language, set()).update(page.words, heading, page.joined)
        pages.append(page)
    return Pool(pages, {language: Lexicon(found, several(found, language)) for language, found in met.items()})


class Places(NamedTuple):
    """For each leaf, its positions in the body, and how often it stands in the body and in the heading.

    `joined` has for words that hyphens join in the passages of this language the leaves that they are.
    """

    positions: Sequence[Sequence[int]]
    body: Sequence[int]
    heading: Sequence[int]
    joined: Mapping[str, Sequence[int]]


def find(leaves: Sequence[Leaf], pool: Pool) -> list[Places]:
    """Where in each passage each part of a query stands."""
    fits = {language: _matching(leaves, lexicon) for language, lexicon in pool.lexicons.items()}
    begins = {language: _by_word([sets[0] for sets in found]) for language, found in fits.items()}
    further = {language: [sets[1:] for sets in found] for language, found in fits.items()}
    characters = alone(leaves)
    joined = {language: _joined(leaves, pool, language) for language in pool.lexicons}
    nowhere = [0] * len(leaves)
    found = []
    for page in pool.pages:
        first, rest, hyphened = begins[page.language], further[page.language], joined[page.language]
        positions = _occurrences(page.words, first, rest)
        body = list(map(len, positions))
        is_headed = not first.keys().isdisjoint(page.heading)
        heading = list(map(len, _occurrences(page.heading, first, rest))) if is_headed else nowhere
        # No word shows a single character in a run, nor two words that a hyphen joins.
        for i, form in characters:
            body[i] += page.folded.count(form)
        for word in page.joined if hyphened else ():
            for i in hyphened.get(word, ()):
                body[i] += 1
        found.append(Places(positions, body, heading, hyphened))
    return found


def _joined(leaves: Sequence[Leaf], pool: Pool, language: str) -> dict[str, list[int]]:
    """What hyphens join in the passages of a language -> the leaves that it is, by its stem as in the index."""
    wanted: dict[str, list[int]] = {}
    for i, leaf in enumerate(leaves):
        for form in leaf.forms if isinstance(leaf, Term) else ():
            wanted.setdefault(form, []).append(i)
    met = {word for page in pool.pages if page.language == language for word in page.joined}
    terms = pool.lexicons[language].terms
    stems = {word: terms.get(word, (word,))[0] for word in met}
    return {word: wanted[stem] for word, stem in stems.items() if stem in wanted}


def alone(leaves: Sequence[Leaf]) -> list[tuple[int, str]]:
    """Single characters of scripts without blanks that leaves look for, each with the index of its leaf."""
    terms = ((i, leaf) for i, leaf in enumerate(leaves) if isinstance(leaf, Term))
    return [(i, form) for i, leaf in terms for form in leaf.forms if len(form) == 1 and is_run(form)]


def _matching(leaves: Sequence[Leaf], lexicon: Lexicon) -> list[list[set[str] | None]]:
    """For each position of each leaf the words that fit there; None for any.

    Single characters of runs are counted elsewhere; in a phrase the pairs fit that begin or end with them.
    """
    fits: list[list[set[str] | None]] = []
    wanted: dict[str, list[set[str]]] = {}
    for leaf in leaves:
        positions = leaf.positions if isinstance(leaf, Phrase) else (leaf.forms,) if isinstance(leaf, Term) else ((),)
        fits.append([set() if forms or not isinstance(leaf, Phrase) else None for forms in positions])
        for forms, fit in zip(positions, fits[-1], strict=True):
            for form in forms:
                if fit is not None and (len(form) > 1 or isinstance(leaf, Phrase) or not is_run(form)):
                    wanted.setdefault(form, []).append(fit)
    words, terms = lexicon
    for word in wanted.keys() & words:
        for fit in wanted[word] if word not in terms else ():
            fit.add(word)
    for word in native.meeting(terms, wanted) if native else [w for w in terms if not wanted.keys().isdisjoint(terms[w])]:
        for fit in chain.from_iterable(wanted.get(term, ()) for term in terms[word]):
            fit.add(word)
    single = [form for form in wanted if len(form) == 1 and is_run(form)]
    for pair in [word for word in words if len(word) == 2 and is_run(word)] if single else ():
        for fit in chain.from_iterable(wanted[form] for form in single if form in pair):
            fit.add(pair)
    for leaf, (beginning, *_) in zip(leaves, fits, strict=True):
        if isinstance(leaf, Prefix) and beginning is not None:
            start = leaf.text
            beginning.update(word for word in words if any(term.startswith(start) for term in terms.get(word, (word,))))
    return fits


def _by_word(sets: Sequence[set[str] | None]) -> dict[str, list[int]]:
    """Word -> the leaves that begin with it."""
    found: dict[str, list[int]] = {}
    for i, among in enumerate(sets):
        for word in among or ():
            found.setdefault(word, []).append(i)
    return found


def _occurrences(
    body: list[str], begins: dict[str, list[int]], further: Sequence[Sequence[set[str] | None]]
) -> list[Sequence[int]]:
    """For each leaf the positions at which it begins, ascending; `further` has the words that fit behind its first."""
    found = indexes(body, begins)
    for i in found:
        if rest := further[i]:
            found[i] = [at for at in found[i] if _goes_on(body, at, rest)]
    return [found.get(i, ()) for i in range(len(further))]


def indexes(body: list[str], wanted: dict[str, list[_T]]) -> dict[_T, list[int]]:
    """For the things that are listed for words, the positions in a body at which any of their words stand."""
    if native:
        return native.positions(body, wanted)
    found: dict[_T, list[int]] = {}
    for at in compress(count(), map(wanted.__contains__, body)):
        for thing in wanted[body[at]]:
            found.setdefault(thing, []).append(at)
    return found


def _goes_on(body: Sequence[str], at: int, rest: Sequence[set[str] | None]) -> bool:
    """Whether words that fit follow the one at a position."""
    return at + len(rest) < len(body) and all(fit is None or body[at + k] in fit for k, fit in enumerate(rest, 1))

"""The passages that an engine hands over, as they are counted: words, terms, and where the parts of a query stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from seedsearch.analysis import is_run, joined_words, several, words
from seedsearch.folding import fold_text
from seedsearch.query import Leaf, Phrase, Prefix, Term
from seedsearch.ranking import norm
from seedsearch.records import Passage


class Page(NamedTuple):
    """A passage as it is counted: its words, how often each occurs, and by what counts are divided in body and heading."""

    language: str
    folded: str
    words: list[str]
    counts: Counter[str]
    joined: list[str]
    heading: list[str]
    norm: float
    heading_norm: float


class Lexicon(NamedTuple):
    """The words of a pool in one language, and the terms of those that have others than themselves."""

    words: set[str]
    terms: dict[str, tuple[str, ...]]


class Pool(NamedTuple):
    """The passages in the order of the engine, and by language all words that occur in them."""

    pages: list[Page]
    lexicons: dict[str, Lexicon]


def read(passages: Sequence[Passage]) -> Pool:
    """Passages as they are counted; what is usual among them is what counts as long."""
    folded = [(one.language, fold_text(one.text), words(fold_text(" ".join(one.headings)))) for one in passages]
    bodies = [words(text) for _, text, _ in folded]
    usual = sum(map(len, bodies)) / (len(passages) or 1)
    usual_heading = sum(len(heading) for _, _, heading in folded) / (len(passages) or 1)
    pages = [
        Page(
            *(language, text, body, Counter(body), joined_words(text), heading),
            *(norm(len(body), usual), norm(len(heading), usual_heading)),
        )
        for (language, text, heading), body in zip(folded, bodies, strict=True)
    ]
    met: dict[str, set[str]] = {}
    for page in pages:
        met.setdefault(page.language, set()).update(page.counts, page.heading, page.joined)
    return Pool(pages, {language: Lexicon(found, several(found, language)) for language, found in met.items()})


class Places(NamedTuple):
    """For each leaf, its positions in the body, and how often it stands in the body and in the heading."""

    positions: Sequence[Sequence[int]]
    body: list[int]
    heading: list[int]


def find(leaves: Sequence[Leaf], pool: Pool) -> list[Places]:
    """Where in each passage each part of a query stands."""
    fits = {language: _matching(leaves, lexicon) for language, lexicon in pool.lexicons.items()}
    begins = {language: _by_word([sets[0] for sets in found]) for language, found in fits.items()}
    alone = [
        (i, form)
        for i, leaf in enumerate(leaves)
        if isinstance(leaf, Term)
        for form in leaf.forms
        if len(form) == 1 and is_run(form)
    ]
    found = []
    for page in pool.pages:
        sets, first = fits[page.language], begins[page.language]
        positions = _occurrences(page.words, first, sets)
        body = [len(at) for at in positions]
        heading = [len(at) for at in _occurrences(page.heading, first, sets)] if page.heading else [0] * len(leaves)
        # No word shows a single character in a run, nor two words that a hyphen joins.
        for i, form in alone:
            body[i] += page.folded.count(form)
        for word in page.joined:
            for i in first.get(word, ()):
                body[i] += isinstance(leaves[i], Term)
        found.append(Places(positions, body, heading))
    return found


def _matching(leaves: Sequence[Leaf], lexicon: Lexicon) -> list[list[set[str] | None]]:
    """For each position of each leaf the words that fit there; None for any. Single characters are counted elsewhere."""
    fits: list[list[set[str] | None]] = []
    wanted: dict[str, list[set[str]]] = {}
    for leaf in leaves:
        positions = leaf.positions if isinstance(leaf, Phrase) else (leaf.forms,) if isinstance(leaf, Term) else ((),)
        fits.append([set() if forms or not isinstance(leaf, Phrase) else None for forms in positions])
        for forms, fit in zip(positions, fits[-1], strict=True):
            for form in forms:
                if fit is not None and (len(form) > 1 or not is_run(form)):
                    wanted.setdefault(form, []).append(fit)
    for word in wanted.keys() & (lexicon.words - lexicon.terms.keys()):
        for fit in wanted[word]:
            fit.add(word)
    for word, terms in lexicon.terms.items():
        for term in terms:
            for fit in wanted.get(term, ()):
                fit.add(word)
    for leaf, (beginning, *_) in zip(leaves, fits, strict=True):
        if isinstance(leaf, Prefix) and beginning is not None:
            start = leaf.text
            beginning.update(
                word for word in lexicon.words if any(term.startswith(start) for term in lexicon.terms.get(word, (word,)))
            )
    return fits


def _by_word(sets: Sequence[set[str] | None]) -> dict[str, list[int]]:
    """Word -> the leaves that begin with it."""
    found: dict[str, list[int]] = {}
    for i, among in enumerate(sets):
        for word in among or ():
            found.setdefault(word, []).append(i)
    return found


def _occurrences(
    body: Sequence[str], begins: Mapping[str, Sequence[int]], sets: Sequence[Sequence[set[str] | None]]
) -> list[list[int]]:
    """For each leaf the positions at which it begins, ascending."""
    positions: list[list[int]] = [[] for _ in sets]
    for at, word in [(at, word) for at, word in enumerate(body) if word in begins]:
        for i in begins[word]:
            rest = sets[i][1:]
            if not rest or (
                at + len(rest) < len(body) and all(fit is None or body[at + k] in fit for k, fit in enumerate(rest, 1))
            ):
                positions[i].append(at)
    return positions

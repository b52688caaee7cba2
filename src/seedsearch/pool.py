"""The passages that an engine hands over, as they are counted: words, terms, and where the parts of a query stand."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from seedsearch.characters import native
from seedsearch.cutting import is_run
from seedsearch.query import Leaf, Phrase, Prefix, Term
from seedsearch.tuples import NamedTuple
from seedsearch.vocabulary import Lexicon, Vocabulary, forget, lexicons


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
            pages.append(Page._make((lexicon, *lexicon.read(text), heading)))
        for lexicon in met.values():
            lexicon.learn()
    except BaseException:
        forget()
        raise
    return Pool(pages, met)


def met_in(pages: Sequence[Page]) -> memoryview[int]:
    """The numbers of all words of some pages."""
    texts = chain.from_iterable((page.words, page.joined, page.heading) for page in pages)
    if native and pages:
        return memoryview(native.distinct(pages[0].lexicon.vocabulary, texts)).cast("I")
    return memoryview(array("I", dict.fromkeys(chain.from_iterable(texts))))


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
    found: dict[int, Places] = {}
    for lexicon in pool.lexicons.values():
        ranks = [i for i, page in enumerate(pool.pages) if page.lexicon is lexicon]
        places = _find(leaves, lexicon, [pool.pages[i] for i in ranks])
        found.update(zip(ranks, places, strict=True))
    return [found[i] for i in range(len(pool.pages))]


def _find(leaves: Sequence[Leaf], lexicon: Lexicon, pages: Sequence[Page]) -> Iterator[Places]:
    """As `find`, in passages of one language."""
    fits = _matching(leaves, lexicon, pages)
    begins = _by_word([sets[0] for sets in fits])
    further = [(i, sets[1:]) for i, sets in enumerate(fits) if len(sets) > 1]
    joined = _joined(leaves, lexicon)
    characters = alone(leaves)
    bodies = _occurrences(lexicon, [page.words for page in pages], begins, further, len(fits))
    headings = _occurrences(lexicon, [page.heading for page in pages], begins, further, len(fits))
    for page, positions, heading in zip(pages, bodies, headings, strict=True):
        body = list(map(len, positions))
        # No word shows a single character in a run, nor two words that a hyphen joins.
        for i, form in characters:
            body[i] += page.folded.count(form)
        for word in page.joined if joined else ():
            for i in joined.get(word, ()):
                body[i] += 1
        yield Places._make((positions, body, list(map(len, heading)), joined))


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


def _matching(leaves: Sequence[Leaf], lexicon: Lexicon, pages: Sequence[Page]) -> list[list[set[int] | None]]:
    """For each position of each leaf the words that fit there in passages of a language; None for any.

    Single characters of runs are counted elsewhere; in a phrase the pairs fit that begin or end with them.
    """
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
    for number in met_in(pages) if single else ():
        word = lexicon.vocabulary.word(number)
        for form, fit in single:
            if form in word and len(word) == 2 and is_run(word):
                fit.add(number)
    for number, term in lexicon.beginning(tuple(start for start, _ in starts), met_in(pages)) if starts else ():
        for start, fit in starts:
            if term.startswith(start):
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
    lexicon: Lexicon,
    texts: Sequence[memoryview[int]],
    begins: dict[int, list[int]],
    further: Sequence[tuple[int, Sequence[set[int] | None]]],
    leaves: int,
) -> list[list[Sequence[int]]]:
    """For each text and leaf the positions at which it begins, ascending.

    `further` has for the leaves of several words those that fit behind the first.
    """
    found = positions(lexicon.vocabulary, texts, begins, leaves)
    for text, places in zip(texts, found, strict=True) if further else ():
        for i, rest in further:
            places[i] = [at for at in places[i] if _goes_on(text, at, rest)]
    return found


def plain_positions(
    _: Vocabulary, texts: Iterable[memoryview[int]], wanted: dict[int, list[int]], most: int, /
) -> list[list[Sequence[int]]]:
    """As `positions`, in Python."""
    found: list[list[Sequence[int]]] = []
    for text in texts:
        places: list[list[int]] = [[] for _ in range(most)]
        for at, word in enumerate(text):
            for thing in wanted.get(word, ()):
                places[thing].append(at)
        found.append([*places])
    return found


positions = native.positions if native else plain_positions
"""For each text the indexes at which words stand for which things are listed, as a list for each thing below `most`."""


def _goes_on(body: Sequence[int], at: int, rest: Sequence[set[int] | None]) -> bool:
    """Whether words that fit follow the one at a position."""
    return at + len(rest) < len(body) and all(fit is None or body[at + k] in fit for k, fit in enumerate(rest, 1))

"""The engine's best passages put in order by all that speaks for them; the same for every engine.

An engine matches terms and hands over a pool. For each passage of it these are added up:

* words: BM25F of what was asked for, function words (`function_words`) at LIGHT of their weight;
* likeness: four letters in a row that a word shares with the passage (McNamee & Mayfield, Character N-Gram Tokenization for
  European Language Text Retrieval, 2004), which finds the inflections, compounds and slips that a stemmer misses;
* characters: those of Han and Kana words one by one, as "軍售" in "軍事銷售";
* closeness: words that follow one another, or stand within a window, as in the query (Metzler & Croft, A Markov Random Field
  Model for Term Dependencies, 2005);
* shared: terms of the best passages so far, each weighed by how good its passage is (Lavrenko & Croft, Relevance-Based
  Language Models, 2001). A clear winner only confirms itself; where many passages are about as good, those that are like one
  another rise.

The weights were chosen together on 19 judged collections of 13 languages, by the mean and by the worst loss: see
`docs/relevance.md`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import exp, log
from typing import NamedTuple

from seedsearch.analysis import entries, is_run, joined_words, readable, words
from seedsearch.folding import fold_text
from seedsearch.function_words import function_words
from seedsearch.query import HEADING, Phrase, Prefix, Term
from seedsearch.ranking import norm, saturate
from seedsearch.records import Passage

LIGHT = 0.4
"""What a function word counts: 0 costs Hindi and Vietnamese questions .005, 1 costs Arabic .01, English .006."""
HEADINGS = 4.0
"""A word in a heading against one in the body: 1, 2 and 4 give .510, .522, .527 on Cranfield, .736, .740, .742 on SciFact and
.960, .960, .962 on DRCD, the collections whose documents have titles. (6 gives more still, for titles alone.)"""
LIKENESS = 0.7
GRAM = 4  # letters; 3 and 5 are worse in the mean of ten collections, by .005 and .002
CHARACTERS = 1.0
KANA = 0.3  # Hiragana is mostly grammar
ORDERED = 0.1
NEAR = 0.1
WINDOW = 8  # positions
SHARED = 2 / 3
SHARPNESS = 0.6  # the weight of a passage falls by half with each point of score below the best
FEEDBACK_PASSAGES = 10
FEEDBACK_TERMS = 30

_HIRAGANA = re.compile("[\u3041-\u309f]")

Leaf = Term | Phrase | Prefix


class Asked(NamedTuple):
    """What a query asks for: its leaves in order, what each is worth, its words as typed, the characters of runs.

    Words are folded and not stemmed; each has a weight, and so has each character.
    """

    leaves: Sequence[Leaf]
    weights: Sequence[float]
    words: Mapping[str, float]
    characters: Mapping[str, float]


class Score(NamedTuple):
    """Why a passage stands where it stands: a number for each leaf, and for each further kind of evidence."""

    leaves: tuple[float, ...]
    likeness: float = 0.0
    characters: float = 0.0
    closeness: float = 0.0
    shared: float = 0.0

    @property
    def total(self) -> float:
        """The sum."""
        return sum(self.leaves) + self.likeness + self.characters + self.closeness + self.shared


EVIDENCE = {
    "likeness": "words spelt alike, letter by letter",
    "characters": "characters of the words, one by one",
    "closeness": "words of the query beside or near one another",
    "shared": "what the best passages have in common",
}
"""The further kinds of evidence in the order of `Score`, and what each is."""


def name(leaf: Leaf) -> str:
    """A leaf as people may read it.

    >>> name(Phrase("any", (("six",), ("assur",))))
    '"six assur"'
    """
    if isinstance(leaf, Prefix):
        return readable(leaf.text) + "*"
    if isinstance(leaf, Phrase):
        return '"' + " ".join(readable(forms[0]) if forms else "*" for forms in leaf.positions) + '"'
    return " / ".join(dict.fromkeys(map(readable, leaf.forms)))


class _Page(NamedTuple):
    """A passage as it is counted: its words, those that a hyphen joins, and by what counts are divided in body and heading."""

    language: str
    folded: str
    words: list[str]
    joined: list[str]
    heading: list[str]
    norm: float
    heading_norm: float


def rerank(asked: Asked, pool: Sequence[Passage]) -> list[Score]:
    """The score of each passage of a pool, in the order of the pool; what is usual in the pool is what counts as long."""
    pages = _pages(pool)
    terms = _terms(pages)
    places = _places(asked.leaves, pages, terms)
    leaves = _leaves(asked, pages, places)
    likeness = _likeness(asked.words, pages)
    characters = [_characters(asked.characters, page) for page in pages]
    closeness = [_closeness(asked, page, found) for page, found in zip(pages, places, strict=True)]
    scores = [Score(*parts) for parts in zip(leaves, likeness, characters, closeness, strict=True)]
    shared = _shared([score.total for score in scores], pages, terms)
    return [score._replace(shared=more) for score, more in zip(scores, shared, strict=True)]


def _pages(pool: Sequence[Passage]) -> list[_Page]:
    read = [(passage.language, fold_text(passage.text), words(fold_text(" ".join(passage.headings)))) for passage in pool]
    bodies = [words(folded) for _, folded, _ in read]
    usual = sum(map(len, bodies)) / (len(pool) or 1)
    usual_heading = sum(len(heading) for _, _, heading in read) / (len(pool) or 1)
    return [
        _Page(language, folded, body, joined_words(folded), heading, norm(len(body), usual), norm(len(heading), usual_heading))
        for (language, folded, heading), body in zip(read, bodies, strict=True)
    ]


def _terms(pages: Sequence[_Page]) -> dict[str, dict[str, tuple[str, ...]]]:
    """By language: the terms of each word that occurs."""
    met: dict[str, dict[str, None]] = {}
    for page in pages:
        met.setdefault(page.language, {}).update(dict.fromkeys((*page.words, *page.heading, *page.joined)))
    return {language: dict(zip(found, entries(list(found), language), strict=True)) for language, found in met.items()}


class _Places(NamedTuple):
    """For each leaf, its positions in the body, and how often it stands in the body and in the heading."""

    positions: list[list[int]]
    body: list[int]
    heading: list[int]


def _places(
    leaves: Sequence[Leaf], pages: Sequence[_Page], terms: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> list[_Places]:
    matching = {language: _matching(leaves, known) for language, known in terms.items()}
    first = {language: _by_word([sets[0] for sets in found]) for language, found in matching.items()}
    found = []
    for page in pages:
        sets, begins = matching[page.language], first[page.language]
        positions = _occurrences(page.words, begins, sets)
        heading = [len(at) for at in _occurrences(page.heading, begins, sets)]
        body = [len(at) for at in positions]
        for i, leaf in enumerate(leaves):
            body[i] += _unseen(leaf, page, sets[i])
        found.append(_Places(positions, body, heading))
    return found


def _unseen(leaf: Leaf, page: _Page, matching: Sequence[set[str] | None]) -> int:
    """How often a leaf stands in a body where no word shows it: a single character in a run, two words that a hyphen joins."""
    if not isinstance(leaf, Term):
        return 0
    seen = matching[0] or ()
    joined = sum(word in seen for word in page.joined) if page.joined else 0
    return joined + sum(page.folded.count(form) for form in leaf.forms if len(form) == 1 and is_run(form))


def _matching(leaves: Sequence[Leaf], known: Mapping[str, tuple[str, ...]]) -> list[list[set[str] | None]]:
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
    starts = [(leaf.text, fit[0]) for leaf, fit in zip(leaves, fits, strict=True) if isinstance(leaf, Prefix)]
    for word, terms in known.items():
        for term in terms:
            for fit in wanted.get(term, ()):
                fit.add(word)
            for start, beginning in starts:
                if beginning is not None and term.startswith(start):
                    beginning.add(word)
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
            if at + len(rest) < len(body) and all(fit is None or body[at + k] in fit for k, fit in enumerate(rest, 1)):
                positions[i].append(at)
    return positions


def _leaves(asked: Asked, pages: Sequence[_Page], places: Sequence[_Places]) -> list[tuple[float, ...]]:
    """BM25F of each leaf in each passage."""
    scores = []
    for page, (_, body, heading) in zip(pages, places, strict=True):
        parts = []
        for i, leaf in enumerate(asked.leaves):
            frequency = HEADINGS * heading[i] / page.heading_norm
            if leaf.field != HEADING:
                frequency += body[i] / page.norm
            parts.append(asked.weights[i] * saturate(frequency) if frequency else 0.0)
        scores.append(tuple(parts))
    return scores


def _likeness(asked: Mapping[str, float], pages: Sequence[_Page]) -> list[float]:
    """What passages share with words letter by letter: for each word the mean of its grams, rare grams counting more."""
    met = dict.fromkeys(word for page in pages for word in page.words)
    if not asked or not met:
        return [0.0] * len(pages)
    texts = [f" {' '.join(page.words)} ".replace("'", " ") for page in pages]
    lexicon = f" {'  '.join(met)} ".replace("'", " ")
    weights: dict[str, float] = {}
    for word, weight in asked.items():
        rarity = {gram: log(1 + len(met) / (1 + lexicon.count(gram))) for gram in _grams(word)}
        whole = sum(rarity.values())
        for gram, rare in rarity.items():
            weights[gram] = weights.get(gram, 0.0) + weight * rare / whole
    return [
        LIKENESS * sum(weight * saturate(text.count(gram) / page.norm) for gram, weight in weights.items() if gram in text)
        for text, page in zip(texts, pages, strict=True)
    ]


def _grams(word: str) -> list[str]:
    """The grams of a word, each once, with the blanks around it.

    >>> _grams("arms")
    [' arm', 'arms', 'rms ']
    """
    padded = f" {word} "
    return list(dict.fromkeys(padded[i : i + GRAM] for i in range(max(1, len(padded) - GRAM + 1))))


def _characters(asked: Mapping[str, float], page: _Page) -> float:
    return CHARACTERS * sum(
        weight * (KANA if _HIRAGANA.match(character) else 1.0) * saturate(count / page.norm)
        for character, weight in asked.items()
        if (count := page.folded.count(character))
    )


def _closeness(asked: Asked, page: _Page, found: _Places) -> float:
    """Neighbours of the query that are neighbours in the passage, and those that stand near one another there."""
    lift = 0.0
    for left, right in pairwise(range(len(asked.leaves))):
        here, there = found.positions[left], found.positions[right]
        if here and there:
            following = set(there)
            ordered = sum(at + 1 in following for at in here)
            near = sum(any(-WINDOW < other - at < WINDOW for other in there) for at in here)
            worth = min(asked.weights[left], asked.weights[right])
            lift += worth * (ORDERED * saturate(ordered / page.norm) + NEAR * saturate(near / page.norm))
    return lift


def _shared(scores: Sequence[float], pages: Sequence[_Page], terms: Mapping[str, Mapping[str, tuple[str, ...]]]) -> list[float]:
    """What a passage shares with the best ones, at most SHARED of the best score."""
    best = max(scores, default=0.0)
    if best <= 0:
        return [0.0] * len(pages)
    stems = {language: _stems(known, language) for language, known in terms.items()}
    counts = [Counter([stems[page.language][word] for word in page.words if word in stems[page.language]]) for page in pages]
    spread = Counter(term for count in counts for term in count)
    rarity = {term: log(1 + (len(pages) - n + 0.5) / (n + 0.5)) for term, n in spread.items() if n > 1}
    top = sorted(range(len(pages)), key=lambda i: (-scores[i], i))[:FEEDBACK_PASSAGES]
    trust = [exp(SHARPNESS * (scores[i] - best)) for i in top]
    told: dict[str, float] = {}
    for i, weight in zip(top, trust, strict=True):
        for term, count in counts[i].items():
            if term in rarity:
                told[term] = told.get(term, 0.0) + weight * saturate(count / pages[i].norm) * rarity[term]
    chosen = sorted(told.items(), key=lambda item: (-item[1], item[0]))[:FEEDBACK_TERMS]
    sums = [
        sum(weight * rarity[term] * saturate(count[term] / page.norm) for term, weight in chosen if term in count)
        for count, page in zip(counts, pages, strict=True)
    ]
    most = max(sums, default=0.0)
    return [SHARED * best * value / most if most else 0.0 for value in sums]


def _stems(terms: Mapping[str, tuple[str, ...]], language: str) -> dict[str, str]:
    """The stem of each word that is neither a function word nor a number."""
    light = function_words(language)
    return {word: found[0] for word, found in terms.items() if word not in light and not word.isdigit()}

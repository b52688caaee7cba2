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

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from math import exp, log

from seedsearch.analysis import readable
from seedsearch.function_words import function_words
from seedsearch.pool import Page, Places, Pool
from seedsearch.query import HEADING, Leaf, Phrase, Prefix
from seedsearch.ranking import norm, saturate
from seedsearch.tuples import NamedTuple

LIGHT = 0.4
"""What a function word counts: 0 costs Hindi and Vietnamese questions .005, 1 costs Arabic .01, English .006."""
INSIDE = 0.3
"""What the characters of function words inside runs of letters without blanks count. 1, .4, .3, .25
give .892, .905, .909, .908 on JaQuAD, .957, .961, .964, .962 on XQuAD in Thai, .971, .975, .976, .977 in Chinese and
.961, .963, .963, .962 on DRCD, of some of their questions."""
HEADINGS = 6.0
"""A word in a heading against one in the body: 4, 6 and 8 give .525, .530, .534 on Cranfield, .689, .687, .688 on a third of
SciFact, .963, .963, .964 on a sixth of DRCD, .929, .930, .931 on a third of mixed-dev: the collections with titles. 1 and 2
are worse on each."""
LIKENESS = 0.7
GRAM = 4  # letters; 3 and 5 are worse in the mean of ten collections, by .005 and .002
CHARACTERS = 0.7  # .5, 1 and 1.3 cost DRCD .001 to .002, XQuAD in Chinese .0002 to .0016
ORDERED = 0.1
NEAR = 0.1
WINDOW = 8  # positions
SHARED = 2 / 3
SHARPNESS = 0.6  # the weight of a passage falls by half with each point of score below the best
FEEDBACK_PASSAGES = 10
FEEDBACK_TERMS = 30

POOL = 100  # passages that the engine hands over
LEAST, FALL = 20, 1 / 3
"""Of these at least LEAST are ordered, and those that the engine gives this share of the best one's score.

Of 15 collections the mean is the same as with all hundred (.4 costs .0001, .5 .0006); a question is ordered in a third of
the time, as most have a clear best passage."""


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


def depth(scores: Sequence[float]) -> int:
    """How many of the engine's passages are to be ordered, from their scores, best first.

    >>> depth([9.0] * 30 + [2.0] * 70)
    30
    """
    return max(min(LEAST, len(scores)), sum(score >= FALL * scores[0] for score in scores[:POOL])) if scores else 0


class _Counted(NamedTuple):
    """How often each word of a passage occurs, and by what counts are divided in its body and heading."""

    counts: dict[str, int]
    norm: float
    heading_norm: float


def rerank(asked: Asked, pool: Pool, places: Sequence[Places]) -> list[Score]:
    """The score of each passage of a pool, in the order of the pool; `places` are those of the leaves."""
    counted = _counted(pool.pages)
    leaves = _leaves(asked, counted, places)
    likeness = _likeness(asked.words, pool, counted)
    characters = [_characters(asked.characters, page, one.norm) for page, one in zip(pool.pages, counted, strict=True)]
    closeness = [_closeness(asked, found, one.norm) for found, one in zip(places, counted, strict=True)]
    scores = [Score(*parts) for parts in zip(leaves, likeness, characters, closeness, strict=True)]
    shared = _shared([score.total for score in scores], pool, counted)
    return [score._replace(shared=more) for score, more in zip(scores, shared, strict=True)]


def _counted(pages: Sequence[Page]) -> list[_Counted]:
    """What is usual in a pool is what counts as long there."""
    usual = sum(len(page.words) for page in pages) / (len(pages) or 1)
    usual_heading = sum(len(page.heading) for page in pages) / (len(pages) or 1)
    return [
        _Counted(Counter(page.words), norm(len(page.words), usual), norm(len(page.heading), usual_heading)) for page in pages
    ]


def _leaves(asked: Asked, pages: Sequence[_Counted], places: Sequence[Places]) -> list[tuple[float, ...]]:
    """BM25F of each leaf in each passage."""
    in_body = [leaf.field != HEADING for leaf in asked.leaves]
    scores = []
    for page, found in zip(pages, places, strict=True):
        parts = []
        for weight, here, there, counts in zip(asked.weights, found.body, found.heading, in_body, strict=True):
            frequency = (here / page.norm if counts else 0.0) + (HEADINGS * there / page.heading_norm if there else 0.0)
            parts.append(weight * saturate(frequency) if frequency else 0.0)
        scores.append(tuple(parts))
    return scores


def _likeness(asked: Mapping[str, float], pool: Pool, pages: Sequence[_Counted]) -> list[float]:
    """What passages share with words letter by letter: for each word the mean of its grams, rare grams counting more."""
    met = list(set().union(*(lexicon.words for lexicon in pool.lexicons.values())))
    if not asked or not met:
        return [0.0] * len(pages)
    lexicon = f" {'  '.join(met)} ".replace("'", " ")
    grams = {word: _grams(word) for word in asked}
    holding = _holding(set(chain.from_iterable(grams.values())), met, lexicon)
    weights: dict[str, float] = {}
    words: dict[str, list[str]] = {}
    for word, weight in asked.items():
        rarity = {gram: log(1 + len(met) / (1 + len(holding[gram]))) for gram in grams[word]}
        whole = sum(rarity.values())
        for gram, rare in rarity.items():
            weights[gram] = weights.get(gram, 0.0) + weight * rare / whole
    for gram in weights:
        for word in holding[gram]:
            words.setdefault(word, []).append(gram)
    sums = []
    for page in pages:
        frequencies: dict[str, int] = {}
        for word in page.counts.keys() & words.keys():
            count = page.counts[word]
            for gram in words[word]:
                frequencies[gram] = frequencies.get(gram, 0) + count
        found = ((weight, frequencies[gram]) for gram, weight in weights.items() if gram in frequencies)
        sums.append(LIKENESS * sum(weight * saturate(count / page.norm) for weight, count in found))
    return sums


def _holding(grams: Iterable[str], met: Sequence[str], lexicon: str) -> dict[str, list[str]]:
    """Gram -> the words that hold it; words stand in the lexicon with a blank before and after each."""
    begins = list(accumulate((len(word) + 2 for word in met), initial=0))
    holding: dict[str, list[str]] = {}
    for gram in grams:
        found = holding[gram] = []
        at = lexicon.find(gram)
        while at >= 0:
            found.append(met[bisect_right(begins, at) - 1])
            at = lexicon.find(gram, at + 1)
    return holding


def _grams(word: str) -> list[str]:
    """The grams of a word, each once, with the blanks around it.

    >>> _grams("arms")
    [' arm', 'arms', 'rms ']
    """
    padded = f" {word} "
    return list(dict.fromkeys(padded[i : i + GRAM] for i in range(max(1, len(padded) - GRAM + 1))))


def _characters(asked: Mapping[str, float], page: Page, length: float) -> float:
    return CHARACTERS * sum(
        weight * saturate(count / length) for character, weight in asked.items() if (count := page.folded.count(character))
    )


def _closeness(asked: Asked, found: Places, length: float) -> float:
    """Neighbours of the query that are neighbours in the passage, and those that stand near one another there."""
    lift = 0.0
    for left, (here, there) in enumerate(pairwise(found.positions)):
        if here and there:
            following = set(there)
            ordered = sum(at + 1 in following for at in here)
            near = sum(any(-WINDOW < other - at < WINDOW for other in there) for at in here)
            worth = min(asked.weights[left], asked.weights[left + 1])
            lift += worth * (ORDERED * saturate(ordered / length) + NEAR * saturate(near / length))
    return lift


def _shared(scores: Sequence[float], pool: Pool, counted: Sequence[_Counted]) -> list[float]:
    """What a passage shares with the best ones, at most SHARED of the best score."""
    best = max(scores, default=0.0)
    if best <= 0:
        return [0.0] * len(scores)
    stems = {language: {word: terms[0] for word, terms in found.terms.items()} for language, found in pool.lexicons.items()}
    pages = [(one, stems[page.language], page.language) for one, page in zip(counted, pool.pages, strict=True)]
    spread = Counter(chain.from_iterable(set(map(stem.get, one.counts, one.counts)) for one, stem, _ in pages))
    top = sorted(range(len(pages)), key=lambda i: (-scores[i], i))[:FEEDBACK_PASSAGES]
    told: dict[str, float] = {}
    rarity: dict[str, float] = {}
    for (one, stem, language), trust in ((pages[i], exp(SHARPNESS * (scores[i] - best))) for i in top):
        for term, count in _stemmed(one.counts, _telling(one.counts, language), stem).items():
            if spread[term] > 1:
                rarity[term] = log(1 + (len(pages) - spread[term] + 0.5) / (spread[term] + 0.5))
                told[term] = told.get(term, 0.0) + trust * saturate(count / one.norm) * rarity[term]
    chosen = dict(sorted(told.items(), key=lambda item: (-item[1], item[0]))[:FEEDBACK_TERMS])
    written = {
        language: (found.words & chosen.keys()).union(word for word, stem in stems[language].items() if stem in chosen)
        for language, found in pool.lexicons.items()
    }
    sums = []
    for one, stem, language in pages:
        counts = _stemmed(one.counts, one.counts.keys() & written[language], stem)
        frequencies = ((weight * rarity[term], counts[term]) for term, weight in chosen.items() if term in counts)
        sums.append(sum(worth * saturate(count / one.norm) for worth, count in frequencies))
    most = max(sums, default=0.0)
    return [SHARED * best * value / most if most else 0.0 for value in sums]


def _telling(counts: Iterable[str], language: str) -> list[str]:
    """The words of a passage but for function words and numbers, of which passages have many in common."""
    light = function_words(language)
    return [word for word in counts if word not in light and not word.isdigit()]


def _stemmed(counts: Mapping[str, int], words: Iterable[str], stems: Mapping[str, str]) -> dict[str, int]:
    """How often each stem of some words of a passage occurs there."""
    found: dict[str, int] = {}
    for word in words:
        stem = stems.get(word, word)
        found[stem] = found.get(stem, 0) + counts[word]
    return found

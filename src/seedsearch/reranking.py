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
from heapq import nlargest
from itertools import accumulate, chain
from math import exp, log
from typing import Any

from seedsearch.analysis import readable
from seedsearch.characters import native
from seedsearch.pool import Page, Places, Pool, met_in, plain_positions
from seedsearch.query import HEADING, Leaf, Phrase, Prefix
from seedsearch.ranking import K1, idf, norm, saturate
from seedsearch.tuples import NamedTuple
from seedsearch.vocabulary import Vocabulary

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
LEAST, FALL = 20, 0.29
"""Of these at least LEAST are ordered, and those that the engine gives this share of the best one's score.

With a third a query is a tenth cheaper, and MED, of 15 questions, differs by .006 between the engines, whose scores are not
quite the same; with .29 no collection does by more than .003. .4 costs Cranfield .004, .5 the mean of fifteen .0006."""


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


class _Length(NamedTuple):
    """By what counts are divided in the body and the heading of a passage: `ranking.norm`."""

    body: float
    heading: float


def rerank(asked: Asked, pool: Pool, places: Sequence[Places]) -> list[Score]:
    """The score of each passage of a pool, in the order of the pool; `places` are those of the leaves."""
    lengths = _lengths(pool.pages)
    leaves = _leaves(asked, lengths, places)
    likeness = _likeness(asked.words, pool, lengths)
    characters = [_characters(asked.characters, page, one.body) for page, one in zip(pool.pages, lengths, strict=True)]
    worths = list(map(min, asked.weights, asked.weights[1:]))
    closeness = [_closeness(worths, found.positions, one.body) for found, one in zip(places, lengths, strict=True)]
    parts = list(zip(leaves, likeness, characters, closeness, strict=True))
    shared = _shared([sum(words) + sum(more) for words, *more in parts], pool, lengths)
    return [Score._make((*known, more)) for known, more in zip(parts, shared, strict=True)]


def _lengths(pages: Sequence[Page]) -> list[_Length]:
    """What is usual in a pool is what counts as long there."""
    usual = sum(len(page.words) for page in pages) / (len(pages) or 1)
    usual_heading = sum(len(page.heading) for page in pages) / (len(pages) or 1)
    return [_Length(norm(len(page.words), usual), norm(len(page.heading), usual_heading)) for page in pages]


def _leaves(asked: Asked, lengths: Sequence[_Length], places: Sequence[Places]) -> list[tuple[float, ...]]:
    """BM25F of each leaf in each passage."""
    in_body = [leaf.field != HEADING for leaf in asked.leaves]
    scores = []
    for length, found in zip(lengths, places, strict=True):
        parts = []
        for weight, here, there, counts in zip(asked.weights, found.body, found.heading, in_body, strict=True):
            frequency = (here / length.body if counts else 0.0) + (HEADINGS * there / length.heading if there else 0.0)
            parts.append(weight * saturate(frequency) if frequency else 0.0)
        scores.append(tuple(parts))
    return scores


def _likeness(asked: Mapping[str, float], pool: Pool, lengths: Sequence[_Length]) -> list[float]:
    """What passages share with words letter by letter: for each word the mean of its grams, rare grams counting more."""
    met = met_in(pool.pages)
    if not asked or not met:
        return [0.0] * len(lengths)
    grams = {word: _grams(word) for word in asked}
    vocabulary = pool.pages[0].lexicon.vocabulary
    places = {gram: i for i, gram in enumerate(dict.fromkeys(chain.from_iterable(grams.values())))}
    holding = _holding(list(places), vocabulary, met)
    weights = [0.0] * len(places)
    for word, weight in asked.items():
        rarity = {gram: log(1 + len(met) / (1 + len(holding[places[gram]]))) for gram in grams[word]}
        whole = sum(rarity.values())
        for gram, rare in rarity.items():
            weights[places[gram]] += LIKENESS * weight * rare / whole
    words: dict[int, list[int]] = {}
    for place, numbers in enumerate(holding):
        for number in numbers:
            words.setdefault(number, []).append(place)
    return gains(vocabulary, [page.words for page in pool.pages], words, weights, [length.body for length in lengths], K1)


def plain_gains(
    vocabulary: Vocabulary,
    texts: Sequence[memoryview[int]],
    wanted: dict[int, list[int]],
    weights: list[float],
    lengths: Sequence[float],
    half: float,
    /,
) -> list[float]:
    """As `gains`, in Python."""
    sums = []
    for places, length in zip(plain_positions(vocabulary, texts, wanted, len(weights)), lengths, strict=True):
        gain = 0.0
        for weight, found in zip(weights, places, strict=True):
            gain += weight * saturate(len(found) / length, half)
        sums.append(gain)
    return sums


gains = native.gains if native else plain_gains
"""For each text the weights of the things that are listed for its words, each by how often they stand there: see `saturate`."""


def _holding(grams: list[str], vocabulary: Vocabulary, met: memoryview[int]) -> list[list[int]]:
    """For each gram the words that hold it, by number, each as often as it does."""
    if native and all(len(gram) == GRAM for gram in grams):
        return native.holding(grams, vocabulary, met)
    return plain_holding(grams, vocabulary, met)


def plain_holding(grams: Iterable[str], vocabulary: Vocabulary, met: memoryview[int]) -> list[list[int]]:
    """As `_holding`, in Python."""
    words = [vocabulary.word(number) for number in met]
    padded = "\0".join([f" {word} " for word in words]).replace("'", " ")
    begins = list(accumulate((len(word) + 3 for word in words), initial=0))  # each with the blank before it
    holding: list[list[int]] = []
    for gram in grams:
        found: list[int] = []
        holding.append(found)
        at = padded.find(gram)
        while at >= 0:
            found.append(met[bisect_right(begins, at) - 1])
            at = padded.find(gram, at + 1)
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


def _closeness(worths: Sequence[float], positions: Sequence[Sequence[int]], length: float) -> float:
    """Neighbours of the query that are neighbours in the passage, and those that stand near one another there.

    `worths` has a number for each two neighbours of the query.
    """
    lift = 0.0
    for worth, here, there in zip(worths, positions, positions[1:], strict=False):
        if here and there:
            ordered = near = 0
            for at in here:
                first = bisect_right(there, at - WINDOW)  # the first that is not too far before: positions ascend
                if first < len(there) and there[first] < at + WINDOW:
                    near += 1
                    ordered += at + 1 in there[first : first + 2 * WINDOW]
            if near:  # who follows is near
                lift += worth * (ORDERED * saturate(ordered / length) + NEAR * saturate(near / length))
    return lift


def _shared(scores: Sequence[float], pool: Pool, lengths: Sequence[_Length]) -> list[float]:
    """What a passage shares with the best ones, at most SHARED of the best score."""
    best = max(scores, default=0.0)
    if best <= 0:
        return [0.0] * len(scores)
    trusts = [-1.0] * len(scores)
    for i in nlargest(FEEDBACK_PASSAGES, range(len(scores)), key=scores.__getitem__):
        trusts[i] = exp(SHARPNESS * (scores[i] - best))
    rarities = [idf(n, len(scores)) for n in range(len(scores) + 1)]
    pages = [(page.lexicon.stems, page.words) for page in pool.pages]
    sums = feedback(pages, [length.body for length in lengths], trusts, rarities, FEEDBACK_TERMS, K1)
    most = max(sums, default=0.0)
    return [SHARED * best * value / most if most else 0.0 for value in sums]


def plain_feedback(
    pages: Sequence[tuple[Any, memoryview[int]]],
    lengths: Sequence[float],
    trusts: Sequence[float],
    rarities: Sequence[float],
    most: int,
    half: float,
    /,
) -> list[float]:
    """As `feedback`, in Python, of `PlainStems`."""
    held: dict[int | None, dict[int, int]] = {}
    for i, (stems, words) in enumerate(pages):
        for stem, count in Counter(map(stems.of.__getitem__, words)).items():
            held.setdefault(stem, {})[i] = count
    held.pop(None, None)
    told = {}
    for stem, counts in held.items():
        if any(trusts[i] >= 0 for i in counts) and len(counts) > 1:
            told[stem] = 0.0
            for i, count in counts.items():
                if trusts[i] >= 0:
                    told[stem] += trusts[i] * saturate(count / lengths[i], half) * rarities[len(counts)]
    vocabulary = pages[0][0].vocabulary
    sums = [0.0] * len(pages)
    for stem in sorted(told, key=lambda stem: (-told[stem], vocabulary.word(stem)))[:most]:
        for i, count in held[stem].items():
            sums[i] += told[stem] * rarities[len(held[stem])] * saturate(count / lengths[i], half)
    return sums


feedback = native.feedback if native else plain_feedback
"""For each passage, given by the stems of its language and the numbers of its words, how much it has of what those share that
are trusted (0 and more): the `most` telling stems count, each by its rarity, which is given for each number of passages."""

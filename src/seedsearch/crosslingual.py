"""A query in one language -> passages in the other: by translated words, and opposite what was found directly.

What the dictionary lacks is learned from the collection's aligned documents at the time of the query (`aligned`). On Debian's
manuals and the Bible, 33 documents aligned and the others searched one language at a time, by phrases of six words or up to 14
characters, that lifts nDCG@10 from .436 to .486 (English to Chinese) and from .389 to .428 (back).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from seedsearch import lexicon, ranking, snippets
from seedsearch.aligned import Aligned
from seedsearch.counterparts import Found, counterparts
from seedsearch.engines.protocol import Answer, Engine
from seedsearch.letters import is_han
from seedsearch.pool import Page, Places, find, read
from seedsearch.query import ANYWHERE, And, Group, Language, Node, Or, Phrase, Term, Within, speaks
from seedsearch.store import Store, Stored
from seedsearch.translation import MOST_WORDS, Rendering, Translation, leaf, renderings
from seedsearch.tuples import NamedTuple

if TYPE_CHECKING:
    from seedsearch.vectors import Near, Vectors

HALF = 0.5
"""Share of a query's weight (the sum of its words' idf) that must have a translation, or only chance would be found."""
COMMON = 500  # passages beyond which it is not looked up whether a word that has a translation is used untranslated
MOSTLY = 10  # one passage in so many, of those that hold a word, has to be in the other language for it to be used there
POSTINGS = 5000  # places of translations that are looked at for a query, beside those of each word's best: 8 ms
POOL = 30  # translated passages that are looked at, at least
RESCORED = 16  # of these, where an engine has no exact scores: 12 give .854, 16, 20 and 30 .855; back .889 to .888
LEARNED = 8  # words of a query that are learned
# A passage with so much less than the best, and nothing but single Chinese characters, is left out: one in fifteen of the first
# 25, and one in four where there are few better; nDCG@10 of XQuAD falls by .0005 (English to Chinese) and not at all (back).
FAR = 0.5
# What vectors add to the share of a query that is translated: .7 of the cosine.
LIKENESS = 0.7
ALIKE = 0.2  # least cosine of a passage without translated words, beside passages with them
ALONE = 0.4  # and where there are none
KEPT = 20_000  # frequencies of words that are remembered
DEEP = 1000  # translated passages whose share is known, to be added to their likeness


class Question(NamedTuple):
    """A query with its renderings in another language, what each of its words weighs, and where to look."""

    text: str
    source: str
    target: str
    renderings: tuple[Rendering, ...]
    weights: tuple[float, ...]
    filters: tuple[Node, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def node(self) -> Node:
        """The translated query."""
        leaves = (members(rendering, self.target) for rendering in self.renderings)
        return And((Or(tuple(Group(tuple(found)) for found in leaves if found)), Language(self.target), *self.filters))

    @property
    def covered(self) -> float:
        """The share of the query's weight that is translated."""
        pairs = zip(self.renderings, self.weights, strict=True)
        return sum(weight for rendering, weight in pairs if rendering.translations) / (sum(self.weights) or 1.0)

    def admits(self, language: str) -> bool:
        """Whether a passage in a language can answer."""
        return all(
            speaks(language, node.prefix) for node in (Language(self.target), *self.filters) if isinstance(node, Language)
        )


def members(rendering: Rendering, language: str) -> list[tuple[float, Term | Phrase]]:
    """What to search for a word: its translations with their weights."""
    found = ((translation.weight, leaf(translation.text, language)) for translation in rendering.translations)
    return [(weight, node) for weight, node in found if node is not None]


class Interpreter:
    """Translates queries for one index, opened for reading; `best` are the engine's best matches that can be shown."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        best: Callable[[Node, int], Answer],
        vectors: Vectors | None = None,
        note: str = "",
    ) -> None:
        self._engine = engine
        self._store = store
        self._best = best
        self._vectors = vectors
        self._note = note  # told once
        self._frequencies: dict[tuple[str, str], tuple[int, ...]] = {}
        self.aligned = Aligned(engine, store)

    def question(self, text: str, source: str, target: str, filters: tuple[Node, ...] = ()) -> Question:
        """A query, translated with what the dictionary and the aligned documents know."""
        notes = [] if lexicon.is_ready() else ["the dictionary was made ready, once; from now on queries are quick"]
        lexicon.few()
        notes += filter(None, [self._note])
        self._note = ""
        roughly = cache(lambda word: min(self._roughly(word, target)))

        def passes(word: str, known: bool) -> bool:
            # A word that has a translation and stands mostly in passages of its own language is no name.
            there = self.passages(word, target) if roughly(word) <= COMMON or not known else 0
            return there > 0 and (not known or MOSTLY * there >= roughly(word))

        found = renderings(text, source, lambda word: roughly(word) > 0, passes)
        if len(found) > MOST_WORDS:
            notes.append(f"only the first {MOST_WORDS} words are translated")
            found = found[:MOST_WORDS]
        if self.aligned.documents:
            found = self._taught(found, text, source, target)
        found = _affordable(found, lambda word: sum(self._roughly(word, target)))
        best = (roughly(one.translations[0].text) if one.translations else 0 for one in found)
        used = [max(min(self._roughly(one.word, source)), other) for one, other in zip(found, best, strict=True)]
        return Question(text, source, target, tuple(found), tuple(self._weights(used)), filters, tuple(notes))

    def _taught(self, found: Sequence[Rendering], text: str, source: str, target: str) -> list[Rendering]:
        """Renderings with what the aligned documents teach."""
        self.aligned.forget()
        runs = [("".join(rendering.word for rendering in run), run) for run in _names(found, text)]
        asked = list(islice((word for word, _ in runs if _is_learned(word, source)), LEARNED))
        # Where few documents are aligned, most questions share no word with them: one search tells, in place of one a word.
        asked = asked if self.aligned.hold(asked, source) else []
        taught: list[Rendering] = []
        for word, run in runs:
            learned = self.aligned.learn(word, source, target) if word in asked else ()
            if len(run) == 1:
                taught.append(_with(run[0], learned))
            else:
                taught += [Rendering(word, tuple(learned))] if learned else run
        return taught

    def _weights(self, frequencies: Sequence[int]) -> list[float]:
        """The idf of each word; one that occurs nowhere may be rare or a slip, and counts like the others."""
        passages = self._engine.count()
        known = [ranking.idf(min(frequency, passages), passages) for frequency in frequencies if frequency]
        average = sum(known) / len(known) if known else 1.0
        return [ranking.idf(min(frequency, passages), passages) if frequency else average for frequency in frequencies]

    def passages(self, word: str, language: str) -> int:
        """How many passages in a language hold a word or phrase of it."""
        node = leaf(word, language)
        return self._engine.search(And((node, Language(language))), 0).total if node else 0

    def _roughly(self, word: str, language: str) -> tuple[int, ...]:
        """In about how many passages each position of a word or phrase occurs; kept, since each is asked for several times."""
        known = self._frequencies.get((word, language))
        if known is None:
            if len(self._frequencies) >= KEPT:
                self._frequencies.clear()
            node = leaf(word, language)
            positions = () if node is None else (node.forms,) if isinstance(node, Term) else node.positions
            known = tuple(self._engine.rough_frequency(ANYWHERE, forms) for forms in positions) or (0,)
            self._frequencies[word, language] = known
        return known

    def _frequency(self, node: Term | Phrase) -> int:
        """In how many passages a term, about, or a phrase occurs."""
        if isinstance(node, Phrase):
            return self._engine.search(node, 0).total
        return self._engine.rough_frequency(node.field, node.forms)

    def translated(self, question: Question, limit: int) -> list[Found]:
        """The passages that answer half of a question's weight by translated words, or are alike in meaning, best first.

        The score is the share of the question that is answered, plus LIKENESS of the cosine where there are vectors.
        """
        whole, most = sum(question.weights) or 1.0, max(POOL, limit)
        depth = DEEP if self._vectors else most
        matches = self._best(question.node, depth).matches if question.covered >= HALF else ()
        shares = {match.number: match.score / whole for match in matches}
        first = list(shares)[:most]
        near = self._near(question, most, first)
        stored = self._store.passages(dict.fromkeys((*first, *near)))
        reader = _Reader(question)
        if not self._engine.exact_scores:
            known = [stored[number] for number in first[:RESCORED] if number in stored]
            values = [value / whole for value in reader.scores(known, self._values(question))]
            # What follows stays behind these, in its order.
            further = {number: shares[number] for number in list(shares)[RESCORED:]}
            scale = min(1.0, min(values, default=0.0) / (max(further.values(), default=0.0) or 1.0))
            shares = dict(zip((one.number for one in known), values, strict=True))
            shares |= {number: scale * share for number, share in further.items()}
        alike = {number: max(0.0, one.likeness) for number, one in near.items() if _is_of(one, stored.get(number))}
        scores = {number: shares.get(number, 0.0) + LIKENESS * alike.get(number, 0.0) for number in stored}
        found: list[Found] = []
        ranked = sorted(scores, key=lambda number: (-scores[number], number))
        while ranked and len(found) < limit:
            next_ones, ranked = ranked[: limit - len(found)], ranked[limit - len(found) :]
            for one in reader.read([(stored[number], scores[number]) for number in next_ones]):
                number = one.stored.number
                one = one._replace(likeness=LIKENESS * alike.get(number, 0.0))
                is_far = bool(found) and one.score < FAR * found[0].score
                if number in shares and reader.answers(one) and not (is_far and _is_by_chance(one)):
                    found.append(one)
                elif alike.get(number, 0.0) >= (ALIKE if shares else ALONE):
                    found.append(one._replace(match="similar"))
        return found

    def _values(self, question: Question) -> list[float]:
        """The idf of each word's translations together."""
        passages = self._engine.count()
        counts = (
            sum(min(1.0, weight) * self._frequency(node) for weight, node in members(rendering, question.target))
            for rendering in question.renderings
        )
        return [ranking.idf(min(count, passages), passages) for count in counts]

    def _near(self, question: Question, most: int, also: Sequence[int]) -> dict[int, Near]:
        """The passages most alike in meaning, as far as the filters let them through; none without vectors."""
        if self._vectors is None:
            return {}
        from seedsearch import encoder
        from seedsearch.vectors import TAGS

        tags = [tag for tag in TAGS if question.admits(tag)]
        within = [node.documents for node in question.filters if isinstance(node, Within)]
        documents = frozenset.intersection(*within) if within else None
        return self._vectors.nearest(encoder.encode(question.text), tags, documents, most, also)

    def merged(
        self, question: Question, found: Sequence[Found], direct: Iterable[Found], best: float, limit: int
    ) -> list[Found]:
        """Passages found by translation, and those opposite what was found directly, which count for more, best first.

        `best` is the best score there can be for `direct`; of these the ones count that hold half of the query's weight. Both
        scores are made shares of the best there can be; a passage that has both has their sum.
        """
        by_number = {one.stored.number: one for one in found}
        reader = _Reader(question)
        for one in direct:
            held = sum({match.part: match.weight for match in one.matches}.values())
            for stored in self._opposite(one) if held and held >= HALF * best else ():
                known = by_number.get(stored.number)
                if question.admits(stored.passage.language) and (known is None or known.match != "aligned"):
                    known = known or reader.read([(stored, 0.0)])[0]
                    by_number[stored.number] = known._replace(score=known.score + one.score / best, match="aligned")
        return sorted(by_number.values(), key=lambda one: (-one.score, one.stored.number))[: max(0, limit)]

    def _opposite(self, found: Found) -> list[Stored]:
        """The passages opposite the places that matched."""
        passage, matches = found.stored.passage, found.matches
        begin = passage.span.start_char
        first, last = min(match.start for match in matches), max(match.end for match in matches)
        return [stored for stored, _ in counterparts(self._store, passage, begin + first, begin + last)]


def _is_of(near: Near, stored: Stored | None) -> bool:
    """Whether a vector is that of a passage as it is: a reader may meet an index while it is changed."""
    from seedsearch import encoder

    return stored is not None and near.key == encoder.key(encoder.text_of(stored.passage))


def _affordable(found: Sequence[Rendering], cost: Callable[[str], int]) -> list[Rendering]:
    """Renderings without the most frequent translations, where all would take long; each keeps its best one."""
    costs = sorted(
        (bool(rank), cost(translation.text), owner, rank)
        for owner, rendering in enumerate(found)
        for rank, translation in enumerate(rendering.translations)
    )
    spent = accumulate(places for _, places, _, _ in costs)
    kept = {
        (owner, rank) for (later, _, owner, rank), places in zip(costs, spent, strict=True) if not later or places <= POSTINGS
    }
    return [
        rendering._replace(translations=tuple(one for rank, one in enumerate(rendering.translations) if (owner, rank) in kept))
        for owner, rendering in enumerate(found)
    ]


class _Reader:
    """Finds the translated words of a question in passages."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._leaves: list[Term | Phrase] = []
        self._shares: list[float] = []
        self._weights: list[float] = []
        self._owners: list[int] = []
        self._known: dict[int, tuple[Page, Places]] = {}
        for owner, (rendering, weight) in enumerate(zip(question.renderings, question.weights, strict=True)):
            for share, node in members(rendering, question.target):
                self._leaves.append(node)
                self._shares.append(share)
                self._weights.append(weight * share)
                self._owners.append(owner)

    def read(self, stored: Sequence[tuple[Stored, float]]) -> list[Found]:
        """Passages and their scores, with their translated words."""
        names = [self._question.renderings[owner].word for owner in self._owners]
        found = []
        for (one, score), (page, places) in zip(stored, self._places([one for one, _ in stored]), strict=True):
            matches = snippets.located(one.passage.text, page, places, self._leaves, self._weights)
            found.append(Found(one, score, matches, snippets.words(one.passage.text, matches, names), "translated"))
        return found

    def scores(self, stored: Sequence[Stored], values: Sequence[float]) -> list[float]:
        """The scores of passages as engines with exact scores give them, from the idf of each word of the question.

        But the average length is that of these passages. nDCG@10 on XQuAD, English to Chinese and back: Tantivy's own scores
        give .850 and .888, these .855 and .888, those of Whoosh .855 and .889.
        """
        pages = self._places(stored)
        usual = sum(len(page.words) for page, _ in pages) / (len(pages) or 1)
        found = []
        for page, places in pages:
            frequencies = [0.0] * len(values)
            for owner, share, here, there in zip(self._owners, self._shares, places.body, places.heading, strict=True):
                frequencies[owner] += share * (here + there)
            length = ranking.norm(len(page.words), usual)
            found.append(sum(value * ranking.saturate(each / length) for value, each in zip(values, frequencies, strict=True)))
        return found

    def _places(self, stored: Sequence[Stored]) -> list[tuple[Page, Places]]:
        """The words of passages, and where translations stand in them."""
        new = [one for one in stored if one.number not in self._known]
        pool = read((one.passage.language, one.passage.text, one.passage.headings) for one in new)
        pages = zip(pool.pages, find(self._leaves, pool), strict=True)
        self._known.update(zip((one.number for one in new), pages, strict=True))
        return [self._known[one.number] for one in stored]

    def answers(self, found: Found) -> bool:
        """Whether the words that a passage holds weigh half as much as an average word of the question."""
        held = {word for word, _ in found.words}
        weights = self._question.weights
        pairs = zip(self._question.renderings, weights, strict=True)
        return len(weights) * sum(weight for rendering, weight in pairs if rendering.word in held) >= HALF * sum(weights)


def _is_by_chance(found: Found) -> bool:
    """Whether every word that matched is one Chinese character on its side, which most often is a part of another word."""
    return all(any(len(side) == 1 and is_han(side) for side in pair) for pair in found.words)


def _is_learned(word: str, source: str) -> bool:
    """Whether a word is long enough for what stands opposite it to be told from its neighbours."""
    return len(word) > 1 and (source == "zh") == (word[0] >= "\u3400")


def _names(found: Sequence[Rendering], text: str) -> Iterator[tuple[Rendering, ...]]:
    """Renderings one by one; of single Chinese characters that stand side by side, all: a name that no dictionary has."""
    start = 0
    while start < len(found):
        end = start + 1
        while end < len(found) and _is_run(found[start : end + 1], text):
            end += 1
        yield tuple(found[start:end])
        start = end


def _is_run(found: Sequence[Rendering], text: str) -> bool:
    return all(len(one.word) == 1 and is_han(one.word) for one in found) and "".join(one.word for one in found) in text


def _with(rendering: Rendering, learned: Sequence[Translation]) -> Rendering:
    """A rendering with what was learned; a translation that the dictionary has too keeps the greater weight."""
    merged = {translation.text: translation for translation in rendering.translations}
    for translation in learned:
        if translation.text not in merged or merged[translation.text].weight < translation.weight:
            merged[translation.text] = translation
    return rendering._replace(translations=tuple(sorted(merged.values(), key=lambda one: -one.weight)))

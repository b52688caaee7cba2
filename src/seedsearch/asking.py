"""What was typed -> what the engine is asked, and what the order of the passages found depends on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from heapq import nlargest
from math import prod, sqrt
from operator import itemgetter

from seedsearch import analysis, cutting, query, ranking, reranking, snippets
from seedsearch.engines.protocol import Answer, Engine
from seedsearch.errors import QuerySyntaxError
from seedsearch.folding import fold_text
from seedsearch.function_words import function_words, is_hiragana, light_inside, likely_languages
from seedsearch.letters import is_ideograph
from seedsearch.query import ANYWHERE, And, Leaf, Node, Parsed, Phrase, Term
from seedsearch.reranking import Asked
from seedsearch.tuples import NamedTuple

MOST_PARTS = 128
"""Parts of a query that the order depends on: a pasted page of 512 words took 160 milliseconds to put in order."""
KEPT = 1024  # words and parts of queries that are remembered


class Matched(NamedTuple):
    """What is asked for, what the engine found of it, and what to tell the user."""

    asked: Asked
    answer: Answer
    notes: tuple[str, ...]


class Asker:
    """Puts queries to one engine, in the languages of its collection.

    `documents` gives the numbers of the documents whose name fits a pattern, None where all do; `best` are the engine's best
    matches of a tree that can be shown.
    """

    def __init__(
        self,
        engine: Engine,
        languages: Sequence[str],
        documents: Callable[[str], frozenset[int] | None],
        best: Callable[[Node, int], Answer],
    ) -> None:
        self._engine, self._languages, self._documents, self._best = engine, languages, documents, best
        # A word is asked about a dozen times in a query, and queries share words; an engine that is open does not change.
        self._alternatives = lru_cache(KEPT)(partial(analysis.alternatives, languages=languages))
        self._compound = lru_cache(KEPT)(partial(analysis.compound, languages=languages))
        self.frequency = lru_cache(KEPT)(self._frequency)
        self.typed = lru_cache(KEPT)(self._typed)

    def match(self, parsed: Parsed, limit: int, filters: Sequence[Node]) -> Matched:
        """The `limit` best passages of the engine that fit a query and some filters.

        Function words are not looked for where other words are; they count in the order. Where nothing holds the phrases and
        enough of the runs, what holds some of it is taken. Raises QuerySyntaxError where there is nothing to search for.
        """
        light, runs = self._light(parsed.tree), _inside_runs(query.typed(parsed.tree))
        compiled, answer = self._find(parsed, query.fair_share, light, runs.light, limit, filters)
        notes = (*compiled.notes, *answer.notes)
        if not answer.total:
            loose = parsed._replace(tree=query.loosened(parsed.tree))
            compiled, found = self._find(loose, _any, light, runs.light, limit, filters)
            if found.total:
                loosened = loose.tree != parsed.tree
                told = ("no passage holds the phrase and fits the rest; its words are searched one by one",) if loosened else ()
                parsed, answer, notes = loose, found, (*compiled.notes, *found.notes, *told)
        asked = self._asked(parsed.tree, light, runs.shares)
        if len(asked.leaves) > MOST_PARTS:
            notes += (f"only the {MOST_PARTS} rarest of {len(asked.leaves)} words say what comes first",)
        return Matched(_rarest(asked), answer, notes)

    def _find(
        self,
        parsed: Parsed,
        share: Callable[[int], int],
        light: Callable[[str], bool],
        pairs: Collection[str],
        limit: int,
        filters: Sequence[Node],
    ) -> tuple[query.Compiled, Answer]:
        compiled = self.compiled(parsed._replace(tree=query.without(parsed.tree, light)), share, pairs)
        return compiled, self._best(And((compiled.node, *filters)) if filters else compiled.node, limit)

    def compiled(
        self, parsed: Parsed, share: Callable[[int], int] = query.fair_share, light: Collection[str] = ()
    ) -> query.Compiled:
        """The tree of terms for what was typed; a word takes the forms that it has in the languages of the collection."""
        return query.translate(
            parsed,
            self._alternatives,
            self._documents,
            analysis.beginnings,
            self._compound,
            share,
            light,
        )

    def _typed(self, word: str) -> Collection[Leaf]:
        """The parts of a query of one word or phrase, as `leaves`; none where it has no letters."""
        try:
            return self.leaves(query.parse(word).tree)
        except QuerySyntaxError:
            return ()

    def leaves(self, tree: Node) -> Collection[Leaf]:
        """The parts of a tree of words that a passage may show, each once, in order."""
        return dict.fromkeys(snippets.parts(self.compiled(Parsed(tree), _any).node))

    def _light(self, tree: Node) -> Callable[[str], bool]:
        """What tells whether a typed word is a function word of the language in which the query is asked."""
        typed = query.typed(tree)
        asked = [word for text in typed for word in cutting.words(fold_text(text))]
        known = frozenset().union(*map(function_words, likely_languages(asked, [*self._languages, "en"])))
        capitals = any(text != text.upper() for text in typed)

        def is_light(text: str) -> bool:
            if capitals and len(text) > 1 and text.isupper():
                return False  # "US arms", "WHO reports"
            return all(word in known for word in cutting.words(fold_text(text)))

        return is_light

    def _asked(self, tree: Node, light: Callable[[str], bool], shares: Mapping[str, float]) -> Asked:
        """What the order of the passages depends on: every leaf, word and character, with what it is worth."""
        leaves = list(self.leaves(tree))
        heavy = self.leaves(query.without(tree, light))
        weights = [self._worth(leaf) * (_share(leaf, shares) if leaf in heavy else reranking.LIGHT) for leaf in leaves]
        worth = {leaf.forms: weight for leaf, weight in zip(leaves, weights, strict=True) if isinstance(leaf, Term)}
        words: dict[str, float] = {}
        for text in query.typed(tree):
            if light(text):
                continue
            typed = cutting.words(fold_text(text))
            for word, forms in zip(typed, self._alternatives(text), strict=True):
                words[word] = worth[forms] if forms in worth else self._worth(Term(ANYWHERE, forms))
        runs = [word for word in words if cutting.is_run(word)]
        characters = dict.fromkeys(c for word in runs for c in word if is_ideograph(c))
        return Asked(
            leaves,
            weights,
            {word: weight for word, weight in words.items() if len(word) > 2 and not cutting.is_run(word)},
            {c: self._rarity(c) * shares.get(c, 1.0) for c in characters},
        )

    def _worth(self, leaf: Leaf) -> float:
        return ranking.idf(self.frequency(leaf), self._engine.count())

    def _frequency(self, leaf: Leaf) -> int:
        """In how many passages a part of the query occurs; for a phrase, its rarest word."""
        if isinstance(leaf, Term):
            return self._engine.frequency(leaf.field, leaf.forms)
        if isinstance(leaf, Phrase):
            rarest = min((self._engine.rough_frequency(leaf.field, forms) for forms in leaf.positions if forms), default=0)
            return min(rarest, self._engine.count())
        return self._engine.search(leaf, 0).total

    def _rarity(self, character: str) -> float:
        """What a character of a run is worth. Its passages are many: to count them exactly would take as long as the search."""
        passages = self._engine.count()
        return ranking.idf(min(self._engine.rough_frequency(ANYWHERE, (character,)), passages), passages)


def _share(leaf: Leaf, shares: Mapping[str, float]) -> float:
    return max(shares.get(form, 1.0) for form in leaf.forms) if isinstance(leaf, Term) else 1.0


class _Runs(NamedTuple):
    """Of the runs of letters without blanks in a query: what each character and each pair counts, and the light pairs.

    Hiragana and characters of function words count INSIDE, a pair the geometric mean of its two. A pair is light where both
    characters belong to function words: it is not looked for where others are. What stands twice counts for its better place.
    """

    shares: dict[str, float]
    light: set[str]


def _inside_runs(typed: Iterable[str]) -> _Runs:
    shares: dict[str, float] = {}
    light: dict[str, bool] = {}
    for text in typed:
        folded = fold_text(text)
        inside = light_inside(folded)
        for word, start, end in cutting.cut(folded)[1]:
            if len(word) == 2 and cutting.is_run(word):
                known = [start in inside, end - 1 in inside]
                worth = [reranking.INSIDE if c or is_hiragana(letter) else 1.0 for c, letter in zip(known, word, strict=True)]
                for part, share in [*zip(word, worth, strict=True), (word, sqrt(prod(worth)))]:
                    shares[part] = max(share, shares.get(part, 0.0))
                light[word] = all(known) and light.get(word, True)
    return _Runs(shares, {word for word, always in light.items() if always})


def _rarest(asked: Asked) -> Asked:
    """As many of the parts, words and characters as are affordable, those worth most, in their order."""
    if max(len(asked.leaves), len(asked.words), len(asked.characters)) <= MOST_PARTS:
        return asked
    kept = sorted(sorted(range(len(asked.leaves)), key=lambda i: (-asked.weights[i], i))[:MOST_PARTS])
    return Asked(
        [asked.leaves[i] for i in kept],
        [asked.weights[i] for i in kept],
        dict(nlargest(MOST_PARTS, asked.words.items(), key=itemgetter(1))),
        dict(nlargest(MOST_PARTS, asked.characters.items(), key=itemgetter(1))),
    )


def _any(_: int) -> int:
    return 1

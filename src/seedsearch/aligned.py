"""What the collection's aligned documents teach: how a word was rendered in the other language, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from math import log

from seedsearch import analysis, snippets
from seedsearch.counterparts import counterparts
from seedsearch.engines.protocol import Engine
from seedsearch.folding import fold_text
from seedsearch.function_words import ENGLISH
from seedsearch.letters import han
from seedsearch.query import And, Language, Node, Or, Within
from seedsearch.records import Counterpart, Passage
from seedsearch.store import Opposite, Store
from seedsearch.translation import ALIGNED, Translation, leaf
from seedsearch.tuples import NamedTuple

SAMPLE = 12  # aligned passages that are looked at to learn a word; 20 give .003 more and take 10 ms more a query
DICE = 0.3  # least association of what is learned; .2 and .5 give less
CERTAIN = 10.83  # least log-likelihood ratio: by chance one time in a thousand
_TRIED = 8  # likely translations whose association is computed
_TOP = 2  # translations learned of a word, at most
_GRAM = 8  # characters of a Chinese one, at most
_WORDS = 3  # words of an English one, at most
_KEPT = 1024  # words that are remembered with what was learned


class Use(NamedTuple):
    """A word in an aligned passage, on these lines, and what stands opposite."""

    passage: Passage
    start_line: int
    end_line: int
    opposite: tuple[Counterpart, ...]


class _Side(NamedTuple):
    """The other side of characters [start, end) of a passage: its text, and that folded, or its stems."""

    start: int
    end: int
    text: str
    folded: str


class Aligned:
    """The aligned documents of one index, opened for reading."""

    def __init__(self, engine: Engine, store: Store) -> None:
        self._engine = engine
        self._store = store
        self._known: dict[str, list[_Side]] = {}
        # Questions share words, and an index that is open does not change.
        self.learn = lru_cache(_KEPT)(self._learn)

    @cached_property
    def documents(self) -> frozenset[int]:
        """Numbers of the documents that have two aligned halves."""
        return frozenset(self._store.aligned_documents())

    def forget(self) -> None:
        """Let go of the passages that were read."""
        self._known.clear()

    def hold(self, words: Iterable[str], source: str) -> bool:
        """Whether any of these words stands in an aligned passage."""
        nodes = [node for word in words if (node := leaf(word, source))]
        return self._passages(source, Or(tuple(nodes)) if len(nodes) > 1 else nodes[0] if nodes else None) > 0

    def _learn(self, word: str, source: str, target: str) -> Sequence[Translation]:
        """`learn`: what stands opposite a word in aligned documents and seldom elsewhere, best first.

        Weighed by Dice's coefficient, over the sentences of a sample and over all aligned passages, whichever is less.
        """
        total, found = self._holding(word, source, SAMPLE)
        holding: list[_Side] = []
        sides: list[_Side] = []
        for passage, matches in found:
            for side in self._sides(passage, target):
                sides.append(side)
                if any(match.start < side.end and match.end > side.start for match in matches):
                    holding.append(side)
        texts = {key: text for side in holding for key, text in grams(side.text, target).items()}
        counts = Counter(key for side in holding for key in grams(side.text, target))
        weights: dict[str, float] = {}
        for key in _likely(counts, target):
            here = sum(_contains(side.folded, key, target) for side in sides)
            if log_likelihood(counts[key], len(holding), here, len(sides)) >= CERTAIN:
                together = total * counts[key] / len(holding)
                others = self._passages(target, leaf(texts[key], target))
                dice = 2 * together / (total + max(together, others))
                weights[key] = min(dice, 2 * counts[key] / (len(holding) + here))
        kept: list[str] = []
        for key in sorted(weights, key=lambda key: (-round(weights[key], 6), -len(key), key)):
            known = any(_contains(key, other, target) or _contains(other, key, target) for other in kept)
            if weights[key] >= DICE and len(kept) < _TOP and not known:
                kept.append(key)
        return [Translation(texts[key], weights[key], ALIGNED) for key in kept]

    def _sides(self, passage: Passage, target: str) -> list[_Side]:
        """The other sides of a passage's sentences, with where these stand in it."""
        if passage.id not in self._known:
            others = [one.passage for one in self._store.by_id(passage.counterparts)]
            begin = passage.span.start_char
            self._known[passage.id] = [
                _Side(start - begin, end - begin, text, _folded(text, target))
                for start, end, place in self._store.pairs(passage)
                for text in (_text(other, place) for other in others if other.language.startswith(target))
                if text
            ]
        return self._known[passage.id]

    def _holding(self, word: str, source: str, most: int) -> tuple[int, list[tuple[Passage, list[snippets.Match]]]]:
        """In how many aligned passages a word stands, and the `most` best of them with its places."""
        node = leaf(word, source)
        if node is None or not self.documents:
            return 0, []
        answer = self._engine.search(And((node, Language(source), Within(self.documents))), most)
        stored = self._store.passages(match.number for match in answer.matches)
        passages = [stored[match.number].passage for match in answer.matches if match.number in stored]
        found = snippets.matches([(one.language, one.text) for one in passages], [node], [1.0])
        return answer.total, list(zip(passages, found, strict=True))

    def _passages(self, language: str, node: Node | None) -> int:
        """How many aligned passages in a language hold a word, or one of several."""
        if node is None:
            return 0
        return self._engine.search(And((node, Language(language), Within(self.documents))), 0).total

    def uses(self, word: str, source: str, most: int) -> tuple[int, list[Use]]:
        """In how many aligned passages a word stands, and where in the `most` best of them, with what stands opposite."""
        total, found = self._holding(word, source, most)
        return total, [use for passage, matches in found for use in self._uses(passage, matches)]

    def _uses(self, passage: Passage, matches: Sequence[snippets.Match]) -> Iterator[Use]:
        begin = passage.span.start_char
        seen: set[tuple[Counterpart, ...]] = set()
        for match in matches:
            opposite = tuple(other for _, other in counterparts(self._store, passage, begin + match.start, begin + match.end))
            if opposite and opposite not in seen:
                seen.add(opposite)
                first = passage.span.start_line + passage.text.count("\n", 0, match.start)
                last = first + passage.text.count("\n", match.start, match.end)
                yield Use(passage, first, last, opposite)


def _text(other: Passage, place: Opposite) -> str:
    """What of a place lies in a passage."""
    begin = other.span.start_char
    return other.text[max(0, place.start_char - begin) : max(0, place.end_char - begin)]


def _folded(text: str, language: str) -> str:
    if language == "zh":
        return fold_text(text)
    return " ".join(token.term for token in analysis.tokens(text, language))


def grams(text: str, language: str) -> dict[str, str]:
    """The parts of a text that may translate a word: what to count, and how the text has it.

    Of a Chinese text the runs of two to eight characters, of an English one those of one to three words, by their stems.
    """
    if language == "zh":
        runs = han().findall(fold_text(text))
        found = {run[i : i + n] for run in runs for n in range(2, _GRAM + 1) for i in range(len(run) - n + 1)}
        return {gram: gram for gram in found}
    tokens = analysis.tokens(text, language)
    spans = [(i, i + n) for n in range(1, _WORDS + 1) for i in range(len(tokens) - n + 1)]
    return {
        " ".join(token.term for token in tokens[i:j]): " ".join(token.word for token in tokens[i:j])
        for i, j in spans
        if tokens[i].word not in ENGLISH and tokens[j - 1].word not in ENGLISH
    }


def _likely(counts: Counter[str], language: str) -> list[str]:
    """The grams that occur oftenest, at least twice, without those that only ever occur within a longer one."""
    often = sorted((gram for gram, count in counts.items() if count > 1), key=lambda gram: (-counts[gram], -len(gram), gram))
    kept: list[str] = []
    for gram in often:
        if len(kept) == _TRIED:
            break
        if not any(counts[longer] == counts[gram] and _contains(longer, gram, language) for longer in kept):
            kept.append(gram)
    return kept


def log_likelihood(together: float, left: float, right: float, passages: float) -> float:
    """How surely two words belong together that stand in `left` and `right` passages and `together` in so many.

    The ratio of Dunning, Accurate Methods for the Statistics of Surprise and Coincidence (1993): -2 log lambda.

    >>> round(log_likelihood(2, 2, 2, 12), 2), round(log_likelihood(2, 2, 4, 12), 2)
    (10.81, 5.27)
    """
    cells = (together, left - together, right - together, max(0.0, passages - left - right + together))
    rows, columns = (cells[0] + cells[1], cells[2] + cells[3]), (cells[0] + cells[2], cells[1] + cells[3])
    return 2 * (_entropy(rows + columns) - _entropy(cells) - _entropy((sum(cells),)))


def _entropy(counts: Iterable[float]) -> float:
    return -sum(count * log(count) for count in counts if count > 0)


def _contains(longer: str, gram: str, language: str) -> bool:
    return gram in longer if language == "zh" else f" {gram} " in f" {longer} "

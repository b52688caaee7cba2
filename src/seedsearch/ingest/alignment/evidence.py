"""How well pieces of the left half and pieces of the right one translate each other, as scores of all beads in a band.

A token that the other side explains speaks for a pair by as much as it would seldom be explained by chance, one that is not
explained speaks against it: the log-likelihood ratio of "these translate each other" against "these met by chance", as in
Moore (2002, "Fast and Accurate Sentence Alignment of Bilingual Corpora"), with a dictionary in the place of a trained model.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate, chain
from math import fsum, log, log1p, sqrt
from typing import TYPE_CHECKING

from seedsearch.characters import native
from seedsearch.ingest.alignment.table import Table
from seedsearch.ingest.alignment.tokens import Side

if TYPE_CHECKING:
    from seedsearch._native import Half

# How many pieces of the left half a bead may hold, and of the right.
SHAPES = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (1, 4), (4, 1), (2, 3), (3, 2))
_MOST = 4
# How many of the other half's pieces a piece may be seen with: _DEPTH[a - 1] pieces beside it where there are a opposite.
_DEPTH = tuple(max(b for a, b in SHAPES if a == opposite) for opposite in range(1, _MOST + 1))
NEVER = -1e9

# Row i of a band: the lowest and the highest j, both included, at which a bead may end that ends before left piece i.
Band = list[tuple[int, int]]

# The chance that a token is explained by what stands opposite in a true pair. This and the weights below: best of a coarse
# grid over technical texts, two scriptures and two novels together. Times .7 or 1.4, one of them lowers the mean strict F1
# (.944) by .016 at most; _WORD alone must not rise.
_WORD, _NUMERAL, _MARK = 0.55, 0.85, 0.4
_LEXICAL, _LENGTH, _OPENS, _CLOSES, _MIXED = 0.25, 0.5, 0.2, 0.6, 1.0
# The most that one token can say, and what it says at the least (a token that many pieces explain).
_STRONGEST, _WEAKEST = 50.0, 0.4
_MOST_SAID = log1p(_STRONGEST + _WEAKEST)
# Variance of the length ratio (Gale and Church 1993, "A Program for Aligning Sentences in Bilingual Corpora"); the cap
# leaves room for a free translation.
_VARIANCE, _LENGTH_CAP = 6.8, 6.0
# As `_native.scores` takes them.
_WEIGHTS = (_LEXICAL, _LENGTH, _LENGTH_CAP, _VARIANCE, _MIXED, _OPENS, _CLOSES, _STRONGEST, _WEAKEST, _MOST_SAID, NEVER)


def _chance(token: str) -> float:
    return _NUMERAL if token[0].isdigit() else _WORD if token[0].isalpha() else _MARK


def scores(left: Side, right: Side, table: Table, ratio: float, band: Band) -> list[array[float]]:
    """For each row of the band and each j in it the score of each of SHAPES, in order, as a bead that ends there.

    A score is a log-likelihood ratio, damped because tokens do not come independently; NEVER where no bead fits. `ratio` is
    the length of the right half over that of the left, in bytes of UTF-8, as a translation has it.
    """
    if native is None:
        return plain_scores(left, right, table, ratio, band)
    numbers = _numbers(left), _numbers(right)
    links = array("I"), array("I"), array("d")  # left tokens, right ones, and how good a translation each pair is
    for token, number in numbers[0].items():
        for translation, sure in table.get(token, {}).items():
            if translation in numbers[1]:
                links[0].append(number)
                links[1].append(numbers[1][translation])
                links[2].append(sure)
    one, other = (_compiled(side, own) for side, own in zip((left, right), numbers, strict=True))
    lows, highs = (array("I", edge) for edge in zip(*band, strict=True))
    rows = native.scores(one, other, links, lows, highs, ratio, _quotes(left, right), SHAPES, _WEIGHTS)
    return [array("d", row) for row in rows]


def _numbers(side: Side) -> dict[str, int]:
    """The tokens of a half, numbered as they come."""
    return {token: number for number, token in enumerate(dict.fromkeys(chain.from_iterable(side.tokens)))}


def _compiled(side: Side, numbers: dict[str, int]) -> Half:
    """A half as `_native.scores` takes it."""
    return (
        array("I", map(numbers.__getitem__, chain.from_iterable(side.tokens))),
        array("I", accumulate(map(len, side.tokens), initial=0)),
        array("I", side.lengths),
        array("d", map(_chance, numbers)),
        bytes(token[0].isdigit() for token in numbers),
        *(bytes(flags) for flags in (side.sentences, side.opens, side.closes)),
    )


def _quotes(left: Side, right: Side) -> bool:
    """Quotation marks tell something where both halves have them."""
    return all(sum(side.closes) > 0.02 * len(side.closes) for side in (left, right))


class _Half:
    """One half: what its pieces hold and what they explain of the other half's."""

    def __init__(self, side: Side, explains: Table, own_rate: dict[str, float], other_rate: dict[str, float]) -> None:
        self.side = side
        # A word that nothing opposite could explain says nothing; a numeral should always come again.
        self.tokens = [frozenset(t for t in tokens if t in own_rate or t[0].isdigit()) for tokens in side.tokens]
        self.unexplained = {token: log(1 - _chance(token)) for tokens in self.tokens for token in tokens}
        # Sums over sets are exact, so that they do not hang on the order in which a set gives its members.
        self.base = [fsum(self.unexplained[token] for token in tokens) for tokens in self.tokens]
        self.words = list(accumulate((len(tokens) for tokens in side.tokens), initial=0))
        self.bytes = list(accumulate(side.lengths, initial=0))
        self._sentences = list(accumulate(side.sentences, initial=0))
        self._explains = explains
        self._odds = {token: (chance := _chance(token)) / (1 - chance) / rate for token, rate in other_rate.items()}
        self.again = [self._again(piece) for piece in range(len(self.tokens))]

    def is_mixed(self, start: int, end: int) -> bool:
        """Whether some of the pieces end as sentences do and some do not."""
        return end - start > 1 and 0 < self._sentences[end] - self._sentences[start] < end - start

    def explains(self, piece: int) -> dict[str, float]:
        """The other half's tokens that a piece explains, each with the odds that this is no accident, times words."""
        odds = self._odds
        best: dict[str, float] = {}
        for token in self.side.tokens[piece]:
            for other, sure in self._explains.get(token, {}).items():
                if other in odds and sure * odds[other] > best.get(other, 0.0):
                    best[other] = sure * odds[other]
        return best

    def _again(self, piece: int) -> list[frozenset[str]]:
        """Tokens of a piece that the piece before it has, that only the one before that has, and so on."""
        found, left = [], self.tokens[piece]
        for before in range(piece - 1, max(-1, piece - _MOST), -1):
            common = left & self.tokens[before]
            found.append(common)
            left -= common
        return found


def _rates(table: Table, left: Side, right: Side) -> tuple[dict[str, float], dict[str, float]]:
    """How often a word of the other half, taken at random, explains a token; for the tokens of the left half and the right."""
    left_count = Counter(token for tokens in left.tokens for token in tokens)
    right_count = Counter(token for tokens in right.tokens for token in tokens)
    left_total, right_total = left_count.total(), right_count.total()
    of_left: dict[str, float] = defaultdict(float)
    of_right: dict[str, float] = defaultdict(float)
    for token in left_count:
        for other, sure in table.get(token, {}).items():
            if other in right_count:
                of_left[token] += sure * right_count[other] / right_total
                of_right[other] += sure * left_count[token] / left_total
    return dict(of_left), dict(of_right)


def plain_scores(left: Side, right: Side, table: Table, ratio: float, band: Band) -> list[array[float]]:
    """As `scores`, in Python."""
    return list(_Rows(_Evidence(left, right, table, ratio), band))


class _Evidence:
    """All that is known of two halves."""

    def __init__(self, left: Side, right: Side, table: Table, ratio: float) -> None:
        backward: Table = defaultdict(dict)
        for token, row in table.items():
            for other, sure in row.items():
                backward[other][token] = sure
        left_rate, right_rate = _rates(table, left, right)
        self.left = _Half(left, table, left_rate, right_rate)
        self.right = _Half(right, backward, right_rate, left_rate)
        self.ratio = ratio
        self.quotes = _quotes(left, right)

    def outline(self, i0: int, i1: int, j0: int, j1: int) -> float:
        """What lengths, headings and quotation marks say of a bead of left pieces i0 to i1 - 1 and right ones j0 to j1 - 1."""
        left, right = self.left, self.right
        expected = (left.bytes[i1] - left.bytes[i0]) * self.ratio
        length = right.bytes[j1] - right.bytes[j0]
        deviation = (length - expected) / sqrt(_VARIANCE * (expected + length) / 2 + 1)
        score = -_LENGTH * min(deviation * deviation / 2, _LENGTH_CAP)
        # A heading and a sentence are seldom made one.
        score -= _MIXED * (left.is_mixed(i0, i1) or right.is_mixed(j0, j1))
        if self.quotes:
            score += _OPENS * _agreement(left.side.opens[i0], right.side.opens[j0])
            score += _CLOSES * _agreement(left.side.closes[i1 - 1], right.side.closes[j1 - 1])
        return score


def _agreement(one: bool, other: bool) -> int:
    return -1 if one != other else int(one)


def _seen(half: _Half, piece: int, opposite: list[dict[str, float]], words: list[int]) -> list[list[float]]:
    """The log-likelihood ratios of a piece: [a - 1][d] with `a` pieces opposite, and d pieces of its own half before it.

    `opposite` holds what each of these explains of it, the nearest first, and `words` the number of their words together.
    What a piece before it has too counts once: one word explains one, not two.
    """
    found = []
    weights: dict[str, float] = {}
    again, unexplained = half.again[piece], half.unexplained
    for number, more in enumerate(opposite):
        weights = _best(weights, more)
        scale = 1.0 / max(1, words[number])
        total = half.base[piece] + fsum([_said(weight * scale) for weight in weights.values()])
        row = [total]
        for common in again[: _DEPTH[number] - 1]:
            if common:
                total -= fsum([unexplained[t] + (_said(weights[t] * scale) if t in weights else 0.0) for t in common])
            row.append(total)
        found.append(row)
    return found


def _said(odds: float) -> float:
    return log1p(odds + _WEAKEST) if odds < _STRONGEST else _MOST_SAID


def _best(weights: dict[str, float], more: dict[str, float]) -> dict[str, float]:
    if not weights:
        return more
    found = dict(weights)
    for token, weight in more.items():
        if weight > found.get(token, 0.0):
            found[token] = weight
    return found


class _Rows:
    """The rows of scores, one after the other; what is needed of the last few rows is kept, the rest forgotten."""

    def __init__(self, evidence: _Evidence, band: Band) -> None:
        self._evidence, self._band = evidence, band
        self._left, self._right = evidence.left, evidence.right
        # What the pieces that are still needed explain.
        self._forward: dict[int, dict[str, float]] = {}
        self._backward: dict[int, dict[str, float]] = {}
        # [i][j]: tokens of right piece j that left piece i explains, and tokens of i that j explains, with their weights.
        self._pairs: dict[int, dict[int, tuple[dict[str, float], dict[str, float]]]] = defaultdict(dict)
        # [i][j]: left piece i, seen with the right pieces that end before j.
        self._left_seen: dict[int, dict[int, list[list[float]]]] = defaultdict(dict)

    def __iter__(self) -> Iterator[array[float]]:
        done = 0
        for i, (low, _) in enumerate(self._band):
            yield self._row(i)
            for kept in (self._pairs, self._left_seen, self._forward):
                kept.pop(i - _MOST, None)
            for j in range(done, low - _MOST):
                self._backward.pop(j, None)
            done = max(done, low - _MOST)

    def _pair(self, i: int, j: int) -> tuple[dict[str, float], dict[str, float]]:
        row = self._pairs[i]
        if j not in row:
            if i not in self._forward:
                self._forward[i] = self._left.explains(i)
            if j not in self._backward:
                self._backward[j] = self._right.explains(j)
            forward, backward = self._forward[i], self._backward[j]
            row[j] = (
                {token: forward[token] for token in forward.keys() & self._right.tokens[j]},
                {token: backward[token] for token in backward.keys() & self._left.tokens[i]},
            )
        return row[j]

    def _see_left(self, i: int, j: int) -> list[list[float]]:
        row = self._left_seen[i]
        if j not in row:
            starts = range(j - 1, max(-1, j - 1 - _MOST), -1)
            words = [self._right.words[j] - self._right.words[start] for start in starts]
            row[j] = _seen(self._left, i, [self._pair(i, start)[1] for start in starts], words)
        return row[j]

    def _see_right(self, i: int, j: int) -> list[list[float]]:
        starts = range(i - 1, max(-1, i - 1 - _MOST), -1)
        words = [self._left.words[i] - self._left.words[start] for start in starts]
        return _seen(self._right, j, [self._pair(start, j)[0] for start in starts], words)

    def _row(self, i: int) -> array[float]:
        low, high = self._band[i]
        right = {j: self._see_right(i, j) for j in range(max(0, low - _MOST), high)} if i else {}
        row = array("d")
        for j in range(low, high + 1):
            left = [self._see_left(k, j) for k in range(max(0, i - _MOST), i)] if j else []
            for a, b in SHAPES:
                if a > i or b > j:
                    row.append(NEVER)
                    continue
                lexical = 0.0
                for depth in range(b):
                    lexical += right[j - b + depth][a - 1][depth]
                for depth in range(a):
                    lexical += left[depth - a][b - 1][depth]
                row.append(_LEXICAL * lexical + self._evidence.outline(i - a, i, j - b, j))
        return row

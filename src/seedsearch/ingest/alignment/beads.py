"""The best sequence of beads through a band of scores, and how sure each of its beads is."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from math import exp, fsum, log
from typing import TYPE_CHECKING, TypeAlias

from seedsearch.characters import native
from seedsearch.ingest.alignment.evidence import NEVER, SHAPES, Band
from seedsearch.tuples import NamedTuple

if TYPE_CHECKING:
    from seedsearch._native import Grid

# A bead as the pieces i0 to i1 - 1 of the left half and j0 to j1 - 1 of the right.
Step = tuple[int, int, int, int]
# A number for each cell of a band, line by line.
Ways: TypeAlias = "list[array[float]]"

_NULLS = ((1, 0), (0, 1))
# The steps of a way through a band; none leads to its start.
_MOVES = (*SHAPES, *_NULLS, (0, 0))
_NO_MOVE = len(_MOVES) - 1
# How often beads of a shape occur before a document has been seen, and what a bead costs then (logarithms, damped as the
# scores are).
_FREQUENCY = {(1, 1): 0.8, (1, 2): 0.055, (2, 1): 0.055, (2, 2): 0.01, (1, 3): 0.01, (3, 1): 0.01, (1, 4): 0.003, (4, 1): 0.003}
_FREQUENCY |= {(2, 3): 0.004, (3, 2): 0.004, (1, 0): 0.025, (0, 1): 0.025}
_PRICE = dict(zip(SHAPES, (0.0, -1.0, -1.0, -4.0, -2.5, -2.5, -3.5, -3.5, -6.0, -6.0), strict=True))
_PRICE |= dict.fromkeys(_NULLS, -2.0)
# How far a document's own beads change the prices: weights of the change, and the number of beads for which _FREQUENCY counts.
_ADAPT, _ADAPT_NULL, _PRIOR_BEADS = 0.5, 0.2, 50
# Scores are damped log-likelihoods; this undoes it, so that a confidence of .8 is right eight times in ten.
_TEMPERATURE = 0.7


class Prices(NamedTuple):
    """What a bead of each of SHAPES costs, in order, and one with nothing on one side."""

    shapes: tuple[float, ...]
    null: float


def usual_prices() -> Prices:
    """What beads cost before a document has been seen."""
    return Prices(tuple(_PRICE[shape] for shape in SHAPES), _PRICE[1, 0])


def own_prices(steps: Sequence[Step]) -> Prices:
    """What beads cost in a document, from a first alignment of it: a translator who merges once merges again."""
    count = Counter((i1 - i0, j1 - j0) for i0, i1, j0, j1 in steps)
    total = len(steps) + _PRIOR_BEADS

    def change(*shapes: tuple[int, int]) -> float:
        usual = sum(_FREQUENCY[shape] for shape in shapes)
        own = (sum(count[shape] for shape in shapes) + _PRIOR_BEADS * usual) / total
        return log(own / usual)

    plain = change((1, 1))
    shapes = tuple(_PRICE[shape] + _ADAPT * (change(shape) - plain) for shape in SHAPES)
    return Prices(shapes, _PRICE[1, 0] + _ADAPT_NULL * (change(*_NULLS) - plain))


def best_path(scores: Sequence[array[float]], band: Band, prices: Prices) -> list[Step]:
    """The sequence of beads with the highest sum of scores and prices, from (0, 0) to the end of the band.

    Each piece is in exactly one bead. Memory and time grow with the size of the band.
    """
    choices = native.choices(_grid(scores, band, prices), NEVER) if native else plain_choices(scores, band, prices)
    i, j = len(band) - 1, band[-1][1]
    steps = []
    while i or j:
        a, b = _MOVES[choices[i][j - band[i][0]]]
        steps.append((i - a, i, j - b, j))
        i, j = i - a, j - b
    return steps[::-1]


def plain_choices(scores: Sequence[array[float]], band: Band, prices: Prices) -> list[bytes]:
    """As `_native.choices`, in Python: for each line of the band which of _MOVES is the last of the best way to each cell."""
    sums: list[list[float]] = []
    choices = []
    for i, (low, high) in enumerate(band):
        row = [0.0 if i == low == 0 else 2 * NEVER] + [2 * NEVER] * (high - low)
        choice = bytearray([_NO_MOVE]) * len(row)
        for move, k, before, values in _edges(scores, band, prices, i):
            for value, former in zip(values, islice(sums[i - _MOVES[move][0]], before, None), strict=False):
                if former + value > row[k]:
                    row[k], choice[k] = former + value, move
                k += 1
        for k in range(1, len(row)):
            if row[k - 1] + prices.null > row[k]:
                row[k], choice[k] = row[k - 1] + prices.null, _MOVES.index((0, 1))
        sums.append(row)
        choices.append(bytes(choice))
    return choices


def _grid(scores: Sequence[array[float]], band: Band, prices: Prices) -> Grid:
    """A band with its scores, as the compiled module takes it."""
    lows, highs = (array("I", edge) for edge in zip(*band, strict=True))
    return scores, lows, highs, SHAPES, prices.shapes, prices.null


def _edges(scores: Sequence[array[float]], band: Band, prices: Prices, i: int) -> Iterator[tuple[int, int, int, list[float]]]:
    """The beads that end in a row of the band, but for those with no left piece: move, first cell, cell before it, values.

    A value is a score with its price; the following values belong to the cells that follow, in this row and the earlier one.
    """
    low, high = band[i]
    for number, (a, b) in enumerate((*SHAPES, (1, 0))):
        if a > i:
            continue
        first, last = max(low, band[i - a][0] + b), min(high, band[i - a][1] + b)
        if first > last:
            continue
        if b:
            start, stop = (first - low) * len(SHAPES) + number, (last - low) * len(SHAPES) + number + 1
            values = [score + prices.shapes[number] for score in scores[i][start : stop : len(SHAPES)]]
        else:
            values = [prices.null] * (last - first + 1)
        yield number, first - low, first - b - band[i - a][0], values


class Lattice:
    """All ways through a band, each with a probability that grows with its scores and prices (forward-backward)."""

    def __init__(self, scores: Sequence[array[float]], band: Band, prices: Prices) -> None:
        self._scores, self._band, self._prices = scores, band, prices
        self._forward, self._backward = _ways(scores, band, prices)
        self._whole = self._forward[-1][-1]
        self._lows, self._highs = [low for low, _ in band], [high for _, high in band]

    def narrowed(self, least: float) -> Band:
        """The band of the cells through which a way goes with a probability of at least `least`."""
        floor = self._whole + log(least)
        lows, highs = [], []
        for low, forward, backward in zip(self._lows, self._forward, self._backward, strict=True):
            likely = [low + k for k, (f, b) in enumerate(zip(forward, backward, strict=True)) if f + b >= floor]
            lows.append(min(likely, default=self._highs[-1]))
            highs.append(max(likely, default=0))
        lows = list(accumulate(reversed(lows), min))[::-1]
        highs = list(accumulate(highs, max))
        # A row over which every likely bead leaps has no likely cell: it gets what lies between its neighbours'.
        return [(min(low, high), max(low, high)) for low, high in zip(lows, highs, strict=True)]

    def confidence(self, step: Step) -> float:
        """The probability of a bead; for one with nothing on one side, that its piece has nothing opposite, wherever it is."""
        i0, i1, j0, j1 = step
        a, b = i1 - i0, j1 - j0
        null = self._prices.null
        if not b:
            sure = sum(self._share(i1, j, 1, 0, null) for j in range(self._lows[i1], self._highs[i1] + 1))
        elif not a:
            rows = range(bisect_left(self._highs, j1), bisect_right(self._lows, j0))
            sure = sum(self._share(i, j1, 0, 1, null) for i in rows)
        else:
            number = SHAPES.index((a, b))
            score = self._scores[i1][(j1 - self._lows[i1]) * len(SHAPES) + number]
            sure = self._share(i1, j1, a, b, score + self._prices.shapes[number])
        return min(1.0, sure)

    def _share(self, i: int, j: int, a: int, b: int, price: float) -> float:
        if not (self._lows[i - a] <= j - b <= self._highs[i - a] and self._lows[i] <= j <= self._highs[i]):
            return 0.0
        before, after = self._forward[i - a][j - b - self._lows[i - a]], self._backward[i][j - self._lows[i]]
        return exp(min(0.0, before + price / _TEMPERATURE + after - self._whole))


def _ways(scores: Sequence[array[float]], band: Band, prices: Prices) -> tuple[Ways, Ways]:
    """For each line of the band logarithms of the sums over all ways from the start to each cell, and from it to the end."""
    if native is None:
        return plain_ways(scores, band, prices)
    forward, backward = native.ways(_grid(scores, band, prices), _TEMPERATURE, NEVER)
    return [array("d", row) for row in forward], [array("d", row) for row in backward]


def plain_ways(scores: Sequence[array[float]], band: Band, prices: Prices) -> tuple[Ways, Ways]:
    """As `_native.ways`, in Python."""
    return _forward(scores, band, prices), _backward(scores, band, prices)


def _forward(scores: Sequence[array[float]], band: Band, prices: Prices) -> Ways:
    """Logarithms of the sums over all ways from the start to each cell."""
    sums: Ways = []
    for i, (low, high) in enumerate(band):
        ways: list[list[float]] = [[] for _ in range(low, high + 1)]
        if i == 0:
            ways[0].append(0.0)
        for move, first, before, values in _edges(scores, band, prices, i):
            for k, value in enumerate(values):
                ways[first + k].append(sums[i - _MOVES[move][0]][before + k] + value / _TEMPERATURE)
        row = array("d")
        for cell in ways:
            if row:
                cell.append(row[-1] + prices.null / _TEMPERATURE)
            row.append(_log_sum(cell))
        sums.append(row)
    return sums


def _backward(scores: Sequence[array[float]], band: Band, prices: Prices) -> Ways:
    """Logarithms of the sums over all ways from each cell to the end; each row hands its sums on to those before it."""
    ways: list[list[list[float]]] = [[[] for _ in range(low, high + 1)] for low, high in band]
    sums = [array("d") for _ in band]
    ways[-1][-1].append(0.0)
    for i in range(len(band) - 1, -1, -1):
        row = array("d")
        for cell in reversed(ways[i]):
            if row:
                cell.append(row[-1] + prices.null / _TEMPERATURE)
            row.append(_log_sum(cell))
        row.reverse()
        for move, first, before, values in _edges(scores, band, prices, i):
            for k, value in enumerate(values):
                ways[i - _MOVES[move][0]][before + k].append(row[first + k] + value / _TEMPERATURE)
        sums[i], ways[i] = row, []
    return sums


def _log_sum(logarithms: list[float]) -> float:
    if not logarithms:
        return NEVER
    most = max(logarithms)
    return most + log(fsum([exp(each - most) for each in logarithms if each > most - 30]))

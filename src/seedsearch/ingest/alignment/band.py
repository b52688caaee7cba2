"""The band of cells through which an alignment may go, found in steps from coarse to fine.

Groups of neighbouring pieces are compared first, as vecalign does with vectors (Thompson and Koehn 2019, "Vecalign: Improved
Sentence Alignment in Linear Time and Space"), here by their words. The best way through the groups bounds the search among
groups of a quarter of the size, down to single pieces. So a chapter that one half lacks is seen at the first step.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import accumulate, pairwise
from math import log, sqrt

from seedsearch.ingest.alignment.evidence import Band
from seedsearch.ingest.alignment.table import Table
from seedsearch.ingest.alignment.tokens import Side
from seedsearch.tuples import NamedTuple

# A point that an alignment may pass: numbers of left and right groups before it.
Node = tuple[int, int]

# With no more pairs of groups than this all are compared; a step makes the groups so many times finer.
_PAIRS, _FINER = 300_000, 4
# A token that more groups than this have says nothing of where it belongs.
_COMMON = 0.2
# What a pair of groups is worth by its place alone: it keeps to the diagonal where nothing else is known. Pieces that
# translate each other have a likeness of .2 to .6 where there is a dictionary.
_PLACE = 0.03
# A way is uncertain if fewer than half of its pairs have such a likeness; then the band is up to so many times as wide, as
# long as it has no more cells than this.
_LIKELY, _UNCERTAIN, _CELLS = 0.05, 4, 40_000
_MEDIAN_FROM = 10


class Corridor(NamedTuple):
    """Where an alignment may go, and the length of what is translated, right over left."""

    band: Band
    ratio: float


def find_corridor(left: Side, right: Side, table: Table, radius: int) -> Corridor:
    """The band for the pieces of two halves, `radius` pieces to each side of the likely way, more if that is uncertain.

    Both ends of its rows rise from row to row; the first row holds 0, the last the number of right pieces. The ratio is in
    bytes of UTF-8. Time and memory are linear in the halves where most pieces have a counterpart.
    """
    sizes = [1]
    while len(left.tokens) * len(right.tokens) > _PAIRS * sizes[-1] ** 2:
        sizes.append(sizes[-1] * _FINER)
    groups = _Groups(left, sizes[-1]), _Groups(right, sizes[-1])
    band = [(0, len(groups[1].tokens))] * (len(groups[0].tokens) + 1)
    likeness = _likeness(*groups, table, band)
    way = _way(likeness, band, groups[0].middles, groups[1].middles)
    for size in reversed(sizes[:-1]):
        groups = _Groups(left, size), _Groups(right, size)
        coarse = [(i * _FINER, j * _FINER) for i, j in way]
        band = _widened(coarse, len(groups[0].tokens), len(groups[1].tokens), _FINER, _FINER)
        likeness = _likeness(*groups, table, band)
        way = _way(likeness, band, groups[0].middles, groups[1].middles)
    pairs = [(i, j) for (i, j), after in pairwise(way) if after == (i + 1, j + 1)]
    likely = [(i, j) for i, j in pairs if likeness[i].get(j, 0.0) >= _LIKELY]
    if 2 * len(likely) < len(pairs):
        radius = min(_UNCERTAIN * radius, max(radius, _CELLS // (2 * len(pairs))))
    return Corridor(_widened(way, len(left.tokens), len(right.tokens), 1, radius), _ratio(left, right, likely))


def _ratio(left: Side, right: Side, pairs: list[Node]) -> float:
    """The median over pairs; with too few of them the ratio of the halves as they are, which a missing chapter would spoil."""
    if len(pairs) >= _MEDIAN_FROM:
        return sorted(right.lengths[j] / max(1, left.lengths[i]) for i, j in pairs)[len(pairs) // 2]
    return sum(right.lengths) / max(1, sum(left.lengths))


class _Groups:
    """Runs of so many pieces: the tokens of each, and where its middle lies in the half's length, from 0 to 1."""

    def __init__(self, side: Side, size: int) -> None:
        starts = range(0, len(side.tokens), size)
        self.tokens = [set().union(*side.tokens[start : start + size]) for start in starts]
        ends = list(accumulate(sum(side.lengths[start : start + size]) for start in starts))
        total = max(1, ends[-1]) if ends else 1
        self.middles = [(end + before) / 2 / total for before, end in zip([0, *ends], ends, strict=False)]


def _likeness(left: _Groups, right: _Groups, table: Table, band: Band) -> list[dict[int, float]]:
    """For each left group the right groups within the band that share telling words with it: cosines of their vectors."""
    where: dict[str, list[int]] = defaultdict(list)
    for j, tokens in enumerate(right.tokens):
        for token in tokens:
            where[token].append(j)
    most = max(2, _COMMON * len(right.tokens))
    weight = {token: log(1 + len(right.tokens) / len(js)) for token, js in where.items() if len(js) <= most}
    usual = sum(weight.values()) / max(1, len(weight))
    norms = [sqrt(sum(weight.get(token, 0.0) ** 2 for token in sorted(tokens))) or 1.0 for tokens in right.tokens]
    found = []
    for i, tokens in enumerate(left.tokens):
        vector: dict[str, float] = {}
        for token in sorted(tokens):
            for other, sure in table.get(token, {}).items():
                if other in weight and sure > vector.get(other, 0.0):
                    vector[other] = sure
        sums: dict[int, float] = defaultdict(float)
        low, high = band[i][0], band[i + 1][1]
        for other, sure in vector.items():
            js = where[other]
            for j in js[bisect_left(js, low) : bisect_left(js, high)]:
                sums[j] += sure * weight[other] ** 2
        unknown = sum(token not in table for token in tokens) * usual**2
        norm = sqrt(unknown + sum((sure * weight[other]) ** 2 for other, sure in vector.items())) or 1.0
        found.append({j: total / norm / norms[j] for j, total in sums.items()})
    return _distinct(found, band)


def _distinct(likeness: list[dict[int, float]], band: Band) -> list[dict[int, float]]:
    """Likenesses, less what either group has with the others of the band on average: a long text is like every other one."""
    sums: dict[int, float] = defaultdict(float)
    rows_with = [0] * (band[-1][1] + 1)
    for row, (low, _), (_, high) in zip(likeness, band, band[1:], strict=False):
        rows_with[low] += 1
        rows_with[high] -= 1
        for j, alike in row.items():
            sums[j] += alike
    heights = list(accumulate(rows_with))
    found = []
    for row, (low, _), (_, high) in zip(likeness, band, band[1:], strict=False):
        usual = sum(row.values()) / max(1, high - low)
        found.append({j: more for j, alike in row.items() if (more := alike - max(usual, sums[j] / heights[j])) > 0})
    return found


def _way(likeness: list[dict[int, float]], band: Band, left: list[float], right: list[float]) -> list[Node]:
    """The nodes of the way with the highest sum of likenesses of the pairs of groups that it takes, each group once."""
    sums: list[list[float]] = []
    choices: list[bytearray] = []
    for i, (low, high) in enumerate(band):
        row, choice = [0.0] * (high - low + 1), bytearray(high - low + 1)
        above_low, above_high = band[i - 1] if i else (0, -1)
        for j in range(low, high + 1):
            best, move = (row[j - low - 1], 1) if j > low else (-1.0, 0)
            if above_low <= j <= above_high and sums[-1][j - above_low] > best:
                best, move = sums[-1][j - above_low], 2
            if above_low < j <= above_high + 1:
                pair = likeness[i - 1].get(j - 1, 0.0) + _PLACE * (1 - abs(left[i - 1] - right[j - 1]))
                if sums[-1][j - 1 - above_low] + pair > best:
                    best, move = sums[-1][j - 1 - above_low] + pair, 3
            row[j - low], choice[j - low] = max(best, 0.0), move
        sums.append(row)
        choices.append(choice)
    i, j = len(band) - 1, band[-1][1]
    way = [(i, j)]
    while i or j:
        move = choices[i][j - band[i][0]]
        i, j = i - (move >> 1), j - (move & 1)
        way.append((i, j))
    return way[::-1]


def _widened(way: list[Node], n: int, m: int, apart: int, radius: int) -> Band:
    """The band of `radius` columns to each side of a way, whose nodes are at most `apart` rows apart, to row n and column m."""
    rows = [i for i, _ in way]
    band = []
    for i in range(n + 1):
        low = way[bisect_left(rows, i - apart)][1] - radius
        high = way[bisect_right(rows, i + apart) - 1][1] + radius
        band.append((max(0, min(low, m)) if i else 0, min(m, high) if i < n else m))
    return band

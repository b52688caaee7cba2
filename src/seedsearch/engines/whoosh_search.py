"""Evaluates a tree of terms on a snapshot, term at a time: each node gives a dictionary from place to score.

The loops are comprehensions over whole lists: on 20,000 passages an OR of 15 words takes 6 ms where Whoosh's matchers,
which walk the lists in step, take 27.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import TypeAlias

from seedsearch.engines.protocol import MAX_EXPANSION, Answer, Match, cut_note
from seedsearch.engines.whoosh_snapshot import Snapshot, Work, field_names
from seedsearch.query import And, Everything, Group, Language, Node, Not, Or, Phrase, Prefix, Term, Within
from seedsearch.ranking import FIELD_WEIGHTS, score_postings

_Scores: TypeAlias = dict[int, float]
_Places: TypeAlias = frozenset[int] | None
DECODED = 200_000
"""Lists of positions that one search may decode, at some 4 microseconds each."""


def search(snapshot: Snapshot, node: Node, limit: int) -> Answer:
    """The best `limit` matches in order of (-score, number), the number of all matches, and notes."""
    evaluation = _Evaluation(snapshot, is_counted=limit <= 0)
    scores = evaluation.scores(node)
    if evaluation.work.is_cut:
        evaluation.notes["too many phrases of common words: some are left out; ask for fewer at a time"] = None
    best = _best(scores, snapshot.numbers, max(0, limit))
    return Answer(best, len(scores), tuple(evaluation.notes))


def _best(scores: _Scores, numbers: Sequence[int], limit: int) -> list[Match]:
    """First the score that the last one must reach, then the few that reach it: to sort all takes ten times as long."""
    if 0 < limit < len(scores):
        least = heapq.nlargest(limit, scores.values())[-1]
        scores = {place: score for place, score in scores.items() if score >= least}
    ranked = sorted((-score, numbers[place]) for place, score in scores.items()) if limit else []
    return [Match(number, -score) for score, number in ranked[:limit]]


class _Evaluation:
    def __init__(self, snapshot: Snapshot, is_counted: bool) -> None:
        self.snapshot = snapshot
        self.is_counted = is_counted  # and not scored
        self.notes: dict[str, None] = {}
        self.work = Work(DECODED)

    def scores(self, node: Node, among: _Places = None) -> _Scores:
        """The matching places with their scores, of some of all places where `among` is given."""
        match node:
            case Term() | Phrase():
                return self._ranked(node, among)
            case Prefix(field, text):
                terms = self.snapshot.expand(field, text, MAX_EXPANSION + 1)
                if len(terms) > MAX_EXPANSION:
                    self.notes[cut_note(text)] = None
                return self.scores(Term(field, tuple(terms[:MAX_EXPANSION])), among)
            case Group(members):
                return self._group(members, among)
            case And(children):
                return self._all(children, among)
            case Or(children, minimum) if minimum > 0:
                return self._some(children, minimum, among)
        return self._all((node,), among)

    def _group(self, members: Sequence[tuple[float, Term | Phrase]], among: _Places) -> _Scores:
        weighted: dict[str, dict[int, float]] = {}
        sums: dict[int, float] = {}
        for weight, member in members:
            for name in field_names(member.field):
                whole = weighted.setdefault(name, {})
                for place, count in self._counts(member, name).items():
                    whole[place] = whole.get(place, 0.0) + weight * count
                    sums[place] = sums.get(place, 0.0) + weight * count
        return self._scored(weighted, sum(min(1.0, frequency) for frequency in sums.values()), among)

    def _counts(self, leaf: Term | Phrase, name: str) -> Mapping[int, int]:
        """How often a term or phrase stands in an indexed field, place -> count."""
        if isinstance(leaf, Term):
            return self.snapshot.frequencies(name, leaf.forms)
        return self.snapshot.phrases(name, leaf.positions, self.work)

    def _ranked(self, leaf: Term | Phrase, among: _Places) -> _Scores:
        counts = {name: self._counts(leaf, name) for name in field_names(leaf.field)}
        held = [found for found in counts.values() if found]
        containing = len(held[0]) if len(held) == 1 else len(set().union(*held))
        return self._scored(counts, containing, among)

    def _scored(self, counts: Mapping[str, Mapping[int, float]], containing: float, among: _Places) -> _Scores:
        """BM25F of what was counted in each indexed field."""
        snapshot = self.snapshot
        if among is not None:
            counts = {name: {place: found[place] for place in found.keys() & among} for name, found in counts.items()}
        if self.is_counted:
            return dict.fromkeys(set().union(*counts.values()), 0.0)
        fields = [
            (FIELD_WEIGHTS[name], found, snapshot.lengths[name], snapshot.averages[name]) for name, found in counts.items()
        ]
        return score_postings(fields, snapshot.passages, containing)

    def _all(self, children: Sequence[Node], among: _Places) -> _Scores:
        """Filters narrow the places down, then children that score, then what is excluded; optional scores come last."""
        excluded: list[Node] = []
        optional: list[Or] = []
        required: list[Node] = []
        for child in children:
            if isinstance(child, (Language, Within)):
                places = self.snapshot.filtered(child)
                among = places if among is None else among & places
            elif isinstance(child, Not):
                excluded.append(child.child)
            elif isinstance(child, Or) and child.minimum <= 0:
                optional.append(child)
            elif not isinstance(child, Everything):
                required.append(child)
        found: _Scores | None = None
        for child in required:
            found = self.scores(child, among) if found is None else _both(found, self.scores(child, among))
            if not found:
                return {}
        if found is None:
            found = dict.fromkeys(self.snapshot.alive() if among is None else sorted(among), 0.0)
        for child in excluded:
            gone: Container[int]
            gone = self.snapshot.filtered(child) if isinstance(child, (Language, Within)) else self.scores(child, among)
            found = {place: score for place, score in found.items() if place not in gone}
        for either in optional:
            extra = self._some(either.children, 1, among)
            found = {place: score + extra.get(place, 0.0) for place, score in found.items()}
        return found

    def _some(self, children: Sequence[Node], minimum: int, among: _Places) -> _Scores:
        if minimum > len(children):
            return {}
        total: _Scores = {}
        matched: Counter[int] = Counter()
        for child in children:
            scores = self.scores(child, among)
            if minimum > 1:
                matched.update(scores.keys())
            if not total:
                total = scores
                continue
            get = total.get
            for place, score in scores.items():
                total[place] = get(place, 0.0) + score
        return {place: score for place, score in total.items() if matched[place] >= minimum} if minimum > 1 else total


def _both(left: _Scores, right: _Scores) -> _Scores:
    if len(left) > len(right):
        left, right = right, left
    return {place: score + right[place] for place, score in left.items() if place in right}

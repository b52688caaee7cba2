"""A tree of words -> the tree of terms that engines receive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from seedsearch.errors import QuerySyntaxError
from seedsearch.query.syntax import MAX_WORDS, Parsed
from seedsearch.query.tree import (
    HEADING,
    And,
    Everything,
    Filter,
    Language,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Quoted,
    Start,
    Term,
    Word,
    alternatives,
    wanted,
    within,
)
from seedsearch.tuples import NamedTuple

MAX_STARS = 5
"""Words cut short that are searched as such: each stands for hundreds of terms, and to find those takes milliseconds."""


class Compiled(NamedTuple):
    """The tree over terms, and everything to tell the user about it, one sentence each."""

    node: Node
    notes: tuple[str, ...] = ()


def fair_share(positions: int) -> int:
    """How many of a word's positions a passage must hold to count as a match.

    Two from four on: on the questions of DRCD and XQuAD-zh (runs of 4 to 30 characters) this finds .990 and .985 of the
    relevant passages, and a quarter of all that a single bigram finds. Asking for 40 % of the bigrams would find .68, .76.
    """
    return 1 if positions < 4 else 2


def translate(
    parsed: Parsed,
    analyse: Callable[[str], Sequence[tuple[str, ...]]],
    documents: Callable[[str], frozenset[int] | None],
    beginnings: Callable[[str], tuple[str, ...]],
    compound: Callable[[str], tuple[str, ...]] = lambda _: (),
    share: Callable[[int], int] = fair_share,
    light: Collection[str] = (),
) -> Compiled:
    """The tree that engines receive.

    `analyse` cuts typed text into positions, each with the alternative forms of the term that stands there (none: any
    word); `documents` gives the documents whose name matches a glob, None for all; `beginnings` gives what the terms of words
    that begin like the text before a star begin with; `compound` gives the forms of a hyphenated word (`F-16`) written as one.

    A word of several positions (a run of Chinese cut into bigrams, `Taiwan-U.S.`) becomes an Or of them, of which a passage
    must hold `share`; those whose forms are all `light` are left out where others are. Next to AND, after a hyphen or NOT and
    in heading: it must stand as typed, as if quoted.

    Raises QuerySyntaxError where analysis leaves nothing to search for.
    """
    translator = _Translator(analyse, documents, beginnings, compound, share, light, dict.fromkeys(parsed.notes))
    node = translator.node(parsed.tree, exact=False)
    if node is None:
        raise QuerySyntaxError("nothing to search for: no letter, digit or sign in it is indexed; type another word")
    if not _scores(node):
        node = And((Everything(), *(node.children if isinstance(node, And) else (node,))))
    return Compiled(node, tuple(translator.notes))


class _Translator:
    def __init__(
        self,
        analyse: Callable[[str], Sequence[tuple[str, ...]]],
        documents: Callable[[str], frozenset[int] | None],
        beginnings: Callable[[str], tuple[str, ...]],
        compound: Callable[[str], tuple[str, ...]],
        share: Callable[[int], int],
        light: Collection[str],
        notes: dict[str, None],
    ) -> None:
        self.analyse, self.documents, self.beginnings, self.notes = analyse, documents, beginnings, notes
        self.compound, self.share, self.light = compound, share, light
        self.terms_left = MAX_WORDS
        self.stars_left = MAX_STARS

    def node(self, typed: Node, exact: bool) -> Node | None:
        """The same over terms; None where nothing of it is left."""
        match typed:
            case And():
                return self._joined(typed, exact)
            case Or(children, minimum):
                nodes = [self.node(child, exact) for child in children]
                kept = alternatives(node for node in nodes if node is not None)
                if len(kept) == 1 and minimum == 1:
                    return kept[0]
                return Or(kept, minimum) if kept else None
            case Not(child):
                node = self.node(child, exact=True)
                return Not(node) if node is not None else None
            case Filter("lang", value):
                return Language(value.replace("_", "-"))
            case Filter(_, value):
                return within(self.documents(value))
            case Start(text, field):
                return self._prefix(text, field, exact)
            case Word(text, field):
                return self._word(text, field, exact or field == HEADING)
            case Quoted(text, field):
                return self._word(text, field, exact=True)
        return typed

    def _joined(self, typed: And, exact: bool) -> Node | None:
        several = len(wanted(typed)) > 1
        nodes = [self.node(child, exact or (several and isinstance(child, Word))) for child in typed.children]
        kept = [node for node in nodes if node is not None]
        if not any(_scores(node) for node in kept if not _optional(node)):
            # Of `"!" word` only the word is left, which was a mere addition to the phrase.
            kept = [Or(node.children) if isinstance(node, Or) and _optional(node) else node for node in kept]
        if all(isinstance(node, Not) for node in kept):
            return None
        return kept[0] if len(kept) == 1 else And(tuple(kept))

    def _word(self, text: str, field: str, exact: bool) -> Node | None:
        positions = self._positions(text)
        if not any(positions):
            return None
        if len(positions) == 1:
            return Term(field, positions[0])
        whole = self.compound(text)
        one = (Term(field, whole),) if whole else ()
        if exact:
            phrase = Phrase(field, tuple(positions))
            return Or((phrase, *one)) if one else phrase
        heavy = [forms for forms in positions if forms and not all(form in self.light for form in forms)]
        terms = alternatives((*(Term(field, forms) for forms in heavy or positions if forms), *one))
        return Or(terms, self.share(len(terms))) if len(terms) > 1 else terms[0]

    def _positions(self, text: str) -> list[tuple[str, ...]]:
        """The positions of a word or phrase without empty ones at its ends, as far as the query may still grow."""
        positions = [tuple(forms) for forms in self.analyse(text)]
        if len(positions) > self.terms_left:
            self.notes[f"only the first {MAX_WORDS} words are searched"] = None
            positions = positions[: self.terms_left]
        self.terms_left -= len(positions)
        while positions and not positions[-1]:
            positions.pop()
        while positions and not positions[0]:
            positions.pop(0)
        return positions

    def _prefix(self, text: str, field: str, exact: bool) -> Node | None:
        positions = self._positions(text)
        if len(positions) == 1 and not self.stars_left:
            self.notes[f"only the first {MAX_STARS} stars count; the other words are searched as they stand"] = None
        elif len(positions) == 1:
            self.stars_left -= 1
            starts = tuple(Prefix(field, start) for start in self.beginnings(text))
            return starts[0] if len(starts) == 1 else Or(starts)
        elif positions:
            self.notes[f"the star after {text} is ignored: only a single word can be cut short"] = None
        return self._word(text, field, exact)


def _optional(node: Node) -> bool:
    return isinstance(node, Or) and node.minimum == 0


def _scores(node: Node) -> bool:
    """Whether something is looked for, not only where."""
    if isinstance(node, (And, Or)):
        return any(_scores(child) for child in node.children)
    return isinstance(node, (Term, Phrase, Prefix))

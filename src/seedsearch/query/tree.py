"""The nodes of a query: over words as they were typed, and over the terms that engines match."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from seedsearch.tuples import NamedTuple

BODY = "body"
HEADING = "heading"
ANYWHERE = "any"
"""Body or heading: the frequencies of both are combined before they are scored."""


class Word(NamedTuple):
    """A word or a run of Chinese as typed; `field` is where it must stand, or the name of a filter (lang, source)."""

    text: str
    field: str = ANYWHERE


class Quoted(NamedTuple):
    """The text between quotation marks."""

    text: str
    field: str = ANYWHERE


class Start(NamedTuple):
    """The letters before the star of `assur*`."""

    text: str
    field: str = ANYWHERE


class Filter(NamedTuple):
    """`lang:zh` or `source:004*`: `name` is "lang" or "source"."""

    name: str
    value: str


class Term(NamedTuple):
    """Alternative forms of one word: their frequencies are added, a passage with any of them contains the word."""

    field: str
    forms: tuple[str, ...]


class Phrase(NamedTuple):
    """Positions that follow one another, each with its alternative forms; one without forms stands for any word."""

    field: str
    positions: tuple[tuple[str, ...], ...]


class Prefix(NamedTuple):
    """Every term that begins with `text`, counted together as the forms of one word; engines cap their number."""

    field: str
    text: str


class Group(NamedTuple):
    """What a word may be called in another language: a weight between 0 and 1 for each of its translations.

    It is one pseudo-term (Pirkola 1998; Darwish & Oard 2003): frequencies are multiplied by the weights and added, then
    scored. The passages that contain it are counted by min(1, that sum), so that a doubtful translation, however common,
    makes a sure one little less telling.
    """

    members: tuple[tuple[float, Term | Phrase], ...]


class And(NamedTuple):
    """All children match; their scores are added."""

    children: tuple[Node, ...]


class Or(NamedTuple):
    """At least `minimum` children match (0: none need); the scores of those that do are added."""

    children: tuple[Node, ...]
    minimum: int = 1


class Not(NamedTuple):
    """The child does not match; scores nothing."""

    child: Node


class Language(NamedTuple):
    """Passages in a language: zh finds zh-Hant too, zh-Hant itself only, whatever the case; scores nothing."""

    prefix: str


class Within(NamedTuple):
    """Passages of these documents; scores nothing."""

    documents: frozenset[int]


class Everything(NamedTuple):
    """All passages; scores nothing."""


Leaf: TypeAlias = Term | Phrase | Prefix
"""What a passage may show of a query."""

Node: TypeAlias = (
    Word | Quoted | Start | Filter | Term | Phrase | Prefix | Group | And | Or | Not | Language | Within | Everything
)
"""`parse` gives Word, Quoted, Start, Filter, And, Or, Not; engines get all but the first four."""


def within(documents: frozenset[int] | None) -> Node:
    """Passages of these documents; None stands for all documents."""
    return Everything() if documents is None else Within(documents)


def wanted(node: And) -> list[Node]:
    """The children that are not exclusions."""
    return [child for child in node.children if not isinstance(child, Not)]


_FLAT = (Term, Word)  # the most frequent kinds, whose fields hold no nodes


def alternatives(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Nodes for one Or, in order, each once: alternatives of alternatives are alternatives."""
    flat: dict[object, Node] = {}
    for node in nodes:
        for child in node.children if isinstance(node, Or) and node.minimum == 1 else (node,):
            # To a dictionary tuples of two kinds are the same.
            flat.setdefault((type(child), *child) if isinstance(child, _FLAT) else repr(child), child)
    return tuple(flat.values())


_PLACES = {"zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant", "zh-cn": "zh-hans", "zh-sg": "zh-hans"}


def speaks(language: str, wanted: str) -> bool:
    """Whether a language tag is the one wanted or a kind of it: zh-Hant is a kind of zh, and what zh_TW asks for."""
    language, wanted = language.lower(), wanted.lower().replace("_", "-")
    wanted = _PLACES.get(wanted, wanted)
    return language == wanted or language.startswith(f"{wanted}-")


def typed(tree: Node) -> tuple[str, ...]:
    """The words and phrases that are asked for, as typed, each once."""
    found: dict[str, None] = {}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, And | Or):
            waiting.extend(reversed(node.children))
        elif isinstance(node, Quoted):
            found[f'"{node.text}"'] = None
        elif isinstance(node, Word | Start):
            found[node.text + "*" * isinstance(node, Start)] = None
    return tuple(found)


def filters(tree: Node) -> tuple[Node, ...]:
    """The filters, and exclusions by a filter, that hold for all that is found."""
    nodes = tree.children if isinstance(tree, And) else (tree,)
    return tuple(node for node in nodes if isinstance(node.child if isinstance(node, Not) else node, Filter))


def without(tree: Node, is_light: Callable[[str], bool]) -> Node:
    """A tree of what was typed without the words among alternatives that say little, where others are left."""
    if isinstance(tree, And):
        return And(tuple(without(child, is_light) for child in tree.children))
    if not isinstance(tree, Or):
        return tree
    kept = tuple(without(c, is_light) for c in tree.children if not (isinstance(c, Word) and is_light(c.text)))
    if not kept:
        return tree
    return kept[0] if len(kept) == 1 and tree.minimum == 1 else Or(kept, tree.minimum)


def loosened(tree: Node) -> Node:
    """A tree in which the phrases that stand beside words are words, too; one that has no such phrases as it is."""
    if not isinstance(tree, And):
        return tree
    optional = [child for child in tree.children if isinstance(child, Or) and child.minimum == 0]
    if not optional:
        return tree
    phrases = [child for child in tree.children if isinstance(child, Quoted)]
    rest = [child for child in tree.children if child not in phrases and child not in optional]
    words = alternatives([*(Word(phrase.text, phrase.field) for phrase in phrases), *(Or(o.children) for o in optional)])
    return And((*rest, Or(words))) if rest else Or(words)

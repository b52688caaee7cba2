"""What the user typed -> a tree of words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from seedsearch.errors import QuerySyntaxError
from seedsearch.query.tree import ANYWHERE, HEADING, And, Filter, Node, Not, Or, Quoted, Start, Word, alternatives, wanted
from seedsearch.tuples import NamedTuple

MAX_WORDS = 512
"""Words read of a query, and terms made of them: enough for a pasted page, and it bounds what a search can cost."""
MAX_CHARACTERS = 10_000
"""Characters read of a query: more than MAX_WORDS words of any script; a megabyte of one word would take half a minute."""
MAX_DEPTH = 20
"""Levels of parentheses that are read: deeper ones are dropped, their words kept; trees can be walked recursively."""


class Parsed(NamedTuple):
    """The tree over words as typed, and what was left out of it, one sentence each."""

    tree: Node
    notes: tuple[str, ...] = ()


# Signs are told apart by the class they belong to, which each stands for: to compile classes of the signs takes a millisecond.
_OPENING = "\1"
_SIGNS = {ord(sign): kind for kind, signs in {"(": "（", ")": "）", '"': "“”＂", _OPENING: "„「『"}.items() for sign in signs}
_TOKEN = re.compile(rf'(?P<open>\()|(?P<close>\))|(?P<quote>["{_OPENING}])|(?P<word>[^\s()"{_OPENING}]+)')
_CLOSING = {"「": "」", "『": "』"}
_FIELDS = frozenset(("lang", "source", "heading"))
_CONTROLS = dict.fromkeys([*range(9), *range(14, 28), 127], " ")


_OPERATORS = frozenset(("AND", "OR", "NOT"))


class _Item(NamedTuple):
    connector: str
    excluded: bool
    node: Node


class _Frame(NamedTuple):
    """What is collected inside one pair of parentheses, and how the whole of it will be attached outside."""

    items: list[_Item]
    connector: str = ""
    excluded: bool = False
    field: str = ANYWHERE


class _Parser:
    """One pass over the text with an explicit stack: time is linear, and nesting costs no recursion."""

    def __init__(self, text: str) -> None:
        self.text = text.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)
        self.position = 0
        self.frames = [_Frame([])]
        self.dropped_depth = 0
        self.words = 0
        self.notes: dict[str, None] = {}
        if len(self.text) > MAX_CHARACTERS:
            self.text = self.text[:MAX_CHARACTERS]
            self.notes[f"only the first {MAX_CHARACTERS:,} characters are searched"] = None
        self.signs = self.text.translate(_SIGNS)
        self.shouted = _all_capitals(self.text)
        self._await_operand()

    def run(self) -> Parsed:
        steps = {"open": self._open, "close": self._close, "quote": self._quote, "word": self._word}
        while token := _TOKEN.search(self.signs, self.position):
            glued = 0 < token.start() == self.position
            if self.field and (not glued or token.lastgroup == "close"):
                raise _no_value(self.field)
            self.position = token.end()
            steps[token.lastgroup or ""](self.text[token.start() : token.end()], glued)
        if self.field:
            raise _no_value(self.field)
        while len(self.frames) > 1:
            self._pop()
        positive, excluded = _combine(self.frames[0].items, ANYWHERE)
        if positive is None and excluded:
            raise QuerySyntaxError("the query only excludes: add a word to find, as in: assurances -draft")
        return Parsed(_without(positive or self._operators_as_words(), excluded), tuple(self.notes))

    def _operators_as_words(self) -> Node:
        words = [Word(word) for word in dict.fromkeys(self.text.split()) if word in _OPERATORS]
        if not words:
            raise QuerySyntaxError('nothing to search for: type a word, a "phrase" or a filter such as lang:zh')
        return _any_of(words)

    def _await_operand(self) -> None:
        """Forget the operators and the field that belonged to the operand before."""
        self.connector, self.excluded, self.field = "", False, ""

    def _attach(self, kind: type[Word] | type[Quoted] | type[Start], text: str) -> None:
        field = self.field or self.frames[-1].field
        node = Filter(field, text.strip()) if field in ("lang", "source") else kind(text.strip(), field)
        if self.words < MAX_WORDS:
            self.words += 1
            self.frames[-1].items.append(_Item(self.connector, self.excluded, node))
        else:
            self.notes[f"only the first {MAX_WORDS} words are searched"] = None
        self._await_operand()

    def _open(self, _: str, glued: bool) -> None:
        if len(self.frames) > MAX_DEPTH:
            self.dropped_depth += 1
            self.field = ""
            self.notes[f"parentheses deeper than {MAX_DEPTH} are ignored"] = None
            return
        self.frames.append(_Frame([], self.connector, self.excluded, self.field or self.frames[-1].field))
        self._await_operand()

    def _close(self, _: str, glued: bool) -> None:
        if self.dropped_depth:
            self.dropped_depth -= 1
        elif len(self.frames) > 1:
            self._pop()

    def _pop(self) -> None:
        frame = self.frames.pop()
        positive, excluded = _combine(frame.items, frame.field)
        items = self.frames[-1].items
        if positive is not None:
            items.append(_Item(frame.connector, frame.excluded, _without(positive, excluded)))
        else:
            # (-b) excludes b from what stands around it; -(-b) asks for b.
            items.extend(_Item(frame.connector, not frame.excluded, node) for node in excluded)
        self._await_operand()

    def _quote(self, mark: str, glued: bool) -> None:
        if glued and not self.field and _is_running(self.text[self.position - 2]):
            return  # a quotation inside a running sentence, which no blank sets apart
        closing = _CLOSING.get(mark)
        end = self.text.find(closing, self.position) if closing else self.signs.find('"', self.position)
        if end < 0:
            self.notes["the quotation mark left open is closed at the end"] = None
            end = len(self.text)
        text = self.text[self.position : end]
        self.position = end + 1
        if text.strip():
            self._attach(Quoted, text)
        elif self.field:
            raise _no_value(self.field)

    def _word(self, word: str, glued: bool) -> None:
        if not self.field and word in _OPERATORS:
            if not self.shouted:
                self._operator(word)
                return
            self.notes["all in capitals: AND, OR and NOT are searched as words"] = None
        if not glued or self.text[self.position - len(word) - 1] in "(（":
            word = self._exclusion(word)
        name, colon, _ = word.replace("：", ":").partition(":")
        if not self.field and colon and name.lower() in _FIELDS:
            self.field, word = name.lower(), word[len(name) + 1 :]
        bare = word.strip("-－*＊")
        if word and self.field == "source":
            self._attach(Word, word)
        elif bare:
            self._attach(Start if word[-1] in "*＊" else Word, word.rstrip("*＊"))
        elif word and self.field:
            raise _no_value(self.field)

    def _operator(self, word: str) -> None:
        if word == "NOT":
            self.excluded = not self.excluded
        else:
            self.connector = word

    def _exclusion(self, word: str) -> str:
        """`-x` excludes x, and so does a hyphen glued to a quotation mark or parenthesis; `--x` and ` - ` are text."""
        following = word[1:2] or self.text[self.position : self.position + 1]
        if word[0] not in "-－" or not following or following.isspace() or following in "-－)）":
            return word
        self.excluded = not self.excluded
        return word[1:]


def _all_capitals(text: str) -> bool:
    """Whether a text is in capitals throughout, so that those of AND say nothing; a few acronyms do not make it so."""
    if text != text.upper() or text == text.lower():  # the usual cases
        return False
    cased = [word for word in re.findall(r"\w+", text) if word not in _OPERATORS and word.lower() != word.upper()]
    return len(cased) > 3 and all(word == word.upper() for word in cased)


def _no_value(field: str) -> QuerySyntaxError:
    example = {"lang": "lang:zh", "source": "source:004*", "heading": "heading:policy"}[field]
    return QuerySyntaxError(f"{field}: needs its value right after the colon, as in {example}")


def _strict(node: Node, field: str) -> bool:
    """Whether a node that stands beside bare words is required rather than one more alternative."""
    if isinstance(node, (Word, Start)):
        return node.field not in (ANYWHERE, field)
    if isinstance(node, Filter):
        return node.name != field
    if isinstance(node, Or):
        return all(_strict(child, field) for child in node.children)
    if isinstance(node, And):
        parts = wanted(node)
        return len(parts) > 1 or _strict(parts[0], field)
    return True


def _filters(node: Node) -> bool:
    """Whether a required node says in which passages to look rather than what for."""
    if isinstance(node, (And, Or)):
        return all(_filters(child) for child in node.children)
    return isinstance(node, (Filter, Not)) or (isinstance(node, (Word, Start, Quoted)) and node.field == HEADING)


def _combine(items: Iterable[_Item], field: str) -> tuple[Node | None, list[Node]]:
    """What stands between two parentheses as one node, None where nothing is asked for, and what it excludes.

    `field` is what stood before the parentheses: the words of `heading:(a b)` are alternatives among themselves.
    """
    excluded: list[Node] = []
    groups: list[list[list[Node]]] = []
    for item in items:
        if item.excluded:
            excluded.append(item.node)
        elif item.connector == "AND" and groups:
            groups[-1][-1].append(item.node)
        elif item.connector == "OR" and groups:
            groups[-1].append([item.node])
        else:
            groups.append([[item.node]])
    nodes = [_any_of([_all_of(joined) for joined in group]) for group in groups]
    required = [node for node in nodes if _strict(node, field)]
    bare = [node for node in nodes if not _strict(node, field)]
    if not bare:
        return (_all_of(required) if required else None), excluded
    if not required:
        return _any_of(bare), excluded
    if all(_filters(node) for node in required):
        return And((*required, _any_of(bare))), excluded
    return And((*required, Or(alternatives(bare), 0))), excluded


def _all_of(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else And(tuple(nodes))


def _any_of(nodes: Sequence[Node]) -> Node:
    distinct = alternatives(nodes)
    return distinct[0] if len(distinct) == 1 else Or(distinct)


def _without(node: Node, excluded: Sequence[Node]) -> Node:
    if not excluded:
        return node
    wanted = node.children if isinstance(node, And) else (node,)
    return And((*wanted, *(Not(child) for child in excluded)))


def _is_running(letter: str) -> bool:
    """Whether a letter is of Han or Kana."""
    return "\u3041" <= letter <= "\u30ff" or "\u3400" <= letter <= "\u9fff"


@lru_cache(maxsize=4)  # a search parses its query for both languages
def parse(text: str) -> Parsed:
    """The tree of what was typed; takes linear time.

    Raises QuerySyntaxError, one line that says what to type instead, where there is nothing to find.

    >>> parse('"Taiwan Strait" -draft').tree
    And(children=(Quoted(text='Taiwan Strait', field='any'), Not(child=Word(text='draft', field='any'))))
    """
    if text.isalnum() and text not in _OPERATORS and len(text) <= MAX_CHARACTERS:
        return Parsed(Word(text))  # a word of a query is looked at alone too: a tenth of the time
    return _Parser(text).run()

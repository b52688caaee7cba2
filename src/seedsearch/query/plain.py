"""Which queries can be translated, and between which languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seedsearch.query.tree import ANYWHERE, And, Filter, Node, Or, Quoted, Word


def direction(text: str) -> tuple[str, str] | None:
    """The language of a query and the one to translate into, told by script; None for neither Chinese nor English.

    >>> direction("TSMC 台積電"), direction("arms sales"), direction("半導体の供給")
    (('zh', 'en'), ('en', 'zh'), None)
    """
    # Compared, not matched: to compile such classes takes three milliseconds, which a cold query can do without.
    if not text.isascii():
        if any("\u3041" <= letter <= "\u30ff" for letter in text):
            return None
        if any("\u3400" <= c <= "\u9fff" or "\uf900" <= c <= "\ufaff" or "\U00020000" <= c <= "\U0003ffff" for c in text):
            return "zh", "en"
    return ("en", "zh") if any(letter.isascii() and letter.isalpha() for letter in text) else None


def plain(tree: Node) -> tuple[list[str], list[Filter]] | None:
    """The words and phrases of a query, in order, and its filters; None where it has operators, which have no translation.

    Quoted phrases are translated like other words: what is a phrase in one language seldom is one in the other.
    """
    match tree:
        case Word(text, field) | Quoted(text, field) if field == ANYWHERE:
            return [text], []
        case Filter():
            return [], [tree]
        case And(children) if not _has_operator(children):
            return _joined(children)
        case Or(children):
            return _joined(children)
    return None


def _has_operator(children: Sequence[Node]) -> bool:
    """Whether words were joined by AND: one alone may stand beside filters, several would be alternatives."""
    others = [child for child in children if not isinstance(child, Filter)]
    return len(others) > 1 and any(isinstance(child, Word) for child in others)


def _joined(nodes: Iterable[Node]) -> tuple[list[str], list[Filter]] | None:
    parts = [plain(node) for node in nodes]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return [word for words, _ in known for word in words], [one for _, filters in known for one in filters]

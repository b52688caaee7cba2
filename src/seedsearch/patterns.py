"""Which documents a pattern for names means: `source:reports/*.txt`, `source:004`."""

from __future__ import annotations

import re

from seedsearch.store import Store

_MOST_STARS = 4  # beyond these SQLite, which goes back for each, is left to look for the beginning alone


def matching(store: Store, pattern: str) -> frozenset[int] | None:
    """Numbers of the documents whose name fits a pattern with * and ?, None where all do; case does not count.

    A pattern may fit the whole name or its last parts: both 004* and reports/*.txt are natural. Without * and ? it is a part of
    the name. SQLite reads a million names in a tenth of a second, Python in one; it looks at what SQLite cannot judge.
    """
    is_whole = any(mark in pattern for mark in "*?[")
    like, is_exact = _like(pattern)
    likes = [like if is_whole else f"%{like}%"]
    if is_whole and not like.startswith("%"):
        likes.append(f"%/{like}")
    if is_exact:
        return frozenset(store.named(likes)) if store.has_other_names(likes) else None
    fits = _expression(pattern, is_whole).search
    return frozenset(number for number, name in store.names(likes) if fits(name))


def _like(pattern: str) -> tuple[str, bool]:
    """A pattern as SQLite's LIKE has it, and whether it means the same; else it lets more through."""
    text = re.sub(r"\*+", "*", pattern)
    is_exact = "[" not in text and text.count("*") <= _MOST_STARS
    begin = re.match(rf"(?:[^*\[]*\*){{{_MOST_STARS}}}|[^\[]*", text)
    if not is_exact and begin is not None:
        text = begin[0].rstrip("*") + "*"
    letters = []
    for letter in text:
        if not letter.isascii() and not letter.lower() == letter.upper() == letter:
            is_exact = False  # LIKE knows the small and capital letters of ASCII alone
            letters.append("_")
        else:
            letters.append({"*": "%", "?": "_"}.get(letter, f"\\{letter}" if letter in "%_\\" else letter))
    return "".join(letters), is_exact


def _expression(pattern: str, is_whole: bool) -> re.Pattern[str]:
    from fnmatch import translate

    if is_whole:
        return re.compile(f"^(?:{translate(pattern)}|(?:.*/){translate(pattern)})", re.IGNORECASE)
    return re.compile(re.escape(pattern), re.IGNORECASE)

"""What the user typed -> a tree of words (`parse`) -> the tree of terms that engines receive (`translate`).

    six assurances "Taiwan Strait" -draft lang:zh source:004* heading:(policy OR 政策) assur* (a OR b) AND c NOT d

Bare words are alternatives that add to the score; quoted phrases, filters and what AND joins are required; exclusions
are strict. AND binds before OR, OR before mere neighbourhood. The quotes, colons, parentheses and hyphens of Chinese
keyboards are understood. Whatever is typed gives a tree or a QuerySyntaxError.
"""

from seedsearch.query.plain import direction, plain
from seedsearch.query.syntax import MAX_DEPTH, MAX_WORDS, Parsed, parse
from seedsearch.query.terms import Compiled, fair_share, translate
from seedsearch.query.tree import (
    ANYWHERE,
    BODY,
    HEADING,
    And,
    Everything,
    Filter,
    Group,
    Language,
    Leaf,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Quoted,
    Start,
    Term,
    Within,
    Word,
    filters,
    loosened,
    speaks,
    typed,
    within,
    without,
)

__all__ = [
    "ANYWHERE",
    "BODY",
    "HEADING",
    "MAX_DEPTH",
    "MAX_WORDS",
    "And",
    "Compiled",
    "Everything",
    "Filter",
    "Group",
    "Language",
    "Leaf",
    "Node",
    "Not",
    "Or",
    "Parsed",
    "Phrase",
    "Prefix",
    "Quoted",
    "Start",
    "Term",
    "Within",
    "Word",
    "direction",
    "fair_share",
    "filters",
    "loosened",
    "parse",
    "plain",
    "speaks",
    "translate",
    "typed",
    "within",
    "without",
]

"""Markdown to blocks with exact places: CommonMark (https://spec.commonmark.org) with tables and front matter.

Places are verbatim source, marks included: `## Title`, `- item`, `| a | b |`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from seedsearch.ingest.blocks import RawBlock
from seedsearch.ingest.formats import Part

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_LINE = re.compile(r"\r\n|\n|\r")
_FRONT_MATTER = re.compile(r"---[ \t]*(?:\r?\n)(?:.*\r?\n)*?(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")
_TITLE = re.compile(r"^title:[ \t]*(\S.*?)[ \t\r]*$", re.MULTILINE)
_COMMENT = re.compile(r"(?:\s*+(?><!--.*?-->))++\s*+", re.DOTALL)


def read(text: str) -> Iterator[Part]:
    """A Markdown file as the one document that it is; a `title:` in its front matter is its title."""
    front = _FRONT_MATTER.match(text)
    title = _TITLE.search(front[0]) if front else None
    yield Part("", title[1].strip("\"'") if title else "", "", text, split(text))


def split(text: str) -> list[RawBlock]:
    """The blocks of a Markdown text in order.

    Headings (`#` and underlined) have their level, tables and quoted paragraphs are paragraphs, front matter is code,
    and what stands in a list is an item unless it is code. Comments, ruled lines and link definitions are left out.
    """
    front = _FRONT_MATTER.match(text)
    start = front.end() if front else 0
    blocks = [RawBlock(0, len(front[0].rstrip()), "code", 0)] if front else []
    source = text[start:]
    edges = [0, *(match.end() for match in _LINE.finditer(source)), len(source)]
    for kind, level, token in _leaves(_parser().parse(source)):
        first, last = token.map or (0, 0)
        raw = source[edges[first] : edges[min(last, len(edges) - 1)]]
        piece = raw.strip()
        if piece.strip("#") and not _COMMENT.fullmatch(piece):
            begin = start + edges[first] + len(raw) - len(raw.lstrip())
            blocks.append(RawBlock(begin, begin + len(piece), kind, level))
    return blocks


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # Places are needed, not what stands inside a paragraph. What is nested deeper than the limit would be lost.
    return MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").disable(["inline", "text_join"])


def _leaves(tokens: list[Token]) -> Iterator[tuple[str, int, Token]]:
    """The tokens that hold text, each with its kind and level."""
    lists = 0
    for token in tokens:
        if token.type == "list_item_open":
            lists += 1
        elif token.type == "list_item_close":
            lists -= 1
        elif token.type == "heading_open":
            yield "heading", int(token.tag[1:]), token
        elif token.type in ("fence", "code_block"):
            yield "code", 0, token
        elif token.type in ("paragraph_open", "table_open", "html_block"):
            yield ("item" if lists else "paragraph"), 0, token

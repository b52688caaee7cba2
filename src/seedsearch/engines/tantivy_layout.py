"""How passages lie in a Tantivy index: the fields, and the text that Tantivy's own tokenizer cuts into our terms again.

    number     fast field                    what a search gives back
    document   fast field, indexed           what is removed together, and the filter for documents
    language   indexed                       the tag as it is
    any        indexed with positions        body, a gap, heading: one look-up for each term of a query
    heading    indexed with positions

A field's text is a row of slots with spaces between them, SLOTS for each position: the term that stands there, then its
alternatives with MARK before them, then FILL, which a filter drops without moving what follows. So alternatives share the
position of their term although the tokenizer counts on, and a phrase knows where each can stand. Tokens made one by one in
Python would say the same; they cost 840 microseconds for a passage of 270 words, the row of slots costs 170.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from seedsearch.engines.protocol import MAX_ALTERNATIVES, Words

if TYPE_CHECKING:
    from tantivy import Schema, TextAnalyzer

SLOTS = MAX_ALTERNATIVES
FILL = "\x01"
MARK = "\x02"
_ESCAPE = "\x03"
TOKENIZER = f"seedsearch-1-slots-{SLOTS}"
"""Stands in the index; it names the version of all that is described here."""
GAP = " ".join([FILL] * SLOTS * 4)
"""Between body and heading: no phrase that analysis makes leaves a position open. (A long one, of which some words are not
compared, may reach over it as it may over other words.) With 32 positions a text was a quarter longer."""
LONGEST_TERM = 65_000
"""Bytes of UTF-8; Tantivy drops what is longer than 65,530."""

_SURROGATES, _PRIVATE = 0xD800, 0xE000


@cache
def _reserved() -> re.Pattern[str]:
    """What the tokenizer would cut at, what has a meaning above, and what UTF-8 cannot hold."""
    return re.compile("[\x01-\x03\t\n\f\r \ud800-\udfff]")


def encode(term: str) -> str:
    """The term as it stands in the index; what begins with a prefix begins with the encoded prefix."""
    if term.lstrip("\x04\x05").isalnum():  # most are, and to compile the class takes half a millisecond of a cold query
        return term
    return _reserved().sub(_escape, term) if _reserved().search(term) else term


def decode(token: str) -> str:
    """The term that was encoded, a MARK before it taken off."""
    term = token.removeprefix(MARK)
    return re.sub(f"(?s){_ESCAPE}(.)", _unescape, term) if _ESCAPE in term else term


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return _ESCAPE + chr(code + 0x40 if code < _SURROGATES else code - _SURROGATES + _PRIVATE)


def _unescape(match: re.Match[str]) -> str:
    code = ord(match.group(1))
    return chr(code - 0x40 if code < _PRIVATE else code - _PRIVATE + _SURROGATES)


_FILLED = [f" {FILL}" * (SLOTS - taken) for taken in range(SLOTS + 1)]
"""What follows when some slots of a position are taken."""
_SURELY_SHORT = LONGEST_TERM // 4


class Slots(dict[str | tuple[str, ...], str]):
    """Item of `Words` -> its slots. Remembered, because words repeat: a look-up takes a third of the time of a new one."""

    LARGEST = 200_000

    def text(self, words: Words) -> str:
        """The text of a field. Raises ValueError for a term or a number of alternatives that cannot be held."""
        if len(self) > self.LARGEST:
            self.clear()
        return " ".join(map(self.__getitem__, words))

    def __missing__(self, item: str | tuple[str, ...]) -> str:
        self[item] = written = slots(item)
        return written


def slots(item: str | tuple[str, ...]) -> str:
    """The slots of an item of `Words`. Raises ValueError for a term or a number of alternatives that cannot be held."""
    if isinstance(item, str):
        written = f"{item}{_FILLED[1]}"
    elif len(item) == 2 and item[0] != item[1]:
        written = f"{item[0]} {MARK}{item[1]}{_FILLED[2]}"
    else:
        return _any_slots(item)
    return _any_slots(item) if len(written) > _SURELY_SHORT or _reserved().search("".join(item)) else written


def _any_slots(item: str | tuple[str, ...]) -> str:
    """The slots of any item; the above, for most, takes a quarter of the time."""
    terms = [encode(term) for term in ((item,) if isinstance(item, str) else dict.fromkeys(item))]
    if len(terms) > SLOTS:
        raise ValueError(f"{len(terms)} alternatives at one position: {SLOTS} are the most")
    if max((len(term.encode()) for term in terms), default=0) > LONGEST_TERM:
        raise ValueError(f"a term of more than {LONGEST_TERM} bytes")
    marked: Iterable[str] = (MARK + term for term in terms[1:])
    return " ".join([*terms[:1], *marked, *[FILL] * (SLOTS - len(terms))])


def schema() -> Schema:
    """The fields of a new index."""
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_unsigned_field("number", fast=True)
    builder.add_unsigned_field("document", fast=True, indexed=True)
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    for field in ("any", "heading"):
        builder.add_text_field(field, tokenizer_name=TOKENIZER, index_option="position")
    return builder.build()


def analyzer() -> TextAnalyzer:
    """What cuts the text of a field into terms; only a writer needs it."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.custom_stopword([FILL])).build()

"""A piece of text as the tokens by which it can be recognised in another language, and its length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from sys import intern
from unicodedata import normalize

from seedsearch import lexicon
from seedsearch.tuples import NamedTuple

# More text than this, in characters, says nothing new about where a piece belongs, nor do more words than its rarest ones.
_ENOUGH, _RAREST = 20_000, 60
_HAN = "\u2e80-\u2fff\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_HAN = re.compile(f"[{_HAN}]")
_TOKEN = re.compile(rf"([{_HAN}]+)|(\d+(?:[.,]\d+)*)|([^\W\d_{_HAN}]+)|[?!(:;%=/$@\"“”「」『』«»]")
_QUOTES = frozenset('"“”「」『』«»')
_OPENS = re.compile(r"[\s*_]*[\"'“‘「『«]")
_CLOSES = re.compile(r"(?:[\"”」』»]|(?<=[.!?,…—-])['’])[)）\s*_]*\Z")
_ENDS = re.compile(r"[.!?。．！？:：;；…,，、—।؟][\"'”’」』»)）\]】*_\s]*\Z")


class Side(NamedTuple):
    """The pieces of one half: each one's tokens (sorted, none twice), length in bytes of UTF-8, and what is at its edges.

    `opens` and `closes` tell of a quotation mark, `sentences` of the mark that ends a sentence or a part of one.
    """

    tokens: list[list[str]]
    lengths: list[int]
    opens: list[bool]
    closes: list[bool]
    sentences: list[bool]


def is_han(token: str) -> bool:
    """Whether a token is a word in Chinese characters (the first one tells)."""
    return _IS_HAN.match(token) is not None


def read_side(pieces: Sequence[str], language: str) -> Side:
    """The tokens of the pieces of one half, in a language given as a BCP 47 tag ("en", "zh-Hant", "und").

    Words are stemmed, runs of Chinese characters are cut into the words of the dictionary, full-width forms are folded.
    """
    stem = stemmer(language)
    tokens = [{intern(token) for token in _tokens(normalize("NFKC", piece[:_ENOUGH]), stem)} for piece in pieces]
    count = Counter(token for each in tokens for token in each)
    return Side(
        [sorted(sorted(each, key=lambda token: (count[token], token))[:_RAREST]) for each in tokens],
        [len(piece.encode("utf-8", "surrogatepass")) for piece in pieces],
        [_OPENS.match(piece) is not None for piece in pieces],
        [_CLOSES.search(piece[-20:]) is not None for piece in pieces],
        [_ENDS.search(piece[-20:]) is not None for piece in pieces],
    )


def stemmer(language: str) -> Callable[[str], str]:
    """The Snowball stemmer of a language; where there is none the English one, as names and terms are mostly English."""
    from Stemmer import Stemmer

    try:
        stem: Callable[[str], str] = Stemmer(language.partition("-")[0]).stemWord
    except KeyError:
        stem = Stemmer("english").stemWord
    return stem


def _tokens(text: str, stem: Callable[[str], str]) -> list[str]:
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if match[1]:
            found += [token[start:end] for start, end in lexicon.segment(token)]
        elif match[2]:
            found.append(token.replace(",", ""))
        elif match[3]:
            found.append(stem(token.lower()) or token.lower())  # the Greek stemmer leaves nothing of some words
        else:
            found.append('"' if token in _QUOTES else token)
    return found

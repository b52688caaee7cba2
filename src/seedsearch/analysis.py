"""Text and its language -> terms with offsets: one analysis for every engine, for indexing, for queries and for marks.

    "台灣的 F-16 Assurances"  --fold-->  "台湾的 f-16 assurances"  --cut, stem-->  台湾 湾的 f 16 assur

Folding (NFKC, case, width, Traditional to Simplified, typographic apostrophes, invisible characters) comes before cutting, so
that what looks alike is cut alike; each term knows where it stands in the text as it was.

* Scripts written with spaces give words; a word is stemmed by the language of its text where Snowball has a stemmer.
* Han, Kana, Hangul, Thai, Lao, Khmer, Burmese and Tibetan runs give overlapping bigrams, or the character where a run is one
  long (Kwok 1997 found bigrams as good as words for Chinese; they need no dictionary and find a word inside a longer run).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from seedsearch.hanzi import simplified

if TYPE_CHECKING:
    import Stemmer

VERSION = 1  # of the rules below; raise it when the same text would give other terms

LONGEST_TERM = 64  # characters; what is longer is no word (base64, DNA) and is cut to this, in documents and queries alike

# Letters that stand without spaces between words. Digits and punctuation of these blocks are left out.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ece\u0edc-\u0edf"  # Lao
    "\u0f40-\u0fbc"  # Tibetan
    "\u1000-\u103f\u1050-\u109d\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17d3\u17d7\u17dc\u17dd"  # Khmer
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"  # Han
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3105-\u312f\u31a0-\u31bf"  # Kana, Bopomofo
)
# Marks belong to the word they stand in, but `\w` leaves them out: "हिन्दी" would fall apart at every vowel sign.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u0816-\u082d\u0859-\u085b"
    "\u08d3-\u0963\u0971-\u0df3\u135d-\u135f\u1ab0-\u1aff\u1b00-\u1b44\u1dc0-\u1dff\u20d0-\u20f0\ua8e0-\ua8f1"
)
_ANY_MARK = f"[{_MARKS}]|"
# Text of nothing else has neither marks nor unspaced letters.
_SIMPLE = re.compile("[\x00-\u02ff\u2000-\u206f\u20a0-\u20cf]*")


@cache
def _runs() -> re.Pattern[str]:
    """Runs of unspaced letters. Compiled when first met: such classes take milliseconds, which a cold query can do without."""
    return re.compile(f"[{_UNSPACED}]+")


@cache
def _words(marks: str) -> re.Pattern[str]:
    """Words, numbers and acronyms between such runs. A word goes on after an apostrophe if a letter follows."""
    return re.compile(
        r"\d+(?:[.,]\d+)+(?!\w)"
        r"|(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?"
        rf"|{_plain_words(marks).pattern}"
    )


@cache
def _plain_words(marks: str) -> re.Pattern[str]:
    """Words alone, a third faster: enough where no letter or digit follows a stop or comma."""
    letter = r"[^\W_]"
    return re.compile(rf"{letter}+(?:(?:{marks}'(?={letter})){letter}*)*")


_JOINED = re.compile(r"[.,]\w")


_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u02b9\u2032\uff07`"), "'")
_INVISIBLE = dict.fromkeys((0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF), "")


# Stands before a word as written where its stem is another, so that `cooperat*` finds what is indexed as "cooper". Folding
# leaves no such character in any term.
WRITTEN = "\u2060"


class Token(NamedTuple):
    """A term and the half-open character span of the text that gave it. Its position is its index in the list of tokens.

    `word` is the term before stemming.
    """

    term: str
    start: int
    end: int
    word: str


class Folded(NamedTuple):
    """Folded text; character i of it came from `starts[i]:ends[i]` of the source, or from i:i+1 where `starts` is None."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source from which the non-empty folded span [start, end) came."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Fold NFKC, case, width, Traditional to Simplified, apostrophes and invisible characters, keeping the way back.

    >>> fold("ＴＡＩＷＡＮ’s 台灣").text
    "taiwan's 台湾"
    """
    if text.isascii():
        return Folded(text.lower().replace("`", "'"))
    if unicodedata.is_normalized("NFKC", text):
        folded = text.translate(_single())
        if len(folded) == len(text):
            return Folded(folded)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        piece = _fold_cluster(text[start:end])
        pieces.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return Folded("".join(pieces), starts, ends)


def _fold_text(text: str) -> str:
    """The text of `fold`, without the way back: where no character composes with another, each is folded by itself."""
    if text.isascii():
        return text.lower().replace("`", "'")
    if unicodedata.is_normalized("NFKC", text):
        folded = text.translate(_single())
        if len(folded) == len(text):
            return folded
    if any(map(_composes, set(text))):
        return fold(text).text
    return text.translate(_single())


class _Single(dict[int, str]):
    """Code point -> folded string, filled as characters are met: `str.translate` asks `__missing__` once for each."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_cluster(chr(code))
        return folded


@cache
def _single() -> _Single:
    return _Single()


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    """Fold one character with its marks. Case folding can undo NFKC and the reverse, so NFKC stands on both sides."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    folded = folded.translate(_APOSTROPHES).translate(_INVISIBLE)
    return "".join(map(_to_simplified, folded))


def _to_simplified(character: str) -> str:
    return simplified().get(character, character) if character >= "\u3400" else character


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Spans of a character and all that NFKC may compose with it: marks, Hangul jamo, half-width voicing signs."""
    start = 0
    for i in range(1, len(text)):
        if not _composes(text[i]):
            yield start, i
            start = i
    if text:
        yield start, len(text)


@lru_cache(maxsize=1 << 16)
def _composes(c: str) -> bool:
    """Whether a character can compose with the one before it; some Indic vowel signs of combining class 0 can, too."""
    if c < "\u0300":
        return False
    if unicodedata.combining(c) or "\u1160" <= c <= "\u11ff" or c in "\uff9e\uff9f":
        return True
    return unicodedata.category(c) in ("Mc", "Mn", "Me")


def tokens(text: str, language: str) -> list[Token]:
    """The terms of a text in order, each with its span in the text as given.

    >>> tokens("Taiwan’s 防衛", "en")[0]
    Token(term='taiwan', start=0, end=8, word="taiwan's")
    """
    folded = fold(text)
    found = list(_cut(folded.text))
    stems = _stem([word for word, _, _ in found], language)
    return [Token(stem, *folded.source_span(start, end), word) for stem, (word, start, end) in zip(stems, found, strict=True)]


def postings(text: str, language: str) -> list[str | tuple[str, ...]]:
    """What is indexed at each position of a text: the term of `tokens`, and beside it what else is to be found there.

    That is the word as written where its stem is another, and the characters of a run, so that one alone is found too.
    A passage of 130 words takes 50 microseconds, one of 300 Japanese characters 100.
    """
    folded = _fold_text(text)
    items = _items(_stemmer_name(language))
    if len(items) > _MOST_ITEMS:
        items.clear()
    if folded.isascii() or _SIMPLE.fullmatch(folded):
        return list(map(items.__getitem__, _words_in(folded, "")))
    indexed: list[str | tuple[str, ...]] = []
    last = 0
    for run in _runs().finditer(folded):
        start, end = run.span()
        indexed += map(items.__getitem__, _words_between(folded[last:start]))
        indexed += _in_run(run[0])
        last = end
    indexed += map(items.__getitem__, _words_in(folded[last:], _ANY_MARK))
    return indexed


def _in_run(run: str) -> Iterable[str | tuple[str, ...]]:
    """A bigram stands for its first character, and the last one of a run for both. No stemmer changes such letters."""
    if len(run) == 1:
        return (run,)
    found: list[tuple[str, ...]] = list(zip(map(add, run, run[1:]), run, strict=False))
    if run[-2] != run[-1]:
        found[-1] = run[-2:], run[-2], run[-1]
    return found


class _Items(dict[str, str | tuple[str, str]]):
    """A word -> what is indexed for it in texts of one language, filled as words are met."""

    def __init__(self, stemmer: str) -> None:
        self._stemmer = stemmer

    def __missing__(self, word: str) -> str | tuple[str, str]:
        stem = _stem([word], self._stemmer)[0]
        self[word] = item = word if stem == word else (stem, WRITTEN + word)
        return item


_MOST_ITEMS = 1 << 16  # of a language: 20 MB; the words beyond these are rare


@lru_cache(maxsize=8)
def _items(stemmer: str) -> _Items:
    return _Items(stemmer)


def _words_between(piece: str) -> Sequence[str]:
    """The terms between two runs: most often there are none, and always the same marks."""
    return _words_in(piece, _ANY_MARK) if len(piece) > 3 else _words_of_marks(piece)


@lru_cache(maxsize=1 << 12)
def _words_of_marks(piece: str) -> Sequence[str]:
    return _words_in(piece, _ANY_MARK)


def _words_in(piece: str, marks: str) -> list[str]:
    """The terms of a text without runs, before stemming; the same as those of `_cut_words`."""
    if _JOINED.search(piece):
        words = [word if word.isalnum() else _unpunctuated(word) for word in _words(marks).findall(piece)]
    else:
        words = _plain_words(marks).findall(piece)
    if len(piece) > LONGEST_TERM and max(map(len, words), default=0) > LONGEST_TERM:
        return [word[:LONGEST_TERM] for word in words]
    return words


def _unpunctuated(word: str) -> str:
    """A number without thousands separators, an acronym without its stops; no other word holds either."""
    return word.replace(",", "") if word[0].isdecimal() else word.replace(".", "")


def characters(token: Token) -> list[tuple[str, int, int]]:
    """The two characters of a bigram with their spans in the text that it was cut from; nothing for other terms."""
    if len(token.term) != 2 or token.end - token.start != 2 or not _runs().fullmatch(token.term):
        return []
    return [(token.term[0], token.start, token.start + 1), (token.term[1], token.start + 1, token.end)]


def beginnings(start: str) -> tuple[str, ...]:
    """What the terms of words that begin so begin with: "Cooperat" leads to "cooperation", though indexed as "cooper"."""
    folded = fold(start).text
    return folded, WRITTEN + folded


def alternatives(word: str, languages: Iterable[str]) -> list[tuple[str, ...]]:
    """What a word of a query may be called in texts of these languages: for each position of it, the forms it can take there.

    >>> alternatives("allies", ["en", "fr"])
    [('alli', 'allies')]
    """
    plain = [term for term, _, _ in _cut(fold(word).text)]
    by_language = [_stem(plain, language) for language in sorted({*map(_stemmer_name, languages), ""})]
    return [tuple(sorted(set(forms))) for forms in zip(*by_language, strict=True)]


def _cut(folded: str) -> Iterator[tuple[str, int, int]]:
    """Terms before stemming, with their spans in the folded text."""
    if _SIMPLE.fullmatch(folded):
        yield from _cut_words(folded, _words(""), 0)
        return
    between = _words(_ANY_MARK)
    last = 0
    for run in _runs().finditer(folded):
        start, end = run.span()
        yield from _cut_words(folded[last:start], between, last)
        if end - start == 1:
            yield folded[start], start, end
        for i in range(start, end - 1):
            yield folded[i : i + 2], i, i + 2
        last = end
    yield from _cut_words(folded[last:], between, last)


def _cut_words(piece: str, pattern: re.Pattern[str], offset: int) -> Iterator[tuple[str, int, int]]:
    for match in pattern.finditer(piece):
        term = match.group()
        if "." in term or "," in term:
            term = _unpunctuated(term)
        yield term[:LONGEST_TERM], offset + match.start(), offset + match.end()


_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip
_LATIN_WORD = re.compile(r"[a-z][a-z']*")
# Languages not written in Latin letters: an ASCII word in their text is most often English.
_NOT_LATIN = frozenset(("arabic", "armenian", "greek", "hindi", "nepali", "russian", "tamil", "yiddish"))


def _stemmer_name(language: str) -> str:
    return _STEMMERS.get(language.partition("-")[0], "")


def _stem(words: list[str], language: str) -> list[str]:
    """Stem words by a language tag or a Snowball stemmer's name; ASCII words are English where the language is not Latin."""
    name = language if language in _STEMMERS.values() else _stemmer_name(language)
    if name and name not in _NOT_LATIN:
        return list(_stemmer(name).stemWords(words))
    if name:
        words = _stemmer(name).stemWords(words)
    english = _stemmer("english").stemWord
    return [str(english(word)) if _LATIN_WORD.fullmatch(word) else word for word in words]


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    import Stemmer

    return Stemmer.Stemmer(name)


def identity() -> str:
    """What the terms of an index depend on; an index made under another identity has to be made anew."""
    import Stemmer

    return f"{VERSION}, Snowball {Stemmer.version()}"

"""Text and its language -> terms with offsets: one analysis for every engine, for indexing, for queries and for marks.

    "台灣的 F-16 Assurances"  --fold-->  "台湾的 f-16 assurances"  --cut, stem-->  台湾 湾的 f 16 assur

Folding (NFKC, case, width, Traditional to Simplified, typographic apostrophes, invisible characters) comes before cutting, so
that what looks alike is cut alike; each term knows where it stands in the text as it was.

* Scripts written with spaces give words; a word is stemmed by the language of its text where Snowball has a stemmer. Other
  ways to write a word are further terms at its place: without accents and apostrophes, joined where it has a hyphen.
* Han, Kana, Hangul, Thai, Lao, Khmer, Burmese and Tibetan runs give overlapping bigrams, or the character where a run is one
  long (Kwok 1997 found bigrams as good as words for Chinese; they need no dictionary and find a word inside a longer run).
  A blank or the end of a line between two Han or Kana characters does not end a run: Chinese is wrapped anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from operator import add
from typing import NamedTuple

from seedsearch.folding import fold, fold_text
from seedsearch.letters import ANY_MARK, SIMPLE, ideograph, runs
from seedsearch.stemming import parts, respelt, stemmer_name, stems

VERSION = 3  # of the rules below; raise it when the same text would give other terms

LONGEST_TERM = 64  # characters; what is longer is no word (base64, DNA) and is cut to this, in documents and queries alike


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
_JOINT = re.compile(r"\S-\S")
# From where a word begins and without turning back: from any letter of it would take as long as its length squared.
_HYPHEN = re.compile(r"(?<![^\W_])([^\W_]++)-(?=([^\W_]+))")


# Stands before a word as written where its stem is another, so that `cooperat*` finds what is indexed as "cooper". Folding
# leaves no such character in any term.
WRITTEN = "\u2060"
# Stands before a term that its text writes with accents: "cafe" finds "café", but "má" does not find "mà".
_ACCENTED = "\u2061"


class Token(NamedTuple):
    """A term and the half-open character span of the text that gave it. Its position is its index in the list of tokens.

    `word` is the term before stemming, `others` are the further terms under which the word is found, `joined` the term of the
    word and the next one together where a hyphen joins them.
    """

    term: str
    start: int
    end: int
    word: str
    others: tuple[str, ...] = ()
    joined: str = ""


def tokens(text: str, language: str) -> list[Token]:
    """The terms of a text in order, each with its span in the text as given.

    >>> tokens("Taiwan’s 防衛", "en")[0][:4]
    ('taiwan', 0, 8, "taiwan's")
    """
    found, joined = located(text, language)
    terms = entries([word for word, _, _ in found], language)
    pairs = enumerate(zip(terms, found, strict=True))
    return [Token(one[0], start, end, word, one[1:], joined.get(i, "")) for i, (one, (word, start, end)) in pairs]


def located(text: str, language: str) -> tuple[list[tuple[str, int, int]], dict[int, str]]:
    """The words of `tokens` with their spans, and by the index of its first half each term that a hyphen joins."""
    folded = fold(text)
    found = _cut(folded.text)
    spans = found if folded.starts is None else [(word, *folded.source_span(start, end)) for word, start, end in found]
    return spans, _joined(folded.text, found, language)


def words(folded: str) -> list[str]:
    """The words of `tokens` of a folded text, in order: as `Token.word`, in a fraction of the time."""
    if folded.isascii() or SIMPLE.fullmatch(folded):
        return _words_in(folded, "")
    found: list[str] = []
    last = 0
    for start, end, letters in _chains(folded):
        found += _words_between(folded[last:start])
        found += map(add, letters, letters[1:]) if len(letters) > 1 else letters
        last = end
    found += _words_in(folded[last:], ANY_MARK)
    return found


def joined_words(folded: str) -> list[str]:
    """Of a folded text, each two words that a hyphen joins, written as one."""
    return [left + right for left, right in _HYPHEN.findall(folded)] if "-" in folded else []


def entries(words: list[str], language: str) -> list[tuple[str, ...]]:
    """The terms under which each word of a text is found: its stem first, then what else it may be called.

    >>> entries(["résumé", "l'homme", "f16"], "fr")
    [('résum', '\\u2060résumé', '\\u2061resum'), ('homm', "\\u2060l'homme", 'lhomm'), ('f16', 'f', '16')]
    """
    if len(words) == 1 and words[0].isascii():
        return [_entry(words[0], stems(words, language)[0], language)]
    spaced = [word for word in words if not is_run(word)]
    stem_of = dict(zip(spaced, stems(spaced, language), strict=True))
    return [_entry(word, stem_of[word], language) if word in stem_of else (word,) for word in words]


def _entry(word: str, stem: str, language: str) -> tuple[str, ...]:
    terms = (stem,) if stem == word else (stem, WRITTEN + word)
    if word.isalpha() and word.isascii():
        return terms
    plain, others = respelt(word, language)
    bare = (_ACCENTED + plain,) if plain else ()
    return tuple(dict.fromkeys((*terms, *bare, *others, *parts(word))))[:MOST_TERMS]


def _joined(folded: str, found: Sequence[tuple[str, int, int]], language: str) -> dict[int, str]:
    """By the index of the first: the term of two words that a hyphen joins, written as one."""
    if "-" not in folded:
        return {}
    pairs = {
        i: found[i][0] + found[i + 1][0]
        for i in range(len(found) - 1)
        if found[i + 1][1] == found[i][2] + 1 and folded[found[i][2]] == "-" and len(found[i][0]) < LONGEST_TERM / 2
    }
    return dict(zip(pairs, stems([word[:LONGEST_TERM] for word in pairs.values()], language), strict=True))


def postings(text: str, language: str) -> list[str | tuple[str, ...]]:
    """What is indexed at each position of a text: the term of `tokens`, and beside it what else is to be found there.

    That is what `entries` gives, what a hyphen joins, and the characters of a run, so that one alone is found too.
    A passage of 130 words takes 50 microseconds, one of 300 Japanese characters 100.
    """
    return indexed(fold_text(text), stemmer_name(language))


def indexed(folded: str, stemmer: str) -> list[str | tuple[str, ...]]:
    """As `postings`, of a folded text and with the name of a Snowball stemmer ("" for none)."""
    items = _items(stemmer)
    if folded.isascii() or SIMPLE.fullmatch(folded):
        found: list[str | tuple[str, ...]] = list(map(items.__getitem__, _words_in(folded, "")))
    else:
        found = []
        last = 0
        for start, end, letters in _chains(folded):
            found += map(items.__getitem__, _words_between(folded[last:start]))
            found += _in_run(letters)
            last = end
        found += map(items.__getitem__, _words_in(folded[last:], ANY_MARK))
    if "-" in folded and _JOINT.search(folded):
        for i, term in _joined(folded, _cut(folded), stemmer).items():
            at = found[i]
            found[i] = (at, term) if isinstance(at, str) else (*at, term)
    return found


def _in_run(run: str) -> Iterable[str | tuple[str, ...]]:
    """A bigram stands for its first character, and the last one of a run for both. No stemmer changes such letters."""
    if len(run) == 1:
        return (run,)
    found: list[tuple[str, ...]] = list(zip(map(add, run, run[1:]), run, strict=False))
    if run[-2] != run[-1]:
        found[-1] = run[-2:], run[-2], run[-1]
    return found


class _Items(dict[str, str | tuple[str, ...]]):
    """A word -> what is indexed for it in texts of one language, filled as words are met."""

    def __init__(self, stemmer: str) -> None:
        self._stemmer = stemmer

    def __missing__(self, word: str) -> str | tuple[str, ...]:
        self.learn([word])
        return self[word]

    def learn(self, words: Iterable[str]) -> None:
        """Fill in words, at half the cost of one by one."""
        new = [word for word in words if word not in self][:_MOST_ITEMS]
        if new and len(self) + len(new) > _MOST_ITEMS:
            self.clear()
        self.update((word, one if len(one) > 1 else one[0]) for word, one in zip(new, entries(new, self._stemmer), strict=True))


def several(words: Iterable[str], language: str) -> dict[str, tuple[str, ...]]:
    """The terms of those words of a text that have others than themselves, as in `entries`."""
    items = _items(stemmer_name(language))
    spaced = [word for word in words if word <= "\u0e00" or not _unspaced(word[0])]
    known = list(map(items.get, spaced))
    if None in known:
        items.learn(word for word, item in zip(spaced, known, strict=True) if item is None)
        known = [items[word] for word in spaced]
    return {word: item for word, item in zip(spaced, known, strict=True) if type(item) is tuple}


_MOST_ITEMS = 1 << 16  # of a language: 20 MB; the words beyond these are rare


@lru_cache(maxsize=8)
def _items(stemmer: str) -> _Items:
    return _Items(stemmer)


def _words_between(piece: str) -> Sequence[str]:
    """The terms between two runs: most often there are none, and always the same marks."""
    return _words_in(piece, ANY_MARK) if len(piece) > 3 else _words_of_marks(piece)


@lru_cache(maxsize=1 << 12)
def _words_of_marks(piece: str) -> Sequence[str]:
    return _words_in(piece, ANY_MARK)


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


def is_run(word: str) -> bool:
    """Whether a word was cut from a script without spaces: a bigram, or a character that stood alone."""
    return word > "\u0e00" and _unspaced(word[0])


@lru_cache(maxsize=1 << 16)
def _unspaced(letter: str) -> bool:
    return runs().match(letter) is not None


def is_ideograph(character: str) -> bool:
    """Whether a character is Han or Kana."""
    return ideograph().match(character) is not None


def readable(term: str) -> str:
    """A term without the signs that tell written and accented forms from others."""
    return term.lstrip(WRITTEN + _ACCENTED)


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
    return _forms(plain, languages)


def compound(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """The forms of a word of a query that a hyphen cuts in two, written as one: "F-16" as "F16"; else nothing.

    >>> compound("Co-operation", ["en"])
    ('cooper', 'cooperation')
    """
    folded = fold(word).text
    found = _cut(folded)
    if len(found) != 2 or len(_joined(folded, found, "")) != 1:
        return ()
    return _forms([found[0][0] + found[1][0]], languages)[0]


def _forms(plain: list[str], languages: Iterable[str]) -> list[tuple[str, ...]]:
    forms: list[set[str]] = [set() for _ in plain]
    for name in sorted({*map(stemmer_name, languages), ""}):
        for word, stem, into in zip(plain, stems(plain, name), forms, strict=True):
            into.add(stem)
            if is_run(word):
                continue
            bare, others = respelt(word, name)
            into.update(others)
            into.add(bare or (_ACCENTED + stem if not word.isdigit() else stem))
    return [tuple(sorted(into)) for into in forms]


def _cut(folded: str) -> list[tuple[str, int, int]]:
    """Terms before stemming, with their spans in the folded text."""
    if SIMPLE.fullmatch(folded):
        return _cut_words(folded, "", 0)
    found: list[tuple[str, int, int]] = []
    last = 0
    for start, end, letters in _chains(folded):
        found += _cut_words(folded[last:start], ANY_MARK, last)
        if len(letters) == 1:
            found.append((letters, start, end))
        broken = len(letters) < end - start
        places = [i for i in range(start, end) if not folded[i].isspace()] if broken else range(start, end)
        found += zip(map(add, letters, letters[1:]), places, [place + 1 for place in places[1:]], strict=False)
        last = end
    return found + _cut_words(folded[last:], ANY_MARK, last)


def _chains(folded: str) -> Iterator[tuple[int, int, str]]:
    """The span and the letters of each run of unspaced script; a blank inside Han or Kana does not end a run."""
    begin = end = 0
    pieces: list[str] = []
    for run in runs().finditer(folded):
        if pieces and not _goes_on(folded, end, run.start()):
            yield begin, end, "".join(pieces)
            pieces = []
        if not pieces:
            begin = run.start()
        pieces.append(run[0])
        end = run.end()
    if pieces:
        yield begin, end, "".join(pieces)


def _goes_on(folded: str, end: int, start: int) -> bool:
    """Whether nothing but a blank or the end of a line stands between two letters of Han or Kana."""
    if start - end > LONGEST_GAP:
        return False
    gap = folded[end:start]
    return (
        gap.isspace() and gap.count("\n") < 2 and bool(ideograph().match(folded[end - 1]) and ideograph().match(folded[start]))
    )


MOST_TERMS = 3  # of one word: engines keep room for so many, and for what a hyphen joins, at every position
LONGEST_GAP = 3  # characters: what stands between columns of a table is longer


def _cut_words(piece: str, marks: str, offset: int) -> list[tuple[str, int, int]]:
    joined = _JOINED.search(piece)
    pattern = _words(marks) if joined else _plain_words(marks)
    found = [(match[0], offset + match.start(), offset + match.end()) for match in pattern.finditer(piece)]
    if joined or len(piece) > LONGEST_TERM:
        found = [(_unpunctuated(term)[:LONGEST_TERM], start, end) for term, start, end in found]
    return found


def identity() -> str:
    """What the terms of an index depend on; an index made under another identity has to be made anew."""
    import Stemmer

    return f"{VERSION}, Snowball {Stemmer.version()}"

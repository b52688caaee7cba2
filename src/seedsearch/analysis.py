"""Text and its language -> terms with offsets: one analysis for every engine, for indexing, for queries and for marks.

    "台灣的 F-16 Assurances"  --fold-->  "台湾的 f-16 assurances"  --cut, stem-->  台湾 湾的 f 16 assur

Folding (NFKC, case, width, Traditional to Simplified, typographic apostrophes, invisible characters) comes before cutting, so
that what looks alike is cut alike; each term knows where it stands in the text as it was.

Words (`cutting`) are stemmed by the language of their text where Snowball has a stemmer. Other ways to write a word are
further terms at its place: without accents and apostrophes, joined where it has a hyphen. Bigrams of scripts without blanks are
terms as they are (Kwok 1997 found them as good as words for Chinese; they find a word inside a longer one).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import add

from seedsearch.cutting import Word, chains, cut, cut_folded, is_run, joined, words, words_between, words_in
from seedsearch.folding import fold, fold_text
from seedsearch.letters import ANY_MARK, simple
from seedsearch.stemming import latin_stem, parts, respelt, stemmer_name, stems
from seedsearch.tuples import NamedTuple

VERSION = 7  # of the rules below; raise it when the same text would give other terms

_JOINT = re.compile(r"\S-\S")

# Stands before a word as written where its stem is another, so that `cooperat*` finds what is indexed as "cooper". Folding
# leaves no such character in any term.
WRITTEN = "\x04"
# Stands before a term that its text writes with accents: "cafe" finds "café", but "má" does not find "mà".
_ACCENTED = "\x05"


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
    folded, found = cut(text)
    joined = _joined(folded.text, found, language)
    terms = entries([word for word, _, _ in found], language)
    pairs = enumerate(zip(terms, found, strict=True))
    return [
        Token(one[0], *folded.source_span(start, end), word, one[1:], joined.get(i, ""))
        for i, (one, (word, start, end)) in pairs
    ]


def entries(plain: list[str], language: str) -> list[tuple[str, ...]]:
    """The terms under which each word of a text is found: its stem first, then what else it may be called.

    >>> entries(["résumé", "l'homme", "f16"], "fr")
    [('résum', '\\x04résumé', '\\x05resum'), ('homm', "\\x04l'homme", 'lhomm'), ('f16', 'f', '16')]
    """
    if len(plain) == 1 and plain[0].isascii():
        return [_entry(plain[0], stems(plain, language)[0], language)]
    spaced = [word for word in plain if not is_run(word)]
    stem_of = dict(zip(spaced, stems(spaced, language), strict=True))
    return [_entry(word, stem_of[word], language) if word in stem_of else (word,) for word in plain]


def _entry(word: str, stem: str, language: str) -> tuple[str, ...]:
    terms = (stem,) if stem == word else (stem, WRITTEN + word)
    if word.isalpha() and word.isascii():
        return terms
    plain, others = respelt(word, language)
    more = (*((_ACCENTED + plain,) if plain else ()), *others, *parts(word))
    return tuple(dict.fromkeys((*terms, *more)))[:MOST_TERMS] if more else terms


def _joined(folded: str, found: Sequence[Word], language: str) -> dict[int, str]:
    """By the index of the first: the term of two words that a hyphen joins, written as one."""
    pairs = joined(folded, found) if "-" in folded else {}
    return dict(zip(pairs, stems(list(pairs.values()), language), strict=True))


def postings(text: str, language: str) -> list[str | tuple[str, ...]]:
    """What is indexed at each position of a text: the term of `tokens`, and beside it what else is to be found there.

    That is what `entries` gives, what a hyphen joins, and the characters of a run, so that one alone is found too.
    A passage of 130 words takes 50 microseconds, one of 300 Japanese characters 100.
    """
    return indexed(fold_text(text), stemmer_name(language))


def indexed(folded: str, stemmer: str) -> list[str | tuple[str, ...]]:
    """As `postings`, of a folded text and with the name of a Snowball stemmer ("" for none)."""
    items = _items(stemmer)
    if folded.isascii() or simple().fullmatch(folded):
        found: list[str | tuple[str, ...]] = list(map(items.__getitem__, words_in(folded, "")))
    else:
        found = []
        last = 0
        for start, end, letters in chains(folded):
            found += map(items.__getitem__, words_between(folded[last:start]))
            found += _in_run(letters)
            last = end
        found += map(items.__getitem__, words_in(folded[last:], ANY_MARK))
    if "-" in folded and _JOINT.search(folded):
        for i, term in _joined(folded, cut_folded(folded), stemmer).items():
            add_joined(found, i, term)
    return found


def add_joined(found: list[str | tuple[str, ...]], first: int, term: str) -> None:
    """Add what a hyphen joins to the word at a position, or to the next one where that has room and this has none."""
    for place in (first, first + 1):
        at = found[place]
        terms = (at,) if isinstance(at, str) else at
        if len(terms) < MOST_TERMS:
            found[place] = (*terms, term)
            return


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
        if len(self) >= _MOST_ITEMS:
            self.clear()
        terms = entries([word], self._stemmer)[0]
        self[word] = found = terms if len(terms) > 1 else terms[0]
        return found


_MOST_ITEMS = 1 << 16  # of a language: 20 MB; the words beyond these are rare


@lru_cache(maxsize=8)
def _items(stemmer: str) -> _Items:
    return _Items(stemmer)


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
    return _forms(words(fold_text(word)), languages)


def compound(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """The forms of a word of a query that a hyphen cuts in two, written as one: "F-16" as "F16"; else nothing.

    >>> compound("Co-operation", ["en"])
    ('cooper', 'cooperation')
    """
    folded = fold_text(word)
    found = cut_folded(folded) if "-" in folded else []
    if len(found) != 2 or len(_joined(folded, found, "")) != 1:
        return ()
    return _forms([found[0][0] + found[1][0]], languages)[0]


def _forms(plain: list[str], languages: Iterable[str]) -> list[tuple[str, ...]]:
    names = {*map(stemmer_name, languages), ""}
    return [(word,) if is_run(word) else tuple(sorted(_forms_of(word, names))) for word in plain]  # no stemmer changes runs


def _forms_of(word: str, names: Iterable[str]) -> set[str]:
    if word.isascii() and word.isalpha():  # a third of the time of the rest
        found = {latin_stem(name)(word) for name in names}
        return found | {_ACCENTED + stem for stem in found}
    forms: set[str] = set()
    for name in names:
        (stem,) = stems([word], name)
        bare, others = respelt(word, name)
        forms.update((stem, *others, bare or (_ACCENTED + stem if not word.isdigit() else stem)))
    return forms


MOST_TERMS = 3  # at one position, for which engines keep room


def identity() -> str:
    """What the terms of an index depend on; an index made under another identity has to be made anew."""
    import Stemmer

    return f"{VERSION}, Snowball {Stemmer.version()}"

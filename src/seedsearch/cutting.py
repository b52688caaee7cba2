"""Folded text -> its words, as they stand there: numbers and words between blanks, bigrams of scripts without blanks.

* In scripts written with spaces a word is a run of letters and digits with their marks; a number loses its thousands
  separators, an acronym its stops.
* Han, Kana, Hangul, Thai, Lao, Khmer, Burmese and Tibetan runs give overlapping bigrams, or the character where a run is one
  long. A blank or the end of a line between two Han or Kana characters does not end a run: Chinese is wrapped anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING, TypeAlias

from seedsearch.characters import native
from seedsearch.folding import Folded, fold
from seedsearch.letters import ANY_MARK, is_ideograph, is_unspaced, kinds, runs

if TYPE_CHECKING:
    from seedsearch._native import Memo, Stems

LONGEST_TERM = 64  # characters; what is longer is no word (base64, DNA) and is cut to this, in documents and queries alike
LONGEST_GAP = 3  # characters: what stands between columns of a table is longer

_MOST_WORDS = 1 << 16  # remembered: 10 MB
_JOINED = re.compile(r"[.,]\w")

Word: TypeAlias = tuple[str, int, int]
"""A word as it is cut, before stemming, and its half-open span in the folded text."""


def words(folded: str) -> list[str]:
    """The words of `tokens` of a folded text, in order: as `Token.word`, in a fraction of the time."""
    return native.words(folded, kinds(), _odd()) if native else plain_words(folded)


def numbered(folded: str, stems: Stems) -> tuple[bytes, bytes]:
    """The numbers of the words of a folded text, and those of each two words that a hyphen joins, written as one."""
    return stems.cut(folded, kinds(), _odd()) if native else stems.cut(folded)  # type: ignore[call-arg]


def plain_words(folded: str) -> list[str]:
    """As `words`, in Python."""
    if not _may_be_run().search(folded):
        return words_in(folded, "" if folded.isascii() else ANY_MARK)
    before, *rest = runs().split(folded)
    found = [*words_between(before)]
    letters = ""
    for run, gap, following in zip(rest[::2], rest[1::2], [*rest[2::2], ""], strict=False):
        letters += run
        if not (following and gap.isspace() and _goes_on(run[-1], gap, following[0])):
            found += map(add, letters, letters[1:]) if len(letters) > 1 else letters
            found += words_between(gap)
            letters = ""
    return found


@cache
def _odd() -> Memo:
    """What `native` asks for the words of what holds a stop or comma inside a word."""
    return native.Memo(partial(_cut_words, marks=ANY_MARK, offset=0), _MOST_WORDS)


def joined(folded: str, words: Sequence[Word]) -> dict[int, str]:
    """By the index of the first: two words of a folded text that a hyphen joins, written as one."""
    return {
        i: (left + right)[:LONGEST_TERM]
        for i, ((left, _, at), (right, behind, _)) in enumerate(pairwise(words))
        if behind == at + 1 and folded[at] == "-" and len(left) < LONGEST_TERM / 2
    }


def cut(text: str) -> tuple[Folded, list[Word]]:
    """A text folded, and the words of `tokens` with their spans in the folded text."""
    folded = fold(text)
    return folded, cut_folded(folded.text)


def places(folded: str, wanted: Iterable[int]) -> dict[int, tuple[int, int]]:
    """The spans in a folded text of some of its words, by their indexes: as of `cut`, in a twentieth of the time for a few."""
    numbers = tuple(sorted(wanted))
    if native:
        found = native.spans(folded, kinds(), _odd(), numbers)
    else:
        every = plain_cut(folded)
        found = [every[number][1:] for number in numbers]
    return dict(zip(numbers, found, strict=True))


def cut_folded(folded: str) -> list[Word]:
    """Terms before stemming, with their spans in the folded text."""
    if native:
        spans = native.spans(folded, kinds(), _odd(), None)
        return [(word, *span) for word, span in zip(words(folded), spans, strict=True)]
    return plain_cut(folded)


def plain_cut(folded: str) -> list[Word]:
    """As `cut_folded`, in Python."""
    found: list[Word] = []
    last = 0
    for start, end, letters in chains(folded):
        found += _cut_words(folded[last:start], ANY_MARK, last)
        found += _cut_run(folded, start, end, letters)
        last = end
    return found + _cut_words(folded[last:], ANY_MARK, last)


def chains(folded: str) -> Iterator[tuple[int, int, str]]:
    """The span and the letters of each run of unspaced script; a blank inside Han or Kana does not end a run."""
    begin = end = 0
    letters = ""
    for run in runs().finditer(folded):
        start = run.start()
        if letters:
            if folded[end].isspace() and _goes_on(folded[end - 1], folded[end:start], folded[start]):
                letters += run[0]
                end = run.end()
                continue
            yield begin, end, letters
        begin, end, letters = start, run.end(), run[0]
    if letters:
        yield begin, end, letters


def _goes_on(last: str, gap: str, first: str) -> bool:
    """Whether nothing but a blank or the end of a line stands between two letters of Han or Kana."""
    if len(gap) > LONGEST_GAP or gap.count("\n") > 1:
        return False
    return gap.isspace() and is_ideograph(last) and is_ideograph(first)


def words_between(piece: str) -> Sequence[str]:
    """The terms between two runs: most often there are none, and always the same marks."""
    return words_in(piece, ANY_MARK) if len(piece) > 3 else _words_of_marks(piece)


@lru_cache(maxsize=1 << 12)
def _words_of_marks(piece: str) -> Sequence[str]:
    return words_in(piece, ANY_MARK)


def words_in(piece: str, marks: str) -> list[str]:
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


def _cut_run(folded: str, start: int, end: int, letters: str) -> list[Word]:
    """The terms of a chain of letters, with their spans."""
    if len(letters) == 1:
        return [(letters, start, end)]
    broken = len(letters) < end - start
    places = [i for i in range(start, end) if not folded[i].isspace()] if broken else range(start, end)
    return list(zip(map(add, letters, letters[1:]), places, [place + 1 for place in places[1:]], strict=False))


def _cut_words(piece: str, marks: str, offset: int) -> list[Word]:
    joined = _JOINED.search(piece)
    pattern = _words(marks) if joined else _plain_words(marks)
    found = [(match[0], offset + match.start(), offset + match.end()) for match in pattern.finditer(piece)]
    if joined:
        found = [one if one[0].isalnum() else (_unpunctuated(one[0]), one[1], one[2]) for one in found]
    if len(piece) > LONGEST_TERM:
        found = [one if len(one[0]) <= LONGEST_TERM else (one[0][:LONGEST_TERM], one[1], one[2]) for one in found]
    return found


@cache
def _may_be_run() -> re.Pattern[str]:
    """A superset of the letters of scripts without blanks, which is searched for in a third of the time.

    By what it leaves out: see `letters.runs`. To compile the letters themselves takes 4 ms.
    """
    return re.compile("[^\x00-\u0e00\u17de-\u2e7f]")


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


def is_run(word: str) -> bool:
    """Whether a word was cut from a script without spaces: a bigram, or a character that stood alone."""
    return word > "\u0e00" and _unspaced(word[0])


_unspaced = lru_cache(maxsize=1 << 16)(is_unspaced)

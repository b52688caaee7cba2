"""Many texts -> the terms of each, written in one text as an engine's own tokenizer takes them.

    Stream(write).texts([(text, language)]) == [" ".join(map(write, analysis.postings(text, language)))]

but for the number of blanks. Words repeat, so what is written for a word is remembered. In scripts without blanks each
character begins a bigram, and most of these are met once: there the characters of many texts lie in one array, and what is
written for all their bigrams is put together at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from operator import add
from typing import TYPE_CHECKING, Any

from seedsearch import analysis, cutting
from seedsearch.characters import Table, code_points
from seedsearch.engines.protocol import MAX_ALTERNATIVES, Write
from seedsearch.folding import fold_letter, fold_text
from seedsearch.letters import is_ideograph, is_unspaced, marks
from seedsearch.stemming import latin_stem, stemmer_name, stems

if TYPE_CHECKING:
    from seedsearch.characters import Array

_BATCH = 1 << 15  # characters in arrays at a time: 5 MB. For twice as many, fresh memory each time takes a third longer
_FEW = 300  # characters: to make arrays of fewer takes longer than to go through them
_MOST_WORDS, _LONGEST_WORD = 1 << 17, 80  # of a language, remembered: 30 MB
_RUN, _IDEOGRAPH, _BLANK, _WORD, _IN_WORD = 1, 2, 4, 8, 16  # kinds of characters; 0 is all else
_ODD = 0xFFFFFFFF  # no code point
_LARGEST_OF_TWO_BYTES = 0xFFFF
_NEWLINE, _SPACE, _HYPHEN = map(ord, "\n -")
_SIGNS = (
    "\ue000\ue001\ue002\ue003"  # stand for terms, or the two characters of a bigram, while it is asked how they are written
)
_ONE, _OTHER = _SIGNS[0], _SIGNS[1]


class Stream:
    """Writes texts for one engine."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._words: dict[str, _Words] = {}

    def texts(self, texts: Sequence[tuple[str, str]]) -> list[str]:
        """What is written for texts, each of which is given with its language."""
        found = [self._of(language).text(text.translate(_ascii())) if text.isascii() else "" for text, language in texts]
        numbers: list[int] = []
        size = 0
        for number, (text, _) in enumerate(texts):
            if not text.isascii():
                numbers.append(number)
                size += len(text)
                if size > _BATCH:
                    self._fill(found, texts, numbers)
                    numbers, size = [], 0
        self._fill(found, texts, numbers)
        return found

    def _of(self, language: str) -> _Words:
        name = stemmer_name(language)
        words = self._words.get(name)
        if words is None or len(words) > _MOST_WORDS:
            words = self._words[name] = _Words(name, self._write)
        return words

    def _fill(self, found: list[str], texts: Sequence[tuple[str, str]], numbers: list[int]) -> None:
        """Write the texts with these numbers."""
        if sum(len(texts[number][0]) for number in numbers) < _FEW:
            for number in numbers:
                text, language = texts[number]
                found[number] = self._of(language).exact(fold_text(text))
            return
        folded, stops = _folded([texts[number][0] for number in numbers])
        words = [self._of(texts[number][1]) for number in numbers]
        for number, written in zip(numbers, self._written(folded, stops, words), strict=True):
            found[number] = written

    def _written(self, codes: Array, stops: Array, words: list[_Words]) -> list[str]:
        """What is written for folded texts; `stops` are the places of what stands behind each, which is no character."""
        import numpy as np

        kinds = _kinds().of(codes)
        chains = _Chains(codes, kinds)
        runs, width = self._runs(chains)
        text = _text(np.where(kinds, codes, _SPACE))
        places = _between(codes, kinds, stops, chains)
        starts = np.concatenate(([0], stops[:-1] + 1))
        before = chains.items_before(starts).tolist()
        parts: list[list[str]] = [[] for _ in words]
        for number, start, end, at, behind in places:
            known = words[number]
            part = known.text(text[start:end]) if at == behind else known.exact(_text(codes[start:end]))
            parts[number] += runs[width * before[number] : width * at], part
            before[number] = behind
        for number, at in enumerate(chains.items_before(stops).tolist()):
            parts[number].append(runs[width * before[number] : width * at])
        return list(map(" ".join, parts))

    def _runs(self, chains: _Chains) -> tuple[str, int]:
        """What is written for all bigrams, with the same number of characters for each, and that number."""
        import numpy as np

        ways = [self._write(item) for item in ((_ONE + _OTHER, _ONE), (_ONE + _OTHER, _ONE, _OTHER), _ONE)]
        width = max(map(len, ways)) + 1
        one, other = chains.letters()
        narrow = not np.any(np.maximum(one, other) > _LARGEST_OF_TWO_BYTES)  # nearly always, and half the work
        rows = np.empty((len(one), width), np.uint16 if narrow else np.uint32)
        chosen: list[Any] = [slice(None), chains.last(), chains.single()]
        for way, items in zip(ways, chosen, strict=True):
            row = code_points(way.ljust(width))
            rows[items] = row
            for sign, letters in ((_ONE, one), (_OTHER, other)):
                for column in np.flatnonzero(row == ord(sign)).tolist():
                    rows[items, column] = letters[items]
        return rows.tobytes().decode("utf-16-le") if narrow else _text(rows), width


class _Words(dict[str, str]):
    """What stands between two blanks of a folded text without runs -> what is written for it in texts of one language."""

    def __init__(self, stemmer: str, write: Write) -> None:
        self._stemmer, self._write = stemmer, write
        self._stem = latin_stem(stemmer)
        # What is written for so many terms, of letters and digits, that share a position: a tenth of the cost of asking.
        self._ways = [_pattern(write, count) for count in range(MAX_ALTERNATIVES + 1)]

    def text(self, folded: str) -> str:
        """What is written for a folded text without runs, that has blanks for all that is in no word and joins none."""
        words = folded.split()
        return self[words[0]] if len(words) == 1 else " ".join(map(self.__getitem__, words))

    def exact(self, folded: str) -> str:
        """What is written for a folded text, item by item."""
        return " ".join(map(self._write, analysis.indexed(folded, self._stemmer)))

    def __missing__(self, chunk: str) -> str:
        word = chunk.strip("'-.,")
        if word != chunk:
            written = self[word] if word else ""
        elif word.isalnum() and len(word) <= cutting.LONGEST_TERM:
            written = self._together(self._terms(word))
        elif len(word) <= cutting.LONGEST_TERM // 2 and "--" not in word and word.replace("-", "").isalnum():
            written = self._hyphenated(word.split("-"))
        else:
            written = self.exact(chunk)
        if len(chunk) <= _LONGEST_WORD:
            self[chunk] = written
        return written

    def _terms(self, word: str) -> tuple[str, ...]:
        """As `analysis.entries`; a word of nothing but a to z has its stem and no other form."""
        if word.isascii() and word.isalpha():
            stem = self._stem(word)
            return (stem,) if stem == word else (stem, analysis.WRITTEN + word)
        return analysis.entries([word], self._stemmer)[0]

    def _hyphenated(self, words: list[str]) -> str:
        """What is written for words that hyphens join: each of them, with what it is together with the next."""
        joined = stems([*map(add, words, words[1:])], self._stemmer)
        written = [self._together((*self._terms(word), term)) for word, term in zip(words, joined, strict=False)]
        return " ".join((*written, self[words[-1]]))

    def _together(self, terms: tuple[str, ...]) -> str:
        if len(terms) > 1:
            terms = tuple(dict.fromkeys(terms))
        return self._ways[len(terms)] % terms


def _pattern(write: Write, count: int) -> str:
    """What is written for so many terms, with a %s for each."""
    signs = tuple(_SIGNS[:count])
    written = write(signs).replace("%", "%%")
    for sign in signs:
        written = written.replace(sign, "%s")
    return written


class _Chains:
    """The chains of letters that make bigrams (`analysis`), in one array of texts.

    An item of `analysis.postings` stands for each letter of a chain but the last, or for the only one.
    """

    def __init__(self, codes: Array, kinds: Array) -> None:
        import numpy as np

        of_run = (kinds & _RUN) != 0
        edges = np.flatnonzero(np.diff(of_run, prepend=False, append=False))
        begins, ends = edges[::2], edges[1::2]
        goes_on = np.zeros(len(begins) + 1, bool)
        goes_on[1:-1] = _goes_on(codes, kinds, ends[:-1], begins[1:])
        self.begins, self.ends = begins[~goes_on[:-1]], ends[~goes_on[1:]]
        self._letters = np.append(codes[of_run], 0)
        behind = np.cumsum(ends - begins)
        self._firsts = np.concatenate(([0], behind))[:-1][~goes_on[:-1]]  # letters by their number
        self._lasts = behind[~goes_on[1:]] - 1
        is_item = np.ones(len(self._letters), bool)
        is_item[self._lasts] = self._firsts == self._lasts
        is_item[-1] = False
        self._items = np.flatnonzero(is_item)
        self._before = np.concatenate(([0], np.cumsum(self._lasts - self._firsts + (self._firsts == self._lasts))))

    def letters(self) -> tuple[Array, Array]:
        """The letter of each item, and the one behind it."""
        return self._letters[self._items], self._letters[self._items + 1]

    def last(self) -> Array:
        """The numbers of the items that stand for the last letter of a chain as well, unless that is the same."""
        ends: Array = self._before[1:][self._firsts < self._lasts] - 1
        one, other = self.letters()
        found: Array = ends[one[ends] != other[ends]]
        return found

    def single(self) -> Array:
        """The numbers of the items of chains of one letter."""
        found: Array = self._before[1:][self._firsts == self._lasts] - 1
        return found

    def items_before(self, places: Array) -> Array:
        """How many items stand before places in the array of texts."""
        found: Array = self._before[self.begins.searchsorted(places)]
        return found


def _goes_on(codes: Array, kinds: Array, ends: Array, begins: Array) -> Array:
    """Of each gap between two runs: whether a chain goes on behind it, as in `analysis`."""
    import numpy as np

    gap = begins - ends
    found: Array = (gap <= cutting.LONGEST_GAP) & ((kinds[ends - 1] & kinds[begins] & _IDEOGRAPH) != 0)
    newlines = np.zeros(len(gap), np.int8)
    for step in range(cutting.LONGEST_GAP):
        here = np.minimum(ends + step, begins - 1)
        found &= (kinds[here] & _BLANK) != 0
        newlines += (codes[here] == _NEWLINE) & (step < gap)
    found &= newlines < 2
    return found


def _between(codes: Array, kinds: Array, stops: Array, chains: _Chains) -> Iterator[tuple[int, int, int, int, int]]:
    """What stands between chains and has words: number of its text, places of start and end, items before these.

    With a hyphen beside a chain the chain belongs to it: the hyphen may join a bigram and a word.
    """
    import numpy as np

    is_word, hyphen = (kinds & _WORD) != 0, codes == _HYPHEN
    beside = np.flatnonzero(hyphen)
    starts = is_word.copy()
    starts[1:] &= ~is_word[:-1]
    starts[beside[((kinds[beside - 1] | kinds[beside + 1]) & _RUN) != 0]] = True
    places = np.flatnonzero(starts)
    texts, following = stops.searchsorted(places), chains.begins.searchsorted(places)
    new = np.ones(len(places), bool)
    new[1:] = (texts[1:] != texts[:-1]) | (following[1:] != following[:-1])
    texts, following = texts[new], following[new]
    before, behind = np.concatenate(([0], chains.ends))[following], np.append(chains.begins, len(codes))[following]
    begins, ends = np.maximum(np.concatenate(([0], stops + 1))[texts], before), np.minimum(stops[texts], behind)
    begins = np.where(hyphen[begins] & (begins == before), np.concatenate(([0], chains.begins))[following], begins)
    ends = np.where(hyphen[ends - 1] & (ends == behind), np.append(chains.ends, 0)[following], ends)
    apart = np.ones(len(texts) + 1, bool)  # of two gaps whose hyphens meet the chain between them one is made
    apart[1:-1] = begins[1:] >= ends[:-1]
    begins, ends = begins[apart[:-1]], ends[apart[1:]]
    found = texts[apart[:-1]], begins, ends, chains.items_before(begins), chains.items_before(ends)
    return zip(*(each.tolist() for each in found), strict=True)


def _folded(texts: Sequence[str]) -> tuple[Array, Array]:
    """The characters of folded texts in one array, a NUL behind each, and the places of these."""
    import numpy as np

    codes = _folds().of(code_points("\0".join(texts) + "\0"))
    stops = np.cumsum([len(text) + 1 for text in texts]) - 1
    odd = set(stops.searchsorted(np.flatnonzero(codes == _ODD)).tolist())
    if odd:
        pieces = np.split(codes, stops[:-1] + 1)
        for number in odd:
            pieces[number] = code_points(fold_text(texts[number]) + "\0")
        codes, stops = np.concatenate(pieces), np.cumsum([*map(len, pieces)]) - 1
    return codes, stops


def _text(codes: Array) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _folds() -> Table:
    return Table(_fold)


def _fold(character: str) -> int:
    folded = fold_letter(character)
    return ord(folded) if folded else _ODD


@cache
def _kinds() -> Table:
    return Table(_kind)


def _kind(character: str) -> int:
    if is_unspaced(character):
        return _RUN | (_IDEOGRAPH if is_ideograph(character) else 0)
    if character.isalnum():
        return _WORD
    return _BLANK if character.isspace() else _IN_WORD if character in "_'-.," or marks().match(character) else 0


@cache
def _ascii() -> dict[int, str]:
    """Folds ASCII, with blanks for what is in no word."""
    folded = {code: fold_text(chr(code)) for code in range(128)}
    return {code: character if _kind(character) else " " for code, character in folded.items()}

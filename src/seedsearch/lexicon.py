"""Translations of a word, Chinese to English and back, from CC-CEDICT.

What is made of the dictionary (4 s) is kept in the user's cache directory, under a name that holds the dictionary's edition and
`_FORMAT`: sorted lines in blocks, mapped into memory, of which a look-up reads one. Where nothing can be written the tables
are made anew in each process.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from functools import cache, cached_property
from itertools import accumulate, groupby
from mmap import ACCESS_READ, mmap
from typing import ClassVar
from zlib import crc32

from seedsearch import dictionary

# To be raised whenever a table changes in shape or content.
_FORMAT = 4
_TABLES = ("glosses", "equivalents", "mentions", "readings")
# Look-ups in all tables after which one is read whole, which takes as long as so many look-ups do (0.1 s): the words of a
# query need some hundreds, the alignment of a document thousands.
_MANY = 5000
# Bytes of lines that are checked and read together. A damaged table would give wrong words without a sign, but to check the
# whole of three tables takes 5 ms of a cold query.
_BLOCK = 16_384


def glosses(word: str) -> tuple[str, ...]:
    """The English senses of a Chinese word, Traditional or Simplified, best first; () for an unknown word.

    `glosses("保證")[:2] == ("guarantee", "ensure")`. Remarks, articles and the "to" of verbs are left out.
    """
    return _table("glosses").row(word)


def equivalents(phrase: str) -> tuple[str, ...]:
    """The Chinese words, in Simplified form, that have an English word or phrase among their senses, best first.

    Case does not matter. Behind the words for a plural, past or -ing form stand those for what it comes from.
    """
    table = _table("equivalents")
    phrase = phrase.lower()
    found = (word for form in (phrase, *_base_forms(phrase)) for word in table.row(form))
    return tuple(dict.fromkeys(found))


def mentions(word: str) -> tuple[str, ...]:
    """The Chinese words, in Simplified form, that have an English word beside others in a sense, best first.

    Weaker evidence than `equivalents`: `mentions("warfare")` has 游击, of "guerrilla warfare".
    """
    table = _table("mentions")
    word = word.lower()
    found = (other for form in (word, *_base_forms(word)) for other in table.row(form))
    return tuple(dict.fromkeys(found))


def readings(character: str) -> tuple[str, ...]:
    """The pinyin syllables, without tones, of one Chinese character: `readings("行") == ("hang", "xing")`."""
    return _table("readings").row(character)


def few() -> None:
    """Say that only a few look-ups follow: for a query no table is read whole, however many queries came before."""
    _Table.asked = 0


def segment(text: str) -> list[tuple[int, int]]:
    """The words of a Chinese text as (start, end): at each character the longest headword, else the character alone."""
    known = _table("glosses")
    spans = []
    start = 0
    while start < len(text):
        end = min(len(text), start + dictionary.LONGEST)
        while end > start + 1 and text[start:end] not in known:
            end -= 1
        spans.append((start, end))
        start = end
    return spans


def is_ready() -> bool:
    """Whether the tables are in the cache, so that none has to be made."""
    return all(os.path.exists(_path(name)) for name in _TABLES)  # noqa: PTH110


def prepare() -> None:
    """Make the tables where the cache lacks them (4 s), and put them there."""
    for name in _TABLES:
        _table(name)


def _base_forms(phrase: str) -> list[str]:
    """What an English inflected form may come from, likelier first."""
    forms = [_irregular()[phrase]] if phrase in _irregular() else []
    for ending, base in (
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ied", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("ing", ""),
        ("ing", "e"),
    ):
        if phrase.endswith(ending) and len(phrase) > len(ending) + 2:
            stem = phrase[: -len(ending)]
            forms.append(stem + base)
            if len(ending) > 1 and not base and stem[-1] == stem[-2]:
                forms.append(stem[:-1])
    return forms


@cache
def _irregular() -> dict[str, str]:
    """English forms that no rule leads back to their base."""
    pairs = """arose:arise ate:eat became:become began:begin begun:begin bent:bend bit:bite bled:bleed blew:blow bore:bear
    born:bear borne:bear bought:buy bound:bind bred:breed broke:break broken:break brought:bring built:build
    came:come caught:catch children:child chose:choose chosen:choose crises:crisis criteria:criterion dealt:deal
    drank:drink drawn:draw drew:draw driven:drive drove:drive dug:dig eaten:eat fallen:fall fed:feed feet:foot
    fell:fall felt:feel fled:flee flew:fly flown:fly forbade:forbid forgot:forget forgotten:forget fought:fight
    found:find froze:freeze frozen:freeze gave:give given:give gone:go got:get grew:grow grown:grow halves:half
    heard:hear held:hold hid:hide hidden:hide hung:hang kept:keep knew:know knives:knife known:know laid:lay
    leaves:leaf led:lead left:leave lent:lend lives:life lost:lose made:make meant:mean men:man met:meet mice:mouse
    paid:pay phenomena:phenomenon ran:run rang:ring ridden:ride risen:rise rode:ride rose:rise said:say sang:sing
    sank:sink sat:sit saw:see seen:see sent:send shaken:shake shook:shake shot:shoot slept:sleep sold:sell
    sought:seek spent:spend spoke:speak spoken:speak sprang:spring stole:steal stolen:steal stood:stand
    struck:strike sung:sing swam:swim swore:swear sworn:swear swung:swing taken:take taught:teach teeth:tooth
    thought:think threw:throw thrown:throw told:tell took:take tore:tear torn:tear understood:understand went:go
    wives:wife woke:wake wolves:wolf women:woman won:win wore:wear worn:wear wove:weave woven:weave written:write
    wrote:write"""
    return {form: base for form, _, base in (pair.partition(":") for pair in pairs.split())}


@cache
def _edition() -> str:
    return dictionary.edition()


class _DamagedError(Exception):
    """The bytes of a table are not those that were written."""


class _Table:
    """Lines of a key, a tab and its values joined by "/", sorted by the bytes of the keys, in blocks.

    Before them stands a list of the blocks, with its own size and checksum: of each its checksum, its size and its first key.
    """

    asked: ClassVar[int] = 0  # look-ups in all tables

    def __init__(self, name: str) -> None:
        self._name = name
        try:
            with open(_path(name), "rb") as file:  # noqa: PTH123
                self._open(mmap(file.fileno(), 0, access=ACCESS_READ))
        except (OSError, ValueError, _DamagedError):
            self._open(_made()[name])

    def _open(self, content: bytes | mmap) -> None:
        start = content.find(b"\n", 0, 40) + 1
        size, checksum = map(int, content[:start].split())
        listed = content[start : start + size]
        if crc32(listed) != checksum:
            raise _DamagedError
        blocks = [line.split(b" ", 2) for line in listed.split(b"\n")[:-1]]
        self._content = content
        self._checksums = [int(checksum) for checksum, _, _ in blocks]
        self._starts = list(accumulate((int(size) for _, size, _ in blocks), initial=start + size))
        self._firsts = [first for _, _, first in blocks]
        if self._starts[-1] != len(content):
            raise _DamagedError
        self._blocks: dict[int, bytes] = {}

    def row(self, key: str) -> tuple[str, ...]:
        """The values of a key; () where it has none."""
        row = self._row(key)
        return tuple(row.split("/")) if row else ()

    def __contains__(self, key: str) -> bool:
        return bool(self._row(key))

    def _row(self, key: str) -> str:
        _Table.asked += 1
        try:
            return self._find(key) if _Table.asked < _MANY else self._whole.get(key, "")
        except _DamagedError:
            self._open(_made()[self._name])
            return self._row(key)

    @cached_property
    def _whole(self) -> dict[str, str]:
        # Split in C: a loop over 200,000 lines takes three times as long.
        lines = b"".join(map(self._block, range(len(self._firsts))))
        fields = lines[:-1].decode().replace("\t", "\n").split("\n")
        return dict(zip(fields[::2], fields[1::2], strict=True))

    def _find(self, key: str) -> str:
        """The row of a key, from the block in which it would stand; "" where there is none."""
        wanted = key.encode("utf-8", "surrogatepass")
        number = bisect_right(self._firsts, wanted) - 1
        if number < 0 or b"\n" in wanted:
            return ""
        lines = self._blocks.get(number)
        if lines is None:
            lines = self._blocks[number] = b"\n" + self._block(number)
        found = lines.find(b"\n%s\t" % wanted)
        if found < 0:
            return ""
        start = found + len(wanted) + 2
        return lines[start : lines.index(b"\n", start)].decode()

    def _block(self, number: int) -> bytes:
        """The lines of a block. Raises _DamagedError."""
        lines = self._content[self._starts[number] : self._starts[number + 1]]
        if crc32(lines) != self._checksums[number]:
            raise _DamagedError
        return lines


@cache
def _table(name: str) -> _Table:
    return _Table(name)


@cache
def _made() -> dict[str, bytes]:
    """All tables as `_Table` reads them, which are made together; they are put into the cache."""
    from seedsearch import cedict

    made: dict[str, bytes] = {}
    for name, table in cedict.tables().items():
        rows = sorted((key.encode(), "/".join(row).encode()) for key, row in table.items())
        made[name] = _in_blocks([b"%s\t%s\n" % row for row in rows])
        _write(_path(name), made[name])
    return made


def _in_blocks(lines: list[bytes]) -> bytes:
    ends = accumulate(map(len, lines))
    blocks = [b"".join(block) for _, block in groupby(lines, lambda _: next(ends) // _BLOCK)]
    listed = b"".join(b"%d %d %s\n" % (crc32(block), len(block), block.partition(b"\t")[0]) for block in blocks)
    return b"".join((b"%d %d\n" % (len(listed), crc32(listed)), listed, *blocks))


def _path(name: str) -> str:
    return os.path.join(_cache_folder(), f"cedict-{_edition()}-{_FORMAT}-{name}.txt")  # noqa: PTH118


def _cache_folder() -> str:
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # noqa: PTH117  (the XDG Base Directory Specification: a relative path is to be ignored)
        base = os.path.expanduser("~/.cache")  # noqa: PTH111
    return os.path.join(base, "seedsearch")  # noqa: PTH118


def _write(path: str, content: bytes) -> None:
    """Put a file in place in one step, so that no reader sees half of it; a folder that cannot be written is no error."""
    from contextlib import suppress
    from tempfile import NamedTemporaryFile

    temporary = ""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as file:  # noqa: PTH120
            temporary = file.name
            file.write(content)
        os.replace(temporary, path)  # noqa: PTH105
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108

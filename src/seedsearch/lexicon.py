"""Translations of a word, Chinese to English and back, from CC-CEDICT.

What is made of the dictionary (2 s) is kept in the user's cache directory, under a name that holds the dictionary's date and
`_FORMAT`, and loads from there in about 0.1 s; where nothing can be written it is made anew in each process.
"""

from __future__ import annotations

import os
from functools import cache
from zlib import crc32

from seedsearch import cedict

# To be raised whenever a table changes in shape or content.
_FORMAT = 2


def glosses(word: str) -> tuple[str, ...]:
    """The English senses of a Chinese word, Traditional or Simplified, best first; () for an unknown word.

    `glosses("保證")[:2] == ("guarantee", "ensure")`. Remarks, articles and the "to" of verbs are left out.
    """
    return _row(_table("glosses"), word)


def equivalents(phrase: str) -> tuple[str, ...]:
    """The Chinese words, in Simplified form, that have an English word or phrase among their senses, best first.

    Case does not matter. Behind the words for a plural, past or -ing form stand those for what it comes from.
    """
    table = _table("equivalents")
    phrase = phrase.lower()
    found = (word for form in (phrase, *_base_forms(phrase)) for word in _row(table, form))
    return tuple(dict.fromkeys(found))


def readings(character: str) -> tuple[str, ...]:
    """The pinyin syllables, without tones, of one Chinese character: `readings("行") == ("hang", "xing")`."""
    return _row(_table("readings"), character)


def segment(text: str) -> list[tuple[int, int]]:
    """The words of a Chinese text as (start, end): at each character the longest headword, else the character alone."""
    known = _table("glosses")
    spans = []
    start = 0
    while start < len(text):
        end = min(len(text), start + cedict.LONGEST)
        while end > start + 1 and text[start:end] not in known:
            end -= 1
        spans.append((start, end))
        start = end
    return spans


def _row(table: dict[str, str], key: str) -> tuple[str, ...]:
    row = table.get(key)
    return tuple(row.split("/")) if row else ()


def _base_forms(phrase: str) -> list[str]:
    """What an English inflected form may come from, likelier first."""
    forms = []
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
def _date() -> str:
    return cedict.date()


@cache
def _table(name: str) -> dict[str, str]:
    """One of the tables, its rows joined by "/": from the cache if it is there and whole, else made and put there."""
    path = os.path.join(_cache_folder(), f"cedict-{_date()}-{_FORMAT}-{name}.txt")  # noqa: PTH118
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            checksum, _, body = file.read().partition(b"\n")
        if int(checksum) == crc32(body):
            return _parsed(body)
    except (OSError, ValueError):
        pass
    makers = {"glosses": cedict.glosses, "equivalents": cedict.equivalents, "readings": cedict.readings}
    rows = {key: "/".join(row) for key, row in makers[name]().items()}
    body = ("\n".join(rows) + "\f" + "\n".join(rows.values())).encode()
    _write(path, b"%d\n%s" % (crc32(body), body))
    return rows


def _parsed(body: bytes) -> dict[str, str]:
    # Two long strings split in C: 0.1 s for 200,000 rows, where a loop over lines takes 0.3 s.
    keys, _, values = body.decode().partition("\f")
    return dict(zip(keys.split("\n"), values.split("\n"), strict=True))


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

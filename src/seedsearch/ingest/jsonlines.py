"""JSON Lines: one object a line, each a document of its own (https://jsonlines.org).

An object has a `text`, and may have an `id` (or `_id`, as in the BEIR collections), a `title` and a `lang`. Places in
the text are followed through the escapes of its literal, so that a citation leads to the file's own characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import TypeAlias

from seedsearch.ingest.blocks import split
from seedsearch.ingest.formats import Broken, Part

_BLANKS = re.compile("[ \t\r\ufeff]*")
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")  # BCP 47, as far as its form goes
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_COLON, _COMMA = re.compile("[ \t\r\ufeff]*:[ \t\r\ufeff]*"), re.compile("[ \t\r\ufeff]*,[ \t\r\ufeff]*")
_decode = JSONDecoder().raw_decode
_scan = JSONDecoder().scan_once  # type: ignore[attr-defined]  # what raw_decode calls: half of its cost
# What stands before the first value and before another, in group 1 its name where that has no escapes, and the end of a line.
_FIRST, _NEXT = (re.compile(rf'{_BLANKS.pattern}{mark}{_BLANKS.pattern}"([^"\\\x00-\x1f]*)"{_COLON.pattern}') for mark in "{,")
_END = re.compile(f"{_BLANKS.pattern}}}{_BLANKS.pattern}\\Z")


_Value: TypeAlias = tuple[object, int, int]
"""A value of an object, and the characters [start, end) of the line on which its literal stands."""
_NOTHING: _Value = ("", 0, 0)


def read(text: str, line: int = 1) -> Iterator[Part | Broken]:
    """The documents of a JSON Lines file in order, and the lines that hold none; blank lines are passed over.

    `line` is the number of the first line, where the text is a piece of a file. A document without an id, or with one that
    came before, is named by its line number. Half a surrogate pair, which
    JSON can write and no encoding can, becomes U+FFFD. Beside the file's text only one line is held at a time.
    """
    taken: set[str] = set()
    start, number = 0, line - 1
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        number += 1
        content = text[start:end]
        if content and not content.isspace():
            try:
                part = _document(content, start, number, taken)
            except (ValueError, RecursionError) as error:
                reason = error.msg if isinstance(error, JSONDecodeError) else str(error)
                yield Broken(number, f"not an object in JSON: {reason}")
            else:
                yield part or Broken(number, 'the object has no "text"')
        start = end + 1


def _document(line: str, start: int, number: int, taken: set[str]) -> Part | None:
    """The document on a line that starts at character `start` of the file, or None without a text.

    `number` is that of the line, `taken` are the names of the documents before it.
    Raises ValueError or RecursionError where the line is not an object in JSON.
    """
    members = _members(line)
    value, literal, end = members.get("text", _NOTHING)
    if not isinstance(value, str) or end == 0:
        return None
    text = _encodable(value) if "\\u" in line else value
    name = _text_of(members.get("id", members.get("_id", _NOTHING)))
    language = _text_of(members.get("lang", members.get("language", _NOTHING))).replace("_", "-")
    language = language if _TAG.fullmatch(language) else ""
    title = _text_of(members.get("title", _NOTHING))
    shifts = _shifts(line[literal + 1 : end - 1]) if "\\" in line else ()
    identity = unique(name or str(number), number, taken)
    return Part._make((identity, title, language, text, split(text), start + literal + 1, shifts, number))


def _members(line: str) -> dict[str, _Value]:
    """The members of the object on a line, and where their values stand; of a name given twice the last counts."""
    return _plain_members(line) or _any_members(line)


def _plain_members(line: str) -> dict[str, _Value]:
    """As `_any_members`, at a third of the cost, for a line without faults or escapes in names; nothing for any other."""
    members: dict[str, _Value] = {}
    end = 0
    name = _FIRST.match(line)
    while name:
        at = name.end()
        try:
            value, end = _scan(line, at)
        except (StopIteration, ValueError, RecursionError):
            return {}
        members[name[1]] = value, at, end
        name = _NEXT.match(line, end)
    return members if _END.match(line, end) else {}


def _any_members(line: str) -> dict[str, _Value]:
    members: dict[str, _Value] = {}
    at = _expect(line, 0, "{")
    if line[at : at + 1] == "}":
        at += 1
    else:
        closed = False
        while not closed:
            name, at = _decode(line, at)
            if not isinstance(name, str):
                raise JSONDecodeError("Expecting a name in quotes", line, at)
            colon = _COLON.match(line, at)
            at = colon.end() if colon else _expect(line, at, ":")
            value, end = _decode(line, at)
            members[name] = value, at, end
            if comma := _COMMA.match(line, end):
                at = comma.end()
                continue
            at = _blanks(line, end)
            closed = line[at : at + 1] == "}"
            at = at + 1 if closed else _expect(line, at, ",")
    if _blanks(line, at) < len(line):
        raise JSONDecodeError("Extra data", line, at)
    return members


def _blanks(line: str, at: int) -> int:
    match = _BLANKS.match(line, at)
    return match.end() if match else at


def _expect(line: str, at: int, mark: str) -> int:
    """The place behind a mark and the blanks around it."""
    at = _blanks(line, at)
    if line[at : at + 1] != mark:
        raise JSONDecodeError(f"Expecting {mark!r}", line, at)
    return _blanks(line, at + 1)


def _text_of(found: _Value) -> str:
    """A value as text: strings as they are, numbers as Python writes them, everything else empty."""
    value = found[0]
    if isinstance(value, str):
        return _encodable(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _encodable(text: str) -> str:
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def _shifts(literal: str) -> list[tuple[int, int]]:
    """How far a string's literal, without its quotes, runs ahead of the string, for `Part.shifts`."""
    shifts = []
    ahead = 0
    for match in _ESCAPE.finditer(literal) if "\\" in literal else ():
        behind = match.start() - ahead + 1
        ahead += len(match[0]) - 1
        shifts.append((behind, ahead))
    return shifts


def unique(name: str, number: int, taken: set[str]) -> str:
    """A name that is not taken yet, and is from now on: the one wanted, the line number, or that with `+` behind it."""
    if name in taken:
        name = str(number)
        while name in taken:
            name += "+"
    taken.add(name)
    return name

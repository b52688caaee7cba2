"""What people see: colours on a terminal, plain text in a pipe; what programs see: JSON, one object a line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any, NoReturn

BOLD, DIM, RED, GREEN, MAGENTA = "1", "2", "1;31", "32", "35"


def use_utf8() -> None:
    """Write UTF-8 whatever the locale says; what cannot be encoded (file names in no encoding) is escaped."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller (`>&-`)
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def end_with_pipe() -> None:
    """End without a word when the reader of our output has gone (`seedsearch query x | head -1`), as Unix programs do."""
    import signal

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def end_at_once(status: int) -> NoReturn:
    """End the program when all is written, and leave the memory to the system: to take it apart costs a query 2.4 ms.

    Raises OSError when the last of the output cannot be written.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def complain(message: str) -> None:
    """One line on stderr."""
    line = harmless(" ".join(message.split()))
    with suppress(OSError):  # nowhere to say it; the exit status does
        print(f"seedsearch: {line}", file=sys.stderr, flush=True)


def has_colour(stream: IO[str]) -> bool:
    """Whether to colour: on a terminal that is not dumb, and NO_COLOR is not set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str) -> str:
    """Text in a style, on a terminal; as it is in a pipe. Control characters of a document never reach a terminal."""
    return f"\033[{style}m{text}\033[0m" if text and has_colour(sys.stdout) else text


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
# Signs that turn the direction of what follows, a citation for example (Unicode Technical Report 36).
_CONTROLS |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def harmless(text: str) -> str:
    """Text whose control characters (escape sequences among them) are written out; tabs and newlines stay."""
    return text.translate(_CONTROLS)


def harmless_name(name: str) -> str:
    """A file name or heading on one line, whatever characters it is made of."""
    return harmless(name).replace("\n", "\\n").replace("\t", "\\t")


def marked(text: str, marks: Sequence[tuple[int, int]]) -> str:
    """Text with its marked places coloured, on a terminal."""
    pieces: list[str] = []
    last = 0
    for start, end in marks:
        pieces += [harmless(text[last:start]), paint(harmless(text[start:end]), RED)]
        last = end
    return "".join([*pieces, harmless(text[last:])])


def indented(text: str, by: str) -> str:
    """Lines indented; those without text left out, those long beyond a terminal left as they are."""
    return "\n".join(by + line.strip() for line in text.splitlines() if line.strip())


def citation(source: str, start_line: int, end_line: int) -> str:
    """`path:start-end`, as editors and grep-like tools understand it."""
    return f"{paint(harmless_name(source), MAGENTA)}:{paint(f'{start_line}-{end_line}', GREEN)}"


_LINE_ENDS = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


def print_json(record: Mapping[str, Any]) -> None:
    """One object on one line. A lone surrogate has no UTF-8 form, so such a record is written in ASCII escapes.

    So is what JSON lets stand but some readers take for the end of a line (`str.splitlines`).
    """
    line = json.dumps(record, ensure_ascii=False).translate(_LINE_ENDS)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(record)
    print(line)


def table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> str:
    """Columns aligned by what they take on a terminal (East Asian characters are two wide)."""
    from unicodedata import east_asian_width

    def width(text: str) -> int:
        return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)

    widths = [max(width(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = []
    for row in (head, *rows):
        cells = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)

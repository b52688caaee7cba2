"""Characters of a decoded text to lines and bytes of the file it came from."""

from __future__ import annotations

import codecs
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Any

from seedsearch.characters import native
from seedsearch.ingest.decoding import payload
from seedsearch.records import Decoded, Span

# Characters between two known places. A look-up measures half as many on average: 0.3 microseconds in UTF-8.
_STRIDE = 256
# What such a codec writes for a piece of text depends on what stood before it.
_STATEFUL = ("iso2022", "hz", "utf-7")


class Offsets:
    """Where the characters of a text stand in the bytes it was decoded from.

    `data[span.start_byte:span.end_byte].decode(encoding)` equals `text[span.start_char:span.end_char]`, with "replace"
    where the text was decoded so. This holds also where several byte sequences mean one character, so that encoding the
    text would not give the file's bytes again: such stretches are walked with the decoder. Three exceptions: the two
    characters that a few sequences of Big5-HKSCS and JIS X 0213 decode to share one place; a slice that is cut beside a
    replaced place of a multi-byte encoding can have one replacement more or less; and in encodings with a memory
    (ISO-2022, HZ, UTF-7) a character's bytes reach from the end of the one before, shifts included, to where a decoder
    that came from the start gives it out, so a slice decodes alone only if nothing is shifted at its start.

    A line ends with "\\n"; with "\\r" only in a text without any "\\n" (classic Mac OS). Nothing else ends a line.
    """

    def __init__(self, data: bytes, decoded: Decoded, piece: tuple[int, int] | None = None) -> None:
        """From the whole file's bytes and what `decode` made of them; ValueError if they do not belong together.

        Of a piece of a file, which holds whole lines that end with "\\n", `piece` is the place of its first byte and the
        number of its first line; the spans are still those of the file.
        Takes 10 ms for a megabyte (half a second if every stretch has to be walked), and 24 bytes for 256 characters.
        """
        self._data = data
        self._text = decoded.text
        self._mark, self._codec = payload(data, decoded.encoding)
        self._newline = "\r" if "\n" not in decoded.text and not piece else "\n"
        self._first_byte, self._first_line = piece or (0, 1)
        self._is_exact = piece is not None
        # With one byte for each character there is nothing to measure.
        self._one_byte = len(data) - self._mark == len(decoded.text)
        self._size = _distance if self._one_byte else _measure(self._codec)
        self._stateful = self._codec.startswith(_STATEFUL)
        self._chars = array("q")
        self._bytes = array("q")
        self._lines = array("q")
        self._states: dict[int, Any] = {}  # checkpoint -> decoder state, where the stretch after it has to be walked
        self._walked = -1
        self._starts: list[int] = []
        self._survey()

    def span(self, start_char: int, end_char: int) -> Span:
        """The span of text[start_char:end_char]; `0 <= start_char <= end_char <= len(text)`.

        A span that ends just behind a line end belongs to that line; an empty one lies on the line of its place.
        """
        checkpoint = bisect_right(self._chars, start_char) - 1
        count = self._text.count
        first = self._lines[checkpoint] + count(self._newline, self._chars[checkpoint], start_char) + self._first_line - 1
        last = first + count(self._newline, start_char, max(end_char - 1, start_char))
        start = self._byte(start_char, checkpoint) + self._first_byte
        end = self._byte(end_char, bisect_right(self._chars, end_char) - 1) + self._first_byte
        return Span(start_char, end_char, first, last, start, end)

    def spans(self, places: Iterable[tuple[int, int]], line: int = 0) -> list[Span]:
        """As `span`, for places in ascending order without overlap, at a fifth of the cost where they are near each other.

        `line` is the line of the file on which they all stand, where that is known.
        """
        if self._states or self._stateful:
            return [self.span(start, end) for start, end in places]
        text, newline = self._text, self._newline
        above, ahead = self._first_line - 1, self._first_byte
        found: list[Span] = []
        char = byte = behind = 0
        line = line if newline == "\n" else 0
        first = last = line
        for start, end in places:
            if not found or not char <= start < char + _STRIDE:
                checkpoint = start // _STRIDE  # only where stretches have to be walked they are of other lengths
                char, byte, behind = self._chars[checkpoint], self._bytes[checkpoint], self._lines[checkpoint] + above
            first_byte = byte + self._size(text, char, start)
            byte = first_byte + self._size(text, start, end)
            if not line:
                first = behind + text.count(newline, char, start)
                last = first + text.count(newline, start, max(end - 1, start))
                behind = last + text.count(newline, max(end - 1, start), end)
            char = end
            found.append(Span._make((start, end, first, last, first_byte + ahead, byte + ahead)))
        return found

    def _byte(self, char: int, checkpoint: int) -> int:
        """The first byte of a character, which stands behind this checkpoint and no later one."""
        if self._one_byte:
            return self._mark + char
        if char == len(self._text):
            return len(self._data)
        first = self._chars[checkpoint]
        if checkpoint not in self._states:
            return self._bytes[checkpoint] + self._size(self._text, first, char)
        if checkpoint != self._walked:
            self._starts, _, _ = self._walk(checkpoint)
            self._walked = checkpoint
        return self._starts[char - first]

    def _survey(self) -> None:
        """Set a checkpoint about every _STRIDE characters: character, byte, line, and a decoder's state if needed."""
        if self._is_exact or self._one_byte:
            self._survey_exact()
            return
        char, byte, line = 0, self._mark, 1
        state: Any = None
        while True:
            self._chars.append(char)
            self._bytes.append(byte)
            self._lines.append(line)
            if char >= len(self._text):
                return
            following = min(char + _STRIDE, len(self._text))
            if not self._stateful and (size := self._same(char, following, byte)):
                byte += size
            else:
                self._states[len(self._chars) - 1] = state
                starts, byte, state = self._walk(len(self._chars) - 1)
                following = char + len(starts)
                if not starts or following > len(self._text):
                    raise ValueError("the text was not decoded from these bytes")
            line += self._text.count(self._newline, char, following)
            char = following

    def _survey_exact(self) -> None:
        """As `_survey`, where encoding the text surely gives the bytes again."""
        text = self._text
        chars = range(0, len(text), _STRIDE)
        sizes = [self._size(text, char, min(char + _STRIDE, len(text))) for char in chars]
        lines = [text.count(self._newline, char, char + _STRIDE) for char in chars]
        self._chars.extend([*chars, len(text)])
        self._bytes.extend(accumulate(sizes, initial=self._mark))
        self._lines.extend(accumulate(lines, initial=1))

    def _same(self, char: int, following: int, byte: int) -> int:
        """Size of text[char:following] in bytes if encoding it gives the bytes that stand there, else 0."""
        try:
            encoded = self._text[char:following].encode(self._codec)
        except UnicodeEncodeError:
            return 0
        return len(encoded) if self._data.startswith(encoded, byte) else 0

    def _walk(self, checkpoint: int) -> tuple[list[int], int, Any]:
        """First bytes of _STRIDE or more characters from a checkpoint on; the byte and the state behind them."""
        decoder = codecs.getincrementaldecoder(self._codec)("replace")
        if self._states[checkpoint] is not None:
            decoder.setstate(self._states[checkpoint])
        starts: list[int] = []
        begin = byte = self._bytes[checkpoint]
        while byte < len(self._data):
            text = decoder.decode(self._data[byte : byte + 1])
            byte += 1
            if not text:
                continue
            pending = decoder.getstate()
            end = byte - len(pending[0])
            starts += self._parts(begin, end, text)
            begin = end
            if len(starts) >= _STRIDE and not pending[0]:
                return starts, begin, pending if self._stateful else None
        starts += [begin] * len(decoder.decode(b"", True))
        return starts, len(self._data), None

    def _parts(self, begin: int, end: int, text: str) -> list[int]:
        """First bytes of characters that a decoder gave out at once, as it does behind a broken byte."""
        starts = []
        while len(text) > 1 and not self._stateful:
            for split in range(begin + 1, end):
                head, tail = self._data[begin:split], self._data[split:end]
                if head.decode(self._codec, "replace") == text[0] and tail.decode(self._codec, "replace") == text[1:]:
                    break
            else:
                break
            starts.append(begin)
            begin, text = split, text[1:]
        return starts + [begin] * len(text)


def _distance(_: str, start: int, end: int) -> int:
    return end - start


def _measure(codec: str) -> Callable[[str, int, int], int]:
    """What tells how many bytes a part [start, end) of a text takes. Raises UnicodeEncodeError."""
    if native and codec == "utf-8":
        return native.encoded
    return lambda text, start, end: len(text[start:end].encode(codec))

"""Accuracy and speed of encoding and language detection on labelled data.

    python bench/detection.py --encoding DIR --language DIR

DIR of --encoding holds files/ and gold.jsonl (file, encoding, group, sha256_text: of the text as UTF-8 without
byte-order mark); DIR of --language holds gold.jsonl (lang, unit, text). A file is right when its text is, whatever
codec gave it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from seedsearch.errors import UnreadableError
from seedsearch.ingest.decoding import decode
from seedsearch.ingest.language import identify


def main() -> None:
    parser = argparse.ArgumentParser(description="Accuracy and speed of encoding and language detection.")
    parser.add_argument("--encoding", type=Path, metavar="DIR", help="folder with files/ and gold.jsonl")
    parser.add_argument("--language", type=Path, metavar="DIR", help="folder with gold.jsonl")
    arguments = parser.parse_args()
    if arguments.encoding is None and arguments.language is None:
        parser.error("give --encoding DIR or --language DIR")
    if arguments.encoding is not None:
        report_encoding(arguments.encoding)
    if arguments.language is not None:
        report_language(arguments.language)


def report_encoding(folder: Path) -> None:
    rows = _rows(folder)
    contents = [(folder / "files" / row["file"]).read_bytes() for row in rows]
    decode(b"caf\xe9")  # loads chardet
    begun = time.process_time()
    answers = [_decoded(data) for data in contents]
    seconds = time.process_time() - begun
    right = [digest == row["sha256_text"] for (digest, _), row in zip(answers, rows, strict=True)]
    size = sum(map(len, contents)) / 1e6
    _print_shares("encoding", [row["group"] for row in rows], right)
    print(f"  {size / seconds:.1f} MB/s, {len(rows) / seconds:.0f} files/s")
    for row, (_, answer), good in zip(rows, answers, right, strict=True):
        if not good:
            print(f"  wrong: {row['file']} is {row['encoding']}, read as {answer}")


def _decoded(data: bytes) -> tuple[str, str]:
    try:
        decoded = decode(data)
    except UnreadableError as error:
        return "", str(error)
    return hashlib.sha256(decoded.text.encode("utf-8", "surrogatepass")).hexdigest(), decoded.encoding


def report_language(folder: Path) -> None:
    rows = _rows(folder)
    # Loads both models and the character tables.
    identify("Een paar woorden in een taal.")
    identify("Zusammenfassung")
    identify("汉字")
    begun = time.process_time()
    answers = [identify(row["text"]).code for row in rows]
    seconds = time.process_time() - begun
    right = [answer == row["lang"] for answer, row in zip(answers, rows, strict=True)]
    _print_shares("language", [row["unit"] for row in rows], right)
    print(f"  {len(rows) / seconds:.0f} texts/s")
    confusions: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row, answer, good in zip(rows, answers, right, strict=True):
        if not good:
            confusions[row["lang"]][answer] += 1
    texts = Counter(row["lang"] for row in rows)
    for lang, taken in sorted(confusions.items(), key=lambda item: (-item[1].total(), item[0]))[:15]:
        seen_as = ", ".join(f"{other} {times}" for other, times in taken.most_common())
        print(f"  {lang}: {texts[lang] - taken.total()} of {texts[lang]} right; taken for {seen_as}")


def _rows(folder: Path) -> list[dict[str, Any]]:
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _print_shares(what: str, kinds: list[str], right: list[bool]) -> None:
    print(f"{what}: {sum(right) / len(right):.4f} of {len(right)}")
    for kind in sorted(set(kinds)):
        of_kind = [good for good, its in zip(right, kinds, strict=True) if its == kind]
        print(f"  {kind}: {sum(of_kind) / len(of_kind):.4f} of {len(of_kind)}")


if __name__ == "__main__":
    main()

"""What bench/speed.py measures on: passages of any folder or JSON Lines file, short records made of them, and questions."""

from __future__ import annotations

import json
import pickle
import random
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from seedsearch import analysis
from seedsearch.engines import Entry
from seedsearch.ingest.discover import discover
from seedsearch.reading import align, content, documents
from seedsearch.records import Passage, Source

KINDS = ("question", "phrase", "prefix", "filter")
PER_KIND = 100
SAMPLE = 50_000
"""Passages kept, at random, to take questions and records from."""
_CLAUSE = re.compile(r"[^.,;:!?()。，；：！？、（）]{12,}")


class Question(NamedTuple):
    """What is asked: as a user types it, and its terms.

    Of the terms any may be there ("question", "filter" with a language), they follow each other, or one is a beginning.
    """

    kind: str
    text: str
    terms: tuple[str, ...]
    language: str = ""


class Entries:
    """All passages as engines see them, in a file: in memory 900,000 of them took seven gigabytes."""

    BATCH = 1000

    def __init__(self, file: Path, entries: Iterator[Entry]) -> None:
        self._file, self.count, self.documents = file, 0, 0
        with file.open("wb") as out:
            while batch := list(islice(entries, self.BATCH)):
                pickle.dump([tuple(entry) for entry in batch], out)
                self.count += len(batch)
                self.documents = batch[-1].document

    def __iter__(self) -> Iterator[Entry]:
        """The entries in order, numbered from 1 as their documents are."""
        left = self.count
        with self._file.open("rb") as file:
            while left:
                batch = pickle.load(file)
                left -= len(batch)
                yield from map(Entry._make, batch)


class Corpus(NamedTuple):
    """All passages as engines see them, and some of them as they are written."""

    path: Path
    entries: Entries
    sample: list[Passage]


def read(path: Path, scratch: Path) -> Corpus:
    """The passages of all documents below a path, analysed; they are kept in the file `scratch`."""
    sample: list[Passage] = []
    return Corpus(path, Entries(scratch, _analysed(path, sample)), sample)


def _analysed(path: Path, sample: list[Passage]) -> Iterator[Entry]:
    """Each passage as an entry; some go into the sample."""
    chance = random.Random(7)
    for number, (document, passage) in enumerate(_passages(path), 1):
        heading = analysis.postings(" ".join(passage.headings), passage.language)
        body = analysis.postings(passage.text, passage.language)
        if len(sample) < SAMPLE:
            sample.append(passage)
        elif (place := chance.randrange(number)) < SAMPLE:
            sample[place] = passage
        yield Entry(number, document, passage.language, body, heading)


def _passages(path: Path) -> Iterator[tuple[int, Passage]]:
    """Each passage with the number of its document."""
    number = 0
    for source in discover([path], path.parent):
        if isinstance(source, Source):
            for reading in documents(source, content(source.path), lambda broken: None):
                number += 1
                for passage in reading.passages(align(reading.document)):
                    yield number, passage


def write_records(sample: Sequence[Passage], size: int, path: Path) -> None:
    """Write `size` short documents, a line each: a clause of one passage and one of another in its language."""
    chance = random.Random(size)
    clauses: dict[str, list[str]] = {}
    for passage in sample:
        clauses.setdefault(passage.language, []).extend(clause.strip() for clause in _CLAUSE.findall(passage.text))
    languages = [language for language, found in clauses.items() for _ in found]
    with path.open("w", encoding="utf-8") as file:
        for number in range(size):
            language = chance.choice(languages)
            mark = "，" if language in ("zh", "ja") else ", "
            text = mark.join(" ".join(chance.choice(clauses[language])[:200].split()) for _ in range(2))
            file.write(json.dumps({"id": f"{number}", "text": text, "lang": language}, ensure_ascii=False) + "\n")


def asked(sample: Sequence[Passage], queries: Path | None) -> list[Question]:
    """Questions of each kind; those asked in words are from a file of queries, else they are clauses of passages."""
    chance = random.Random(7)
    typed = [(line["text"], line.get("lang", "und")) for line in map(json.loads, _lines(queries))]
    typed = typed or [(clause, p.language) for p in chance.sample(sample, min(500, len(sample))) for clause in _some(p)]
    chance.shuffle(typed)
    found: list[Question] = []
    for rank in range(PER_KIND):
        text, language = typed[rank % len(typed)]
        terms = tuple(dict.fromkeys(token.term for token in analysis.tokens(text, language)))
        if not terms:
            continue
        found.append(Question("question", text, terms))
        found.append(Question("filter", text, terms, language))
        found += _cut(chance, sample)
    return found


def _lines(queries: Path | None) -> list[str]:
    return queries.read_text("utf-8").splitlines() if queries else []


def _some(passage: Passage) -> list[str]:
    """A clause of a passage to ask for."""
    return [clause.strip()[:100] for clause in _CLAUSE.findall(passage.text)[:1]]


def _cut(chance: random.Random, sample: Sequence[Passage]) -> Iterator[Question]:
    """A phrase of two words and the beginning of a word, from a passage at random."""
    while True:
        passage = chance.choice(sample)
        tokens = analysis.tokens(passage.text, passage.language)
        if len(tokens) < 4:
            continue
        first = chance.randrange(len(tokens) - 1)
        left, right = tokens[first], tokens[first + 1]
        phrase = passage.text[left.start : right.end]
        if not any(mark in phrase for mark in '"“”„＂「『'):
            break
    yield Question("phrase", f'"{phrase}"', (left.term, right.term))
    start = max((token.word for token in tokens), key=len)[:4]
    yield Question("prefix", f"{start}*", (start,))

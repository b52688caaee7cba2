"""Every form of a query, asked of a whole collection: how long the slowest takes, and what was cut short for it."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from seedsearch import analysis
from seedsearch.errors import QuerySyntaxError
from seedsearch.records import Passage
from seedsearch.searching import Collection

EACH = 8  # queries of each form
ROUNDS = 2


def forms(sample: Sequence[Passage], questions: Sequence[str]) -> dict[str, list[str]]:
    """Name of a form -> queries, made of words of passages and of questions."""
    chance = random.Random(11)
    found: dict[str, list[str]] = {"question": list(questions[:200])}
    for _ in range(EACH):
        passages = [chance.choice(sample) for _ in range(40)]
        for form, text in _made([passage.text for passage in passages], chance.choice(questions)).items():
            found.setdefault(form, []).append(text)
    return found


def _made(texts: Sequence[str], question: str) -> dict[str, str]:
    """One query of each form."""
    words = [token.word for text in texts[:8] for token in analysis.tokens(text[:400], "und") if token.word.isalpha()]
    a, b, c, d, e = sorted(dict.fromkeys(words), key=lambda word: (-len(word), word))[:40:8]
    return {
        "one word": a,
        "function words alone": "what is the of and in that for",
        "the most frequent word": "the",
        "single characters": "的 是 中",
        "a long natural question": " ".join(texts[0].split())[:400],
        "phrase of 8 words": '"' + " ".join(texts[1].replace('"', " ").split()[:8]) + '"',
        "phrase of function words": '"of the"',
        "phrase of 400 characters": '"' + " ".join(texts[2].replace('"', " ").split())[:400] + '"',
        "prefix of 4 letters": f"{b[:4]}*",
        "prefix of 2 letters": f"{b[:2]}*",
        "prefix of 1 letter": f"{b[:1]}*",
        "five prefixes of 1 letter": "a* c* p* s* t*",
        "NOT a frequent word": f"{a} NOT the",
        "NOT alone": "NOT the",
        "nested": f"({a} OR {b} OR the) AND ({c} OR (the AND NOT {d}) OR {e}*)",
        "AND of frequent words": "the AND of AND in",
        "near to nothing in common": f"{a} AND {b} AND {c}",
        "lang:": f"{question} lang:en",
        "lang: and a frequent word": "the lang:en",
        "source: that fits a third": f"{question} source:*1",
        "source: that fits nearly all": f"{question} source:*",
        "source: and a frequent word": "the source:*7*",
        "NOT source:": f"{question} NOT source:*1",
        "source: alone": "source:*5",
        "heading:": f"heading:{a} {question}",
        "10,000 characters": " ".join(" ".join(texts).split())[:10_000],
        "10,000 characters of one run": "".join("".join(texts).split())[:10_000],
        "1,000 times the same word": f"{a} " * 1000,
    }


def slowest(collection: Collection, found: dict[str, list[str]]) -> list[tuple[str, float, float, str]]:
    """For each form: median and longest milliseconds of CPU, and what is told of the query that takes longest."""
    rows = []
    for form, texts in found.items():
        timed = sorted((_milliseconds(collection, text) for text in dict.fromkeys(texts)), key=lambda one: one[0])
        rows.append((form, timed[len(timed) // 2][0], *timed[-1]))
    return sorted(rows, key=lambda row: -row[2])


def _milliseconds(collection: Collection, text: str) -> tuple[float, str]:
    best, notes = float("inf"), ""
    for _ in range(ROUNDS):
        before = time.process_time()
        try:
            notes = "; ".join(collection.search(text).notes)
        except QuerySyntaxError as error:
            notes = str(error)
        best = min(best, 1e3 * (time.process_time() - before))
    return best, notes

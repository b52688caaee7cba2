"""Hits as people and programs see them: what `seedsearch query` prints. Nothing here needs the parser of options."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedsearch.cli.output import BOLD, DIM, citation, complain, harmless, harmless_name, indented, marked, paint, print_json
from seedsearch.errors import IndexMissingError
from seedsearch.records import DOUBTFUL

if TYPE_CHECKING:
    from seedsearch.records import Hit
    from seedsearch.searching import Collection, Results

LONGEST = 60  # characters of a word, and words, that an explanation repeats
PLACES = 8  # that say the same, which a hit lists
CALLED = 3  # translations of a word that a heading shows
NOTHING_THERE = "nothing found in the other language; how it is asked there tells: seedsearch translate TEXT"
LANGUAGES = {"en": "English", "zh": "Chinese"}


def answer(
    words: Sequence[str],
    index: Path | None = None,
    *,
    limit: int = 10,
    lang: str | None = None,
    source: str | None = None,
    translate: str = "auto",
    why: bool = False,
    as_json: bool = False,
) -> int:
    """Search for words and print what is found; the exit status: 0, or 1 where nothing is found. Raises SeedsearchError."""
    with _open(index) as collection:
        results = collection.search(as_typed(words), limit=limit, lang=lang, source=source, translate=translate)
        for note in results.notes:
            complain(note)
        if not collection.manifest.complete:
            complain("the index is not complete; finish it with: seedsearch index")
        for kind, hits in groupby(results.hits, key=lambda hit: hit.match != "direct"):
            group = list(hits)
            if kind and not as_json:
                print(introduce(group), end="\n\n")
            for hit in group:
                if as_json:
                    print_json(as_record(hit) | ({"explanation": _reasons(hit)} if why else {}))
                else:
                    print(as_text(hit) + ("\n" + in_words(hit) if why else ""), end="\n\n")
    if not results.hits:
        complain(explain(results) if translate != "only" else NOTHING_THERE)
    return 0 if results.hits else 1


def as_typed(words: Sequence[str]) -> str:
    """The query in one string; in a locale that is not UTF-8 what the terminal sent is UTF-8 all the same."""
    text = " ".join(words)
    if any("\udc80" <= char <= "\udcff" for char in text):
        import os

        return os.fsencode(text).decode("utf-8", "replace")
    return text


def _open(index: Path | None) -> Collection:
    """The index; built from `seeds/` first where there is none yet."""
    from seedsearch.manifest import find_index
    from seedsearch.searching import open_collection

    try:
        return open_collection(index)
    except IndexMissingError:
        from seedsearch.cli.index import make_dictionary_ready, summarise
        from seedsearch.indexing import build

        seeds = find_seeds(find_index(index))
        if seeds is None:
            raise
        gc.enable()
        print(f"seedsearch: no index yet; building one from {seeds}", file=sys.stderr)
        report = build([seeds], index, only_first=True)
        make_dictionary_ready(report.folder)
        summarise(report)
        return open_collection(index)


def find_seeds(index: Path) -> Path | None:
    """The `seeds/` beside the index, else the nearest at or above the working directory."""
    from seedsearch.manifest import SEEDS

    here = Path.cwd()
    return next((f / SEEDS for f in (index.parent, here, *here.parents) if (f / SEEDS).is_dir()), None)


def as_record(hit: Hit) -> dict[str, Any]:
    """A hit as the JSON contract has it; offsets of `marks` count in `snippet`."""
    passage, span = hit.passage, hit.passage.span
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "source": passage.source,
        "start_line": span.start_line,
        "end_line": span.end_line,
        "start_char": span.start_char,
        "end_char": span.end_char,
        "start_byte": span.start_byte,
        "end_byte": span.end_byte,
        "language": passage.language,
        "heading": list(passage.headings),
        "text": passage.text,
        "snippet": hit.snippet,
        "marks": [list(mark) for mark in hit.marks],
        "sha256": hit.sha256,
        "counterparts": [
            {
                "source": other.source,
                "start_line": other.start_line,
                "end_line": other.end_line,
                "language": other.language,
                "text": other.text,
                "confidence": round(other.confidence, 3),
            }
            for other in hit.counterparts
        ],
        "match": hit.match,
        "words": [list(pair) for pair in hit.words],
        "also": [place._asdict() for place in hit.places],
    }


def _reasons(hit: Hit) -> list[dict[str, Any]]:
    return [reason._asdict() | {"score": round(reason.score, 6)} for reason in hit.reasons]


def in_words(hit: Hit) -> str:
    """Where a score comes from: what each word and each further kind of evidence adds, greatest first."""
    reasons = sorted(hit.reasons, key=lambda reason: -reason.score)
    lines = [f"    {reason.score:7.3f}  {harmless_name(reason.name)}: {reason.grounds}" for reason in reasons]
    return "\n".join([f"    {hit.score:7.3f}  score, which is the sum of", *lines])


def introduce(hits: Sequence[Hit]) -> str:
    """The line above hits in the other language: how the words of the query that were found are called there."""
    language = hits[0].passage.language.partition("-")[0]
    called: dict[str, dict[str, None]] = {}
    for hit in hits:
        for word, other in hit.words:
            called.setdefault(word, {})[" ".join(other.lower().split())] = None
    words = [f"{word[:LONGEST]} {', '.join(list(others)[:CALLED])}" for word, others in list(called.items())[:LONGEST]]
    means = [f"by translation: {'; '.join(words)}"] * bool(words) + ["by meaning"] * any(hit.match == "similar" for hit in hits)
    return paint(harmless_name(f"In {LANGUAGES.get(language, language)}, {'; '.join(means)}"), BOLD)


def as_text(hit: Hit) -> str:
    """A hit for people: where it stands, what it says, and what stands opposite ("~" where that is doubtful)."""
    passage = hit.passage
    heading = paint(harmless_name(" > ".join(passage.headings)), DIM)
    lines = [
        f"{citation(passage.source, passage.span.start_line, passage.span.end_line)}  [{passage.language}]  {heading}".rstrip()
    ]
    text = marked(hit.snippet, hit.marks)
    before, after = (" ..." * (not fits) for fits in (passage.text.startswith(hit.snippet), passage.text.endswith(hit.snippet)))
    lines.append(indented(f"{before.strip()} {text.strip()}{after}".strip(), "    "))
    for other in hit.counterparts:
        sign, doubt = ("~", "  (doubtful)") if other.confidence < DOUBTFUL else ("=", "")
        lines.append(f"  {sign} {citation(other.source, other.start_line, other.end_line)}  [{other.language}]{doubt}")
        lines.append(indented(harmless(other.text), "    "))
    if hit.places:
        places = ", ".join(citation(*place) for place in hit.places[:PLACES])
        more = len(hit.places) - PLACES
        lines.append(f"  also {places}" + f" and {more} more (--json lists all)" * (more > 0))
    return "\n".join(lines)


def explain(results: Results) -> str:
    """Why nothing was found: in how many passages each word occurs."""
    if not results.counts:
        return "nothing found: no passage fits these filters"
    counts = ", ".join(f"{word[:LONGEST]} in {count}" for word, count in results.counts[:LONGEST])
    near = "; ".join(f"{word[:LONGEST]}: did you mean {' or '.join(words)}?" for word, words in results.nearest[:LONGEST])
    return f"nothing found; passages, within the filters, that hold each word: {counts}" + (f"; {near}" if near else "")

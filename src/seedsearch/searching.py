"""The read path on one screen: query -> tree of terms -> engine -> pool -> order -> snippets and counterparts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from seedsearch import analysis, duplicates, manifest, query, ranking, reranking, snippets, spelling
from seedsearch.engines import open_engine
from seedsearch.engines.protocol import Answer, Engine
from seedsearch.errors import IndexCorruptError, IndexMissingError, QuerySyntaxError
from seedsearch.folding import fold_text
from seedsearch.function_words import function_words, likely_languages
from seedsearch.query import ANYWHERE, And, Language, Node, Phrase, Term, Within
from seedsearch.records import Counterpart, Hit, Passage, Place, Reason
from seedsearch.reranking import Asked, Score
from seedsearch.store import FileRow, Opposite, Store, Stored

POOL = 100  # passages that are put in order by all evidence; the rest keep the engine's order
TRIES = 8  # a rebuild that replaces the index under a reader is met by opening again


class Results(NamedTuple):
    """Hits, best first; `total` counts all passages that match; `notes` are lines for people (what was cut short).

    Where nothing is found, `counts` tells for each word or phrase of the query in how many passages it occurs,
    and `nearest` for each word that occurs nowhere the indexed words that are spelt most like it.
    """

    hits: tuple[Hit, ...]
    total: int
    notes: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    nearest: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Status(NamedTuple):
    """What an index holds."""

    folder: Path
    root: Path
    engine: str
    complete: bool
    files: int
    documents: int
    passages: int
    languages: dict[str, int]


class Collection:
    """An index opened for reading. It sees the index as it was when opened; close it, or use it in a `with` statement."""

    def __init__(self, index: Path) -> None:
        self.index = index
        self._open()

    def _open(self) -> None:
        for _ in range(TRIES):
            self.manifest = manifest.read_manifest(self.index)
            manifest.check(self.index, self.manifest, analysis.identity())
            generation = self.index / self.manifest.generation
            try:
                self._store = Store(generation / "store.sqlite")
                self._engine: Engine = open_engine(self.manifest.engine, generation)
                return
            except (FileNotFoundError, IndexMissingError, IndexCorruptError) as error:
                # A rebuild may have swept this generation away between two of these steps.
                if not self._is_replaced():
                    raise _damaged(self.index, error) from None
        raise _damaged(self.index, None)

    def _is_replaced(self) -> bool:
        """Whether the index has a newer generation than the one that was opened."""
        return manifest.read_manifest(self.index).generation != self.manifest.generation

    def close(self) -> None:
        """Let go of the index's files."""
        self._engine.close()
        self._store.close()

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def root(self) -> Path:
        """The folder to which the paths in citations are relative."""
        return manifest.resolve_root(self.index, self.manifest)

    def search(self, text: str, *, limit: int = 10, lang: str | None = None, source: str | None = None) -> Results:
        """The `limit` best passages for a query.

        `lang` is a language tag ("zh" takes in "zh-Hant"), `source` a pattern for names of documents. Raises QuerySyntaxError
        where there is nothing to search for.
        """
        for _ in range(TRIES):
            try:
                found = self._search(text, limit, lang, source)
            except (FileNotFoundError, IndexMissingError, IndexCorruptError) as error:
                if not self._is_replaced():
                    raise _damaged(self.index, error) from None
                found = None
            if found is not None:
                return found
            self.close()
            self._open()
        raise _damaged(self.index, None)

    def _search(self, text: str, limit: int, lang: str | None, source: str | None) -> Results | None:
        """As `search`; None when the index changed under it."""
        parsed = query.parse(text)
        languages = [code for code in self.manifest.languages if lang is None or query.speaks(code, lang)]
        asked, answer, notes = self._match(parsed, languages, max(limit, POOL), lang, source)
        stored = self._store.passages(match.number for match in answer.matches)
        if len(stored) < len(answer.matches):
            return None
        ranked = self._ranked(asked, [(stored[match.number], match.score) for match in answer.matches])
        kept = _distinct(ranked, max(0, limit))
        hits = tuple(self._hit(rank, *found, asked) for rank, found in enumerate(kept, 1))
        counts = self._counts(text, lang, source) if not hits else ()
        notes = tuple(dict.fromkeys(note.replace(analysis.WRITTEN, "") for note in notes))
        nearest = self._nearest(text) if not hits else ()
        return Results(hits, answer.total, notes, counts, nearest)

    def _match(
        self, parsed: query.Parsed, languages: Sequence[str], limit: int, lang: str | None, source: str | None
    ) -> tuple[Asked, Answer, tuple[str, ...]]:
        """What is asked for, what the engine finds of it, and what to tell the user.

        Function words are not looked for where other words are; they count in the order. Where nothing holds the phrases and
        enough of the runs, what holds some of it is taken.
        """
        light = self._light(parsed.tree, languages)
        tree, compiled, answer = parsed.tree, None, None
        for share in (query.fair_share, _any):
            compiled = self._compile(parsed._replace(tree=query.without(tree, light)), languages, share)
            answer = self._engine.search(self._within(compiled.node, lang, source), limit)
            if answer.total:
                break
            tree = query.loosened(tree)
        assert compiled is not None and answer is not None
        notes = (*compiled.notes, *answer.notes)
        if answer.total and tree is not parsed.tree:
            notes = (*notes, "no passage holds the phrase and fits the rest; its words are searched one by one")
        return self._asked(tree, light, languages), answer, notes

    def _light(self, tree: Node, languages: Sequence[str]) -> Callable[[str], bool]:
        """What tells whether a typed word is a function word of the language in which the query is asked."""
        typed = query.typed(tree)
        asked = [word for text in typed for word in analysis.words(fold_text(text))]
        known = frozenset().union(*map(function_words, likely_languages(asked, [*languages, "en"])))
        capitals = any(text != text.upper() for text in typed)

        def is_light(text: str) -> bool:
            if capitals and len(text) > 1 and text.isupper():
                return False  # "US arms", "WHO reports"
            return all(word in known for word in analysis.words(fold_text(text)))

        return is_light

    def _asked(self, tree: Node, light: Callable[[str], bool], languages: Sequence[str]) -> Asked:
        """What the order of the passages depends on: every leaf, word and character, with what it is worth."""
        leaves = list(dict.fromkeys(snippets.parts(self._compile(query.Parsed(tree), languages, _any).node)))
        heavy = set(snippets.parts(self._compile(query.Parsed(query.without(tree, light)), languages, _any).node))
        weights = [self._worth(leaf) * (1.0 if leaf in heavy else reranking.LIGHT) for leaf in leaves]
        worth = {leaf.forms: weight for leaf, weight in zip(leaves, weights, strict=True) if isinstance(leaf, Term)}
        words: dict[str, float] = {}
        for text in query.typed(tree):
            if light(text):
                continue
            typed = analysis.words(fold_text(text))
            for word, forms in zip(typed, analysis.alternatives(text, languages), strict=True):
                words[word] = worth[forms] if forms in worth else self._worth(Term(ANYWHERE, forms))
        runs = [word for word in words if analysis.is_run(word)]
        characters = dict.fromkeys(c for word in runs for c in word if analysis.is_ideograph(c))
        return Asked(
            leaves,
            weights,
            {word: weight for word, weight in words.items() if len(word) > 2 and not analysis.is_run(word)},
            {c: self._worth(Term(ANYWHERE, (c,))) for c in characters},
        )

    def _worth(self, leaf: snippets.Leaf) -> float:
        return ranking.idf(self._frequency(leaf), self._engine.count())

    def _ranked(self, asked: Asked, found: Sequence[tuple[Stored, float]]) -> list[tuple[Stored, Score]]:
        """The pool in the order of all evidence, behind it the rest in the order of the engine."""
        pool = [stored for stored, _ in found[:POOL]]
        scores = reranking.rerank(asked, [stored.passage for stored in pool])
        ranked = sorted(zip(pool, scores, strict=True), key=lambda one: (-one[1].total, one[0].number))
        least = ranked[-1][1].total if ranked else 0.0
        return ranked + [(stored, Score((min(score, least),))) for stored, score in found[POOL:]]

    def _compile(self, parsed: query.Parsed, languages: Sequence[str], share: Callable[[int], int]) -> query.Compiled:
        """The tree of terms for what was typed; a word takes the forms that it has in these languages."""
        return query.translate(
            parsed,
            lambda word: analysis.alternatives(word, languages),
            self._documents,
            analysis.beginnings,
            lambda word: analysis.compound(word, languages),
            share,
        )

    def _documents(self, pattern: str) -> frozenset[int]:
        """Numbers of the documents whose name fits a pattern with * and ?; without them, whose name contains it."""
        fits = _pattern(pattern).search
        return frozenset(number for number, source in self._store.sources() if fits(source))

    def _frequency(self, leaf: snippets.Leaf) -> int:
        """In how many passages a part of the query occurs; for a phrase, its rarest word."""
        if isinstance(leaf, Term):
            return self._engine.frequency(leaf.field, leaf.forms)
        if isinstance(leaf, Phrase):
            return min((self._engine.frequency(leaf.field, forms) for forms in leaf.positions), default=0)
        return self._engine.search(leaf, 0).total

    def _within(self, node: Node, lang: str | None, source: str | None) -> Node:
        """A tree with the filters that were given beside the query."""
        filters: list[Node] = [Language(lang)] if lang is not None else []
        if source is not None:
            filters.append(Within(self._documents(source)))
        return And((node, *filters)) if filters else node

    def _counts(self, text: str, lang: str | None, source: str | None) -> tuple[tuple[str, int], ...]:
        """For each word or phrase of the query, in how many of the passages that the filters let through it occurs."""
        counts = []
        for word in query.typed(query.parse(text).tree):
            with suppress(QuerySyntaxError):  # of the words that were typed, this one has no letters
                compiled = self._compile(query.parse(word), list(self.manifest.languages), query.fair_share)
                counts.append((word, self._engine.search(self._within(compiled.node, lang, source), 0).total))
        return tuple(counts)

    def _nearest(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """For each typed word that is not indexed, the indexed words nearest to it in spelling."""
        typed = (word for part in query.typed(query.parse(text).tree) for word in analysis.words(fold_text(part)))
        languages = list(self.manifest.languages)
        missing = [
            word
            for word in dict.fromkeys(typed)
            if not analysis.is_run(word) and not self._engine.frequency(ANYWHERE, analysis.alternatives(word, languages)[0])
        ]
        return tuple((word, found) for word in missing if (found := spelling.nearest(word, self._engine.expand)))

    def _hit(self, rank: int, found: tuple[Stored, Score], others: tuple[Stored, ...], asked: Asked) -> Hit:
        stored, score = found
        passage = stored.passage
        matches = snippets.matches(analysis.tokens(passage.text, passage.language), asked.leaves, asked.weights)
        cut = snippets.snippet(passage.text, matches)
        excerpt = passage.text[cut.start : cut.end]
        begin = passage.span.start_char
        opposite = self.opposite(passage, begin + cut.start, begin + cut.end)
        places = tuple(Place(other.passage.source, *other.passage.span[2:4]) for other in others)
        return Hit(rank, score.total, passage, stored.sha256, excerpt, cut.marks, opposite, places, self._reasons(asked, score))

    def _reasons(self, asked: Asked, score: Score) -> tuple[Reason, ...]:
        """A score in words: what each part of the query gives, then the other evidence; what gives nothing is left out."""
        count = self._engine.count()
        named = [
            Reason(reranking.name(leaf), value, f"in {self._frequency(leaf)} of {count} passages")
            for leaf, value in zip(asked.leaves, score.leaves, strict=False)
        ]
        further = zip(reranking.EVIDENCE.items(), score[1:], strict=True)
        named += [Reason(name, value, grounds) for (name, grounds), value in further]
        return tuple(reason for reason in named if reason.score)

    def opposite(self, passage: Passage, start_char: int, end_char: int) -> tuple[Counterpart, ...]:
        """What translates the part of a passage between two offsets of its document: a slice of each passage opposite."""
        if not passage.counterparts:
            return ()
        places = self._store.opposite(passage, start_char, end_char)
        found = (_counterpart(stored.passage, places) for stored in self._store.by_id(passage.counterparts))
        return tuple(counterpart for counterpart in found if counterpart is not None)

    def passages_at(self, source: str, start_line: int, end_line: int) -> list[Stored]:
        """The passages of a document that touch these lines, in order."""
        return self._store.at(source, start_line, end_line)

    def sources(self, text: str, limit: int) -> list[tuple[str, float]]:
        """The documents of the `limit` best passages with the score of each passage, best first, as `search` has them."""
        parsed = query.parse(text)
        asked, answer, _ = self._match(parsed, list(self.manifest.languages), max(limit, POOL), None, None)
        stored = self._store.passages(match.number for match in answer.matches)
        ranked = self._ranked(asked, [(stored[match.number], match.score) for match in answer.matches])
        return [(one.passage.source, score.total) for one, score in ranked[:limit]]

    def status(self) -> Status:
        """What the index holds."""
        files, documents, passages = self._store.counts()
        found = self.manifest
        return Status(self.index, self.root, found.engine, found.complete, files, documents, passages, self._store.languages())

    def files(self) -> list[FileRow]:
        """Every file, also those that were skipped, by name."""
        return list(self._store.files())


def _counterpart(other: Passage, places: Sequence[Opposite]) -> Counterpart | None:
    """The slice of a passage that reaches from the first to the last of some places in it."""
    span = other.span
    inside = [place for place in places if place.start_char < span.end_char and place.end_char > span.start_char]
    if not inside:
        return None
    start = max(span.start_char, inside[0].start_char)
    end = min(span.end_char, max(place.end_char for place in inside))
    first = max(span.start_line, inside[0].start_line)
    last = min(span.end_line, max(place.end_line for place in inside))
    text = other.text[start - span.start_char : end - span.start_char]
    confidence = min(place.confidence for place in inside)
    return Counterpart(other.source, first, last, other.language, text, confidence)


def _damaged(index: Path, error: Exception | None) -> Exception:
    """What to tell of an index whose files are not what they should be."""
    if isinstance(error, IndexCorruptError):
        return error
    return IndexCorruptError(f"{index} lacks files that it should hold; {manifest.remedy(index)}")


def _distinct(ranked: Sequence[tuple[Stored, Score]], limit: int) -> list[tuple[tuple[Stored, Score], tuple[Stored, ...]]]:
    """The first passages, those that say the same shown once: each with the further places of what it says."""
    kept = duplicates.grouped([stored.passage.text for stored, _ in ranked], limit)
    return [(ranked[first], tuple(ranked[i][0] for i in others)) for first, *others in kept]


def _any(_: int) -> int:
    return 1


def _pattern(pattern: str) -> re.Pattern[str]:
    from fnmatch import translate

    if any(c in pattern for c in "*?["):
        # A pattern may fit the whole name or its last part: both 004* and reports/*.txt are natural.
        return re.compile(f"^(?:{translate(pattern)}|(?:.*/){translate(pattern)})", re.IGNORECASE)
    return re.compile(re.escape(pattern), re.IGNORECASE)


def open_collection(index: Path | str | None = None) -> Collection:
    """Open an index: the one given, from SEEDSEARCH_INDEX, or the nearest `index/` at or above the working directory."""
    return Collection(manifest.find_index(Path(index) if index is not None else None))

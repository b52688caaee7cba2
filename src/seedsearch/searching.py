"""The read path on one screen: query -> tree of terms -> engine -> passages -> closeness -> snippets and counterparts.

Beside it the same query in the other language (`crosslingual`), whose passages are ranked apart and follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from seedsearch import analysis, manifest, query, ranking, snippets
from seedsearch.counterparts import Found, counterparts
from seedsearch.engines import open_engine
from seedsearch.engines.protocol import Engine
from seedsearch.errors import IndexCorruptError, IndexMissingError, QuerySyntaxError
from seedsearch.query import And, Language, Node, Not, Phrase, Term, Within
from seedsearch.records import Counterpart, Hit, Passage
from seedsearch.store import FileRow, Store, Stored

if TYPE_CHECKING:
    from seedsearch.crosslingual import Interpreter, Question

POOL = 100  # passages that are looked at for closeness, at least; the rest keep the engine's order
LONGEST = 10_000  # characters of a query whose words are told apart in the hits
TRIES = 8  # a rebuild that replaces the index under a reader is met by opening again


class Results(NamedTuple):
    """Hits, best first; `total` counts all passages that match; `notes` are lines for people (what was cut short).

    Where nothing is found, `counts` tells for each word or phrase of the query in how many passages it occurs.
    """

    hits: tuple[Hit, ...]
    total: int
    notes: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]


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
        self.__dict__.pop("interpreter", None)
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

    def search(
        self, text: str, *, limit: int = 10, lang: str | None = None, source: str | None = None, translate: str = "auto"
    ) -> Results:
        """The `limit` best passages for a query, and behind them the `limit` best in the other language, by translation.

        `lang` is a language tag ("zh" takes in "zh-Hant"), `source` a pattern for names of documents. `translate` is "auto",
        "never" or "only" (nothing but the other language). Raises QuerySyntaxError where there is nothing to search for.
        """
        for _ in range(TRIES):
            try:
                found = self._search(text, limit, lang, source, translate)
            except (FileNotFoundError, IndexMissingError, IndexCorruptError) as error:
                if not self._is_replaced():
                    raise _damaged(self.index, error) from None
                found = None
            if found is not None:
                return found
            self.close()
            self._open()
        raise _damaged(self.index, None)

    def _search(self, text: str, limit: int, lang: str | None, source: str | None, translate: str) -> Results | None:
        """As `search`; None when the index changed under it."""
        compiled = self._compile(text, lang)
        question = self.question(text, lang, source) if translate != "never" else None
        translated = self.interpreter.translated(question, limit) if question else []
        # What a query and its translation find in the other language is ranked there.
        apart = [Not(Language(question.target))] if question and translated else []
        node = _all([compiled.node, *self._filters(lang, source), *apart])
        answer = self._engine.search(node, max(limit, POOL))
        stored = self._store.passages(match.number for match in answer.matches)
        if len(stored) < len(answer.matches):
            return None
        leaves = list(dict.fromkeys(snippets.parts(node)))
        weights = [ranking.idf(self._frequency(leaf), self._engine.count()) for leaf in leaves]
        ranked = sorted(
            (self._weighed(stored[match.number], match.score, leaves, weights) for match in answer.matches),
            key=lambda candidate: (-candidate.score, candidate.stored.number),
        )[: max(0, limit)]
        found = [] if translate == "only" else self._named(ranked, text, lang, leaves)
        if question:
            shown = {one.stored.number for one in found}
            others = self.interpreter.merged(question, translated, ranked, sum(weights), limit)
            found += [one for one in others if one.stored.number not in shown]
        hits = tuple(self._hit(rank, candidate) for rank, candidate in enumerate(found, 1))
        counts = self._counts(text, lang, source) if not hits else ()
        told = (*compiled.notes, *answer.notes, *(question.notes if question else _untranslated(translate)))
        notes = dict.fromkeys(note.replace(analysis.WRITTEN, "") for note in told)
        return Results(hits, answer.total, tuple(notes), counts)

    def question(self, text: str, lang: str | None = None, source: str | None = None) -> Question | None:
        """A query in the other language, Chinese or English, with its filters and those given beside it.

        None where the collection does not speak that language, or where the query has operators. Raises QuerySyntaxError.
        """
        plain = query.plain(query.parse(text).tree)
        direction = query.direction(" ".join(plain[0])) if plain else None
        if plain is None or direction is None or not any(query.speaks(code, direction[1]) for code in self.manifest.languages):
            return None
        words, typed = plain
        filters = self._filters(lang, source)
        for name, value in typed:
            filters += self._filters(value, None) if name == "lang" else self._filters(None, value)
        return self.interpreter.question(" ".join(words), *direction, tuple(filters))

    @cached_property
    def interpreter(self) -> Interpreter:
        """What translates queries; the dictionary is loaded with it."""
        from seedsearch.crosslingual import Interpreter

        return Interpreter(self._engine, self._store)

    def _compile(self, text: str, lang: str | None) -> query.Compiled:
        """The tree of terms for what was typed; a word takes the forms that it has in the languages of the collection."""
        languages = [code for code in self.manifest.languages if lang is None or query.speaks(code, lang)]
        return query.translate(
            query.parse(text),
            lambda word: analysis.alternatives(word, languages),
            self._documents,
            analysis.beginnings,
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

    def _filters(self, lang: str | None, source: str | None) -> list[Node]:
        """The filters that were given beside the query."""
        filters: list[Node] = [Language(lang.replace("_", "-"))] if lang is not None else []
        return filters + ([Within(self._documents(source))] if source is not None else [])

    def _counts(self, text: str, lang: str | None, source: str | None) -> tuple[tuple[str, int], ...]:
        """For each word or phrase of the query, in how many of the passages that the filters let through it occurs."""
        counts = []
        for word in query.typed(query.parse(text).tree):
            with suppress(QuerySyntaxError):  # of the words that were typed, this one has no letters
                node = _all([self._compile(word, lang).node, *self._filters(lang, source)])
                counts.append((word, self._engine.search(node, 0).total))
        return tuple(counts)

    def _weighed(self, stored: Stored, score: float, leaves: Sequence[snippets.Leaf], weights: Sequence[float]) -> Found:
        """A passage with the lift for words that stand close together added to the engine's score."""
        passage = stored.passage
        tokens = analysis.tokens(passage.text, passage.language)
        found = snippets.matches(tokens, leaves, weights)
        occurrences: list[list[int]] = [[] for _ in leaves]
        for match in found:
            occurrences[match.part].append(match.position)
        return Found(stored, score + ranking.proximity(occurrences, weights), found)

    def _named(self, found: Sequence[Found], text: str, lang: str | None, leaves: Sequence[snippets.Leaf]) -> list[Found]:
        """Passages with the words of the query that each holds."""
        names: dict[snippets.Leaf, str] = {}
        for word in query.typed(query.parse(text).tree) if len(text) <= LONGEST else ():
            with suppress(QuerySyntaxError):
                for leaf in snippets.parts(self._compile(word, lang).node):
                    names.setdefault(leaf, word)
        typed = [names.get(leaf, text) for leaf in leaves]
        return [one._replace(words=snippets.words(one.stored.passage.text, one.matches, typed)) for one in found]

    def _hit(self, rank: int, found: Found) -> Hit:
        passage = found.stored.passage
        cut = snippets.snippet(passage.text, found.matches)
        excerpt = passage.text[cut.start : cut.end]
        begin = passage.span.start_char
        opposite = self.opposite(passage, begin + cut.start, begin + cut.end)
        return Hit(rank, found.score, passage, found.stored.sha256, excerpt, cut.marks, opposite, found.match, found.words)

    def opposite(self, passage: Passage, start_char: int, end_char: int) -> tuple[Counterpart, ...]:
        """What translates the part of a passage between two offsets of its document: a slice of each passage opposite."""
        return tuple(other for _, other in counterparts(self._store, passage, start_char, end_char))

    def passages_at(self, source: str, start_line: int, end_line: int) -> list[Stored]:
        """The passages of a document that touch these lines, in order."""
        return self._store.at(source, start_line, end_line)

    def status(self) -> Status:
        """What the index holds."""
        files, documents, passages = self._store.counts()
        found = self.manifest
        return Status(self.index, self.root, found.engine, found.complete, files, documents, passages, self._store.languages())

    def files(self) -> list[FileRow]:
        """Every file, also those that were skipped, by name."""
        return list(self._store.files())


def _untranslated(translate: str) -> tuple[str, ...]:
    """What to tell where nothing but a translation was asked for, and there is none."""
    why = "only words and phrases are translated, from Chinese to English passages or from English to Chinese ones"
    return (f"not translated: {why}",) if translate == "only" else ()


def _all(nodes: Sequence[Node]) -> Node:
    return And(tuple(nodes)) if len(nodes) > 1 else nodes[0]


def _damaged(index: Path, error: Exception | None) -> Exception:
    """What to tell of an index whose files are not what they should be."""
    if isinstance(error, IndexCorruptError):
        return error
    return IndexCorruptError(f"{index} lacks files that it should hold; {manifest.remedy(index)}")


def _pattern(pattern: str) -> re.Pattern[str]:
    from fnmatch import translate

    if any(c in pattern for c in "*?["):
        # A pattern may fit the whole name or its last part: both 004* and reports/*.txt are natural.
        return re.compile(f"^(?:{translate(pattern)}|(?:.*/){translate(pattern)})", re.IGNORECASE)
    return re.compile(re.escape(pattern), re.IGNORECASE)


def open_collection(index: Path | str | None = None) -> Collection:
    """Open an index: the one given, from SEEDSEARCH_INDEX, or the nearest `index/` at or above the working directory."""
    return Collection(manifest.find_index(Path(index) if index is not None else None))

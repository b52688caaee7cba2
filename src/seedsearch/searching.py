"""The read path on one screen: query -> tree of terms -> engine -> pool -> order -> snippets and counterparts.

Beside it the same query in the other language (`crosslingual`), whose passages are ranked apart and follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from seedsearch import analysis, collector, cutting, duplicates, manifest, patterns, query, reranking, snippets, spelling
from seedsearch.asking import Asker
from seedsearch.counterparts import Found, counterparts
from seedsearch.engines import open_engine
from seedsearch.engines.protocol import Answer, Engine, Match
from seedsearch.errors import IndexCorruptError, IndexMissingError, QuerySyntaxError
from seedsearch.folding import fold_text
from seedsearch.function_words import may_be_in
from seedsearch.pool import Page, Places, find, read
from seedsearch.query import ANYWHERE, And, Language, Leaf, Node, Not
from seedsearch.records import Counterpart, Hit, Passage, Place, Reason
from seedsearch.reranking import Asked, Score
from seedsearch.store import KEPT, ROWS, Candidate, FileRow, Store, Stored
from seedsearch.tuples import NamedTuple

if TYPE_CHECKING:
    from seedsearch.crosslingual import Interpreter, Question

PATTERNS = 4  # whose documents are remembered: of a million, those of one take a tenth of a second to tell
FOUND = 10  # hits in either language from which the other language's are made at least, however few are asked for
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


class Ranked(NamedTuple):
    """A passage in its place, with the words of it and the places where the parts of the query stand."""

    candidate: Candidate
    score: Score
    page: Page
    places: Places


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
                self._askers: dict[tuple[str, ...], Asker] = {}
                self._documents = lru_cache(PATTERNS)(partial(patterns.matching, self._store))
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
                with collector.patient():
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
        question = self.question(text, lang, source) if translate != "never" else None
        translated, apart = self._in_other_language(question, limit)
        asker, parsed = self._asker(lang), query.parse(text)
        asked, answer, notes = asker.match(parsed, max(limit, reranking.POOL), [*self._filters(lang, source), *apart])
        size = max(limit, reranking.depth([match.score for match in answer.matches]))
        ranked = self._ranked(asked, answer.matches[:size])
        wanted = max(limit, FOUND if question else 0)
        typed = _typed(text, parsed.tree, asker, asked)
        found = self._direct(ranked, wanted, typed, asked) if ranked is not None else None
        if found is not None and len(found) < limit and size < len(answer.matches):  # many of them say the same
            ranked = self._ranked(asked, answer.matches)
            found = self._direct(ranked, wanted, typed, asked) if ranked is not None else None
        if found is None:
            return None
        shown = [] if translate == "only" else found[: max(0, limit)]
        grounds = self._grounds(asker, asked) if shown else []
        hits = [self._hit(one, score, others, _reasons(grounds, score)) for one, score, others in shown]
        if question:
            direct = [one._replace(score=sum(score.leaves)) for one, score, _ in found[:FOUND]]
            known = {one.stored.number for one, *_ in shown}
            others = self.interpreter.merged(question, translated, direct, sum(asked.weights), limit)
            hits += [
                self._hit(one, Score((one.score,)), (), _translated(one)) for one in others if one.stored.number not in known
            ]
        told = (*notes, *(question.notes if question else _untranslated(translate)))
        return Results(
            tuple(hit._replace(rank=rank) for rank, hit in enumerate(hits, 1)),
            answer.total,
            tuple(dict.fromkeys(note.replace(analysis.WRITTEN, "") for note in told)),
            self._counts(text, lang, source) if not hits else (),
            self._nearest(text) if not hits else (),
        )

    def sources(self, text: str, limit: int) -> list[tuple[str, float]]:
        """The documents of the `limit` best passages with the score of each passage, best first, as `search` has them.

        Those found by translation follow those found directly.
        """
        translated, apart = self._in_other_language(self.question(text), limit)
        asked, answer, _ = self._asker(None).match(query.parse(text), max(limit, reranking.POOL), apart)
        ranked = self._ranked(asked, answer.matches) or []
        stored = self._store.passages(one.candidate.number for one in ranked[:limit])
        known = ((stored.get(one.candidate.number), one.score.total) for one in ranked[:limit])
        found = [(one.passage.source, score) for one, score in known if one]
        least = found[-1][1] if found else 0.0
        return found + [(one.stored.passage.source, least - rank) for rank, one in enumerate(translated[:limit], 1)]

    def _in_other_language(self, question: Question | None, limit: int) -> tuple[list[Found], list[Node]]:
        """What a query finds in the other language by translation; if anything, the filter that leaves that language to it."""
        translated = self.interpreter.translated(question, max(limit, FOUND)) if question else []
        return translated, [Not(Language(question.target))] if question and translated else []

    def question(self, text: str, lang: str | None = None, source: str | None = None) -> Question | None:
        """A query in the other language, Chinese or English, with its filters and those given beside it.

        None where the collection does not speak that language, or where the query has operators. Raises QuerySyntaxError.
        """
        plain = query.plain(query.parse(text).tree)
        direction = query.direction(" ".join(plain[0])) if plain else None
        if plain is None or direction is None or not any(query.speaks(code, direction[1]) for code in self.manifest.languages):
            return None
        words, typed = plain
        asked = [word for text in words for word in cutting.words(fold_text(text))]
        if direction[0] == "en" and not may_be_in("en", asked, self.manifest.languages):
            return None
        filters = self._filters(lang, source)
        for name, value in typed:
            filters += self._filters(value, None) if name == "lang" else self._filters(None, value)
        return self.interpreter.question(" ".join(words), *direction, tuple(filters))

    @cached_property
    def interpreter(self) -> Interpreter:
        """What translates queries; the dictionary is loaded with it."""
        from seedsearch.crosslingual import Interpreter

        model = self.manifest.model
        if not model:
            return Interpreter(self._engine, self._store, self._best)
        from seedsearch import encoder
        from seedsearch.vectors import Vectors

        if model == encoder.identity():
            return Interpreter(self._engine, self._store, self._best, Vectors(self.index / self.manifest.generation))
        return Interpreter(self._engine, self._store, self._best, note=encoder.missing(model))

    def _asker(self, lang: str | None) -> Asker:
        """What puts queries to the engine: words take the forms that they have in the languages that are searched."""
        languages = tuple(code for code in self.manifest.languages if lang is None or query.speaks(code, lang))
        if languages not in self._askers:
            self._askers[languages] = Asker(self._engine, languages, self._documents, self._best)
        return self._askers[languages]

    def _best(self, node: Node, limit: int) -> Answer:
        """The engine's best matches; where a first run has not ended, of those passages that the store has by now."""
        answer = self._engine.search(node, limit)
        last = None if self.manifest.complete else self._store.last()
        if last is None or all(match.number <= last for match in answer.matches):
            return answer
        matches = self._engine.search(node, limit + KEPT + ROWS).matches
        return answer._replace(matches=[match for match in matches if match.number <= last][:limit])

    def _ranked(self, asked: Asked, matches: Sequence[Match]) -> list[Ranked] | None:
        """The pool in the order of all evidence, behind it the rest in the order of the engine; None where one is gone."""
        known = self._store.candidates(match.number for match in matches)
        if len(known) < len(matches):
            return None
        size = reranking.depth([match.score for match in matches])
        rows = [known[match.number] for match in matches]
        pool = read((one.language, one.text, one.headings) for one in rows)
        places = find(asked.leaves, pool)
        # What is ordered does not depend on how much is asked for.
        scores = reranking.rerank(asked, pool._replace(pages=pool.pages[:size]), places[:size])
        totals = [score.total for score in scores]
        least = min(totals, default=0.0)
        scores += [Score((min(match.score, least),)) for match in matches[size:]]
        ranked = list(map(Ranked._make, zip(rows, scores, pool.pages, places, strict=True)))
        order = sorted(range(size), key=lambda i: (-totals[i], rows[i].number))
        return [ranked[i] for i in order] + ranked[size:]

    def _filters(self, lang: str | None, source: str | None) -> list[Node]:
        """The filters that were given beside the query."""
        filters: list[Node] = [Language(lang.replace("_", "-"))] if lang is not None else []
        return filters + ([query.within(self._documents(source))] if source is not None else [])

    def _counts(self, text: str, lang: str | None, source: str | None) -> tuple[tuple[str, int], ...]:
        """For each word or phrase of the query, in how many of the passages that all filters let through it occurs."""
        asker = self._asker(None)
        counts = []
        tree = query.parse(text).tree
        for word in query.typed(tree):
            with suppress(QuerySyntaxError):  # of the words that were typed, this one has no letters
                asked = query.Parsed(And((query.parse(word).tree, *query.filters(tree))))
                node = _all([asker.compiled(asked).node, *self._filters(lang, source)])
                counts.append((word, self._engine.search(node, 0).total))
        return tuple(counts)

    def _nearest(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """For each typed word that is not indexed, the indexed words nearest to it in spelling."""
        typed = (word for part in query.typed(query.parse(text).tree) for word in cutting.words(fold_text(part)))
        languages = list(self.manifest.languages)
        missing = [
            word
            for word in dict.fromkeys(typed)
            if not cutting.is_run(word) and not self._engine.frequency(ANYWHERE, analysis.alternatives(word, languages)[0])
        ]
        return tuple((word, found) for word in missing if (found := spelling.nearest(word, languages, self._engine.expand)))

    def _direct(
        self, ranked: Sequence[Ranked], limit: int, typed: Sequence[str], asked: Asked
    ) -> list[tuple[Found, Score, tuple[Stored, ...]]] | None:
        """The first passages with the places that matched; those that say the same once, with the others beside.

        None where one is gone. `typed` has for each part of the query the word or phrase of which it is one.
        """
        groups = duplicates.grouped([one.candidate.text for one in ranked], [one.page for one in ranked], limit)
        numbers = [[ranked[i].candidate.number for i in group] for group in groups]
        stored = self._store.passages(chain.from_iterable(numbers))
        if len(stored) < sum(map(len, numbers)):
            return None
        found = []
        for (first, *_), (number, *others) in zip(groups, numbers, strict=True):
            candidate, score, page, places = ranked[first]
            matches = snippets.located(candidate.text, page, places, asked.leaves, asked.weights)
            words = snippets.words(candidate.text, matches, typed)
            one = Found(stored[number], score.total, matches, words)
            found.append((one, score, tuple(stored[other] for other in others)))
        return found

    def _hit(self, found: Found, score: Score, others: Sequence[Stored], reasons: tuple[Reason, ...]) -> Hit:
        passage = found.stored.passage
        cut = snippets.snippet(passage.text, found.matches)
        begin = passage.span.start_char
        return Hit(
            0,
            score.total,
            passage,
            found.stored.sha256,
            passage.text[cut.start : cut.end],
            cut.marks,
            self.opposite(passage, begin + cut.start, begin + cut.end),
            tuple(Place(other.passage.source, *other.passage.span[2:4]) for other in others),
            reasons,
            found.match,
            found.words,
        )

    def _grounds(self, asker: Asker, asked: Asked) -> list[tuple[str, str]]:
        """What a part of the query is called, and in how many passages it occurs; behind them the further kinds of evidence."""
        count = self._engine.count()
        named = [(reranking.name(leaf), f"in {asker.frequency(leaf)} of {count} passages") for leaf in asked.leaves]
        return [*named, *reranking.EVIDENCE.items()]

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


def _typed(text: str, tree: Node, asker: Asker, asked: Asked) -> list[str]:
    """For each part of a query the word or phrase, as typed, of which it is one."""
    names: dict[Leaf, str] = {}
    for word in query.typed(tree):
        for leaf in asker.typed(word):
            names.setdefault(leaf, word)
    return [names.get(leaf, text) for leaf in asked.leaves]


def _reasons(grounds: Sequence[tuple[str, str]], score: Score) -> tuple[Reason, ...]:
    """A score in words: what each part of the query gives, then the other evidence; what gives nothing is left out.

    A passage that was not put in order has but one number, which stands for the first part.
    """
    further = len(grounds) - len(reranking.EVIDENCE)
    values = [*zip(grounds[:further], score.leaves, strict=False), *zip(grounds[further:], score[1:], strict=True)]
    return tuple(Reason(name, value, why) for (name, why), value in values if value)


def _translated(found: Found) -> tuple[Reason, ...]:
    """A score by translation in words: the share of the query's weight that the passage answers."""
    words = ", ".join(f"{word} {other}" for word, other in found.words)
    translation = Reason("translation", found.score - found.likeness, f"the share of the query that it answers: {words}")
    meaning = Reason("meaning", found.likeness, "how alike the vectors of query and passage are (their cosine times .7)")
    return tuple(reason for reason in (translation, meaning) if reason.score)


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


def open_collection(index: Path | str | None = None) -> Collection:
    """Open an index: the one given, from SEEDSEARCH_INDEX, or the nearest `index/` at or above the working directory."""
    return Collection(manifest.find_index(Path(index) if index is not None else None))

"""What bench/speed.py compares: our engines and what a user might take instead, all fed the same terms.

Each contender has the same few verbs. A passage is an `Entry` of ours; contenders of others get its terms, and after them
the alternatives of terms, as one text with spaces. A question is a `speed_corpus.Question`; a contender that cannot ask it says
so with None. `Whole` alone is what a user gets: from files to hits with snippets and citations.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from speed_corpus import Question

from seedsearch.engines import Entry, create_engine, open_engine
from seedsearch.indexing import build
from seedsearch.query import And, Language, Node, Or, Phrase, Prefix, Term
from seedsearch.searching import open_collection

TOP = 10


class Contender(Protocol):
    """An index in a folder of its own."""

    name: str

    def build(self, entries: Iterable[Entry]) -> None:
        """Make the index anew, in one commit."""

    def open(self) -> None:
        """Open it for searching."""

    def search(self, question: Question) -> int | None:
        """How many of the ten best there are; None where this kind of question cannot be asked."""

    def change(self, remove: Sequence[int], add: Sequence[Entry]) -> None:
        """Remove documents and add passages, in one commit."""


class Whole:
    """The whole of seedsearch: files are read and indexed, what is typed is parsed, searched, ranked, shown in snippets."""

    def __init__(self, engine: str, folder: Path, path: Path) -> None:
        self.name, self.engine, self.folder, self.path = f"whole query, {engine}", engine, folder, path

    def build(self, entries: Iterable[Entry]) -> None:
        """See Contender; the passages are read from the files again."""
        build([self.path], self.folder, engine=self.engine, jobs=1)

    def open(self) -> None:
        """See Contender."""
        self.collection = open_collection(self.folder)

    def search(self, question: Question) -> int | None:
        """See Contender."""
        return len(self.collection.search(question.text, limit=TOP, lang=question.language or None).hits)

    def change(self, remove: Sequence[int], add: Sequence[Entry]) -> None:
        """See Contender: files that change are another matter, see `seedsearch index`."""
        raise NotImplementedError


def flat(entry: Entry) -> str:
    """All terms of a passage as one text: those at each position, then their alternatives."""
    words = [*entry.body, *entry.heading]
    first = [word if isinstance(word, str) else word[0] for word in words if word]
    return " ".join([*first, *(term for word in words if not isinstance(word, str) for term in word[1:])])


class Ours:
    """One of our engines."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.name, self.engine, self.folder = f"seedsearch, {engine}", engine, folder

    def build(self, entries: Iterable[Entry]) -> None:
        """See Contender."""
        create_engine(self.engine, self.folder).close()
        self.open()
        with self.opened.write() as writer:
            for entry in entries:
                writer.add(entry)

    def open(self) -> None:
        """See Contender."""
        self.opened = open_engine(self.engine, self.folder)

    def search(self, question: Question) -> int | None:
        """See Contender."""
        return len(self.opened.search(_node(question), TOP).matches)

    def change(self, remove: Sequence[int], add: Sequence[Entry]) -> None:
        """See Contender."""
        with self.opened.write() as writer:
            if remove:
                writer.remove(remove)
            for entry in add:
                writer.add(entry)


def _node(question: Question) -> Node:
    if question.kind == "phrase":
        return Phrase("any", tuple((term,) for term in question.terms))
    if question.kind == "prefix":
        return Prefix("any", question.terms[0])
    either = Or(tuple(Term("any", (term,)) for term in question.terms))
    return And((either, Language(question.language))) if question.kind == "filter" else either


class RawTantivy:
    """Tantivy as its own documentation uses it: one text field, one thread, the passage number from a fast field."""

    name = "raw tantivy"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _index(self, schema: Any = None) -> Any:
        import tantivy

        index = tantivy.Index(schema, str(self.folder)) if schema else tantivy.Index.open(str(self.folder))
        index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        return index

    def build(self, entries: Iterable[Entry]) -> None:
        """See Contender."""
        import tantivy

        self.folder.mkdir()
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("number", fast=True)
        builder.add_integer_field("document", indexed=True)
        builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("text", tokenizer_name="spaces", index_option="position")
        self._write(self._index(builder.build()), (), entries)

    def _write(self, index: Any, remove: Iterable[int], add: Iterable[Entry]) -> None:
        import tantivy

        writer = index.writer(100_000_000, 1)
        for document in remove:
            writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "document", document))
        for entry in add:
            fields = {"number": entry.number, "document": entry.document, "language": entry.language, "text": flat(entry)}
            writer.add_document(tantivy.Document(**fields))
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        """See Contender."""
        import tantivy

        index = self._index()
        self.schema, self.searcher = index.schema, index.searcher()
        self.queries, self.occur = tantivy.Query, tantivy.Occur

    def search(self, question: Question) -> int | None:
        """See Contender."""
        if question.kind == "prefix":
            return None
        hits = self.searcher.search(self._query(question), TOP).hits
        return len(self.searcher.fast_field_values("number", [address for _, address in hits]))

    def _query(self, question: Question) -> Any:
        if question.kind == "phrase":
            return self.queries.phrase_query(self.schema, "text", list(question.terms))
        terms = [self.queries.term_query(self.schema, "text", term, "freq") for term in question.terms]
        either = self.queries.boolean_query([(self.occur.Should, term) for term in terms])
        if question.kind != "filter":
            return either
        language = self.queries.term_query(self.schema, "language", question.language)
        return self.queries.boolean_query([(self.occur.Must, either), (self.occur.Must, language)])

    def change(self, remove: Sequence[int], add: Sequence[Entry]) -> None:
        """See Contender."""
        self._write(self._index(), remove, add)


class Fts5:
    """SQLite's full-text index, the texts not kept beside it; ranked by its BM25."""

    name = "SQLite FTS5"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.added: dict[int, tuple[int, str]] = {}

    def build(self, entries: Iterable[Entry]) -> None:
        """See Contender."""
        self.folder.mkdir()
        self.open()
        characters = "".join(chr(code) for code in (0x04, 0x27, 0x2E, 0x5F)).replace("'", "''")
        options = f"content='', tokenize=\"unicode61 remove_diacritics 0 tokenchars '{characters}'\""
        self.connection.execute(f"CREATE VIRTUAL TABLE passage USING fts5(text, {options})")
        self.connection.execute("CREATE TABLE place (number INTEGER PRIMARY KEY, document INTEGER, language TEXT)")
        unread = iter(entries)
        with self.connection:
            while batch := list(islice(unread, 1000)):
                self._add(batch, [(entry.number, flat(entry)) for entry in batch])

    def open(self) -> None:
        """See Contender."""
        self.connection = sqlite3.connect(self.folder / "fts5.sqlite")

    def search(self, question: Question) -> int | None:
        """See Contender."""
        terms = [f'"{term}"' for term in question.terms]
        match = " + ".join(terms) if question.kind == "phrase" else " OR ".join(terms)
        match += "*" if question.kind == "prefix" else ""
        if question.kind == "filter":
            sql = (
                "SELECT passage.rowid FROM passage JOIN place ON place.number = passage.rowid"
                " WHERE passage MATCH ? AND language = ? ORDER BY rank LIMIT ?"
            )
            return len(self.connection.execute(sql, (match, question.language, TOP)).fetchall())
        sql = "SELECT rowid FROM passage WHERE passage MATCH ? ORDER BY rank LIMIT ?"
        return len(self.connection.execute(sql, (match, TOP)).fetchall())

    def change(self, remove: Sequence[int], add: Sequence[Entry]) -> None:
        """See Contender. To remove from an index without the texts, SQLite wants them again; those added last are known."""
        with self.connection:
            gone = [self.added[document] for document in remove]
            self.connection.executemany("INSERT INTO passage (passage, rowid, text) VALUES ('delete', ?, ?)", gone)
            rows = [(entry.number, flat(entry)) for entry in add]
            self._add(add, rows)
        self.added = {entry.document: row for entry, row in zip(add, rows, strict=True)}

    def _add(self, entries: Sequence[Entry], rows: Sequence[tuple[int, str]]) -> None:
        """Write passages and where they belong."""
        self.connection.executemany("INSERT INTO passage (rowid, text) VALUES (?, ?)", rows)
        places = ((entry.number, entry.document, entry.language) for entry in entries)
        self.connection.executemany("INSERT OR REPLACE INTO place VALUES (?, ?, ?)", places)


class StockWhoosh:
    """Whoosh with its own writer, codec and searcher."""

    name = "stock Whoosh"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self, entries: Iterable[Entry]) -> None:
        """See Contender."""
        from whoosh.analysis.tokenizers import SpaceSeparatedTokenizer
        from whoosh.fields import ID, NUMERIC, TEXT, Schema
        from whoosh.index import create_in

        self.folder.mkdir()
        text = TEXT(analyzer=SpaceSeparatedTokenizer())
        create_in(str(self.folder), Schema(number=NUMERIC(stored=True), document=ID, language=ID, text=text))
        self.change((), list(entries))

    def open(self) -> None:
        """See Contender."""
        from whoosh.index import open_dir

        self.searcher = open_dir(str(self.folder)).searcher()

    def search(self, question: Question) -> int | None:
        """See Contender."""
        from whoosh.query.compound import Or as Either
        from whoosh.query.positional import Phrase as InOrder
        from whoosh.query.terms import Prefix as Beginning
        from whoosh.query.terms import Term as Word

        if question.kind == "phrase":
            query: Any = InOrder("text", list(question.terms))
        elif question.kind == "prefix":
            query = Beginning("text", question.terms[0])
        else:
            query = Either([Word("text", term) for term in question.terms])
        only = Word("language", question.language) if question.kind == "filter" else None
        return len([hit["number"] for hit in self.searcher.search(query, limit=TOP, filter=only)])

    def change(self, remove: Sequence[int], add: Sequence[Entry]) -> None:
        """See Contender."""
        from whoosh.index import open_dir
        from whoosh.query.compound import Or as Either
        from whoosh.query.terms import Term as Word

        writer: Any = open_dir(str(self.folder)).writer(limitmb=128)
        if remove:
            writer.delete_by_query(Either([Word("document", str(document)) for document in remove]))
        for entry in add:
            writer.add_document(number=entry.number, document=str(entry.document), language=entry.language, text=flat(entry))
        writer.commit()

"""A tree of terms -> Tantivy's query.

Alternatives of alternatives are laid flat into one Boolean query, and terms that no passage holds are left out: Tantivy
is fastest on a flat row of terms. Filters score nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from seedsearch.engines.protocol import MAX_EXPANSION, cut_note
from seedsearch.engines.tantivy_layout import MARK, SLOTS, decode, encode
from seedsearch.engines.tantivy_sieve import MAX_RANGES, MAX_SET, WORTH_RANGE, runs
from seedsearch.query import And, Everything, Group, Language, Node, Not, Or, Phrase, Prefix, Term, Within, speaks
from seedsearch.ranking import idf, saturate

if TYPE_CHECKING:
    from tantivy import Query, Schema, Searcher

MAX_WAYS = 81
"""Ways in which a phrase is looked for, where its terms may stand in the slots of alternatives: four positions of three."""
FEW = 4
"""Ways beyond which it is first asked which words of a phrase stand in any passage together: .2 milliseconds each time, where
a way costs .13."""
MAX_COUNTED = 2_500_000
"""Postings that are counted to see whether enough alternatives match, at some 60 nanoseconds each."""
MAX_COMPARED, ENOUGH = 32, 8
"""Positions of a phrase that are compared, the rarest: in 900,000 passages 128 took half a second, 32 take 140 milliseconds.
Where ways times positions are more than MAX_OPENED, only those positions are compared that leave no choice, if ENOUGH."""
MAX_OPENED = 128
TIED, USES = 0.4, 3
"""How a group is scored, as Tantivy cannot add up weighted frequencies: its best member and TIED of the others, each as if it
stood USES times. nDCG@10 on XQuAD, English to Chinese and back: .850, .887; with added frequencies (Whoosh) .855, .889. With .5
and 1 it is .848, .884; without the idf of all members together .828, .865."""
KEPT = 20_000
"""Terms that are remembered: a question shares most of its words with those before."""

_Choice: TypeAlias = tuple[int, list[str]]


class State:
    """The index as it was when opened or refreshed: Tantivy's searcher, and what has been looked up in it."""

    def __init__(self, schema: Schema, searcher: Searcher) -> None:
        import tantivy

        self.schema, self.searcher = schema, searcher
        self.passages = searcher.num_docs  # those that are not removed
        self.queries, self.occur, self.types, self.order = tantivy.Query, tantivy.Occur, tantivy.FieldType, tantivy.Order
        self._terms: dict[tuple[str, str], tuple[list[tuple[str, int]], list[Query]]] = {}
        self.filtered: tuple[frozenset[int], Query | None] | None = None  # the last filter for documents
        self._counts: dict[tuple[str, tuple[str, ...]], int] = {}
        self._phrases: dict[Phrase, int] = {}

    @cached_property
    def languages(self) -> list[tuple[str, int]]:
        """The tags that occur, and how many passages have each, removed ones included."""
        return self.searcher.terms_with_prefix("language", "")

    @cached_property
    def largest(self) -> int:
        """The largest number of a passage."""
        hits = self.searcher.search(self.queries.all_query(), 1, order_by_field="number").hits
        return int(hits[0][0]) if hits else 0

    @cached_property
    def is_whole(self) -> bool:
        """Whether no passage that was removed is still in the files, so that Tantivy's own frequencies are right."""
        return sum(count for _, count in self.languages) == self.passages

    def tokens(self, field: str, forms: Iterable[str]) -> list[tuple[str, int]]:
        """What stands in the index for any of these terms, with its frequency, removed passages included."""
        return [found for form in dict.fromkeys(forms) for found in self._known(field, form)[0]]

    def leaves(self, field: str, forms: Sequence[str]) -> list[Query]:
        """Queries of which any matches where any of these terms is."""
        if len(forms) == 1:
            return self._known(field, forms[0])[1]
        return [leaf for form in dict.fromkeys(forms) for leaf in self._known(field, form)[1]]

    def _known(self, field: str, form: str) -> tuple[list[tuple[str, int]], list[Query]]:
        """What stands for one term, as it is and as an alternative, where it does; remembered."""
        known = self._terms.get((field, form))
        if known is None:
            encoded = encode(form)
            counts = [(token, self.searcher.doc_freq(field, token)) for token in (encoded, MARK + encoded)]
            tokens = [(token, count) for token, count in counts if count]
            known = tokens, [self.queries.term_query(self.schema, field, token, "freq") for token, _ in tokens]
            if len(self._terms) >= KEPT:
                self._terms.clear()
            self._terms[field, form] = known
        return known

    def count(self, field: str, forms: Sequence[str]) -> int:
        """Passages with any of these terms; removed ones do not count."""
        tokens = self.tokens(field, forms)
        if not tokens:
            return 0
        if len(tokens) == 1 and self.is_whole:
            return tokens[0][1]
        key = field, tuple(token for token, _ in tokens)
        if key not in self._counts:
            if len(self._counts) >= KEPT:
                self._counts.clear()
            either = self.queries.boolean_query([(self.occur.Should, leaf) for leaf in self.leaves(field, forms)])
            self._counts[key] = int(self.searcher.search(either, 1).count)  # type: ignore[attr-defined]
        return self._counts[key]

    def holding(self, phrase: Phrase, query: Query) -> int:
        """How many passages hold a phrase, for which this is the query; remembered."""
        if phrase not in self._phrases:
            if len(self._phrases) >= KEPT:
                self._phrases.clear()
            self._phrases[phrase] = int(self.searcher.search(query, 1).count)  # type: ignore[attr-defined]
        return self._phrases[phrase]

    def expand(self, field: str, prefix: str, limit: int) -> list[str]:
        """The most frequent terms with this beginning, as terms and as alternatives of others."""
        if limit <= 0:
            return []
        counts: dict[str, int] = {}
        encoded = encode(prefix)
        for start in (encoded, MARK + encoded) if encoded else ("",):
            for token, count in self.searcher.terms_with_prefix(field, start, limit=limit if start else None):
                term = decode(token)
                counts[term] = counts.get(term, 0) + count
        return sorted(counts, key=lambda term: (-counts[term], term))[:limit]


class Translation:
    """One tree made into a query; `notes` tell what was cut short."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.notes: dict[str, None] = {}

    def query(self, node: Node) -> Query | None:
        """The query for a tree, None where nothing can match."""
        if isinstance(node, Or) and node.minimum == 1:  # most are; the patterns below take 8 microseconds to come to it
            return self._either(self._leaves(node))
        match node:
            case And(children):
                return self._all(children)
            case Or(children, minimum) if minimum > 1:
                return self._some(children, minimum)
            case Or(children, minimum) if minimum <= 0:
                return self._all((node,))
            case Not(_):
                return self._all((node,))
            case Language(prefix):
                return self._language(prefix)
            case Within(documents):
                return self._within(documents)
            case Everything():
                return self._everything()
        return self._either(self._leaves(node))

    def _leaves(self, node: Node) -> list[Query]:
        """Queries of which any may match."""
        match node:
            case Term(field, forms):
                return self.state.leaves(field, forms)
            case Prefix(field, text):
                terms = self.state.expand(field, text, MAX_EXPANSION + 1)
                if len(terms) > MAX_EXPANSION:
                    self.notes[cut_note(text)] = None
                return self._leaves(Term(field, tuple(terms[:MAX_EXPANSION])))
            case Phrase(field, positions):
                return self._phrases(field, positions)
            case Group(members):
                return self._group(members)
            case Or(children, 1):
                found: list[Query] = []
                for child in children:
                    # Most are terms; the rest of this method costs each a microsecond.
                    found += self.state.leaves(*child) if isinstance(child, Term) else self._leaves(child)
                return found
        query = self.query(node)
        return [query] if query is not None else []

    def _group(self, members: Sequence[tuple[float, Node]]) -> list[Query]:
        """The best of the members, and TIED of the others, with the idf of all of them together.

        In scale with `ranking`: a member of weight 1 that stands once in a passage of average length has what it has there.
        """
        queries, passages = self.state.queries, self.state.passages
        found = [(weight, *one) for weight, member in members for one in self._weighed(member)]
        together = idf(min(sum(min(1.0, weight) * count for weight, _, _, count in found), passages), passages)
        scale = together * saturate(1) / saturate(USES)
        boosted = [
            queries.boost_query(query, scale * saturate(USES * weight) / own) for weight, query, own, _ in found if own > 0
        ]
        return [queries.disjunction_max_query(boosted, TIED)] if boosted else []

    def _weighed(self, member: Node) -> list[tuple[Query, float, int]]:
        """Queries of which any matches where a member of a group is, each with Tantivy's idf of it and its frequency."""
        state = self.state
        if isinstance(member, Term):
            tokens = state.tokens(member.field, member.forms)
            leaves = state.leaves(member.field, member.forms)
            return [(leaf, self._idf(count), count) for leaf, (_, count) in zip(leaves, tokens, strict=True)]
        if not isinstance(member, Phrase):
            return [(leaf, 1.0, 1) for leaf in self._leaves(member)]
        # Tantivy takes the sum of the words' idf for that of a phrase.
        own = sum(
            self._idf(sum(count for _, count in state.tokens(member.field, forms))) for forms in member.positions if forms
        )
        phrases = self._phrases(member.field, member.positions)
        either = self._either(phrases)
        count = state.holding(member, either) if either is not None else 0
        if not count:
            return []
        return [(phrase, own, 0 if rank else count) for rank, phrase in enumerate(phrases)]  # together they are one word

    def _idf(self, count: int) -> float:
        return idf(min(count, self.state.passages), self.state.passages)

    def _either(self, leaves: Sequence[Query]) -> Query | None:
        if len(leaves) < 2:
            return leaves[0] if leaves else None
        return self.state.queries.boolean_query([(self.state.occur.Should, leaf) for leaf in leaves])

    def _everything(self) -> Query:
        return self.state.queries.const_score_query(self.state.queries.all_query(), 0.0)

    def _all(self, children: Sequence[Node]) -> Query | None:
        occur = self.state.occur
        clauses: list[tuple[object, Query]] = []
        optional: list[Query] = []
        excluded: list[Query] = []
        for child in children:
            if isinstance(child, Or) and child.minimum <= 0:
                optional += [leaf for each in child.children for leaf in self._leaves(each)]
            elif isinstance(child, Not):
                excluded += self._leaves(child.child)
            else:
                query = self.query(child)
                if query is None:
                    return None
                clauses.append((occur.Must, query))
        if not clauses:
            clauses.append((occur.Must, self._everything()))
        none = self._either(excluded)  # one union: each exclusion of its own would be asked about each passage
        if none is not None:
            clauses.append((occur.MustNot, none))
        clauses += [(occur.Should, query) for query in optional]
        return self.state.queries.boolean_query(clauses)  # type: ignore[arg-type]

    def _some(self, children: Sequence[Node], minimum: int) -> Query | None:
        children = self._affordable(children)
        found = [query for query in map(self.query, children) if query is not None]
        if len(found) < minimum:
            return None
        shoulds = [(self.state.occur.Should, query) for query in found]
        return self.state.queries.boolean_query(shoulds, minimum_number_should_match=minimum)

    def _affordable(self, children: Sequence[Node]) -> Sequence[Node]:
        """Of alternatives of which several must match, those that can be counted in time: the rarest."""
        costs = [
            sum(count for _, count in self.state.tokens(child.field, child.forms)) if isinstance(child, Term) else 0
            for child in children
        ]
        if sum(costs) <= MAX_COUNTED:
            return children
        kept: set[int] = set()
        spent = 0
        for rank in sorted(range(len(costs)), key=lambda rank: (costs[rank], rank)):
            spent += costs[rank]
            if spent > MAX_COUNTED:
                break
            kept.add(rank)
        self.notes[f"only the {len(kept)} rarest of {len(costs)} words are searched"] = None
        return [child for rank, child in enumerate(children) if rank in kept]

    def _unscored(self, query: Query | None) -> Query | None:
        return self.state.queries.const_score_query(query, 0.0) if query is not None else None

    def _language(self, prefix: str) -> Query | None:
        tags = [tag for tag, _ in self.state.languages if speaks(tag, prefix)]
        if len(tags) == len(self.state.languages):
            return self._everything() if tags else None
        term = self.state.queries.term_query
        return self._unscored(self._either([term(self.state.schema, "language", tag, "basic") for tag in tags]))

    def _within(self, documents: frozenset[int]) -> Query | None:
        """A pattern fits whole folders, whose documents were numbered one after another: mostly a few ranges do."""
        if self.state.filtered is None or self.state.filtered[0] != documents:
            self.state.filtered = documents, self._unscored(self._documents(sorted(documents)))
        return self.state.filtered[1]

    def _documents(self, documents: Sequence[int]) -> Query | None:
        queries, schema = self.state.queries, self.state.schema
        found = list(islice(runs(documents), MAX_RANGES + 1))
        if len(found) > MAX_RANGES or 1 < len(found) >= len(documents) / WORTH_RANGE:
            if len(documents) > MAX_SET:
                self.notes[f"source: among alternatives: only the first {MAX_SET:,} of {len(documents):,} documents"] = None
            return queries.term_set_query(schema, "document", list(documents[:MAX_SET]))
        kind = self.state.types.Unsigned
        return self._either([queries.range_query(schema, "document", kind, *run) for run in found])

    def _phrases(self, field: str, positions: Sequence[Sequence[str]]) -> list[Query]:
        """One query for each way in which the positions can be filled from the slots of a term and of alternatives."""
        choices: list[list[_Choice]] = []
        for place, forms in enumerate(positions):
            if not forms:
                continue
            tokens = [token for token, _ in self.state.tokens(field, forms)]
            plain = [token for token in tokens if not token.startswith(MARK)]
            marked = [token for token in tokens if token.startswith(MARK)]
            here = [(place * SLOTS, plain)] if plain else []
            here += [(place * SLOTS + slot, marked) for slot in range(1, SLOTS) if marked]
            if not here:
                return []
            choices.append(here)
        choices = self._met(field, self._compared(field, choices))
        ways = 1
        for rank, here in enumerate(choices):
            if ways * len(here) > MAX_WAYS:
                choices[rank] = here = here[:1]
                self.notes["a phrase of many single characters is searched as whole words only"] = None
            ways *= len(here)
        return [self._phrase(field, way) for way in product(*choices)] if choices else []

    def _met(self, field: str, choices: list[list[_Choice]]) -> list[list[_Choice]]:
        """The positions of a phrase without the alternatives that stand in no passage with terms of the others."""
        if prod(map(len, choices)) <= FEW:
            return choices
        if not self._occur_together(field, choices):
            return []
        for rank, here in enumerate(choices):
            plain = [choice for choice in here if choice[0] % SLOTS == 0]
            others = [choice for choice in here if choice[0] % SLOTS]
            if plain and others and not self._occur_together(field, [*choices[:rank], others, *choices[rank + 1 :]]):
                choices[rank] = plain
        return choices

    def _occur_together(self, field: str, choices: Sequence[Sequence[_Choice]]) -> bool:
        """Whether any passage holds a term of each position."""
        term, occur = self.state.queries.term_query, self.state.occur
        required: list[tuple[object, Query]] = []
        for here in choices:
            tokens = dict.fromkeys(token for _, tokens in here for token in tokens)
            either = self._either([term(self.state.schema, field, token, "basic") for token in tokens])
            required += [(occur.Must, either)] if either is not None else []
        query = self.state.queries.boolean_query(required)  # type: ignore[arg-type]
        return int(self.state.searcher.search(query, 1).count) > 0  # type: ignore[attr-defined]

    def _compared(self, field: str, choices: list[list[_Choice]]) -> list[list[_Choice]]:
        """The positions of a phrase that are compared: all of them, as long as it takes no more than a moment."""
        kept, told = choices, ""
        clear = [here for here in choices if len(here) == 1]
        if ENOUGH <= len(clear) < len(choices) and prod(map(len, choices)) * len(choices) > MAX_OPENED:
            kept, told = clear, f"{len(clear)}"
        if len(kept) > MAX_COMPARED:
            kept = sorted(sorted(kept, key=lambda here: self._postings(field, here))[:MAX_COMPARED])
            told = f"the {MAX_COMPARED} rarest"
        if told:
            self.notes[f"of a phrase of {len(choices)} words {told} are compared"] = None
        return kept

    def _postings(self, field: str, choices: Sequence[_Choice]) -> int:
        """How many postings the terms that may stand at a position have."""
        wanted = {token for _, tokens in choices for token in tokens}
        forms = [decode(token) for token in wanted]
        return sum(count for token, count in self.state.tokens(field, forms) if token in wanted)

    def _phrase(self, field: str, way: Sequence[_Choice]) -> Query:
        queries, schema = self.state.queries, self.state.schema
        first = way[0][0]
        if len(way) == 1:
            leaves = [queries.term_query(schema, field, token, "freq") for token in way[0][1]]
            found = self._either(leaves)
            assert found is not None
            return found
        if all(len(tokens) == 1 for _, tokens in way):
            return queries.phrase_query(schema, field, [(place - first, tokens[0]) for place, tokens in way])
        patterns = [(place - first, "|".join(map(_literal, tokens))) for place, tokens in way]
        return queries.regex_phrase_query(schema, field, patterns)  # type: ignore[arg-type]


def _literal(token: str) -> str:
    return re.sub(r"[\\.+*?()|\[\]{}^$#&~-]", r"\\\g<0>", token)

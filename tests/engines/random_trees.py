"""Random collections and random trees of terms, on an engine and on the naive one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedsearch.engines import Engine, Entry, create_engine
from seedsearch.query import And, Everything, Group, Language, Node, Not, Or, Phrase, Prefix, Term, Within

HUGE = 10**6


def scores(engine: Engine, node: Node) -> dict[int, float]:
    return {match.number: match.score for match in engine.search(node, HUGE).matches}


TERMS = st.sampled_from(["a", "ab", "abc", "b", "保证", "é"])
FORMS = st.lists(TERMS, min_size=1, max_size=2).map(tuple)
FIELDS = st.sampled_from(["any", "heading"])
WORDS = st.lists(st.one_of(TERMS, st.lists(TERMS, max_size=2).map(tuple)), max_size=6)
DOCUMENTS = st.integers(0, 3)
MEMBERS = st.one_of(
    st.builds(Term, FIELDS, FORMS), st.builds(Phrase, FIELDS, st.lists(FORMS, min_size=1, max_size=2).map(tuple))
)
GROUPS = st.builds(Group, st.lists(st.tuples(st.sampled_from([0.25, 0.5, 1.0]), MEMBERS), max_size=4).map(tuple))
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Term, FIELDS, FORMS),
    st.builds(Phrase, FIELDS, st.lists(FORMS, min_size=1, max_size=3).map(tuple)),
    GROUPS,
    st.builds(Prefix, FIELDS, st.sampled_from(["a", "ab", "保"])),
    st.builds(Language, st.sampled_from(["zh", "en", "zh-Hant"])),
    st.builds(Within, st.frozensets(DOCUMENTS, max_size=2)),
    st.just(Everything()),
)


def _branches(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, min_size=1, max_size=4).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several, st.integers(0, 3)), st.builds(Not, children))


TREES = st.recursive(LEAVES, _branches, max_leaves=8)
BLOCKS = st.lists(
    st.lists(
        st.one_of(
            st.tuples(DOCUMENTS, st.sampled_from(["en", "zh-Hant", "zh-Hans"]), WORDS, WORDS),
            st.frozensets(DOCUMENTS, min_size=1, max_size=2),
        ),
        max_size=6,
    ),
    max_size=4,
)


def compare_with_memory(name: str, examples: int = 60) -> None:
    """The same random changes and queries on both engines: the same passages, the same scores."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(blocks=BLOCKS, trees=st.lists(TREES, min_size=1, max_size=6), limit=st.integers(0, 8))
    def check(blocks: list[list[object]], trees: list[Node], limit: int) -> None:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a thread of Tantivy may still tidy up
            engine, oracle = create_engine(name, Path(folder)), create_engine("memory", Path(folder))
            number = 0
            for block in blocks:
                with engine.write() as left, oracle.write() as right:
                    for step in block:
                        if isinstance(step, frozenset):
                            left.remove(step)
                            right.remove(step)
                        elif isinstance(step, tuple):
                            number += 1
                            left.add(Entry(number, *step))
                            right.add(Entry(number, *step))
                engine.refresh()
                oracle.refresh()
            for tree in trees:
                left_scores, right_scores = scores(engine, tree), scores(oracle, tree)
                if not engine.exact_scores:
                    left_scores, right_scores = dict.fromkeys(left_scores, 0.0), dict.fromkeys(right_scores, 0.0)
                assert left_scores == pytest.approx(right_scores, abs=1e-6), tree
                assert engine.search(tree, limit).total == oracle.search(tree, limit).total
            engine.close()

    check()

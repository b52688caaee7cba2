"""The quick first opinion is py3langid's own, to the last bit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.ingest.chances import chances, classes
from tests.ingest.test_witness import TEXTS


@pytest.fixture(scope="module")
def library() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.parametrize("text", [*TEXTS, " ".join(TEXTS) * 20, "\0", "\ud800", "ü" * 5000])
def test_the_probabilities_are_those_of_py3langid(library: Any, text: str) -> None:
    assert chances(text) == library._decide(text).tolist()


@given(st.text(st.sampled_from(" etaoinsrh.èéßąłőşđиаеоњі人ไ\n"), max_size=80) | st.text(max_size=30))
def test_the_probabilities_of_any_text_are_those_of_py3langid(library: Any, text: str) -> None:
    assert chances(text) == library._decide(text).tolist()


def test_there_is_a_name_for_each_probability(library: Any) -> None:
    assert classes() == library.nb_classes
    assert len(chances("un, deux, trois")) == len(classes())

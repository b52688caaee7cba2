"""The quick second opinion is langdetect's own."""

from __future__ import annotations

from typing import Any

import pytest

from seedsearch.ingest.witness import second_opinion

TEXTS = (
    "Files", "Copyright holders", "Ceci n'est pas une pipe.", "L'ordre du jour", "12:30", "Это предложение", "Nota bene!",
    "Das ist nur ein kurzer Satz mit https://example.org/ darin.", "Og så videre", "Debian packaging", "ABC", "日本語", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def factory() -> Any:
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(0)
    return factory


@pytest.mark.parametrize("text", TEXTS)
def test_the_answer_is_that_of_langdetect(factory: Any, text: str) -> None:
    from langdetect.lang_detect_exception import LangDetectException

    detector = factory.create()
    detector.n_trial = 3
    detector.append(text)
    try:
        expected = detector.detect().replace("unknown", "und")
    except LangDetectException:
        expected = "und"
    known, seen = second_opinion(text)
    assert seen == expected
    assert {"en", "fr", "ru"} < known

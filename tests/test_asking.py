"""What a query is made into before passages are put in order."""

from __future__ import annotations

from pathlib import Path

from seedsearch.asking import MOST_PARTS
from seedsearch.searching import open_collection

from .conftest import SEEDS


def test_of_a_pasted_page_the_rarest_words_say_what_comes_first(seeds_index: Path) -> None:
    file = SEEDS / "001_d1492cbb87b0d816.txt"
    page = " ".join(dict.fromkeys(word for word in file.read_text("utf-8").split() if word.isalpha()))
    with open_collection(seeds_index) as collection:
        found = collection.search(page, translate="never")
        short = collection.search(" ".join(page.split()[: MOST_PARTS // 4]), translate="never")
    assert any(f"only the {MOST_PARTS} rarest" in note for note in found.notes)
    assert len(found.hits[0].reasons) <= MOST_PARTS + 4
    assert not any("rarest" in note for note in short.notes)

"""What the store keeps is read as it was written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import IndexCorruptError
from seedsearch.preparing import _array
from seedsearch.store import _listed


@given(st.lists(st.text() | st.text('a"\\\t\u3000é台', max_size=4), max_size=3))
def test_lists_of_texts_are_read_as_they_were_written(texts: list[str]) -> None:
    assert _listed(_array(texts)) == _listed(json.dumps(texts, ensure_ascii=False)) == tuple(texts)


@pytest.mark.parametrize("damaged", ['["a\tb"]', '["a\x00"]', '["a]', '"a"]', "", None, 7, b'["\xff"]', '["a"', '["a","b]'])
def test_a_damaged_list_is_told(damaged: Any) -> None:
    with pytest.raises(IndexCorruptError, match="rebuild"):
        _listed(damaged)

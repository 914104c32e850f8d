from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.data import characters as module
from modelbout.data.characters import characters
from modelbout.profile import Characters


def kinds(*texts: str, weights: list[int] | None = None) -> Characters:
    return characters(pl.Series(texts, dtype=pl.String), np.array(weights or [1] * len(texts), dtype=np.int64))


def test_each_kind() -> None:
    assert kinds("aZ9 _\t\x00é😀") == Characters(
        lower=1, upper=1, digit=1, space=2, punctuation=1, control=1, foreign=2
    )
    assert kinds() == Characters()
    assert kinds("") == Characters()


def test_weights_count() -> None:
    assert kinds("ab", "7", weights=[3, 10]) == Characters(lower=6, digit=10)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=30), max_size=20), st.sampled_from([1, 3, 17, 2**22]))
def test_every_character_is_counted_once(texts: list[str], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        found = kinds(*texts, weights=[2] * len(texts))
    counts = [getattr(found, kind) for kind in Characters.__struct_fields__]
    assert sum(counts) == 2 * sum(map(len, texts))
    assert found.foreign == 2 * sum(not letter.isascii() for text in texts for letter in text)

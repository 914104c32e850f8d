from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelbout.bout.ratio import ratio


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_nothing_over_nothing_is_nothing(pairs: list[tuple[int, int]]) -> None:
    over, under = np.array(pairs).T
    assert ratio(over, under).tolist() == [a / b if b else 0.0 for a, b in pairs]


def test_shapes_are_broadcast() -> None:
    assert ratio([[1.0], [2.0]], [1.0, 2.0]).tolist() == [[1.0, 0.5], [2.0, 1.0]]

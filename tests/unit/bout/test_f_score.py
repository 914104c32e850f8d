from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.f_score import by_class, slope_of_class

TABLE = np.array([[4.0, 1.0, 0.0], [2.0, 3.0, 0.0], [0.0, 0.0, 0.0]]) / 10


def test_a_class_that_never_occurs_scores_nothing_and_moves_nothing() -> None:
    assert by_class(TABLE).tolist() == pytest.approx([8 / 11, 6 / 9, 0])
    assert not slope_of_class(TABLE, 2).any()


def test_slope_is_the_derivative_by_each_cell() -> None:
    step = 1e-7
    for cell in np.ndindex(2, 2):
        moved = TABLE.copy()
        moved[cell] += step
        expected = (by_class(moved)[0] - by_class(TABLE)[0]) / step
        assert slope_of_class(TABLE, 0)[cell] == pytest.approx(expected, abs=1e-5)

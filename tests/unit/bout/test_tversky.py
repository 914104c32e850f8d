from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.tversky import F1, JACCARD, PRECISION, RECALL, Tversky, f_beta, seen

TABLE = np.array([[4.0, 1.0, 0.0], [2.0, 3.0, 0.0], [0.0, 0.0, 0.0]]) / 10
STEP = 1e-7


def test_a_class_that_never_occurs_scores_nothing_and_moves_nothing() -> None:
    assert F1.by_class(TABLE).tolist() == pytest.approx([8 / 11, 6 / 9, 0])
    assert not F1.slope(TABLE, 2).any()
    assert seen(TABLE).tolist() == [True, True, False]


def test_rates_of_the_family() -> None:
    assert PRECISION.by_class(TABLE).tolist() == pytest.approx([4 / 6, 3 / 4, 0])
    assert RECALL.by_class(TABLE).tolist() == pytest.approx([4 / 5, 3 / 5, 0])
    assert JACCARD.by_class(TABLE).tolist() == pytest.approx([4 / 7, 3 / 6, 0])
    assert f_beta(2).of_positive(TABLE, 1) == pytest.approx(5 * 3 / (5 * 3 + 4 * 2 + 1))
    assert PRECISION.macro(TABLE) == pytest.approx((4 / 6 + 3 / 4) / 2)


@pytest.mark.parametrize("rate", [PRECISION, RECALL, JACCARD, f_beta(2), f_beta(0.5)])
def test_slope_is_the_derivative_by_each_cell(rate: Tversky) -> None:
    for cell in np.ndindex(2, 2):
        moved = TABLE.copy()
        moved[cell] += STEP
        expected = (rate.of_positive(moved, 0) - rate.of_positive(TABLE, 0)) / STEP
        assert rate.slope_of_positive(TABLE, 0)[cell] == pytest.approx(expected, abs=1e-5)
        expected = (rate.macro(moved) - rate.macro(TABLE)) / STEP
        assert rate.slope_of_macro(TABLE)[cell] == pytest.approx(expected, abs=1e-5)


def test_a_rate_of_the_positive_class_asks_which_that_is() -> None:
    with pytest.raises(LookupError):
        F1.of_positive(TABLE, None)

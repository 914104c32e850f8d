from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.comparison import contrast
from modelbout.bout.roster import metric
from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import Terms
from modelbout.bout.top import top
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.metric import Measured


def measured_by(name: str, sheet: Sheet) -> Measured:
    return metric(name, sheet.terms).measure(sheet)


@pytest.mark.parametrize("name", ["precision_at_k", "lift"])
@pytest.mark.parametrize("decimals", [None, 1])
def test_influence_at_a_cut_by_rank_is_the_spread_of_resamples(
    name: str, decimals: int | None, draw: Callable[..., Sheet]
) -> None:
    # Leaving out a row lets the very next one in, not a typical one: a jackknife does not see such a cut.
    sheet = replace(draw("binary", rows=2000, decimals=decimals), terms=Terms(top=0.2))
    draws = np.random.default_rng(4)
    values = [measured_by(name, sheet.take(draws.integers(0, 2000, 2000))).value for _ in range(400)]
    influence = measured_by(name, sheet).influence
    assert influence.mean() == pytest.approx(0, abs=1e-9)
    assert influence.std() / np.sqrt(2000) == pytest.approx(np.std(values), rel=0.12)


def test_a_perfect_top_is_as_sure_as_its_rows_are_many() -> None:
    truth = np.array([1] * 500 + [0] * 500, dtype=np.int64)
    yes = np.linspace(0.99, 0.01, 1000)
    said = Predictions(label=truth, proba=np.column_stack([1 - yes, yes]))
    sheet = Sheet("binary", 2, 1, truth, said, terms=Terms(top=0.05))
    found = contrast("precision_at_k", sheet, None, confidence=0.95, seed=0).challenger
    assert found.interval is not None
    # Clopper and Pearson: 50 hits of 50.
    assert found.value == 1.0
    assert found.interval.low == pytest.approx(0.025 ** (1 / 50))


def test_equal_scores_at_the_cut_share_the_room_that_is_left() -> None:
    truth = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0], dtype=np.int64)
    yes = np.array([0.9, 0.6, 0.6, 0.6, 0.6, 0.2, 0.2, 0.1, 0.1, 0.1])
    said = Predictions(label=truth, proba=np.column_stack([1 - yes, yes]))
    found = top(Sheet("binary", 2, 1, truth, said, terms=Terms(top=0.3)))
    # The first row, and two places for four rows of which one is positive.
    assert found.precision == pytest.approx((1 + 2 * 0.25) / 3)
    assert found.base == 0.3

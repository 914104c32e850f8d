from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.metric import TableMetric
from modelbout.bout.relative import relative_cost
from modelbout.bout.roster import metric
from modelbout.bout.sheet import Sheet
from modelbout.errors import DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.evidence import Estimate

KEY = "compare.guardrails[0].rule"


def ratio(name: str, mine: Sheet, theirs: Sheet, confidence: float = 0.95) -> Estimate:
    return relative_cost(name, metric(name), mine, theirs, confidence=confidence, seed=0, key=KEY)


def test_it_is_the_ratio_with_an_interval_around_it(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("regression", rows=2000, noise=0.8), draw("regression", rows=2000, model=2, noise=0.4)
    found = ratio("mae", mine, theirs)
    errors = [float(np.abs(sheet.truth - sheet.value).mean()) for sheet in (mine, theirs)]
    assert found.value == pytest.approx(errors[0] / errors[1])
    assert found.interval is not None
    assert 1 < found.interval.low < found.value < found.interval.high
    # On the log scale the interval is symmetric.
    assert found.interval.low * found.interval.high == pytest.approx(found.value**2)
    assert found.interval.method == "delta method, log scale"


def test_without_an_influence_function_the_resamples_are_compared_as_logarithms(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("regression", rows=2000, noise=0.8), draw("regression", rows=2000, model=2, noise=0.4)
    found = ratio("medae", mine, theirs)
    errors = [float(np.median(np.abs(sheet.truth - sheet.value))) for sheet in (mine, theirs)]
    assert found.value == pytest.approx(errors[0] / errors[1])
    assert found.interval is not None
    assert 0.9 * found.value < found.interval.low < found.value < found.interval.high < 1.1 * found.value
    assert found.interval.low * found.interval.high == pytest.approx(found.value**2)


def test_it_covers_the_true_ratio() -> None:
    covered = 0
    for seed in range(300):
        drawn = np.random.default_rng(seed)
        truth = drawn.normal(0, 3, 300)
        shared, own = drawn.normal(0, 1, 300), drawn.normal(0, 1, (2, 300))
        sheets = [
            Sheet("regression", 0, None, truth, Predictions(value=truth + size * (shared + own[place])))
            for place, size in enumerate((1.1, 1.0))
        ]
        found = ratio("mae", sheets[0], sheets[1])
        assert found.interval is not None
        covered += found.interval.low < 1.1 < found.interval.high
    assert 0.915 < covered / 300 < 0.985


def test_the_same_answers_cost_the_same(draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression")
    found = ratio("rmse", sheet, sheet)
    assert found.value == 1
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (1, 1)


@pytest.mark.parametrize("who", ["challenger", "champion"])
def test_no_multiple_of_nothing(who: str, draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression")
    perfect = Sheet("regression", 0, None, sheet.truth, Predictions(value=sheet.truth.astype(np.float64)))
    pair = (perfect, sheet) if who == "challenger" else (sheet, perfect)
    with pytest.raises(DataError, match=f"mae of the {who} is not above 0") as caught:
        ratio("mae", *pair)
    assert caught.value.problems[0].place.key == KEY
    assert "non_inferior" in caught.value.problems[0].fix


def test_a_class_that_is_too_rare_has_no_ratio() -> None:
    truth = np.array([0] * 30 + [1] * 3, dtype=np.int64)
    drawn = np.random.default_rng(0)
    sheets = [
        Sheet("binary", 2, 1, truth, Predictions(label=drawn.integers(0, 2, 33), proba=np.full((33, 2), 0.5)))
        for _ in range(2)
    ]
    weighed = replace(metric("log_loss"), per_class=True)  # type: ignore[type-var]
    with pytest.raises(DataError, match="too few holdout rows"):
        relative_cost("log_loss", weighed, *sheets, confidence=0.95, seed=0, key=KEY)


def test_a_cost_by_the_confusion_matrix_is_drawn(draw: Callable[..., Sheet]) -> None:
    wrong = TableMetric(
        title="Share of wrong answers",
        tasks=("binary",),
        scale="unit",
        formula=lambda table, _positive: (table[..., 0, 1] + table[..., 1, 0]) / table.sum(axis=(-2, -1)),
        gradient=lambda shares, _positive: 1 - np.eye(len(shares)),
        better="lower",
    )
    mine, theirs = draw("binary", rows=2000, noise=3.0), draw("binary", rows=2000, model=2, noise=0.1)
    found = relative_cost("wrong", wrong, mine, theirs, confidence=0.95, seed=0, key=KEY)
    errors = [float((sheet.label != sheet.truth).mean()) for sheet in (mine, theirs)]
    assert found.value == pytest.approx(errors[0] / errors[1])
    assert found.interval is not None
    assert 1 < found.interval.low < found.value < found.interval.high

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from modelbout.bout.intervals import DIRICHLET, EXACT, level, on_scale, quantile, rare_class
from modelbout.bout.roster import deciding_for, metric
from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import Terms
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.metric import Scale
    from modelbout.evidence import Estimate
    from modelbout.manifest import Task

RANGES: dict[Scale, tuple[float, float]] = {
    "unit": (0, 1),
    "signed": (-1, 1),
    "positive": (0, np.inf),
    "below_one": (-np.inf, 1),
    "real": (-np.inf, np.inf),
}
TERMS = Terms(costs=((0.0, 1.0), (5.0, 0.0)), quantile=0.6)


def of(name: str, sheet: Sheet, confidence: float = 0.95, seed: int = 0) -> Estimate:
    found = metric(name, sheet.terms)
    return level(found, sheet, found.measure(sheet), confidence=confidence, seed=seed)


@given(
    st.sampled_from(sorted(RANGES)), st.floats(0.001, 0.999), st.floats(0, 1e6), st.sampled_from([0.5, 0.95, 0.9999])
)
def test_an_interval_holds_its_value_and_stays_in_range(
    scale: Scale, value: float, error: float, confidence: float
) -> None:
    low, high = on_scale(value, quantile(confidence) * error, scale)
    assert np.isfinite([low, high]).all()
    assert low <= value * (1 + 1e-12) + 1e-12
    assert high >= value * (1 - 1e-12) - 1e-12
    assert RANGES[scale][0] <= low <= high <= RANGES[scale][1]


@pytest.mark.parametrize("scale", sorted(RANGES))
def test_a_small_error_gives_the_plain_normal_interval(scale: Scale) -> None:
    low, high = on_scale(0.4, 1.96e-5, scale)
    assert (low, high) == pytest.approx((0.4 - 1.96e-5, 0.4 + 1.96e-5), abs=1e-8)


def test_quantile_is_the_two_sided_one() -> None:
    assert quantile(0.95) == pytest.approx(1.959964, abs=1e-6)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_level_has_an_interval_with_its_method(task: Task, confidence: float, draw: Callable[..., Sheet]) -> None:
    for name in deciding_for(task, TERMS):
        found = of(name, replace(draw(task, lowest=0.5), terms=TERMS), confidence)
        assert found.interval is not None
        assert found.interval.low < found.value < found.interval.high
        counted = task == "binary" and metric(name).needs == "label"
        assert (found.interval.method == DIRICHLET) is counted


def test_draws_agree_with_jeffreys_interval_of_a_share(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=400)
    right = int((sheet.label == sheet.codes).sum())
    found = of("accuracy", sheet).interval
    assert found is not None
    # Four cells of half a row each are two Jeffreys cells of one row each: Beta(right + 1, wrong + 1).
    expected = stats.beta.ppf([0.025, 0.975], right + 1, 400 - right + 1)
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=2e-3)


def test_draws_are_seeded(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    assert of("f1", sheet, seed=4) == of("f1", sheet, seed=4)
    assert of("f1", sheet, seed=4) != of("f1", sheet, seed=5)


@pytest.mark.parametrize("name", ["roc_auc", "accuracy", "mcc", "f1_macro"])
def test_a_perfect_score_is_not_taken_for_certainty(name: str) -> None:
    truth = np.arange(60, dtype=np.int64) % 3
    proba = np.eye(3)[truth]
    found = of(name, Sheet("multiclass", 3, None, truth, Predictions(label=truth, proba=proba)))
    assert found.value == pytest.approx(1)
    assert found.interval is not None
    assert found.interval.method == EXACT
    assert found.interval.high == 1
    trials = 20 if metric(name).per_class else 60
    width = 2 if name == "mcc" else 1
    assert found.interval.low == pytest.approx(1 - width * (1 - 0.025 ** (1 / trials)))


def test_an_always_wrong_score_is_not_taken_for_certainty() -> None:
    truth = np.arange(60, dtype=np.int64) % 3
    wrong = Sheet("multiclass", 3, None, truth, Predictions(label=(truth + 1) % 3))
    found = of("accuracy", wrong).interval
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0, 1 - 0.025 ** (1 / 60)))


def test_a_perfect_error_is_zero_exactly() -> None:
    truth = np.linspace(0, 1, 30)
    found = of("rmse", Sheet("regression", 0, None, truth, Predictions(value=truth)))
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (0, 0)


def test_a_rare_class_leaves_no_interval_for_metrics_of_each_class() -> None:
    truth = np.array([0] * 30 + [1] * 30 + [2] * 4, dtype=np.int64)
    label = np.where(np.arange(64) % 7, truth, 0)
    sheet = Sheet("multiclass", 4, None, truth, Predictions(label=label))
    assert rare_class(metric("f1_macro"), sheet) == 2
    assert of("f1_macro", sheet).interval is None
    assert rare_class(metric("accuracy"), sheet) is None
    assert of("accuracy", sheet).interval is not None

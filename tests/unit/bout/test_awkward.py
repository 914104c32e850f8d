"""Awkward but lawful answers, judged by every metric at once: finite numbers, honest statuses, no traceback."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.judge import judge
from modelbout.bout.roster import told_for
from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import terms_of
from modelbout.config.compare import Compare, Costs
from modelbout.errors import DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelbout.bout.judge import Judgement
    from modelbout.bout.ring import Ring
    from modelbout.evidence import Estimate
    from modelbout.manifest import Task

ROWS = 300
COMPARE: dict[Task, Compare] = {
    "binary": Compare(costs=Costs(false_positive=1, false_negative=9, currency="EUR")),
    "multiclass": Compare(),
    "regression": Compare(quantile=0.8),
}


def fought(ring_of: Callable[..., Ring], mine: Sheet, theirs: Sheet | None) -> Judgement:
    compare = COMPARE[mine.task]
    return judge(replace(ring_of(mine, theirs, compare), terms=terms_of(compare)))


def answered(sheet: Sheet, proba: NDArray[np.float64]) -> Sheet:
    label = proba.argmax(axis=1).astype(np.int64)
    return Sheet(sheet.task, sheet.classes, sheet.positive, sheet.truth, Predictions(label=label, proba=proba))


def estimates(found: Judgement) -> list[Estimate]:
    results = (found.primary, found.baseline, *found.guardrail_metrics, *found.metrics)
    parts = [one for result in results for one in (result.challenger, result.champion, result.improvement)]
    return [one for one in parts if one is not None]


def require_finite(found: Judgement) -> None:
    for one in estimates(found):
        assert math.isfinite(one.value)
        if one.interval is not None:
            assert math.isfinite(one.interval.low)
            assert math.isfinite(one.interval.high)
            assert one.interval.low <= one.interval.high


@pytest.mark.parametrize("task", ["binary", "multiclass"])
@pytest.mark.parametrize("kind", ["constant", "perfect", "wrong", "few values"])
def test_odd_probabilities_are_judged_by_every_metric(
    task: Task, kind: str, draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    sheet = draw(task, rows=ROWS)
    sure = np.eye(sheet.classes)[sheet.codes]
    proba = {
        "constant": np.full((ROWS, sheet.classes), 1 / sheet.classes),
        "perfect": sure,
        "wrong": np.roll(sure, 1, axis=1),
        "few values": np.where(sheet.proba > 0.5, 0.9, 0.1 / (sheet.classes - 1)),
    }[kind]
    proba = proba / proba.sum(axis=1, keepdims=True)
    found = fought(ring_of, answered(sheet, proba), sheet)
    require_finite(found)
    assert len(found.metrics) + 1 == len(told_for(task, terms_of(COMPARE[task])))
    assert found.verdict == {"constant": "loss", "perfect": "win", "wrong": "loss", "few values": found.verdict}[kind]
    require_finite(fought(ring_of, sheet, answered(sheet, proba)))


@pytest.mark.parametrize("kind", ["constant", "perfect", "ties"])
def test_odd_numbers_are_judged_by_every_metric(
    kind: str, draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    sheet = draw("regression", rows=ROWS, lowest=0.5)
    value = {"constant": np.full(ROWS, 5.0), "perfect": sheet.target, "ties": np.round(sheet.value)}[kind]
    other = Sheet("regression", 0, None, sheet.truth, Predictions(value=np.maximum(value, 0.5)))
    found = fought(ring_of, other, sheet)
    require_finite(found)
    assert len(found.metrics) + 1 == len(told_for("regression", terms_of(COMPARE["regression"])))
    assert found.verdict != "error"


def test_metrics_without_meaning_on_these_rows_are_left_out(
    draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    sheet = draw("regression", rows=ROWS)
    below = Sheet("regression", 0, None, sheet.truth - 10, Predictions(value=sheet.value - 10))
    shown = {one.metric for one in fought(ring_of, below, None).metrics}
    assert {"mae", "medae", "r2", "pinball"} <= shown
    assert {"msle", "rmsle", "poisson_deviance", "gamma_deviance"}.isdisjoint(shown)


def test_equal_answers_are_a_tie_by_every_metric(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    sheet = draw("binary", rows=ROWS)
    found = fought(ring_of, sheet, sheet)
    assert found.verdict == "inconclusive"
    for one in found.metrics:
        assert one.improvement is not None
        assert one.improvement.value == 0
        assert one.improvement.interval is not None
        assert one.improvement.interval.low == one.improvement.interval.high == 0


def test_repeated_rows_change_no_metric_by_row_order(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    sheets = [draw("binary", rows=ROWS, model=model).take(np.repeat(np.arange(ROWS), 2)) for model in (1, 2)]
    mixed = np.random.default_rng(0).permutation(2 * ROWS)
    straight, shuffled = (
        {one.metric: one.challenger.value for one in fought(ring_of, *pair).metrics}
        for pair in (sheets, [sheet.take(mixed) for sheet in sheets])
    )
    assert shuffled == pytest.approx(straight, abs=1e-12)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda proba: np.where(np.arange(proba.shape[0])[:, None] == 7, np.nan, proba), "NaN or infinite in 1 of 300"),
        (lambda proba: proba + np.eye(2)[0] * 0.2, "below 0 or above 1|do not sum to 1"),
        (lambda proba: proba * 0.5, "do not sum to 1 in 300 rows"),
        (lambda proba: proba[:-1], "299 probas for 300 holdout rows"),
        (lambda proba: proba[:, :1], "shape \\(300, 1\\)"),
    ],
)
def test_answers_that_are_no_probabilities_are_an_error(
    spoil: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    found: str,
    draw: Callable[..., Sheet],
    ring_of: Callable[..., Ring],
) -> None:
    sheet = draw("binary", rows=ROWS)
    bad = replace(sheet, predictions=Predictions(label=sheet.label, proba=spoil(sheet.proba)))
    for pair, who in (((bad, sheet), "challenger"), ((sheet, bad), "champion")):
        with pytest.raises(DataError, match=found) as caught:
            fought(ring_of, *pair)
        assert who in str(caught.value)


def test_one_positive_row_is_an_error_and_no_verdict(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    sheet = draw("binary", rows=ROWS)
    rows = np.append(np.flatnonzero(sheet.codes == 0), np.flatnonzero(sheet.codes == 1)[:1])
    with pytest.raises(DataError, match="one of the two classes has 1 holdout rows"):
        fought(ring_of, sheet.take(rows), None)

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.levels import levels
from modelbout.bout.own import OwnMetric
from modelbout.bout.roster import deciding_for, metric, told_for
from modelbout.bout.terms import Terms
from modelbout.errors import DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.sheet import Sheet
    from modelbout.manifest import Task

TERMS = Terms(costs=((0.0, 1.0), (5.0, 0.0)), quantile=0.6)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_all_metrics_of_the_task_and_the_same_each_time(task: Task, draw: Callable[..., Sheet]) -> None:
    sheet = draw(task, lowest=0.5)
    classes = tuple(map(str, range(sheet.classes)))
    told = (task, classes, sheet.positive, sheet.truth, sheet.predictions, 0.9, TERMS)
    found = levels(*told)
    assert tuple(found) == told_for(task, TERMS)
    assert found == levels(*told)
    assert {name for name, one in found.items() if one.interval is not None} == set(deciding_for(task, TERMS))


def test_without_costs_and_quantile_their_metrics_are_left_out(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    found = levels("binary", ("a", "b"), 1, sheet.truth, sheet.predictions, 0.9)
    assert set(told_for("binary", TERMS)) - set(found) == {"cost_matrix"}


def test_rows_that_belong_together_widen_the_interval(draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression")
    rows = np.repeat(np.arange(300), 3)
    copied = sheet.take(rows)
    found = [
        levels("regression", (), None, copied.truth, copied.predictions, 0.95, clusters=given)["mae"].interval
        for given in (None, rows)
    ]
    assert found[0] is not None
    assert found[1] is not None
    assert found[1].high - found[1].low == pytest.approx(3**0.5 * (found[0].high - found[0].low), rel=0.01)


def test_labels_alone_give_metrics_of_labels(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    found = levels("binary", ("a", "b"), 1, sheet.truth, Predictions(label=sheet.label), 0.95)
    assert {"accuracy", "balanced_accuracy", "f1", "f1_macro", "mcc"} <= set(found)
    assert {metric(name).needs for name in found} == {"label"}


def test_bad_answers_are_refused(draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression")
    with pytest.raises(DataError, match="NaN"):
        levels("regression", (), None, sheet.truth, Predictions(value=np.full(300, np.nan)), 0.95)
    with pytest.raises(DataError, match="5 rows"):
        levels("regression", (), None, sheet.target[:5], Predictions(value=sheet.value[:5]), 0.95)


def test_metrics_of_ones_own_are_left_to_the_bout(draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression")
    terms = Terms(quantile=0.5, own=(OwnMetric("profit", "higher", "value"),))
    found = levels("regression", (), None, sheet.truth, sheet.predictions, 0.95, terms)
    assert "profit" not in found
    assert "pinball" in found

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.baseline import baseline
from modelbout.bout.roster import metric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.manifest import Task
    from modelbout.predictions import Predictions


def dummy(name: str, task: Task, train_truth: NDArray[np.int64] | NDArray[np.float64]) -> Predictions:
    return baseline(
        metric(name),
        name,
        task=task,
        classes={"binary": 2, "multiclass": 3, "regression": 0}[task],
        positive=1 if task == "binary" else None,
        train_truth=train_truth,
        rows=4,
    )


@pytest.mark.parametrize(("name", "constant"), [("rmse", 4.0), ("r2", 4.0), ("mae", 1.5), ("mape_safe", 1.5)])
def test_mean_or_median_by_what_the_metric_rewards(name: str, constant: float) -> None:
    told = dummy(name, "regression", np.array([0.0, 1.0, 2.0, 13.0]))
    assert told.value is not None
    assert told.value.tolist() == [constant] * 4


def test_shares_and_the_most_frequent_class() -> None:
    told = dummy("log_loss", "multiclass", np.array([0, 2, 2, 2], dtype=np.int64))
    assert told.label is not None
    assert told.proba is not None
    assert told.label.tolist() == [2] * 4
    assert told.proba.tolist() == [[0.25, 0.0, 0.75]] * 4


@pytest.mark.parametrize(("name", "label"), [("f1", 1), ("accuracy", 0), ("roc_auc", 0)])
def test_always_yes_is_the_dummy_of_f1(name: str, label: int) -> None:
    told = dummy(name, "binary", np.array([0, 0, 0, 1], dtype=np.int64))
    assert told.label is not None
    assert told.label.tolist() == [label] * 4

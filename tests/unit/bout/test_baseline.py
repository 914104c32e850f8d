from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.baseline import baseline
from modelbout.bout.roster import metric
from modelbout.bout.terms import Terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.manifest import Task
    from modelbout.predictions import Predictions

TERMS = Terms(costs=((0.0, 1.0), (5.0, 0.0)), quantile=0.75)


def dummy(name: str, task: Task, train_truth: NDArray[np.int64] | NDArray[np.float64]) -> Predictions:
    return baseline(
        metric(name, TERMS),
        task=task,
        classes={"binary": 2, "multiclass": 3, "regression": 0}[task],
        positive=1 if task == "binary" else None,
        train_truth=train_truth,
        rows=4,
        terms=TERMS,
    )


@pytest.mark.parametrize(
    ("name", "constant"),
    [
        ("rmse", 4.0),
        ("r2", 4.0),
        ("mae", 1.5),
        ("mape_safe", 1.5),
        ("medae", 1.5),
        ("poisson_deviance", 4.0),
        ("pinball", 2.0),
        ("d2_pinball", 2.0),
        ("rmsle", 84 ** (1 / 4) - 1),
    ],
)
def test_mean_or_median_by_what_the_metric_rewards(name: str, constant: float) -> None:
    told = dummy(name, "regression", np.array([0.0, 1.0, 2.0, 13.0]))
    assert told.value is not None
    assert told.value.tolist() == pytest.approx([constant] * 4)


def test_shares_and_the_most_frequent_class() -> None:
    told = dummy("log_loss", "multiclass", np.array([0, 2, 2, 2], dtype=np.int64))
    assert told.label is not None
    assert told.proba is not None
    assert told.label.tolist() == [2] * 4
    assert told.proba.tolist() == [[0.25, 0.0, 0.75]] * 4


@pytest.mark.parametrize(
    ("name", "label"),
    [("f1", 1), ("accuracy", 0), ("roc_auc", 0), ("cost_matrix", 1)],
)
def test_always_yes_is_the_dummy_of_f1_and_of_dear_misses(name: str, label: int) -> None:
    told = dummy(name, "binary", np.array([0, 0, 0, 1], dtype=np.int64))
    assert told.label is not None
    assert told.label.tolist() == [label] * 4

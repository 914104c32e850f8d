from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.levels import levels
from modelbout.bout.roster import names_for
from modelbout.errors import DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.sheet import Sheet
    from modelbout.manifest import Task


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_all_metrics_of_the_task_and_the_same_each_time(task: Task, draw: Callable[..., Sheet]) -> None:
    sheet = draw(task)
    classes = tuple(map(str, range(sheet.classes)))
    found = levels(task, classes, sheet.positive, sheet.truth, sheet.predictions, 0.9)
    assert tuple(found) == names_for(task)
    assert found == levels(task, classes, sheet.positive, sheet.truth, sheet.predictions, 0.9)
    assert all(one.interval is not None for one in found.values())


def test_labels_alone_give_metrics_of_labels(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    found = levels("binary", ("a", "b"), 1, sheet.truth, Predictions(label=sheet.label), 0.95)
    assert set(found) == {"accuracy", "balanced_accuracy", "f1", "f1_macro", "mcc"}


def test_bad_answers_are_refused(draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression")
    with pytest.raises(DataError, match="NaN"):
        levels("regression", (), None, sheet.truth, Predictions(value=np.full(300, np.nan)), 0.95)
    with pytest.raises(DataError, match="5 rows"):
        levels("regression", (), None, sheet.target[:5], Predictions(value=sheet.value[:5]), 0.95)

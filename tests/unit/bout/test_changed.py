from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.changed import changed_rows
from modelbout.bout.sheet import Sheet
from modelbout.evidence import ChangedRows
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.manifest import Task


def test_labels_are_right_or_wrong() -> None:
    truth = np.array([0, 0, 1, 1, 1], dtype=np.int64)
    mine, theirs = np.array([0, 1, 1, 0, 1]), np.array([1, 0, 1, 0, 1])
    found = changed_rows(
        Sheet("binary", 2, 1, truth, Predictions(label=mine)), Sheet("binary", 2, 1, truth, Predictions(label=theirs))
    )
    assert found == ChangedRows(fixed=1, broken=1, both_right=2, both_wrong=1)


def test_numbers_are_nearer_or_farther() -> None:
    truth = np.zeros(6)
    mine, theirs = np.array([1.0, -1, 2, 0, 1, 3]), np.array([2.0, -2, 1, 0, -1, 4])
    found = changed_rows(
        Sheet("regression", 0, None, truth, Predictions(value=mine)),
        Sheet("regression", 0, None, truth, Predictions(value=theirs)),
    )
    assert found == ChangedRows(fixed=3, broken=1, both_right=1, both_wrong=1)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_row_is_counted_once_and_corners_mirror(task: Task, draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw(task, model=1), draw(task, model=2)
    forth, back = changed_rows(mine, theirs), changed_rows(theirs, mine)
    assert forth.fixed + forth.broken + forth.both_right + forth.both_wrong == mine.rows
    assert (forth.fixed, forth.broken) == (back.broken, back.fixed)

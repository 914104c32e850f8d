"""Top-2 accuracy: the share of rows whose class is one of the two that were given most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet

PLACES = 2  # scikit-learn's own default for top_k_accuracy_score


def formula(sheet: Sheet) -> Measured:
    """Return the mean chance of the true class to be among the first two when equal ones draw lots."""
    own = sheet.true_proba[:, None]
    before = np.count_nonzero(sheet.proba > own, axis=1)
    equal = np.count_nonzero(sheet.proba == own, axis=1)
    return mean_of(np.clip((PLACES - before) / equal, 0, 1))


def largest(sheet: Sheet) -> float:  # noqa: ARG001 -- the same for all rows
    """Return what one row moves."""
    return 1.0


METRIC = RowMetric(
    title="Top-2 accuracy",
    better="higher",
    tasks=("multiclass",),
    needs="proba",
    scale="unit",
    formula=formula,
    largest=largest,
)

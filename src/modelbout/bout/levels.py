"""All metrics of one model: what goes into its bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.comparison import contrast
from modelbout.bout.inspection import inspect_predictions, inspect_truth
from modelbout.bout.roster import metric, names_for
from modelbout.bout.sheet import Sheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from modelbout.evidence import Estimate
    from modelbout.manifest import Task
    from modelbout.predictions import Predictions

SEED = 0  # the same bundle for the same model: its Dirichlet draws are always these


def levels(  # noqa: PLR0917 -- agreed between the rooms
    task: Task,
    classes: tuple[str, ...],
    positive: int | None,
    truth: NDArray[np.int64] | NDArray[np.float64],
    predictions: Predictions,
    confidence: float,
) -> dict[str, Estimate]:
    """Return every metric of the task that the model's answers allow, by name, with its interval.

    Args:
        task: what is predicted.
        classes: the target's values as text.
        positive: index of the positive class, binary only.
        truth: shape (n,), codes or numbers.
        predictions: the model's answers for the same rows.
        confidence: two-sided level of each interval.

    Raises:
        DataError: the rows or the answers do not allow a judgement.
    """
    inspect_truth(task, classes, truth)
    sheet = Sheet(task, len(classes), positive, truth, predictions)
    inspect_predictions(sheet, "challenger")
    return {
        name: contrast(name, sheet, None, confidence=confidence, seed=SEED).challenger
        for name in names_for(task)
        if sheet.has(metric(name).needs)
    }

"""All metrics of one model: what goes into its bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.comparison import contrast
from modelbout.bout.inspection import inspect_predictions, inspect_truth
from modelbout.bout.roster import metric, told_for
from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import NO_TERMS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from modelbout.bout.terms import Terms
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
    terms: Terms = NO_TERMS,
    clusters: NDArray[np.int64] | None = None,
) -> dict[str, Estimate]:
    """Return every metric of the task that the model's answers allow, by name, with its interval.

    Args:
        task: what is predicted.
        classes: the target's values as text.
        positive: index of the positive class, binary only.
        truth: shape (n,), codes or numbers.
        predictions: the model's answers for the same rows.
        confidence: two-sided level of each interval.
        terms: what some metrics must be told besides; those that lack it are left out.
        clusters: shape (n,), which rows count as one observation; None when each stands alone.

    Raises:
        DataError: the rows or the answers do not allow a judgement.
    """
    inspect_truth(task, classes, truth)
    sheet = Sheet(task, len(classes), positive, truth, predictions, clusters, terms)
    inspect_predictions(sheet, "challenger")
    return {
        name: contrast(name, sheet, None, confidence=confidence, seed=SEED).challenger
        for name in told_for(task, terms)
        if sheet.has(metric(name, terms).needs) and not metric(name, terms).refusal(sheet)
    }

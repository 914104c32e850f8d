"""Metrics of the order of the rows: of the positive class, or the plain mean over all classes one against the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ranking import Ranking
    from modelbout.bout.sheet import Sheet


def macro(sheet: Sheet, one: Callable[[Ranking], Measured]) -> Measured:
    """Return the mean of a ranking's metric over the classes that occur in the truth.

    A class without rows has no order to judge; scikit-learn refuses it, here the mean is over the others.
    """
    if np.count_nonzero(sheet.support) < 2:  # noqa: PLR2004 -- one class has nothing to be ranked against
        return Measured(float("nan"), np.zeros(sheet.rows))
    classes = sheet.scored_classes()
    total, influence = 0.0, np.zeros(sheet.rows)
    for code in classes:
        part = one(sheet.ranking(code))
        total += part.value
        influence += part.influence
    return Measured(total / len(classes), influence / len(classes))

"""How far two sets of answers to the same rows are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.predictions import Predictions
from modelbout.training.golden import otherwise

if TYPE_CHECKING:
    from numpy.typing import NDArray


def largest_difference(one: Predictions, other: Predictions) -> float:
    """Return the largest difference of an answer; 0 where they differ by no more than rounding.

    Of the probabilities, where both have some; else 1 where a label is another one. Of values, in standard deviations
    of the first answers (of their size, where they are all alike), so that it does not depend on the unit. Rounding is
    what golden rows may differ by.

    Args:
        one: n answers.
        other: as many answers, of the same kind.
    """
    if one.rows == 0:
        return 0.0
    if one.proba is not None and other.proba is not None:
        return _largest(np.abs(one.proba - other.proba).max(axis=1), _proba(one), _proba(other))
    if one.value is not None and other.value is not None:
        spread = float(one.value.std()) or float(np.abs(one.value).max()) or 1.0
        return _largest(np.abs(one.value - other.value) / spread, one, other)
    return float(otherwise(_label(one), _label(other)).any())


def _largest(apart: NDArray[np.float64], one: Predictions, other: Predictions) -> float:
    return float(apart[otherwise(one, other)].max(initial=0.0))


def _proba(answers: Predictions) -> Predictions:
    return Predictions(proba=answers.proba)


def _label(answers: Predictions) -> Predictions:
    return Predictions(label=answers.label)

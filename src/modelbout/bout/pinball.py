"""The loss of a predicted quantile, and the quantile that is the best constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.terms import Terms


def share(terms: Terms) -> float:
    """Return the quantile that the model is to predict."""
    if terms.quantile is None:
        raise LookupError("no quantile was told; ask Terms.has first")
    return terms.quantile


def losses(truth: NDArray[np.float64], answers: NDArray[np.float64] | float, quantile: float) -> NDArray[np.float64]:
    """Return each row's loss, shape (n,): what lies above the answer costs ``quantile``, what lies below the rest."""
    above = truth - answers
    return np.maximum(quantile * above, (quantile - 1) * above)


def quantile_of_training(train_truth: NDArray[np.float64], terms: Terms) -> float:
    """Return the quantile itself: the constant with the smallest loss."""
    return float(np.quantile(train_truth, share(terms), method="inverted_cdf"))

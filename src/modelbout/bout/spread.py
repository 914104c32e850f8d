"""How far a measured number may lie from the true one: its standard error and what that error rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.sheet import Sheet

# With one, Student's quantile is 12.7: two clusters of very unequal size say next to nothing.
MIN_FREEDOM = 1.0


@dataclass(frozen=True)
class Spread:
    """A standard error with its degrees of freedom; Student's quantiles, with the normal ones as their limit.

    Attributes:
        error: the standard error.
        freedom: degrees of freedom, above 0; infinite where the error is known.
    """

    error: float
    freedom: float

    def reach(self, confidence: float) -> float:
        """Return half the width of the two-sided interval."""
        return self.error * students(self.freedom, confidence)

    def p(self, distance: float) -> float:
        """Return the two-sided p-value of a number at this distance from what is supposed."""
        z = abs(distance) / self.error if self.error > 0 else np.inf if distance else 0.0
        return float(2 * (special.stdtr(self.freedom, -z) if np.isfinite(self.freedom) else special.ndtr(-z)))


def students(freedom: float, confidence: float) -> float:
    """Return Student's quantile of a two-sided interval, 1.96 for infinite freedom and 0.95."""
    at = (1 + confidence) / 2
    return float(special.stdtrit(freedom, at) if np.isfinite(freedom) else special.ndtri(at))


def spread(influence: NDArray[np.float64], sheet: Sheet, *, by_class: bool) -> Spread:
    """Return the standard error of a statistic from what each row adds to it.

    Rows of one cluster are added up first, and each sum is divided by what the others leave of it, ``1 - n_g / n``: the
    variance is that of the jackknife which leaves out one cluster at a time (Bell and McCaffrey 2002, Bias reduction in
    standard errors for linear regression with multi-stage samples). Where each row stands alone that is the plain
    variance with ``n - 1``.

    Clusters of unequal size are worth fewer: the degrees of freedom are ``n**2 / sum(n_g**2) - 1``, the effective
    number of clusters (Kish 1965, Survey sampling) without one. Simulated with 10 to 100 clusters of equal, geometric
    and log-normal sizes, this held in 94 to 97 %, and the plain variance with ``clusters - 1`` in 85 to 96 %.

    Args:
        influence: shape (n,), mean zero.
        sheet: the n rows.
        by_class: whether every class weighs the same, so that a rare one decides how sure the error is.
    """
    rows, observation = sheet.rows, sheet.observation
    if observation is None:
        variance, freedom = float(np.var(influence, ddof=1)) / rows, rows - 1.0
    else:
        sums, sizes = _by_cluster(influence, observation)
        left = 1 - sizes / rows
        if (left <= 0).any():
            return Spread(np.inf, MIN_FREEDOM)
        variance = float(((sums / left) ** 2).sum()) * (1 - 1 / sizes.size) / rows**2
        freedom = effective(sizes) - 1
    if by_class:
        of_classes = _freedom(influence, sheet)
        freedom = of_classes if observation is None else min(of_classes, freedom)
    return Spread(float(np.sqrt(variance)), max(freedom, MIN_FREEDOM))


def effective(sizes: NDArray[np.float64]) -> float:
    """Return the effective number of clusters of these sizes: so many equal ones would be worth as much (Kish 1965)."""
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def independent_rows(influence: NDArray[np.float64], sheet: Sheet, *, by_class: bool, confidence: float) -> float:
    """Return how many independent rows would tell as much of a statistic as these, at most n.

    Counts of clustered rows are divided by the design effect: the variance by clusters over that by rows (Rao and Scott
    1992, A simple method for the analysis of clustered binary data). That few clusters leave the design effect itself
    uncertain is paid for by Student's quantile, squared (Korn and Graubard 1998, Confidence intervals for proportions
    with small expected number of positive counts estimated from survey data).
    """
    if sheet.observation is None:
        return float(sheet.rows)
    together = spread(influence, sheet, by_class=by_class)
    alone = spread(influence, replace(sheet, clusters=None), by_class=by_class)
    if alone.error == 0:
        return effective(np.bincount(sheet.observation).astype(np.float64))
    wider = together.reach(confidence) / alone.reach(confidence)
    return sheet.rows / max(wider, 1.0) ** 2


def _freedom(influence: NDArray[np.float64], sheet: Sheet) -> float:
    """Return the degrees of freedom of a variance that is put together from the classes' own ones.

    With 20 positives among 200 rows most of the variance comes from these 20: the normal quantile is then too sure
    of itself (Satterthwaite 1946, An approximate distribution of estimates of variance components; for the area under
    the ROC curve, Brunner and Munzel 2000). A class that lies in a single cluster says nothing about its variance.
    """
    total = weighed = 0.0
    for code in np.flatnonzero(sheet.support):
        rows = np.flatnonzero(sheet.codes == code)
        if sheet.observation is None:
            squares, count, free = float(np.var(influence[rows])) * rows.size, rows.size, rows.size - 1.0
        else:
            sums, sizes = _by_cluster(influence[rows], sheet.observation[rows])
            squares, count, free = float((sums**2).sum()), sizes.size, max(effective(sizes) - 1, MIN_FREEDOM)
        if count > 1:
            part = squares * count / (count - 1)
            total += part
            weighed += part**2 / free
    return total**2 / weighed if weighed > 0 else np.inf


def _by_cluster(
    influence: NDArray[np.float64], observation: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each cluster adds beyond the mean of its rows, and how many rows it has; only clusters that occur."""
    sizes = np.bincount(observation).astype(np.float64)
    sums = np.bincount(observation, influence) - sizes * influence.mean()
    return sums[sizes > 0], sizes[sizes > 0]

"""The difference of two models on the same rows, with its paired interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.bootstrap import replicates
from modelbout.bout.intervals import (
    BOOTSTRAP,
    DIRICHLET,
    INFLUENCE,
    PRIOR,
    draws,
    middle_of,
    named,
    rare_class,
    resampled,
)
from modelbout.bout.metric import TableMetric
from modelbout.bout.spread import Spread, independent_rows, spread
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Measured, Metric
    from modelbout.bout.sheet import Sheet

SAME = "same predictions"
ADJUSTED = "delta method, half a row added at each extreme"

# A difference whose whole interval is smaller than this share of the metric is the rounding of float64 sums.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Difference:
    """How much better the challenger is; positive is better, whatever the metric's direction.

    Attributes:
        improvement: in the metric's unit.
        error: its standard error.
        low: lower end of the interval.
        high: upper end of the interval.
        p: two-sided p-value of no difference.
        method: how the interval was made.
    """

    improvement: float
    error: float
    low: float
    high: float
    p: float
    method: str

    def estimate(self) -> Estimate:
        """Return it as results hold it."""
        return Estimate(value=self.improvement, interval=Interval(low=self.low, high=self.high, method=self.method))


TIE = Difference(improvement=0.0, error=0.0, low=0.0, high=0.0, p=1.0, method=SAME)


def difference(
    metric: Metric,
    challenger: Sheet,
    champion: Sheet,
    measured: tuple[Measured, Measured],
    *,
    confidence: float,
    seed: int,
    drawn: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> Difference | None:
    """Return the paired difference, or None when no interval holds: a class is too rare, or the metric has none.

    Args:
        metric: what is compared.
        challenger: its answers.
        champion: the other's answers for the same rows.
        measured: the metric of the challenger and of the champion.
        confidence: two-sided level of the interval.
        seed: starts whatever is drawn; influence functions draw nothing.
        drawn: the metric of both in the same resamples, each of shape (b,), where intervals come from the bootstrap;
            None: drawn here.
    """
    if challenger.same_answers(champion):
        return TIE
    if metric.interval == "none" or rare_class(metric, challenger) is not None:
        return None
    sign = 1 if metric.better == "higher" else -1
    improvement = sign * (measured[0].value - measured[1].value)
    influence = sign * (measured[0].influence - measured[1].influence)
    found: Difference | None
    if drawn is None and metric.interval == "bootstrap":
        mine, theirs = replicates(metric, (challenger, champion), seed)
        drawn = mine, theirs
    if drawn is not None:
        found = _around(improvement, resampled(drawn[0] - drawn[1], metric, challenger), confidence, BOOTSTRAP)
    elif isinstance(metric, TableMetric) and challenger.positive is not None:
        worth = independent_rows(influence, challenger, by_class=metric.per_class, confidence=confidence)
        found = _by_draws(metric, challenger, champion, improvement, confidence=confidence, seed=seed, worth=worth)
    else:
        by_class = metric.per_class and not isinstance(metric, TableMetric)
        plain = spread(influence, challenger, by_class=by_class)
        if metric.root:
            plain = max(plain, _under_the_root(measured, challenger), key=lambda one: one.error)
        step = max(metric.step(challenger), metric.step(champion))
        if step > 0:
            plain = _with_extremes(plain, influence, challenger, step)
        found = _around(improvement, plain, confidence, ADJUSTED if step > 0 else INFLUENCE)
    if found is None:
        return None
    noise = ROUNDING * max(1.0, abs(measured[1].value))
    if max(abs(found.low), abs(found.high)) < noise:
        return TIE
    return replace(found, method=named(found.method, challenger))


def _around(improvement: float, found: Spread | None, confidence: float, method: str) -> Difference | None:
    """Return Student's interval, with the normal one as its limit; DeLong's when the metric is the ROC AUC."""
    if found is None:
        return None
    reach = found.reach(confidence)
    return Difference(improvement, found.error, improvement - reach, improvement + reach, found.p(improvement), method)


def _under_the_root(measured: tuple[Measured, Measured], sheet: Sheet) -> Spread:
    """Return the spread of the difference of two roots from that of what is under them, over the sum of the roots.

    For models that are about equally good it is Student's test of the squared errors themselves, which holds its level
    with 25 rows; the roots' own influences rest on roots known from these rows only, and are too sure of themselves.
    """
    total = measured[0].value + measured[1].value
    if total == 0:
        return Spread(0.0, sheet.rows - 1.0)
    one, other = (2 * part.value / total * part.influence for part in measured)
    return spread(one - other, sheet, by_class=False)


def _with_extremes(plain: Spread, influence: NDArray[np.float64], sheet: Sheet, step: float) -> Spread:
    """Return the spread with half a pseudo-observation added at each extreme influence.

    With few rows on which the labels differ, the plain delta method is far too sure of itself, and with none it would
    be certain (Agresti and Min 2005, Simple improved confidence intervals for comparing matched proportions).
    """
    sums = influence if sheet.observation is None else np.bincount(sheet.observation, influence)
    added = 2 * PRIOR * (max(step, float(np.abs(sums).max())) / sheet.rows) ** 2
    return Spread(float(np.sqrt(plain.error**2 + added)), plain.freedom)


def _by_draws(
    metric: TableMetric,
    challenger: Sheet,
    champion: Sheet,
    improvement: float,
    *,
    confidence: float,
    seed: int,
    worth: float,
) -> Difference:
    """Return the interval from tables (truth, champion, challenger) drawn from Dirichlet(counts + 1/2).

    The counts are brought down to those of ``worth`` independent rows.
    """
    cells = np.bincount(champion.cells * 2 + challenger.label, minlength=8).reshape(2, 2, 2).astype(np.float64)
    tables = draws(cells * (worth / challenger.rows), seed)
    # Slices are added, which is ten times faster than a sum over an axis of length 2.
    mine, theirs = tables[:, :, 0] + tables[:, :, 1], tables[..., 0] + tables[..., 1]
    positive = challenger.positive
    drawn = metric.formula(mine, positive) - metric.formula(theirs, positive)
    if metric.better == "lower":
        drawn = -drawn
    bounds = middle_of(drawn, improvement, confidence)
    below = (1 + np.count_nonzero(drawn <= 0)) / (1 + drawn.size)
    above = (1 + np.count_nonzero(drawn >= 0)) / (1 + drawn.size)
    p = min(1.0, 2 * float(min(below, above)))
    return Difference(improvement, float(drawn.std()), bounds.low, bounds.high, p, DIRICHLET)

"""The difference of two models on the same rows, with its paired interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from modelbout.bout.intervals import DIRICHLET, INFLUENCE, PRIOR, draws, middle_of, quantile, rare_class
from modelbout.bout.metric import TableMetric
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
) -> Difference | None:
    """Return the paired difference, or None when a class is too rare for an interval.

    Args:
        metric: what is compared.
        challenger: its answers.
        champion: the other's answers for the same rows.
        measured: the metric of the challenger and of the champion.
        confidence: two-sided level of the interval.
        seed: starts the Dirichlet draws; influence functions draw nothing.
    """
    if challenger.same_answers(champion):
        return TIE
    if rare_class(metric, challenger) is not None:
        return None
    sign = 1 if metric.better == "higher" else -1
    improvement = sign * (measured[0].value - measured[1].value)
    if isinstance(metric, TableMetric) and challenger.positive is not None:
        found = _by_draws(metric, challenger, champion, improvement, confidence=confidence, seed=seed)
    else:
        influence = sign * (measured[0].influence - measured[1].influence)
        adjusted = isinstance(metric, TableMetric)
        by_class = metric.per_class and not adjusted
        freedom = _freedom(influence, challenger.codes) if by_class else influence.size - 1.0
        found = _by_influence(influence, improvement, confidence, freedom=freedom, adjusted=adjusted)
    noise = ROUNDING * max(1.0, abs(measured[1].value))
    return TIE if max(abs(found.low), abs(found.high)) < noise else found


def _freedom(influence: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    """Return the degrees of freedom of a variance that is put together from the classes' own ones.

    With 20 positives among 200 rows most of the variance comes from these 20: the normal quantile is then too sure
    of itself (Satterthwaite 1946, An approximate distribution of estimates of variance components; for the area under
    the ROC curve, Brunner and Munzel 2000). Classes of a single row say nothing about their variance.
    """
    rows = np.bincount(codes)
    several = rows > 1
    sums, squares = np.bincount(codes, influence)[several], np.bincount(codes, influence**2)[several]
    rows = rows[several]
    parts = (squares - sums**2 / rows) * rows / (rows - 1)
    total = float((parts**2 / (rows - 1)).sum())
    return float(parts.sum()) ** 2 / total if total > 0 else np.inf


def _by_influence(
    influence: NDArray[np.float64], improvement: float, confidence: float, *, freedom: float, adjusted: bool
) -> Difference:
    """Return Student's interval, with the normal one as its limit; DeLong's when the metric is the ROC AUC.

    ``adjusted`` adds half a pseudo-row at each extreme influence: with few rows on which the labels differ, the plain
    delta method is far too sure of itself (Agresti and Min 2005, Simple improved confidence intervals for comparing
    matched proportions).
    """
    rows = influence.size
    variance = float(np.var(influence, ddof=1)) / rows
    if adjusted:
        variance += 2 * PRIOR * float(np.abs(influence).max() / rows) ** 2
    error = float(np.sqrt(variance))
    finite = np.isfinite(freedom)
    reach = error * (float(special.stdtrit(freedom, (1 + confidence) / 2)) if finite else quantile(confidence))
    z = abs(improvement) / error if error > 0 else np.inf if improvement else 0.0
    p = float(2 * (special.stdtr(freedom, -z) if finite else special.ndtr(-z)))
    method = ADJUSTED if adjusted else INFLUENCE
    return Difference(improvement, error, improvement - reach, improvement + reach, p, method)


def _by_draws(
    metric: TableMetric, challenger: Sheet, champion: Sheet, improvement: float, *, confidence: float, seed: int
) -> Difference:
    """Return the interval from tables (truth, champion, challenger) drawn from Dirichlet(counts + 1/2)."""
    cells = np.bincount(champion.cells * 2 + challenger.label, minlength=8).reshape(2, 2, 2)
    tables = draws(cells.astype(np.float64), seed)
    positive = challenger.positive
    drawn = metric.formula(tables.sum(axis=2), positive) - metric.formula(tables.sum(axis=3), positive)
    if metric.better == "lower":
        drawn = -drawn
    bounds = middle_of(drawn, improvement, confidence)
    below = (1 + np.count_nonzero(drawn <= 0)) / (1 + drawn.size)
    above = (1 + np.count_nonzero(drawn >= 0)) / (1 + drawn.size)
    p = min(1.0, 2 * float(min(below, above)))
    return Difference(improvement, float(drawn.std()), bounds.low, bounds.high, p, DIRICHLET)

"""Level intervals: how exactly one model's metric is known."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

from modelbout.bout.bootstrap import replicates
from modelbout.bout.metric import RowMetric, TableMetric
from modelbout.bout.spread import Spread, independent_rows, spread
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Measured, Metric, Scale
    from modelbout.bout.sheet import Sheet

# Below this many rows of one class, a metric that weighs classes alike has no trustworthy interval: the variance
# within the class is estimated from these rows alone (four degrees of freedom).
MIN_CLASS_ROWS = 5

# With 20,000 draws a 2.5 % quantile wanders by 2 % of the standard error from seed to seed.
DRAWS = 20_000

# Two levels and a difference: every metric of the confusion matrix asks for the same three sets (1.3 MB at most).
KEPT_DRAWS = 3

# Jeffreys' prior: half a row in each cell (Brown, Cai and DasGupta 2001, Interval estimation for a binomial).
PRIOR = 0.5

# exp(300) is 1e130: an interval wider than that says nothing, and its ends stay finite.
LARGEST_EXPONENT = 300.0

EXACT = "exact binomial"
DIRICHLET = "Dirichlet draws"
INFLUENCE = "influence function"
BOOTSTRAP = "paired bootstrap"
CLUSTERED = "clusters as one"
SCALED: dict[Scale, str] = {
    "unit": "influence function, logit scale",
    "signed": "influence function, Fisher's z",
    "positive": "influence function, log scale",
    "below_one": "influence function, log scale",
    "real": INFLUENCE,
}


class Bounds(NamedTuple):
    """The ends of an interval."""

    low: float
    high: float


def quantile(confidence: float) -> float:
    """Return the normal quantile of a two-sided interval, 1.96 for 0.95."""
    return float(special.ndtri((1 + confidence) / 2))


def named(method: str, sheet: Sheet) -> str:
    """Return the method's name as results hold it: also whether rows that belong together counted as one."""
    return method if sheet.observation is None else f"{method}, {CLUSTERED}"


def on_scale(value: float, reach: float, scale: Scale) -> Bounds:
    """Return the interval that is symmetric on the metric's own scale, so that it stays within its range.

    ``value`` lies strictly within the range, except that ``positive`` and ``below_one`` may be perfect; ``reach`` is
    half the width of the plain interval.
    """
    if scale == "real":
        return Bounds(value - reach, value + reach)
    if scale == "unit":
        middle, half = special.logit(value), reach / (value * (1 - value))
        return Bounds(float(special.expit(middle - half)), float(special.expit(middle + half)))
    if scale == "signed":
        low, high = on_scale((1 + value) / 2, reach / 2, "unit")
        return Bounds(2 * low - 1, 2 * high - 1)
    if scale == "positive":
        factor = float(np.exp(min(reach / value, LARGEST_EXPONENT))) if value > 0 else 1.0
        return Bounds(value / factor, value * factor)
    low, high = on_scale(1 - value, reach, "positive")
    return Bounds(1 - high, 1 - low)


def draws(counts: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Return tables of shares that the counts speak for, shape (20000, *counts.shape)."""
    return _draws(counts.tobytes(), DRAWS, seed).reshape(DRAWS, *counts.shape)


@lru_cache(maxsize=KEPT_DRAWS)
def _draws(counts: bytes, size: int, seed: int) -> NDArray[np.float64]:
    drawn = np.random.default_rng(seed).dirichlet(np.frombuffer(counts) + PRIOR, size=size)
    drawn.flags.writeable = False
    return drawn


def middle_of(drawn: NDArray[np.float64], value: float, confidence: float) -> Bounds:
    """Return the central interval of the draws, stretched to hold the measured value itself."""
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Bounds(min(float(low), value), max(float(high), value))


def rare_class(metric: Metric, sheet: Sheet) -> int | None:
    """Return the class that occurs in too few rows for an interval of this metric, or None."""
    if not metric.per_class or sheet.classes == 0:
        return None
    rare = np.flatnonzero((sheet.support > 0) & (sheet.backing < MIN_CLASS_ROWS))
    return int(rare[0]) if rare.size else None


def resampled(drawn: NDArray[np.float64], metric: Metric, sheet: Sheet) -> Spread | None:
    """Return the spread of resamples, with the degrees of freedom that the rows, and not the resamples, allow.

    None when the metric is not defined in one of two resamples: then they say nothing.
    """
    found = drawn[np.isfinite(drawn)]
    if 2 * found.size < drawn.size:
        return None
    counted = spread(np.zeros(sheet.rows), sheet, by_class=False).freedom
    rarest = float(sheet.backing[sheet.support > 0].min()) - 1 if metric.per_class and sheet.classes else np.inf
    return Spread(float(found.std()), max(min(counted, rarest), 1.0))


def level(
    metric: Metric,
    sheet: Sheet,
    measured: Measured,
    *,
    confidence: float,
    seed: int,
    drawn: NDArray[np.float64] | None = None,
) -> Estimate:
    """Return one model's metric with its interval; no interval when a class is too rare for one.

    Args:
        metric: what was measured.
        sheet: on what.
        measured: its value and influence.
        confidence: two-sided level of the interval.
        seed: starts whatever is drawn.
        drawn: shape (b,), the metric in resamples, where its intervals come from the bootstrap; None: drawn here.
    """
    value = measured.value
    if metric.interval == "none" or rare_class(metric, sheet) is not None:
        return Estimate(value=value)
    if drawn is None and metric.interval == "bootstrap":
        (drawn,) = replicates(metric, (sheet,), seed)
    if drawn is None and isinstance(metric, TableMetric) and sheet.positive is not None:
        worth = independent_rows(measured.influence, sheet, by_class=metric.per_class, confidence=confidence)
        tables = draws(sheet.confusion * (worth / sheet.rows), seed)
        bounds = middle_of(metric.formula(tables, sheet.positive), value, confidence)
        return _estimate(value, bounds, named(DIRICHLET, sheet))
    if metric.scale in ("unit", "signed") and not _inside(value, metric.scale):
        return _estimate(value, _at_the_end(metric, sheet, value, confidence), named(EXACT, sheet))
    if drawn is None:
        found: Spread | None = spread(measured.influence, sheet, by_class=metric.per_class)
    else:
        found = resampled(drawn, metric, sheet)
    if found is None:
        return Estimate(value=value)
    method = SCALED[metric.scale] if drawn is None else BOOTSTRAP
    return _estimate(value, on_scale(value, found.reach(confidence), metric.scale), named(method, sheet))


def _inside(value: float, scale: Scale) -> bool:
    lowest = 0.0 if scale == "unit" else -1.0
    return lowest < value < 1.0


def _at_the_end(metric: Metric, sheet: Sheet, value: float, confidence: float) -> Bounds:
    """Return the binomial interval for a perfect score: no influence function sees beyond an end of the range.

    Clopper and Pearson 1934: with n successes of n the lower end is (alpha / 2) ** (1 / n).
    """
    trials: float = int(sheet.backing[sheet.support > 0].min()) if metric.per_class else sheet.observations
    if isinstance(metric, RowMetric) and metric.trials is not None:
        trials = metric.trials(sheet)
    reach = 1 - ((1 - confidence) / 2) ** (1 / trials)
    lowest, width = (0.0, 1.0) if metric.scale == "unit" else (-1.0, 2.0)
    return Bounds(1 - width * reach, 1.0) if value >= 1 else Bounds(lowest, lowest + width * reach)


def _estimate(value: float, bounds: Bounds, method: str) -> Estimate:
    return Estimate(value=value, interval=Interval(low=bounds.low, high=bounds.high, method=method))

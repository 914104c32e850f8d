"""Pairs of columns: whether any two go together differently than before. It needs rows of both tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.drift.measure import Reading, TableMeasure
from modelbout.drift.noise import two_sided
from modelbout.drift.ranks import normal_scores

if TYPE_CHECKING:
    from modelbout.drift.ranks import Matrix
    from modelbout.drift.rows import Tables

# The most important ones: 435 pairs. Each pair costs a share of the false alarms that all may give together.
MOST_COLUMNS: Final = 30
# Beyond it, two columns say the same, and the transform has no end.
MOST_CORRELATION: Final = 0.99
# The standard error is up to 7 % too small for heavy tails and ties, as a simulation of the day's first version showed.
ERROR_SLACK: Final = 1.1
LEAST_VARIANCE: Final = 1e-9  # a column without spread goes with none: its error is 0, and so is all that moves


def tests(tables: Tables) -> int:
    """Return the number of pairs that are looked at; 0 without rows of both tables."""
    columns = 0 if tables.samples is None else min(tables.samples[0].width, MOST_COLUMNS)
    return columns * (columns - 1) // 2


def read(tables: Tables, alpha: float) -> tuple[Reading, ...]:
    """Return the pair whose correlation of normal scores moved furthest beyond chance.

    The effect is Cohen's q, the difference of two Fisher transforms, whose standard errors come from the influence
    function of the correlation (Devlin, Gnanadesikan and Kettenring, Robust estimation and outlier detection with
    correlation coefficients, Biometrika 62, 1975). Empty when there are no two columns or no rows.
    """
    if not tests(tables) or tables.samples is None or not all(sample.height for sample in tables.samples):
        return ()
    names = tables.samples[0].columns[:MOST_COLUMNS]
    before, now = (_moments(normal_scores(sample.select(names))) for sample in tables.samples)
    moved = np.abs(np.arctanh(_correlations(now)) - np.arctanh(_correlations(before)))
    allowed = _allowed(before, now, (tables.samples[0].height, tables.samples[1].height), two_sided(alpha))
    upper = np.triu(np.ones_like(moved, dtype=bool), k=1)
    place = int(np.argmax(np.where(upper, moved - allowed, -np.inf)))
    one, two = divmod(place, len(names))
    return (
        Reading(
            measure="dependence",
            effect=float(moved[one, two]),
            allowance=float(allowed[one, two]),
            value=float(now[0][one, two] - before[0][one, two]),
            detail=f"`{names[one]}` and `{names[two]}`: correlation {before[0][one, two]:+.2f} before, "
            f"{now[0][one, two]:+.2f} now",
        ),
    )


def _moments(scores: Matrix) -> Matrix:
    """Return the means of x y, x^2 y^2, x^3 y, x^3 y^3 and x^4 for each two columns: shape (5, columns, columns)."""
    squares = scores**2
    cubes = squares * scores
    fourth = np.broadcast_to((squares**2).sum(axis=0)[:, None], (scores.shape[1], scores.shape[1]))
    products = (scores.T @ scores, squares.T @ squares, cubes.T @ scores, cubes.T @ cubes, fourth)
    moments: Matrix = np.stack(products) / scores.shape[0]
    return moments


def _correlations(moments: Matrix) -> Matrix:
    clipped: Matrix = np.clip(moments[0], -MOST_CORRELATION, MOST_CORRELATION)
    return clipped


def _allowed(before: Matrix, now: Matrix, rows: tuple[int, int], quantile: float) -> Matrix:
    """Return how far the Fisher transforms of undrifted tables come apart by chance.

    Both tables then have the same moments, so these are taken from all rows: those of a small table alone can miss its
    rare values. Two tables of unequal length leave the difference skewed, by which the quantile is corrected (Cornish
    and Fisher, Moments and cumulants in the specification of distributions, 1938).

    Args:
        before: the moments of the reference's rows.
        now: those of the current rows.
        rows: of both.
        quantile: of the standard normal distribution.
    """
    one, two = rows
    pooled = (one * before + two * now) / (one + two)
    _, both, third, sixth, fourth = pooled
    r = _correlations(pooled)
    # The influence of a row is x y - r / 2 (x^2 + y^2); these are the terms of its variance.
    variance = both - r * (third + third.T) + r**2 / 4 * (fourth + fourth.T + 2 * both)
    error = np.sqrt(np.maximum(variance, 0.0) * (1 / one + 1 / two)) / (1 - r**2)
    spread = np.maximum(both - r**2, LEAST_VARIANCE)
    skewness = np.abs(sixth - 3 * r * both + 2 * r**3) / spread**1.5
    skewness *= abs(1 / one**2 - 1 / two**2) / (1 / one + 1 / two) ** 1.5
    allowed: Matrix = ERROR_SLACK * error * (quantile + (quantile**2 - 1) / 6 * skewness)
    return allowed


MEASURE: Final = TableMeasure(tests=tests, read=read)

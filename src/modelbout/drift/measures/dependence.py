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
# The standard error is up to 7 % too small for heavy tails and ties: benchmarks/drift/noise.py.
ERROR_SLACK: Final = 1.1


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
    found = [_correlations(normal_scores(sample.select(names))) for sample in tables.samples]
    (before, first), (now, second) = found
    moved = np.abs(np.arctanh(now) - np.arctanh(before))
    allowed = two_sided(alpha) * ERROR_SLACK * np.sqrt(first + second)
    upper = np.triu(np.ones_like(moved, dtype=bool), k=1)
    place = int(np.argmax(np.where(upper, moved - allowed, -np.inf)))
    one, two = divmod(place, len(names))
    return (
        Reading(
            measure="dependence",
            effect=float(moved[one, two]),
            allowance=float(allowed[one, two]),
            value=float(now[one, two] - before[one, two]),
            detail=f"`{names[one]}` and `{names[two]}`: correlation {before[one, two]:+.2f} before, "
            f"{now[one, two]:+.2f} now",
        ),
    )


def _correlations(scores: Matrix) -> tuple[Matrix, Matrix]:
    """Return the matrix of correlations, and that of the variances of their Fisher transforms."""
    rows = scores.shape[0]
    squares = scores**2
    correlation = np.clip(scores.T @ scores / rows, -MOST_CORRELATION, MOST_CORRELATION)
    # The influence of a row is z1 z2 - r / 2 (z1^2 + z2^2); below are the terms of its variance.
    both = squares.T @ squares / rows
    fourth = (squares**2).mean(axis=0)
    third = (squares * scores).T @ scores / rows
    variance = both - correlation * (third + third.T) + correlation**2 / 4 * (fourth[:, None] + fourth + 2 * both)
    return correlation, np.maximum(variance, 0.0) / rows / (1 - correlation**2) ** 2


MEASURE: Final = TableMeasure(tests=tests, read=read)

"""All columns together: how well a classifier tells rows of one table from rows of the other. It needs both."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.drift.measure import Reading, TableMeasure
from modelbout.drift.noise import two_sided
from modelbout.drift.ranks import ordered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.drift.rows import Tables

FOLDS: Final = 2
LEAST_ROWS: Final = 50  # of each table, so that 25 are in each fold
MOST_COLUMNS: Final = 100  # the most important ones; more add time and noise
SEED: Final = 20261121
# Small trees, few of them: what matters is that the tables differ, not by exactly how much.
ROUNDS: Final = 25
LEAVES: Final = 8
LEAF_ROWS: Final = 40
BINS: Final = 254  # one less than scikit-learn makes of a column: missing values are one
CONFIDENCE: Final = 0.95  # of the interval that is shown
MOST_AREA: Final = 1 - 1e-6  # two tables that share nothing are infinitely far apart, which JSON cannot say


def tests(tables: Tables) -> int:
    """Return 1 when there are rows of both tables, else 0."""
    return int(tables.samples is not None and min(sample.height for sample in tables.samples) >= LEAST_ROWS)


def read(tables: Tables, alpha: float) -> tuple[Reading, ...]:
    """Return the area under the ROC curve of a domain classifier on rows that it was not fitted on.

    Two folds; the standard error in each is DeLong's (Biometrics 44, 1988), and that of their mean follows as if they
    were independent. The effect is the standardised difference of two normal samples with that area. Lopez-Paz and
    Oquab, Revisiting classifier two-sample tests, ICLR 2017. Empty with fewer than 50 rows or without columns.
    """
    if not tests(tables) or tables.samples is None or not tables.samples[0].width:
        return ()
    names = tables.samples[0].columns[:MOST_COLUMNS]
    both = pl.concat([sample.select(names) for sample in tables.samples], how="vertical_relaxed")
    inputs = np.column_stack([_binned(ordered(column)) for column in both.iter_columns()])
    heights = [sample.height for sample in tables.samples]
    side = np.repeat([0, 1], heights)
    area, error = _cross_fitted(inputs, side)
    allowed = min(0.5 + two_sided(alpha) * error, 1.0)
    reach = two_sided(1 - CONFIDENCE) * error
    low, high = max(area - reach, 0.0), min(area + reach, 1.0)
    return (
        Reading(
            measure="domain_classifier",
            effect=_difference(area),
            allowance=_difference(allowed),
            value=area,
            detail=f"area under the ROC curve {area:.3f}, {100 * CONFIDENCE:.0f} % interval {low:.3f} to "
            f"{high:.3f}, on at least {min(heights):,} rows of each table",
        ),
    )


def _binned(column: pl.Series) -> NDArray[np.float64]:
    """Return the column in bins of equally many rows, as the trees would make them; missing values below all others.

    scikit-learn makes the bins of weighted rows with a weighted quantile for each: twenty times what the trees cost.
    """
    ranks = column.rank("min").cast(pl.Float64)
    there = max(len(column) - column.null_count(), 1)
    bins = ((ranks - 1) * BINS / there).floor().fill_null(-1.0)
    binned: NDArray[np.float64] = bins.to_numpy()
    return binned


def _difference(area: float) -> float:
    """Return how many standard deviations apart two normal samples are whose area under the ROC curve this is."""
    return math.sqrt(2) * NormalDist().inv_cdf(min(max(area, 0.5), MOST_AREA))


def _cross_fitted(inputs: NDArray[np.float64], side: NDArray[np.int64]) -> tuple[float, float]:
    """Return the mean area over the folds and its standard error."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 -- a second to load, for this alone
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- comes with scikit-learn

    random = np.random.default_rng(SEED)
    fold = np.empty(side.size, np.int64)
    for value in (0, 1):
        place = random.permutation(np.flatnonzero(side == value))
        fold[place] = np.arange(place.size) % FOLDS
    areas, errors = [], []
    for number in range(FOLDS):
        held = fold == number
        model = HistGradientBoostingClassifier(
            max_iter=ROUNDS,
            max_leaf_nodes=LEAVES,
            min_samples_leaf=LEAF_ROWS,
            early_stopping=False,
            class_weight="balanced",
            random_state=SEED,
        )
        # Threads that wait for a busy core made this take minutes instead of a second.
        with threadpool_limits(1):
            scores = model.fit(inputs[~held], side[~held]).predict_proba(inputs[held])[:, 1]
        area, error = _area(scores[side[held] == 0], scores[side[held] == 1])
        areas.append(area)
        errors.append(error)
    return float(np.mean(areas)), float(np.sqrt(np.sum(np.square(errors))) / FOLDS)


def _area(zeros: NDArray[np.float64], ones: NDArray[np.float64]) -> tuple[float, float]:
    """Return the area under the ROC curve and DeLong's standard error."""
    above, below = _placements(ones, zeros), 1 - _placements(zeros, ones)
    variance = above.var(ddof=1) / ones.size + below.var(ddof=1) / zeros.size
    return float(above.mean()), float(np.sqrt(variance))


def _placements(values: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each value the share of the others that it exceeds; a tie counts half."""
    line = np.sort(others)
    low, high = np.searchsorted(line, values, "left"), np.searchsorted(line, values, "right")
    share: NDArray[np.float64] = (low + high) / (2 * others.size)
    return share


MEASURE: Final = TableMeasure(tests=tests, read=read)

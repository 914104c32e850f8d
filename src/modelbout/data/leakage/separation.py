"""How well one column alone tells the target: by its order, and by groups judged on rows that they never saw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FOLDS: Final = 5  # the usual number: each group's rate comes from four fifths of its rows
MOST_VALUES: Final = 200  # a numeric column with more different values is cut into bins
BINS: Final = 100  # hundredths: a smooth curve through them misses less than .005 of its variance
MICROSECONDS: Final = 1_000_000  # of a second
LEAST_PRESENT: Final = 0.5  # a line through the values that are there counts when at least half are


def class_strength(column: pl.Series, is_class: Sequence[NDArray[np.bool_]], *, enough: float) -> float:
    """Return the worst, over the classes, of the best area under the ROC curve, between 0 and 1.

    Args:
        column: n values of one feature; nulls are a value of their own.
        is_class: for each class, shape (n,), which rows belong to it.
        enough: stop at the first class below this, as only the worst one counts.
    """
    feature = _prepare(column)
    worst = 1.0
    for member in is_class:
        best = 0.0
        if feature.ranks is not None:
            found = area(feature.ranks, member)
            best = max(found, 1 - found)
        if best < enough:
            rates = held_out_means(feature.groups, member.astype(np.float64))
            best = max(best, area(ranked(rates), member))
        worst = min(worst, best)
        if worst < enough:
            break
    return worst


def number_strength(column: pl.Series, answers: NDArray[np.float64], answer_ranks: NDArray[np.float64]) -> float:
    """Return the best R2 with which the column alone tells the answers: line, line through ranks, or group means.

    Args:
        column: n values of one feature.
        answers: shape (n,), finite and not all equal.
        answer_ranks: shape (n,), ``ranked(answers)``: worked out once for all columns.
    """
    feature = _prepare(column)
    answers = in_unit(answers)
    best = 0.0
    if feature.values is not None and feature.ranks is not None:
        there = np.isfinite(feature.values)
        if there.all():
            best = _squared_correlation(feature.ranks, answer_ranks)
        elif there.mean() >= LEAST_PRESENT:
            best = _squared_correlation(feature.ranks[there], ranked(answers[there]))
        if there.mean() >= LEAST_PRESENT:
            best = max(best, _squared_correlation(in_unit(feature.values[there]), answers[there]))
    missed = np.square(answers - held_out_means(feature.groups, answers)).sum()
    return max(best, 1.0 - float(missed / np.square(answers - answers.mean()).sum()))


def ranked(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks of the values from 1, ties sharing their mean; shape (n,)."""
    return pl.Series(values).rank("average").to_numpy().astype(np.float64)


def as_numbers(column: pl.Series) -> NDArray[np.float64]:
    """Return numbers, booleans and, in seconds since 1970, moments as float64, shape (n,); NaN is what is missing."""
    if isinstance(column.dtype, pl.Date | pl.Datetime):
        column = column.cast(pl.Datetime("us")).to_physical() / MICROSECONDS
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy()


def codes(column: pl.Series) -> NDArray[np.int64]:
    """Return a code from 0 for each value, shape (n,), in the values' order; what is missing has a code of its own."""
    if column.dtype == pl.Boolean:
        column = column.cast(pl.UInt8)
    dense = column.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    return dense - (dense.min() if dense.size else 0)


def has_numbers(dtype: pl.DataType) -> bool:
    """Return whether :func:`as_numbers` takes a column of this type."""
    return dtype.is_numeric() or isinstance(dtype, pl.Boolean | pl.Date | pl.Datetime)


def in_unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values divided by the largest magnitude of each column: R2 stays, and no square leaves float64."""
    largest = np.abs(np.where(np.isfinite(values), values, 0.0)).max(axis=0, initial=0.0)
    return values / np.where(largest > 0, largest, 1.0)


@dataclass(frozen=True, eq=False)
class _Feature:
    """One column: values and ranks (nulls lowest) where it has an order, and group codes from 0."""

    values: NDArray[np.float64] | None
    ranks: NDArray[np.float64] | None
    groups: NDArray[np.int64]


def _prepare(column: pl.Series) -> _Feature:
    if column.dtype.is_temporal():
        column = column.to_physical()
    if not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        return _Feature(None, None, column.rank("dense").fill_null(0).cast(pl.Int64).to_numpy())
    values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    missing = np.isnan(values)
    ranks = ranked(np.where(missing, -np.inf, values))
    distinct, codes = np.unique(ranks, return_inverse=True)
    if distinct.size > MOST_VALUES:
        codes = np.where(missing, BINS, (ranks - 1) * BINS // ranks.size)
    return _Feature(values, ranks, codes.astype(np.int64))


def area(ranks: NDArray[np.float64], member: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: the share of pairs in the right order, ties half (Mann and Whitney 1947)."""
    inside = int(member.sum())
    outside = member.size - inside
    return float((ranks[member].sum() - inside * (inside + 1) / 2) / (inside * outside))


@lru_cache(maxsize=1)
def _folds(rows: int) -> NDArray[np.int64]:
    return np.random.default_rng(0).permutation(rows) % FOLDS


def held_out_means(groups: NDArray[np.int64], answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each row the mean answer of its group in the other folds, shape (n,); groups are codes from 0."""
    cells = groups * FOLDS + _folds(groups.size)
    size = (int(groups.max()) + 1) * FOLDS
    counts = np.bincount(cells, minlength=size).reshape(-1, FOLDS)
    sums = np.bincount(cells, weights=answers, minlength=size).reshape(-1, FOLDS)
    others = counts.sum(axis=1, keepdims=True) - counts
    # One row's worth of the overall mean: a group that no other row belongs to says nothing.
    means = (sums.sum(axis=1, keepdims=True) - sums + answers.mean()) / (others + 1)
    held_out: NDArray[np.float64] = means.reshape(-1)[cells]
    return held_out


def _squared_correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt(np.square(x).sum() * np.square(y).sum()))
    return float((x @ y) / spread) ** 2 if spread > 0 else 0.0

"""Pairs of numeric columns whose weighted sum is the target, found from one correlation matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.leakage.separation import in_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_PRESENT: Final = 0.5  # of the rows must have both columns
PRESELECT: Final = 0.05  # with missing values the closed form is a guess: look this far below the limit
MOST_CANDIDATES: Final = 100  # fitted one by one; each takes milliseconds
LEAST_FREE: Final = 1e-12  # 1 - r12^2 below this: two names for one column


def leaking_pairs(
    columns: pl.DataFrame, answers: NDArray[np.float64], *, least: float, most_columns: int
) -> list[tuple[tuple[str, str], float]]:
    """Return the pairs whose plane explains at least this share of the answers' variance, best first.

    R2 = (r1^2 + r2^2 - 2 r1 r2 r12) / (1 - r12^2) for all pairs at once, from correlations over the rows that have
    both values; the candidates are then fitted by least squares on the rows that are complete for them.

    Args:
        columns: n rows of numeric or boolean columns.
        answers: shape (n,), finite and not all equal.
        least: the R2 from which a pair counts.
        most_columns: with more, those that correlate best with the answers are taken.
    """
    names = columns.columns
    if len(names) < 2:  # noqa: PLR2004 -- a pair needs two
        return []
    values = np.column_stack([columns.get_column(name).cast(pl.Float64).fill_null(np.nan).to_numpy() for name in names])
    values[~np.isfinite(values)] = np.nan
    values, answers = in_unit(values), in_unit(answers)
    keep = _best(values, answers, most_columns)
    values, names = values[:, keep], [names[place] for place in keep]
    together = _correlations(np.column_stack([values, answers]))
    with_answer, between = together[:-1, -1], together[:-1, :-1]
    free = 1 - np.square(between)
    squares = np.square(with_answer)
    cross = 2 * np.outer(with_answer, with_answer) * between
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = (squares[:, None] + squares[None, :] - cross) / free
    explained[~np.isfinite(explained) | (free < LEAST_FREE)] = 0.0
    first, second = np.nonzero(np.triu(explained >= least - PRESELECT, k=1))
    best = np.argsort(-explained[first, second], kind="stable")[:MOST_CANDIDATES]
    fitted = [
        ((names[one], names[two]), _fit(values[:, [one, two]], answers))
        for one, two in zip(first[best].tolist(), second[best].tolist(), strict=True)
    ]
    return sorted((found for found in fitted if found[1] >= least), key=lambda found: -found[1])


def _best(values: NDArray[np.float64], answers: NDArray[np.float64], most: int) -> list[int]:
    if values.shape[1] <= most:
        return list(range(values.shape[1]))
    centred = np.where(np.isnan(values), 0.0, values - _means(values))
    spread = np.sqrt(np.square(centred).sum(axis=0))
    strength = np.abs((answers - answers.mean()) @ centred) / np.where(spread > 0, spread, np.inf)
    return sorted(np.argsort(-strength, kind="stable")[:most].tolist())


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    there = ~np.isnan(values)
    means: NDArray[np.float64] = np.where(there, values, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return means


def _correlations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    there = ~np.isnan(values)
    centred = np.where(there, values - _means(values), 0.0)
    scale = np.sqrt(np.square(centred).sum(axis=0) / np.maximum(there.sum(axis=0), 1))
    centred /= np.where(scale > 0, scale, 1.0)
    mask = there.astype(np.float64)
    counts = np.maximum(mask.T @ mask, 1.0)
    sums = centred.T @ mask
    squares = np.square(centred).T @ mask
    products = centred.T @ centred
    covariance = products - sums * sums.T / counts
    variance = squares - np.square(sums) / counts
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation: NDArray[np.float64] = covariance / np.sqrt(variance * variance.T)
    correlation[~np.isfinite(correlation)] = 0.0
    return np.clip(correlation, -1.0, 1.0)


def _fit(pair: NDArray[np.float64], answers: NDArray[np.float64]) -> float:
    complete = ~np.isnan(pair).any(axis=1)
    if complete.mean() < LEAST_PRESENT:
        return 0.0
    x, y = pair[complete], answers[complete]
    x, y = x - x.mean(axis=0), y - y.mean()
    total = float(np.square(y).sum())
    if total == 0:
        return 0.0
    scale = np.abs(x).max(axis=0)
    weights, *_ = np.linalg.lstsq(x / np.where(scale > 0, scale, 1.0), y)
    return 1.0 - float(np.square(y - x / np.where(scale > 0, scale, 1.0) @ weights).sum()) / total

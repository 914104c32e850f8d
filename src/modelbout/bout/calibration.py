"""How far probabilities are from what happens, in bins of about equally many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.ranking import rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.sheet import Sheet

MOST_BINS = 15  # Guo and others 2017, On calibration of modern neural networks; customary since
ROWS_A_BIN = 20  # ours: below that a bin's share of positives is known to 0.11 at best, which no bins can show
LEAST_ROWS = 3  # a variance that can be worked out again with one row left out


@dataclass(frozen=True, eq=False)
class Bins:
    """Rows sorted into bins by their probability.

    Attributes:
        of_row: shape (n,), each row's bin, from 0 without gaps.
        probability: shape (n,), of the positive class; for many classes, of the class that was given most.
        hit: shape (n,), float64, whether that class is the true one.
        rows: shape (b,), rows in each bin.
        gap: shape (b,), mean probability minus share of hits.
        share: shape (b,), share of hits.
    """

    of_row: NDArray[np.int64]
    probability: NDArray[np.float64]
    hit: NDArray[np.float64]
    rows: NDArray[np.int64]
    gap: NDArray[np.float64]
    share: NDArray[np.float64]


def bins_of(sheet: Sheet) -> Bins:
    """Return the rows in bins; equal probabilities are never divided, so that the order of the rows does not matter."""
    if sheet.positive is not None:
        probability = sheet.proba[:, sheet.positive]
        ranking = sheet.ranking(sheet.positive)
    else:
        given = sheet.proba.argmax(axis=1)
        probability = np.take_along_axis(sheet.proba, given[:, None], axis=1)[:, 0]
        ranking = rank(probability, given == sheet.codes)
    count = max(1, min(MOST_BINS, sheet.rows // ROWS_A_BIN))
    middles = np.cumsum(ranking.sizes) - ranking.sizes / 2
    of_group = _without_small(np.floor(middles * count / sheet.rows).astype(np.int64), ranking.sizes)
    of_row = np.empty(sheet.rows, dtype=np.int64)
    of_row[ranking.order] = np.repeat(of_group, ranking.sizes)
    hit = ranking.hit.astype(np.float64)
    rows = np.bincount(of_row)
    share = np.bincount(of_row, hit) / rows
    return Bins(of_row, probability, hit, rows, np.bincount(of_row, probability) / rows - share, share)


def _without_small(of_group: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Join bins of fewer than three rows to the one below, the first to the one above; number them from 0."""
    _, codes = np.unique(of_group, return_inverse=True)
    rows = np.bincount(codes, sizes)
    starts = rows >= LEAST_ROWS
    joined = np.maximum(np.cumsum(starts) - 1, 0)
    return np.asarray(joined[codes], dtype=np.int64)

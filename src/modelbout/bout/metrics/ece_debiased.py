"""Squared calibration error without the part that chance alone puts in: 0 on average for a calibrated model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.calibration import bins_of
from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean over the bins of squared gap minus its variance under chance (Kumar, Liang and Ma 2019).

    The influence of a row is its jackknife pseudo-value, with the bins as they are. For a calibrated model the estimate
    is a degenerate U-statistic, whose first-order influence is 0; the jackknife sees the second order, too, and is
    never too sure of itself there (Efron and Stein 1981, The jackknife estimate of variance).
    """
    bins = bins_of(sheet)
    of_bin = debiased(bins.gap, bins.share, bins.rows)
    value = float(bins.rows @ of_bin / sheet.rows)
    rows, at = bins.rows[bins.of_row], bins.of_row
    gap = (rows * bins.gap[at] - (bins.probability - bins.hit)) / (rows - 1)
    share = (rows * bins.share[at] - bins.hit) / (rows - 1)
    pseudo = rows * of_bin[at] - (rows - 1) * debiased(gap, share, rows - 1)
    return Measured(value, pseudo - pseudo.mean())


def debiased(gap: NDArray[np.float64], share: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the squared gap of bins without what the spread of their hits adds to it on average."""
    return gap**2 - share * (1 - share) / (rows - 1)


METRIC = RowMetric(
    title="Calibration error, squared and debiased",
    better="lower",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="signed",
    formula=formula,
)

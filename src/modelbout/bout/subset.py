"""The primary metric on some of the holdout's rows: no verdict, but a reader sees what it would be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from modelbout.bout import defaults, reasons
from modelbout.bout.comparison import contrast
from modelbout.bout.inspection import inspect_truth
from modelbout.bout.sheet import sheet_of
from modelbout.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.ring import Corner, Ring
    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import MetricResult


def primary_on(ring: Ring, rows: NDArray[np.bool_]) -> MetricResult | None:
    """Return the primary metric of both corners on some rows, or None when these do not allow a comparison.

    Args:
        ring: where the bout was fought; it was judged, so all its answers are whole.
        rows: shape (n,), which rows of the holdout count.
    """
    if ring.champion is None:
        return None
    name, confidence = defaults.primary(ring.compare, ring.task).metric, ring.compare.confidence
    try:
        inspect_truth(ring.task, ring.classes, ring.truth[rows])
        sheets = [_sheet(ring, corner, rows) for corner in (ring.challenger, ring.champion)]
        result = contrast(name, *sheets, confidence=confidence, seed=ring.seed).result()
    except DataError:
        return None
    return msgspec.structs.replace(result, explanation=reasons.of_subset(result, int(rows.sum()), confidence))


def _sheet(ring: Ring, corner: Corner, rows: NDArray[np.bool_]) -> Sheet:
    return sheet_of(ring, corner.predictions, corner.own).take(np.flatnonzero(rows))

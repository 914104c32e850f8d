"""Curves as a reader can use them without a picture: values at round places."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING

from modelbout.report.escape import Markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelbout.evidence import Curve

ROC_PLACES = (0.01, 0.05, 0.1, 0.2, 0.5)
"""Shares of negatives that are flagged: where a classifier is run, from strict to loose."""

RECALL_PLACES = (0.2, 0.4, 0.6, 0.8, 0.95)

SIDES = ("champion", "challenger")

NAMES: Mapping[str, str] = {
    "roc": "ROC",
    "precision_recall": "Precision and recall",
    "calibration": "Calibration",
    "residuals": "Residuals",
}
"""The kinds of curves in the order of the report, with the title of each."""


def of_kind(curves: Iterable[Curve], kind: str) -> dict[str, Curve]:
    """Return the curves of one kind by side, champion first; without those that hold no point."""
    found = {curve.side: curve for curve in curves if curve.kind == kind and curve.x}
    return {side: found[side] for side in SIDES if side in found}


def at(curve: Curve, place: float) -> float | None:
    """Return the height of a curve at a place between its ends, on the straight line between two points.

    At a jump it is the height after it. None outside the curve.
    """
    points = sorted((x, y) for x, y in zip(curve.x, curve.y, strict=False) if math.isfinite(x) and math.isfinite(y))
    if not points or not points[0][0] <= place <= points[-1][0]:
        return None
    after = bisect_right([x for x, _ in points], place)
    if after == len(points):
        return points[-1][1]
    (x0, y0), (x1, y1) = points[after - 1], points[after]
    return y0 + (y1 - y0) * (place - x0) / (x1 - x0)


def share(value: float | None) -> Markdown:
    """Return a share as a percentage with one decimal below 10 % and above 90 %, or a dash."""
    if value is None or not math.isfinite(value):
        return Markdown("\N{EN DASH}")
    percent = 100 * value
    return Markdown(f"{percent:.0f} %" if 10 <= percent <= 90 or percent in {0, 100} else f"{percent:.1f} %")  # noqa: PLR2004 -- as the docstring says


def calibration_gap(curve: Curve) -> float | None:
    """Return the mean distance between what was said and what happened, weighted by rows (unweighted without)."""
    weights = curve.rows if len(curve.rows) == len(curve.x) else (1,) * len(curve.x)
    total = sum(weights)
    if not total:
        return None
    return sum(w * abs(x - y) for w, x, y in zip(weights, curve.x, curve.y, strict=False)) / total

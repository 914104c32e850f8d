"""Points of the plots: ROC, precision-recall, calibration, residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from modelbout.evidence import Curve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from modelbout.bout.ranking import Ranking
    from modelbout.bout.sheet import Sheet

Kind = Literal["roc", "precision_recall", "calibration", "residuals"]
Side = Literal["champion", "challenger"]

# A plot 800 pixels wide shows no more, and three curves of two models stay below 30 KB of JSON.
MAX_POINTS = 200

# Ten bins are what readers know from calibration plots; twenty show the shape of residuals.
CALIBRATION_BINS = 10
RESIDUAL_BINS = 20


def curves(challenger: Sheet, champion: Sheet | None) -> tuple[Curve, ...]:
    """Return the curves of the task for the champion, then for the challenger, as far as they gave probabilities."""
    found = [] if champion is None else list(_of(champion, "champion"))
    return (*found, *_of(challenger, "challenger"))


def _of(sheet: Sheet, side: Side) -> Iterator[Curve]:
    if sheet.task == "regression":
        yield _binned("residuals", side, sheet.value, sheet.target - sheet.value, RESIDUAL_BINS)
    elif not sheet.has("proba"):
        return
    elif sheet.positive is not None:
        ranking = sheet.ranking(sheet.positive)
        yield roc(ranking, side)
        yield precision_recall(ranking, side)
        hit = (sheet.codes == sheet.positive).astype(np.float64)
        yield _binned("calibration", side, sheet.proba[:, sheet.positive], hit, CALIBRATION_BINS)
    else:
        right = (sheet.proba.argmax(axis=1) == sheet.codes).astype(np.float64)
        yield _binned("calibration", side, sheet.proba.max(axis=1), right, CALIBRATION_BINS)


def roc(ranking: Ranking, side: Side) -> Curve:
    """Return the share of negatives (x) and of positives (y) above each threshold, from (0, 0) to (1, 1)."""
    rows, hits = ranking.from_top()
    misses = rows - hits
    x = np.concatenate(([0.0], misses[::-1] / misses[0]))
    y = np.concatenate(([0.0], hits[::-1] / hits[0]))
    return _curve("roc", side, *_thinned(x, y))


def precision_recall(ranking: Ranking, side: Side) -> Curve:
    """Return recall (x) and precision (y) at each threshold, recall rising."""
    rows, hits = ranking.from_top()
    return _curve("precision_recall", side, *_thinned((hits / hits[0])[::-1], (hits / rows)[::-1]))


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Keep at most 200 of the points, evenly along the curve's length, the ends always."""
    if x.size <= MAX_POINTS:
        return x, y
    length = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    kept = np.searchsorted(length, np.linspace(0, length[-1], MAX_POINTS - 1))
    kept = np.unique(np.concatenate((kept, [x.size - 1])))
    return x[kept], y[kept]


def _binned(kind: Kind, side: Side, x: NDArray[np.float64], y: NDArray[np.float64], bins: int) -> Curve:
    """Return the means of x and y in bins of equally many rows by x; equal x are never torn apart."""
    edges = np.unique(np.quantile(x, np.linspace(0, 1, bins + 1)))
    which = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, max(edges.size - 2, 0))
    counts = np.bincount(which)
    filled = counts > 0
    means = [np.bincount(which, weights=numbers)[filled] / counts[filled] for numbers in (x, y)]
    return _curve(kind, side, means[0], means[1], counts[filled])


def _curve(
    kind: Kind, side: Side, x: NDArray[np.float64], y: NDArray[np.float64], rows: NDArray[np.int64] | None = None
) -> Curve:
    return Curve(
        kind=kind,
        side=side,
        x=tuple(x.tolist()),
        y=tuple(y.tolist()),
        rows=() if rows is None else tuple(rows.tolist()),
    )

"""How far what the challenger promises is from what happens, on the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, unmeasured
from modelbout.bout.spread import spread
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from modelbout.bout.guardrail import Match
    from modelbout.bout.sheet import Sheet

METHOD = "Student's t of the mean gap"


def measure(match: Match) -> Estimate:
    """Return the distance of the mean answer from the mean truth: calibration-in-the-large, without its sign.

    For several classes it is the largest of their gaps, with intervals that hold together (Bonferroni).

    Raises:
        DataError: no probabilities, or a truth without spread.
    """
    gaps = _gaps(match)
    level = 1 - (1 - match.confidence) / len(gaps)
    found = [_distance(gap, match.challenger, level) for gap in gaps]
    bounds = Interval(low=max(one[1] for one in found), high=max(one[2] for one in found), method=METHOD)
    return Estimate(value=max(one[0] for one in found), interval=bounds)


def _gaps(match: Match) -> list[NDArray[np.float64]]:
    """Return for each row by how much the answer is too large: for each class that is judged, or the value."""
    sheet = match.challenger
    if sheet.task == "regression":
        spread = float(sheet.target.std())
        return [(sheet.value - sheet.target) / spread]
    if not sheet.has("proba"):
        raise unmeasured(
            "calibration_gap",
            "the challenger gave no probabilities",
            "probabilities",
            fix="Give the estimator `predict_proba`, or take calibration_gap out of compare.guardrails.",
        )
    return [sheet.proba[:, code] - (sheet.codes == code) for code in sheet.scored_classes()]


def _distance(gap: NDArray[np.float64], sheet: Sheet, confidence: float) -> tuple[float, float, float]:
    mean = float(gap.mean())
    reach = spread(gap - mean, sheet, by_class=False).reach(confidence)
    return abs(mean), max(abs(mean) - reach, 0.0), abs(mean) + reach


GUARDRAIL = CornerGuardrail(
    title="Calibration in the large",
    unit="",
    needs_champion=False,
    measure=measure,
    group="Safe answers",
    of_rows=True,
)

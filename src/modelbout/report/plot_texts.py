"""Which pictures a bout has numbers for, and what each of them says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import readings
from modelbout.report.numbers import PLAIN, POINTS, TARGET, Unit, gain, number, percent, unit_of
from modelbout.report.seldom import SELDOM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.evidence import Curve, MetricResult, SliceResult
    from modelbout.results import BoutResult

SLICES_LIMIT = 30
"""Groups in the forest plot: about a screen's height. Our own choice."""

_WORDS_FOR: Mapping[str, str] = {
    "differences": "Improvement of each metric",
    "slices": "Improvement in each slice",
    "rates": "ROC, precision and recall",
    "calibration": "Calibration",
    "residuals": "Residuals",
}


def title(name: str, bout: BoutResult) -> str:
    """Return a picture's title."""
    with_interval = f" with its {100 * bout.confidence:.4g} % interval" if name in {"differences", "slices"} else ""
    return f"{_WORDS_FOR[name]}{with_interval}"


def drawable(name: str, bout: BoutResult) -> bool:
    """Tell whether the bout has the numbers for a picture."""
    if name == "differences":
        return bool(by_unit(bout))
    if name == "slices":
        return any(part.improvement is not None for part in bout.slices)
    if name == "rates":
        return all(readings.of_kind(bout.curves, kind) for kind in ("roc", "precision_recall"))
    return bool(readings.of_kind(bout.curves, name))


def describe(name: str, bout: BoutResult) -> str:
    """Return the picture's text equivalent: what a reader takes from it, as plain text."""
    return _DESCRIBE[name](bout)


def by_unit(bout: BoutResult) -> dict[Unit, list[MetricResult]]:
    """Return the metrics with an improvement but for seldom ones, by unit; the primary metric's group comes first."""
    found: dict[str, MetricResult] = {}
    usual = (metric for metric in bout.metrics if metric.metric not in SELDOM)
    for metric in (bout.primary, *bout.guardrail_metrics, *usual):
        if metric is not None and metric.improvement is not None:
            found.setdefault(metric.metric, metric)
    first = [_unit(bout.primary)] if bout.primary else []
    own = [_unit(metric) for metric in found.values() if metric.unit]
    groups: dict[Unit, list[MetricResult]] = {}
    for unit in (*first, *own, TARGET, POINTS, PLAIN):
        members = [metric for metric in found.values() if _unit(metric) == unit]
        if members:
            groups[unit] = members
    return groups


def _unit(metric: MetricResult) -> Unit:
    """Return the unit of a metric's axis: money has one of its own, beside which a share could not be seen."""
    return Unit(1.0, metric.unit) if metric.unit else unit_of(metric.metric)


def line(metric: MetricResult) -> float | None:
    """Return what the interval must lie above to keep the metric's rule, in the metric's unit, or None."""
    if metric.rule == "superior":
        return metric.margin or None
    return -(metric.margin or 0.0) if metric.rule == "non_inferior" else None


def drawn_slices(bout: BoutResult) -> tuple[SliceResult, ...]:
    """Return the groups in the picture, groups of one column together; notable ones first when there are too many."""
    parts = list(bout.slices)
    if len(parts) > SLICES_LIMIT:
        parts = sorted(parts, key=lambda part: part.status not in {"better", "worse"})[:SLICES_LIMIT]
    columns = list(dict.fromkeys(part.column for part in parts))
    return tuple(sorted(parts, key=lambda part: columns.index(part.column)))


def calibration_axes(bout: BoutResult) -> tuple[str, str]:
    """Return what the axes of the calibration picture say."""
    if bout.task == "multiclass":
        return "confidence in the answer", "answers that were right"
    return "probability that was said", "share that came true"


def _differences(bout: BoutResult) -> str:
    said = []
    for unit, metrics in by_unit(bout).items():
        for metric in metrics:
            if metric.improvement is not None:
                shown = gain(metric.improvement, unit, margin=metric.margin)
                said.append(f"{metric.title} {shown.amount} ({shown.span})")
    return f"Above zero is better. {'; '.join(said)}."


def _slices(bout: BoutResult) -> str:
    unit = unit_of(bout.primary.metric) if bout.primary else PLAIN
    said = []
    for part in drawn_slices(bout):
        amount = f"{gain(part.improvement, unit).amount}, " if part.improvement else ""
        said.append(f"{part.column} {part.group} {amount}{part.status}")
    return f"Above zero is better. {'; '.join(said)}."


def _rates(bout: BoutResult) -> str:
    found = _sides(bout, "roc", lambda curve: readings.share(readings.at(curve, 0.1)))
    right = _sides(bout, "precision_recall", lambda curve: readings.share(readings.at(curve, 0.6)))
    return (
        f"When 10 % of the negatives are flagged, positives found: {found}. "
        f"When 60 % of the positives are found, flagged that are right: {right}."
    )


def _calibration(bout: BoutResult) -> str:
    gaps = _sides(bout, "calibration", lambda curve: f"{percent(readings.calibration_gap(curve) or 0.0, 1.0)}")
    return f"Mean distance between the probability that was said and the share that came true: {gaps}."


def _residuals(bout: BoutResult) -> str:
    worst = _sides(bout, "residuals", lambda curve: number(max(abs(y) for y in curve.y), 1))
    return f"Largest mean error of a group of rows with like predictions, in the target's unit: {worst}."


def _sides(bout: BoutResult, kind: str, read: Callable[[Curve], str]) -> str:
    return ", ".join(f"{side} {read(curve)}" for side, curve in readings.of_kind(bout.curves, kind).items())


_DESCRIBE: Mapping[str, Callable[[BoutResult], str]] = {
    "differences": _differences,
    "slices": _slices,
    "rates": _rates,
    "calibration": _calibration,
    "residuals": _residuals,
}

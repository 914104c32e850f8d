"""What verdicts, statuses and rules are called in a report, in one place so that all sections say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from modelbout.report.escape import Markdown, text
from modelbout.report.numbers import TARGET, Gain, gain, plain, unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.evidence import Holding, MetricResult, SliceStatus
    from modelbout.results import Verdict

VERDICT_MARKS: Mapping[Verdict, Markdown] = {
    "first": Markdown("\N{SPORTS MEDAL}"),
    "win": Markdown("\N{WHITE HEAVY CHECK MARK}"),
    "loss": Markdown("\N{CROSS MARK}"),
    "inconclusive": Markdown("\N{WHITE QUESTION MARK ORNAMENT}"),
    "error": Markdown("\N{NO ENTRY}"),
}
REFUSED = Markdown("\N{CROSS MARK}")
STOPPED = Markdown("\N{NO ENTRY}")
FINE = Markdown("\N{WHITE HEAVY CHECK MARK}")
WARNING = Markdown("\N{WARNING SIGN}\N{VARIATION SELECTOR-16}")
DASH = Markdown("\N{EN DASH}")

_STATUS: Mapping[Holding, str] = {
    "holds": f"{FINE} holds",
    "broken": f"{REFUSED} broken",
    "uncertain": "\N{WHITE QUESTION MARK ORNAMENT} not settled",
    "shown": DASH,
}
_SLICE_STATUS: Mapping[SliceStatus, str] = {
    "better": f"{FINE} better",
    "worse": f"{REFUSED} worse",
    "no difference shown": "no difference shown",
    "not enough rows": f"{WARNING} not enough rows",
}


def status(holding: Holding) -> Markdown:
    """Return a rule's status with its mark."""
    return Markdown(_STATUS[holding])


def slice_status(value: SliceStatus) -> Markdown:
    """Return a slice's status with its mark."""
    return Markdown(_SLICE_STATUS[value])


def improvement(metric: MetricResult) -> Gain | None:
    """Return the metric's paired difference in its unit, or None when there is no champion."""
    if metric.improvement is None:
        return None
    return gain(metric.improvement, unit_of(metric.metric), margin=metric.margin)


def amount(metric: str, value: float) -> Markdown:
    """Return a margin of a metric with its unit, unless that is the target's, which a table says once."""
    unit = unit_of(metric)
    shown = plain(value * unit.factor)
    return shown if unit == TARGET else Markdown(f"{shown}{unit.suffix(shown)}")


def rule(metric: MetricResult) -> Markdown:
    """Return what the metric must do, in words."""
    if metric.rule == "superior":
        return Markdown(f"better by more than {amount(metric.metric, metric.margin)}" if metric.margin else "better")
    if metric.rule == "non_inferior":
        return Markdown(f"at most {amount(metric.metric, metric.margin or 0.0)} worse")
    if metric.rule == "equivalent":
        return Markdown(f"at most {amount(metric.metric, metric.margin or 0.0)} away")
    if metric.rule == "relative_cost":
        return Markdown(f"at most {plain(1 + (metric.margin or 0.0))} times the champion's")
    if metric.rule in {"max", "min"} and metric.limit is not None:
        return Markdown(f"{_bound(metric.rule)} {plain(metric.limit)}")
    return DASH


def remark(title: str, explanation: str) -> Markdown:
    """Return an explanation with the name of what it explains in front, unless it starts with it."""
    if explanation.startswith(title):
        return text(explanation)
    return Markdown(f"**{text(title)}**: {text(explanation)}")


def moved(metric: MetricResult) -> Literal["rises", "falls", "stays"]:
    """Return which way the metric's value went from the champion to the challenger."""
    before = metric.champion.value if metric.champion else metric.challenger.value
    if metric.challenger.value == before:
        return "stays"
    return "rises" if metric.challenger.value > before else "falls"


def _bound(name: str) -> str:
    return "at most" if name == "max" else "at least"


def listed(items: list[Markdown]) -> Markdown:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    if len(items) < 2:  # noqa: PLR2004 -- nothing to join
        return Markdown("".join(items))
    return Markdown(f"{', '.join(items[:-1])} and {items[-1]}")

"""What a difference of two models means to who pays for it: in cases or money, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from modelbout.report.escape import Markdown, text
from modelbout.report.numbers import count, decimals, number

if TYPE_CHECKING:
    from modelbout.evidence import Estimate, Interval, MetricResult
    from modelbout.results import BoutResult

PER = 1_000
"""Cases that are spoken of: one in a thousand is still a whole case, and everybody can picture a thousand."""

COSTS = "cost_matrix"
PER_THOUSAND = "per 1,000 decisions"
CASES = "accuracy"
TYPICAL_ERRORS = ("mae", "rmse")

RARE = 1_000
"""Once in so many is as rare as can be said: the tail of an interval is not known further out."""

COIN = 0.1
"""From one in ten on, chance is said in tenths: nobody pictures 'once in 3'."""


def in_cases(bout: BoutResult) -> Markdown | None:
    """Say the difference in money where costs are known, else in cases that are decided rightly, else in typical error.

    None without a champion, or where none of these metrics was compared with an interval.
    """
    costs, cases = (_compared(bout, name) for name in (COSTS, CASES))
    if costs is not None:
        return _money(*costs)
    if cases is not None:
        return _rightly(*cases)
    for name in TYPICAL_ERRORS:
        error = _compared(bout, name)
        if error is not None:
            return _error(*error)
    return None


def _compared(bout: BoutResult, name: str) -> tuple[MetricResult, Estimate, Interval] | None:
    for metric in (bout.primary, *bout.guardrail_metrics, *bout.metrics):
        if metric is not None and metric.metric == name and metric.improvement and metric.improvement.interval:
            return metric, metric.improvement, metric.improvement.interval
    return None


@dataclass(frozen=True)
class _Scale:
    """How a difference is said: the word for a gain, that for a loss, the unit before them, the digits."""

    good: str
    bad: str
    unit: str
    places: int

    def amount(self, value: float) -> str:
        """Return a difference without a sign: ``13 more``."""
        return f"{number(abs(value), self.places)}{self.unit} {self.good if value >= 0 else self.bad}"

    def range(self, low: float, high: float) -> str:
        """Return an interval without signs: ``1 to 26 more``, ``2 to 30 fewer``, ``3 fewer to 20 more``."""
        if low >= 0:
            return f"{number(low, self.places)} to {self.amount(high)}"
        if high <= 0:
            return f"{number(-high, self.places)} to {self.amount(low)}"
        return f"{self.amount(low)} to {self.amount(high)}"


def _rightly(_: MetricResult, gain: Estimate, interval: Interval) -> Markdown:
    value, low, high = (PER * part for part in (gain.value, interval.low, interval.high))
    if low == high == 0:
        return Markdown(f"Of {count(PER)} cases it decides every one as before.")
    scale = _Scale("more", "fewer", "", decimals((value,), width=max(high - low, 1.0)))
    return Markdown(
        f"Of {count(PER)} cases it decides about **{scale.amount(value)} rightly** ({scale.range(low, high)})."
    )


def _money(metric: MetricResult, gain: Estimate, interval: Interval) -> Markdown:
    value, low, high = gain.value, interval.low, interval.high
    currency = metric.unit.removesuffix(PER_THOUSAND).strip()
    if low == high == 0:
        return Markdown(f"{count(PER)} decisions cost as much as before.")
    unit = f" {text(currency)}" if currency else ""
    scale = _Scale("less", "more", unit, decimals((value,), width=high - low))
    return Markdown(f"{count(PER)} decisions cost about **{scale.amount(value)}** ({scale.range(low, high)}).")


def _error(metric: MetricResult, gain: Estimate, interval: Interval) -> Markdown:
    before = metric.champion.value if metric.champion else 0.0
    if not before > 0:
        return Markdown("The champion makes no error on these rows.")
    value, low, high = (100 * part / before for part in (gain.value, interval.low, interval.high))
    if low == high == 0:
        return Markdown("Its typical error is the same.")
    scale = _Scale("smaller", "larger", " %", decimals((value,), width=high - low))
    title = text(metric.title)
    return Markdown(f"Its typical error ({title}) is about **{scale.amount(value)}** ({scale.range(low, high)}).")


def how_sure(bout: BoutResult) -> Markdown:
    """Say how easily chance alone would have made the difference that decides."""
    metric = bout.primary if bout.champion is not None else bout.baseline
    if metric is None or metric.improvement is None or metric.improvement.interval is None:
        return Markdown("It cannot be said: there is nothing to compare with.")
    gain, interval = metric.improvement.value, metric.improvement.interval
    if interval.low == interval.high:
        return Markdown("Wholly: both give the same answers on every row.")
    if bout.champion is not None and metric.rule in {"non_inferior", "equivalent"} and metric.status == "holds":
        return Markdown(
            f"{100 * bout.confidence:.4g} %: what is shown is that it is not worse by more than the margin,"
            " not that it is better."
        )
    chance = _chance(gain, interval, bout.confidence)
    equal = "If both were equally good" if bout.champion is not None else "If it had learned nothing"
    seen = f"{equal}, a difference as large as this would turn up in {_once(chance)}"
    if chance < 1 - bout.confidence:
        return Markdown(f"{seen}.")
    return Markdown(f"{seen}: it may well be chance.")


def _chance(gain: float, interval: Interval, confidence: float) -> float:
    """Return the two-sided chance of a difference as large, from the interval's own half that reaches towards zero."""
    normal = NormalDist()
    reach = gain - interval.low if gain > 0 else interval.high - gain
    if not reach > 0:
        return 1.0
    return 2 * normal.cdf(-abs(gain) / (reach / normal.inv_cdf((1 + confidence) / 2)))


def _once(chance: float) -> str:
    if chance < 1 / RARE:
        return f"fewer than 1 of {count(RARE)} bouts"
    if chance < COIN:
        times = round(1 / chance)
        step = 10 ** max(math.floor(math.log10(times)) - 1, 0)
        return f"about 1 of {count(times // step * step)} bouts"
    return f"about {min(max(round(10 * chance), 1), 9)} of 10 bouts"

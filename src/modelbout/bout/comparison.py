"""One metric of one or two models, measured, with all intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.bootstrap import replicates
from modelbout.bout.intervals import level
from modelbout.bout.paired import difference
from modelbout.bout.roster import metric as metric_named
from modelbout.errors import DataError, Problem
from modelbout.evidence import Estimate, MetricResult

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured, Metric
    from modelbout.bout.paired import Difference
    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import Holding, Rule


@dataclass(frozen=True)
class Comparison:
    """One metric of the challenger and, where there is one, of the champion.

    Attributes:
        name: the metric's name.
        metric: the metric.
        challenger: its level with interval.
        champion: the champion's level with interval.
        unit: what is shown behind the numbers, such as a currency.
        difference: the paired difference; None without a champion, or when a class is too rare for an interval.
    """

    name: str
    metric: Metric
    challenger: Estimate
    champion: Estimate | None = None
    difference: Difference | None = None
    unit: str = ""

    @property
    def improvement(self) -> Estimate | None:
        """Return the difference as an estimate, without interval when none could be made."""
        if self.difference is not None:
            return self.difference.estimate()
        if self.champion is None:
            return None
        sign = 1 if self.metric.better == "higher" else -1
        return Estimate(value=sign * (self.challenger.value - self.champion.value))

    def result(
        self,
        *,
        rule: Rule = "none",
        status: Holding = "shown",
        margin: float | None = None,
        limit: float | None = None,
        explanation: str = "",
    ) -> MetricResult:
        """Return it as results hold it."""
        return MetricResult(
            metric=self.name,
            title=self.metric.title,
            better=self.metric.better,
            rule=rule,
            status=status,
            challenger=self.challenger,
            champion=self.champion,
            improvement=self.improvement,
            margin=margin,
            limit=limit,
            explanation=explanation,
            unit=self.unit,
        )


def contrast(name: str, challenger: Sheet, champion: Sheet | None, *, confidence: float, seed: int) -> Comparison:
    """Measure one metric on both sheets; both must have the answers that the metric needs.

    Raises:
        DataError: the metric is not a finite number for one of them.
    """
    return compared(name, metric_named(name, challenger.terms), challenger, champion, confidence=confidence, seed=seed)


def compared(
    name: str, metric: Metric, challenger: Sheet, champion: Sheet | None, *, confidence: float, seed: int
) -> Comparison:
    """Measure any metric on both sheets, also one that is in no list.

    Raises:
        DataError: as ``contrast``.
    """
    mine = _measure(name, metric, challenger, "challenger")
    sheets = (challenger,) if champion is None else (challenger, champion)
    drawn = replicates(metric, sheets, seed) if metric.interval == "bootstrap" else ()
    level_of_mine = level(metric, challenger, mine, confidence=confidence, seed=seed, drawn=drawn[0] if drawn else None)
    unit = metric.unit(challenger.terms)
    if champion is None:
        return Comparison(name, metric, level_of_mine, unit=unit)
    theirs = _measure(name, metric, champion, "champion")
    both = (drawn[0], drawn[1]) if drawn else None
    return Comparison(
        name,
        metric,
        level_of_mine,
        level(metric, champion, theirs, confidence=confidence, seed=seed, drawn=both and both[1]),
        difference(metric, challenger, champion, (mine, theirs), confidence=confidence, seed=seed, drawn=both),
        unit=unit,
    )


def _measure(name: str, metric: Metric, sheet: Sheet, who: str) -> Measured:
    with np.errstate(over="ignore", invalid="ignore"):
        measured = metric.measure(sheet)
    if not (np.isfinite(measured.value) and np.isfinite(measured.influence).all()):
        raise DataError(
            Problem(
                found=f"{name} of the {who} is not a finite number on this holdout",
                allowed="a finite number",
                fix="Look at the scale of the predictions and of the target; a verdict needs both to be ordinary "
                "numbers.",
            )
        )
    return measured

"""Groups that must not fare worse under the challenger than under the champion."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from modelbout.bout.comparison import compared
from modelbout.bout.holding import against
from modelbout.bout.inspection import MIN_ROWS
from modelbout.bout.intervals import MIN_CLASS_ROWS
from modelbout.bout.metric import Measured, RowMetric, TableMetric
from modelbout.bout.ratio import ratio
from modelbout.bout.reasons import number
from modelbout.bout.slices import groups_of
from modelbout.evidence import FairnessResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelbout.bout.metric import Better, Metric
    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import FairnessMeasure, Holding, Rule

NAMED = 3  # ours: rates that the reasons name; the table has all of them


@dataclass(frozen=True)
class _Rate:
    """One measure: the metric of a group's rows, the rule by which it is judged, and the rows that it is about."""

    metric: Metric
    rule: Rule
    about: str = "rows"
    truth: bool | None = None


def judge_fairness(ring: Ring, challenger: Sheet, champion: Sheet | None) -> tuple[FairnessResult, ...]:
    """Return one result for each measure of each group; nothing when none is watched.

    A measure **holds** in a group when its whole interval lies within the margin: to hold in all groups each must hold
    for itself, which needs no correction (Berger 1982, Multiparameter hypothesis testing and acceptance sampling). It
    is **broken** when the interval at a level divided by the number of all measures of all groups lies wholly beyond
    the margin (Bonferroni), so that many groups do not make a false ``loss`` likelier. Without a champion, and in a
    group that is too small for an interval, nothing is known: the first is ``shown``, the second ``uncertain``.
    """
    watched = ring.compare.fairness
    if watched is None:
        return ()
    groups = [(column.name, group, rows) for column in ring.watched for group, rows in groups_of(column)]
    court = _Court(ring, watched.margin, tests=len(groups) * len(watched.measures))
    found = []
    for column, group, rows in groups:
        mine, theirs = challenger.take(rows), None if champion is None else champion.take(rows)
        for measure in watched.measures:
            head = FairnessResult(
                column=column, group=group, measure=measure, rows=rows.size, status="shown", margin=watched.margin
            )
            found.append(court.judged(head, mine, theirs))
    return tuple(found)


def told(results: tuple[FairnessResult, ...]) -> tuple[str, ...]:
    """Return why fairness keeps a challenger from winning, as sentences; nothing when it does not.

    The broken rates come first; of all others one sentence says how many are not settled.
    """
    broken = [one for one in results if one.status == "broken"]
    unsettled = sum(one.status == "uncertain" for one in results)
    named = [
        f"{_RATES[one.measure].metric.title} of {one.group} ({one.column}): {one.explanation}" for one in broken[:NAMED]
    ]
    more = [f"{len(broken) - NAMED:,} more rates are broken."] if len(broken) > NAMED else []
    open_ones = [f"{unsettled:,} of {len(results):,} rates of groups are not settled."] if unsettled else []
    return (*named, *more, *open_ones)


@dataclass(frozen=True)
class _Court:
    """What all groups of a bout are judged by."""

    ring: Ring
    margin: float
    tests: int

    def judged(self, head: FairnessResult, mine: Sheet, theirs: Sheet | None) -> FairnessResult:
        """Return the result of one measure on the rows of one group."""
        rate, confidence, seed = _RATES[head.measure], self.ring.compare.confidence, self.ring.seed
        lacking = _lacking(rate, mine, max(self.ring.compare.min_slice_rows, MIN_ROWS))
        if lacking:
            return replace(head, status="shown" if theirs is None else "uncertain", explanation=lacking)
        plain = compared(head.measure, rate.metric, mine, theirs, confidence=confidence, seed=seed)
        found = replace(head, challenger=plain.challenger, champion=plain.champion)
        if theirs is None or plain.difference is None:
            return replace(found, explanation="There is no champion yet to compare with.")
        status = against(rate.rule, self.margin, plain.difference.low, plain.difference.high)
        if status == "broken":
            strict = 1 - (1 - confidence) / self.tests
            sure = compared(head.measure, rate.metric, mine, theirs, confidence=strict, seed=seed).difference
            if sure is None or against(rate.rule, self.margin, sure.low, sure.high) != "broken":
                status = "uncertain"
        told = _sentence(head.measure, status, self.margin)
        return replace(found, status=status, improvement=plain.difference.estimate(), explanation=told)


def _lacking(rate: _Rate, sheet: Sheet, least: int) -> str:
    """Say what a group has too little of; nothing when it has enough."""
    if sheet.rows < least:
        return f"The group has {sheet.rows:,} rows; {least:,} are the least that are judged."
    if not sheet.has(rate.metric.needs):
        return "The model gives no probabilities."
    if rate.truth is None:
        return ""
    positive = _positive(sheet)
    members = int(sheet.support[positive if rate.truth else 1 - positive])
    if members < MIN_CLASS_ROWS:
        return f"The group has {members:,} {rate.about}; {MIN_CLASS_ROWS} are the least that are judged."
    return ""


def _sentence(measure: FairnessMeasure, status: Holding, margin: float) -> str:
    moved = "moved" if measure == "selection_rate" else "got worse"
    sure = {"holds": "It has surely not", "broken": "It has surely"}.get(status, "It may have")
    return f"{sure} {moved} by more than {number(margin)}."


def _positive(sheet: Sheet) -> int:
    assert sheet.positive is not None  # noqa: S101 -- fairness is for binary tasks, config/rules.py says so
    return sheet.positive


@dataclass(frozen=True)
class _CalledPositive:
    """The share of rows that a model calls positive: of those whose truth is so, is not so, or of all."""

    truth: bool | None

    def _counted(self, positive: int) -> list[int]:
        return [0, 1] if self.truth is None else [positive if self.truth else 1 - positive]

    def formula(self, table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
        """Return the share; 0 where no row counts."""
        hit = int(positive or 0)
        rows = table[..., self._counted(hit), :]
        return ratio(rows[..., hit].sum(axis=-1), rows.sum(axis=(-2, -1)))

    def gradient(self, shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
        """Return the derivative of the quotient by each cell."""
        hit = int(positive or 0)
        counted = self._counted(hit)
        part, whole = shares[counted, hit].sum(), shares[counted, :].sum()
        slope = np.zeros_like(shares)
        slope[counted, :] = -part / whole**2
        slope[counted, hit] += 1 / whole
        return slope


def _share(title: str, better: Better, *, truth: bool | None) -> TableMetric:
    share = _CalledPositive(truth)
    return TableMetric(
        title=title,
        tasks=("binary",),
        scale="unit",
        formula=share.formula,
        gradient=share.gradient,
        better=better,
    )


def _gap(sheet: Sheet) -> Measured:
    """Return how far the mean probability of the positive class lies from its share, whichever way."""
    positive = _positive(sheet)
    distance = sheet.proba[:, positive] - (sheet.codes == positive)
    middle = float(distance.mean())
    return Measured(abs(middle), (distance - middle) * (-1.0 if middle < 0 else 1.0))


_RATES: Mapping[FairnessMeasure, _Rate] = MappingProxyType(
    {
        "tpr": _Rate(
            _share("True positive rate", "higher", truth=True), "non_inferior", about="positive rows", truth=True
        ),
        "fpr": _Rate(
            _share("False positive rate", "lower", truth=False), "non_inferior", about="negative rows", truth=False
        ),
        # Whether being selected is good or bad for a group nobody here knows: it may not move either way.
        "selection_rate": _Rate(_share("Selection rate", "higher", truth=None), "equivalent"),
        "calibration": _Rate(
            RowMetric(
                title="Calibration gap",
                better="lower",
                tasks=("binary",),
                needs="proba",
                scale="positive",
                formula=_gap,
            ),
            "non_inferior",
        ),
    }
)

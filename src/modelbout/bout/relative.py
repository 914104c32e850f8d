"""A cost of the challenger as a multiple of the champion's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.bootstrap import replicates
from modelbout.bout.metric import Measured, RowMetric, TableMetric
from modelbout.bout.paired import difference
from modelbout.errors import DataError, Place, Problem
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Metric
    from modelbout.bout.sheet import Sheet

LOG_SCALE = "delta method, log scale"


def relative_cost(
    name: str, metric: Metric, challenger: Sheet, champion: Sheet, *, confidence: float, seed: int, key: str
) -> Estimate:
    """Return challenger / champion of a lower-is-better metric, with its paired interval.

    The interval is that of the difference of logarithms: the influence of a row on ``log(value)`` is its influence on
    the value, divided by the value (delta method; Fieller 1954 gives the same to this order). Its ends stay above 0.

    Args:
        name: the metric's name.
        metric: lower is better.
        challenger: its answers.
        champion: the other's answers for the same rows.
        confidence: two-sided level of the interval.
        seed: starts random draws, where the metric's intervals need some.
        key: of the configuration, for the error.

    Raises:
        DataError: one of the two values is not above 0, so that a multiple of it means nothing; or a class is too rare.
    """
    logs = []
    for sheet, who in ((challenger, "challenger"), (champion, "champion")):
        measured = metric.measure(sheet)
        if not measured.value > 0:
            raise DataError(
                Problem(
                    found=f"{name} of the {who} is not above 0, so a multiple of it says nothing",
                    allowed="values above 0 of both models",
                    fix="Use `rule: non_inferior` with a margin in the metric's unit.",
                    place=Place(key=key),
                )
            )
        logs.append(Measured(float(np.log(measured.value)), measured.influence / measured.value))
    on_logs = metric
    if isinstance(metric, TableMetric):
        on_logs = _logged(metric)
    elif isinstance(metric, RowMetric):
        on_logs = replace(metric, root=False)  # the difference of logarithms is none of roots
    drawn = None
    if metric.interval == "bootstrap":
        with np.errstate(divide="ignore", invalid="ignore"):
            mine, theirs = (np.log(values) for values in replicates(metric, (challenger, champion), seed))
        drawn = mine, theirs
    found = difference(on_logs, challenger, champion, (logs[0], logs[1]), confidence=confidence, seed=seed, drawn=drawn)
    if found is None:
        raise DataError(
            Problem(
                found=f"{name} weighs all classes alike, and one has too few holdout rows for an interval",
                allowed="at least 5 rows of each class that occurs",
                fix="Hold out more rows, or compare another metric.",
                place=Place(key=key),
            )
        )
    ends = np.exp([-found.improvement, -found.high, -found.low])
    method = found.method if found.low == found.high else LOG_SCALE
    return Estimate(value=float(ends[0]), interval=Interval(low=float(ends[1]), high=float(ends[2]), method=method))


def _logged(metric: TableMetric) -> TableMetric:
    """Return the logarithm of a metric of the confusion matrix: NaN for a drawn table where it is not above 0."""

    def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(metric.formula(table, positive))

    return replace(metric, formula=formula)

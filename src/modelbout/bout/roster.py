"""Which metrics there are: one for each file in ``metrics/``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout import catalogue

if TYPE_CHECKING:
    from modelbout.bout.metric import Metric
    from modelbout.manifest import Task

METRICS = "modelbout.bout.metrics"


def metric(name: str) -> Metric:
    """Return one metric by its name.

    Raises:
        KeyError: there is no metric of that name.
    """
    found: Metric = catalogue.member(METRICS, name).METRIC
    return found


def names_for(task: Task) -> tuple[str, ...]:
    """Return the names of a task's metrics, sorted."""
    return tuple(name for name in catalogue.names(METRICS) if task in metric(name).tasks)

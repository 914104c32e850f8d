"""Which metrics there are: one for each file in ``metrics/``, and those that the user names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout import catalogue
from modelbout.bout.terms import NO_TERMS

if TYPE_CHECKING:
    from modelbout.bout.metric import Metric
    from modelbout.bout.terms import Terms
    from modelbout.manifest import Task

METRICS = "modelbout.bout.metrics"


def metric(name: str, terms: Terms = NO_TERMS) -> Metric:
    """Return one metric by its name, as it is under these terms.

    Raises:
        KeyError: there is no metric of that name.
    """
    own = next((one for one in terms.own if one.name == name), None)
    if own is not None:
        return own.metric()
    found: Metric = catalogue.member(METRICS, name).METRIC
    return found.told(terms)


def known(terms: Terms) -> tuple[str, ...]:
    """Return the names of all metrics, whatever their task: the user's own ones first."""
    return (*(one.name for one in terms.own), *catalogue.names(METRICS))


def names_for(task: Task) -> tuple[str, ...]:
    """Return the names of a task's metrics, sorted."""
    return tuple(name for name in catalogue.names(METRICS) if task in metric(name).tasks)


def told_for(task: Task, terms: Terms) -> tuple[str, ...]:
    """Return the names of a task's metrics that can be worked out under these terms."""
    found = ((name, metric(name, terms)) for name in known(terms))
    return tuple(name for name, one in found if task in one.tasks and (one.term is None or terms.has(one.term)))


def deciding_for(task: Task, terms: Terms) -> tuple[str, ...]:
    """Return the names of those that can decide something: an interval is known to hold them."""
    return tuple(name for name in told_for(task, terms) if metric(name, terms).interval != "none")

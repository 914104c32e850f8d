"""Names in ``compare``: is there such a metric or guardrail, and does it fit the task?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout import catalogue
from modelbout.bout import roster
from modelbout.bout.guardrail import GUARDRAILS
from modelbout.bout.guardrail import guardrail as corner
from modelbout.bout.metric import TableMetric
from modelbout.bout.terms import terms_of
from modelbout.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.bout.metric import Metric, Term
    from modelbout.bout.terms import Terms
    from modelbout.config.compare import Compare, Expectation, Guardrail
    from modelbout.manifest import Task


_TERMS: dict[Term, str] = {
    "costs": "Add `costs: {false_positive: ..., false_negative: ...}` to `compare`.",
    "quantile": "Add `quantile:` to `compare`, such as 0.9 for a model of the 90 % quantile.",
}


def check_names(compare: Compare, task: Task) -> list[Problem]:
    """Return every metric that does not exist or is not for this task, with its key as place."""
    terms = terms_of(compare)
    problems = list(_primary(compare, task, terms))
    if compare.fairness is not None and task != "binary":
        problems.append(
            Problem(
                found=f"fairness is about a positive answer, and the task is {task}",
                allowed="task: binary",
                fix="Remove `compare.fairness`; name its columns in `compare.slices`.",
                place=Place(key="compare.fairness"),
            )
        )
    problems.extend(_threshold(compare, task, terms))
    for index, guardrail in enumerate(compare.guardrails):
        problems.extend(_guardrail(guardrail, task, f"compare.guardrails[{index}]", terms))
    for index, expectation in enumerate(compare.expectations):
        problems.extend(_expectation(expectation, task, f"compare.expectations[{index}]"))
    return problems


def _primary(compare: Compare, task: Task, terms: Terms) -> Iterator[Problem]:
    if compare.primary is None:
        return
    name, key = compare.primary.metric, "compare.primary.metric"
    if name in catalogue.names(GUARDRAILS):
        yield Problem(
            found=f"{name} is a guardrail, not a metric that can decide",
            allowed=_listed(roster.deciding_for(task, terms)),
            fix="Move it to compare.guardrails with `max`.",
            place=Place(key=key),
        )
    else:
        yield from _metric(name, task, key, terms, also=())


def _threshold(compare: Compare, task: Task, terms: Terms) -> Iterator[Problem]:
    """Yield why no threshold can be the best one: costs are weighed, or else a primary metric of the labels."""
    primary = compare.primary
    if compare.threshold != "best" or compare.costs is not None or primary is None:
        return
    fitting = tuple(name for name in roster.names_for(task) if _of_table(roster.metric(name)))
    if primary.metric in roster.known(terms) and primary.metric not in fitting:
        yield Problem(
            found=f"no threshold is best for {primary.metric}, which is none of Modelbout's metrics of the labels",
            allowed=_listed(fitting),
            fix="Set `compare.costs`, decide by one of these, or remove `threshold`.",
            place=Place(key="compare.threshold"),
        )


def _of_table(found: Metric) -> bool:
    return isinstance(found, TableMetric) and found.term is None


def _guardrail(guardrail: Guardrail, task: Task, key: str, terms: Terms) -> Iterator[Problem]:
    corners = catalogue.names(GUARDRAILS)
    if guardrail.rule is None and guardrail.max is None and guardrail.min is None:
        yield Problem(
            found=f"the guardrail {guardrail.metric} says no condition",
            allowed="rule and margin, max, min",
            fix="Say what must hold; a guardrail without a condition would always pass.",
            place=Place(key=key),
        )
    if guardrail.metric not in corners:
        wrong = tuple(_metric(guardrail.metric, task, f"{key}.metric", terms, also=corners))
        yield from wrong
        if (
            not wrong
            and guardrail.rule == "relative_cost"
            and roster.metric(guardrail.metric, terms).better == "higher"
        ):
            yield Problem(
                found=f"relative_cost is for metrics where lower is better, and of {guardrail.metric} higher is",
                allowed="a loss, an error or a cost",
                fix="Use `rule: non_inferior` with a margin in the metric's unit.",
                place=Place(key=f"{key}.rule"),
            )
    elif guardrail.rule is not None or guardrail.margin is not None:
        yield Problem(
            found=f"{guardrail.metric} has no rule and no margin",
            allowed="max, min",
            fix=f"Write {{metric: {guardrail.metric}, max: ...}}.",
            place=Place(key=f"{key}.metric"),
        )
    if guardrail.metric in corners and task not in corner(guardrail.metric).tasks:
        yield Problem(
            found=f"{guardrail.metric} is for {' and '.join(corner(guardrail.metric).tasks)}, and the task is {task}",
            allowed=_listed(tuple(name for name in corners if task in corner(name).tasks)),
            fix="Choose a guardrail of this task, or mend `task`.",
            place=Place(key=f"{key}.metric"),
        )


def _expectation(expectation: Expectation, task: Task, key: str) -> Iterator[Problem]:
    for kind in ("rising", "falling"):
        if getattr(expectation, kind) is not None and task == "multiclass":
            yield Problem(
                found=f"`{kind}` is for binary and regression: several classes have no higher and lower answer",
                allowed="`invariant` for multiclass",
                fix="Remove it, or ask with `invariant`.",
                place=Place(key=f"{key}.{kind}"),
            )


def _metric(name: str, task: Task, key: str, terms: Terms, *, also: tuple[str, ...]) -> Iterator[Problem]:
    fitting = (*roster.deciding_for(task, terms), *also)
    known = (*roster.known(terms), *also)
    if name not in known:
        yield Problem(
            found=f"there is no metric `{name}`.{catalogue.did_you_mean(name, known)}",
            allowed=_listed(fitting),
            fix="Choose one of these; docs/metrics explains each.",
            place=Place(key=key),
        )
        return
    found = roster.metric(name, terms)
    if task not in found.tasks:
        tasks = " and ".join(found.tasks)
        yield Problem(
            found=f"{name} is for {tasks}, and the task is {task}",
            allowed=_listed(fitting),
            fix="Choose a metric of this task, or mend `task`.",
            place=Place(key=key),
        )
    elif found.term is not None and not terms.has(found.term):
        yield Problem(
            found=f"{name} needs `compare.{found.term}`, which is not set",
            allowed=_listed(fitting),
            fix=_TERMS[found.term],
            place=Place(key=key),
        )
    elif found.interval == "none":
        yield Problem(
            found=f"no interval is known to hold {name}, so it can be shown and can decide nothing",
            allowed=_listed(fitting),
            fix="Choose another metric; docs/metrics says which ones have an interval.",
            place=Place(key=key),
        )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)

"""What the types cannot say of metrics in ``compare``: names, costs, threshold and quantile that contradict others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelbout import catalogue
from modelbout.config.wording import quoted
from modelbout.errors import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelbout.config.compare import Compare, Costs
    from modelbout.manifest import Task

    Where = Callable[[str], Place]

METRICS = "modelbout.bout.metrics"
GUARDRAILS = "modelbout.bout.guardrails"

# They compare the primary metric with that of models which the user's functions are not asked of.
GAINS = ("dummy_gain", "linear_gain", "single_feature_gain")

# Each is best at one end of the probabilities: all rows positive, none, or only the surest one.
ONE_SIDED = ("precision", "recall", "specificity")


def metric_problems(compare: Compare, task: Task | None, where: Where) -> Iterator[Problem]:
    """Yield what contradicts itself; without a task, what depends on it is left out."""
    yield from _own(compare, task, where)
    if compare.costs is not None:
        if task not in (None, "binary"):
            fix = "Remove `costs`; a metric of your own can weigh the classes (`compare.metrics`)."
            yield Problem(
                f"`costs` has no meaning when the task is {task}", "task: binary", fix, where("compare.costs")
            )
        yield from _costs(compare.costs, where)
    if compare.quantile is not None and task not in (None, "regression"):
        found = f"`quantile` has no meaning when the task is {task}"
        yield Problem(found, "task: regression", "Remove it.", where("compare.quantile"))
    if compare.threshold == "best":
        yield from _threshold(compare, task, where)


def _own(compare: Compare, task: Task | None, where: Where) -> Iterator[Problem]:
    names = [one.name for one in compare.metrics]
    taken = (*catalogue.names(METRICS), *catalogue.names(GUARDRAILS))
    parts = ("value",) if task == "regression" else ("label", "proba")
    for index, one in enumerate(compare.metrics):
        key = f"compare.metrics[{index}]"
        if one.name in taken:
            found = f"{quoted(one.name)} is one of Modelbout's own metrics or guardrails"
            yield Problem(found, "a new name", "Call it otherwise.", where(f"{key}.name"))
        elif one.name in names[:index]:
            yield Problem(f"{quoted(one.name)} is there twice", "each once", "Remove one.", where(f"{key}.name"))
        if task is not None and one.needs not in parts:
            fix = f"Write `needs: {parts[0]}`."
            yield Problem(f"a {task} model gives no {one.needs}", ", ".join(parts), fix, where(f"{key}.needs"))
    if compare.primary is not None and compare.primary.metric in names:
        for index, guardrail in enumerate(compare.guardrails):
            if guardrail.metric in GAINS:
                found = f"{quoted(guardrail.metric)} knows no metric of your own, and the primary one is"
                fix = "Remove it: without a champion the primary metric must beat the dummy anyway."
                place = where(f"compare.guardrails[{index}].metric")
                yield Problem(found, "one of Modelbout's own primary metrics", fix, place)


def _costs(costs: Costs, where: Where) -> Iterator[Problem]:
    told = {
        "false_positive": costs.false_positive,
        "false_negative": costs.false_negative,
        "true_positive": costs.true_positive,
        "true_negative": costs.true_negative,
    }
    endless = [name for name, cost in told.items() if not math.isfinite(cost)]
    for name in endless:
        yield Problem("this cost is no finite number", "a number", "Say what it costs.", where(f"compare.costs.{name}"))
    if not endless:
        # Else one answer is best for every row (Elkan 2001, The foundations of cost-sensitive learning).
        for wrong, right in (("false_positive", "true_negative"), ("false_negative", "true_positive")):
            if told[wrong] <= told[right]:
                found = f"`{wrong}` costs no more than `{right}`: a wrong decision is not dearer than the right one"
                fix = "Check the signs: a cost is positive, a gain negative."
                yield Problem(found, f"more than {told[right]:g}", fix, where(f"compare.costs.{wrong}"))


def _threshold(compare: Compare, task: Task | None, where: Where) -> Iterator[Problem]:
    place = where("compare.threshold")
    if task not in (None, "binary"):
        found = f"a best threshold has no meaning when the task is {task}"
        yield Problem(found, "task: binary", "Remove it.", place)
    elif compare.costs is None:
        primary = None if compare.primary is None else compare.primary.metric
        if primary is None:
            found = "a best threshold needs to know what it shall be best for"
            fix = "Name a metric of the labels as `primary`, such as f1 or balanced_accuracy, or set `costs`."
            yield Problem(found, "a primary metric of the labels, or costs", fix, place)
        elif primary in ONE_SIDED:
            found = f"the best threshold for {primary} alone says the same of nearly every row"
            fix = "Set `costs`, or decide by f1, f2, f05 or balanced_accuracy and keep this one as a guardrail."
            yield Problem(found, "a metric that weighs both kinds of error", fix, place)

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.config.compare import Compare, Costs, Guardrail, Primary, UserMetric
from modelbout.config.metric_rules import metric_problems
from modelbout.errors import Place

if TYPE_CHECKING:
    from modelbout.errors import Problem
    from modelbout.manifest import Task

COSTS = Costs(false_positive=5, false_negative=80)


def faults(compare: Compare, task: Task | None = "binary") -> list[Problem]:
    return list(metric_problems(compare, task, lambda key: Place(key=key)))


def own(name: str, needs: str = "label") -> UserMetric:
    return UserMetric(name=name, function="m:f", better="higher", needs=needs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "compare",
    [
        Compare(),
        Compare(costs=COSTS, threshold="best"),
        Compare(threshold="best", primary=Primary(metric="f1")),
        Compare(metrics=(own("profit"), own("gain", "proba"))),
        Compare(costs=Costs(false_positive=5, false_negative=0, true_positive=-20)),
    ],
)
def test_what_holds_together_has_no_problem(compare: Compare) -> None:
    assert faults(compare) == []
    assert faults(compare, None) == []


@pytest.mark.parametrize(
    ("compare", "task", "key", "found"),
    [
        (Compare(costs=COSTS), "multiclass", "compare.costs", "no meaning when the task is multiclass"),
        (Compare(quantile=0.9), "binary", "compare.quantile", "no meaning when the task is binary"),
        (Compare(threshold="best", costs=COSTS), "multiclass", "compare.costs", "no meaning"),
        (Compare(threshold="best"), "binary", "compare.threshold", "what it shall be best for"),
        (
            Compare(threshold="best", primary=Primary(metric="recall")),
            "binary",
            "compare.threshold",
            "the same of nearly every row",
        ),
        (Compare(metrics=(own("profit"), own("profit"))), "binary", "compare.metrics[1].name", "there twice"),
        (Compare(metrics=(own("accuracy"),)), "binary", "compare.metrics[0].name", "one of Modelbout's own"),
        (Compare(metrics=(own("parity"),)), "binary", "compare.metrics[0].name", "one of Modelbout's own"),
        (
            Compare(
                metrics=(own("profit"),),
                primary=Primary(metric="profit"),
                guardrails=(Guardrail(metric="accuracy", min=0.5), Guardrail(metric="linear_gain", min=0)),
            ),
            "binary",
            "compare.guardrails[1].metric",
            "knows no metric of your own",
        ),
        (Compare(metrics=(own("profit"),)), "regression", "compare.metrics[0].needs", "a regression model gives no"),
        (Compare(metrics=(own("profit", "value"),)), "binary", "compare.metrics[0].needs", "a binary model gives no"),
        (
            Compare(costs=Costs(false_positive=float("nan"), false_negative=1)),
            "binary",
            "compare.costs.false_positive",
            "no finite number",
        ),
        (
            Compare(costs=Costs(false_positive=1, false_negative=5, true_positive=5)),
            "binary",
            "compare.costs.false_negative",
            "not dearer than the right one",
        ),
    ],
)
def test_contradictions_are_told_with_their_place(compare: Compare, task: Task, key: str, found: str) -> None:
    problem = faults(compare, task)[0]
    assert problem.place.key == key
    assert found in problem.found
    assert problem.allowed
    assert problem.fix


def test_a_best_threshold_is_for_two_classes() -> None:
    (problem,) = faults(Compare(threshold="best"), "regression")
    assert "no meaning when the task is regression" in problem.found

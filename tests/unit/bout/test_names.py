from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.bout.names import check_names
from modelbout.config.compare import Compare, Costs, Expectation, Guardrail, Primary

if TYPE_CHECKING:
    from modelbout.manifest import Task


def test_good_names_have_no_problem() -> None:
    compare = Compare(
        primary=Primary(metric="roc_auc"),
        guardrails=(
            Guardrail(metric="f1", rule="non_inferior", margin=0.01),
            Guardrail(metric="log_loss", max=0.5),
            Guardrail(metric="latency_ratio", max=1.25),
            Guardrail(metric="artifact_mb", min=0, max=200),
        ),
    )
    assert check_names(compare, "binary") == []
    assert check_names(Compare(), "regression") == []


@pytest.mark.parametrize(
    ("metric", "task", "found", "allowed"),
    [
        ("roc_uac", "binary", "no metric `roc_uac`. Did you mean `roc_auc`?", "roc_auc"),
        ("ROC_AUC", "binary", "Did you mean `roc_auc`?", "roc_auc"),
        ("zzz", "regression", "no metric `zzz`.", "rmse"),
        ("rmse", "binary", "rmse is for regression, and the task is binary", "log_loss"),
        ("f1", "multiclass", "f1 is for binary, and the task is multiclass", "f1_macro"),
        ("roc_auc", "regression", "roc_auc is for binary and multiclass", "mae"),
        ("artifact_mb", "binary", "is a guardrail, not a metric", "roc_auc"),
        ("_hidden", "binary", "no metric `_hidden`", "roc_auc"),
    ],
)
def test_wrong_primary(metric: str, task: Task, found: str, allowed: str) -> None:
    (problem,) = check_names(Compare(primary=Primary(metric=metric)), task)
    assert found in problem.found
    assert allowed in problem.allowed.split(", ")
    assert problem.fix
    assert problem.place.key == "compare.primary.metric"


def test_a_guardrail_of_another_task() -> None:
    compare = Compare(guardrails=(Guardrail(metric="negative_flips", max=0.1), Guardrail(metric="parity", max=0)))
    (problem,) = check_names(compare, "regression")
    assert problem.found == "negative_flips is for binary and multiclass, and the task is regression"
    assert problem.place.key == "compare.guardrails[0].metric"
    assert "parity" in problem.allowed
    assert "flip_cost" not in problem.allowed
    assert check_names(compare, "multiclass") == []


def test_several_classes_have_no_higher_and_lower_answer() -> None:
    compare = Compare(expectations=(Expectation(invariant=("a",)), Expectation(rising="a"), Expectation(falling="b")))
    assert [problem.place.key for problem in check_names(compare, "multiclass")] == [
        "compare.expectations[1].rising",
        "compare.expectations[2].falling",
    ]
    assert check_names(compare, "binary") == check_names(compare, "regression") == []


def test_every_guardrail_is_named_by_its_place() -> None:
    compare = Compare(
        guardrails=(
            Guardrail(metric="accuracy", min=0.5),
            Guardrail(metric="latncy_ratio", max=1.2),
            Guardrail(metric="mae", max=1.2),
            Guardrail(metric="artifact_mb", rule="non_inferior", margin=1.0),
            Guardrail(metric="accuracy"),
        )
    )
    problems = check_names(compare, "binary")
    assert [problem.place.key for problem in problems] == [
        "compare.guardrails[1].metric",
        "compare.guardrails[2].metric",
        "compare.guardrails[3].metric",
        "compare.guardrails[4]",
    ]
    assert "Did you mean `latency_ratio`?" in problems[0].found
    assert "latency_ratio" in problems[0].allowed
    assert "max" in problems[2].allowed
    assert "no condition" in problems[3].found


def test_a_relative_cost_is_of_something_that_should_be_low() -> None:
    wrong = Compare(guardrails=(Guardrail(metric="roc_auc", rule="relative_cost", margin=0.1),))
    (problem,) = check_names(wrong, "binary")
    assert problem.place.key == "compare.guardrails[0].rule"
    assert "of roc_auc higher is" in problem.found
    right = Compare(guardrails=(Guardrail(metric="log_loss", rule="relative_cost", margin=0.1),))
    assert check_names(right, "binary") == []


COSTS = Costs(false_positive=1, false_negative=5)


@pytest.mark.parametrize(
    ("compare", "task", "key", "found"),
    [
        (
            Compare(primary=Primary(metric="cost_matrix")),
            "binary",
            "compare.primary.metric",
            "cost_matrix needs `compare.costs`",
        ),
        (
            Compare(guardrails=(Guardrail(metric="pinball", max=1.0),)),
            "regression",
            "compare.guardrails[0].metric",
            "pinball needs `compare.quantile`",
        ),
        (
            Compare(primary=Primary(metric="max_error")),
            "regression",
            "compare.primary.metric",
            "it can be shown and can decide nothing",
        ),
        (
            Compare(guardrails=(Guardrail(metric="ece", max=0.05),)),
            "binary",
            "compare.guardrails[0].metric",
            "no interval is known to hold ece",
        ),
        (
            Compare(threshold="best", primary=Primary(metric="roc_auc")),
            "binary",
            "compare.threshold",
            "no threshold is best for roc_auc",
        ),
    ],
)
def test_metrics_that_lack_something_are_told_with_their_place(
    compare: Compare, task: Task, key: str, found: str
) -> None:
    (problem,) = check_names(compare, task)
    assert problem.place.key == key
    assert found in problem.found
    assert problem.allowed
    assert problem.fix


def test_costs_and_threshold_that_fit_have_no_problem() -> None:
    assert check_names(Compare(primary=Primary(metric="cost_matrix"), costs=COSTS, threshold="best"), "binary") == []
    assert check_names(Compare(primary=Primary(metric="roc_auc"), costs=COSTS, threshold="best"), "binary") == []
    assert check_names(Compare(primary=Primary(metric="f2"), threshold="best"), "binary") == []
    assert check_names(Compare(primary=Primary(metric="pinball"), quantile=0.9), "regression") == []

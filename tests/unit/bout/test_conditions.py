from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.conditions import judge_conditions, require
from modelbout.bout.sheet import Sheet
from modelbout.config.compare import Compare, Guardrail
from modelbout.errors import DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Ring
    from modelbout.evidence import GuardrailResult, MetricResult

SECONDS = (np.full(20, 1.5), np.full(20, 1.0))


@pytest.fixture
def judged(
    draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]]:
    def run(
        *guardrails: Guardrail, champion: bool = True
    ) -> tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]:
        mine = draw("binary", rows=2000, model=1, noise=0.2)
        theirs = draw("binary", rows=2000, model=2, noise=2.0) if champion else None
        compare = Compare(guardrails=guardrails)
        return judge_conditions(ring_of(mine, theirs, compare, seconds=SECONDS), mine, theirs)

    return run


@pytest.mark.parametrize(
    ("guardrail", "status"),
    [
        (Guardrail(metric="log_loss", rule="superior", margin=0.0), "holds"),
        (Guardrail(metric="log_loss", rule="superior"), "holds"),
        (Guardrail(metric="log_loss", rule="superior", margin=10.0), "broken"),
        (Guardrail(metric="accuracy", rule="non_inferior", margin=0.01), "holds"),
        (Guardrail(metric="log_loss", max=5.0), "holds"),
        (Guardrail(metric="log_loss", max=0.01), "broken"),
        (Guardrail(metric="accuracy", min=0.3), "holds"),
        (Guardrail(metric="accuracy", min=0.99), "broken"),
    ],
)
def test_conditions_on_metrics(
    guardrail: Guardrail,
    status: str,
    judged: Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]],
) -> None:
    (found,), others = judged(guardrail)
    assert others == ()
    assert found.status == status
    assert found.rule == (guardrail.rule or ("min" if guardrail.min is not None else "max"))
    assert (found.margin is None) is (guardrail.rule is None)
    assert (found.limit is None) is (guardrail.rule is not None)
    assert found.champion is not None
    assert found.explanation


def test_a_limit_within_the_interval_is_uncertain(
    judged: Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]],
) -> None:
    (level,), _ = judged(Guardrail(metric="roc_auc", min=0.0))
    (found,), _ = judged(Guardrail(metric="roc_auc", min=level.challenger.value))
    assert found.status == "uncertain"


def test_two_limits_are_two_conditions(
    judged: Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]],
) -> None:
    metrics, others = judged(
        Guardrail(metric="accuracy", min=0.9, max=1.0), Guardrail(metric="artifact_mb", max=2, min=9)
    )
    assert [(one.rule, one.status) for one in metrics] == [("max", "holds"), ("min", "broken")]
    assert [(one.rule, one.status, one.limit) for one in others] == [("max", "holds", 2), ("min", "broken", 9)]


def test_latency_is_judged_by_its_interval(
    judged: Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]],
) -> None:
    _, (found,) = judged(Guardrail(metric="latency_ratio", max=1.25))
    assert found.status == "broken"
    assert found.measured is not None
    assert found.measured.value == 1.5
    assert "above the ceiling of 1.25" in found.explanation


def test_what_needs_a_champion_is_shown_without_one(
    judged: Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]],
) -> None:
    metrics, others = judged(
        Guardrail(metric="log_loss", rule="non_inferior", margin=0.01),
        Guardrail(metric="latency_ratio", max=1.25),
        Guardrail(metric="artifact_mb", max=0.5),
        champion=False,
    )
    assert [one.status for one in metrics] == ["shown"]
    assert [one.status for one in others] == ["shown", "broken"]
    assert others[0].measured is None
    assert "needs a champion" in metrics[0].explanation
    assert "needs a champion" in others[0].explanation


@pytest.mark.parametrize("who", ["challenger", "champion"])
def test_a_metric_missing_on_one_side_is_an_error(who: str, draw: Callable[..., Sheet]) -> None:
    whole = draw("binary")
    labels = Sheet("binary", 2, 1, whole.truth, Predictions(label=whole.label))
    corners = (labels, whole) if who == "challenger" else (whole, labels)
    with pytest.raises(DataError, match=f"needs probabilities, and the {who} gave none") as caught:
        require("roc_auc", "compare.guardrails[1].metric", *corners)
    assert caught.value.problems[0].place.key == "compare.guardrails[1].metric"
    require("accuracy", "compare.guardrails[1].metric", *corners)


def test_a_rare_class_cannot_decide() -> None:
    truth = np.array([0] * 30 + [1] * 30 + [2] * 4, dtype=np.int64)
    sheet = Sheet("multiclass", 3, None, truth, Predictions(label=truth))
    with pytest.raises(DataError, match="one has 4 holdout rows"):
        require("f1_macro", "compare.primary.metric", sheet, None)
    require("mcc", "compare.primary.metric", sheet, None)

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.conditions import judge_conditions, require
from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import terms_of
from modelbout.config.compare import Compare, Costs, Guardrail
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


@pytest.mark.parametrize(
    ("guardrail", "status", "text"),
    [
        (Guardrail(metric="log_loss", rule="relative_cost", margin=0.0), "holds", "surely within 1 times"),
        (Guardrail(metric="brier", rule="relative_cost", margin=0.5), "holds", "surely within 1.5 times"),
        (Guardrail(metric="accuracy", rule="equivalent", margin=0.5), "holds", "surely no more than 0.5 away"),
        (Guardrail(metric="log_loss", rule="equivalent", margin=0.0001), "broken", "surely more than 0.0001 away"),
    ],
)
def test_rules_against_the_champion(
    guardrail: Guardrail,
    status: str,
    text: str,
    judged: Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]],
) -> None:
    (found,), _ = judged(guardrail)
    assert (found.rule, found.status, found.margin) == (guardrail.rule, status, guardrail.margin)
    assert text in found.explanation
    assert (found.ratio is not None) is (guardrail.rule == "relative_cost")


def test_a_cost_that_rose_is_broken_or_uncertain(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    mine, theirs = draw("binary", rows=2000, noise=2.0), draw("binary", rows=2000, model=2, noise=0.2)

    def cost(margin: float) -> MetricResult:
        compare = Compare(guardrails=(Guardrail(metric="log_loss", rule="relative_cost", margin=margin),))
        return judge_conditions(ring_of(mine, theirs, compare), mine, theirs)[0][0]

    assert cost(0.0).status == "broken"
    assert cost(10.0).status == "holds"
    ratio = cost(0.0).ratio
    assert ratio is not None
    between = cost(ratio.value - 1)
    assert between.status == "uncertain"
    assert "it may be above" in between.explanation


def test_a_cost_without_a_champion_is_not_applied(
    judged: Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]],
) -> None:
    (found,), _ = judged(Guardrail(metric="log_loss", rule="relative_cost", margin=0.1), champion=False)
    assert (found.status, found.ratio, found.rule) == ("shown", None, "relative_cost")
    assert "not applied" in found.explanation


def test_broken_by_itself_is_uncertain_among_many(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    sheet = draw("binary", rows=2000)
    levels = judge_conditions(
        ring_of(sheet, None, Compare(guardrails=(Guardrail(metric="accuracy", min=0.0),))), sheet, None
    )
    interval = levels[0][0].challenger.interval
    assert interval is not None
    near = Guardrail(metric="accuracy", min=interval.high + (interval.high - interval.low) / 40)
    others = tuple(Guardrail(metric="log_loss", max=5.0 + number) for number in range(9))
    (alone,), _ = judge_conditions(ring_of(sheet, None, Compare(guardrails=(near,))), sheet, None)
    among, _ = judge_conditions(ring_of(sheet, None, Compare(guardrails=(near, *others))), sheet, None)
    assert alone.status == "broken"
    assert [one.status for one in among] == ["uncertain"] + ["holds"] * 9
    assert among[0].explanation.endswith("By itself it would be sure; among 10 guardrails it may be chance.")


def test_what_is_far_beyond_its_limit_is_broken_among_many(
    judged: Callable[..., tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]],
) -> None:
    others = tuple(Guardrail(metric="log_loss", max=5.0 + number) for number in range(9))
    metrics, timings = judged(
        Guardrail(metric="accuracy", min=0.99), Guardrail(metric="latency_ratio", max=1.2), *others
    )
    assert [one.status for one in metrics] == ["broken"] + ["holds"] * 9
    # All 20 pairs of batches are slower: their interval of 99.75 % can still be made, and lies above.
    assert [one.status for one in timings] == ["broken"]


def test_an_interval_that_cannot_be_made_at_the_level_of_a_family_breaks_nothing(
    draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    sheet, theirs = draw("binary", rows=2000), draw("binary", rows=2000, model=2)
    seconds = (np.full(6, 1.5), np.full(6, 1.0))  # the fewest for an interval of 95 %
    guardrails = (Guardrail(metric="latency_ratio", max=1.2), Guardrail(metric="log_loss", max=5.0))
    _, (alone,) = judge_conditions(
        ring_of(sheet, theirs, Compare(guardrails=guardrails[:1]), seconds=seconds), sheet, theirs
    )
    _, (among,) = judge_conditions(
        ring_of(sheet, theirs, Compare(guardrails=guardrails), seconds=seconds), sheet, theirs
    )
    assert (alone.status, among.status) == ("broken", "uncertain")
    assert "among 2 guardrails" in among.explanation


def test_what_is_known_exactly_is_broken_by_itself_and_makes_no_other_less_sure(
    draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    sheet, theirs = draw("binary", rows=2000), draw("binary", rows=2000, model=2)
    seconds = (np.full(6, 1.5), np.full(6, 1.0))  # the fewest for an interval of 95 %
    guardrails = (Guardrail(metric="latency_ratio", max=1.2), Guardrail(metric="artifact_mb", max=0.5, min=0.1))
    _, found = judge_conditions(ring_of(sheet, theirs, Compare(guardrails=guardrails), seconds=seconds), sheet, theirs)
    assert [one.status for one in found] == ["broken", "broken", "holds"]


def test_a_metric_without_meaning_here_is_an_error_with_its_place(
    draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    sheet = draw("regression", lowest=0.5)
    below = Sheet("regression", 0, None, sheet.truth, Predictions(value=sheet.value - 20))
    compare = Compare(guardrails=(Guardrail(metric="poisson_deviance", max=1.0),))
    for pair, who in (((below, sheet), "challenger"), ((sheet, below), "champion")):
        with pytest.raises(
            DataError, match=f"poisson_deviance has no meaning for the {who}: .* at or below 0"
        ) as caught:
            judge_conditions(ring_of(*pair, compare), *pair)
        assert caught.value.problems[0].place.key == "compare.guardrails[0].metric"


def test_a_limit_of_costs_is_said_in_their_currency(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    costs = Costs(false_positive=1, false_negative=5, currency="EUR")
    compare = Compare(guardrails=(Guardrail(metric="cost_matrix", max=5000),), costs=costs)
    sheet = replace(draw("binary"), terms=terms_of(compare))
    (found,), _ = judge_conditions(replace(ring_of(sheet, None, compare), terms=sheet.terms), sheet, None)
    assert (found.status, found.unit) == ("holds", "EUR")
    assert "within the ceiling of 5,000 EUR" in found.explanation

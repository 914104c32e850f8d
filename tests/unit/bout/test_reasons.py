from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.bout.reasons import number, of_baseline, of_limit, of_power, of_rule, of_verdict
from modelbout.evidence import Estimate, GuardrailResult, Interval, MetricResult, Power

if TYPE_CHECKING:
    from modelbout.evidence import Holding, Rule
    from modelbout.results import Verdict


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, interval=Interval(low=low, high=high, method="made up"))


def result(rule: Rule, status: Holding, improvement: Estimate | None, margin: float = 0.01) -> MetricResult:
    return MetricResult(
        metric="roc_auc",
        title="ROC AUC",
        better="higher",
        rule=rule,
        status=status,
        challenger=Estimate(value=0.8),
        improvement=improvement,
        margin=margin,
    )


@pytest.mark.parametrize(
    ("value", "text"), [(0.012345, "0.0123"), (0, "0"), (-0.5, "-0.5"), (12345.6, "12,346"), (999.9, "1,000")]
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("rule", "status", "tail"),
    [
        ("superior", "holds", "surely above the margin of 0.01."),
        ("superior", "broken", "surely below the margin of 0.01."),
        ("superior", "uncertain", "this includes the margin of 0.01, so it may be chance."),
        ("non_inferior", "holds", "surely not worse by more than 0.01."),
        ("non_inferior", "broken", "surely worse by more than 0.01."),
        ("non_inferior", "uncertain", "it may be worse by more than 0.01."),
    ],
)
def test_rule_in_words(rule: Rule, status: Holding, tail: str) -> None:
    text = of_rule(result(rule, status, estimate(-0.02, -0.03, -0.01)), 0.95)
    assert text == f"ROC AUC is worse by 0.02 (improvement -0.03 to -0.01 at 95 % confidence): {tail}"


def test_other_improvements_in_words() -> None:
    assert of_rule(result("superior", "uncertain", estimate(0, 0, 0)), 0.95) == "ROC AUC is the same for both models."
    assert of_rule(result("superior", "shown", None), 0.95) == ""
    assert "is the same (improvement -0.1 to 0.1" in of_rule(
        result("superior", "uncertain", estimate(0, -0.1, 0.1)), 0.95
    )
    assert "better by 0.2: " in of_rule(result("superior", "uncertain", Estimate(value=0.2)), 0.95)


@pytest.mark.parametrize(
    ("status", "ceiling", "tail"),
    [
        ("holds", True, "within the ceiling of 0.5 MB"),
        ("broken", True, "above the ceiling of 0.5 MB"),
        ("uncertain", True, "it may be above the ceiling of 0.5 MB"),
        ("holds", False, "within the floor of 0.5 MB"),
        ("broken", False, "below the floor of 0.5 MB"),
        ("uncertain", False, "it may be below the floor of 0.5 MB"),
    ],
)
def test_limit_in_words(status: Holding, ceiling: bool, tail: str) -> None:  # noqa: FBT001 -- a column
    text = of_limit("Size", estimate(0.4, 0.3, 0.6), status, 0.5, ceiling=ceiling, confidence=0.9, unit="MB")
    assert text == f"Size is 0.4 MB (90 % interval 0.3 to 0.6): {tail}."


def test_dummy_in_words() -> None:
    surely = of_baseline(result("superior", "holds", estimate(0.2, 0.1, 0.3)), 0.95)
    assert surely.startswith("Against always giving the same answer, ROC AUC is better by 0.2")
    assert surely.endswith("it has surely learned something.")
    assert "chance" in of_baseline(result("superior", "uncertain", estimate(0.2, -0.1, 0.3)), 0.95)
    assert "surely worse" in of_baseline(result("superior", "broken", estimate(-0.2, -0.3, -0.1)), 0.95)
    assert "no better than always" in of_baseline(result("superior", "uncertain", estimate(0, 0, 0)), 0.95)


def test_power_in_words() -> None:
    assert of_power(Power(metric="m", detectable=0.02), "M", 1000) == (
        "This holdout of 1,000 rows detects a difference of 0.02 in M 4 times in 5."
    )
    text = of_power(Power(metric="m", detectable=0.02, rows_needed=12_341), "M", 1000)
    assert text.endswith("; one as small as this takes about 13,000 rows.")
    assert "about 7 rows" in of_power(Power(metric="m", detectable=0.02, rows_needed=7), "M", 1000)
    assert "1,000 rows (40 independent observations) detects" in of_power(
        Power(metric="m", detectable=0.02), "M", 1000, 40
    )


def test_reasons_name_only_guardrails_that_do_not_hold() -> None:
    def guardrail(status: Holding) -> GuardrailResult:
        return GuardrailResult(
            guardrail="g",
            title="G",
            rule="max",
            status=status,
            measured=None,
            limit=1,
            explanation=f"G {status}.",
            note="In age." if status == "uncertain" else "",
        )

    primary = result("superior", "holds", estimate(0.2, 0.1, 0.3))

    def rest(verdict: Verdict, *guardrails: GuardrailResult) -> tuple[str, ...]:
        return of_verdict(
            verdict, primary=primary, baseline=primary, guardrails=guardrails, power=None, rows=100, confidence=0.95
        )[1:]

    assert rest("win", guardrail("holds"), guardrail("holds")) == ("All 2 guardrails hold.",)
    assert rest("win", guardrail("holds")) == ("The guardrail holds.",)
    assert rest("win") == ()
    assert rest("loss", guardrail("holds"), guardrail("broken")) == ("G broken.",)
    assert rest("loss", guardrail("uncertain"), guardrail("broken")) == ("G uncertain. In age.", "G broken.")
    assert rest("win", guardrail("shown")) == ("G shown.",)
    several = rest("win", guardrail("shown"), guardrail("broken"), guardrail("shown"))
    assert several == ("G broken.", "2 guardrails need a champion: not applied.")

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from modelbout.report.effect import how_sure, in_cases
from modelbout.report.escape import text
from tests.unit.report import stories
from tests.unit.report.stories import estimate, metric

if TYPE_CHECKING:
    from modelbout.evidence import MetricResult
    from modelbout.results import BoutResult


def with_metrics(*metrics: MetricResult, primary: MetricResult | None = None) -> BoutResult:
    changes: dict[str, object] = {"metrics": metrics, "guardrail_metrics": ()}
    if primary is not None:
        changes["primary"] = primary
    return stories.bout(**changes)  # type: ignore[arg-type]


def gained(name: str, value: float, low: float, high: float, **more: object) -> MetricResult:
    made = metric(name, more.pop("title", name), 10.0, 10.0 - value, 1.0, better="lower", **more)  # type: ignore[arg-type]
    return msgspec.structs.replace(made, improvement=estimate(value, low, high))


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (0.0136, 0.001, 0.026, "Of 1,000 cases it decides about **14 more rightly** (1 to 26 more)."),
        (-0.016, -0.03, -0.002, "Of 1,000 cases it decides about **16 fewer rightly** (2 to 30 fewer)."),
        (0.0085, -0.003, 0.02, "Of 1,000 cases it decides about **8 more rightly** (3 fewer to 20 more)."),
        (0.0, 0.0, 0.0, "Of 1,000 cases it decides every one as before."),
    ],
)
def test_accuracy_is_said_in_cases(value: float, low: float, high: float, said: str) -> None:
    assert in_cases(with_metrics(gained("accuracy", value, low, high))) == said


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("EUR per 1,000 decisions", "1,000 decisions cost about **340 EUR less** (120 to 560 EUR less)."),
        ("per 1,000 decisions", "1,000 decisions cost about **340 less** (120 to 560 less)."),
        ("", "1,000 decisions cost about **340 less** (120 to 560 less)."),
        (
            "*x* per 1,000 decisions",
            f"1,000 decisions cost about **340 {text('*x*')} less** (120 to 560 {text('*x*')} less).",
        ),
    ],
)
def test_money_goes_before_cases(unit: str, said: str) -> None:
    costs = gained("cost_matrix", 340.0, 120.0, 560.0, unit=unit)
    assert in_cases(with_metrics(gained("accuracy", 0.01, 0.0, 0.02), costs)) == said


def test_costs_that_did_not_move() -> None:
    assert in_cases(with_metrics(gained("cost_matrix", 0.0, 0.0, 0.0))) == "1,000 decisions cost as much as before."
    rise = in_cases(with_metrics(gained("cost_matrix", -30.0, -70.0, 10.0, unit="EUR per 1,000 decisions")))
    assert rise == "1,000 decisions cost about **30 EUR more** (70 EUR more to 10 EUR less)."


def test_a_regression_is_said_as_a_share_of_its_typical_error() -> None:
    told = in_cases(with_metrics(gained("mae", 0.5, 0.2, 0.8, title="MAE")))
    assert told == "Its typical error (MAE) is about **5.0 % smaller** (2.0 to 8.0 % smaller)."
    assert in_cases(with_metrics(gained("rmse", 0.0, 0.0, 0.0))) == "Its typical error is the same."
    perfect = msgspec.structs.replace(gained("mae", -1.0, -2.0, -0.5), champion=estimate(0.0))
    assert in_cases(with_metrics(perfect)) == "The champion makes no error on these rows."


def test_nothing_is_said_of_what_was_not_compared() -> None:
    assert in_cases(with_metrics()) is None
    assert in_cases(with_metrics(metric("accuracy", "Accuracy", None, 0.8, 0.01))) is None
    bare = msgspec.structs.replace(gained("accuracy", 0.1, 0.0, 0.2), improvement=estimate(0.1))
    assert in_cases(with_metrics(bare)) is None


def sure(value: float, low: float, high: float, **more: object) -> str:
    made = gained("roc_auc", value, low, high, rule="superior", margin=0.0)
    return str(how_sure(with_metrics(primary=msgspec.structs.replace(made, **more))))


@pytest.mark.parametrize(
    ("gain", "said"),
    [
        # Standard errors at 95 %: 1.96 is the interval's own edge, 5 % or 1 in 20.
        (0.0, "about 9 of 10 bouts: it may well be chance."),
        (0.5, "about 6 of 10 bouts: it may well be chance."),
        (1.0, "about 3 of 10 bouts: it may well be chance."),
        (1.7, "about 1 of 11 bouts: it may well be chance."),
        (2.0, "about 1 of 22 bouts."),
        (3.0, "about 1 of 370 bouts."),
        (3.4, "fewer than 1 of 1,000 bouts."),
        (-3.0, "about 1 of 370 bouts."),
    ],
)
def test_chance_is_said_as_how_often_it_would_happen(gain: float, said: str) -> None:
    reach = 1.959964
    told = sure(gain, gain - reach, gain + reach)
    assert told == f"If both were equally good, a difference as large as this would turn up in {said}"


def test_the_half_that_reaches_towards_zero_counts() -> None:
    assert "about 1 of 370" in sure(3.0, 3.0 - 1.959964, 30.0)
    assert "about 1 of 370" in sure(-3.0, -30.0, -3.0 + 1.959964)
    assert "9 of 10" in sure(1.0, 1.0, 5.0)


def test_not_worse_is_not_better() -> None:
    told = sure(0.001, -0.002, 0.004, rule="non_inferior", margin=0.005, status="holds")
    assert told == "95 %: what is shown is that it is not worse by more than the margin, not that it is better."
    broken = sure(-3.0, -4.0, -2.0, rule="non_inferior", margin=0.005, status="broken")
    assert broken.startswith("If both were equally good")


def test_same_answers_are_sure() -> None:
    assert sure(0.0, 0.0, 0.0) == "Wholly: both give the same answers on every row."


def test_a_first_bout_is_held_against_the_dummy() -> None:
    first = stories.first().bout
    assert first is not None
    assert how_sure(first).startswith("If it had learned nothing, a difference as large as this would turn up in")
    assert how_sure(msgspec.structs.replace(first, baseline=None)).startswith("It cannot be said")

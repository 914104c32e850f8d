from __future__ import annotations

import msgspec
import pytest

from modelbout.evidence import Condition, FoundSlice, Power, Wear
from modelbout.report.advice import described, next_step
from modelbout.results import BoutResult
from tests.unit.report import stories
from tests.unit.report.stories import estimate, metric, part


def told(verdict: str, **changes: object) -> str:
    return str(next_step(stories.bout(verdict, **{"slices": (), **changes})))  # type: ignore[arg-type]


FOUND = FoundSlice(
    conditions=(Condition(column="tenure", relation="at most", value="12"),),
    rows=300,
    status="worse",
    improvement=estimate(-0.05, -0.08, -0.02),
)


def test_a_win_says_nothing_more_unless_a_group_is_worse() -> None:
    assert told("win") == ""
    worse = part("Contract", "One year", 200, "worse", -0.03)
    assert (
        told("win", slices=(worse,)) == "Look at `Contract` is `One year` first: there it is worse than the champion."
    )
    both = told("win", slices=(worse,), found_slices=(FOUND,))
    assert both.startswith("Look at `tenure` at most `12` first")


def test_a_loss_names_where_to_start() -> None:
    assert told("loss") == "This change makes it worse all over: drop it."
    worse, better = part("a", "x", 200, "worse", -0.03), part("a", "y", 200, "better", 0.02)
    assert told("loss", slices=(worse, better)) == "Start with `a` is `x`: there it is surely worse."
    assert told("loss", slices=(better,)).startswith("Keep what helps in `a` is `y`")
    small = part("a", "z", 9, "not enough rows")
    assert told("loss", slices=(small,)).startswith("This change makes it worse")


def test_a_loss_by_a_guardrail_names_the_guardrail() -> None:
    primary = metric("roc_auc", "ROC AUC", 0.8, 0.82, 0.01, rule="superior", status="holds")
    slow = told("loss", primary=primary, guardrails=stories.guardrails("broken", 1.6))
    assert slow.startswith("Mend ")
    assert slow.endswith(" and try again.")
    costly = metric("log_loss", "Log loss", 0.4, 0.5, 0.01, better="lower", rule="non_inferior", status="broken")
    assert "Log loss" in told("loss", primary=primary, guardrail_metrics=(costly,), guardrails=())
    unfair = stories.grouped().bout
    assert unfair is not None
    assert next_step(unfair) == "Mend the groups of `gender` and try again."
    nothing = told("loss", primary=primary, guardrail_metrics=(), guardrails=())
    assert nothing == ""


def needed(rows: int | None, **changes: object) -> str:
    return told("inconclusive", power=Power(metric="roc_auc", detectable=0.01, rows_needed=rows), **changes)


def test_an_open_bout_says_how_many_rows_or_to_stop() -> None:
    assert needed(9_000) == "To show a difference of this size takes about 9,000 holdout rows."
    far = needed(1_000_000)
    assert far.startswith("To show a difference as small as this takes about 1,000,000 holdout rows; there are 1,409.")
    assert far.endswith("Look for a larger gain, or stop here.")
    assert "more rows alone are no remedy" in needed(None)
    assert told("inconclusive", power=None) == ""
    assert needed(9_000, holdout=None) == "To show a difference of this size takes about 9,000 holdout rows."


def test_an_open_guardrail_wants_rows() -> None:
    primary = metric("roc_auc", "ROC AUC", 0.8, 0.82, 0.01, rule="superior", status="holds")
    costly = metric("log_loss", "Log loss", 0.4, 0.5, 0.01, better="lower", rule="non_inferior", status="uncertain")
    assert needed(None, primary=primary) == "Measure again: a measurement is not settled."
    open_metric = needed(None, primary=primary, guardrail_metrics=(costly,))
    assert open_metric == "More holdout rows would settle what is open."


@pytest.mark.parametrize(("left", "verdict", "times"), [(0, "inconclusive", 1), (3, "loss", 0), (0, "win", 0)])
def test_a_spent_holdout_wants_fresh_rows(left: int, verdict: str, times: int) -> None:
    wear = Wear(bouts=20, promotions=1, policy="budget", level=0.025, budget=20, left=left)
    assert told(verdict, wear=wear).count("hold out fresh rows") == times


def test_no_verdict_has_a_step_of_its_own() -> None:
    assert told("error") == ""
    first = stories.first().bout
    assert isinstance(first, BoutResult)
    assert next_step(msgspec.structs.replace(first, slices=())) == ""


def test_names_of_a_found_group_are_code() -> None:
    hostile = Condition(column="@a|b", relation="is", value="<b>`x`")
    shown = described((hostile, Condition(column="age", relation="above", value="30")))
    assert shown.endswith(" and `age` above `30`")
    assert "<b>" not in shown.replace("`", "").split("is")[0]

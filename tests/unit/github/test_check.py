"""The check run: title, conclusion, and a summary within its limit."""

from __future__ import annotations

import pytest

from modelbout.github.api.checks import SUMMARY_LIMIT
from modelbout.github.check import check_of
from modelbout.report.numbers import MINUS
from tests.unit.github.comment.sections import many, told


@pytest.mark.parametrize(
    ("kind", "title", "conclusion"),
    [
        ("win", "win: roc_auc +0.0136", "success"),
        ("loss", f"loss: roc_auc {MINUS}0.0241", "failure"),
        ("inconclusive", "inconclusive: roc_auc +0.0031", "neutral"),
        ("error", "error: no verdict", "failure"),
    ],
)
def test_one_model(kind: str, title: str, conclusion: str) -> None:
    check = check_of([told("churn", kind).state])
    assert (check.name, check.title, check.conclusion) == ("modelbout", title, conclusion)
    assert "`churn`" in check.summary
    assert ("neither a pass nor a failure" in check.summary) == (conclusion == "neutral")


def test_several_models_the_worst_decides_and_stands_first() -> None:
    check = check_of([told("a").state, told("b", "loss").state, told("c").state], name="bouts")
    assert (check.name, check.title, check.conclusion) == ("bouts", "2 wins, 1 loss", "failure")
    assert check.summary.index("`b`") < check.summary.index("`a`") < check.summary.index("`c`")


def test_a_thousand_models_stay_within_the_limit() -> None:
    states = [one.state for one in many(9)] * 120
    check = check_of(states)
    assert len(check.summary.encode()) <= SUMMARY_LIMIT
    assert " more" in check.summary.splitlines()[-1]

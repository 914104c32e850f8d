from __future__ import annotations

from modelbout.errors import Problem
from modelbout.github.promotion.account import ROWS_LIMIT, account
from modelbout.github.promotion.decide import Finding, decide


def told(*findings: Finding, hold: bool = False, troubles: tuple[Problem, ...] = ()) -> str:
    return account("churn", "`a` to `b`", decide(findings, hold=hold), stage="production", troubles=troubles)


def test_one_line_for_each_merge() -> None:
    text = told(
        Finding("#7", "a", "promoted", "win: it is better."),
        Finding("#8", "b", "kept", "the verdict is loss: @octocat <b>"),
        Finding("1a2b3c4", "c", "open", "it was pushed without a pull request"),
    )
    assert "| #7 | \u2705 promoted | win: it is better. |" in text
    assert "`@octocat`" in text
    assert "<b>" not in text
    assert "| `1a2b3c4` |" in text
    assert "takes a bout of its own now" in text


def test_a_hold_is_told_with_what_to_do() -> None:
    text = told(Finding("#7", "a", "held", "a hold of `production` stands since event 3, by ada: audit"), hold=True)
    assert "held back" in text
    assert "modelbout registry release" in text


def test_nothing_to_do_is_told_too() -> None:
    assert "There was nothing to do." in told()
    assert "Nothing is left to do." in told(Finding("#7", "a", "kept", "loss"))


def test_troubles_are_told_below() -> None:
    text = told(
        Finding("#7", "a", "promoted", "win"),
        troubles=(Problem(found="no deployment", fix="give `deployments: write`"),),
    )
    assert "no deployment give `deployments: write`" in text


def test_very_many_merges_are_counted() -> None:
    text = told(*(Finding(f"#{number}", f"c{number}", "kept", "loss") for number in range(1, ROWS_LIMIT + 4)))
    assert "3 older ones are not shown." in text
    assert "| #3 |" not in text
    assert "| #4 |" in text

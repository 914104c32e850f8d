from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelbout.contract.checks import custom
from modelbout.contract.checks.custom import Custom, compare
from modelbout.contract.kind import Setting

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

COLUMNS = "a: {type: integer}\nb: {type: string}"
ROWS = {"a": [1, -2, 3, -4], "b": ["w", "x", "y", "z"]}


class Runner:
    """Stands for the user's interpreter: what is negative is wrong."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer
        self.calls: list[tuple[str, list[str], int]] = []

    def __call__(self, function: str, rows: pl.DataFrame) -> dict[str, Any]:
        self.calls.append((function, rows.columns, rows.height))
        wrong = [place for place, value in enumerate(rows["a"]) if value < 0]
        return self.answer or {"failed": len(wrong), "places": tuple(wrong), "refused": "", "given": 0}


def test_the_rows_that_it_calls_wrong_are_counted_and_located(hold: Hold) -> None:
    runner = Runner()
    rule = "custom: [{function: 'my.checks:f', columns: [a]}]"
    (found,) = hold(ROWS, COLUMNS, rule, Setting(run=runner)).findings
    assert (found.check, found.failed, found.total, found.rows, found.columns) == ("custom", 2, 4, (2, 4), ("a",))
    assert found.message == "the function `my.checks:f` finds 2 wrong among 4 rows"
    assert runner.calls == [("my.checks:f", ["a"], 4)]


def test_good_rows_pass_and_a_tolerance_holds(hold: Hold) -> None:
    setting = Setting(run=Runner())
    assert not hold({"a": [1], "b": ["x"]}, COLUMNS, "custom: [{function: 'c:f'}]", setting).findings
    assert not hold(ROWS, COLUMNS, "custom: [{function: 'c:f', tolerance: 0.5}]", setting).findings
    rule = "custom: [{function: 'c:f', tolerance: 1, level: warn, name: no debts}]"
    (found,) = hold(ROWS, COLUMNS, rule, setting).findings
    assert (found.level, found.rule) == ("warn", "no debts")


def test_only_some_rows_may_be_meant(hold: Hold) -> None:
    runner = Runner()
    rule = "custom: [{function: 'c:f', where: a < 3}]"
    (found,) = hold(ROWS, COLUMNS, rule, Setting(run=runner)).findings
    assert (found.failed, found.total, found.rows) == (2, 3, (2, 4))
    assert runner.calls[0][2] == 3


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"refused": "length", "given": 3}, "gave 3 answers for 4 rows"),
        ({"refused": "missing", "given": 1}, "gave 1 of 4 answers that are missing"),
        ({"refused": "kind"}, "gave no truth values: it returns one for all rows, one for each row, or {"),
        ({"refused": "ended", "log": "`checks/1.log`"}, "gave no answer; what it said is in `checks/1.log`"),
    ],
)
def test_an_answer_that_is_none_fails_all_rows(hold: Hold, answer: dict[str, Any], said: str) -> None:
    rule = "custom: [{function: 'c:f', tolerance: 0.9}]"
    (found,) = hold(ROWS, COLUMNS, rule, Setting(run=Runner(**answer))).findings
    assert (found.level, found.failed, found.rows) == ("error", 4, ())
    assert found.message.startswith(f"the function `c:f` {said}")


def test_where_nobody_may_run_it_that_is_said(hold: Hold) -> None:
    (found,) = hold(ROWS, COLUMNS, "custom: [{function: 'c:f'}]").findings
    assert (found.level, found.message) == (
        "warn",
        "the function `c:f` was not asked: there is no interpreter to ask it in",
    )


def test_a_large_table_wants_a_sample(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "MOST_ROWS", 50)
    rows = {"a": list(range(-100, 0)), "b": ["x"] * 100}
    runner = Runner()
    (found,) = hold(rows, COLUMNS, "custom: [{function: 'c:f'}]", Setting(run=runner)).findings
    assert (found.failed, found.message) == (100, "the function `c:f` gets at most 50 rows, and the table has 100")
    (found,) = hold(rows, COLUMNS, "custom: [{function: 'c:f', sample: 20}]", Setting(run=runner)).findings
    asked = runner.calls[-1][2]
    assert 0 < asked < 50
    assert found.message == f"the function `c:f` finds {asked} wrong among {asked} of 100 rows"


def test_an_empty_table_is_not_asked_about(hold: Hold) -> None:
    runner = Runner()
    found = hold({"a": [], "b": []}, COLUMNS, "custom: [{function: 'c:f'}]", Setting(run=runner)).findings
    assert [one.check for one in found] == ["rows", *(["type"] * sum(one.check == "type" for one in found))]
    assert not runner.calls


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    runner = Runner()
    rule = "custom: [{function: 'c:f', columns: [a]}]"
    found = hold({"a": ["x"], "b": ["y"]}, COLUMNS, rule, Setting(run=runner)).findings
    assert [one.check for one in found] == ["type"]
    assert not runner.calls


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("c:f", "found no mapping"),
        ("{columns: [a]}", "the key `function` is missing"),
        ("{function: f}", "found `f`"),
        ("{function: 'os:system(1)'}", "found `os:system(1)`"),
        ("{function: '../x:f'}", "found `../x:f`"),
        ('{function: "c:f\\n"}', "found `c:f\\u{a}`"),
        ("{function: [c]}", "found no function"),
        ("{function: 'c:f', columns: [z]}", "`z` is no column of this contract"),
        ("{function: 'c:f', sample: 0}", "found `0`"),
        ("{function: 'c:f', samples: 5}", "unknown key `samples`"),
    ],
)
def test_what_is_no_rule_is_refused(refused: Refused, rule: str, found: str) -> None:
    assert refused(COLUMNS, f"custom: [{rule}]")[0].found == found


def test_another_function_may_ask_more() -> None:
    assert compare(None, Custom("c:f")) == "tighter"
    assert compare(Custom("c:f"), Custom("c:f")) == "same"
    assert compare(Custom("c:f"), Custom("c:g")) == "tighter"
    assert compare(Custom("c:f"), None) == "looser"

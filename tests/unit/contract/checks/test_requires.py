from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.requires import Requirement, compare
from modelbout.contract.condition import Condition
from modelbout.contract.expressions import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

COLUMNS = "status: {type: string, nulls: 1}\ndue: {type: number, nulls: 1, nan: 1}\npaid: {type: boolean, nulls: 1}"
RULE = "{when: 'status == \"open\"', then: due is not null%s}"


def test_rows_that_need_a_value_and_have_none_are_counted(hold: Hold) -> None:
    rows = {
        "status": ["open", "open", "done", None, "open"],
        "due": [1.0, None, None, None, float("nan")],
        "paid": [None] * 5,
    }
    (found,) = hold(rows, COLUMNS, f"requires: [{RULE % ''}]").findings
    assert (found.check, found.failed, found.total, found.rows) == ("requires", 2, 5, (2, 5))
    assert found.columns == ("status", "due")
    assert found.message == ('2 of 5 rows break the requirement `due is not null` where `status == "open"`')
    assert found.place.key == "table.requires[0]"


def test_good_rows_pass(hold: Hold) -> None:
    rows = {"status": ["open", "done"], "due": [1.0, None], "paid": [True, None]}
    assert not hold(rows, COLUMNS, f"requires: [{RULE % ''}]").findings


def test_what_is_unknown_does_not_fail(hold: Hold) -> None:
    rows = {"status": ["open", None, "open"], "due": [None, -1.0, -1.0], "paid": [None, None, None]}
    rule = "{when: 'status == \"open\"', then: due > 0}"
    (found,) = hold(rows, COLUMNS, f"requires: [{rule}]").findings
    assert found.rows == (3,)


def test_level_name_tolerance_and_a_condition(hold: Hold) -> None:
    rows = {"status": ["open"] * 4, "due": [None, None, 1.0, 1.0], "paid": [True, False, False, False]}
    rule = RULE % ", name: due dates, level: warn, tolerance: %s"
    (found,) = hold(rows, COLUMNS, f"requires: [{rule % 0.49}]").findings
    assert (found.rule, found.level) == ("due dates", "warn")
    assert "`due dates`" in found.message
    assert not hold(rows, COLUMNS, f"requires: [{rule % 0.5}]").findings
    (found,) = hold(rows, COLUMNS, f"requires: [{RULE % ', where: paid'}]").findings
    assert (found.failed, found.total, found.rows) == (1, 1, (1,))


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    found = hold({"status": ["open"], "due": ["x"], "paid": [True]}, COLUMNS, f"requires: [{RULE % ''}]").findings
    assert [one.check for one in found] == ["type"]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("x", "found no mapping"),
        ("{when: due > 1}", "the key `then` is missing"),
        ("{whn: due > 1, then: due > 0}", "unknown key `whn`"),
        ("{when: duee > 1, then: due > 0}", "at character 1 of the expression: `duee` is no column of this contract"),
        ("{when: due > 1, then: '__import__(1)'}", "at character 1 of the expression: there is no function"),
        ("{when: due > 1, then: [due]}", "found no expression"),
    ],
)
def test_what_is_no_requirement_is_refused(refused: Refused, rule: str, found: str) -> None:
    assert refused(COLUMNS, f"requires: [{rule}]")[0].found.startswith(found)


def test_another_text_may_ask_more() -> None:
    one, two = (Condition(text, parse(text, {"a": "number"})) for text in ("a > 1", "a > 2"))
    assert compare(Requirement(one, two), Requirement(one, two)) == "same"
    assert compare(None, Requirement(one, two)) == "tighter"
    assert compare(Requirement(one, two), Requirement(two, one)) == "tighter"
    assert compare(Requirement(one, two), None) == "looser"

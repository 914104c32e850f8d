from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.unexpected import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_columns_that_nobody_named_are_one_finding(hold: Hold) -> None:
    rows = {"a": [1], **{f"x{number:02}": [1] for number in range(12)}}
    (found,) = hold(rows, "a: {type: integer}").findings
    assert (found.check, found.level, found.failed, found.total) == ("unexpected", "error", 12, 13)
    assert found.message.startswith("12 columns are not in the contract: `x00`")
    assert found.message.endswith("`x09` and 2 more")


@pytest.mark.parametrize(("answer", "levels"), [("error", ["error"]), ("warn", ["warn"]), ("allow", [])])
def test_the_answer_is_the_level(hold: Hold, answer: str, levels: list[str]) -> None:
    found = hold({"a": [1], "b": [1]}, "a: {type: integer}", f"unexpected: {{is: {answer}, reason: so}}").findings
    assert [one.level for one in found] == levels
    assert all("1 column is not" in one.message and "(why the rule is there: so)" in one.message for one in found)


@pytest.mark.parametrize("answer", ["wran", "[warn]", "{is: warn, level: error}", "{level: warn}"])
def test_other_answers_are_refused(refused: Refused, answer: str) -> None:
    (problem,) = refused("a: {type: integer}", f"unexpected: {answer}")
    assert problem.fix or problem.allowed


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [("allow", "warn", "same"), ("allow", "error", "tighter"), (None, "warn", "looser"), (None, "error", "same")],
)
def test_only_error_asks(old: str | None, new: str, change: str) -> None:
    assert compare(old, new) == change

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.rows import Height, compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


@pytest.mark.parametrize(
    ("count", "rule", "failed", "word"),
    [(3, "{min: 5}", 2, "fewer"), (3, "{max: 1}", 2, "more"), (3, "{min: 1, max: 3}", 0, ""), (0, "{min: 0}", 0, "")],
)
def test_too_few_and_too_many(hold: Hold, count: int, rule: str, failed: int, word: str) -> None:
    found = hold({"a": list(range(count))}, "a: {type: integer}", f"rows: {rule}").findings
    found = tuple(one for one in found if one.check == "rows")
    assert [(one.failed, one.total) for one in found] == ([(failed, count)] if failed else [])
    assert all(word in one.message for one in found)


def test_an_empty_table_fails_unless_it_is_allowed(hold_csv: Hold) -> None:
    (found,) = hold_csv("a\n", "a: {type: integer, unique: true, min: 1}").findings
    assert (found.check, found.failed) == ("rows", 1)
    assert not hold_csv("a\n", "a: {type: integer, unique: true}", "rows: {min: 0}").findings


def test_the_long_form_has_a_level(hold: Hold) -> None:
    (found,) = hold({"a": [1]}, "a: {type: integer}", "rows: {is: {min: 5}, level: warn, owner: ops}").findings
    assert found.level == "warn"
    assert found.fix.endswith("Owner: ops.")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("5", "found no range"),
        ("{}", "missing"),
        ("{mn: 5}", "unknown key `mn`"),
        ("{min: -1}", "found no number of rows"),
        ("{min: x}", "found no number of rows"),
        ("{min: 5, max: 1}", "min 5 is above max 1"),
        ("{is: {min: 5}, tolerance: 1}", "unknown key `tolerance`"),
    ],
)
def test_what_is_no_range_is_refused(refused: Refused, rule: str, said: str) -> None:
    assert said in refused("a: {type: integer}", f"rows: {rule}")[0].found


def test_narrower_asks_more() -> None:
    assert compare(None, Height()) == "same"
    assert compare(Height(5), Height(6)) == "tighter"
    assert compare(Height(5), Height(4)) == "looser"
    assert compare(Height(5), Height(5, 9)) == "tighter"
    assert compare(Height(5, 9), Height(5)) == "looser"

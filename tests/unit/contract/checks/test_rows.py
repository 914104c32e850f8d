from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.rows import CHECK, Height, Share, compare
from modelbout.contract.kind import Setting

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
        ("{min: -1}", "found `-1`"),
        ("{min: x}", "found `x`"),
        ("{max: [1]}", "found a list"),
        ("{reference: 2}", "found no mapping"),
        ("{reference: {}}", "found no range"),
        ("{reference: {min: .nan}}", "found `.nan`"),
        ("{reference: {max: -0.5}}", "found `-0.5`"),
        ("{reference: {min: 2, max: 1}}", "min 2 is above max 1"),
        ("{reference: {mean: 2}}", "unknown key `mean`"),
        ("{min: 5, max: 1}", "min 5 is above max 1"),
        ("{is: {min: 5}, tolerance: 1}", "unknown key `tolerance`"),
    ],
)
def test_what_is_no_range_is_refused(refused: Refused, rule: str, said: str) -> None:
    assert said in refused("a: {type: integer}", f"rows: {rule}")[0].found


REFERENCE = "rows: {reference: {min: 0.5, max: 1.1}}"


@pytest.mark.parametrize(
    ("count", "failed", "word"),
    [(11, 0, ""), (12, 1, "1 more than the largest allowed, 11"), (5, 0, ""), (4, 1, "fewer")],
)
def test_the_champions_rows_are_the_measure(hold: Hold, count: int, failed: int, word: str) -> None:
    found = hold({"a": list(range(count))}, "a: {type: integer}", REFERENCE, Setting(reference_rows=10)).findings
    assert [(one.failed, one.level) for one in found] == [(failed, "error")] * bool(failed)
    assert all(word in one.message and one.message.endswith("(the champion's had 10)") for one in found)


def test_the_stricter_of_two_limits_holds(hold: Hold) -> None:
    rule = "rows: {min: 8, max: 20, reference: {min: 0.5, max: 3}}"
    for count, failed in ((7, 1), (8, 0), (20, 0), (21, 1)):
        found = hold({"a": list(range(count))}, "a: {type: integer}", rule, Setting(reference_rows=10)).findings
        assert [one.failed for one in found] == [failed] * bool(failed)


def test_without_a_champion_the_rule_says_that_it_was_not_held(hold: Hold) -> None:
    (found,) = hold({"a": [1, 2]}, "a: {type: integer}", REFERENCE).findings
    assert (found.level, found.failed) == ("warn", 1)
    assert found.message == (
        "the table's 2 rows were not compared with the champion's: there is none that could be read"
    )
    (found,) = hold({"a": [1, 2]}, "a: {type: integer}", "rows: {min: 3, reference: {min: 0.5}}").findings
    assert (found.level, found.failed) == ("error", 1)


def test_narrower_asks_more() -> None:
    assert compare(None, Height()) == "same"
    assert compare(Height(5), Height(6)) == "tighter"
    assert compare(Height(5), Height(4)) == "looser"
    assert compare(Height(5), Height(5, 9)) == "tighter"
    assert compare(Height(5, 9), Height(5)) == "looser"
    assert compare(Height(), Height(reference=Share(0.5))) == "tighter"
    assert compare(Height(reference=Share(0.5, 2)), Height(reference=Share(0.5, 3))) == "looser"
    assert compare(Height(reference=Share(0.5, 2)), Height(reference=Share(0.5, 1.5))) == "tighter"
    assert compare(Height(reference=Share(0.5, 2)), None) == "looser"


def test_only_a_rule_that_names_the_champion_depends_on_it() -> None:
    assert not CHECK.beyond(Height(min=5))
    assert CHECK.beyond(Height(reference=Share(min=0.5)))

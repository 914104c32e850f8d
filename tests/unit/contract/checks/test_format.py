from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.format import compare
from modelbout.contract.load import parse_contract

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_texts_of_another_form_are_counted_and_never_shown(hold: Hold) -> None:
    rows = {"a": ["a@b.de", "secret", None, "a@b.de\n", "c@d.org"]}
    (found,) = hold(rows, "a: {type: string, nulls: 1, format: email}").findings
    assert (found.check, found.failed, found.rows) == ("format", 2, (2, 4))
    assert found.message == "2 of 5 rows of `a` are not an e-mail address"
    assert "secret" not in found.message + found.fix
    assert not hold({"a": ["a@b.de", None]}, "a: {type: string, nulls: 1, format: email}").findings


def test_the_long_form(hold: Hold) -> None:
    rows = {"a": ["x", "::1", "y", "z"], "b": [1, 2, 3, 4]}
    rules = "a: {type: string, format: {is: ip, level: warn, where: b > 1, owner: me, reason: so}}\nb: {type: integer}"
    (found,) = hold(rows, rules).findings
    assert (found.level, found.failed, found.total, found.rows) == ("warn", 2, 3, (3, 4))
    assert "why the rule is there: so" in found.message
    assert found.fix.endswith("Owner: me.")
    assert not hold(rows, "a: {type: string, format: {is: ip, tolerance: 0.75}}\nb: {type: integer}").findings


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    assert [one.check for one in hold({"a": [1]}, "a: {type: string, format: ip}").findings] == ["type"]


@pytest.mark.parametrize(
    ("value", "found", "fix"),
    [
        ("guid", "`guid` is no known format", "Did you mean `uuid`?"),
        ("emial", "`emial` is no known format", "Did you mean `email`?"),
        ("postcode", "`postcode` is no known format", "Any other form is a `pattern:`."),
        ("'%d/%m/%Y'", "`%d/%m/%Y` is no known format", "How a day is written"),
        ("[email]", "found a list", "Write email"),
        ("{form: email}", "unknown key `form`", "Remove it."),
        ("'](http://x) <img>'", "`](http://x) <img>` is no known format", "Any other form"),
    ],
)
def test_what_is_no_form_is_refused(refused: Refused, value: str, found: str, fix: str) -> None:
    (problem,) = refused(f"a: {{type: string, format: {value}}}")
    assert problem.found == found
    assert problem.fix.startswith(fix)


def test_of_dates_it_is_the_way_in_which_they_are_written(hold_csv: Hold, refused: Refused) -> None:
    assert not hold_csv("a\n31/12/2026\n", 'a: {type: date, format: "%d/%m/%Y"}').findings
    (column,) = parse_contract('version: 1\ncolumns: {a: {type: date, format: "%d"}}', shown="c").columns
    assert (column.format, column.rule("format")) == ("%d", None)
    (column,) = parse_contract("version: 1\ncolumns: {a: {type: string, format: uuid}}", shown="c").columns
    assert column.format is None
    assert column.rule("format") is not None
    (problem,) = refused("a: {type: integer, format: uuid}")
    assert problem.found == "`format` is for string, date or datetime columns; this one is integer"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("ip", "ip", "same"),
        ("ipv4", "ip", "looser"),
        ("ip", "ipv4", "tighter"),
        ("email", "url", "tighter"),
        (None, "url", "tighter"),
        ("url", None, "looser"),
        (None, None, "same"),
    ],
)
def test_another_form_asks_more(old: str | None, new: str | None, change: str) -> None:
    assert compare(old, new) == change

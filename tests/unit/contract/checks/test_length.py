from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.contract.checks.length import CHECK
from modelbout.contract.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_texts_that_are_too_short_or_too_long(hold: Hold) -> None:
    rows = {"a": ["", "ab", "secret", None, "abc"]}
    (found,) = hold(rows, "a: {type: string, nulls: 1, length: {min: 1, max: 3}}").findings
    assert (found.check, found.failed, found.rows) == ("length", 2, (1, 3))
    assert found.message == "2 of 5 rows of `a` do not have from 1 to 3 characters"
    assert "secret" not in found.message + found.fix


def test_one_end_is_enough(hold: Hold) -> None:
    rows = {"a": ["", "ab", "abcd"]}
    (low,) = hold(rows, "a: {type: string, length: {min: 2}}").findings
    (high,) = hold(rows, "a: {type: string, length: {max: 2}}").findings
    assert (low.rows, high.rows) == ((1,), (3,))
    assert low.message.endswith("do not have at least 2 characters")
    assert not hold(rows, "a: {type: string, length: {max: 4}}").findings


def test_characters_are_counted_not_bytes(hold: Hold) -> None:
    assert not hold({"a": ["日本語", "Äöü", "🦀🦀🦀"]}, "a: {type: string, length: {min: 3, max: 3}}").findings


def test_categories_are_texts(hold: Hold) -> None:
    frame = pl.DataFrame({"a": pl.Series(["x", "long"], dtype=pl.Categorical)})
    (found,) = hold(frame, "a: {type: string, length: {max: 3}}").findings
    assert found.rows == (2,)


def test_the_long_form(hold: Hold) -> None:
    rows = {"a": ["x", "xx", "xxx", "xx"], "b": [1, 2, 3, 4]}
    rules = "a: {type: string, length: {max: 1, level: warn, where: b > 1, owner: me, reason: so}}\nb: {type: integer}"
    (found,) = hold(rows, rules).findings
    assert (found.level, found.failed, found.total, found.rows) == ("warn", 3, 3, (2, 3, 4))
    assert "why the rule is there: so" in found.message
    assert found.fix.endswith("Owner: me.")
    assert not hold(rows, "a: {type: string, length: {max: 1, tolerance: 0.75}}\nb: {type: integer}").findings


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    assert [one.check for one in hold({"a": [1]}, "a: {type: string, length: {max: 0}}").findings] == ["type"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("5", "found no mapping"),
        ("[1, 2]", "found no mapping"),
        ("{}", "the key `is` is missing"),
        ("{is: {}}", "found no range"),
        ("{min: -1}", "found `-1`"),
        ("{max: 1.5}", "found `1.5`"),
        ("{max: many}", "found `many`"),
        ("{min: 3, max: 2}", "min 3 is above max 2"),
        ("{mn: 3}", "unknown key `mn`"),
    ],
)
def test_what_is_no_length_is_refused(refused: Refused, value: str, found: str) -> None:
    (problem,) = refused(f"a: {{type: string, length: {value}}}")
    assert problem.found == found
    assert problem.place.line == 3


def test_it_is_for_texts(refused: Refused) -> None:
    assert (
        refused("a: {type: integer, length: {max: 3}}")[0].found
        == "`length` is for string columns; this one is integer"
    )


def test_a_narrower_length_asks_more() -> None:
    assert CHECK.compare(Span(1, 5), Span(1, 4)) == "tighter"
    assert CHECK.compare(Span(1, 5), None) == "looser"

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.max import CHECK as MAX
from modelbout.contract.checks.min import CHECK as MIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_the_end_itself_is_allowed(hold: Hold) -> None:
    assert not hold({"a": [2, 2]}, "a: {type: integer, min: 2}").findings


def test_values_beyond_it_are_counted_and_located(hold: Hold) -> None:
    (found,) = hold({"a": [2, 1, None]}, "a: {type: integer, nulls: 1, min: 2}").findings
    assert (found.check, found.failed, found.total, found.rows) == ("min", 1, 3, (2,))
    assert found.message == "1 of 3 rows of `a` are below 2"


def test_nan_does_not_fail_and_an_infinity_does(hold: Hold) -> None:
    rows = {"a": [float("nan"), float("inf"), float("-inf")]}
    (found,) = hold(rows, "a: {type: number, nulls: 1, infinite: true, min: 2.5}").findings
    assert (found.failed, found.rows) == (1, (3,))
    assert found.message.endswith("below 2.5")


@pytest.mark.parametrize(
    ("kind", "bound"),
    [
        ("integer", "1.5"),
        ("integer", "99999999999999999999"),
        ("number", ".inf"),
        ("number", "x"),
        ("number", "[1]"),
        ("number", "null"),
        ("date", "2026-02-30"),
        ("datetime", '"2026-02-03T10:00:00+01:00"'),
        ("date", "1"),
    ],
)
def test_an_end_of_another_type_is_refused(refused: Refused, kind: str, bound: str) -> None:
    (problem,) = refused(f"a: {{type: {kind}, min: {bound}}}")
    assert problem.place.key == "columns.a.min"
    assert problem.allowed


@pytest.mark.parametrize("kind", ["string", "boolean"])
def test_it_is_for_types_with_an_order(refused: Refused, kind: str) -> None:
    (problem,) = refused(f"a: {{type: {kind}, min: 1}}")
    assert problem.found.endswith(f"this one is {kind}")


def test_dates_have_an_order(hold: Hold, hold_csv: Hold) -> None:
    days = {"a": [dt.date(2025, 12, 31), dt.date(2026, 1, 1)]}
    (found,) = hold(days, "a: {type: date, min: 2026-01-01}").findings
    assert found.rows == (1,)
    text = "a\n2026-01-01T00:30:00+01:00\n2025-12-31T23:30:00+00:00\n2025-12-31T23:59:00+01:00\n"
    (found,) = hold_csv(text, "a: {type: datetime, timezone: Europe/Berlin, min: 2026-01-01}").findings
    assert found.rows == (3,)  # 23:59 on the wall in Berlin; the second is 00:30 there


def test_min_above_max_is_refused(refused: Refused) -> None:
    (problem,) = refused("a: {type: integer, min: 5, max: 1}")
    assert (problem.place.key, problem.found) == ("columns.a.max", "`max` lies below `min`: no value fits")


@pytest.mark.parametrize(
    ("old", "new", "end", "change"),
    [
        (1, 1, "min", "same"),
        (None, 1, "min", "tighter"),
        (1, None, "min", "looser"),
        (1, 2, "min", "tighter"),
        (2, 1, "min", "looser"),
        (1, 2, "max", "looser"),
        (2, 1, "max", "tighter"),
    ],
)
def test_narrower_asks_more(old: float | None, new: float | None, end: str, change: str) -> None:
    assert {"min": MIN, "max": MAX}[end].compare(old, new) == change

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.data.engines import repeats

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_repeated_values_are_counted_and_their_last_rows_located(hold: Hold) -> None:
    (found,) = hold({"a": ["x", "y", "x", None, None, "y"]}, "a: {type: string, nulls: 1, unique: true}").findings
    assert (found.check, found.failed, found.total, found.rows) == ("unique", 2, 6, (3, 6))


def test_nan_and_null_do_not_repeat_each_other(hold: Hold) -> None:
    nan = float("nan")
    assert not hold({"a": [1.0, nan, nan, None, None, 2.0]}, "a: {type: number, nulls: 1, unique: true}").findings
    (found,) = hold({"a": [1.0, nan, nan, None, 1.0]}, "a: {type: number, nulls: 1, unique: true}").findings
    assert (found.failed, found.rows) == (1, (5,))


def test_it_can_be_switched_off_or_tolerated(hold: Hold) -> None:
    assert not hold({"a": [1, 1]}, "a: {type: integer, unique: false}").findings
    assert not hold({"a": [1, 1, 1]}, "a: {type: integer, unique: {is: true, tolerance: 2}}").findings
    (found,) = hold({"a": [1, 1, 1]}, "a: {type: integer, unique: {is: true, tolerance: 1}}").findings
    assert found.failed == 2


def test_it_is_true_or_false(refused: Refused) -> None:
    assert refused("a: {type: integer, unique: maybe}")[0].found == "found `maybe`"


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_share_may_repeat(hold: Hold, share: float) -> None:
    checked = hold({"a": [1, 1, 2, 3]}, f"a: {{type: integer, unique: {{is: true, tolerance: {share}}}}}")
    assert bool(checked.findings) == (share == 0)


def test_two_texts_with_one_hash_are_still_two(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        repeats, "_hash", lambda columns: pl.col(columns).is_null().cast(pl.UInt64).alias(repeats._HASH)
    )
    assert not hold({"a": ["x", "y", "z"]}, "a: {type: string, unique: true}").findings
    (found,) = hold({"a": ["x", "y", "x"]}, "a: {type: string, unique: true}").findings
    assert (found.failed, found.rows) == (1, (3,))

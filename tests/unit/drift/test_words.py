from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.drift.judge import judge
from modelbout.drift.rows import Tables
from modelbout.drift.words import _number, cells_of, side_of
from tests.unit.drift.sides import normal, pair, words

if TYPE_CHECKING:
    from modelbout.drift_result import DriftColumn


def drifted(first: object, second: object) -> DriftColumn:
    found = pair(first, second)  # type: ignore[arg-type]
    (column,) = judge([found], Tables(found.rows)).columns
    assert column.verdict == "drift"
    return column


def test_numbers_are_told_by_mean_and_spread() -> None:
    message = drifted(normal(5000) + 100, normal(5000, mean=0.5, spread=1.5, seed=2) + 100).message
    assert message.startswith("mean 99.99 to 100.5 (+0.51 standard deviations), standard deviation 1.001 to 1.502")


def test_shares_are_told_by_the_value_that_moved_furthest() -> None:
    assert drifted(words({"a": 500, "b": 500}), words({"a": 700, "b": 300})).message == "share of `a` 50 % to 70 %"


def test_new_values_are_told_once() -> None:
    assert (
        drifted(words({"a": 500, "b": 500}), words({"a": 450, "b": 450, "c": 100})).message
        == "100 of 1,000 values are new"
    )


def test_missing_values_are_told_as_shares() -> None:
    message = drifted(normal(1000), [*normal(900), *[None] * 100]).message
    assert message == "missing in 10 % of rows, 0 % before"


def test_moments_are_told_without_a_mean_and_shown_as_moments() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number % 300) for number in range(3000)]
    column = drifted(days, [day + timedelta(days=100) for day in days])
    assert column.message.startswith("the moments moved by ")
    assert column.reference.mean is None
    assert column.cells[0].label.startswith("2026-01-")
    first = [datetime(2026, 1, 1) + timedelta(minutes=number) for number in range(3000)]  # noqa: DTZ001 -- naive
    cells = cells_of(pair(first, first))
    assert cells[0].label.startswith("2026-01-01 00:00 to 2026-01-01 ")


def test_lengths_are_told_as_such() -> None:
    prose = pl.Series([f"{number} {'x' * (number % 9)}" for number in range(2000)])
    assert drifted(prose, prose + " and").message.startswith("the lengths of the texts moved by ")


def test_a_side_has_the_median_of_its_own_rows() -> None:
    found = pair(normal(2000), normal(2000, mean=3, seed=2))
    assert side_of(found.reference, 2000).median == pytest.approx(0, abs=0.1)
    assert side_of(found.current, 2000).median == pytest.approx(1.9, abs=1.2)  # beyond the bins: at their edge


def test_cells_are_shares_and_name_what_is_not_listed() -> None:
    cells = cells_of(pair(words({"a": 60, "b": 40}), words({"a": 50, "c": 50})))
    assert [(cell.label, cell.reference, cell.current) for cell in cells] == [
        ("a", 0.6, 0.5),
        ("b", 0.4, 0.0),
        ("all others", 0.0, 0.5),
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (1.0, "1"), (1234567.0, "1,234,567"), (0.5, "0.5"), (-12.3456, "-12.35"),
     (1e-7, "1e-07"), (2e12, "2e+12"), (100.0, "100")],
)  # fmt: skip
def test_numbers_have_four_digits(value: float, shown: str) -> None:
    assert _number(value) == shown

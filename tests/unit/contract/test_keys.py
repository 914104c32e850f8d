from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelbout.contract.evidence import Evidence
from modelbout.contract.keys import compound, counts_rows, keylike, names_rows, twins_by_chance
from modelbout.data.reading import ColumnReading

if TYPE_CHECKING:
    from modelbout.manifest import ColumnType


def seen(name: str, kind: ColumnType = "integer", **fields: Any) -> Evidence:
    base = {"rows": 400, "fewest": 400, "distinct": 400}
    return Evidence(reading=ColumnReading(name, kind), **{**base, **fields})


@pytest.mark.parametrize("name", ["id", "customerID", "order_no", "SKU", "Postal Code", "userId", "row-key"])
def test_names_of_keys(name: str) -> None:
    assert keylike(name)


@pytest.mark.parametrize("name", ["paid", "Ideal", "nothing", "monkey", "amount", "keyboard"])
def test_names_that_only_sound_like_keys(name: str) -> None:
    assert not keylike(name)


def test_twins_by_chance_are_those_of_birthdays() -> None:
    assert twins_by_chance(23, 365) == pytest.approx(0.693, abs=1e-3)
    assert twins_by_chance(23, 0) == float("inf")


@pytest.mark.parametrize(
    ("evidence", "named"),
    [
        (seen("amount", unique=False, low=1, high=400), False),
        (seen("amount", unique=True, low=1, high=400), True),
        (seen("amount", unique=True, low=1, high=10**9), False),
        (seen("order_id", unique=True, low=1, high=10**9), True),
        (seen("comment", "string", unique=True), False),
        (seen("comment", "string", unique=True, pattern="[0-9]{4}"), True),
        (seen("comment", "string", unique=True, form="uuid"), True),
        (seen("comment", "string", unique=True, form="url"), False),
    ],
)
def test_a_key_is_one_by_meaning(evidence: Evidence, named: bool) -> None:  # noqa: FBT001 -- a table
    assert names_rows(evidence) is named


def test_a_row_number_has_no_gaps() -> None:
    assert counts_rows(seen("row", unique=True, low=1, high=400))
    assert not counts_rows(seen("row", unique=True, low=1, high=401))
    assert not counts_rows(seen("row", low=1, high=400))


ROWS = [(store, day, shift) for store in range(10) for day in range(10) for shift in range(4)]


def table(extra: int = 0) -> pl.LazyFrame:
    """Return rows named by store, day and shift; the last ``extra`` ones stand twice."""
    rows = ROWS + ROWS[len(ROWS) - extra :]
    frame = pl.DataFrame(rows, schema=["store", "day", "shift"], orient="row")
    return frame.with_columns(sales=pl.int_range(pl.len()) * 7919 % 211).lazy()


COLUMNS = (seen("store", distinct=10), seen("day", distinct=10), seen("shift", distinct=4), seen("sales", distinct=211))


def test_three_columns_are_a_key_together() -> None:
    assert compound([table()], COLUMNS[:3]) == ("store", "day", "shift")


def test_a_key_holds_in_every_sample() -> None:
    assert compound([table(), table(extra=1)], COLUMNS[:3]) == ()


def test_what_cannot_be_part_of_a_key() -> None:
    assert compound([table()], ()) == ()
    for broken in ({"nulls": 1}, {"required": False}, {"distinct": 1}, {"unique": True}):
        fields: dict[str, Any] = {"distinct": 4, **broken}
        odd = seen("shift", **fields)
        assert compound([table()], (*COLUMNS[:2], odd)) == ()
    assert compound([table()], (*COLUMNS[:2], seen("shift", "number", distinct=4))) == ()


def test_chance_is_no_key() -> None:
    # Two columns of 100,000 values each: 400 rows would hardly ever repeat a pair of them.
    frame = pl.DataFrame({"a": [number * 7 for number in range(400)], "b": [number * 11 for number in range(400)]})
    columns = (seen("a", distinct=100_000), seen("b", distinct=100_000))
    assert compound([frame.lazy()], columns) == ()

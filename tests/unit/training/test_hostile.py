from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from modelbout.manifest import ColumnType, Feature, Signature
from modelbout.training.hostile import LARGEST_INTEGER, LONG_TEXT, MOST_INPUTS, ROWS, UNSEEN, hostile

INPUTS = pl.DataFrame(
    {
        "age": [18, 20, 60, 80, 50, 40, 30],
        "income": [1.0, None, float("nan"), float("inf"), 3.0, 2.0, 1.5],
        "plan": ["a", "b", None, "a", "b", "a", "b"],
        "vip": [True, False] * 3 + [None],
        "since": [date(2020, 1, day) for day in range(1, 8)],
        "seen": [datetime(2021, 1, day, tzinfo=UTC) for day in range(1, 8)],
    }
)
TYPES: dict[str, ColumnType] = {
    "age": "integer",
    "income": "number",
    "plan": "string",
    "vip": "boolean",
    "since": "date",
    "seen": "datetime",
}


def signature(types: dict[str, ColumnType]) -> Signature:
    return Signature(tuple(Feature(name, kind) for name, kind in types.items()), "y", "string", ("no", "yes"), "yes")


def values(inputs: pl.DataFrame, types: dict[str, ColumnType]) -> dict[tuple[str, str | None], object]:
    found = hostile(inputs, signature(types))
    assert found.base.equals(inputs.head(ROWS))
    put = {}
    for probe, kind in zip(found.probes, found.kinds, strict=True):
        for column, source in probe.items():
            series = found.values[source]
            assert series.len() == found.base.height
            assert series.n_unique() == 1
            if kind[1] is not None:
                assert column == kind[1]
                put[kind] = series[0]
            else:
                assert series[0] is None
    assert found.kinds[-1] != ("all values missing", None) or set(found.probes[-1]) == set(types)
    return put


def test_each_type_has_its_troubles() -> None:
    assert values(INPUTS, TYPES) == {
        ("missing values", "age"): None,
        ("far below", "age"): 18 - 62_000,
        ("far above", "age"): 80 + 62_000,
        ("missing values", "income"): None,
        ("far below", "income"): -1999.0,
        ("far above", "income"): 2003.0,
        ("missing values", "plan"): None,
        ("unseen text", "plan"): UNSEEN,
        ("empty text", "plan"): "",
        ("long text", "plan"): LONG_TEXT,
        ("missing values", "vip"): None,
        ("missing values", "since"): None,
        ("long ago", "since"): date(1900, 1, 1),
        ("far ahead", "since"): date(2100, 1, 1),
        ("missing values", "seen"): None,
        ("long ago", "seen"): datetime(1900, 1, 1, tzinfo=UTC),
        ("far ahead", "seen"): datetime(2100, 1, 1, tzinfo=UTC),
    }
    assert hostile(INPUTS, signature(TYPES)).kinds[-1] == ("all values missing", None)


def test_values_keep_the_types_of_their_columns() -> None:
    found = hostile(INPUTS, signature(TYPES))
    for probe, (_, name) in zip(found.probes, found.kinds, strict=True):
        if name is not None:
            assert found.values[probe[name]].dtype == INPUTS[name].dtype


@pytest.mark.parametrize(
    ("column", "kind", "low", "high"),
    [
        (pl.Series([7.0, 7.0]), "number", 7 - 7000.0, 7 + 7000.0),
        (pl.Series([0, 0]), "integer", -1000, 1000),
        (pl.Series([None, None], dtype=pl.Float64), "number", -1000.0, 1000.0),
        (pl.Series([-(2**60), 2**60]), "integer", -LARGEST_INTEGER, LARGEST_INTEGER),
    ],
)
def test_ranges_that_are_odd_themselves(column: pl.Series, kind: ColumnType, low: float, high: float) -> None:
    put = values(column.alias("x").to_frame(), {"x": kind})
    assert (put["far below", "x"], put["far above", "x"]) == (low, high)


def test_a_text_that_is_there_is_not_unseen() -> None:
    put = values(pl.DataFrame({"x": [UNSEEN, UNSEEN + "!"]}), {"x": "string"})
    assert put["unseen text", "x"] == UNSEEN + "!!"


def test_one_input_is_missing_once() -> None:
    kinds = hostile(INPUTS.select("vip"), signature({"vip": "boolean"})).kinds
    assert kinds == (("missing values", "vip"),)


def test_of_very_many_inputs_the_first_are_tried() -> None:
    names = [f"c{number}" for number in range(MOST_INPUTS + 5)]
    found = hostile(pl.DataFrame({name: [True] for name in names}), signature(dict.fromkeys(names, "boolean")))
    assert [name for _, name in found.kinds] == names[:MOST_INPUTS]


def test_failures_are_told_by_trouble() -> None:
    found = hostile(INPUTS.select("age", "vip"), signature({"age": "integer", "vip": "boolean"}))
    assert found.failed((False, True, True, False, False)) == (
        ("missing values", ("age", "vip")),
        ("all values missing", ()),
    )
    assert found.failed((True,) * 5) == ()

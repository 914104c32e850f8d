from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl
import pytest

from modelbout.data.engines.dialect import (
    PARTS,
    Dialect,
    Meaning,
    by_row,
    columns_in,
    counts_rows,
    label,
    meaning,
    summable,
)

if TYPE_CHECKING:
    from modelbout.data.engines.dialect import Kind

COLUMNS: dict[str, Kind] = {
    "i": "integer",
    "x": "number",
    "y": "number",
    "s": "string",
    "b": "boolean",
    "d": "date",
    "t": "datetime",
    "z": "instant",
    "n": "count",
}
ALL = Dialect(words=PARTS | {"arithmetic", "abs", "__neg__", "n_unique", "str.len_chars"})
col = nw.col
NOON = datetime(2024, 1, 1, 12)  # noqa: DTZ001 -- a moment of no zone is meant

SAME = {
    "order of numbers": (col("x") > 2.5, "boolean"),
    "whole literal": (col("x") <= 2, "boolean"),
    "whole column": (col("i") >= 2, "boolean"),
    "two columns": (col("x") < col("y"), "boolean"),
    "texts are equal": (col("s") == "a", "boolean"),
    "texts in a list": (~col("s").is_in(["a", ""]), "boolean"),
    "logic": (~(col("x").is_nan() | col("b")) & ~col("z").is_null(), "boolean"),
    "days": (col("d") < date(2024, 1, 1), "boolean"),
    "moments": (col("t") >= NOON, "boolean"),
    "a case": (nw.when(~col("x").is_nan()).then(col("x")) > 1.0, "boolean"),
    "a case of two": (nw.when(col("b")).then(col("x")).otherwise(1.0), "number"),
    "a literal": (col("x") == nw.lit(2.0), "boolean"),
    "arithmetic": (col("x") * 2.0 - col("y"), "number"),
    "whole to float": (col("i").cast(nw.Float64()).abs(), "number"),
    "text to text": (col("s").cast(nw.String()), "string"),
    "a boolean to a number": (col("b").cast(nw.Int64), "integer"),
    "parts of a moment": (col("t").dt.hour(), "integer"),
    "parts of a day": (col("d").dt.year().cast(nw.Float64()), "number"),
    "length": (col("s").str.len_chars() > 3, "boolean"),
    "less one": (col("n") - 1, "count"),
    "named": ((col("x") > 0.0).alias("q"), "boolean"),
}
OTHER = {
    "a column of another type": col("unknown") > 1,
    "order of texts": col("s") < "b",
    "whole against float": col("i") > 2.5,
    "huge whole literal": col("x") > 2**53 + 1,
    "infinity": col("x") < float("inf"),
    "a zone": col("t") < datetime(2024, 1, 1, tzinfo=UTC),
    "a moment with a zone": col("z") < NOON,
    "NUL": col("s") == "a\0",
    "mixed list": col("s").is_in(["a", 1]),
    "pattern": col("s").str.contains("a"),
    "case of letters": col("s").str.to_lowercase() == "a",
    "rounding": col("x").round(0) == 1.0,
    "division": col("x") / col("y") > 1.0,
    "whole arithmetic": col("i") * 2 > 1,
    "hour of a day": col("d").dt.hour() > 1,
    "float to whole": col("x").cast(nw.Int64()) > 1,
    "text to number": col("s").cast(nw.Float64()) > 1.0,
    "not of a number": ~col("i"),
    "and of numbers": col("i") & col("b"),
    "nan of a whole number": col("i").is_nan(),
    "several columns": nw.col("x", "y") > 1.0,
    "nulls left out": nw.any_horizontal(col("b"), col("b"), ignore_nulls=True),
    "kinds of a case": nw.when(col("b")).then(col("x")).otherwise("a"),
    "a window": col("i").shift(1).over(order_by="i") > 1,
    "after an aggregate": col("b").sum() > 1,
    "within an aggregate": (col("x") > col("x").max()).sum(),
    "largest float": col("x").max(),
    "sum of floats": col("x").sum(),
    "mean": col("x").mean(),
    "literal of a type": col("i") == nw.lit(1, dtype=nw.Int8()),
}
AGGREGATES = {
    "rows": (nw.len(), "count"),
    "true": ((col("x") > 1.0).sum(), "count"),
    "nulls": (col("z").null_count(), "count"),
    "different": (col("s").n_unique(), "count"),
    "first day": (col("d").min(), "date"),
    "last moment": (col("t").max(), "datetime"),
    "counts": (col("n").sum(), "count"),
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same_everywhere(name: str) -> None:
    expression, kind = SAME[name]
    assert meaning(expression, COLUMNS, ALL) == Meaning(kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", OTHER)
def test_what_may_mean_something_else(name: str) -> None:
    assert meaning(OTHER[name], COLUMNS, ALL) is None


@pytest.mark.parametrize("name", AGGREGATES)
def test_aggregates(name: str) -> None:
    expression, kind = AGGREGATES[name]
    assert meaning(expression, COLUMNS, ALL) == Meaning(kind, aggregate=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["arithmetic", "whole to float", "parts of a moment", "parts of a day", "length"])
def test_a_word_that_an_engine_does_not_have(name: str) -> None:
    assert meaning(SAME[name][0], COLUMNS, Dialect()) is None


def test_where_nan_is_not_the_largest_number() -> None:
    apart = Dialect(nan_is_largest=False)
    assert meaning(col("x") < 2.0, COLUMNS, apart) == Meaning("boolean")
    assert meaning(col("i") > 2, COLUMNS, apart) == Meaning("boolean")
    for expression in (col("x") > 2.0, col("x") >= 2.0, col("x") < col("y")):
        assert meaning(expression, COLUMNS, apart) is None


def test_where_moments_depend_on_the_machine() -> None:
    there = Dialect(moments=False)
    assert meaning(col("t") >= NOON, COLUMNS, there) is None
    assert meaning(col("t").is_in([NOON]), COLUMNS, there) is None
    assert meaning(col("t") == nw.lit(NOON), COLUMNS, there) is None
    assert meaning(col("d") >= date(2024, 1, 1), COLUMNS, there) == Meaning("boolean")


def test_an_expression_that_shows_nothing_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = col("x") > 1.0
    monkeypatch.setattr("modelbout.data.engines.dialect._nodes", lambda _expression: ())
    assert meaning(shown, COLUMNS, ALL) is None
    assert not by_row(shown)
    assert not counts_rows(shown)
    assert label(shown) is None


def test_numbers_of_rows_add_up() -> None:
    assert all(map(counts_rows, (nw.len(), (col("s").str.contains("a")).sum(), col("z").null_count().alias("q"))))
    assert not any(map(counts_rows, (col("i").max(), col("s").n_unique(), (col("i").max() - col("i")).sum(), 1)))
    assert by_row(col("s").str.contains("a"))
    assert not by_row(col("i").shift(1).over(order_by="i") > 1)


def test_the_columns_of_an_expression() -> None:
    expression = nw.when(col("b")).then(col("x")) > col("y")
    assert columns_in(expression) == {"b", "x", "y"}


def test_a_sum_of_true_and_false_is_one_of_whole_numbers() -> None:
    rows = nw.from_native(pl.LazyFrame({"b": [True, None, False, True]}))
    for aggregate in (col("b").sum(), col("b").sum().alias("b")):
        told = summable(aggregate)
        assert meaning(told, COLUMNS, ALL) is None or label(told) == "b"
        assert rows.select(told).collect().to_native().rows() == [(2,)]
    untouched = nw.len()
    assert summable(untouched) is untouched


def test_labels() -> None:
    assert label(col("x").max()) == "x"
    assert label(nw.len().alias("k")) == "k"
    assert label(nw.len()) is None

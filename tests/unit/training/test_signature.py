from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.config.model import Data, Split
from modelbout.errors import ConfigError, DataError
from modelbout.training.signature import class_text, class_texts, column_type, signature, truth

if TYPE_CHECKING:
    from modelbout.manifest import Signature, Task


def test_inputs_are_what_is_left_in_table_order(shape: Signature) -> None:
    assert [(f.name, f.type, f.nullable) for f in shape.inputs] == [
        ("age", "integer", False),
        ("income", "number", True),
        ("plan", "string", True),
        ("vip", "boolean", False),
        ("since", "date", False),
        ("seen", "datetime", False),
    ]
    assert shape.classes == ("no", "yes")
    assert (shape.positive, shape.target, shape.target_type) == ("yes", "left", "string")


def test_the_splitting_column_and_excluded_ones_are_no_inputs(table: pl.DataFrame) -> None:
    data = Data(
        target="left", source="x", positive="yes", split=Split(by="id", holdout=0.2), exclude=("seen", "since", "vip")
    )
    assert [f.name for f in signature(table, data, "binary").inputs] == ["age", "income", "plan"]


def test_a_time_column_stays_an_input(table: pl.DataFrame) -> None:
    data = Data(target="left", source="x", positive="yes", split=Split(by="time", column="since", from_="2020-03-01"))
    assert "since" in [f.name for f in signature(table, data, "binary").inputs]


def test_regression_has_no_classes(table: pl.DataFrame) -> None:
    shape = signature(table.drop("left"), Data(target="age", source="x"), "regression")
    assert (shape.classes, shape.positive, shape.target_type) == ((), None, "integer")


@pytest.mark.parametrize(
    ("values", "positive", "classes"),
    [
        ([True, False, True], True, ("false", "true")),
        ([0, 10, 2], 2, ("0", "10", "2")),
        ([0.0, 1.0], 1, ("0", "1")),
        ([0.5, 1.0], 1, ("0.5", "1")),
        ([date(2020, 1, 1), date(2021, 1, 1)], "2020-01-01", ("2020-01-01", "2021-01-01")),
    ],
)
def test_classes_are_sorted_texts(values: list[object], positive: str | int, classes: tuple[str, ...]) -> None:
    frame = pl.DataFrame({"x": range(len(values)), "y": values})
    task: Task = "binary" if len(classes) == 2 else "multiclass"
    shape = signature(frame, Data(target="y", source="s", positive=positive), task)
    assert shape.classes == classes
    assert truth(frame, shape).tolist() == [classes.index(text) for text in class_texts(frame["y"]).to_list()]
    assert task == "multiclass" or shape.positive == class_text(positive)


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (pl.Series([1], dtype=pl.UInt8), "integer"),
        (pl.Series([Decimal("1.5")]), "number"),
        (pl.Series([None]), "number"),
        (pl.Series(["a"], dtype=pl.Categorical), "string"),
        (pl.Series(["a"], dtype=pl.Enum(["a"])), "string"),
    ],
)
def test_column_types(series: pl.Series, kind: str) -> None:
    assert column_type(series) == kind


def test_a_column_that_no_model_takes_is_refused_by_name() -> None:
    frame = pl.DataFrame({"gap": [timedelta(1), timedelta(2)], "y": ["a", "b"]})
    with pytest.raises(DataError, match=r"column 'gap' has type Duration.*\n.*data.exclude"):
        signature(frame, Data(target="y", source="s", positive="a"), "binary")


@pytest.mark.parametrize(
    ("frame", "task", "message"),
    [
        ({"x": [1], "z": [1]}, "binary", "no column 'y'"),
        ({"x": pl.Series([], dtype=pl.Int64), "y": pl.Series([], dtype=pl.String)}, "binary", "no training rows"),
        ({"y": ["a", "b"]}, "binary", "no column is left"),
        ({"x": [1, 2], "y": ["a", None]}, "binary", "missing in 1 of 2 rows"),
        ({"x": [1, 2], "y": [1.0, float("nan")]}, "regression", "missing in 1 of 2 rows"),
        ({"x": [1, 2], "y": [1.0, float("inf")]}, "regression", "infinite in 1 of 2 rows"),
        ({"x": [1, 2], "y": ["a", "b"]}, "regression", "is of type string"),
        ({"x": [1, 2], "y": ["a", "a"]}, "binary", "every training row has the same"),
        ({"x": [1, 2, 3], "y": ["a", "b", "c"]}, "binary", "has 3 values"),
        ({"x": range(1001), "y": range(1001)}, "multiclass", "has 1001 values"),
    ],
)
def test_rows_that_nothing_can_be_learned_from(frame: dict[str, object], task: Task, message: str) -> None:
    with pytest.raises(DataError, match=message):
        signature(pl.DataFrame(frame), Data(target="y", source="s", positive="a"), task)


def test_a_misspelt_positive_value_gets_a_suggestion() -> None:
    frame = pl.DataFrame({"x": [1, 2], "y": ["Yes", "No"]})
    with pytest.raises(ConfigError, match=r"no value 'yess'. Did you mean `Yes`\?"):
        signature(frame, Data(target="y", source="s", positive="yess"), "binary")
    with pytest.raises(ConfigError, match=r"`data.positive` is missing"):
        signature(frame, Data(target="y", source="s"), "binary")


def test_long_lists_of_classes_are_cut_in_messages() -> None:
    frame = pl.DataFrame({"x": range(14), "y": [f"c{i}" for i in range(14)]})
    shape = signature(frame, Data(target="y", source="s"), "multiclass")
    with pytest.raises(DataError, match=r"1 of 1 rows have a 'y' that no training row had \(1 unseen class\).*4 more"):
        truth(pl.DataFrame({"y": ["new"]}), shape)


def test_truth_needs_the_target(shape: Signature) -> None:
    with pytest.raises(DataError, match=r"no column 'left'. Did you mean `Left`\?"):
        truth(pl.DataFrame({"Left": ["yes"]}), shape)


def test_truth_of_a_regression_is_float64(table: pl.DataFrame) -> None:
    shape = signature(table, Data(target="age", source="x"), "regression")
    answer = truth(table, shape)
    assert answer.dtype.name == "float64"
    assert answer.tolist() == [float(v) for v in table["age"].to_list()]

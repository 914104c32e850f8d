from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError, DataError
from modelbout.init.guess import positive, roles
from modelbout.init.look import Column, Look

if TYPE_CHECKING:
    from modelbout.manifest import ColumnType

ROWS = 1000


def table(*columns: Column) -> Look:
    return Look(ROWS, columns)


def column(name: str, kind: ColumnType = "number", distinct: int = 900, missing: int = 0) -> Column:
    return Column(name, kind, distinct, missing)


KEY = column("customerID", "string", ROWS)
AGE = column("age", "integer", 60)
PLAN = column("plan", "string", 3)
CHURN = column("Churn", "string", 2)


def test_a_usual_table() -> None:
    found = roles(table(KEY, AGE, CHURN, PLAN), None, shown="t.csv")
    assert (found.target, found.target_reason) == ("Churn", "guessed from its name")
    assert (found.task, found.task_reason) == ("binary", "the target has two values")
    assert (found.id, found.split, found.timed) == ("customerID", "customerID", False)
    assert found.excluded == (("customerID", "names a row"),)
    assert found.numbers == ("age",)
    assert found.groups == ("plan",)
    assert found.slices == ("plan",)


def test_the_last_column_is_the_target_when_no_name_tells() -> None:
    found = roles(table(KEY, AGE, column("spend")), None, shown="t.csv")
    assert (found.target, found.target_reason, found.task) == ("spend", "guessed: it is the last column", "regression")


def test_the_surest_name_wins_wherever_it_stands() -> None:
    names = ["count", "Y", "x"]
    assert roles(table(*(column(name) for name in names)), None, shown="t").target == "Y"


def test_a_given_target_is_taken() -> None:
    found = roles(table(KEY, AGE, CHURN), "age", shown="t.csv")
    assert (found.target, found.target_reason) == ("age", "as you said")


def test_a_given_target_that_is_no_column() -> None:
    with pytest.raises(ConfigError, match=r"the table has no column `chrun`\n  -> Did you mean `Churn`\?"):
        roles(table(KEY, AGE, CHURN), "chrun", shown="t.csv")


@pytest.mark.parametrize(
    ("target", "task"),
    [
        (column("y", "boolean", 2), "binary"),
        (column("y", "string", 2), "binary"),
        (column("y", "integer", 2), "binary"),
        (column("y", "number", 2), "regression"),
        (column("y", "integer", 10), "multiclass"),
        (column("y", "integer", 11), "regression"),
        (column("y", "string", 50), "multiclass"),
        (column("y", "number", 900), "regression"),
    ],
)
def test_task(target: Column, task: str) -> None:
    assert roles(table(KEY, AGE, target), None, shown="t").task == task


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (column("y", "string", 51), "is text with 51 different values"),
        (column("y", "number", 1), "has no two values"),
        (column("y", "date", 90), "is a date"),
        (column("y", "datetime", 90), "is a datetime"),
    ],
)
def test_targets_that_cannot_be_predicted(target: Column, message: str) -> None:
    with pytest.raises(DataError, match=message):
        roles(table(AGE, target), None, shown="t")


def test_one_column_is_not_enough() -> None:
    with pytest.raises(DataError, match="the table has one column"):
        roles(table(AGE), None, shown="t")


def test_no_input_is_left() -> None:
    with pytest.raises(DataError, match="no column is left as an input"):
        roles(table(KEY, column("day", "date"), column("same", "string", 1), CHURN), None, shown="t")


@pytest.mark.parametrize(
    ("name", "is_id"),
    [
        *((name, True) for name in ("id", "ID", "customerID", "user_id", "PassengerId", "id_no", "uuid")),
        *((name, False) for name in ("idea", "width", "hidden")),
    ],
)
def test_ids_by_name(name: str, is_id: bool) -> None:  # noqa: FBT001 -- a parameter of pytest
    found = roles(table(column(name, "integer", ROWS), AGE, CHURN), None, shown="t")
    assert (found.id == name) is is_id


@pytest.mark.parametrize(
    "id_column",
    [column("id", "string", ROWS - 1), column("id", "integer", ROWS - 1, 1), column("id", "number", ROWS)],
)
def test_an_id_names_each_row(id_column: Column) -> None:
    assert roles(table(id_column, AGE, CHURN), None, shown="t").id is None


def test_without_an_id_time_splits() -> None:
    found = roles(table(column("day", "date", 365), AGE, CHURN), None, shown="t")
    assert (found.split, found.timed) == ("day", True)
    assert ("day", "a moment; make features of it if it matters") in found.excluded


def test_without_id_and_time_any_unique_column_splits() -> None:
    found = roles(table(column("seen", "date", 9, 1), AGE, column("instant", "integer", ROWS), CHURN), None, shown="t")
    assert (found.split, found.timed) == ("instant", False)
    assert ("instant", "each row has its own value") in found.excluded


def test_without_anything_the_most_different_column_splits_and_is_no_input() -> None:
    found = roles(table(AGE, column("length", "number", 700), CHURN), None, shown="t")
    assert found.split == "length"
    assert found.numbers == ("age",)
    assert found.split_reason.endswith("Better: add an id")
    gaps = roles(table(column("a", missing=1), column("b", "integer", 9, missing=2), CHURN), None, shown="t")
    assert gaps.split == "a"


def test_a_column_called_time_is_not_hashed() -> None:
    # `by: time` would mean a split by a moment.
    found = roles(table(column("time", "integer", ROWS), AGE, column("x", "number", 9), CHURN), None, shown="t")
    assert found.split == "age"


def test_columns_that_no_model_learns_from() -> None:
    out = (
        column("same", "string", 1),
        column("name", "string", 1001 * ROWS),
        column("note", "string", ROWS // 2 + 1),
        column("empty", "string", 0, ROWS),
    )
    found = roles(table(KEY, AGE, *out, CHURN), None, shown="t")
    assert dict(found.excluded) == {
        "customerID": "names a row",
        "same": "the same in every row",
        "name": "text with too many different values",
        "note": "text with too many different values",
        "empty": "the same in every row",
    }


def test_slices_are_few_columns_with_few_groups() -> None:
    groups = [column(f"g{number}", "string", number) for number in (9, 8, 3, 2)]
    found = roles(table(KEY, *groups, column("flag", "boolean", 2), CHURN), None, shown="t")
    assert found.slices == ("g8", "g3", "g2")
    assert found.groups == ("g9", "g8", "g3", "g2", "flag")


@pytest.mark.parametrize(
    ("counted", "value", "reason"),
    [
        ((("Yes", 300), ("No", 700)), "Yes", "its name says so"),
        ((("No", 300), ("Yes", 700)), "Yes", "its name says so"),
        (((1, 300), (0, 700)), 1, "its name says so"),
        (((True, 300), (False, 700)), True, "its name says so"),
        ((("cat", 300), ("dog", 700)), "cat", "the rarer one"),
    ],
)
def test_positive(counted: tuple[tuple[object, int], ...], value: object, reason: str) -> None:
    assert positive(counted) == (value, reason)

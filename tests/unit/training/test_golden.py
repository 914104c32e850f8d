from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.errors import BundleError
from modelbout.manifest import Feature, Signature
from modelbout.predictions import Predictions
from modelbout.record import to_json
from modelbout.training.golden import (
    COMMON,
    GOLDEN_ROWS,
    Golden,
    GoldenColumn,
    differing,
    golden_rows,
    read_golden,
    recall,
    remember,
)
from modelbout.training.rows import features

if TYPE_CHECKING:
    from modelbout.manifest import ColumnType

ANSWERS = Predictions(label=np.array([0, 1]), proba=np.array([[0.9, 0.1], [0.2, 0.8]]))


def test_the_same_seed_gives_the_same_rows(table: pl.DataFrame, shape: Signature) -> None:
    inputs = features(table, shape)
    assert golden_rows(inputs, seed=3).equals(golden_rows(inputs, seed=3))
    assert not golden_rows(inputs, seed=3).equals(golden_rows(inputs, seed=4))


def test_no_golden_row_is_a_persons(table: pl.DataFrame, shape: Signature) -> None:
    inputs = features(table, shape)
    golden = golden_rows(inputs, seed=0)
    assert golden.height == GOLDEN_ROWS
    assert golden.schema == inputs.schema
    assert golden.join(inputs, on=inputs.columns, how="semi", nulls_equal=True).height == 0


def test_rare_texts_stay_private_when_there_are_common_ones() -> None:
    texts = ["common"] * COMMON + ["Erika Mustermann"] * (COMMON - 1) + [None] * COMMON
    drawn = golden_rows(pl.DataFrame({"t": texts}), seed=0)["t"]
    assert set(drawn.to_list()) <= {"common", None}
    assert set(golden_rows(pl.DataFrame({"t": ["a", "b"]}), seed=0)["t"].to_list()) <= {"a", "b"}


def test_a_record_gives_back_rows_and_answers(table: pl.DataFrame, shape: Signature) -> None:
    rows = golden_rows(features(table, shape), seed=1)
    n = rows.height
    said = Predictions(label=np.zeros(n, np.int64), proba=np.tile([0.25, 0.75], (n, 1)))
    again, then = recall(read_golden(to_json(remember(rows, said, shape))))
    assert again.equals(rows)
    assert differing(said, then) == 0
    assert then.value is None


def test_zones_decimals_and_infinities_come_back() -> None:
    kinds: dict[str, ColumnType] = {"t": "datetime", "d": "number", "f": "number"}
    shape = Signature(
        inputs=tuple(Feature(name=name, type=kind) for name, kind in kinds.items()), target="y", target_type="number"
    )
    frame = pl.DataFrame(
        {
            "t": pl.Series([datetime(2021, 3, 28, 1, 30, tzinfo=UTC), None]).dt.convert_time_zone("Europe/Berlin"),
            "d": [Decimal("1.50"), None],
            "f": [float("inf"), float("nan")],
        }
    )
    again, then = recall(read_golden(to_json(remember(frame, Predictions(value=np.array([1.0, 2.0])), shape))))
    assert again["t"].to_list() == frame["t"].to_list()
    assert again["t"].dtype == frame["t"].dtype
    assert again["d"].to_list() == [1.5, None]
    assert again["f"][0] == float("inf")
    assert again["f"].is_nan()[1]
    assert then.value is not None
    assert then.value.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff", b'{"columns": [], "more": 1}'])
def test_files_that_are_none(data: bytes) -> None:
    with pytest.raises(BundleError, match=r"golden.json cannot be read"):
        read_golden(data)


@pytest.mark.parametrize(
    "column",
    [
        GoldenColumn(name="a", type="integer", values=("x",)),
        GoldenColumn(name="a", type="number", values=("x",)),
        GoldenColumn(name="a", type="date", values=("x",)),
        GoldenColumn(name="a", type="datetime", values=(7,)),
    ],
)
def test_values_of_the_wrong_type(column: GoldenColumn) -> None:
    with pytest.raises(BundleError, match=r"golden.json cannot be read"):
        recall(Golden(columns=(column,)))


def test_ragged_answers() -> None:
    with pytest.raises(BundleError, match=r"golden.json cannot be read"):
        recall(Golden(columns=(), proba=((0.5, 0.5), (1.0,))))


@pytest.mark.parametrize(
    ("now", "wrong"),
    [
        (ANSWERS, 0),
        (Predictions(label=ANSWERS.label, proba=np.array([[0.9 + 1e-9, 0.1], [0.2, 0.8]])), 0),
        (Predictions(label=ANSWERS.label, proba=np.array([[0.9, 0.1], [0.2001, 0.7999]])), 1),
        (Predictions(label=np.array([1, 1]), proba=ANSWERS.proba), 1),
        (Predictions(label=ANSWERS.label), 2),
        (Predictions(label=np.array([0]), proba=np.array([[0.9, 0.1]])), 2),
    ],
)
def test_differences_are_counted(now: Predictions, wrong: int) -> None:
    assert differing(ANSWERS, now) == wrong


def test_no_answers_then_and_some_now_differ() -> None:
    assert differing(Predictions(), Predictions(value=np.array([1.0]))) == 1

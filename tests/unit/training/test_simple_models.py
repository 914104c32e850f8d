from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.manifest import Feature, Signature
from modelbout.training import simple_models
from modelbout.training.simple_models import coding, linear_model, single_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

INPUTS = (
    Feature("age", "integer"),
    Feature("plan", "string", nullable=True),
    Feature("noise", "number", nullable=True),
    Feature("vip", "boolean"),
    Feature("since", "date"),
)
BINARY = Signature(INPUTS, "left", "string", ("no", "yes"), "yes")
VALUE = Signature(INPUTS, "cost", "number")


def table(rows: int = 600, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows)
    plan = rng.choice(["basic", "plus"], rows)
    score = age / 10 + 2 * (plan == "plus") + rng.normal(0, 1, rows)
    return pl.DataFrame(
        {
            "age": age,
            "plan": [None if row % 50 == 0 else str(one) for row, one in enumerate(plan)],
            "noise": [None if row % 7 == 0 else float(one) for row, one in enumerate(rng.normal(size=rows))],
            "vip": [row % 2 == 0 for row in range(rows)],
            "since": [date(2020, 1, 1) + timedelta(days=row % 300) for row in range(rows)],
            "left": np.where(score > 6, "yes", "no"),
            "cost": 100 * score,
        }
    )


def right(frame: pl.DataFrame, label: NDArray[np.int64] | None) -> float:
    assert label is not None
    return float(((frame["left"] == "yes").to_numpy() == (label == 1)).mean())


def test_a_linear_model_of_mixed_columns_learns_what_is_there() -> None:
    train, holdout = table(), table(400, seed=1)
    answers, note = linear_model(train, holdout.drop("left", "cost"), BINARY)
    assert right(holdout, answers.label) > 0.8
    assert answers.proba is not None
    assert answers.proba.sum(axis=1) == pytest.approx(1)
    # Two numbers for each of four columns, and three marks for the texts.
    assert note == "A linear model of 11 numbers from 5 inputs."


def test_a_linear_model_of_a_value() -> None:
    holdout = table(400, seed=1)
    answers, _ = linear_model(table(), holdout, VALUE)
    assert answers.value is not None
    assert np.corrcoef(answers.value, holdout["cost"].to_numpy())[0, 1] > 0.85


@pytest.mark.parametrize("shape", [BINARY, VALUE])
def test_the_best_single_column_is_named(shape: Signature) -> None:
    holdout = table(400, seed=1)
    answers, note = single_column(table(), holdout, shape)
    assert note == "The best single column is age."
    if shape is BINARY:
        assert 0.7 < right(holdout, answers.label) < 0.9


def test_rows_in_any_order_make_the_same_models() -> None:
    train, holdout = table(), table(50, seed=1)
    shuffled = train[np.random.default_rng(3).permutation(train.height)]
    for make in (linear_model, single_column):
        one, other = make(train, holdout, BINARY)[0].proba, make(shuffled, holdout, BINARY)[0].proba
        assert one is not None
        assert other is not None
        assert np.allclose(one, other)


def test_of_very_many_rows_some_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_models, "MOST_ROWS", 100)
    answers, _ = linear_model(table(), table(200, seed=1), BINARY)
    assert answers.rows == 200


def test_chosen_rows_of_one_class_give_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_models, "MOST_ROWS", 5)
    train = table().with_columns(left=pl.Series(["yes"] + ["no"] * 599))
    for make in (linear_model, single_column):
        answers, _ = make(train, table(30, seed=1), BINARY)
        assert answers.label is not None
        assert len(set(answers.label.tolist())) == 1
        assert answers.proba is not None
        assert set(answers.proba.ravel().tolist()) == {0.0, 1.0}


def test_a_large_holdout_is_asked_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    holdout = table(95, seed=1)
    whole = [make(table(), holdout, shape)[0] for make in (linear_model, single_column) for shape in (BINARY, VALUE)]
    monkeypatch.setattr(simple_models, "BLOCK_ROWS", 10)
    parts = [make(table(), holdout, shape)[0] for make in (linear_model, single_column) for shape in (BINARY, VALUE)]
    for one, other in zip(whole, parts, strict=True):
        assert one.rows == other.rows == 95
        assert (one.proba is None) or np.allclose(one.proba, other.proba)  # type: ignore[arg-type]
        assert (one.value is None) or np.allclose(one.value, other.value)  # type: ignore[arg-type]


def test_a_wide_table_gives_fewer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_models, "MOST_CELLS", 5 * 40)
    kept, target = simple_models._training(table(), BINARY)
    assert kept.shape == (40, 5)
    assert target.shape == (40,)


def test_what_the_holdout_has_of_its_own_is_not_learned() -> None:
    code = coding(pl.Series("x", ["a"] * 12 + ["b"] * 9), Feature("x", "string"))
    assert code(pl.Series("x", ["a", "b", "c", None])).tolist() == [[1, 0], [0, 0], [0, 0], [0, 1]]
    categories = pl.Series("x", ["a", None], dtype=pl.Categorical)
    assert code(categories).tolist() == [[1, 0], [0, 1]]


def test_blanks_are_the_median_of_the_training_rows_and_marked() -> None:
    code = coding(pl.Series("x", [1.0, 2.0, 30.0, None, float("inf")]), Feature("x", "number"))
    assert code(pl.Series("x", [None, 5.0, 1e300])).tolist() == [[16, 1], [5, 0], [1e100, 0]]
    empty = pl.Series("x", [None, None], dtype=pl.Float64)
    assert coding(empty, Feature("x", "number"))(empty).tolist() == [[0, 1], [0, 1]]

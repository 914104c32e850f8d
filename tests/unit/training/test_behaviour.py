from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from modelbout.config.compare import Expectation
from modelbout.errors import ConfigError, DataError
from modelbout.manifest import Feature, Signature
from modelbout.predictions import Predictions
from modelbout.training.behaviour import DEALS, MOST_ROWS, STEPS, Question, conduct, question, require_inputs, some_rows

ROWS = 40
INPUTS = pl.DataFrame(
    {
        "age": [None if row == 3 else float(row % 13) for row in range(ROWS)],
        "sex": ["f" if row % 2 else "m" for row in range(ROWS)],
        "name": [f"n{row % 7}" for row in range(ROWS)],
        "vip": [row % 3 == 0 for row in range(ROWS)],
        "since": [date(2020, 1, 1) + timedelta(days=row) for row in range(ROWS)],
    }
)


def ask(expectation: Expectation, inputs: pl.DataFrame = INPUTS) -> Question:
    return question(inputs, expectation, key="compare.expectations[0]")


def test_rows_are_chosen_by_their_content() -> None:
    shuffled = INPUTS[np.random.default_rng(0).permutation(ROWS)]
    assert some_rows(INPUTS, 10).equals(some_rows(shuffled, 10))
    assert some_rows(INPUTS, 10).height == 10
    assert ask(Expectation(rising="age"), pl.concat([INPUTS] * 20)).frame.height == MOST_ROWS * STEPS


def test_a_direction_is_asked_by_rising_values_of_one_column() -> None:
    asked = ask(Expectation(rising="age"))
    blocks = [asked.frame[step * ROWS : (step + 1) * ROWS] for step in range(asked.blocks)]
    steps = [block["age"].unique().to_list() for block in blocks]
    assert [len(step) for step in steps] == [1] * STEPS
    assert steps == sorted(steps)
    assert (steps[0], steps[STEPS // 2], steps[-1]) == ([0.0], [INPUTS["age"].median()], [12.0])
    assert asked.frame.schema == INPUTS.schema
    for block in blocks:
        assert block.drop("age").equals(some_rows(INPUTS, ROWS).drop("age"))


@pytest.mark.parametrize(("column", "blocks"), [("vip", 2), ("since", STEPS)])
def test_booleans_and_dates_rise_too(column: str, blocks: int) -> None:
    asked = ask(Expectation(falling=column))
    assert asked.blocks == blocks
    first, last = asked.frame[column][0], asked.frame[column][-1]
    assert (first, last) == (INPUTS[column].min(), INPUTS[column].max())


def test_invariance_is_asked_by_values_of_other_rows_together() -> None:
    asked = ask(Expectation(invariant=("sex", "name")))
    some = some_rows(INPUTS, ROWS)
    assert asked.blocks == DEALS + 1
    assert asked.frame[:ROWS].equals(some)
    for deal in range(1, asked.blocks):
        block = asked.frame[deal * ROWS : (deal + 1) * ROWS]
        assert block.drop("sex", "name").equals(some.drop("sex", "name"))
        assert block.select("sex", "name").equals(some.select("sex", "name")[np.roll(np.arange(ROWS), -deal)])


@pytest.mark.parametrize(
    ("expectation", "inputs", "found"),
    [
        (Expectation(invariant=("sex",)), INPUTS.head(1), "one row"),
        (Expectation(rising="age"), INPUTS.with_columns(age=1.0), "'age' has one value only"),
        (Expectation(falling="age"), INPUTS.with_columns(age=pl.lit(None, pl.Float64)), "'age' has one value only"),
        (Expectation(falling="age"), INPUTS.with_columns(age=pl.lit(float("nan"))), "'age' has one value only"),
    ],
)
def test_nothing_to_ask_about(expectation: Expectation, inputs: pl.DataFrame, found: str) -> None:
    with pytest.raises(DataError, match=found) as caught:
        ask(expectation, inputs)
    assert caught.value.problems[0].place.key == "compare.expectations[0]"


def told(
    expectation: Expectation, blocks: list[list[float]], positive: int | None = None, **kind: bool
) -> tuple[int, ...]:
    numbers = np.array(blocks, dtype=np.float64).ravel()
    if kind.get("proba"):
        answers = Predictions(label=(numbers > 0.5).astype(np.int64), proba=np.column_stack([1 - numbers, numbers]))
    elif kind.get("label"):
        answers = Predictions(label=numbers.astype(np.int64))
    else:
        answers = Predictions(value=numbers)
    found = conduct(Question(expectation, INPUTS, len(blocks)), answers, positive)
    assert found.rows == len(blocks[0])
    return found.broken, round(found.worst, 9)  # type: ignore[return-value]


def test_a_value_may_not_fall_anywhere_on_the_way() -> None:
    # Of four rows: rising, level, falling in the middle though higher at the end, falling by next to nothing.
    blocks = [[1.0, 5.0, 1.0, 7.0], [2.0, 5.0, 3.0, 7.0], [3.0, 5.0, 2.5, 7.0 - 1e-9], [4.0, 5.0, 4.0, 7.0]]
    assert told(Expectation(rising="age"), blocks) == (1, 0.5)
    assert told(Expectation(rising="age", tolerance=0.5), blocks) == (0, 0.0)
    assert told(Expectation(falling="age"), blocks) == (2, 3.0)


def test_small_steps_down_add_up() -> None:
    assert told(Expectation(rising="age", tolerance=0.15), [[0.5], [0.4], [0.3]], 1, proba=True) == (1, 0.2)


@pytest.mark.parametrize(("positive", "broken"), [(1, 1), (0, 2)])
def test_the_answer_is_that_of_the_positive_class(positive: int, broken: int) -> None:
    blocks = [[0.2, 0.6, 0.3], [0.4, 0.5, 0.4]]
    assert told(Expectation(rising="age"), blocks, positive, proba=True)[0] == broken
    labels = [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    assert told(Expectation(rising="age"), labels, positive, label=True) == (broken, 1.0)


def test_an_invariant_answer_is_moved_by_no_deal() -> None:
    blocks = [[1.0, 2.0, 3.0], [1.0, 2.5, 3.0 + 1e-8], [1.0, 2.0, 3.0]]
    assert told(Expectation(invariant=("sex",)), blocks) == (1, 0.5)
    assert told(Expectation(invariant=("sex",), tolerance=0.6), blocks) == (0, 0.0)
    shares = [[0.1, 0.2], [0.1, 0.9]]
    assert told(Expectation(invariant=("sex",)), shares, proba=True) == (1, 0.7)
    assert told(Expectation(invariant=("sex",)), [[0, 1, 2], [0, 2, 2]], label=True) == (1, 1.0)


def test_several_classes_are_moved_when_one_of_them_is() -> None:
    proba = np.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])
    answers = Predictions(label=proba.argmax(axis=1), proba=proba)
    found = conduct(Question(Expectation(invariant=("sex",)), INPUTS, 2), answers, None)
    assert (found.rows, found.broken, round(found.worst, 9)) == (2, 1, 0.2)


def test_columns_that_are_no_inputs_or_have_no_order_are_all_told() -> None:
    shape = Signature((Feature("age", "number"), Feature("sex", "string"), Feature("vip", "boolean")), "y", "number")
    good = (Expectation(rising="age"), Expectation(falling="vip"), Expectation(invariant=("sex", "age")))
    require_inputs(good, shape)
    wrong = (Expectation(invariant=("sex", "id")), Expectation(rising="sex"), Expectation(falling="gone"))
    with pytest.raises(ConfigError) as caught:
        require_inputs((*good, *wrong), shape)
    assert [(problem.place.key, problem.found) for problem in caught.value.problems] == [
        ("compare.expectations[3].invariant[1]", "'id' is no input of the challenger: the answers cannot depend on it"),
        ("compare.expectations[4].rising", "the column 'sex' is of type string, which has no larger and smaller"),
        ("compare.expectations[5].falling", "'gone' is no input of the challenger: the answers cannot depend on it"),
    ]

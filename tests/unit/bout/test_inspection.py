from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.bout.inspection import MAX_SLICE_GROUPS, MIN_ROWS, inspect_predictions, inspect_ring, inspect_truth
from modelbout.bout.ring import SliceColumn
from modelbout.errors import EXIT_DATA, DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet
    from modelbout.manifest import Task

TWO = ("no", "yes")


def codes(*counts: int) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


@pytest.mark.parametrize(
    ("task", "classes", "truth", "found"),
    [
        ("binary", TWO, codes(0), "holdout has 0 rows"),
        ("binary", TWO, codes(3, 2), "holdout has 5 rows"),
        ("regression", (), np.arange(MIN_ROWS - 1.0), f"holdout has {MIN_ROWS - 1} rows"),
        ("binary", TWO, codes(30), "only one value"),
        ("binary", TWO, codes(0, 30), "only one value"),
        ("multiclass", ("a", "b", "c"), codes(0, 30), "only one value"),
        ("binary", TWO, codes(30, 4), "one of the two classes has 4 holdout rows"),
        ("binary", TWO, codes(30, 30) - 1, "30 of 60 holdout rows is none of the 2 classes"),
        ("binary", TWO, codes(30, 30, 7), "7 of 67 holdout rows"),
        ("regression", (), np.full(30, 2.5), "only one value"),
        ("regression", (), np.array([*range(30), np.nan]), "missing or infinite in 1 of 31"),
        ("regression", (), np.array([*range(30), np.inf]), "missing or infinite in 1 of 31"),
    ],
)
def test_truth_on_which_nothing_can_be_compared(
    task: Task,
    classes: tuple[str, ...],
    truth: NDArray[np.int64] | NDArray[np.float64],
    found: str,
) -> None:
    with pytest.raises(DataError) as caught:
        inspect_truth(task, classes, truth)
    (problem,) = caught.value.problems
    assert found in problem.found
    assert problem.allowed
    assert problem.fix
    assert caught.value.exit_code == EXIT_DATA


def test_smallest_truth_that_will_do() -> None:
    inspect_truth("binary", TWO, codes(MIN_ROWS - 5, 5))
    inspect_truth("multiclass", ("a", "b", "c"), codes(MIN_ROWS - 1, 0, 1))
    inspect_truth("regression", (), np.linspace(0, 1, MIN_ROWS))


def told(sheet: Sheet, **parts: NDArray[Any] | None) -> Sheet:
    return replace(sheet, predictions=replace(sheet.predictions, **parts))


def spoilt(sheet: Sheet, number: float, row: int = 3) -> Sheet:
    proba = sheet.proba.copy()
    proba[row, 0] = number
    return told(sheet, proba=proba)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda s: told(s, label=None), "gave no label"),
        (lambda s: told(s, label=s.label[:-1]), "gave 299 labels for 300 holdout rows"),
        (lambda s: told(s, proba=s.proba[:-1]), "gave 299 probas for 300 holdout rows"),
        (lambda s: told(s, label=np.where(np.arange(300) < 2, 5, s.label)), "2 labels that are no class"),
        (lambda s: told(s, label=np.where(np.arange(300) < 1, -1, s.label)), "1 labels that are no class"),
        (lambda s: told(s, proba=s.proba[:, :1]), "shape (300, 1)"),
        (lambda s: told(s, proba=s.proba[:, 0]), "shape (300,)"),
        (lambda s: spoilt(s, np.nan), "NaN or infinite in 1 of 300"),
        (lambda s: spoilt(s, np.inf), "NaN or infinite in 1 of 300"),
        (lambda s: spoilt(s, -0.01), "below 0 or above 1 in 1 rows"),
        (lambda s: spoilt(s, 1.01), "below 0 or above 1 in 1 rows"),
        (lambda s: told(s, proba=s.proba * 0.99), "do not sum to 1 in 300 rows"),
    ],
)
@pytest.mark.parametrize(("who", "fix"), [("challenger", "training code"), ("champion", "roll back")])
def test_answers_that_are_no_answers(
    spoil: Callable[[Sheet], Sheet], found: str, who: str, fix: str, draw: Callable[..., Sheet]
) -> None:
    sheet = spoil(draw("binary"))
    with pytest.raises(DataError) as caught:
        inspect_predictions(sheet, who)
    (problem,) = caught.value.problems
    assert f"the {who} gave" in problem.found
    assert found in problem.found
    assert fix in problem.fix


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none(number: float, draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression")
    value = sheet.value.copy()
    value[:2] = number
    with pytest.raises(DataError, match="NaN or infinite in 2 of 300 rows"):
        inspect_predictions(told(sheet, value=value), "challenger")
    with pytest.raises(DataError, match="gave no value"):
        inspect_predictions(told(sheet, value=None), "challenger")


def test_probabilities_that_went_through_float32_will_do(draw: Callable[..., Sheet]) -> None:
    sheet = draw("multiclass", classes=3)
    inspect_predictions(told(sheet, proba=sheet.proba.astype(np.float32).astype(np.float64)), "challenger")
    inspect_predictions(told(sheet, proba=None), "challenger")


def test_models_that_answered_other_rows(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    mine, theirs = draw("binary"), draw("binary", rows=299)
    with pytest.raises(DataError, match="answered 300 rows and the champion 299"):
        inspect_ring(ring_of(mine, theirs), mine, theirs)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_training_target_without_values(task: Task, draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    sheet = draw(task)
    bad = np.full(4, np.nan) if task == "regression" else np.full(4, -1)
    for truth, found in ((bad, "4 rows, 4 of them"), (sheet.truth[:0], "0 rows")):
        with pytest.raises(DataError, match=found):
            inspect_ring(replace(ring_of(sheet, None), train_truth=truth), sheet, None)


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (SliceColumn("g", np.zeros(7, dtype=np.int64), ("a",)), "`g` has 7 rows and the holdout 300"),
        (SliceColumn("g", np.ones(300, dtype=np.int64), ("a",)), "a group that is not listed"),
        (
            SliceColumn("g", np.zeros(300, dtype=np.int64), tuple(map(str, range(MAX_SLICE_GROUPS + 1)))),
            f"`g` has {MAX_SLICE_GROUPS + 1} groups",
        ),
    ],
)
def test_slice_columns_that_do_not_fit(
    column: SliceColumn, found: str, draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    sheet = draw("binary")
    with pytest.raises(DataError, match=found):
        inspect_ring(ring_of(sheet, None, slices=(column,)), sheet, None)


def test_a_good_ring_is_let_through(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    mine, theirs = draw("binary", model=1), draw("binary", model=2)
    column = SliceColumn("g", np.arange(300) % 2, ("a", "b"))
    inspect_ring(ring_of(mine, theirs, slices=(column,)), mine, theirs)
    assert Predictions().rows == 0


def test_rows_of_few_clusters_are_few_observations(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    sheet = draw("binary")
    for clusters, allowed in ((np.arange(300) % MIN_ROWS, True), (np.arange(300) % (MIN_ROWS - 1), False)):
        mine = replace(sheet, clusters=clusters)
        ring = replace(ring_of(mine, None), clusters=clusters)
        if allowed:
            inspect_ring(ring, mine, None)
        else:
            with pytest.raises(DataError, match="300 holdout rows are only 19 independent observations"):
                inspect_ring(ring, mine, None)

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.bout.comparison import contrast
from modelbout.bout.ring import SliceColumn
from modelbout.bout.sheet import Sheet
from modelbout.bout.slices import holm, judge_slices
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.evidence import SliceResult

RULES: dict[str, Any] = {"min_rows": 100, "confidence": 0.95, "seed": 1}


def judged(
    name: str, mine: Sheet, theirs: Sheet | None, *columns: SliceColumn, **rules: int
) -> tuple[SliceResult, ...]:
    return judge_slices(name, mine, theirs, columns, **{**RULES, **rules})


def test_holm_by_hand() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_keeps_order_and_lies_between_single_and_bonferroni(p_values: list[float]) -> None:
    corrected = holm(p_values)
    for one, mended in zip(p_values, corrected, strict=True):
        assert min(one, 1) <= mended <= min(one * len(p_values), 1) + 1e-12
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(corrected)[order]) >= 0).all()


def test_groups_are_sorted_and_each_is_a_bout_of_its_rows(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("binary", rows=900, model=1), draw("binary", rows=900, model=2)
    codes = np.arange(900) % 3
    found = judged("roc_auc", mine, theirs, SliceColumn("plan", codes, ("b", "c", "a")))
    assert [(one.column, one.group, one.rows) for one in found] == [("plan", name, 300) for name in "abc"]
    rows = np.flatnonzero(codes == 2)
    expected = contrast("roc_auc", mine.take(rows), theirs.take(rows), confidence=0.95, seed=1)
    assert found[0].improvement == expected.improvement
    assert found[0].challenger == expected.challenger.value


def test_one_group_that_got_worse_is_found(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("regression", rows=1500, model=1), draw("regression", rows=1500, model=2)
    codes = np.arange(1500) % 3
    spoilt = np.where(codes == 1, mine.value + 3, np.where(codes == 2, mine.target, mine.value))
    mine = type(mine)("regression", 0, None, mine.truth, Predictions(value=spoilt))
    found = judged("rmse", mine, theirs, SliceColumn("g", codes, ("even", "spoilt", "mended")))
    assert {one.group: one.status for one in found} == {
        "even": "no difference shown",
        "mended": "better",
        "spoilt": "worse",
    }
    assert all(one.p_adjusted is not None for one in found)


def test_correction_is_over_all_columns_together(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("binary", rows=800, model=1), draw("binary", rows=800, model=2)
    codes = np.arange(800) % 2
    one = judged("log_loss", mine, theirs, SliceColumn("x", codes, ("a", "b")))
    twice = judged("log_loss", mine, theirs, SliceColumn("x", codes, ("a", "b")), SliceColumn("y", codes, ("a", "b")))
    smallest = [min(item.p_adjusted or 1 for item in found) for found in (one, twice)]
    assert smallest[1] == pytest.approx(min(2 * smallest[0], 1))


def test_too_few_rows_is_never_all_well(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("binary", rows=300, model=1), draw("binary", rows=300, model=2)
    codes = np.where(np.arange(300) < 99, 0, 1)
    codes[299] = -1
    small, large, empty = judged("roc_auc", mine, theirs, SliceColumn("g", codes, ("a", "b", "none")))
    assert (small.status, small.rows, small.improvement, small.p_adjusted) == ("not enough rows", 99, None, None)
    assert (large.rows, large.status) == (200, "no difference shown")
    assert (empty.rows, empty.status) == (0, "not enough rows")


def test_a_group_of_few_clusters_is_not_enough(draw: Callable[..., Sheet]) -> None:
    column = SliceColumn("g", np.arange(400) // 200, ("many", "few"))
    clusters = np.where(np.arange(400) < 200, np.arange(400) // 5, 100 + np.arange(400) // 20)
    mine, theirs = (replace(draw("regression", rows=400, model=model), clusters=clusters) for model in (1, 2))
    few, many = judged("mae", mine, theirs, column)
    assert (few.group, few.status, few.rows) == ("few", "not enough rows", 200)
    assert many.status == "no difference shown"
    assert many.improvement is not None
    assert many.improvement.interval is not None
    assert many.improvement.interval.method == "influence function, clusters as one"


@pytest.mark.parametrize(
    ("task", "name"), [("binary", "accuracy"), ("multiclass", "log_loss"), ("multiclass", "f1_macro")]
)
def test_a_group_of_one_class_is_not_enough(task: str, name: str, draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw(task, rows=600, model=1), draw(task, rows=600, model=2)
    codes = (mine.codes > 0).astype(np.int64)
    found = judged(name, mine, theirs, SliceColumn("g", codes, ("first class", "others")))
    assert found[0].status == "not enough rows"
    assert found[0].rows > 100
    assert (found[1].status == "not enough rows") is (task == "binary")


def test_a_group_with_a_rare_class_is_not_enough_for_means_over_classes(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("multiclass", rows=600, model=1), draw("multiclass", rows=600, model=2)
    rare = np.flatnonzero(mine.codes == 2)[:3]
    codes = (mine.codes == 2).astype(np.int64)
    codes[rare] = 0
    column = SliceColumn("g", codes, ("three of the third", "third"))
    assert judged("f1_macro", mine, theirs, column)[1].status == "not enough rows"
    assert judged("accuracy", mine, theirs, column)[1].status == "no difference shown"


def test_a_group_of_constant_truth_has_no_r2(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("regression", rows=400, model=1), draw("regression", rows=400, model=2)
    mine.target[:200] = theirs.target[:200] = 5.0
    column = SliceColumn("g", (np.arange(400) >= 200).astype(np.int64), ("flat", "real"))
    assert [one.status == "not enough rows" for one in judged("r2", mine, theirs, column)] == [True, False]
    assert [one.status == "not enough rows" for one in judged("rmse", mine, theirs, column)] == [False, False]


def test_without_a_champion_only_levels_are_shown(draw: Callable[..., Sheet]) -> None:
    mine = draw("binary", rows=300)
    (found,) = judged("roc_auc", mine, None, SliceColumn("g", np.zeros(300, dtype=np.int64), ("all",)))
    assert found.status == "no difference shown"
    assert found.challenger is not None
    assert (found.champion, found.improvement, found.p_adjusted) == (None, None, None)


def test_equal_models_show_a_false_group_in_few_bouts(draw: Callable[..., Sheet]) -> None:
    alarms = 0
    for world in range(120):
        mine = draw("regression", rows=600, world=world, model=1)
        theirs = draw("regression", rows=600, world=world, model=2)
        column = SliceColumn("g", np.arange(600) % 6, tuple("abcdef"))
        alarms += any(one.status in ("better", "worse") for one in judged("mae", mine, theirs, column))
    assert alarms <= 12


def test_small_groups_of_equal_models_raise_no_more_alarms_than_holm_allows() -> None:
    rng = np.random.default_rng(11)
    alarms = tiny = 0
    for _ in range(400):
        truth = rng.gamma(2, 3, 210)
        mine, theirs = (
            Sheet("regression", 0, None, truth, Predictions(value=truth + rng.normal(size=210))) for _ in "ab"
        )
        codes = np.minimum(np.arange(210) // 25, 8)  # eight groups of 25 rows, one of 10
        column = SliceColumn("group", codes, tuple("abcdefghi"))
        found = judge_slices("mae", mine, theirs, [column], min_rows=2, confidence=0.95, seed=0)
        tiny += found[-1].status == "not enough rows"
        alarms += any(one.status in ("better", "worse") for one in found)
    assert tiny == 400
    assert alarms <= 28  # of 400: 5 % and two standard errors; with the normal quantile it was 38

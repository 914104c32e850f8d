from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.bout import found
from modelbout.bout.found import find_slices
from modelbout.bout.ring import Trait
from modelbout.bout.sheet import Sheet
from modelbout.evidence import Condition
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.evidence import FoundSlice

RULES: dict[str, Any] = {"min_rows": 100, "confidence": 0.95, "seed": 1}
ROWS = 4000


def world(seed: int = 0, rows: int = ROWS) -> tuple[tuple[Trait, ...], dict[str, NDArray[np.int64]]]:
    rng = np.random.default_rng(seed)
    plan, age = rng.integers(0, 3, rows), rng.integers(0, 8, rows)
    traits = (
        Trait("plan", plan, ("free", "basic", "pro")),
        Trait("age", age, ("18", "25", "30", "40", "50", "60", "70"), steps=True),
        Trait("noise", rng.integers(-1, 4, rows), ("a", "b", "c", "d")),
    )
    return traits, {"plan": plan, "age": age}


def sheets(worse: NDArray[np.bool_], by: float = 1.0, clusters: NDArray[np.int64] | None = None) -> tuple[Sheet, Sheet]:
    """Return a challenger whose errors are larger on some rows than the champion's, and the champion."""
    rng = np.random.default_rng(9)
    truth = rng.normal(0, 1, worse.size)
    theirs = truth + rng.normal(0, 1, worse.size)
    mine = truth + rng.normal(0, 1, worse.size) + np.where(worse, by * np.sign(rng.normal(size=worse.size)), 0.0)
    told = (Sheet("regression", 0, None, truth, Predictions(value=value), clusters) for value in (mine, theirs))
    return next(told), next(told)


def conditions(one: FoundSlice) -> list[tuple[str, str, str]]:
    return [(part.column, part.relation, part.value) for part in one.conditions]


def test_a_spoilt_value_is_found_and_shown_on_rows_that_were_not_searched() -> None:
    traits, columns = world()
    mine, theirs = sheets(columns["plan"] == 1)
    first, *_ = find_slices("rmse", mine, theirs, traits, **RULES)
    assert conditions(first)[0] == ("plan", "is", "basic")
    assert first.status == "worse"
    assert first.improvement is not None
    assert first.improvement.value < -0.1
    # About half of the rows of the group: the other half was searched.
    assert first.rows == pytest.approx((columns["plan"] == 1).sum() / 2, rel=0.15)


@pytest.mark.parametrize(
    ("rows", "expected"), [(slice(0, 3), ("age", "at most", "30")), (slice(5, 8), ("age", "above", "50"))]
)
def test_a_range_is_found_by_its_edge(rows: slice, expected: tuple[str, str, str]) -> None:
    traits, columns = world()
    mine, theirs = sheets(np.isin(columns["age"], np.arange(8)[rows]), by=2.0)
    first = find_slices("mae", mine, theirs, traits, **RULES)[0]
    assert expected in conditions(first)
    assert first.status == "worse"


def test_a_corner_of_two_columns_is_found_with_both_conditions() -> None:
    traits, columns = world()
    mine, theirs = sheets((columns["plan"] == 2) & (columns["age"] <= 3), by=2.5)
    first = find_slices("mae", mine, theirs, traits, **RULES)[0]
    assert set(conditions(first)) == {("plan", "is", "pro"), ("age", "at most", "40")}
    assert first.status == "worse"


def test_no_column_is_named_twice_and_no_more_groups_than_a_reader_takes_in() -> None:
    traits, columns = world()
    mine, theirs = sheets((columns["age"] == 0) | (columns["age"] == 7) | (columns["plan"] == 0))
    seen = find_slices("mae", mine, theirs, traits, **RULES)
    assert 1 <= len(seen) <= found.MOST_FOUND
    for one in seen:
        names = [part.column for part in one.conditions]
        assert len(names) == len(set(names)) <= found.MOST_CONDITIONS


def test_equal_models_are_rarely_said_to_be_worse_anywhere() -> None:
    alarms = 0
    for seed in range(60):
        traits, _ = world(seed, 1200)
        rng = np.random.default_rng([seed, 5])
        truth = rng.normal(0, 1, 1200)
        mine, theirs = (
            Sheet("regression", 0, None, truth, Predictions(value=truth + rng.normal(0, 1, 1200))) for _ in range(2)
        )
        alarms += any(one.status == "worse" for one in find_slices("mae", mine, theirs, traits, **RULES))
    # 5 % of 60 are 3; nine or more would come by chance once in 400.
    assert alarms <= 8


def test_rows_that_belong_together_are_on_one_side(monkeypatch: pytest.MonkeyPatch) -> None:
    traits, columns = world()
    together = np.arange(ROWS) // 10
    sides: list[NDArray[np.int64]] = []
    original = found._halves

    def halves(sheet: Sheet, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        pair = original(sheet, seed)
        sides.extend(np.unique(together[rows]) for rows in pair)
        return pair

    monkeypatch.setattr(found, "_halves", halves)
    find_slices("mae", *sheets(columns["plan"] == 1, clusters=together), traits, **RULES)
    first, second = sides
    assert np.intersect1d(first, second).size == 0
    assert sum(side.size for side in sides) == ROWS // 10


def test_nothing_is_looked_for_in_too_few_rows_or_between_equal_answers() -> None:
    traits, columns = world()
    mine, theirs = sheets(columns["plan"] == 1)
    few = np.arange(399)
    assert find_slices("mae", mine.take(few), theirs.take(few), traits, **RULES) == ()
    assert find_slices("mae", mine, mine, traits, **RULES) == ()
    assert find_slices("mae", mine, theirs, (), **RULES) == ()


def test_a_group_that_is_too_small_on_the_other_half_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    traits, columns = world()
    mine, theirs = sheets(columns["plan"] == 1)
    inside = np.flatnonzero(columns["plan"] == 1)
    outside = np.flatnonzero(columns["plan"] != 1)
    monkeypatch.setattr(found, "_halves", lambda *_: (np.sort(np.r_[inside, outside[:1000]]), outside[1000:]))
    first = find_slices("mae", mine, theirs, traits, **RULES)[0]
    assert Condition(column="plan", relation="is", value="basic") in first.conditions
    assert (first.rows, first.status, first.improvement, first.p_adjusted) == (0, "not enough rows", None, None)

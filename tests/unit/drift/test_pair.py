from __future__ import annotations

import numpy as np
import polars as pl

from modelbout.drift.pair import EXPECTED, gathered, joined
from tests.unit.drift.sides import normal, pair, words


def test_missing_is_null_nan_and_infinite() -> None:
    found = pair([*range(100)], pl.Series([1.0, None, float("nan"), float("inf"), -float("inf"), *range(95)]))
    assert found.rows == (100, 100)
    assert found.missing == (0, 4)
    assert found.present == (100, 96)


def test_cells_are_joined_until_the_smaller_side_expects_enough() -> None:
    reference, current = np.array([500, 1, 1, 498]), np.array([50, 0, 0, 50])
    first, second = joined(reference, current)
    assert first.tolist() == [500, 500]
    assert second.tolist() == [50, 50]
    pooled = (first + second) * 100 / 1100
    assert (pooled >= EXPECTED).all()


def test_a_small_rest_joins_the_cell_before_it() -> None:
    first, second = joined(np.array([400, 400, 10]), np.array([400, 400, 10]))
    assert first.tolist() == second.tolist() == [400, 410]


def test_sides_without_rows_have_one_cell() -> None:
    first, second = joined(np.array([3, 4]), np.array([0, 0]))
    assert first.tolist() == second.tolist() == [0]


def test_rare_categories_are_gathered_whatever_their_order() -> None:
    first, second = gathered(np.array([5, 900, 5, 90]), np.array([5, 900, 5, 90]))
    assert first.tolist() == second.tolist() == [900, 100]


def test_what_lies_outside_counts_in_the_outer_bins() -> None:
    bins = pair(normal(1000), [*normal(998), -1e6, 1e6]).bins
    assert bins is not None
    assert bins.current[0] == bins.current[-1] == 1
    assert [int(side.sum()) for side in bins.inside()] == [1000, 1000]


def test_texts_have_bins_only_when_their_values_are_not_all_listed() -> None:
    assert pair(words({"a": 50, "b": 50}), words({"a": 50})).bins is None
    prose = pl.Series([f"text number {number} {'x' * (number % 7)}" for number in range(500)])
    bins = pair(prose, prose).bins
    assert bins is not None
    assert int(bins.reference.sum()) == 500
    assert pair(pl.Series([True, False] * 50), pl.Series([True] * 100)).bins is None


def test_all_listed_values_count_when_nothing_is_left_out() -> None:
    found = pair(words({"a": 50, "b": 30, None: 20}), words({"a": 10, "c": 90})).categories
    assert found.names == ("a", "b")
    assert found.reference.tolist() == [50, 30, 0]
    assert found.current.tolist() == [10, 0, 90]
    assert found.luck == 0


def test_values_that_are_listed_by_luck_count_among_the_others() -> None:
    rare: dict[str | None, int] = {f"rare{number}": 9 for number in range(100)}
    found = pair(words({"often": 600, "seldom": 12, **rare}), words({"often": 600, "seldom": 12, **rare})).categories
    assert found.names == ("often",)
    assert found.reference.tolist() == [600, 912]
    assert found.luck == 0
    near = pair(words({"often": 600, "near": 40, "seldom": 12, **rare}), words({"often": 600})).categories
    assert near.names == ("often", "near")
    assert near.luck == 2

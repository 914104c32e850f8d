from __future__ import annotations

import numpy as np
import pytest

from modelbout.data.leakage.twins import CHANCE, twins


def keys(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def test_the_rows_with_an_equal_on_the_other_side_are_found() -> None:
    found = twins(keys(1, 2, 2, 3), keys(2, 9, 1, 2))
    assert found.found.tolist() == [True, False, True, True]
    assert found.count == 3
    assert found.within == 0.5


def test_nothing_is_found_on_an_empty_side() -> None:
    assert twins(keys(), keys(1, 2)).found.tolist() == [False, False]
    assert twins(keys(1), keys()).count == 0
    assert twins(keys(1), keys()).natural


@pytest.mark.parametrize(("copies", "natural"), [(9, True), (10, False)])
def test_ten_copies_of_rows_that_have_no_equals_are_more_than_chance(copies: int, natural: bool) -> None:  # noqa: FBT001
    # With a fifth of the rows held out, a pair is parted with probability .32, and .32 ** 10 is below 1 in 30,000.
    train = np.arange(800, dtype=np.uint64)
    holdout = np.concatenate([train[:copies], np.arange(1000, 1200 - copies, dtype=np.uint64)])
    found = twins(train, holdout)
    assert (found.count, found.natural) == (copies, natural)


def test_equal_rows_that_are_dealt_out_by_chance_are_natural_whatever_their_number() -> None:
    rng = np.random.default_rng(0)
    for distinct in (5, 300, 3_000, 30_000, 300_000):
        for share in (0.05, 0.2, 0.5):
            for _ in range(5):
                rows = rng.integers(0, distinct, 3_000).astype(np.uint64)
                held = rng.uniform(size=3_000) < share
                assert twins(rows[~held], rows[held]).natural


def test_copies_are_found_among_natural_twins() -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 60_000, 10_000).astype(np.uint64)
    train, holdout = rows[:8_000], rows[8_000:].copy()
    assert twins(train, holdout).natural
    holdout[:300] = train[:300]
    assert not twins(train, holdout).natural


def test_a_stricter_chance_asks_for_more() -> None:
    train = np.arange(800, dtype=np.uint64)
    holdout = np.concatenate([train[:10], np.arange(1000, 1190, dtype=np.uint64)])
    assert not twins(train, holdout, chance=CHANCE).natural
    assert twins(train, holdout, chance=CHANCE / 100).natural

from __future__ import annotations

import numpy as np
import pytest

from modelbout.data.leakage.contamination import METHOD, seen_rows


def spread(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


def test_with_all_keys_the_count_is_exact() -> None:
    trained = np.sort(spread(1000))
    holdout = np.concatenate([spread(200, 1), trained[:30]])
    seen = seen_rows(trained, holdout, below=None, confidence=0.95)
    assert seen.asked.all()
    assert seen.found.tolist() == [False] * 200 + [True] * 30
    assert not seen.natural
    assert seen.within == 0.0
    assert seen.count is not None
    assert (seen.count.value, seen.count.interval) == (30, None)


def test_a_sample_gives_an_unbiased_estimate_whose_interval_covers() -> None:
    estimates, covered = [], 0
    for seed in range(200):
        trained, fresh = spread(5000, seed), spread(700, seed + 1000)
        holdout = np.concatenate([fresh, trained[:300]])
        keys = np.sort(trained)
        below = int(keys[1000])
        seen = seen_rows(keys[:1000], holdout, below=below, confidence=0.95)
        assert seen.count is not None
        assert seen.count.interval is not None
        assert seen.count.interval.method == METHOD
        assert not (seen.found & ~seen.asked).any()
        estimates.append(seen.count.value)
        covered += seen.count.interval.low <= 300 <= seen.count.interval.high
    assert np.mean(estimates) == pytest.approx(300, abs=4 * np.std(estimates) / np.sqrt(200))
    assert covered >= 184


def test_a_sample_that_says_nothing_of_these_rows_gives_no_count() -> None:
    seen = seen_rows(np.array([1, 2], np.uint64), np.array([50, 60], np.uint64), below=10, confidence=0.95)
    assert seen.count is None
    assert not seen.asked.any()


def test_none_seen_has_an_interval_that_begins_at_zero() -> None:
    trained = np.sort(spread(5000))
    seen = seen_rows(trained[:1000], spread(1000, 9), below=int(trained[1000]), confidence=0.95)
    assert seen.count is not None
    assert seen.count.value == 0
    assert seen.count.interval is not None
    assert seen.count.interval.low == 0
    assert 0 < seen.count.interval.high < 50
    assert seen.natural


def test_natural_twins_are_told_apart() -> None:
    rng = np.random.default_rng(2)
    rows = spread(4000)[rng.integers(0, 4000, 10_000)]
    seen = seen_rows(np.sort(rows[:8000]), rows[8000:], below=None, confidence=0.95)
    assert seen.natural
    assert seen.within > 0.5
    assert seen.found.mean() > 0.5

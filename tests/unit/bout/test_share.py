from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from modelbout.bout.share import share
from tests.unit.bout.conftest import draw_sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray


def bounds(hits: NDArray[np.bool_], clusters: NDArray[np.int64] | None = None) -> tuple[float, float]:
    sheet = replace(draw_sheet("binary", rows=hits.size), clusters=clusters)
    interval = share(hits, sheet, 0.95).interval
    assert interval is not None
    assert interval.method.endswith("together") is (clusters is not None)
    return interval.low, interval.high


@pytest.mark.parametrize(("hits", "rows"), [(0, 50), (3, 50), (50, 50)])
def test_single_rows_have_the_exact_interval(hits: int, rows: int) -> None:
    expected = stats.binomtest(hits, rows).proportion_ci(method="exact")
    assert bounds(np.arange(rows) < hits) == pytest.approx(expected, abs=1e-6)


def test_copies_of_rows_add_nothing() -> None:
    hits = np.arange(60) % 6 == 0
    low, high = bounds(np.repeat(hits, 10), np.repeat(np.arange(60), 10))
    assert low == pytest.approx(bounds(hits)[0], abs=0.01)
    assert high == pytest.approx(bounds(hits)[1], abs=0.01)


def test_clusters_that_are_alike_do_not_make_an_interval_narrower() -> None:
    hits = np.tile([True, False], 30)
    low, high = bounds(hits, np.repeat(np.arange(30), 2))
    assert low <= bounds(hits)[0]
    assert high >= bounds(hits)[1]


def test_no_hit_in_any_cluster_is_as_sure_as_so_many_rows() -> None:
    low, high = bounds(np.zeros(50, dtype=bool), np.repeat(np.arange(10), 5))
    assert low == 0
    assert high == pytest.approx(bounds(np.zeros(10, dtype=bool))[1])


def test_one_cluster_tells_nothing() -> None:
    assert bounds(np.arange(50) < 5, np.zeros(50, dtype=np.int64)) == (0, 1)


def test_the_interval_holds_the_share_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    clusters = np.repeat(np.arange(60), 5)
    held = 0
    for _ in range(400):
        rate = np.repeat(rng.beta(0.5, 4.5, 60), 5)
        low, high = bounds(rng.random(300) < rate, clusters)
        held += low <= 0.1 <= high
    assert 0.93 <= held / 400 <= 0.995

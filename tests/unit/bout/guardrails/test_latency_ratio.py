from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.guardrail import Match, guardrail
from modelbout.config.compare import Compare
from modelbout.errors import DataError
from tests.unit.bout.conftest import draw_sheet, make_ring

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.evidence import Estimate


def ratio(mine: NDArray[np.float64] | None, theirs: NDArray[np.float64] | None, confidence: float = 0.95) -> Estimate:
    sheet = draw_sheet("binary", rows=30)
    ring = make_ring(sheet, sheet, Compare(confidence=confidence), seconds=(mine, theirs))
    return guardrail("latency_ratio").measure(Match(ring, sheet, sheet))


def test_median_of_paired_ratios_sees_through_a_busy_machine() -> None:
    rng = np.random.default_rng(0)
    load = rng.lognormal(0, 2, 60)
    found = ratio(1.2 * load * rng.normal(1, 0.01, 60), load * rng.normal(1, 0.01, 60))
    assert found.value == pytest.approx(1.2, abs=0.01)
    assert found.interval is not None
    assert found.interval.low < 1.2 < found.interval.high
    assert found.interval.high - found.interval.low < 0.02


@pytest.mark.parametrize(
    ("pairs", "confidence", "ranks"),
    # Conover, Practical Nonparametric Statistics: the 95 % interval of a median from 6, 10 and 20 ordered values.
    [(6, 0.95, (1, 6)), (10, 0.95, (2, 9)), (20, 0.95, (6, 15)), (5, 0.9, (1, 5))],
)
def test_interval_is_that_of_the_order_statistics(pairs: int, confidence: float, ranks: tuple[int, int]) -> None:
    found = ratio(np.arange(1.0, pairs + 1)[::-1].copy(), np.ones(pairs), confidence).interval
    assert found is not None
    assert (found.low, found.high) == ranks


def test_interval_holds_the_median_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(500):
        interval = ratio(rng.lognormal(0, 1, 25), np.ones(25)).interval
        assert interval is not None
        held += interval.low <= 1 <= interval.high
    assert 0.94 <= held / 500 <= 0.99


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        (None, np.ones(9), "the challenger was not timed"),
        (np.ones(9), None, "the champion was not timed"),
        (np.ones(0), np.ones(9), "the challenger was not timed"),
        (np.ones(9), np.ones(8), "9 batches of the challenger were timed and 8 of the champion"),
        (np.ones(5), np.ones(5), "takes at least 6"),
        (np.full(9, np.nan), np.ones(9), "not all durations above 0"),
        (np.ones(9), np.zeros(9), "not all durations above 0"),
    ],
)
def test_timings_that_show_nothing(
    mine: NDArray[np.float64] | None, theirs: NDArray[np.float64] | None, found: str
) -> None:
    with pytest.raises(DataError, match=found):
        ratio(mine, theirs)

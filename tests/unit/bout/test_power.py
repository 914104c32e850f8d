from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from modelbout.bout.holding import against
from modelbout.bout.paired import TIE, Difference
from modelbout.bout.power import power


def of(improvement: float, error: float) -> Difference:
    return Difference(improvement, error, improvement - 1.96 * error, improvement + 1.96 * error, 0.1, "made up")


def test_detectable_is_found_four_times_in_five() -> None:
    found = power("mae", of(0.01, 0.01), rule="superior", margin=0.0, rows=1000, confidence=0.95)
    assert found.detectable == pytest.approx((1.959964 + 0.841621) * 0.01, rel=1e-5)
    drawn = np.random.default_rng(0).normal(found.detectable, 0.01, 20_000)
    assert (drawn - 1.959964 * 0.01 > 0).mean() == pytest.approx(0.8, abs=0.01)


def test_rows_needed_see_the_observed_improvement() -> None:
    found = power("mae", of(0.01, 0.01), rule="superior", margin=0.0, rows=1000, confidence=0.95)
    assert found.rows_needed == pytest.approx(1000 * (found.detectable / 0.01) ** 2, abs=1)
    assert found.rows_needed is not None
    smaller = of(0.01, 0.01 * (1000 / found.rows_needed) ** 0.5)
    then = power("mae", smaller, rule="superior", margin=0.0, rows=found.rows_needed, confidence=0.95)
    assert then.detectable == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize(("improvement", "line"), [(-0.01, 0.0), (0.0, 0.0), (0.01, 0.02)])
def test_no_number_of_rows_shows_what_is_not_there(improvement: float, line: float) -> None:
    assert (
        power("mae", of(improvement, 0.01), rule="superior", margin=line, rows=1000, confidence=0.95).rows_needed
        is None
    )


def test_distance_is_counted_from_the_line() -> None:
    worse = power("mae", of(-0.005, 0.01), rule="non_inferior", margin=0.01, rows=1000, confidence=0.95)
    better = power("mae", of(0.005, 0.01), rule="superior", margin=0.0, rows=1000, confidence=0.95)
    assert worse.rows_needed == pytest.approx(better.rows_needed, abs=1)


def test_a_tie_detects_nothing() -> None:
    found = power("mae", TIE, rule="non_inferior", margin=1.0, rows=1000, confidence=0.95)
    assert (found.detectable, found.rows_needed, found.rows_if_equal) == (0, None, None)


def test_more_rows_than_anybody_has_is_none() -> None:
    assert power("mae", of(1e-9, 0.01), rule="superior", margin=0.0, rows=1000, confidence=0.95).rows_needed is None


@pytest.mark.parametrize("rule", ["non_inferior", "equivalent"])
def test_an_equal_model_keeps_its_margin_four_times_in_five(rule: Literal["non_inferior", "equivalent"]) -> None:
    found = power("mae", of(0.003, 0.01), rule=rule, margin=0.01, rows=1000, confidence=0.95)
    assert found.rows_if_equal is not None
    error = 0.01 * (1000 / found.rows_if_equal) ** 0.5
    drawn = np.random.default_rng(0).normal(0, error, 20_000)
    kept = [against(rule, 0.01, one - 1.959964 * error, one + 1.959964 * error) == "holds" for one in drawn]
    assert np.mean(kept) == pytest.approx(0.8, abs=0.01)


def test_equivalence_is_seen_within_a_margin() -> None:
    found = power("mae", of(0.004, 0.01), rule="equivalent", margin=0.01, rows=1000, confidence=0.95)
    assert found.detectable == pytest.approx((1.959964 + 1.281552) * 0.01, rel=1e-5)
    assert found.rows_needed == pytest.approx(1000 * (2.801585 * 0.01 / 0.006) ** 2, abs=1)
    outside = power("mae", of(-0.02, 0.01), rule="equivalent", margin=0.01, rows=1000, confidence=0.95)
    assert outside.rows_needed is None
    assert outside.rows_if_equal is not None


def test_superior_and_no_margin_have_no_rows_for_an_equal_model() -> None:
    assert power("mae", of(0.01, 0.01), rule="superior", margin=0.02, rows=9, confidence=0.95).rows_if_equal is None
    assert power("mae", of(0.01, 0.01), rule="non_inferior", margin=0.0, rows=9, confidence=0.95).rows_if_equal is None

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
from scipy import special

from modelbout.bout.family import surely_broken
from modelbout.bout.intervals import quantile
from modelbout.bout.slices import holm


def beyond(z: float, confidence: float) -> bool:
    """Tell whether an estimate lies so many standard errors beyond its limit that the interval does, too."""
    return z > quantile(confidence)


def test_it_is_holms_procedure() -> None:
    drawn = np.random.default_rng(0)
    different = 0
    for _ in range(200):
        z = drawn.normal(1.5, 1.5, drawn.integers(1, 8))
        sure = surely_broken([partial(beyond, one) for one in z], confidence=0.95)
        by_p_values = [p < 0.025 for p in holm(list(special.ndtr(-z)))]
        assert sure == by_p_values
        different += sure != [beyond(one, 0.95) for one in z]
    assert different > 10  # the correction does something


def test_one_condition_needs_no_correction() -> None:
    assert surely_broken([partial(beyond, 1.97)], confidence=0.95) == [True]
    assert surely_broken([partial(beyond, 1.95)], confidence=0.95) == [False]
    assert surely_broken([], confidence=0.95) == []


def test_what_is_broken_makes_the_level_wider_for_the_others() -> None:
    clear, near = partial(beyond, 5.0), partial(beyond, 2.0)
    assert surely_broken([near, partial(beyond, 0.0)], confidence=0.95) == [False, False]
    assert surely_broken([near, clear], confidence=0.95) == [True, True]


def test_more_guardrails_do_not_make_a_false_loss_more_likely() -> None:
    """Every guardrail is exactly at its limit, where a false alarm is most likely."""
    alarms = []
    for count in (1, 2, 5, 20):
        z = np.random.default_rng(7).normal(size=(4000, count))
        alarms.append(
            np.mean([any(surely_broken([partial(beyond, one) for one in row], confidence=0.95)) for row in z])
        )
    assert all(rate < 0.033 for rate in alarms)  # 2.5 %, and three standard errors of the simulation
    alone = np.random.default_rng(7).normal(size=(4000, 20)) > quantile(0.95)
    assert alone.any(axis=1).mean() > 0.35


def test_that_all_hold_needs_no_correction() -> None:
    """Berger 1982: one guardrail is truly at its limit, the others anywhere; all are said to hold at most 2.5 %."""
    holding = []
    for count in (1, 2, 5):
        z = np.random.default_rng(11).normal(size=(20_000, count))
        z[:, 1:] += 10
        holding.append(float((z > quantile(0.95)).all(axis=1).mean()))
    assert all(rate < 0.029 for rate in holding)
    both = (np.random.default_rng(12).normal(size=(20_000, 2)) > quantile(0.95)).all(axis=1).mean()
    assert both < 0.005
    assert all(later <= first + 0.003 for first, later in pairwise(holding))

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from modelbout.bout.metric import TableMetric
from modelbout.bout.roster import metric
from modelbout.bout.terms import Terms
from modelbout.bout.threshold import best_threshold

TERMS = Terms(costs=((0.0, 1.0), (9.0, 0.0)))
DRAWS = np.random.default_rng(2)
SCORE = DRAWS.random(400).round(2)
HIT = DRAWS.random(400) < SCORE**2


def best(name: str, score: object = SCORE, hit: object = HIT, positive: int = 1) -> float:
    found = metric(name, TERMS)
    assert isinstance(found, TableMetric)
    return best_threshold(found, np.asarray(score, dtype=float), np.asarray(hit, dtype=bool), positive=positive)


@pytest.mark.parametrize("name", ["f1", "balanced_accuracy", "mcc", "accuracy", "f2"])
def test_no_other_cut_scores_higher(name: str) -> None:
    score = {
        "f1": sk.f1_score,
        "f2": lambda y, p: sk.fbeta_score(y, p, beta=2),
        "mcc": sk.matthews_corrcoef,
        "accuracy": sk.accuracy_score,
        "balanced_accuracy": sk.balanced_accuracy_score,
    }[name]
    cuts = (*np.unique(SCORE)[1:] - 0.005, 0.0)
    expected = max(score(HIT, cut <= SCORE) for cut in cuts)
    found = score(HIT, best(name) <= SCORE)
    assert found == pytest.approx(expected, abs=1e-12)


def test_dear_misses_pull_it_down_to_what_the_costs_say() -> None:
    # With calibrated probabilities the best threshold is c(FP) / (c(FP) + c(FN)) (Elkan 2001): 0.1.
    score = DRAWS.random(200_000)
    assert best("cost_matrix", score, DRAWS.random(200_000) < score) == pytest.approx(0.1, abs=0.02)


def test_it_does_not_matter_which_class_comes_first() -> None:
    assert best("f1", positive=0) == best("f1", positive=1)


def test_of_equally_good_ones_it_is_the_middle_of_the_gap_nearest_a_half() -> None:
    assert best("accuracy", [0.1, 0.2, 0.8, 0.9], [False, False, True, True]) == 0.5
    assert best("accuracy", [0.1, 0.2], [False, True]) == pytest.approx(0.15)


def test_always_and_never_are_answers_too() -> None:
    assert best("cost_matrix", [0.4, 0.6, 0.8], [True, True, True]) <= 0.4
    assert 0.8 < best("accuracy", [0.4, 0.6, 0.8], [False, False, False]) <= 1
    assert 0 <= best("accuracy", [1.0, 1.0, 1.0], [True, False, False]) <= 1


def test_neighbouring_probabilities_are_told_apart() -> None:
    low = 0.3
    high = float(np.nextafter(low, 1))
    assert best("accuracy", [low, high], [False, True]) == high

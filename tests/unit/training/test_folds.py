from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.errors import DataError
from modelbout.training.folds import FOLDS, folds_of

if TYPE_CHECKING:
    from modelbout.training.folds import Fold

CODES = (np.random.default_rng(0).random(300) < 0.1).astype(np.int64)


def made(codes: Any = CODES, **changes: Any) -> tuple[Fold, ...]:
    return folds_of(codes, **({"groups": None, "times": None, "seed": 1, "key": "compare.threshold"} | changes))


def test_each_row_is_asked_once_and_never_of_a_model_that_learned_from_it() -> None:
    found = made()
    assert len(found) == FOLDS
    assert np.sort(np.concatenate([one.asked for one in found])).tolist() == list(range(300))
    for one in found:
        assert np.intersect1d(one.learned, one.asked).size == 0
        assert one.learned.size + one.asked.size == 300


def test_every_fold_has_its_share_of_each_class() -> None:
    positives = [int(CODES[one.asked].sum()) for one in made()]
    assert max(positives) - min(positives) <= 1
    assert {one.asked.size for one in made()} == {60}


def test_another_seed_is_another_division_and_the_same_one_the_same() -> None:
    first = made()[0].asked.tolist()
    assert first == made()[0].asked.tolist()
    assert first != made(seed=2)[0].asked.tolist()


def test_rows_of_a_group_stay_together_and_folds_stay_even() -> None:
    groups = np.random.default_rng(3).integers(0, 60, 300)
    found = made(groups=groups)
    for one in found:
        assert np.intersect1d(groups[one.learned], groups[one.asked]).size == 0
    assert max(one.asked.size for one in found) < 75
    assert all(CODES[one.asked].any() for one in found)


def test_nothing_is_learned_from_what_came_later() -> None:
    times = np.random.default_rng(4).integers(0, 40, 300)
    found = made(times=times)
    assert len(found) == FOLDS
    for one in found:
        assert times[one.learned].max() < times[one.asked].min()


def test_a_group_of_the_asked_rows_is_not_learned_from_either() -> None:
    times, groups = np.arange(300), np.arange(300) % 90
    found = made(times=times, groups=np.where(np.arange(300) < 100, groups, 100 + np.arange(300)))
    assert len(found) == FOLDS
    everyone = made(times=times)
    assert found[0].learned.size < everyone[0].learned.size
    assert found[-1].learned.size == everyone[-1].learned.size


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"codes": np.array([0] * 100 + [1] * 9)}, "one of the classes has 9 training rows"),
        ({"codes": CODES, "groups": CODES}, "too few groups"),
        ({"codes": CODES, "times": np.zeros(300, dtype=np.int64)}, "too few moments"),
        ({"codes": np.sort(CODES), "times": np.arange(300)}, "too few moments"),
    ],
)
def test_rows_that_cannot_be_divided_are_refused(changes: dict[str, Any], found: str) -> None:
    with pytest.raises(DataError, match=found) as caught:
        made(**changes)
    assert caught.value.problems[0].place.key == "compare.threshold"
    assert caught.value.problems[0].fix

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.comparison import contrast
from modelbout.bout.sheet import Sheet
from modelbout.errors import DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable


def test_without_a_champion_there_is_only_a_level(draw: Callable[..., Sheet]) -> None:
    found = contrast("rmse", draw("regression"), None, confidence=0.95, seed=0)
    assert (found.champion, found.difference, found.improvement) == (None, None, None)
    assert found.result().status == "shown"


def test_result_carries_both_levels_and_the_improvement(draw: Callable[..., Sheet]) -> None:
    found = contrast("rmse", draw("regression", model=1), draw("regression", model=2), confidence=0.95, seed=0)
    result = found.result(rule="superior", status="holds", margin=0.1)
    assert result.champion is not None
    assert result.improvement is not None
    assert result.improvement.value == pytest.approx(result.champion.value - result.challenger.value)
    assert (result.metric, result.better, result.rule, result.margin) == ("rmse", "lower", "superior", 0.1)


@pytest.mark.parametrize("who", ["challenger", "champion"])
def test_a_metric_that_is_no_number_is_an_error(who: str, draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression")
    wild = Sheet("regression", 0, None, sheet.truth, Predictions(value=np.full(300, 1e300)))
    corners = (wild, sheet) if who == "challenger" else (sheet, wild)
    with pytest.raises(DataError, match=f"rmse of the {who} is not a finite number"):
        contrast("rmse", *corners, confidence=0.95, seed=0)

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout import sheet as module
from modelbout.bout.sheet import Sheet
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable


def test_an_order_is_sorted_once(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    assert sheet.ranking(1) is sheet.ranking(1)


def test_orders_of_too_many_rows_are_not_kept(draw: Callable[..., Sheet], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_RANKING_ROWS", 100)
    sheet = draw("binary")
    assert sheet.ranking(1) is not sheet.ranking(1)


def test_some_rows_are_a_sheet_of_their_own(draw: Callable[..., Sheet]) -> None:
    sheet = draw("multiclass")
    part = sheet.take(np.array([3, 5, 8]))
    assert part.rows == 3
    assert part.label.tolist() == sheet.label[[3, 5, 8]].tolist()
    assert part.proba.tolist() == sheet.proba[[3, 5, 8]].tolist()
    assert part.support.sum() == 3


def test_the_same_answers_are_compared_where_both_gave_them(draw: Callable[..., Sheet]) -> None:
    sheet, other = draw("binary", model=1), draw("binary", model=2)
    labels = Sheet("binary", 2, 1, sheet.truth, Predictions(label=sheet.label))
    assert sheet.same_answers(draw("binary", model=1))
    assert not sheet.same_answers(other)
    assert sheet.same_answers(labels)
    assert not sheet.same_answers(Sheet("binary", 2, 1, sheet.truth, Predictions()))


def test_an_answer_that_was_not_given_is_refused() -> None:
    sheet = Sheet("regression", 0, None, np.ones(3), Predictions())
    assert not sheet.has("value")
    with pytest.raises(LookupError, match=r"Sheet\.has"):
        _ = sheet.value

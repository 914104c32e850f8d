from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.subset import primary_on
from tests.unit.bout.conftest import draw_sheet, make_ring


def test_the_primary_metric_is_measured_on_some_rows() -> None:
    ring = make_ring(draw_sheet("binary", noise=0.2), draw_sheet("binary", model=2, noise=2.0))
    rows = np.arange(300) % 3 > 0
    told = primary_on(ring, rows)
    assert told is not None
    assert (told.metric, told.status, told.rule) == ("roc_auc", "shown", "none")
    assert told.improvement is not None
    assert told.improvement.interval is not None
    assert told.explanation.startswith("On the 200 rows that the champion surely never saw, ROC AUC is better by ")
    whole = primary_on(ring, np.ones(300, dtype=np.bool_))
    assert whole is not None
    assert whole.challenger.value != told.challenger.value


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_equal_models_are_the_same_on_every_subset(task: str) -> None:
    sheet = draw_sheet(task)  # type: ignore[arg-type]
    told = primary_on(make_ring(sheet, sheet), np.arange(300) < 150)
    assert told is not None
    assert told.explanation.endswith("is the same for both models.")


def test_too_few_rows_or_no_champion_give_nothing() -> None:
    sheet = draw_sheet("binary")
    assert primary_on(make_ring(sheet, sheet), np.arange(300) < 19) is None
    assert primary_on(make_ring(sheet, sheet), sheet.codes == 1) is None
    assert primary_on(make_ring(sheet, None), np.arange(300) < 150) is None

from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.comparison import contrast
from modelbout.bout.guardrail import guardrail
from modelbout.bout.sheet import sheet_of
from modelbout.config.compare import Compare, Primary
from modelbout.errors import DataError
from modelbout.predictions import Predictions
from tests.unit.bout.conftest import draw_sheet
from tests.unit.bout.guardrails.play import ends, match, measured


@pytest.mark.parametrize("primary", ["log_loss", "roc_auc", "f1"])
def test_it_is_the_gain_over_the_best_constant(primary: str) -> None:
    sheet = draw_sheet("binary", rows=400)
    given = match(sheets=(sheet, None), compare=Compare(primary=Primary(metric=primary)))
    # Always saying yes is the strong dummy for F1; for probabilities it is the share of each class.
    shares = np.broadcast_to(sheet.support / sheet.rows, (400, 2)).copy()
    label = np.full(400, 1 if primary == "f1" else sheet.support.argmax())
    dummy = sheet_of(given.ring, Predictions(label=label, proba=shares))
    expected = contrast(primary, sheet, dummy, confidence=0.95, seed=3).improvement
    assert measured("dummy_gain", given) == expected


def test_it_is_positive_when_the_challenger_is_better_also_for_a_loss() -> None:
    sheet = draw_sheet("regression", rows=400, noise=0.2)
    found = measured("dummy_gain", match(sheets=(sheet, None)))
    assert found.value == pytest.approx(sheet.target.std() - ((sheet.value - sheet.target) ** 2).mean() ** 0.5)
    assert ends(found)[0] > 0
    assert guardrail("dummy_gain").note(match(sheets=(sheet, None))) == "In RMSE."


def test_a_class_that_is_too_rare_gives_no_number() -> None:
    sheet = draw_sheet("multiclass", rows=200)
    sheet.truth[:] = 0
    sheet.truth[:100] = 1
    sheet.truth[:3] = 2
    given = match(sheets=(sheet, None), compare=Compare(primary=Primary(metric="roc_auc")))
    with pytest.raises(DataError, match="roc_auc has no interval here"):
        measured("dummy_gain", given)

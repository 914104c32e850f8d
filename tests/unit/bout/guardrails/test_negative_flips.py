from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from modelbout.bout.guardrail import guardrail
from modelbout.errors import DataError
from modelbout.predictions import Predictions
from tests.unit.bout.conftest import draw_sheet
from tests.unit.bout.guardrails.play import ends, match, measured


def test_rows_that_the_champion_had_right_are_counted_over_all_rows() -> None:
    sheet = draw_sheet("binary", rows=200)
    right = replace(sheet, predictions=Predictions(label=sheet.codes))
    wrong = sheet.codes.copy()
    wrong[:7] = 1 - wrong[:7]
    other = replace(sheet, predictions=Predictions(label=wrong))
    found = measured("negative_flips", match(sheets=(other, right)))
    assert found.value == 7 / 200
    assert ends(found) == pytest.approx(stats.binomtest(7, 200).proportion_ci(method="exact"))
    # What the challenger mends is no flip, and is not set against one.
    assert measured("negative_flips", match(sheets=(right, other))).value == 0


def test_rows_of_one_cluster_count_together() -> None:
    sheet = draw_sheet("multiclass", rows=300)
    theirs = replace(sheet, predictions=Predictions(label=sheet.codes))
    label = sheet.codes.copy()
    label[:30] = (label[:30] + 1) % 3
    given = (replace(sheet, predictions=Predictions(label=label)), theirs)
    alone = measured("negative_flips", match(sheets=given))
    clustered = replace(given[0], clusters=np.repeat(np.arange(30), 10))
    together = measured("negative_flips", match(sheets=(clustered, theirs)))
    assert alone.value == together.value == 0.1
    assert ends(together)[1] - ends(together)[0] > 2.5 * (ends(alone)[1] - ends(alone)[0])


def test_it_is_for_classes_only() -> None:
    assert guardrail("negative_flips").tasks == ("binary", "multiclass")
    given = match(sheets=(draw_sheet("regression", rows=30), draw_sheet("regression", rows=30)))
    with pytest.raises(DataError, match="one of the models gave no labels"):
        measured("negative_flips", given)

from __future__ import annotations

import pytest

from modelbout.bout.guardrail import guardrail
from modelbout.bout.measurements import SimpleModel
from modelbout.errors import DataError
from tests.unit.bout.conftest import draw_sheet
from tests.unit.bout.guardrails.play import ends, match, measured


def test_it_is_the_paired_improvement_over_that_model() -> None:
    good, poor = draw_sheet("binary", rows=900, noise=0.1), draw_sheet("binary", rows=900, model=2, noise=2.5)
    simple = {"single column": SimpleModel(poor.predictions, "What it is made of.")}
    given = match(sheets=(good, None), simple=simple)
    found = measured("single_feature_gain", given)
    assert found.value > 0.02
    assert 0 < ends(found)[0] < found.value < ends(found)[1]
    assert guardrail("single_feature_gain").note(given) == "In ROC AUC. What it is made of."


def test_a_model_that_was_not_made_is_no_pass() -> None:
    given = match()
    with pytest.raises(DataError, match="single_feature_gain cannot be measured: there is no single column"):
        measured("single_feature_gain", given)
    assert guardrail("single_feature_gain").note(given) == "In ROC AUC."

from __future__ import annotations

import msgspec
import pytest

from modelbout.report.story import Story, short
from modelbout.results import Side
from tests.unit.report import stories
from tests.unit.report.stories import BROKEN, CREATED, LATER


def test_a_story_needs_a_result() -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        _ = Story().model


def test_the_model_is_that_of_any_result() -> None:
    assert Story(promotion=stories.promotion()).model == "churn"
    assert Story(training=stories.training()).model == "churn"


def test_the_champions_name() -> None:
    assert stories.win().champion == "churn@v1.0.0"
    assert stories.first().champion is None
    assert Story(validation=stories.validation()).champion is None
    nameless = stories.bout(champion=Side(bundle_digest="sha256:" + "ab" * 32))
    assert Story(bout=nameless).champion == "churn (abababababab)"
    assert Story(bout=nameless).named("churn@v2.0.0") == "churn@v2.0.0"
    assert short("ab" * 32) == "abababababab"


def test_the_confidence() -> None:
    assert stories.win().confidence == "95 %"
    assert Story(validation=stories.validation()).confidence == ""


def test_a_broken_contract_counts_unless_a_later_bout_stands_beside_it() -> None:
    broken = stories.validation(BROKEN, created=CREATED)
    assert Story(validation=broken).refused_by_contract
    assert not Story(validation=broken, bout=stories.bout(created=LATER)).refused_by_contract
    newer = stories.validation(BROKEN, created=LATER)
    assert Story(validation=newer, bout=stories.bout(created=CREATED)).refused_by_contract
    assert not stories.win().refused_by_contract


def test_a_promotion_of_another_bundle_is_not_told() -> None:
    told = stories.promoted()
    assert told.promoted is not None
    other = stories.promotion(bundle="00" * 32)
    assert Story(bout=told.bout, promotion=other).promoted is None
    assert Story(bout=told.bout, promotion=msgspec.structs.replace(other, bundle_digest=None)).promoted is not None

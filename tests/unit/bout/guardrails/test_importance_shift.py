from __future__ import annotations

import pytest

from modelbout.bout.guardrail import guardrail
from modelbout.bout.measurements import NOT_MEASURED, Measurements
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import match, measured

MINE = Measurements(importances={"age": 0.5, "plan": 0.2, "new": 0.3})
THEIRS = Measurements(importances={"age": 0.6, "plan": 0.2, "old": 0.2})


def test_it_is_the_share_that_moved_to_other_columns() -> None:
    given = match(MINE, THEIRS)
    assert measured("importance_shift", given).value == pytest.approx(0.3)
    assert guardrail("importance_shift").note(given) == "Most of it: new +0.30, old -0.20, age -0.10."


def test_the_same_columns_are_no_shift() -> None:
    given = match(MINE, MINE)
    assert measured("importance_shift", given).value == 0
    assert guardrail("importance_shift").note(given) == ""


@pytest.mark.parametrize(
    ("mine", "theirs", "who"),
    [(NOT_MEASURED, THEIRS, "challenger"), (MINE, NOT_MEASURED, "champion"), (MINE, Measurements(importances={}), "c")],
)
def test_a_bundle_that_does_not_say(mine: Measurements, theirs: Measurements, who: str) -> None:
    with pytest.raises(DataError, match=f"the {who}.*bundle does not say"):
        measured("importance_shift", match(mine, theirs))

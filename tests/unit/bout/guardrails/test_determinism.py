from __future__ import annotations

import pytest

from modelbout.bout.guardrail import guardrail
from modelbout.bout.measurements import Measurements
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import match, measured


@pytest.mark.parametrize(("change", "note"), [(0.0, "Trained twice, it gives identical answers."), (0.02, "")])
def test_it_is_the_largest_change(change: float, note: str) -> None:
    given = match(Measurements(refit_change=change))
    assert measured("determinism", given).value == change
    assert guardrail("determinism").note(given) == note


def test_one_fit_shows_nothing() -> None:
    with pytest.raises(DataError, match="was not trained twice"):
        measured("determinism", match())

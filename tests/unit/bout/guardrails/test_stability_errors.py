from __future__ import annotations

import pytest

from modelbout.bout.guardrail import guardrail
from modelbout.bout.measurements import Measurements, Stability
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import match, measured

FAILED = (("missing values", ("age", "plan")), ("all values missing", ()))


def test_it_is_the_share_that_got_no_answer() -> None:
    given = match(Measurements(stability=Stability(12, FAILED)))
    assert measured("stability_errors", given).value == 0.25
    assert guardrail("stability_errors").note(given) == (
        "No ordinary answer to missing values in age, plan; all values missing."
    )


def test_many_columns_are_counted() -> None:
    columns = tuple(f"c{number}" for number in range(8))
    given = match(Measurements(stability=Stability(80, (("missing values", columns),))))
    assert guardrail("stability_errors").note(given).endswith("in c0, c1, c2, c3, c4 and 3 more.")


def test_a_model_that_answers_everything() -> None:
    given = match(Measurements(stability=Stability(12, ())))
    assert measured("stability_errors", given).value == 0
    assert guardrail("stability_errors").note(given) == "All 12 hostile inputs got an ordinary answer."


@pytest.mark.parametrize("stability", [None, Stability(0, ())])
def test_nothing_asked_is_no_pass(stability: Stability | None) -> None:
    with pytest.raises(DataError, match="no hostile input was asked"):
        measured("stability_errors", match(Measurements(stability=stability)))

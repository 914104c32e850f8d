from __future__ import annotations

import pytest

from modelbout.bout.guardrail import guardrail
from modelbout.bout.measurements import Measurements, Parity
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import match, measured


@pytest.mark.parametrize(
    ("parity", "value", "note"),
    [
        (Parity(100, 0.0, 0.0), 0.0, ""),
        (Parity(100, 0.25, 0.0), 0.25, ""),
        (Parity(100, 0.0, 0.5), 0.5, "Columns in another order change the answer."),
        (Parity(100, 0.125, None), 0.125, "Columns in another order are refused."),
    ],
)
def test_it_is_the_larger_of_the_two_differences(parity: Parity, value: float, note: str) -> None:
    given = match(Measurements(parity=parity))
    assert measured("parity", given).value == value
    assert guardrail("parity").note(given) == note


@pytest.mark.parametrize(
    ("parity", "found"),
    [(None, "was not asked row by row"), (Parity(100, None, 0.0), "does not answer each of 100 rows alone")],
)
def test_no_answer_is_no_pass(parity: Parity | None, found: str) -> None:
    with pytest.raises(DataError, match=found):
        measured("parity", match(Measurements(parity=parity)))

from __future__ import annotations

import pytest

from modelbout.bout.guardrail import guardrail
from modelbout.bout.measurements import NOT_MEASURED, Measurements
from modelbout.errors import DataError
from modelbout.manifest import ColumnType, Feature
from tests.unit.bout.guardrails.play import ends, match, measured


def inputs(**types: ColumnType) -> Measurements:
    return Measurements(inputs=tuple(Feature(name, kind) for name, kind in types.items()))


def test_added_removed_and_retyped_inputs_are_counted() -> None:
    given = match(
        inputs(age="number", plan="string", new="boolean"),
        inputs(age="integer", plan="string", old="date", gone="date"),
    )
    assert ends(measured("signature_changes", given)) == (4, 4)
    assert guardrail("signature_changes").note(given) == (
        "Inputs added: new; removed: old, gone; of another type: age."
    )


def test_many_of_a_kind_are_counted() -> None:
    many = {f"c{number}": "number" for number in range(7)}
    given = match(inputs(**many), inputs())  # type: ignore[arg-type]
    assert guardrail("signature_changes").note(given) == "Inputs added: c0, c1, c2, c3, c4 and 2 more."


def test_order_and_nulls_are_no_change() -> None:
    mine = Measurements(inputs=(Feature("a", "number", nullable=True), Feature("b", "date")))
    given = match(mine, inputs(b="date", a="number"))
    assert measured("signature_changes", given).value == 0
    assert guardrail("signature_changes").note(given) == ""


def test_a_signature_that_is_not_known() -> None:
    with pytest.raises(DataError, match="the signature of a model is not known"):
        measured("signature_changes", match(inputs(a="number"), NOT_MEASURED))

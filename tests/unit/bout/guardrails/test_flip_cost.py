from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from modelbout.bout.guardrail import Match, guardrail
from modelbout.bout.terms import Terms
from modelbout.errors import DataError
from modelbout.predictions import Predictions
from tests.unit.bout.conftest import draw_sheet
from tests.unit.bout.guardrails.play import ends, match, measured

# A lost yes costs 100 and forgoes a gain of 20; a lost no costs 5.
TERMS = Terms(costs=((0.0, 5.0), (100.0, -20.0)), currency="EUR")


def flips(yes: int, no: int, terms: Terms = TERMS, *, clusters: bool = False) -> Match:
    sheet = draw_sheet("binary", rows=1000)
    label = sheet.codes.copy()
    for code, count in ((1, yes), (0, no)):
        label[np.flatnonzero(sheet.codes == code)[:count]] = 1 - code
    together = np.arange(1000) // 10 if clusters else None
    mine, theirs = (
        replace(sheet, predictions=Predictions(label=one), clusters=together) for one in (label, sheet.codes)
    )
    return match(sheets=(mine, theirs), terms=terms)


def test_each_kind_of_flip_has_its_price() -> None:
    given = flips(yes=3, no=4)
    found = measured("flip_cost", given)
    assert found.value == pytest.approx(3 * 120 + 4 * 5)
    low, high = ends(found)
    assert 0 < low < found.value < high
    # Three of 1,000 rows: Jeffreys' interval of the larger part alone is 0.000843 to 0.007995, times 120,000.
    assert (low, high) == pytest.approx((120, 985), rel=0.1)
    assert guardrail("flip_cost").note(given) == "Costs are in EUR."


def test_no_flip_costs_nothing_but_is_not_sure_to() -> None:
    found = measured("flip_cost", flips(0, 0))
    assert found.value == 0
    assert 0 <= ends(found)[0] < 5 < ends(found)[1] < 400


def test_rows_of_one_cluster_count_together() -> None:
    alone, together = measured("flip_cost", flips(40, 0)), measured("flip_cost", flips(40, 0, clusters=True))
    assert alone.value == together.value
    assert ends(together)[1] - ends(together)[0] > 1.5 * (ends(alone)[1] - ends(alone)[0])


def test_costs_without_a_currency_need_no_word() -> None:
    assert guardrail("flip_cost").note(flips(1, 1, replace(TERMS, currency=""))) == ""


def test_without_costs_there_is_no_number() -> None:
    with pytest.raises(DataError, match=r"`compare\.costs` is not there") as caught:
        measured("flip_cost", flips(1, 1, Terms()))
    assert "negative_flips" in caught.value.problems[0].fix

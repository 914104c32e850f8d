from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.comparison import contrast
from modelbout.bout.judge import judge
from modelbout.bout.own import OwnMetric, OwnValues
from modelbout.bout.ring import SliceColumn
from modelbout.bout.roster import deciding_for, metric, told_for
from modelbout.bout.terms import Terms
from modelbout.config.compare import Compare, Guardrail, Primary, UserMetric
from modelbout.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet

PROFIT = UserMetric(name="profit", function="business:profit", better="higher", needs="label")
B = 500


@pytest.fixture
def halves() -> SliceColumn:
    return SliceColumn("half", np.arange(2000) % 2, ("even", "odd"))


def by_row(sheet: Sheet) -> OwnValues:
    rows = (sheet.codes == sheet.label).astype(np.float64)
    return OwnValues(float(rows.mean()), rows, np.empty(0))


def by_number(sheet: Sheet) -> OwnValues:
    rows = (sheet.codes == sheet.label).astype(np.float64)
    draws = np.random.default_rng(3)
    drawn = np.array([rows[draws.integers(0, rows.size, rows.size)].mean() for _ in range(B)])
    return OwnValues(float(rows.mean()), None, drawn)


def told(sheet: Sheet, values: OwnValues, *, by_rows: bool) -> Sheet:
    terms = Terms(own=(OwnMetric("profit", "higher", "label", by_rows=by_rows),))
    return replace(sheet, terms=terms, own={"profit": values})


@pytest.mark.parametrize("by_rows", [True, False])
def test_both_forms_say_what_accuracy_says(by_rows: bool, draw: Callable[..., Sheet]) -> None:  # noqa: FBT001 -- a case
    form = by_row if by_rows else by_number
    sheets = [draw("binary", rows=3000, model=1, noise=0.3), draw("binary", rows=3000, model=2, noise=0.9)]
    mine, theirs = (told(sheet, form(sheet), by_rows=by_rows) for sheet in sheets)
    found = contrast("profit", mine, theirs, confidence=0.95, seed=0)
    accuracy = contrast("accuracy", *sheets, confidence=0.95, seed=0)
    assert found.challenger.value == pytest.approx(accuracy.challenger.value)
    assert found.difference is not None
    assert accuracy.difference is not None
    assert found.difference.improvement == pytest.approx(accuracy.difference.improvement)
    assert found.difference.error == pytest.approx(accuracy.difference.error, rel=0.12)
    assert found.difference.method == ("influence function" if by_rows else "paired bootstrap")


def test_some_rows_of_it_are_known_only_by_row(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=200)
    part = np.arange(50)
    known, unknown = (told(sheet, form(sheet), by_rows=form is by_row).take(part) for form in (by_row, by_number))
    found = metric("profit", known.terms)
    assert found.measure(known).value == pytest.approx((sheet.codes == sheet.label)[:50].mean())
    assert found.refusal(known) == ""
    assert "not worked out" in found.refusal(unknown)
    with pytest.raises(DataError, match="profit of the challenger is not a finite number"):
        contrast("profit", unknown, None, confidence=0.95, seed=0)
    assert known.take(part[:0]).own["profit"].value != known.own["profit"].value


def test_a_model_of_which_it_is_not_known_is_an_error(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=200)
    mine = told(sheet, by_number(sheet), by_rows=False)
    with pytest.raises(DataError, match="profit of the champion"):
        contrast("profit", mine, replace(mine, own={}), confidence=0.95, seed=0)


def test_it_is_among_the_metrics_of_its_task() -> None:
    terms = Terms(own=(OwnMetric("profit", "higher", "label"), OwnMetric("loss", "lower", "value")))
    assert told_for("binary", terms)[0] == "profit"
    assert "loss" not in told_for("binary", terms)
    assert "loss" in deciding_for("regression", terms)
    assert metric("loss", terms).better == "lower"


def fight(
    ring_of: Callable[..., Ring],
    sheets: list[Sheet],
    compare: Compare,
    form: Callable[[Sheet], OwnValues],
    **more: object,
) -> Ring:
    ring = ring_of(*sheets, compare, **more)
    assert ring.champion is not None
    own = (OwnMetric("profit", "higher", "label", by_rows=form is by_row),)
    rows = np.full(sheets[0].rows, 0.4)
    dummy = OwnValues(0.4, rows, np.empty(0)) if form is by_row else OwnValues(0.4, None, np.full(B, 0.4))
    return replace(
        ring,
        terms=Terms(own=own),
        challenger=replace(ring.challenger, own={"profit": form(sheets[0])}),
        champion=replace(ring.champion, own={"profit": form(sheets[1])}),
        own_of_dummy={"profit": dummy},
    )


@pytest.mark.parametrize("form", [by_row, by_number])
def test_it_decides_guards_and_is_sliced(
    form: Callable[[Sheet], OwnValues], draw: Callable[..., Sheet], ring_of: Callable[..., Ring], halves: SliceColumn
) -> None:
    sheets = [draw("binary", rows=2000, model=1, noise=0.2), draw("binary", rows=2000, model=2, noise=2.5)]
    compare = Compare(
        primary=Primary(metric="profit"),
        guardrails=(Guardrail(metric="profit", min=0.4), Guardrail(metric="accuracy", min=0.4)),
        metrics=(PROFIT,),
    )
    found = judge(fight(ring_of, sheets, compare, form, slices=(halves,)))
    assert found.verdict == "win"
    assert (found.primary.metric, found.primary.title) == ("profit", "profit")
    assert [one.status for one in found.guardrail_metrics] == ["holds", "holds"]
    assert found.baseline.status == "holds"
    # One number for all rows says nothing of some of them.
    expected = "better" if form is by_row else "not enough rows"
    assert {one.status for one in found.slices} == {expected}


def test_it_is_shown_when_it_decides_nothing(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    sheets = [draw("binary", rows=400, model=1), draw("binary", rows=400, model=2)]
    found = judge(fight(ring_of, sheets, Compare(metrics=(PROFIT,)), by_row))
    shown = {one.metric: one for one in found.metrics}
    assert shown["profit"].status == "shown"
    assert shown["profit"].improvement is not None


def test_without_its_numbers_nothing_is_decided(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    compare = Compare(primary=Primary(metric="profit"), metrics=(PROFIT,))
    ring = replace(ring_of(draw("binary"), None, compare), terms=Terms(own=(OwnMetric("profit", "higher", "label"),)))
    with pytest.raises(DataError, match="profit has no meaning for the challenger: it was not worked out"):
        judge(ring)

from __future__ import annotations

import pytest

from modelbout.bout.conditions import judge_conditions
from modelbout.bout.expectations import judge_expectations
from modelbout.bout.measurements import Behaviour, Measurements
from modelbout.config.compare import Compare, Expectation, Guardrail
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import match

RISING, FALLING = Expectation(rising="income", share=0.02), Expectation(falling="tenure")
INVARIANT = Expectation(invariant=("gender", "name"), share=0.5)


def judged(expected: tuple[Expectation, ...], behaviours: tuple[Behaviour, ...] | None) -> list[tuple[str, str, str]]:
    compare = Compare(expectations=expected)
    given = match(Measurements(behaviours=behaviours), compare=compare)
    return [(one.title, one.status, one.note) for one in judge_expectations(given.ring)]


def test_each_holds_up_to_its_share() -> None:
    behaviours = (Behaviour(500, 10, 0.125), Behaviour(500, 1, 0.0625), Behaviour(200, 0, 0.0))
    assert judged((RISING, FALLING, INVARIANT), behaviours) == [
        ("Rises with income", "holds", "The worst of them by 0.125."),
        ("Falls with tenure", "broken", "The worst of them by 0.0625."),
        ("Does not depend on gender, name", "holds", ""),
    ]


def test_the_number_is_known_exactly_and_says_of_how_many_rows() -> None:
    given = match(
        Measurements(behaviours=(Behaviour(1500, 30, 0.5),)), compare=Compare(expectations=(Expectation(rising="a"),))
    )
    (one,) = judge_expectations(given.ring)
    assert one.measured is not None
    assert one.measured.interval is not None
    assert (one.measured.value, one.measured.interval.low, one.measured.interval.high) == (0.02, 0.02, 0.02)
    assert (one.rule, one.limit, one.unit, one.group) == ("max", 0.0, "of the rows", "Behaviour")
    assert one.explanation == "Rises with a: 30 of 1,500 rows break it (2 %), at most 0 % may."


def test_they_stand_behind_the_guardrails_as_conditions() -> None:
    compare = Compare(expectations=(RISING,), guardrails=(Guardrail(metric="determinism", max=0.5),))
    given = match(Measurements(refit_change=0.0, behaviours=(Behaviour(10, 9, 1.0),)), compare=compare)
    metrics, others = judge_conditions(given.ring, given.challenger, None)
    assert metrics == ()
    assert [(one.guardrail, one.group, one.status) for one in others] == [
        ("determinism", "Safe answers", "holds"),
        ("expectations_broken", "Behaviour", "broken"),
    ]
    assert others[0].note == "Trained twice, it gives identical answers."


def test_a_condition_that_is_not_applied_has_no_note() -> None:
    compare = Compare(guardrails=(Guardrail(metric="importance_shift", max=0.5),))
    given = match(compare=compare)
    _, (found,) = judge_conditions(given.ring, given.challenger, None)
    assert (found.status, found.note, found.group) == ("shown", "", "Against the champion")


@pytest.mark.parametrize("behaviours", [None, (), (Behaviour(10, 0, 0.0),)])
def test_what_was_not_asked_is_no_pass(behaviours: tuple[Behaviour, ...] | None) -> None:
    with pytest.raises(DataError, match="was not asked how it behaves") as caught:
        judged((RISING, FALLING), behaviours)
    assert caught.value.problems[0].place.key == "compare.expectations"


def test_nothing_expected_is_nothing_judged() -> None:
    assert judged((), None) == []

from __future__ import annotations

from modelbout.bout.terms import NO_TERMS, terms_of
from modelbout.config.compare import Compare, Costs


def test_without_keys_there_are_the_defaults() -> None:
    assert terms_of(Compare()) == NO_TERMS


def test_costs_stand_by_truth_and_answer() -> None:
    costs = Costs(false_positive=5, false_negative=100, true_positive=-20, true_negative=1, currency="EUR")
    found = terms_of(Compare(costs=costs, top=0.2, quantile=0.9))
    assert found.costs == ((1.0, 5.0), (100.0, -20.0))
    assert [found.currency, found.top, found.quantile] == ["EUR", 0.2, 0.9]

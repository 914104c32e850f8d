from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.drift.measures.categorical import MEASURE
from tests.unit.drift.sides import normal, pair, words

if TYPE_CHECKING:
    from modelbout.drift.measure import Reading

ALPHA = 1e-4


def read(first: dict[str | None, int], second: dict[str | None, int]) -> dict[str, Reading]:
    return {reading.measure: reading for reading in MEASURE.read(pair(words(first), words(second)), ALPHA)}


def test_a_share_that_moves_is_measured() -> None:
    found = read({"a": 2000, "b": 2000, "c": 4000}, {"a": 2800, "b": 1200, "c": 4000})
    assert found["jensen_shannon"].effect == pytest.approx(0.28, abs=0.03)
    assert found["jensen_shannon"].effect > found["jensen_shannon"].allowance
    assert found["unlisted_values"].effect == 0
    assert "vanished_values" not in found


def test_equal_shares_show_nothing() -> None:
    found = read({"a": 500, "b": 500}, {"b": 500, "a": 500})
    assert {reading.effect for reading in found.values()} == {0.0}


def test_a_value_that_vanished_is_named_with_the_number_of_others() -> None:
    found = read({"a": 500, "b": 300, "c": 200}, {"a": 1000})
    assert found["vanished_values"].detail == "`b` and 1 more no longer there"
    assert found["vanished_values"].value == 0.3
    assert found["vanished_values"].effect > found["vanished_values"].allowance
    one = read({"a": 500, "b": 300}, {"a": 1000})
    assert one["vanished_values"].detail == "`b` no longer there"


def test_a_rare_value_may_be_absent_by_chance() -> None:
    found = read({"a": 9_980, "b": 20}, {"a": 300})
    assert found["vanished_values"].effect < found["vanished_values"].allowance


def test_new_values_are_counted_and_never_named() -> None:
    found = read({"a": 600, "b": 400}, {"a": 570, "b": 380, "secret": 50})["unlisted_values"]
    assert found.effect > found.allowance
    assert found.detail == "50 of 1,000 values are new"


def test_values_that_were_too_rare_for_the_list_are_not_called_new() -> None:
    rare: dict[str | None, int] = {f"rare{number}": 5 for number in range(20)}
    found = read({"a": 600, "b": 400, **rare}, {"a": 500, "b": 300, **rare, "x": 100})["unlisted_values"]
    assert found.detail == "200 of 1,000 values are rare or new"
    assert found.effect > found.allowance


def test_rare_values_that_become_rarer_are_a_change_too() -> None:
    rare: dict[str | None, int] = {f"rare{number}": 5 for number in range(60)}
    found = read({"a": 600, "b": 400, **rare}, {"a": 600, "b": 400})["unlisted_values"]
    assert found.value == 0
    assert found.effect > found.allowance


def test_columns_without_listed_values_have_nothing_to_read() -> None:
    numbers = pair(normal(100), normal(100))
    assert MEASURE.tests(numbers) == 0
    assert MEASURE.tests(pair(words({"a": 50, "b": 50}), words({"a": 50}))) == 5
    assert MEASURE.read(pair(words({"a": 50}), words({None: 50})), ALPHA) == ()
    lucky: dict[str | None, int] = {f"v{number}": 10 + number % 3 for number in range(300)}
    assert MEASURE.read(pair(words(lucky), words(lucky)), ALPHA) == ()

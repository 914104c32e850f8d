from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace

from modelbout.drift.judge import FALSE_ALARMS, Findings, judge, judged, weight
from modelbout.drift.measure import Reading, measures
from modelbout.drift.pair import Pair
from modelbout.drift.pairing import pairs_of
from modelbout.drift.rows import Tables
from tests.unit.drift.sides import both, normal, pair

Importance = dict[str, float]


def report(
    first: pl.DataFrame, second: pl.DataFrame, importance: Importance | None = None, **settings: object
) -> Findings:
    reference, current = both(first, second)
    if importance:
        weighed = tuple(replace(column, importance=importance[column.name]) for column in reference.columns)
        reference = replace(reference, columns=weighed)
    pairs, _ = pairs_of(reference, current, features=first.columns)
    return judge(pairs, Tables((first.height, second.height)), **settings)  # type: ignore[arg-type]


def frame(rows: int, *, seed: int, shift: float = 0.0) -> pl.DataFrame:
    columns = {f"c{number}": normal(rows, seed=100 * seed + number) for number in range(5)}
    return pl.DataFrame(columns | {"c0": columns["c0"] + shift})


def test_drift_is_above_chance_and_worth_knowing() -> None:
    found = report(frame(4000, seed=1), frame(4000, seed=2, shift=0.3))
    assert (found.verdict, found.passed) == ("drift", False)
    first = found.columns[0]
    assert (first.column, first.verdict, first.level) == ("c0", "drift", "warn")
    assert first.message.startswith("mean ")
    assert len(first.cells) >= 20
    assert sum(cell.current for cell in first.cells) == pytest.approx(1, abs=1e-4)
    assert {column.verdict for column in found.columns[1:]} == {"no drift"}
    assert not any(column.cells or column.message for column in found.columns[1:])


def test_a_change_that_chance_cannot_explain_may_be_too_small_to_know() -> None:
    found = report(frame(200_000, seed=1), frame(200_000, seed=2, shift=0.05))
    assert found.verdict == "no drift"
    reading = next(one for one in found.columns[0].readings if one.measure == "wasserstein")
    assert reading.allowance is not None
    assert reading.allowance < reading.effect < reading.threshold
    assert report(frame(200_000, seed=1), frame(200_000, seed=2, shift=0.05), effect=0.03).verdict == "drift"


def test_few_rows_say_so() -> None:
    found = report(frame(200, seed=1), frame(200, seed=2))
    assert (found.verdict, found.passed) == ("too few rows", True)
    assert {column.verdict for column in found.columns} == {"too few rows"}
    assert all(column.detectable is not None and column.detectable > 0.1 for column in found.columns)


def test_a_large_change_is_seen_in_few_rows_too() -> None:
    assert report(frame(200, seed=1), frame(200, seed=2, shift=1.5)).verdict == "drift"


def test_no_rows_and_no_columns_are_no_clean_bill() -> None:
    empty = report(frame(200, seed=1), frame(200, seed=2).clear())
    assert empty.verdict == "too few rows"
    assert {column.detectable for column in empty.columns} == {None}
    assert judge([], Tables((5, 5))).verdict == "too few rows"


def test_drift_of_what_the_champion_hardly_uses_informs_only() -> None:
    first, second = frame(5000, seed=1), frame(5000, seed=2, shift=0.5)
    idle = {"c0": 0.01, "c1": 0.3, "c2": 0.3, "c3": 0.3, "c4": 0.09}
    found = report(first, second, idle)
    assert (found.verdict, found.passed) == ("no drift", True)
    assert (found.columns[0].verdict, found.columns[0].level) == ("drift", "info")
    assert found.columns[0].threshold == 0.2
    assert "hardly uses" in found.columns[0].fix
    used = report(first, second, idle | {"c0": 0.5})
    assert (used.verdict, used.columns[0].level) == ("drift", "warn")


def test_drift_is_an_error_where_the_configuration_says_so() -> None:
    found = report(frame(4000, seed=1), frame(4000, seed=2, shift=0.3), fails=True)
    assert found.columns[0].level == "error"


@pytest.mark.parametrize(
    ("importance", "stretch"), [(None, 1.0), (0.5, 1.0), (0.1, 1.0), (0.05, math.sqrt(2)), (0.025, 2.0), (0.0, 2.0)]
)
def test_the_threshold_grows_as_importance_falls(importance: float | None, stretch: float) -> None:
    one = pair(normal(50), normal(50))
    weighed = Pair(one.name, "feature", one.reference, one.current, one.rows, importance)
    assert weight(weighed, 10) == pytest.approx(stretch)
    label = Pair(one.name, "label", one.reference, one.current, one.rows, importance)
    assert weight(label, 10) == 1.0


@pytest.mark.parametrize(
    ("effect", "allowance", "verdict"),
    [(0.3, 0.2, "drift"), (0.15, 0.2, "too few rows"), (0.15, 0.05, "drift"), (0.08, 0.05, "no drift"),
     (0.3, math.inf, "too few rows"), (0.1, 0.1, "no drift")],
)  # fmt: skip
def test_a_reading_is_judged_by_chance_and_by_what_is_worth_knowing(
    effect: float, allowance: float, verdict: str
) -> None:
    found = judged(Reading(measure="m", effect=effect, allowance=allowance, value=math.inf), 0.1)
    assert found.verdict == verdict
    assert found.value is None
    assert (found.allowance is None) == math.isinf(allowance)


def test_one_column_that_cannot_be_judged_does_not_silence_the_others() -> None:
    first = frame(5000, seed=1).with_columns(c4=pl.Series([1.0, 2.0, *[None] * 4998]))
    second = frame(5000, seed=2).with_columns(c4=pl.Series([1.0, 2.0, *[None] * 4998]))
    assert report(first, second).verdict == "no drift"


@pytest.mark.exhaustive
def test_false_alarms_of_whole_reports_are_rare() -> None:
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(60):
        seeds = rng.integers(10_000, size=2)
        alarms += report(frame(300, seed=int(seeds[0])), frame(300, seed=int(seeds[1])), effect=1e-9).verdict == "drift"
    assert alarms <= 3  # of 60 at 1 %: four or more would happen once in 300 times
    assert FALSE_ALARMS == 0.01


def test_the_measures_are_found_in_their_room() -> None:
    columns, tables = measures()
    assert (len(columns), len(tables)) == (3, 3)

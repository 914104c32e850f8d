from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from modelbout.bout import cautions as room
from modelbout.bout.cautions import Case, cautions, disagreement
from modelbout.bout.comparison import contrast
from modelbout.bout.judge import judge
from modelbout.bout.sheet import Sheet
from modelbout.config.compare import Compare, Guardrail, Primary
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Ring
    from modelbout.evidence import MetricResult, Rule
    from modelbout.manifest import Task

SHORT = {"f1": {"difference": 88, "level": 91}}
CASES = (
    Case("binary", clustered=False, rows=200, rare=10, few=False, short=SHORT),
    Case("binary", clustered=False, rows=200, rare=10, few=True, short={"f1": {"difference": 77}}),
    Case("binary", clustered=False, rows=200, rare=100, few=False, short={}),
    Case("binary", clustered=False, rows=20_000, rare=1000, few=False, short={}),
    Case("binary", clustered=True, rows=200, rare=100, few=False, short={"accuracy": {"difference": 90}}),
    Case("regression", clustered=False, rows=200, rare=200, few=False, short={"mse": {"level": 85}}),
)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_cases", lambda: CASES)


def two(rows: int, hits: int, differ: int) -> tuple[Sheet, Sheet]:
    """Two models that call everything right, but for some rows in which the second does not."""
    truth = (np.arange(rows) < hits).astype(np.int64)
    other = truth.copy()
    other[-differ:] = 1 - other[-differ:]
    return tuple(Sheet("binary", 2, 1, truth, Predictions(label=label)) for label in (truth, other))  # type: ignore[return-value]


def result(name: str, mine: Sheet, theirs: Sheet | None, rule: Rule = "superior") -> MetricResult:
    return contrast(name, mine, theirs, confidence=0.95, seed=0).result(rule=rule)


def test_the_case_most_like_the_holdout_speaks() -> None:
    mine, theirs = two(250, 12, 30)
    (line,) = cautions(mine, theirs, [result("f1", mine, theirs), result("accuracy", mine, theirs)])
    assert line == (
        "Intervals of F1 are too sure of themselves on a holdout like this: of 100 simulated ones with 200 rows, 10 of "
        "the rarest class, 88 held the truth instead of 95."
    )
    assert cautions(*two(250, 120, 30), [result("f1", mine, theirs)]) == ()
    assert cautions(*two(9000, 450, 900), [result("f1", mine, theirs)]) == ()


def test_intervals_that_are_too_wide_are_told_where_nothing_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = Case("binary", clustered=False, rows=200, rare=10, few=True, short={}, wide={"f1": {"difference": 100}})
    monkeypatch.setattr(room, "_cases", lambda: (wide,))
    mine, theirs = two(250, 12, 3)
    found = result("f1", mine, theirs)
    (line,) = cautions(mine, theirs, [msgspec.structs.replace(found, status="uncertain")])
    assert line == (
        "Intervals of F1 are wider than they need be on a holdout like this: of 100 simulated ones with 200 rows, 10 "
        "of the rarest class, and few disagreements 100 held the truth instead of 95. They may hide a difference that "
        "more rows would show."
    )
    for status in ("holds", "broken"):
        assert cautions(mine, theirs, [msgspec.structs.replace(found, status=status)]) == ()
    limit = msgspec.structs.replace(result("f1", mine, theirs, "min"), status="uncertain")
    assert cautions(mine, theirs, [limit]) == (), "its level is as it should be"


def test_few_disagreements_are_another_case() -> None:
    mine, theirs = two(250, 12, 3)
    (line,) = cautions(mine, theirs, [result("f1", mine, theirs)])
    assert "10 of the rarest class, and few disagreements 77 held" in line


def test_a_limit_and_a_first_model_are_about_the_level() -> None:
    mine, theirs = two(200, 10, 30)
    assert "91 held" in cautions(mine, theirs, [result("f1", mine, theirs, "min")])[0]
    assert "91 held" in cautions(mine, None, [result("f1", mine, None)])[0]


def test_a_metric_that_decides_twice_is_told_once() -> None:
    mine, theirs = two(200, 10, 30)
    assert len(cautions(mine, theirs, [result("f1", mine, theirs)] * 2)) == 1


def test_regression_knows_no_classes(draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw("regression"), draw("regression", model=2)
    (line,) = cautions(mine, theirs, [result("mse", mine, theirs, "max")])
    assert "with 200 rows 85 held the truth" in line
    assert cautions(mine, theirs, [result("mse", mine, theirs)]) == ()
    assert disagreement(mine, theirs) == 1


def test_few_clusters_are_told_and_judged_by_clustered_cases() -> None:
    mine, theirs = (replace(sheet, clusters=np.arange(200) // 8) for sheet in two(200, 90, 30))
    few, short = cautions(mine, theirs, [result("accuracy", mine, theirs)])
    assert few == ("The 200 holdout rows are only 25 independent observations: every interval rests on these few.")
    assert "Intervals of Accuracy" in short
    many = replace(mine, clusters=np.arange(200) // 5), replace(theirs, clusters=np.arange(200) // 5)
    assert len(cautions(*many, [result("accuracy", *many)])) == 1


def test_a_bout_carries_them(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    compare = Compare(primary=Primary(metric="mae"), guardrails=(Guardrail(metric="mse", max=100.0),))
    found = judge(ring_of(draw("regression", rows=220), draw("regression", rows=220, model=2), compare))
    assert len(found.cautions) == 1
    assert found.cautions[0].startswith("Intervals of MSE are too sure of themselves")


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_what_was_simulated_is_there_for_each_task(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    found = [case for case in room._cases() if case.task == task]
    assert {case.clustered for case in found} == {False, True}
    assert {200, 2_000, 20_000} <= {case.rows for case in found}
    for case in found:
        assert 0 < case.rare <= case.rows
        for told, expected in ((case.short, range(94)), (case.wide, range(97, 101))):
            for held in told.values():
                assert set(held) <= {"difference", "level"}
                assert all(share in expected for share in held.values())

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest

from modelbout.bout.judge import Judgement, judge
from modelbout.bout.ring import SliceColumn
from modelbout.bout.roster import metric, names_for, told_for
from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import Terms
from modelbout.config.compare import Compare, Guardrail, Primary
from modelbout.errors import ConfigError, DataError
from modelbout.predictions import Predictions
from modelbout.record import from_json, to_json
from modelbout.results import BoutResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Ring
    from modelbout.manifest import Task

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")


@pytest.mark.parametrize("task", TASKS)
def test_win_loss_and_what_lies_between(task: Task, draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    good, bad = draw(task, rows=1500, model=1, noise=0.2), draw(task, rows=1500, model=2, noise=2.5)
    peer = draw(task, rows=1500, model=3, noise=0.21)
    win, loss, even = judge(ring_of(good, bad)), judge(ring_of(bad, good)), judge(ring_of(good, peer))
    assert (win.verdict, win.passed, win.primary.status) == ("win", True, "holds")
    assert (loss.verdict, loss.passed, loss.primary.status) == ("loss", False, "broken")
    assert (even.verdict, even.passed, even.primary.status) == ("inconclusive", False, "uncertain")
    assert win.primary.improvement is not None
    assert win.primary.improvement.value > 0
    assert "surely above the margin" in win.reasons[0]
    assert "surely below the margin" in loss.reasons[0]
    assert "may be chance" in even.reasons[0]
    assert "4 times in 5" in even.reasons[-1]
    assert even.power is not None
    assert even.power.detectable > 0
    assert even.changed is not None


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("margin", [0.0, 0.5])
def test_the_same_model_is_a_tie_whatever_the_margin(
    task: Task, margin: float, draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    name = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}[task]
    compare = Compare(primary=Primary(metric=name, margin=margin))
    found = judge(ring_of(draw(task), draw(task), compare))
    assert found.verdict == "inconclusive"
    assert found.primary.improvement is not None
    assert found.primary.improvement.value == 0
    assert found.primary.improvement.interval is not None
    assert found.primary.improvement.interval.low == found.primary.improvement.interval.high == 0
    assert found.reasons == (f"{found.primary.title} is the same for both models.",)
    assert all(one.improvement is not None and one.improvement.value == 0 for one in found.metrics)
    assert found.changed is not None
    assert (found.changed.fixed, found.changed.broken) == (0, 0)


@pytest.mark.parametrize(("margin", "verdict"), [(0.01, "win"), (0.0, "inconclusive")])
def test_the_same_model_is_not_inferior_by_a_margin(
    margin: float,
    verdict: Literal["win", "inconclusive"],
    draw: Callable[..., Sheet],
    ring_of: Callable[..., Ring],
) -> None:
    compare = Compare(primary=Primary(metric="roc_auc", rule="non_inferior", margin=margin))
    assert judge(ring_of(draw("binary"), draw("binary"), compare)).verdict == verdict


@pytest.mark.parametrize(
    ("guardrail", "verdict"),
    [
        (Guardrail(metric="log_loss", rule="non_inferior", margin=0.01), "win"),
        (Guardrail(metric="artifact_mb", max=0.5), "loss"),
        (Guardrail(metric="accuracy", min=0.999), "loss"),
        (Guardrail(metric="latency_ratio", max=1.3), "inconclusive"),
    ],
)
def test_guardrails_decide_too(
    guardrail: Guardrail, verdict: str, draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    good, bad = draw("binary", rows=1500, model=1, noise=0.2), draw("binary", rows=1500, model=2, noise=2.5)
    seconds = (np.linspace(0.8, 1.8, 20), np.ones(20))
    found = judge(ring_of(good, bad, Compare(guardrails=(guardrail,)), seconds=seconds))
    assert found.verdict == verdict
    assert found.passed is (verdict == "win")
    assert found.primary.status == "holds"
    assert found.reasons[1]
    assert "4 times in 5" not in " ".join(found.reasons)


@pytest.mark.parametrize("task", TASKS)
def test_first_must_beat_the_dummy(task: Task, draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    found = judge(ring_of(draw(task), None, Compare(guardrails=(Guardrail(metric="latency_ratio", max=1.25),))))
    assert (found.verdict, found.passed, found.baseline.status) == ("first", True, "holds")
    assert (found.primary.status, found.primary.improvement) == ("shown", None)
    assert (found.changed, found.power) == (None, None)
    assert found.guardrails[0].status == "shown"
    assert found.reasons[0].startswith("There is no champion yet")
    assert "learned something" in found.reasons[1]
    assert "needs a champion" in found.reasons[2]


def test_first_that_learned_nothing_does_not_pass(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    truth = draw("regression").truth
    mean = Sheet("regression", 0, None, truth, Predictions(value=np.full(300, truth.mean())))
    lost = Sheet("regression", 0, None, truth, Predictions(value=np.zeros(300)))
    for sheet, status in ((mean, "uncertain"), (lost, "broken")):
        found = judge(ring_of(sheet, None))
        assert (found.verdict, found.passed, found.baseline.status) == ("first", False, status)


def test_first_with_a_broken_floor_does_not_pass(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    compare = Compare(guardrails=(Guardrail(metric="roc_auc", min=0.999),))
    found = judge(ring_of(draw("binary"), None, compare))
    assert (found.verdict, found.passed) == ("first", False)
    assert "below the floor" in found.reasons[2]


def test_every_metric_is_there_once(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    compare = Compare(guardrails=(Guardrail(metric="log_loss", max=9.0),))
    found = judge(ring_of(draw("binary", model=1), draw("binary", model=2), compare))
    names = [one.metric for one in (found.primary, *found.guardrail_metrics, *found.metrics)]
    # What nobody told the costs of cannot be shown.
    assert sorted(names) == [name for name in names_for("binary") if name != "cost_matrix"]
    assert {(one.rule, one.status) for one in found.metrics} == {("none", "shown")}


def test_judgement_fills_a_result_that_json_can_carry(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    column = SliceColumn("g", np.arange(300) % 2, ("b", "a"))
    ring = ring_of(draw("binary", model=1), draw("binary", model=2), slices=(column,))
    found = judge(ring)
    result = BoutResult(
        model="m",
        task="binary",
        exit_code=0,
        stage="production",
        confidence=0.95,
        seed=3,
        created="2026-11-20T00:00:00Z",
        **{field.name: getattr(found, field.name) for field in fields(Judgement)},
    )
    assert from_json(to_json(result), BoutResult) == result
    assert "null" not in json.dumps(json.loads(to_json(result))["curves"])
    assert judge(ring) == found
    assert [one.group for one in found.slices] == ["a", "b"]


def test_models_without_probabilities_are_judged_by_labels(
    draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    mine, theirs = (draw("binary", model=model) for model in (1, 2))
    labels = [Sheet("binary", 2, 1, one.truth, Predictions(label=one.label)) for one in (mine, theirs)]
    with pytest.raises(DataError, match="roc_auc needs probabilities") as caught:
        judge(ring_of(*labels))
    assert caught.value.problems[0].place.key == "compare.primary.metric"
    by_label = Compare(primary=Primary(metric="accuracy"))
    found = judge(ring_of(*labels, by_label))
    of_labels = {name for name in told_for("binary", Terms()) if metric(name).needs == "label"}
    assert {"balanced_accuracy", "f1", "precision", "mcc"} <= of_labels
    assert {one.metric for one in found.metrics} == of_labels - {"accuracy"}
    mixed = judge(ring_of(mine, labels[1], by_label))
    missing = {one.metric for one in mixed.metrics if one.champion is None}
    assert {"roc_auc", "average_precision", "log_loss", "brier", "lift"} <= missing
    assert {metric(name).needs for name in missing} == {"proba"}
    assert all("champion gave no proba" in one.explanation for one in mixed.metrics if one.metric in missing)


def test_wrong_names_are_an_error_of_the_configuration(
    draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    compare = Compare(primary=Primary(metric="rmse"), guardrails=(Guardrail(metric="speed", max=1),))
    with pytest.raises(ConfigError) as caught:
        judge(ring_of(draw("binary"), None, compare))
    assert len(caught.value.problems) == 2


def test_gates_found_wrong_in_the_wild(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> None:
    sheet, other = draw("regression", model=1), draw("regression", model=2)
    nan = replace(sheet, predictions=Predictions(value=np.where(np.arange(300) == 7, np.nan, sheet.value)))
    for corners in ((nan, other), (other, nan)):
        with pytest.raises(DataError, match="NaN"):
            judge(ring_of(*corners))
    shorter = draw("regression", rows=299)
    with pytest.raises(DataError, match="answered 300 rows and the champion 299"):
        judge(ring_of(sheet, shorter))
    tiny = draw("regression", rows=5)
    with pytest.raises(DataError, match="holdout has 5 rows"):
        judge(ring_of(tiny, tiny))

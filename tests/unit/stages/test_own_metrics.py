from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
import pytest

from modelbout.bout.ring import Corner, First, Ring
from modelbout.bout.terms import terms_of
from modelbout.config.compare import Compare, Primary, UserMetric
from modelbout.config.train import Train
from modelbout.errors import DataError, Place, Problem, TrainingError
from modelbout.manifest import Signature
from modelbout.predictions import Predictions
from modelbout.progress import Quiet
from modelbout.stages import own_metrics
from modelbout.stages.own_metrics import with_own_metrics
from modelbout.training.own_metric import Said

if TYPE_CHECKING:
    from modelbout.stages.workspace import Workspace

SHAPE = Signature(inputs=(), target="y", target_type="string", classes=("no", "yes"), positive="yes")
TARGET = pl.Series("y", ["no", "yes", "no"])
LABEL, PROBA = np.array([0, 1, 1, 0]), np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.7, 0.3]])
PROFIT = UserMetric(name="profit", function="m:profit", better="higher")
CHANCE = UserMetric(name="chance", function="m:chance", better="lower", needs="proba")


def ring(compare: Compare, *, proba: bool = True, champion: bool = True, **more: Any) -> Ring:
    said = Predictions(label=LABEL, proba=PROBA)
    return Ring(
        task="binary",
        classes=("maybe", "no", "yes"),
        positive=1,
        truth=np.array([0, 1, 0, 1]),
        challenger=Corner(said, 1),
        champion=Corner(said if proba else Predictions(label=LABEL), 1) if champion else None,
        train_truth=np.array([0, 1, 1]),
        slices=(),
        compare=compare,
        seed=5,
        terms=terms_of(compare),
        **more,
    )


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Answer in the user's place: one number a row for profit, one for all rows for everything else."""
    made: list[dict[str, Any]] = []

    def answer(metric: UserMetric, _: Any, answers: Any, **more: Any) -> tuple[Said, ...]:
        made.append({"metric": metric.name, "answers": list(answers), **more})
        if metric.name == "profit":
            return tuple(Said(float(np.mean(one)), one * 1.0, np.empty(0)) for one in answers)
        return tuple(Said(float(np.mean(one)), None, np.zeros(3)) for one in answers)

    monkeypatch.setattr(own_metrics, "ask_metric", answer)
    return made


def work(compare: Compare) -> Workspace:
    config = SimpleNamespace(compare=compare, train=Train(estimator="m:b", timeout_minutes=2))
    loaded = SimpleNamespace(place=lambda key: Place(file="modelbout.yaml", line=3, key=key))
    return cast("Workspace", SimpleNamespace(config=config, root=Path("root"), run=Path("run"), loaded=loaded))


def done(compare: Compare, given: Ring) -> Ring:
    return with_own_metrics(work(compare), given, SHAPE, TARGET, Quiet())


def test_without_such_metrics_the_ring_stays(calls: list[dict[str, Any]]) -> None:
    given = ring(Compare())
    assert done(Compare(), given) is given
    assert calls == []


def test_each_function_is_asked_once_for_all_models(calls: list[dict[str, Any]]) -> None:
    compare = Compare(metrics=(PROFIT, CHANCE))
    found = done(compare, ring(compare, clusters=np.array([7, 7, 9, 9])))
    assert [call["metric"] for call in calls] == ["profit", "chance"]
    assert [len(call["answers"]) for call in calls] == [2, 2]
    assert calls[0]["answers"][0] is LABEL
    assert calls[1]["answers"][0].tolist() == PROBA[:, 1].tolist()
    assert calls[0]["values"] == ["maybe", "no", "yes"]
    assert calls[0]["clusters"].tolist() == [0, 0, 1, 1]
    assert calls[1]["key"] == "compare.metrics[1].function"
    assert found.champion is not None
    assert sorted(found.challenger.own) == sorted(found.champion.own) == ["chance", "profit"]
    assert found.challenger.own["profit"].value == 0.5
    assert [(one.name, one.by_rows) for one in found.terms.own] == [("profit", True), ("chance", False)]
    assert not found.own_of_dummy


def test_the_dummy_and_the_anchor_are_asked_where_it_decides(calls: list[dict[str, Any]]) -> None:
    compare = Compare(metrics=(PROFIT, CHANCE), primary=Primary(metric="profit"))
    anchor = First(Predictions(label=1 - LABEL), margin=0.1)
    found = done(compare, ring(compare, anchor=anchor))
    assert [len(call["answers"]) for call in calls] == [4, 2]
    assert calls[0]["answers"][-1].tolist() == [1, 1, 1, 1]
    assert list(found.own_of_dummy) == ["profit"]
    assert found.anchor is not None
    assert list(found.anchor.own) == ["profit"]


def test_a_model_without_such_answers_is_not_asked(calls: list[dict[str, Any]]) -> None:
    compare = Compare(metrics=(CHANCE,))
    found = done(compare, ring(compare, proba=False))
    assert len(calls[0]["answers"]) == 1
    assert found.champion is not None
    assert not found.champion.own
    assert list(found.challenger.own) == ["chance"]


def test_when_no_model_has_such_answers_nobody_is_asked(calls: list[dict[str, Any]]) -> None:
    compare = Compare(metrics=(CHANCE,))
    given = ring(compare, champion=False)
    bare = replace(given, challenger=replace(given.challenger, predictions=Predictions(label=LABEL)))
    assert not done(compare, bare).challenger.own
    assert calls == []


def test_numbers_of_a_regression_are_given_as_they_are(calls: list[dict[str, Any]]) -> None:
    compare = Compare(metrics=(UserMetric(name="profit", function="m:p", better="higher", needs="value"),))
    value = np.array([1.0, 2.0, 3.0, 4.0])
    given = replace(
        ring(compare, champion=False),
        task="regression",
        classes=(),
        positive=None,
        challenger=Corner(Predictions(value=value), 1),
    )
    found = done(compare, given)
    assert calls[0]["answers"][0] is value
    assert calls[0]["values"] == []
    assert found.challenger.own["profit"].value == 2.5


def test_its_words_are_told_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> tuple[Said, ...]:
        raise TrainingError(Problem(found="ValueError: secret", place=Place(key="compare.metrics[0].function")))

    told: list[Problem] = []

    class Loud(Quiet):
        def tell(self, problem: Problem) -> None:
            told.append(problem)

    monkeypatch.setattr(own_metrics, "ask_metric", fail)
    compare = Compare(metrics=(PROFIT,))
    with pytest.raises(DataError) as caught:
        with_own_metrics(work(compare), ring(compare), SHAPE, TARGET, Loud())
    (problem,) = caught.value.problems
    assert "secret" not in str(problem)
    assert "longer than 2 minutes" in problem.found
    assert "metrics/profit.log" in problem.fix
    assert problem.place.key == "compare.metrics[0].function"
    assert "secret" in told[0].found
    assert told[0].place.line == 3

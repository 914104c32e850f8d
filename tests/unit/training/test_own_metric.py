"""Metric functions of a user's, good and hostile, in a child process for real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelbout.config.compare import UserMetric
from modelbout.config.train import Train
from modelbout.errors import DataError, TrainingError
from modelbout.manifest import Signature
from modelbout.training import own_metric
from modelbout.training.errand import Result
from modelbout.training.own_metric import RESAMPLES, Said, ask_metric, class_values

if TYPE_CHECKING:
    from pathlib import Path

KEY = "compare.metrics[0].function"
TRUTH = np.array([0, 1] * 20, dtype=np.int64)
METRIC = UserMetric(name="profit", function="business:f", better="higher")


def said(tmp_path: Path, body: str, **changes: Any) -> tuple[Said, ...]:
    (tmp_path / "business.py").write_text(f"import os, sys, time\n\ndef f(truth, answers):\n    {body}\n")
    more: dict[str, Any] = {"values": ["no", "yes"], "clusters": None, "seed": 1} | changes
    return ask_metric(
        METRIC,
        TRUTH,
        [np.zeros(40, dtype=np.int64), TRUTH],
        train=Train(estimator="p:b", timeout_minutes=5),
        root=tmp_path,
        work=tmp_path / "work",
        key=KEY,
        **more,
    )


def test_one_number_a_row(tmp_path: Path) -> None:
    mine, theirs = said(tmp_path, "print('secret'); return 1.0 * (truth == answers)")
    assert (mine.value, theirs.value) == (0.5, 1.0)
    assert mine.rows is not None
    assert mine.rows.tolist() == [1.0, 0.0] * 20
    assert mine.drawn.size == 0
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["profit.log"]
    assert (tmp_path / "work" / "profit.log").read_text() == "secret\nsecret\n"


def test_one_number_for_all_rows_is_resampled(tmp_path: Path) -> None:
    mine, theirs = said(tmp_path, "return (truth == answers).mean()", clusters=np.arange(40) // 2)
    assert (mine.value, mine.rows) == (0.5, None)
    assert mine.drawn.shape == theirs.drawn.shape == (RESAMPLES,)
    # Each cluster is a right and a wrong answer.
    assert set(mine.drawn.tolist()) == {0.5}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("return 'a lot'", "returned neither one number nor one for each row"),
        ("return [1, 2]", "returned 2 numbers for 40 rows"),
        ("return float('inf')", "returned NaN or infinity"),
        ("return 1.0 / (len(set(truth[:5])) == 2 and truth[0] == 'no')", "gave no number for"),
    ],
)
def test_what_is_no_metric_is_an_error(tmp_path: Path, body: str, found: str) -> None:
    with pytest.raises(DataError, match=found) as caught:
        said(tmp_path, body)
    (problem,) = caught.value.problems
    assert "`profit`" in problem.found
    assert (problem.place.key, bool(problem.fix)) == (KEY, True)


@pytest.mark.parametrize("body", ["raise ValueError(truth[0])", "os._exit(0)"])
def test_whatever_else_it_does_is_an_error(tmp_path: Path, body: str) -> None:
    with pytest.raises(TrainingError) as caught:
        said(tmp_path, body)
    assert caught.value.problems[0].place.key == KEY


def test_a_function_that_takes_an_hour_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_metric, "MOST_MINUTES", 1 / 60)
    with pytest.raises(TrainingError, match="was ended after"):
        said(tmp_path, "time.sleep(3600)")


@pytest.mark.parametrize(
    "forged",
    [
        {"said0": np.ones(39), "said1": np.ones(40)},
        {"said0": np.ones(()), "said1": np.ones(())},
        {"said0": np.array("text"), "said1": np.ones(())},
        {"said0": np.full(40, np.nan), "said1": np.ones(40)},
        {},
    ],
)
def test_a_forged_file_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forged: dict[str, Any]) -> None:
    def forge(*_: object, **__: object) -> Any:
        np.savez(tmp_path / "work" / "said.npz", **forged)
        return Result(ok=True)

    monkeypatch.setattr(own_metric, "send", forge)
    with pytest.raises(TrainingError):
        said(tmp_path, "return 1.0")


@pytest.mark.parametrize(
    ("target", "kind", "classes", "expected"),
    [
        (["no", "yes"], "string", ("maybe", "no", "yes"), ["maybe", "no", "yes"]),
        ([3, 7], "integer", ("3", "5", "7"), [3, 5, 7]),
        ([True, False], "boolean", ("false", "true"), [False, True]),
    ],
)
def test_classes_of_another_model_have_the_same_type(
    target: list[Any], kind: Any, classes: tuple[str, ...], expected: list[Any]
) -> None:
    own = tuple(sorted(str(one).lower() for one in target))
    shape = Signature(inputs=(), target="y", target_type=kind, classes=own)
    assert class_values(pl.Series("y", target), shape, classes) == expected

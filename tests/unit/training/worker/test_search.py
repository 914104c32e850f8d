"""Searches in the test's own process, on a model whose best parameter is known."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelbout.training.rows import write_rows
from modelbout.training.worker import by_halving, search
from tests.tools import without
from tests.unit.training.worker.play import do

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 900
# The target is the sign of a cubed number plus a little noise: near neighbours know it, a constant does not.
PIPELINE = """
from sklearn.neighbors import KNeighborsClassifier


def build():
    return KNeighborsClassifier()


def space(trial):
    return {"n_neighbors": trial.suggest_int("n_neighbors", 1, 400)}


def lists():
    return {"n_neighbors": [1, 15, 190]}


def stumbling(trial):
    return {"n_neighbors": trial.suggest_categorical("n_neighbors", [-5, 15])}


def hopeless(trial):
    return {"n_neighbors": -5 - trial.number}


def strange(trial):
    return {"neighbours": 3}


def nothing(trial):
    return None


def broken(trial):
    raise RuntimeError("no space today")


def objects():
    return {"metric": [print_distance]}


def print_distance(a, b):
    return abs(a - b).sum()
"""


def need_optuna() -> None:
    if find_spec("optuna") is None:
        without("optuna is not in this environment; `make scorers` installs it")


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., tuple[int, dict[str, Any]]]:
    (tmp_path / "pipeline.py").write_text(PIPELINE)
    rng = np.random.default_rng(4)
    signal = rng.normal(size=ROWS)
    frame = pl.DataFrame({"a": signal, "b": rng.normal(size=ROWS) / 50})
    target = (signal**3 + rng.normal(size=ROWS) / 4 > 0).astype(np.int64)
    specs = write_rows(tmp_path / "rows.npz", frame, target=target)
    fold = np.arange(ROWS) % 3
    parts = {f"learned{at}": np.flatnonzero(fold != at) for at in range(3)}
    parts |= {f"asked{at}": np.flatnonzero(fold == at) for at in range(3)}
    np.savez(tmp_path / "folds.npz", allow_pickle=False, **parts)

    def run(by: str = "halving", space: str = "lists", **plan: Any) -> tuple[int, dict[str, Any]]:
        sys.modules.pop("pipeline", None)
        return do(
            tmp_path,
            {
                "job": "search",
                "root": str(tmp_path),
                "estimator": "pipeline:build",
                "parameters": {},
                "backend": "",
                "seed": 3,
                "rows": str(tmp_path / "rows.npz"),
                "columns": [{"name": s.name, "type": s.type, "timezone": s.timezone} for s in specs],
                "classes": ["no", "yes"],
                "class_values": ["no", "yes"],
                "result": str(tmp_path / "result.json"),
                "search": {
                    "by": by,
                    "space": f"pipeline:{space}",
                    "minutes": 1.0,
                    "trials": 9,
                    "metric": "roc_auc",
                    "positive": "yes",
                    "folds": str(tmp_path / "folds.npz"),
                    "count": 3,
                    "shown": 50,
                }
                | plan,
            },
        )

    return run


def test_halving_finds_the_best_of_a_list(ask: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    code, said = ask(trials=3)
    assert code == 0
    told = said["search"]
    assert told["best"] == {"n_neighbors": 15}
    assert (told["tried"], told["failed"]) == (3, 0)
    first, *rest = told["trials"]
    assert first["parameters"] == {"n_neighbors": "15"}
    assert (first["end"], first["score"] > 0.8) == ("done", True)
    # Sets that the first rung left behind were never tried on all rows.
    assert [(one["end"], one["score"]) for one in rest] == [("cut", None), ("cut", None)]


@pytest.mark.parametrize("metric", ["f1", "average_precision", "neg_log_loss"])
def test_a_positive_class_that_is_a_word_is_told_to_the_scorer(
    metric: str, ask: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    code, said = ask(trials=3, metric=metric)
    assert code == 0
    assert said["search"]["best"] == {"n_neighbors": 15}


def test_when_time_is_up_the_best_so_far_is_tried_on_all_rows(
    ask: Callable[..., tuple[int, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search.Sought, "late", property(lambda _: True))
    code, said = ask(trials=3)
    assert code == 0
    assert [one["end"] for one in said["search"]["trials"]].count("done") == 1


def test_rungs_have_at_least_enough_rows(ask: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    class Told:
        folds = [(np.arange(2000), np.arange(5))]  # noqa: RUF012 -- a stand-in, never changed
        plan = {"trials": 27}  # noqa: RUF012 -- as above

    assert by_halving._rungs(Told()) == pytest.approx([1 / 9, 1 / 3, 1.0])  # type: ignore[arg-type]
    Told.plan = {"trials": 2}
    assert by_halving._rungs(Told()) == [1.0]  # type: ignore[arg-type]
    Told.plan, Told.folds = {"trials": 27}, [(np.arange(300), np.arange(5))]
    assert by_halving._rungs(Told()) == [1.0]  # type: ignore[arg-type]
    assert ask is not None


def test_values_that_no_file_can_hold_are_refused(ask: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    code, said = ask(space="objects", trials=1)
    assert code == 1
    assert said["found"] == "the best value of metric is a function, which no file can hold"


@pytest.mark.parametrize(
    ("value", "plain"), [(np.int64(3), 3), (np.float64(0.5), 0.5), (None, None), (True, True), ("a", "a")]
)
def test_values_become_those_of_a_file(value: object, plain: object) -> None:
    assert search.plain(value, "x") == plain
    assert type(search.plain(value, "x")) is type(plain)


def test_optuna_finds_the_valley(ask: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    need_optuna()
    code, said = ask("optuna", "space", trials=12)
    assert code == 0
    told = said["search"]
    assert 2 <= told["best"]["n_neighbors"] <= 120
    assert told["tried"] == 12
    scores = [one["score"] for one in told["trials"] if one["score"] is not None]
    assert scores == sorted(scores, reverse=True)
    again = ask("optuna", "space", trials=12)[1]["search"]
    assert again["best"] == told["best"]


def test_a_set_that_cannot_be_fitted_is_a_failed_trial(ask: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    need_optuna()
    code, said = ask("optuna", "stumbling", trials=8)
    assert code == 0
    told = said["search"]
    assert told["best"] == {"n_neighbors": 15}
    assert told["failed"] > 0
    assert {one["end"] for one in told["trials"]} == {"done", "failed"}


def test_optuna_stops_when_the_time_is_up(
    ask: Callable[..., tuple[int, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    need_optuna()
    monkeypatch.setattr(search.Sought, "late", property(lambda _: True))
    code, said = ask("optuna", "space")
    assert code == 0
    assert said["search"]["tried"] == 1


@pytest.mark.parametrize(
    ("space", "found"),
    [
        ("hopeless", "none of 9 trials of hyper-parameters could be scored"),
        ("strange", "pipeline:strange speaks of a parameter neighbours that the estimator does not have."),
        ("nothing", "pipeline:nothing returned a NoneType, not the parameters of a trial"),
        ("broken", "pipeline:broken: RuntimeError: no space today"),
        ("absent", "module pipeline has no function absent"),
    ],
)
def test_a_space_that_cannot_be_used_is_one_finding(
    space: str, found: str, ask: Callable[..., tuple[int, dict[str, Any]]]
) -> None:
    need_optuna()
    code, said = ask("optuna", space)
    assert code == 1
    assert said["found"].startswith(found)
    assert said["fix"]


def test_without_optuna_the_way_out_is_named(
    ask: Callable[..., tuple[int, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    code, said = ask("optuna", "space")
    assert code == 1
    assert said["found"] == "the search needs optuna, which is not installed here"
    assert "by: halving" in said["fix"]

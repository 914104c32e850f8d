"""A search of the user's estimator, for real and in its own process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from modelbout.config.train import Search, Train
from modelbout.errors import BundleError, TrainingError
from modelbout.evidence import Search as Told
from modelbout.evidence import Trial
from modelbout.training import search as module
from modelbout.training.environment import probe
from modelbout.training.errand import Result, Tried
from modelbout.training.folds import folds_of
from modelbout.training.search import Found, read_search, search, search_bytes
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from modelbout.manifest import Signature

PIPELINE = """
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.impute import SimpleImputer


def build():
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return make_pipeline(ColumnTransformer([("n", numbers, NUMBERS)]), LogisticRegression())


def space():
    return {"logisticregression__C": [1e-12, 1.0]}
"""
TRAIN = Train(
    estimator="pipeline:build", seed=7, timeout_minutes=2, search=Search(space="pipeline:space", by="halving", trials=2)
)


def sought(
    root: Path,
    tmp_path: Path,
    table: pl.DataFrame,
    shape: Signature,
    *,
    train: Train = TRAIN,
    metric: str = "log_loss",
) -> Found:
    folds = folds_of(truth(table, shape).astype(np.int64), groups=None, times=None, seed=7, key="train.search")
    return search(
        train,
        folds,
        root=root,
        signature=shape,
        task="binary",
        metric=metric,
        rows=table,
        work=tmp_path / "search",
        environment=probe(None, root=root, work=tmp_path),
    )


def pipeline(shape: Signature) -> str:
    return PIPELINE.replace("NUMBERS", repr([one.name for one in shape.inputs if one.type in {"integer", "number"}]))


def test_the_best_set_becomes_the_trainings_parameters(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    found = sought(repository(pipeline_py=pipeline(shape)), tmp_path, table, shape)
    assert found.train.parameters == {"logisticregression__C": 1.0}
    assert found.train.estimator == TRAIN.estimator
    assert (found.told.by, found.told.metric, found.told.tried, found.told.failed) == ("halving", "log_loss", 2, 0)
    assert found.told.best == {"logisticregression__C": "1.0"}
    assert found.told.explanation == ""
    assert not list((tmp_path / "search").glob("*.npz"))
    kept = read_search(search_bytes(found), shown="bundle")
    assert kept.told == found.told
    assert kept.parameters == found.train.parameters


def test_a_metric_that_folds_are_not_scored_by_makes_way_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    jobs = []

    def send(job: dict[str, object], **_: object) -> Result:
        jobs.append(job)
        tried = Tried(tried=1, failed=0, best={"a": 2}, trials=(one_trial(),))
        return Result(ok=True, search=tried)

    monkeypatch.setattr(module, "send", send)
    set_before = msgspec.structs.replace(TRAIN, parameters={"a": 1, "b": "x"})
    found = sought(tmp_path, tmp_path, table, shape, train=set_before, metric="lift")
    assert found.told.metric == "roc_auc"
    assert found.told.explanation == "lift is not scored on folds: roc_auc was searched for instead."
    assert found.train.parameters == {"a": 2, "b": "x"}
    (job,) = jobs
    plan = job["search"]
    assert isinstance(plan, dict)
    assert plan["metric"] == "roc_auc"
    assert plan["positive"] == shape.positive
    assert job["parameters"] == {"a": 1, "b": "x"}


def one_trial() -> Trial:
    return Trial(number=0, score=0.5, seconds=0.1, parameters={"a": "2"})


def test_several_classes_are_one_against_the_rest() -> None:
    assert module._scorer("roc_auc", "multiclass") == "roc_auc_ovr"
    assert module._scorer("roc_auc", "binary") == "roc_auc"
    assert module._scorer("rmse", "regression") == "neg_root_mean_squared_error"


def test_a_search_that_says_nothing_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    monkeypatch.setattr(module, "send", lambda *_, **__: Result(ok=True))
    with pytest.raises(TrainingError, match="ended without saying what it tried"):
        sought(tmp_path, tmp_path, table, shape)


def test_a_damaged_account_is_the_bundles_fault() -> None:
    with pytest.raises(BundleError, match=r"search\.json cannot be read"):
        read_search(b"{", shown="bundle")
    told = Told(by="halving", metric="rmse", minutes=1.0, tried=0, failed=0, best={})
    with pytest.raises(BundleError):
        read_search(msgspec.json.encode(told), shown="bundle")

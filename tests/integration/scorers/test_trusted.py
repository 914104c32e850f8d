"""Models whose loading may run code: MLflow's and pickles."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.consumer import LoadedModel
from modelbout.errors import BundleError, ConfigError
from modelbout.training.bundle import verify
from tests.integration.scorers.corner import Corner, trained
from tests.tools import need_scorer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.exhaustive

CUSTOM = """
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

class Mine(TransformerMixin, BaseEstimator):
    def fit(self, rows, target=None):
        self.done_ = True
        return self
    def transform(self, rows):
        return rows[["age"]]

def build():
    return make_pipeline(Mine(), LogisticRegression())
"""
MLFLOW = """
import json, os
from pathlib import Path
import mlflow.sklearn
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
out = Path(os.environ["MODELBOUT_OUTPUT"])
rows = pd.read_csv(os.environ["MODELBOUT_TRAIN"])
target = rows.pop(os.environ["MODELBOUT_TARGET"])
model = make_pipeline(make_column_transformer(("passthrough", ["age"])), LogisticRegression()).fit(rows, target)
mlflow.sklearn.save_model(model, str(out / "model"), serialization_format="cloudpickle", pip_requirements=["mlflow"])
(out / "scorer.json").write_text(json.dumps({"format": "mlflow"}))
"""


def same(corner: Corner, work: Path) -> None:
    then, now = corner.fitted.answers[0], corner.scored(work, trust="pickle").predictions
    assert then.proba is not None
    assert now.proba is not None
    assert np.array_equal(then.proba, now.proba)
    with pytest.raises(ConfigError, match="may run code when it is loaded"):
        corner.scored(work)


@pytest.fixture
def _laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.mark.usefixtures("_laptop")
def test_a_pickle_is_loaded_by_who_trusts_it_and_by_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corner = trained(tmp_path, "binary", CUSTOM, format="pickle", trust="pickle")
    assert corner.fitted.scorer.kind == "pickle"
    assert {entry.path for entry in verify(corner.bundle).files} >= {"model/model.pkl"}
    # The class is in the user's repository, which is on the path of their own programs.
    monkeypatch.setenv("PYTHONPATH", str(corner.root))
    same(corner, tmp_path / "scoring")
    with pytest.raises(BundleError, match="may run code when it is loaded"):
        LoadedModel(corner.bundle, version=None, scratch=tmp_path / "loaded", program="python")


@pytest.mark.usefixtures("_laptop")
def test_a_pickle_is_not_even_trained_without_trust(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="may run code") as caught:
        trained(tmp_path, "binary", CUSTOM, format="pickle")
    assert caught.value.problems[0].place.key == "train.trust"
    assert not (tmp_path / "work").exists()


def test_a_job_that_may_write_loads_no_pickle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = tmp_path / ".github" / "workflows" / "bout.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        textwrap.dedent("""
        on: pull_request
        jobs:
          bout:
            permissions: {contents: read, pull-requests: write}
            runs-on: ubuntu-latest
        """)
    )
    named = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_JOB": "bout",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_WORKFLOW_REF": "o/r/.github/workflows/bout.yml@refs/pull/1/merge",
        "GITHUB_WORKSPACE": str(tmp_path),
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match="grants more than reading: pull-requests"):
        trained(tmp_path, "binary", CUSTOM, format="pickle", trust="pickle")


@pytest.mark.usefixtures("_laptop")
def test_a_directory_of_mlflow_is_asked_through_pyfunc(tmp_path: Path) -> None:
    need_scorer("mlflow")
    corner = trained(tmp_path, "binary", MLFLOW, command="python train.py", trust="pickle")
    assert corner.fitted.scorer.kind == "mlflow"
    same(corner, tmp_path / "scoring")

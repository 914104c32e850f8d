"""Folds of a user's estimator and of a user's program, trained for real."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.config.train import Train
from modelbout.errors import TrainingError
from modelbout.training.environment import probe
from modelbout.training.folds import folds_of
from modelbout.training.out_of_fold import out_of_fold
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from modelbout.manifest import Signature

KEY = "compare.threshold"


def asked(root: Path, tmp_path: Path, table: pl.DataFrame, shape: Signature, train: Train) -> tuple[Any, Any]:
    codes = truth(table, shape).astype(np.int64)
    return out_of_fold(
        train,
        folds_of(codes, groups=None, times=None, seed=7, key=KEY),
        root=root,
        signature=shape,
        rows=table,
        work=tmp_path / "folds",
        environment=probe(None, root=root, work=tmp_path),
        key=KEY,
    )


def test_every_row_is_answered_by_models_that_have_not_seen_it(
    sealed: Any, tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    rows, said = asked(sealed.root, tmp_path, table, shape, Train(estimator="pipeline:build", seed=7))
    assert np.sort(rows).tolist() == list(range(table.height))
    assert said.proba.shape == (table.height, 2)
    right = (said.label == truth(table, shape)[rows]).mean()
    assert 0.75 < right < 1
    assert not list((tmp_path / "folds").glob("*.npz"))
    assert (tmp_path / "folds" / "folds.log").read_text() == "building the pipeline\n" * 5


def test_a_program_is_run_once_a_fold(
    sealed_command: Any, tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    rows, said = asked(sealed_command.root, tmp_path, table, shape, Train(command="python -S train.py", seed=7))
    assert said.proba.shape == (rows.size, 2)
    # The mean of the target by plan: each fold has one of its own.
    assert 3 * 4 < np.unique(said.proba[:, 1]).size <= 4 * 5
    assert [path.name for path in (tmp_path / "folds").iterdir()] == ["folds.log"]


def test_a_model_without_probabilities_has_no_threshold(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    root = repository(
        pipeline_py="""
        from sklearn.compose import make_column_transformer
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC
        def build():
            return make_pipeline(make_column_transformer(("passthrough", ["age"])), LinearSVC())
        """
    )
    with pytest.raises(TrainingError, match="gives no probabilities") as caught:
        asked(root, tmp_path, table, shape, Train(estimator="pipeline:build"))
    assert caught.value.problems[0].place.key == KEY


def test_a_program_without_probabilities_has_none_either(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    root = repository(
        train_py="""
        import json, os
        from pathlib import Path
        out = Path(os.environ["MODELBOUT_OUTPUT"])
        (out / "model").mkdir()
        (out / "model" / "s.py").write_text(
            "import os, csv\\n"
            "rows = len(list(csv.reader(open(os.environ['MODELBOUT_INPUT'])))) - 1\\n"
            "open(os.environ['MODELBOUT_OUTPUT'], 'w').write('label\\\\n' + 'yes\\\\n' * rows)\\n"
        )
        (out / "scorer.json").write_text(json.dumps({"command": ["python", "-S", "s.py"]}))
        """
    )
    with pytest.raises(TrainingError, match="gives no probabilities"):
        asked(root, tmp_path, table, shape, Train(command="python -S train.py"))


def test_a_fit_that_fails_on_a_fold_is_told(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    root = repository(
        pipeline_py="""
        from sklearn.dummy import DummyClassifier
        class Moody(DummyClassifier):
            def fit(self, X, y):
                raise ValueError("no mood")
        def build():
            return Moody()
        """
    )
    with pytest.raises(TrainingError, match=r"fit\(\) failed: ValueError: no mood"):
        asked(root, tmp_path, table, shape, Train(estimator="pipeline:build"))

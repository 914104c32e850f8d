from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from modelbout.manifest import ScorerKind
from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.worker import model_files
from modelbout.training.worker.findings import Stop
from modelbout.training.worker.formats import FILES, last_step, library_of, model_file, speaks_codes
from modelbout.training.worker.formats.piped import STEPS_FILE, with_steps, write_steps

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0]})
LABELS = np.array(["no", "no", "yes", "yes"], dtype=object)


def fitted() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME, LABELS)


def entry(kind: str, home: Path, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "model": str(model_file(kind, home)), "classes": ["no", "yes"], **more}


def test_every_kind_has_its_file() -> None:
    assert {*FILES, "command"} == set(get_args(ScorerKind))


def test_a_file_may_have_another_name(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    assert model_file("xgboost", tmp_path).name == "model.ubj"
    (tmp_path / "model" / "model.json").write_text("{}")
    assert model_file("xgboost", tmp_path).name == "model.json"
    (tmp_path / "model" / "model.ubj").write_text("{}")
    assert model_file("xgboost", tmp_path).name == "model.ubj"


@pytest.mark.parametrize("kind", ["skops", "pickle"])
def test_what_is_written_is_loaded(kind: str, tmp_path: Path) -> None:
    model = fitted()
    assert model_files.write(model, tmp_path, kind, ALLOWED_TYPES, FRAME) == kind
    assert not model_files.is_converted(kind)
    again = model_files.load(entry(kind, tmp_path, trust="pickle"), ALLOWED_TYPES)
    assert np.array_equal(again.predict_proba(FRAME), model.predict_proba(FRAME))


@pytest.mark.parametrize("kind", ["pickle", "mlflow"])
@pytest.mark.parametrize("trust", ["", "skops", None, True])
def test_nothing_that_may_run_code_is_loaded_without_trust(kind: str, trust: Any, tmp_path: Path) -> None:
    # There is no file: whoever looks for it has gone too far.
    with pytest.raises(Stop, match=f"a model of the kind {kind} may run code") as caught:
        model_files.load(entry(kind, tmp_path, trust=trust), ALLOWED_TYPES)
    assert "train.trust: pickle" in caught.value.answer["fix"]


@pytest.mark.parametrize("kind", ["onnxruntime", "xgboost", "lightgbm", "catboost"])
def test_a_library_that_is_missing_is_told(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, kind, None)
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(Stop, match="is not installed here") as caught:
        model_files.load(entry("onnx" if kind == "onnxruntime" else kind, tmp_path), ALLOWED_TYPES)
    assert "requirements.lock" in caught.value.answer["fix"]


def test_whatever_a_library_says_is_a_finding() -> None:
    with pytest.raises(Stop, match="cannot be loaded here: KeyError: 'x'"), model_files.loadable("catboost"):
        raise KeyError("x")
    with pytest.raises(OSError, match="disk"), model_files.loadable("catboost"):
        raise OSError("disk")


def test_the_steps_before_the_last_are_skops(tmp_path: Path) -> None:
    model = fitted()
    path = tmp_path / "model.txt"
    last = write_steps(model, path, ALLOWED_TYPES)
    assert last is model.steps[-1][1]
    again = with_steps(last, path, ALLOWED_TYPES)
    assert np.array_equal(again.predict_proba(FRAME), model.predict_proba(FRAME))
    assert np.array_equal(again.predict(FRAME), model.predict(FRAME))
    assert again.classes_.tolist() == ["no", "yes"]
    (tmp_path / STEPS_FILE).unlink()
    alone = LogisticRegression().fit(FRAME, LABELS)
    assert write_steps(alone, path, ALLOWED_TYPES) is alone
    assert not (tmp_path / STEPS_FILE).exists()
    assert np.array_equal(with_steps(alone, path, ALLOWED_TYPES).predict(FRAME), alone.predict(FRAME))


class XGBRegressor:
    __module__ = "xgboost.sklearn"


class XGBClassifier(XGBRegressor):
    __module__ = "xgboost.sklearn"

    def predict_proba(self, rows: object) -> object:
        return rows


def test_whose_model_it_is() -> None:
    assert library_of(fitted()) == "sklearn"
    assert library_of(make_pipeline(StandardScaler(), XGBClassifier())) == "xgboost"
    assert speaks_codes(make_pipeline(StandardScaler(), XGBClassifier()))
    assert not speaks_codes(fitted())
    assert not speaks_codes(XGBRegressor())
    assert last_step("anything") == "anything"

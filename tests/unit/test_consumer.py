from __future__ import annotations

import hashlib
import importlib.metadata
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.tree import DecisionTreeClassifier

import modelbout
from modelbout import consumer
from modelbout.config.model import Data
from modelbout.errors import BundleError, ConfigError, DataError, ModelboutError, RegistryError, TrainingError
from modelbout.manifest import Lineage, Scorer, Task
from modelbout.predictions import Predictions
from modelbout.registry.open import open_registry
from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.answers import checked
from modelbout.training.bundle import seal
from modelbout.training.golden import golden_rows, remember
from modelbout.training.rows import arrays, features
from modelbout.training.signature import signature
from modelbout.training.worker.answers import predict
from modelbout.training.worker.frames import read_frame
from modelbout.training.worker.models import write_model

if TYPE_CHECKING:
    from collections.abc import Callable

N = 80
RNG = np.random.default_rng(0)
FRAME = pl.DataFrame({"a": RNG.normal(size=N), "b": [float(i % 5) for i in range(N)]})
SCORER = """
import csv, os
with open(os.environ["MODELBOUT_INPUT"]) as given, open(os.environ["MODELBOUT_OUTPUT"], "w") as said:
    said.write("value\\n")
    for row in csv.DictReader(given):
        said.write(f"{2 * float(row['a']) + 1}\\n")
"""


def bundle_of(
    place: Path,
    model: Any,
    target: list[Any],
    task: Task = "binary",
    *,
    positive: Any = None,
    answers: Any = None,
    threshold: float | None = None,
) -> Path:
    """Fit here, seal for real."""
    frame = FRAME.with_columns(y=pl.Series(target))
    shape = signature(frame, Data(target="y", source="s", positive=positive), task)
    golden = golden_rows(features(frame, shape), seed=0)
    files = place / "files"
    files.mkdir(parents=True)
    specs, parts = arrays(golden)
    rows = read_frame(parts, [{"name": s.name, "type": s.type, "timezone": s.timezone} for s in specs])
    if isinstance(model, str):
        (files / "model").mkdir()
        (files / "model" / "score.py").write_text(model)
        scorer = Scorer(kind="command", command=("python", "-S", "score.py"))
        said = Predictions(value=2 * rows["a"].to_numpy() + 1)
    else:
        model.fit(pd.DataFrame(FRAME.to_dict(as_series=False)), target)
        write_model(model, str(files / "model.skops"), ALLOWED_TYPES)
        scorer = Scorer(kind="skops", threshold=threshold)
        said = checked(predict(model, rows, shape.classes), shape, rows=golden.height, key="t")
    lineage = Lineage(
        created="2026-11-20T12:00:00Z",
        seed=0,
        code_digest="a" * 64,
        config_digest="b" * 64,
        data_digest="c" * 64,
        environment_digest="d" * 64,
        fingerprint="e" * 64,
        python="3.12.0",
        train_rows=N,
    )
    seal(
        place / "bundle",
        name="churn",
        task=task,
        signature=shape,
        scorer=scorer,
        files=files,
        environment="numpy==0.1\nscikit-learn==0.2\n",
        lineage=lineage,
        profile=b"{}\n",
        golden=remember(golden, answers or said, shape),
        keys=np.arange(1, dtype=np.uint64),
        predictions=Predictions(),
        metrics={},
    )
    return place / "bundle"


YES = ["Yes" if a > 0 else "No" for a in FRAME["a"].to_list()]


def test_the_threshold_of_the_bundle_decides(tmp_path: Path) -> None:
    model = modelbout.load(bundle_of(tmp_path, LogisticRegression(), YES, positive="Yes", threshold=0.9))
    chances = model.predict_proba(FRAME)[:, 1]
    assert ((chances >= 0.5) & (chances < 0.9)).sum() > 0
    assert model.predict(FRAME).tolist() == np.where(chances >= 0.9, "Yes", "No").tolist()


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle_of(tmp_path_factory.mktemp("churn"), LogisticRegression(), YES, positive="Yes")


def test_importing_modelbout_is_light() -> None:
    code = (
        "import sys, modelbout\n"
        "heavy = {'numpy', 'polars', 'pandas', 'sklearn', 'scipy', 'narwhals', 'matplotlib', 'skops', 'msgspec'}\n"
        "print(modelbout.__version__, sorted(heavy & set(sys.modules)))\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == f"{modelbout.__version__} []\n"


def test_a_bundle_by_its_path_answers(churn: Path) -> None:
    model = modelbout.load(churn)
    assert model.version is None
    assert model.manifest.name == "churn"
    assert model.classes == ("No", "Yes")
    assert repr(model) == f"<modelbout model churn {model.digest[:12]}: binary>"
    said = model.predict(FRAME)
    assert said.shape == (N,)
    assert np.mean(said == np.array(YES)) > 0.9
    proba = model.predict_proba(FRAME)
    assert proba.shape == (N, 2)
    assert (np.array(model.classes)[proba.argmax(axis=1)] == said).all()
    assert (modelbout.load(str(churn)).predict_proba(FRAME) == proba).all()


@pytest.mark.parametrize("kind", ["pandas", "dictionary", "records"])
def test_all_kinds_of_rows(churn: Path, kind: str) -> None:
    columns = FRAME.to_dict(as_series=False)
    rows = {"pandas": pd.DataFrame(columns), "dictionary": columns, "records": FRAME.to_dicts()}[kind]
    model = modelbout.load(churn)
    assert (model.predict_proba(rows) == model.predict_proba(FRAME)).all()


def test_a_missing_column_gets_a_suggestion(churn: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'a'. Did you mean `A`\?"):
        modelbout.load(churn).predict({"A": [1.0], "b": [1.0]})
    with pytest.raises(DataError, match="column 'a' is of type string here"):
        modelbout.load(churn).predict({"a": ["x"], "b": [1.0]})


@pytest.mark.parametrize(
    ("values", "positive"), [((False, True), True), ((3, 20), 20), ((0.0, 1.0), 1.0), (("x", "y"), "y")]
)
def test_classes_come_in_the_targets_own_type(tmp_path: Path, values: Any, positive: Any) -> None:
    target = [values[1] if a > 0 else values[0] for a in FRAME["a"].to_list()]
    model = modelbout.load(bundle_of(tmp_path, LogisticRegression(), target, positive=positive))
    assert {type(value) for value in model.classes} == {type(positive)}
    assert set(model.predict(FRAME).tolist()) == set(values)


def test_a_model_without_probabilities_says_so(tmp_path: Path) -> None:
    model = modelbout.load(bundle_of(tmp_path, RidgeClassifier(), YES, positive="Yes"))
    assert not hasattr(model, "predict_proba")
    with pytest.raises(consumer.NoProbabilitiesError, match="gives no probabilities") as caught:
        _ = model.predict_proba
    assert isinstance(caught.value, ModelboutError)
    assert isinstance(caught.value, AttributeError)
    assert model.predict(FRAME).shape == (N,)


def test_regression(tmp_path: Path) -> None:
    model = modelbout.load(bundle_of(tmp_path, Ridge(), FRAME["a"].to_list(), "regression"))
    assert model.classes == ()
    assert np.allclose(model.predict(FRAME), FRAME["a"].to_numpy(), atol=0.1)


def test_a_command_runs_in_a_copy_that_goes_with_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(_made(tmp_path / f"{prefix}x")))
    bundle = bundle_of(tmp_path, SCORER, FRAME["a"].to_list(), "regression")
    model = modelbout.load(bundle)
    assert np.allclose(model.predict(FRAME), 2 * FRAME["a"].to_numpy() + 1)
    assert (tmp_path / "modelbout-x").exists()
    del model
    assert not (tmp_path / "modelbout-x").exists()


def _made(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_command_that_fails_on_its_golden_rows(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path, "raise SystemExit(3)", FRAME["a"].to_list(), "regression")
    with pytest.raises(
        BundleError, match="cannot answer its golden rows here: the program ended with exit code 3"
    ) as caught:
        modelbout.load(bundle)
    assert "(then: numpy==0.1, scikit-learn==0.2; here: numpy==" in str(caught.value)


def test_other_golden_answers_name_the_versions(tmp_path: Path) -> None:
    wrong = Predictions(label=np.zeros(20, np.int64), proba=np.tile([0.7, 0.3], (20, 1)))
    bundle = bundle_of(tmp_path, LogisticRegression(), YES, positive="Yes", answers=wrong)
    with pytest.raises(
        BundleError, match=r"20 of its golden rows .*then: numpy==0.1, scikit-learn==0.2; here: numpy=="
    ):
        modelbout.load(bundle)


def test_one_changed_byte_is_an_error_and_leaves_no_files(
    churn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(_made(tmp_path / f"{prefix}x")))
    bundle = Path(shutil.copytree(churn, tmp_path / "bundle"))
    raw = bytearray((bundle / "model.skops").read_bytes())
    raw[100] ^= 1
    (bundle / "model.skops").write_bytes(raw)
    with pytest.raises(BundleError, match="sha256"):
        modelbout.load(bundle)
    assert not (tmp_path / "modelbout-x").exists()


def test_a_model_file_that_skops_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "ALLOWED_TYPES", ())
    place = bundle_of(tmp_path, _forest(), YES, positive="Yes")
    with pytest.raises(BundleError, match="model file cannot be loaded here"):
        modelbout.load(place)


def _forest() -> Any:
    return DecisionTreeClassifier(max_depth=2)


def test_rows_that_the_model_cannot_answer(churn: Path) -> None:
    model = modelbout.load(churn)
    with pytest.raises(TrainingError, match="predict"):
        model.predict({"a": [None], "b": [1.0]})


def test_probabilities_that_vanish(churn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = modelbout.load(churn)
    monkeypatch.setattr(model, "_ask", lambda _rows: Predictions(label=np.array([0])))
    with pytest.raises(TrainingError, match="none for these"):
        model.predict_proba({"a": [1.0], "b": [1.0]})


@pytest.mark.parametrize("name", ["nothing", "a/b", "churn@v1/..", "Churn@champion", ""])
def test_names_that_are_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if name == "":
        with pytest.raises(BundleError, match="no manifest"):
            modelbout.load(name)
        return
    with pytest.raises(ConfigError, match="neither a model's name nor a bundle"):
        modelbout.load(name)


def test_from_a_registry(churn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODELBOUT_REGISTRY", raising=False)
    book = open_registry("titles", root=tmp_path)
    with pytest.raises(RegistryError, match="no model 'churn'"):
        modelbout.load("churn@champion", registry="titles")
    result = book.promote(
        churn, model="churn", stage="production", beaten=None, actor="me", reason="first", verdict_digest=None
    )
    assert result.version == "v1.0.0"
    model = modelbout.load("churn@champion", registry="titles")
    assert model.version == "v1.0.0"
    assert repr(model) == "<modelbout model churn v1.0.0: binary>"
    assert json.dumps(model.predict(FRAME.head(2)).tolist())
    assert modelbout.load("churn@v1.0.0", registry="titles").digest == model.digest
    with pytest.raises(RegistryError, match=r"no model 'churm'. Did you mean `churn`\?"):
        modelbout.load("churm@champion", registry="titles")
    with pytest.raises(RegistryError, match="nobody holds the title of 'churn' at stage 'test'"):
        modelbout.load("churn@champion", registry="titles", stage="test")
    with pytest.raises(RegistryError, match=r"v9\.9\.9"):
        modelbout.load("churn@v9.9.9", registry="titles")


def test_a_directory_never_stands_in_for_the_registry(
    churn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "away").mkdir()
    for name in ("churn@champion", "churn@v1.0.0"):
        shutil.copytree(churn, tmp_path / name)
        with pytest.raises(RegistryError, match="no model 'churn'"):
            modelbout.load(name, registry=str(tmp_path / "away"))
        assert modelbout.load(f"./{name}").version is None


def forged(bundle: Path, into: Path, *, edit: Callable[[dict[str, Any]], None], files: dict[str, bytes]) -> Path:
    """Copy a bundle, change it, and seal the copy so that every digest is right."""
    shutil.copytree(bundle, into)
    (into / "SHA256SUMS").unlink()
    manifest = json.loads((into / "manifest.json").read_bytes())
    for name, data in files.items():
        (into / name).write_bytes(data)
        entry = next(entry for entry in manifest["files"] if entry["path"] == name)
        entry |= {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    edit(manifest)
    (into / "manifest.json").write_text(json.dumps(manifest))
    return into


def test_a_forged_manifest_is_one_clear_error(churn: Path, tmp_path: Path) -> None:
    for number, kind in enumerate(("integer", "number")):
        bundle = forged(
            churn,
            tmp_path / str(number),
            edit=lambda said, kind=kind: said["signature"].update(target_type=kind),  # type: ignore[misc]
            files={},
        )
        with pytest.raises(BundleError, match=f"a class of the target is no {kind}"):
            modelbout.load(bundle)


def test_a_model_file_that_claims_terabytes_is_one_clear_error(churn: Path, tmp_path: Path) -> None:
    forgery = io.BytesIO()
    with zipfile.ZipFile(churn / "model.skops") as good, zipfile.ZipFile(forgery, "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            if name.endswith(".npy"):
                header = "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999,), }".ljust(117) + "\n"
                data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
            bad.writestr(name, data)
    bundle = forged(churn, tmp_path / "b", edit=lambda _said: None, files={"model.skops": forgery.getvalue()})
    with pytest.raises(BundleError, match=r"the model file cannot be loaded here: .*allocate"):
        modelbout.load(bundle)


def test_a_package_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "scipy":
            raise importlib.metadata.PackageNotFoundError
        return "1"

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert consumer._installed() == "numpy==1, scikit-learn==1, skops==1"

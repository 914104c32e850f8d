from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.errors import BundleError, ConfigError, DataError, TrainingError
from modelbout.manifest import MANIFEST_FILE
from modelbout.seal import SUMS_FILE, parse_manifest, place_of, sums
from modelbout.training import score as scoring
from modelbout.training.score import require_golden, score, versions

if TYPE_CHECKING:
    from pathlib import Path


def go(bundles: list[Path], sealed: Any, tmp_path: Path, *, latency: bool = False) -> Any:
    return score(
        bundles,
        sealed.holdout,
        python=None,
        root=sealed.root,
        work=tmp_path / "work",
        latency=latency,
        timeout_minutes=2,
    )


def reseal(bundle: Path, path: str, data: bytes) -> None:
    """Change a file and forge the seal over it: only what the file says can give it away now."""
    (bundle / path).write_bytes(data)
    raw = json.loads((bundle / MANIFEST_FILE).read_bytes())
    for entry in raw["files"]:
        if entry["path"] == path:
            entry.update(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    sealed = json.dumps(raw).encode()
    (bundle / MANIFEST_FILE).write_bytes(sealed)
    manifest = parse_manifest(sealed, place=place_of(bundle))
    (bundle / SUMS_FILE).write_bytes(sums(manifest, digest=hashlib.sha256(sealed).hexdigest()))


def test_two_bundles_on_the_same_rows_timed_in_turns(
    sealed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "LATENCY_ROUNDS", 7)
    monkeypatch.setattr(scoring, "LATENCY_BATCH_ROWS", 20)
    one, two = go([sealed.bundle, sealed.bundle], sealed, tmp_path, latency=True)
    for scored in (one, two):
        assert (scored.predictions.label == sealed.said.label).all()
        assert (scored.predictions.proba == sealed.said.proba).all()
        assert scored.seconds.shape == (7,)
        assert scored.seconds.dtype == np.float64
        assert scored.load_seconds > 0
    assert not list((tmp_path / "work").iterdir())


def test_a_command_and_an_estimator_are_timed_alike(
    sealed: Any, sealed_command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "COMMAND_ROUNDS", 1)
    before = sorted(path.name for path in (sealed_command.bundle / "model").iterdir())
    one, two = go([sealed.bundle, sealed_command.bundle], sealed, tmp_path, latency=True)
    assert one.seconds.shape == two.seconds.shape == (1,)
    assert one.seconds.min() > 0.1
    assert two.load_seconds == 0
    assert (two.predictions.proba == sealed_command.said.proba).all()
    assert sorted(path.name for path in (sealed_command.bundle / "model").iterdir()) == before


def test_without_latency_nothing_is_timed(sealed_command: Any, tmp_path: Path) -> None:
    (scored,) = go([sealed_command.bundle], sealed_command, tmp_path)
    assert scored.seconds.shape == (0,)


def test_a_changed_bundle_is_never_loaded(sealed: Any, tmp_path: Path) -> None:
    bundle = shutil.copytree(sealed.bundle, tmp_path / "bundle")
    (bundle / "model.skops").write_bytes(b"PK")
    with pytest.raises(BundleError, match=r"model.skops"):
        go([bundle], sealed, tmp_path)


def test_a_model_file_that_skops_refuses(sealed: Any, tmp_path: Path) -> None:
    bundle = shutil.copytree(sealed.bundle, tmp_path / "bundle")
    reseal(bundle, "model.skops", b"no skops file")
    with pytest.raises(BundleError, match="the model file cannot be loaded here: File is not a zip file"):
        go([bundle], sealed, tmp_path)


def test_other_golden_answers_stop_the_bout(sealed_command: Any, tmp_path: Path) -> None:
    bundle = shutil.copytree(sealed_command.bundle, tmp_path / "bundle")
    rates = json.loads((bundle / "model" / "rates.json").read_bytes())
    changed = {plan: min(1.0, rate + 0.01) for plan, rate in rates.items()}
    reseal(bundle, "model/rates.json", json.dumps(changed).encode())
    with pytest.raises(BundleError, match=r"answers \d+ of its golden rows otherwise") as caught:
        go([bundle], sealed_command, tmp_path)
    assert "requirements.lock" in caught.value.problems[0].fix
    assert "scikit-learn==" in caught.value.problems[0].found


def test_a_scorer_that_fails(sealed_command: Any, tmp_path: Path) -> None:
    bundle = shutil.copytree(sealed_command.bundle, tmp_path / "bundle")
    reseal(bundle, "model/scorer.py", b"raise SystemExit('no more')")
    with pytest.raises(TrainingError, match=r"ended with exit code 1.*\n  \| no more"):
        go([bundle], sealed_command, tmp_path)
    assert not list((tmp_path / "work").iterdir())


def test_rows_that_lack_an_input(sealed: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column 'age'"):
        score(
            [sealed.bundle],
            sealed.holdout.drop("age"),
            python=None,
            root=sealed.root,
            work=tmp_path,
            timeout_minutes=1,
        )


def test_no_interpreter(sealed: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no interpreter"):
        score([sealed.bundle], sealed.holdout, python="no/where", root=sealed.root, work=tmp_path, timeout_minutes=1)


def test_golden_rows_that_hold_say_nothing(sealed: Any) -> None:
    require_golden(sealed.bundle, 0, here="")
    with pytest.raises(BundleError, match=r"then: .*numpy==.*; here: numpy==1\.0"):
        require_golden(sealed.bundle, 3, here="numpy==1.0")


def test_only_versions_that_decide_are_shown() -> None:
    lock = "attrs==1\nnumpy==2.0\nnumpydoc==1.8\nscikit-learn==1.9\nxgboost==3.0\n"
    assert versions(lock) == "numpy==2.0, scikit-learn==1.9, xgboost==3.0"

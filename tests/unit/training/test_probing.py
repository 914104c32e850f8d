from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from modelbout.errors import BundleError, DataError, TrainingError
from modelbout.training import probing
from modelbout.training.errand import Result
from modelbout.training.probing import Setting, probe_model, time_models
from modelbout.training.worker.desk import doing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let the worker's job be done in this process; return what was sent, and what is to be changed of the result."""
    told: dict[str, Any] = {"result": {}}

    def send(job: dict[str, Any], **how: Any) -> Result:
        raw = json.loads(msgspec.json.encode(job))
        told.update(job=raw, how=how)
        for key in ("loads", "row_times"):
            if raw[key]:
                raw[key].update(rounds=3, least_rounds=3)
        return msgspec.convert({"ok": True} | doing(raw["job"])(raw) | told["result"], Result)

    told["send"] = send
    monkeypatch.setattr(probing, "send", send)
    return told


def setting(sealed: Any, tmp_path: Path) -> Setting:
    return Setting(python=None, root=sealed.root, work=tmp_path / "work", timeout_minutes=2)


def test_a_model_is_measured_in_the_users_interpreter(sealed: Any, tmp_path: Path) -> None:
    found = probe_model(sealed.bundle, sealed.holdout, setting(sealed, tmp_path), stability=True, parity=True)
    assert found.peak_bytes is None or found.peak_bytes > 10_000_000
    assert found.hostile == 18
    assert found.failed == ()
    assert (found.parity_rows, found.alone, found.permuted) == (60, 0.0, 0.0)
    assert not list((tmp_path / "work").iterdir())


def test_only_what_is_asked_for_is_measured(sealed: Any, tmp_path: Path, here: dict[str, Any]) -> None:
    found = probe_model(sealed.bundle, sealed.holdout, setting(sealed, tmp_path), stability=False, parity=False)
    assert (found.hostile, found.failed, found.alone, found.permuted, found.parity_rows) == (0, (), None, None, 0)
    assert here["job"]["hostile"] is here["job"]["parity"] is here["job"]["loads"] is here["job"]["row_times"] is None
    assert here["how"]["extra"]["OMP_NUM_THREADS"] == "1"


def test_two_models_are_timed_in_one_process(sealed: Any, tmp_path: Path, here: dict[str, Any]) -> None:
    where = setting(sealed, tmp_path)
    bundles = [sealed.bundle, sealed.bundle]
    one, two = time_models(bundles, sealed.holdout, where, loads=True, row_times=True)
    for timed in (one, two):
        assert timed.load_seconds.shape == timed.row_seconds.shape == (3,)
        assert (timed.load_seconds > 0).all()
    assert here["job"]["row_times"]["batch_rows"] == 1
    (bare,) = time_models(bundles[:1], sealed.holdout, where, loads=True, row_times=False)
    assert (bare.load_seconds.size, bare.row_seconds.size) == (3, 0)


def test_troubles_are_told_by_kind_and_input(sealed: Any, tmp_path: Path, here: dict[str, Any]) -> None:
    here["result"] = {"survived": [False] + [True] * 10 + [False] * 7}
    found = probe_model(sealed.bundle, sealed.holdout, setting(sealed, tmp_path), stability=True, parity=False)
    assert found.failed[0] == ("missing values", ("age", "since", "seen"))
    assert sum(max(len(names), 1) for _, names in found.failed) == 8


def test_outcomes_that_are_not_one_for_each(sealed: Any, tmp_path: Path, here: dict[str, Any]) -> None:
    here["result"] = {"survived": [True]}
    with pytest.raises(DataError, match="1 outcomes of 18 hostile inputs"):
        probe_model(sealed.bundle, sealed.holdout, setting(sealed, tmp_path), stability=True, parity=False)
    assert not list((tmp_path / "work").iterdir())


def test_requests_that_failed_have_no_difference(sealed: Any, tmp_path: Path, here: dict[str, Any]) -> None:
    here["result"] = {"alone": False, "permuted": False}
    found = probe_model(sealed.bundle, sealed.holdout, setting(sealed, tmp_path), stability=False, parity=True)
    assert (found.parity_rows, found.alone, found.permuted) == (60, None, None)


def test_answers_that_are_not_usable_are_an_error(
    sealed: Any, tmp_path: Path, here: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(job: dict[str, Any], **how: Any) -> Any:
        result = here["send"](job, **how)
        np.savez(job["parity"]["alone"], label=np.zeros(3, dtype=np.int64))
        return result

    monkeypatch.setattr(probing, "send", spoilt)
    with pytest.raises(TrainingError, match="gave 3 answers"):
        probe_model(sealed.bundle, sealed.holdout, setting(sealed, tmp_path), stability=False, parity=True)


def test_other_golden_answers_stop_it(
    sealed: Any, tmp_path: Path, here: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert here["result"] == {}
    monkeypatch.setattr(probing, "differing", lambda _then, _now: 2)
    with pytest.raises(BundleError, match="answers 2 of its golden rows otherwise"):
        time_models([sealed.bundle], sealed.holdout, setting(sealed, tmp_path), loads=True, row_times=False)


def test_a_changed_bundle_is_never_loaded(sealed: Any, tmp_path: Path, here: dict[str, Any]) -> None:
    bundle = shutil.copytree(sealed.bundle, tmp_path / "bundle")
    (bundle / "model.skops").write_bytes(b"PK")
    with pytest.raises(BundleError, match=r"model\.skops"):
        probe_model(bundle, sealed.holdout, setting(sealed, tmp_path), stability=True, parity=True)
    assert "job" not in here


def test_a_command_is_refused_with_the_reason(
    sealed: Any, sealed_command: Any, tmp_path: Path, here: dict[str, Any]
) -> None:
    with pytest.raises(DataError, match="a command runs in a process of its own") as caught:
        time_models(
            [sealed.bundle, sealed_command.bundle],
            sealed.holdout,
            setting(sealed, tmp_path),
            loads=True,
            row_times=True,
        )
    assert caught.value.problems[0].place.key == "compare.guardrails"
    assert "job" not in here

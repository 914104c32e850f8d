"""The rehearsal of a rollback: real models, fetched, loaded and asked again by a job that may write nothing."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import BundleError, ConfigError, GateRefusedError, Problem
from modelbout.github.actions import rollback
from modelbout.github.job import Job, open_job
from modelbout.progress import Quiet
from tests.integration.shop import STRONG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.shop import Repository

pytestmark = pytest.mark.usefixtures("fitted")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the first test leaves two champions for the others."""
    return tmp_path_factory.mktemp("champions") / "kept"


@pytest.fixture
def champions(repo: Repository, kept: Path) -> Repository:
    """Two champions in a directory registry."""
    if kept.exists():
        shutil.copytree(kept, repo.root, dirs_exist_ok=True)
        return repo
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    repo.write("pipeline.py", STRONG)
    assert repo("run", "--no-plots", "--no-html").code == 0
    assert repo("promote").code == 0
    shutil.copytree(repo.root, kept)
    return repo


def job(repo: Repository, patch: pytest.MonkeyPatch, **given: str) -> Job:
    inputs = {"registry": ".modelbout/registry", "rehearse": "true", "config": "modelbout.yaml", **given}
    patch.setenv("MODELBOUT_INPUTS", json.dumps(inputs))
    patch.setenv("MODELBOUT_PYTHON", sys.executable)
    patch.setenv("RUNNER_TEMP", str(repo.root))
    patch.setenv("GITHUB_STEP_SUMMARY", str(repo.root / "summary.md"))
    return open_job(os.environ, progress=Quiet(), say=lambda _: None)


def test_the_champion_before_answers_as_on_its_first_day(
    champions: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = job(champions, monkeypatch)
    assert rollback.act(told) == 0
    assert told.outputs.known["version"] == "v1.0.0"
    events = json.loads(champions("registry", "history", "shop", "--json").out)
    assert told.outputs.known["bundle-digest"] == events[0]["bundle_digest"]
    assert len(events) == 4, "nothing has moved"
    assert "Nothing has moved yet" in (champions.root / "summary.md").read_text(encoding="utf-8")
    assert not list(champions.root.glob("modelbout-*")), "the copy is gone"


def test_where_ours_cannot_load_it_the_users_may(champions: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []

    def score(_bundles: object, _rows: object, *, python: str | None, **_: object) -> None:
        asked.append(python)
        if python == sys.executable:
            raise BundleError(Problem(found="another scikit-learn"))

    monkeypatch.setattr("modelbout.training.score.score", score)
    assert rollback.act(job(champions, monkeypatch, python="python3")) == 0
    assert asked == [sys.executable, "python3"]


def damage(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))


def test_a_damaged_version_stops_here(champions: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(champions.root / ".modelbout/registry/bundles/shop@v1.0.0/model.skops")
    with pytest.raises(BundleError):
        rollback.act(job(champions, monkeypatch))


def test_a_version_that_answers_otherwise_stops_here(champions: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelbout.training.score.differing", lambda *_: 3)
    with pytest.raises(BundleError, match="3 of its golden rows otherwise"):
        rollback.act(job(champions, monkeypatch))


def test_what_cannot_be_rehearsed(champions: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GateRefusedError, match="already"):
        rollback.act(job(champions, monkeypatch, to="v1.1.0"))
    with pytest.raises(ConfigError, match="no model 'bikes'"):
        rollback.act(job(champions, monkeypatch, model="bikes"))
    with pytest.raises(ConfigError, match="rehearse"):
        rollback.act(job(champions, monkeypatch, rehearse="perhaps"))

"""Fixtures of the integration tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github_server.server import Server
from tests.integration.shop import CONFIG, CONTRACT, PLAIN_CONFIG, PLAIN_WEAK, WEAK, Repository, shop
from tests.integration.sky import Sky

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Repository:
    """Return a repository whose model is a program of the standard library: for whatever comes after its training."""
    for name in ("MODELBOUT_REGISTRY", "MODELBOUT_RUN_DIR", "GITHUB_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def read() -> tuple[str, str]:
        told = capsys.readouterr()
        return told.out, told.err

    made = Repository(tmp_path, read)
    made.write("modelbout.yaml", PLAIN_CONFIG)
    made.write("contract.yaml", CONTRACT)
    made.write("pipeline.py", PLAIN_WEAK)
    made.write("data/shop.csv", shop())
    return made


@pytest.fixture
def fitted(repo: Repository) -> Repository:
    """Return a repository whose model is an estimator of scikit-learn."""
    repo.write("modelbout.yaml", CONFIG)
    repo.write("pipeline.py", WEAK)
    return repo


@pytest.fixture(scope="session")
def climate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sky]:
    """Make what the tests of bad weather start from, once: it takes real trainings."""
    with Server() as server:
        yield Sky(server, tmp_path_factory.mktemp("sky"))


@pytest.fixture
def sky(climate: Sky, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sky]:
    climate.begin(monkeypatch)
    yield climate
    climate.ground.server.check()

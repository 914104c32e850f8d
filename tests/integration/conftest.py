"""Fixtures of the integration tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import CONFIG, CONTRACT, WEAK, Repository, shop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Repository:
    for name in ("MODELBOUT_REGISTRY", "MODELBOUT_RUN_DIR", "GITHUB_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)

    def read() -> tuple[str, str]:
        told = capsys.readouterr()
        return told.out, told.err

    made = Repository(tmp_path, read)
    made.write("modelbout.yaml", CONFIG)
    made.write("contract.yaml", CONTRACT)
    made.write("pipeline.py", WEAK)
    made.write("data/shop.csv", shop())
    return made

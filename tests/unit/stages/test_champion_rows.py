from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout import seal
from modelbout.contract.load import parse_contract
from modelbout.errors import Problem, RegistryError
from modelbout.stages.champion_rows import champion_rows
from modelbout.stages.workspace import Workspace, open_workspace
from modelbout.training import bundle

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.contract.model import Contract

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}}
train: {estimator: "p:b"}
"""


def contract(rows: str) -> Contract:
    text = f"version: 1\ntable: {{rows: {rows}}}\ncolumns: {{y: {{type: number}}}}\n"
    return parse_contract(text, shown="contract.yaml")


ASKING = contract("{reference: {min: 0.5}}")


class Book:
    """A registry of which only the reading side may be used."""

    def __init__(self, title: Any) -> None:
        self.title = title

    def champion(self, model: str, stage: str) -> Any:
        assert (model, stage) == ("m", "production")
        if isinstance(self.title, Exception):
            raise self.title
        return self.title

    def fetch(self, model: str, version: str, into: Path) -> Path:
        return into / f"{model}@{version}"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    (tmp_path / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")
    manifest = SimpleNamespace(lineage=SimpleNamespace(train_rows=80))
    monkeypatch.setattr(seal, "verify_files", lambda _bundle, digest: {"d": manifest}[digest])
    monkeypatch.setattr(bundle, "predictions_of", lambda _bundle: (np.zeros(20, dtype=np.uint64), None))
    return open_workspace(tmp_path / "modelbout.yaml", None)


def registry(monkeypatch: pytest.MonkeyPatch, title: Any) -> None:
    monkeypatch.setattr(Workspace, "registry", lambda _self, address: Book(title) if address is None else None)


@pytest.mark.parametrize(("role", "rows"), [("train", 80), ("holdout", 20), ("source", 100)])
def test_each_table_is_held_against_its_like(
    work: Workspace, monkeypatch: pytest.MonkeyPatch, role: str, rows: int
) -> None:
    registry(monkeypatch, SimpleNamespace(version="1.0.0", bundle_digest="d"))
    assert champion_rows(work, ASKING, role) == rows


def test_nobody_is_asked_when_no_rule_wants_to_know(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(monkeypatch, AssertionError("asked"))
    assert champion_rows(work, contract("{min: 1}"), "train") is None
    assert champion_rows(work, None, "train") is None


@pytest.mark.parametrize("title", [None, RegistryError(Problem(found="the network is down"))])
def test_without_a_champion_that_can_be_read_there_is_no_number(
    work: Workspace, monkeypatch: pytest.MonkeyPatch, title: Any
) -> None:
    registry(monkeypatch, title)
    assert champion_rows(work, ASKING, "train") is None

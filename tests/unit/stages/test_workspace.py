from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.config.load import Loaded, load_config
from modelbout.errors import RegistryError
from modelbout.results import TRAINING_FILE, VALIDATION_FILE
from modelbout.stages.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = (
    "version: 1\nmodel: m\ntask: binary\ntrain: {estimator: 'p:b'}\n"
    "data: {target: y, positive: 1, source: a.csv, split: {by: i, holdout: 0.5}, id: i}\n"
)


def loaded(root: Path) -> Loaded:
    (root / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")
    return load_config(root / "modelbout.yaml")


def test_a_file_in_the_run_directorys_place_is_told(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.write_text("mine", encoding="utf-8")
    with pytest.raises(RegistryError) as caught:
        Workspace(loaded(tmp_path), run).begin(VALIDATION_FILE)
    (problem,) = caught.value.problems
    assert problem.place.file == str(run)
    assert "--run-dir" in problem.fix
    assert run.read_text(encoding="utf-8") == "mine"


def test_a_stage_removes_its_own_result_and_all_later_ones(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in ("validation.json", "training.json", "bout.json", "promotion.json"):
        (run / name).touch()
    Workspace(loaded(tmp_path), run).begin(TRAINING_FILE)
    assert [path.name for path in run.iterdir()] == ["validation.json"]

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from modelbout.config.load import Loaded, load_config
from modelbout.errors import ConfigError, RegistryError
from modelbout.results import TRAINING_FILE, VALIDATION_FILE, TrainingResult
from modelbout.stages.workspace import Workspace, read_result

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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_a_result_is_read_through_no_link_and_waits_for_no_pipe(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden", encoding="utf-8")
    (tmp_path / "link.json").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe.json")
    for name, said in (("link.json", "it is a link"), ("pipe.json", "it is not a regular file")):
        with pytest.raises(ConfigError, match=f"cannot be read: {said}"):
            read_result(tmp_path / name, TrainingResult, made_by="train")

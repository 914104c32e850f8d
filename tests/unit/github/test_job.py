"""What every action works with: the registry that is meant, the configurations, tokens that do not stay."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError
from modelbout.github.api.credentials import OWN_VARIABLE
from modelbout.github.job import CONFIGS_LIMIT, Job, open_job
from modelbout.progress import Quiet

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "ghs_0123456789abcdef0123"  # noqa: S105 -- made up
MODEL = "version: 1\nmodel: {name}\ntask: regression\ndata: {{train: a.csv, holdout: b.csv, target: y}}\n"
TRAIN = "train: {estimator: pipeline:build}\n"


def opened(here: Path, monkeypatch: pytest.MonkeyPatch, **inputs: str) -> Job:
    monkeypatch.chdir(here)
    environ = {
        "MODELBOUT_INPUTS": json.dumps(inputs),
        "GITHUB_REPOSITORY": "octo/churn",
        "GITHUB_RUN_ID": "7",
        "GITHUB_WORKSPACE": str(here),
    }
    return open_job(environ, progress=Quiet(), say=lambda _: None)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({}, "github:octo/churn"),
        ({"registry": ""}, "github:octo/churn"),
        ({"registry": "github"}, "github:octo/churn"),
        ({"registry": "github:octo/models"}, "github:octo/models"),
        ({"registry": "models"}, "models"),
    ],
)
def test_the_registry_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], meant: str
) -> None:
    (tmp_path / "models").mkdir()
    assert opened(tmp_path, monkeypatch, **given).registry_address == meant


def test_a_slip_of_the_pen_is_no_registry_without_champions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = opened(tmp_path, monkeypatch, registry="githib")
    with pytest.raises(ConfigError) as caught:
        _ = job.registry_address
    (problem,) = caught.value.problems
    assert problem.place.key == "registry"
    assert "'githib'" in problem.found
    assert "`github`" in problem.found
    assert "make the directory first" in problem.fix


def test_on_a_laptop_the_registry_is_the_one_beside_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = opened(tmp_path, monkeypatch)
    assert replace(job, runner=replace(job.runner, run_id=None)).registry_address is None


def test_tokens_leave_the_environment_but_for_the_one_that_children_never_get(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"MODELBOUT_INPUTS": json.dumps({"github-token": TOKEN}), "GITHUB_TOKEN": "another", "GH_TOKEN": "third"}
    job = open_job(environ, progress=Quiet(), say=lambda _: None)
    assert (job.token, environ[OWN_VARIABLE]) == (TOKEN, TOKEN)
    assert not {"MODELBOUT_INPUTS", "GITHUB_TOKEN", "GH_TOKEN"} & environ.keys()
    assert TOKEN not in repr(job)


def test_configurations_by_paths_and_globs_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "modelbout.yaml").write_text(MODEL.format(name=name) + TRAIN, encoding="utf-8")
    job = opened(tmp_path, monkeypatch, config="b/modelbout.yaml\n*/modelbout.yaml")
    assert [path.relative_to(job.here).as_posix() for path in job.configs] == ["b/modelbout.yaml", "a/modelbout.yaml"]
    assert [work.config.model for work in job.workspaces] == ["b", "a"]
    assert job.path(job.configs[0]) == "b/modelbout.yaml"


def test_a_glob_without_a_match_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="no file matches"):
        _ = opened(tmp_path, monkeypatch, config="models/*/modelbout.yaml").configs


def test_two_configurations_of_one_model_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(MODEL.format(name="churn") + TRAIN, encoding="utf-8")
    with pytest.raises(ConfigError, match="second configuration"):
        _ = opened(tmp_path, monkeypatch, config="*.yaml").workspaces


def test_there_is_an_end_to_how_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "\n".join(f"{number}.yaml" for number in range(CONFIGS_LIMIT + 1))
    with pytest.raises(ConfigError, match=f"names {CONFIGS_LIMIT + 1} files"):
        _ = opened(tmp_path, monkeypatch, config=lines).configs

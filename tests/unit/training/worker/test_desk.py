from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from modelbout.training.worker import desk
from tests.unit.training.worker.play import do, job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def test_the_traceback_goes_to_the_log(
    repository: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    do(tmp_path, job(tmp_path, repository(pipeline_py="def build():\n    raise KeyError('deep')")))
    assert "in build\n" in capsys.readouterr().err


def test_a_disk_that_refuses_is_a_finding(repository: Callable[..., Path], tmp_path: Path) -> None:
    root = repository(pipeline_py="from sklearn.linear_model import LogisticRegression as build")
    _, result = do(tmp_path, job(tmp_path, root, files=str(tmp_path / "no")))
    assert result["found"] == "the machine refused: No such file or directory"


def test_what_is_missing_for_a_job_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "modelbout.training.worker.jobs.inspect", raising=False)
    monkeypatch.setitem(sys.modules, "pandas", None)
    code, result = do(tmp_path, job(tmp_path, tmp_path, job="inspect"))
    assert code == 1
    assert "importing what modelbout's worker needs failed: ModuleNotFoundError" in result["found"]
    assert "install what is missing" in result["fix"]


def test_a_job_is_a_module_with_run() -> None:
    assert desk.doing("probe")({})["python"] == ".".join(map(str, sys.version_info[:3]))

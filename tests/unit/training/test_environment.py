from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError, TrainingError
from modelbout.training.environment import Environment, interpreter, probe, require_packages

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_default_is_the_interpreter_that_runs_us(tmp_path: Path) -> None:
    assert interpreter(None, tmp_path) == sys.executable


def test_a_path_counts_from_the_root_and_is_not_resolved(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    link = tmp_path / ".venv" / "bin" / "python"
    link.symlink_to(sys.executable)
    assert interpreter(".venv/bin/python", tmp_path) == str(link)
    assert interpreter(str(link), Path("/")) == str(link)


def test_a_bare_name_is_looked_up_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pythonish"
    program.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreter("pythonish", tmp_path / "root") == str(program)


def test_an_interpreter_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no interpreter '.venv/bin/python'") as caught:
        interpreter(".venv/bin/python", tmp_path)
    assert caught.value.problems[0].place.key == "train.python"


def test_probing_for_real(tmp_path: Path) -> None:
    found = probe(None, root=tmp_path, work=tmp_path / "work")
    assert found.python == ".".join(map(str, sys.version_info[:3]))
    lines = found.lock.splitlines()
    names = [line.split("==")[0] for line in lines]
    assert names == sorted(set(names))
    assert any(line.startswith("scikit-learn==1.") for line in lines)
    require_packages(found)


def test_an_environment_without_what_the_worker_needs() -> None:
    bare = Environment(interpreter="/some/python", python="3.12.0", packages={"numpy": "2.0"})
    with pytest.raises(ConfigError, match="has no pandas, scikit-learn, skops") as caught:
        require_packages(bare)
    assert caught.value.problems[0].fix == "install them there: /some/python -m pip install pandas scikit-learn skops"


def test_something_that_is_no_python(tmp_path: Path, repository: Callable[..., Path]) -> None:
    root = repository(fake="#!/bin/sh\necho I am no Python\nexit 4\n")
    (root / "fake").chmod(0o755)
    with pytest.raises(TrainingError, match=r"ended with exit code 4.*\n  \| I am no Python"):
        probe("fake", root=root, work=tmp_path / "work")

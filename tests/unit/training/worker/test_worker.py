from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelbout.training import worker
from modelbout.training.errand import WORKER
from tests.unit.training.worker.play import job

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = Path(worker.__file__).parent
MODULES = sorted(HOME.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(HOME).as_posix())
def test_the_worker_is_python_3_9_and_asks_nothing_of_modelbout(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not [name for name in names if name.startswith("modelbout")]


def test_nothing_beside_its_start_shadows_the_standard_library() -> None:
    # Python looks there until __main__.py has taken the directory off the path.
    assert not {path.stem for path in HOME.glob("*.py")} & sys.stdlib_module_names


def test_its_modules_do_not_shadow_the_users(repository: Callable[..., Path], tmp_path: Path) -> None:
    source = """
        import sys
        import answers, frames, jobs
        def build():
            known = sorted(name for name in sys.modules if name.startswith("modelbout"))
            raise RuntimeError(f"{answers.mine} {frames.mine} {jobs.mine} {known[0]}")
        """
    mine = "mine = 'mine'\n"
    root = repository(score_py=source, answers_py=mine, frames_py=mine, jobs_py=mine)
    (tmp_path / "job.json").write_text(json.dumps(job(tmp_path, root, estimator="score:build")))
    command = [sys.executable, str(WORKER), str(tmp_path / "job.json")]
    done = subprocess.run(command, check=False, capture_output=True)
    found = json.loads((tmp_path / "result.json").read_text())["found"]
    assert "RuntimeError: mine mine mine modelbout_worker" in found
    assert done.returncode == 1

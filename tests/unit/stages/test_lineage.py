from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from modelbout.stages import train as stage
from modelbout.stages.workspace import open_workspace, run_url
from tests.tools import need

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}}
train: {estimator: "p:b"}
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.org")
    (tmp_path / "a.txt").write_text("one\n", encoding="utf-8")
    program = need("git", how="install git")
    for words in (["init", "-q"], ["add", "a.txt"], ["commit", "-qm", "first"]):
        subprocess.run([program, "-C", str(tmp_path), *words], check=True)
    return tmp_path


def test_a_commit_is_named_and_changes_are_seen(checkout: Path) -> None:
    commit, dirty = stage.revision(checkout)
    assert commit is not None
    assert len(commit) == 40
    assert dirty is False
    (checkout / "new.txt").write_text("untracked files change no model\n", encoding="utf-8")
    assert stage.revision(checkout) == (commit, False)
    (checkout / "a.txt").write_text("two\n", encoding="utf-8")
    assert stage.revision(checkout) == (commit, True)


def test_without_a_repository_or_git_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert stage.revision(tmp_path) == (None, None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("git") is None
    assert stage.git(tmp_path, "--version") is None


def test_a_registry_that_cannot_be_read_gives_no_parents(tmp_path: Path) -> None:
    (tmp_path / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / ".modelbout").mkdir()
    work = open_workspace(tmp_path / "modelbout.yaml", None)
    assert stage.parents(work, None) == ()
    (tmp_path / ".modelbout" / "registry").write_text("a file", encoding="utf-8")
    assert stage.parents(work, None) == ()


def test_the_run_is_named_on_github_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"):
        monkeypatch.delenv(f"GITHUB_{name}", raising=False)
    assert run_url() is None
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "a/b")
    assert run_url() is None
    monkeypatch.setenv("GITHUB_RUN_ID", "7")
    assert run_url() == "https://github.example/a/b/actions/runs/7"

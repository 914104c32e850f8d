from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from modelbout.github.checkout import checkout_tree

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *who, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "pipeline.py").write_text("seed = 7\n", encoding="utf-8")
    git(folder, "add", "pipeline.py")
    git(folder, "commit", "--quiet", "-m", "First")
    return folder


def test_the_tree_of_the_commit_that_is_checked_out(clone: Path) -> None:
    assert checkout_tree(clone) == git(clone, "rev-parse", "HEAD^{tree}")
    (clone / "models").mkdir()
    assert checkout_tree(clone / "models") == checkout_tree(clone)


def test_the_same_files_are_the_same_tree_in_another_commit(clone: Path) -> None:
    before = checkout_tree(clone)
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "Merge")
    assert checkout_tree(clone) == before


def test_what_git_does_not_know_is_no_change(clone: Path) -> None:
    before = checkout_tree(clone)
    (clone / ".modelbout").mkdir()
    (clone / ".modelbout" / "bout.json").write_text("{}", encoding="utf-8")
    assert checkout_tree(clone) == before


def test_changed_files_have_no_tree(clone: Path) -> None:
    (clone / "pipeline.py").write_text("seed = 8\n", encoding="utf-8")
    assert checkout_tree(clone) is None
    git(clone, "add", "pipeline.py")
    assert checkout_tree(clone) is None
    (clone / "pipeline.py").unlink()
    assert checkout_tree(clone) is None


def test_no_repository_no_commit_or_no_folder_has_no_tree(tmp_path: Path) -> None:
    assert checkout_tree(tmp_path) is None
    git(tmp_path, "init", "--quiet")
    assert checkout_tree(tmp_path) is None
    assert checkout_tree(tmp_path / "none") is None


def test_no_git_has_no_tree(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(clone / "empty"))
    assert checkout_tree(clone) is None


def test_a_repository_that_the_environment_names_is_not_asked(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(clone / ".git"))
    assert checkout_tree(clone.parent) is None


def test_nothing_that_the_repository_names_is_started(clone: Path) -> None:
    mark = clone.parent / "started"
    git(clone, "config", "core.fsmonitor", f"touch {mark}; false")
    assert checkout_tree(clone) is not None
    assert not mark.exists()

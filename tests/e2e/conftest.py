"""Fixtures of the whole workflow runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.act import Act
from tests.e2e.world import World
from tests.github_server.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
# What the actions need of a checkout; act packs the whole directory for every step.
SUITE = ("action.yml", "actions", "requirements", "src", "pyproject.toml", "README.md", "LICENSE", ".github")


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what git knows of our actions, as a checkout of the pinned commit would hold it."""
    into = tmp_path_factory.mktemp("suite")
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *SUITE]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)
    return into


@pytest.fixture
def world(tmp_path: Path, suite: Path) -> Iterator[World]:
    """A GitHub of its own with an empty repository, and act."""
    act = Act.found(suite, tmp_path)
    with Server() as server:
        repo = server.github.repository("octo/shop", files={"README.md": "# shop\n"})
        person = server.github.token(login="octo").value
        yield World(server, repo, act, person, tmp_path)
    server.check()

"""Fixtures of the whole workflow runs."""

from __future__ import annotations

import compileall
import copy
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import TYPE_CHECKING

import pytest

from tests.e2e.act import Act
from tests.e2e.shop import small
from tests.e2e.world import World
from tests.github_server.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.github_server.state import GitHub

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
    # Once here instead of in each job; never held against the source, as act gives every copy another date.
    compileall.compile_dir(into / "src", quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return into


@pytest.fixture
def world(tmp_path: Path, suite: Path) -> Iterator[World]:
    """A GitHub of its own with an empty repository, and act."""
    with opened(tmp_path, suite) as made:
        yield made


@pytest.fixture(scope="session")
def crowned(tmp_path_factory: pytest.TempPathFactory, suite: Path) -> GitHub:
    """A shop whose first model has gone through a pull request and a merge: played once for all tests."""
    with opened(tmp_path_factory.mktemp("crowned"), suite) as world:
        world.push(small(), "main")
        pull = world.open_pull({"NOTES.md": "The first model.\n"}, "first")
        run = world.bout(pull)
        assert run.results == {"bout": "success", "report": "success"}, run.text
        run = world.pushed(world.merge(pull))
        assert run.results == {"judged": "success", "bout": "skipped", "winner": "skipped"}, run.text
        assert world.ledger("shop") == [("register", "v1.0.0"), ("promote", "v1.0.0")]
        return world.server.github


@pytest.fixture
def champion(world: World, crowned: GitHub) -> World:
    """The same shop on the test's own GitHub."""
    fresh: dict[int, object] = {id(crowned.lock): threading.RLock()}  # a lock cannot be copied
    world.server.github = world.server.app.github = copy.deepcopy(crowned, fresh)
    found = world.server.github.find(world.repo.full_name)
    assert found is not None
    world.repo, world.person = found, world.server.github.token(login="octo").value
    return world


@contextmanager
def opened(scratch: Path, suite: Path) -> Iterator[World]:
    act = Act.found(suite, scratch)
    with Server() as server:
        repo = server.github.repository("octo/shop", files={"README.md": "# shop\n"})
        yield World(server, repo, act, server.github.token(login="octo").value, scratch)
    server.check()

"""The configurations that a promotion needs: from the checkout, or from GitHub when the job has none.

A job with a writing token is safer without the repository's files: of each model it needs one file.
"""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from modelbout.config.model import CONFIG_FILE
from modelbout.config.paths import has_glob
from modelbout.errors import ConfigError, Place, Problem, RegistryError
from modelbout.github.api.commits import Commits
from modelbout.github.api.contents import read_file
from modelbout.github.api.errors import MissingError
from modelbout.stages.workspace import RUN, open_workspace, unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.github.api.session import Session
    from modelbout.github.job import Job
    from modelbout.stages.workspace import Workspace

KEY = "config"


def workspaces(job: Job) -> tuple[tuple[str, Workspace], ...]:
    """Return the models that the input ``config`` names: from the checkout, else from GitHub at the run's commit.

    Each comes with the path of its configuration from the root of the repository.

    Raises:
        ConfigError: a configuration is missing or wrong.
        GitHubError: GitHub cannot be asked.
    """
    paths = job.inputs.lines(KEY) or (CONFIG_FILE,)
    if here(paths, job.here):
        return tuple(zip(map(job.path, job.configs), job.workspaces, strict=True))
    into = Path(tempfile.mkdtemp(prefix="modelbout-", dir=job.runner.temp))
    return tuple(zip(paths, fetched(job.session, paths, commit=job.runner.sha, into=into), strict=True))


def fetched(session: Session, paths: Sequence[str], *, commit: str, into: Path) -> tuple[Workspace, ...]:
    """Return the workspaces of some configurations, read from GitHub as they are at a commit.

    Args:
        session: the repository.
        paths: of the configurations, from the root of the repository, with forward slashes.
        commit: whose files are read.
        into: an empty directory, where they and the run directories are laid out.

    Raises:
        ConfigError: a path is none, a pattern, or leads to nothing; or the file is no configuration.
        GitHubError: GitHub cannot be asked.
    """
    made = []
    for path in paths:
        _require_plain(path)
        try:
            content = read_file(session, path, commit)
        except MissingError:
            # GitHub hides what a token may not see behind the same answer: then this raises, and blames no input.
            Commits(session).get(commit)
            raise ConfigError(
                Problem(
                    found=f"there is no {path} at {commit[:7]}",
                    allowed="the path of a modelbout.yaml from the root of the repository",
                    fix="correct the input `config`",
                    place=Place(key=KEY),
                )
            ) from None
        file = into.joinpath(*PurePosixPath(path).parts)
        try:
            # Paths in the configuration may go up to the repository's root, which this marks.
            (into / ".git").mkdir(parents=True, exist_ok=True)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        except OSError as error:
            raise RegistryError(unwritable(file, error)) from error
        made.append(open_workspace(file, file.parent / RUN))
    return tuple(made)


def here(paths: Sequence[str], root: Path) -> bool:
    """Return whether the configurations lie in the checkout; a pattern can only be looked up there."""
    return any(has_glob(path) or (root / path).is_file() for path in paths)


def _require_plain(path: str) -> None:
    parts = PurePosixPath(path).parts
    if path and not path.startswith("/") and "\\" not in path and path.isprintable() and ".." not in parts:
        return
    raise ConfigError(
        Problem(
            found=f"{path!r} is no path in the repository",
            allowed="a path from its root, such as `models/churn/modelbout.yaml`",
            fix="correct the input `config`",
            place=Place(key=KEY),
        )
    )

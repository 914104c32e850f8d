"""What every action works with: inputs, the job around it, what the event asks for, GitHub, the models."""

from __future__ import annotations

import glob
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.catalogue import did_you_mean
from modelbout.config.model import CONFIG_FILE
from modelbout.errors import ConfigError, Place, Problem, cause
from modelbout.github.api.credentials import OWN_VARIABLE, TOKEN_VARIABLES, token
from modelbout.github.context import Plan, decide
from modelbout.github.inputs import TOKEN, Inputs, take
from modelbout.github.outputs import Outputs
from modelbout.github.runner import Runner, read_payload, read_runner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from modelbout.github.api.session import Session
    from modelbout.progress import Progress
    from modelbout.stages.workspace import Workspace

CONFIGS_LIMIT = 256
"""Models of one step: as many as a matrix has jobs (docs.github.com, "Usage limits")."""

GITHUB = "github"
PYTHON = "python"
PYTHONS = ("python", "python3")  # some systems have only the second
PYTHON_VARIABLE = "MODELBOUT_PYTHON"  # of training/environment.py, which is not loaded for a report


@dataclass(frozen=True)
class Job:
    """One step of a job.

    Attributes:
        inputs: the action's inputs.
        runner: the job as its environment describes it.
        payload: the event that started the run.
        plan: what the event asks for.
        progress: who watches.
        outputs: the step's outputs.
        say: prints one line of the log.
        here: the directory from which paths are read.
        token: for GitHub's API; never shown.
    """

    inputs: Inputs
    runner: Runner
    plan: Plan
    progress: Progress
    outputs: Outputs
    say: Callable[[str], object]
    here: Path
    payload: Mapping[str, object] = field(default_factory=dict, repr=False)
    token: str | None = field(default=None, repr=False)

    @property
    def dry_run(self) -> bool:
        """Return whether writes are told instead of made."""
        return self.inputs.flag("dry-run", default=False)

    @cached_property
    def session(self) -> Session:
        """Open the session with this repository, once; nothing is asked before it is used."""
        from modelbout.github.api.session import connect  # noqa: PLC0415 -- a step that asks nothing loads no client

        return connect(
            repository=self.runner.repository,
            api_url=self.runner.api_url,
            server_url=self.runner.server_url,
            token=self.token,
            dry_run=self.say if self.dry_run else None,
        )

    @cached_property
    def registry_address(self) -> str | None:
        """Return the registry: this repository's releases, another repository's, or a directory.

        Raises:
            ConfigError: in a workflow, a directory that is not there: on a fresh runner a slip of the pen would look
                like a registry without champions, and the next bout would be a first one.
        """
        in_workflow = self.runner.run_id is not None
        address = self.inputs.text("registry", GITHUB if in_workflow else "")
        if address == GITHUB:
            return f"{GITHUB}:{self.runner.repository}"
        is_path = "://" not in address and not address.lower().startswith(f"{GITHUB}:")
        if in_workflow and is_path and not (self.here / address).is_dir():
            raise ConfigError(
                Problem(
                    found=f"there is no registry {cause(repr(address), limit=80)}: it is no directory here."
                    f"{did_you_mean(address, (GITHUB,))}",
                    allowed="`github`, `github:owner/name`, or a directory that exists",
                    fix="correct `registry:`, or make the directory first when this is to be a new registry",
                    place=Place(key="registry"),
                )
            )
        return address or None

    @cached_property
    def configs(self) -> tuple[Path, ...]:
        """Return the configurations that the input ``config`` names: paths or globs, one a line, each once.

        Raises:
            ConfigError: a glob finds nothing, or they are more than ``CONFIGS_LIMIT``.
        """
        found: list[Path] = []
        for line in self.inputs.lines("config") or (CONFIG_FILE,):
            plain = self.here / line
            if plain.is_file() or not glob.has_magic(line):
                found.append(plain)
                continue
            matches = sorted(glob.glob(line, root_dir=self.here, recursive=True))  # noqa: PTH207 -- Path.glob refuses absolute patterns
            if not matches:
                raise ConfigError(
                    Problem(
                        found=f"no file matches {line!r}",
                        allowed="paths and globs that find a configuration, one a line",
                        fix="correct `config:`; is the repository checked out?",
                        place=Place(key="config"),
                    )
                )
            found += [self.here / match for match in matches]
        once = tuple(dict.fromkeys(found))
        if len(once) > CONFIGS_LIMIT:
            problem = Problem(
                found=f"`config` names {len(once)} files",
                allowed=f"at most {CONFIGS_LIMIT}",
                fix="name fewer of them",
                place=Place(key="config"),
            )
            raise ConfigError(problem)
        return once

    @cached_property
    def workspaces(self) -> tuple[Workspace, ...]:
        """Open the workspace of each model, its run directory beside its configuration.

        Raises:
            ConfigError: a configuration is missing or wrong, or two are of one model.
        """
        from modelbout.stages.workspace import open_workspace  # noqa: PLC0415 -- reads YAML: not every step needs that

        works = tuple(open_workspace(path, None) for path in self.configs)
        seen: dict[str, Path] = {}
        for work, path in zip(works, self.configs, strict=True):
            twin = seen.setdefault(work.config.model, path)
            if twin != path:
                fix = "give each model a name of its own: it stands in tags, comments and the ledger"
                found = f"the model {work.config.model!r} has a second configuration, {twin}"
                raise ConfigError(Problem(found=found, fix=fix, place=Place(file=str(path), key="model")))
        return works

    def path(self, path: Path) -> str:
        """Return a path as people name it: from the workspace where it is below, with forward slashes."""
        root = self.runner.workspace or self.here
        try:
            return path.resolve().relative_to(root.resolve()).as_posix()
        except ValueError:
            return path.as_posix()


def open_job(environ: MutableMapping[str, str], *, progress: Progress, say: Callable[[str], object]) -> Job:
    """Return the job that the environment describes; the tokens are taken out of the environment.

    Raises:
        ConfigError: the inputs or the event cannot be read.
    """
    inputs = take(environ)
    runner = read_runner(environ)
    given = inputs.secret(TOKEN) or token(environ)
    for name in TOKEN_VARIABLES:
        environ.pop(name, None)
    if given is not None:
        # The registry is opened by its address alone and finds the token here; children are started without it.
        environ[OWN_VARIABLE] = given
    # The job's own Python, as its PATH finds it: ours lies elsewhere and is not for the user's code.
    theirs = inputs.text(PYTHON) or next(filter(shutil.which, PYTHONS), None)
    if theirs is not None:
        environ[PYTHON_VARIABLE] = theirs
    payload = read_payload(runner.event_path)
    plan = decide(runner.event_name or None, payload, repository=runner.repository, sha=runner.sha, ref=runner.ref)
    return Job(
        inputs=inputs,
        runner=runner,
        plan=plan,
        progress=progress,
        outputs=Outputs(runner.output),
        say=say,
        here=Path.cwd(),
        payload=payload,
        token=given,
    )

"""The job as its environment describes it, read once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKFLOW_SEPARATOR = "@"
SERVER_URL = "https://github.com"
API_URL = "https://api.github.com"


@dataclass(frozen=True)
class Runner:
    """What GitHub tells every step by environment variables; each part may be missing outside of GitHub.

    Attributes:
        repository: ``owner/name`` of the repository whose workflow runs.
        server_url: where people look, such as ``https://github.com``; no slash at its end.
        api_url: where programs ask, such as ``https://api.github.com``; no slash at its end.
        event_name: what started the run, such as ``pull_request``.
        event_path: the file with the event's payload.
        sha: the commit that is checked out by default.
        ref: the ref that started the run, such as ``refs/heads/main``.
        run_id: the run's number; None outside of a run.
        run_attempt: counted from 1.
        workflow_ref: ``owner/name/.github/workflows/x.yml@refs/heads/main``.
        actor: who started it.
        workspace: where the repository is checked out.
        temp: a directory that is emptied after the job.
        summary: the file that becomes the job's summary.
        output: the file that takes the step's outputs.
    """

    repository: str = ""
    server_url: str = SERVER_URL
    api_url: str = API_URL
    event_name: str = ""
    event_path: Path | None = None
    sha: str = ""
    ref: str = ""
    run_id: int | None = None
    run_attempt: int = 1
    workflow_ref: str = ""
    actor: str = ""
    workspace: Path | None = None
    temp: Path | None = None
    summary: Path | None = None
    output: Path | None = None

    @property
    def run_url(self) -> str | None:
        """Return the address of the workflow run."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}" if self.run_id else None

    @property
    def workflow_path(self) -> str:
        """Return the path of the workflow's file in its repository, such as ``.github/workflows/modelbout.yml``."""
        path = self.workflow_ref.partition(WORKFLOW_SEPARATOR)[0]
        return path.removeprefix(f"{self.repository}/")


def read_runner(environ: Mapping[str, str]) -> Runner:
    """Return what the environment says; what it does not say, or says in another form, stays at its default."""

    def text(name: str) -> str:
        return environ.get(name, "").strip()

    def path(name: str) -> Path | None:
        return Path(text(name)) if text(name) else None

    return Runner(
        repository=text("GITHUB_REPOSITORY"),
        server_url=text("GITHUB_SERVER_URL").rstrip("/") or SERVER_URL,
        api_url=text("GITHUB_API_URL").rstrip("/") or API_URL,
        event_name=text("GITHUB_EVENT_NAME"),
        event_path=path("GITHUB_EVENT_PATH"),
        sha=text("GITHUB_SHA"),
        ref=text("GITHUB_REF"),
        run_id=_counted(text("GITHUB_RUN_ID")),
        run_attempt=_counted(text("GITHUB_RUN_ATTEMPT")) or 1,
        workflow_ref=text("GITHUB_WORKFLOW_REF"),
        actor=text("GITHUB_ACTOR"),
        workspace=path("GITHUB_WORKSPACE"),
        temp=path("RUNNER_TEMP"),
        summary=path("GITHUB_STEP_SUMMARY"),
        output=path("GITHUB_OUTPUT"),
    )


def read_payload(file: Path | None) -> Mapping[str, object]:
    """Return the event's payload; empty when there is no such file or it holds no JSON object.

    An empty payload is no error here: what it does not say leads ``context.decide`` to the careful choice.
    """
    if file is None:
        return {}
    try:
        payload = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _counted(text: str) -> int | None:
    """Return a number from 1 on, or None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None

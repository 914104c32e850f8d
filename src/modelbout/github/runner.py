"""The job as its environment describes it, read once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 -- a field's type, and dataclasses are inspected

WORKFLOW_SEPARATOR = "@"


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
    server_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
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

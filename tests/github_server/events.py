"""What GitHub sends when something has happened: payloads of events, made from the server's own records."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.github_server.records import WorkflowRun


def run_completed(run: WorkflowRun, *, repository: str) -> dict[str, object]:
    """Return the event that a run has ended; GitHub names no pull request of a fork in it."""
    source = run.head_repo.full_name if run.head_repo else None
    return {
        "action": "completed",
        "repository": {"full_name": repository, "default_branch": "main"},
        "workflow_run": {
            "id": run.id,
            "event": run.event,
            "conclusion": run.conclusion,
            "head_sha": run.head_sha,
            "head_branch": run.head_branch,
            "head_repository": source and {"full_name": source},
            "repository": {"full_name": repository},
            "pull_requests": [],
        },
    }

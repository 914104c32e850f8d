"""Models whose loading may run code: the user must trust them, and the job must not be able to write anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from modelbout.errors import ConfigError, Place, Problem
from modelbout.training.worker.formats import RUN_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.manifest import ScorerKind

KEY = "train.trust"
PICKLE = "pickle"
MAX_WORKFLOW_BYTES = 512 * 1024  # GitHub's own limit for a workflow file
HARMLESS = frozenset({"read", "none"})
# Events whose checkout holds the workflow that runs; in others it may be a stranger's.
KNOWN_EVENTS = frozenset({"merge_group", "pull_request", "push", "schedule", "workflow_dispatch"})


def require_trust(kind: ScorerKind, trust: str | None, environment: Mapping[str, str] | None = None) -> None:
    """Refuse a model that may run code, unless the user trusts it and this job's token can write nothing.

    Args:
        kind: how the model is scored.
        trust: ``train.trust``.
        environment: the variables of this process; default: ``os.environ``.

    Raises:
        ConfigError: it may not be loaded here.
    """
    if kind not in RUN_CODE:
        return
    if trust != PICKLE:
        raise ConfigError(
            Problem(
                found=f"a model of the kind {kind} may run code when it is loaded",
                allowed="models whose files hold data only, or `trust: pickle`",
                fix="say `trust: pickle` under `train:` when you trust everybody who can make such a model, or write"
                " it in another format (docs/scorers/README.md)",
                place=Place(key=KEY),
            )
        )
    reason = may_write(os.environ if environment is None else environment)
    if reason:
        raise ConfigError(
            Problem(
                found=f"a model of the kind {kind} may run code when it is loaded, and {reason}",
                allowed="a job whose `permissions:` are all `read` or `none`",
                fix="train and compare in a job of its own with `permissions: {contents: read}`, and let a second one"
                " report (docs/workflows.md)",
                place=Place(key=KEY),
            )
        )


def may_write(environment: Mapping[str, str]) -> str:
    """Return why this job's token may write, or why nobody knows; empty when it cannot, and outside GitHub Actions.

    No variable says it, so the permissions are read where they are granted: in the job of the workflow's file.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        return ""
    if environment.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
        return "this job can ask for tokens to other services (`id-token: write`)"
    event = environment.get("GITHUB_EVENT_NAME", "")
    if event not in KNOWN_EVENTS:
        return f"what its token may do is not known under the event {event or 'of this run'}"
    return _grants(_workflow(environment), environment.get("GITHUB_JOB", ""))


def _grants(workflow: Mapping[object, object], job: str) -> str:
    """Return what the running job may write by its workflow; empty when nothing.

    A job of a reusable workflow runs under the name that it has there, with at most the rights of the job that calls
    it. So the jobs that call one count as well.
    """
    jobs = workflow.get("jobs")
    found = jobs if isinstance(jobs, dict) else {}
    may_be = [one for name, one in found.items() if name == job or (isinstance(one, dict) and "uses" in one)]
    if not may_be:
        return "the workflow of this job cannot be read"
    default = workflow.get("permissions")
    reasons = (_writes(one.get("permissions", default) if isinstance(one, dict) else None) for one in may_be)
    return next((reason for reason in reasons if reason), "")


def _writes(granted: object) -> str:
    if granted == "read-all":
        return ""
    if not isinstance(granted, dict):
        return "its workflow grants everything" if granted == "write-all" else "its workflow names no `permissions:`"
    writable = sorted(str(name) for name, right in granted.items() if right not in HARMLESS)
    return f"its workflow grants more than reading: {writable[0]}" if writable else ""


def _workflow(environment: Mapping[str, str]) -> dict[object, object]:
    """Return the content of the workflow's file in the checkout; empty when there is none that can be read."""
    repository = environment.get("GITHUB_REPOSITORY", "")
    reference = environment.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    home = Path(environment.get("GITHUB_WORKSPACE", ""))
    if not repository or not reference.startswith(f"{repository}/.github/workflows/"):
        return {}
    path = home / reference.removeprefix(f"{repository}/")
    try:
        if path.stat().st_size > MAX_WORKFLOW_BYTES:
            return {}
        read = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}

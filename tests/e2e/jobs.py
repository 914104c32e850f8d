"""Cut one job out of a workflow, with what the jobs before it answered.

act gives every job the same token and obeys no ``permissions``. GitHub gives each job a token of its own; so each job
is run alone, with a token that may do what the job's ``permissions`` say and nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Json = dict[str, Any]
RECORDER = "e2e-recorder"
PLATFORM = "ubuntu-latest"


@dataclass(frozen=True)
class Done:
    """How a job ended.

    Attributes:
        result: success, failure or skipped.
        outputs: its outputs by name.
    """

    result: str
    outputs: Mapping[str, str] = field(default_factory=dict)


def parse(text: str) -> Json:
    """Read a workflow; YAML 1.1 reads the key ``on`` as true."""
    read: dict[object, Any] = yaml.safe_load(text)
    return {"on" if key is True else str(key): value for key, value in read.items()}


def needed(job: Json) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)


def in_order(workflow: Json) -> list[str]:
    """Return the names of all jobs, each behind those that it needs."""
    jobs, order = workflow["jobs"], list[str]()
    while len(order) < len(jobs):
        ready = [name for name in jobs if name not in order and set(needed(jobs[name])) <= set(order)]
        assert ready, "the jobs need each other in a circle"
        order += ready
    return order


def alone(workflow: Json, name: str, done: Mapping[str, Done], answer: Path) -> str:
    """Return the workflow with one job as it stands, the jobs before it played back, and a recorder behind it."""
    told = {before: _played(done[before]) for before in needed(workflow["jobs"][name])}
    recorder = {
        "needs": name,
        "if": "always()",
        "runs-on": PLATFORM,
        "env": {"NEEDS": "${{ toJSON(needs) }}", "ANSWER": str(answer)},
        "steps": [{"run": 'printf "%s" "$NEEDS" > "$ANSWER"'}],
    }
    jobs = {**told, name: workflow["jobs"][name], RECORDER: recorder}
    return yaml.safe_dump({**workflow, "jobs": jobs}, sort_keys=False)


def recorded(answer: Path, name: str) -> Done:
    """Read what the recorder wrote."""
    read = json.loads(answer.read_text(encoding="utf-8"))[name]
    return Done(read["result"], {key: str(value) for key, value in (read["outputs"] or {}).items()})


def granted(workflow: Json, name: str, *, fork: bool) -> dict[str, str]:
    """Return the permissions of a job's token; a pull request from a fork never gets more than to read."""
    asked = workflow["jobs"][name].get("permissions", workflow.get("permissions"))
    assert isinstance(asked, dict), f"the job {name} should list its permissions"
    return {area.replace("-", "_"): "read" if fork else level for area, level in asked.items()}


def _played(done: Done) -> Json:
    if done.result == "skipped":
        return {"if": "false", "runs-on": PLATFORM, "steps": [{"run": "true"}]}
    lines = [f'echo "{key}=${{E2E_{key.upper()}}}" >> "$GITHUB_OUTPUT"' for key in done.outputs]
    return {
        "runs-on": PLATFORM,
        "outputs": {key: f"${{{{ steps.told.outputs.{key} }}}}" for key in done.outputs},
        "steps": [
            {
                "id": "told",
                "env": {f"E2E_{key.upper()}": value for key, value in done.outputs.items()},
                "run": "\n".join([*lines, "exit 0" if done.result == "success" else "exit 1"]),
            }
        ],
    }

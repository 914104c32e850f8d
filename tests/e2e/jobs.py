"""Cut one job out of a workflow, with what the jobs before it answered.

act gives every job the same token and obeys no ``permissions``. GitHub gives each job a token of its own; so each job
is run alone, with a token that may do what the job's ``permissions`` say and nothing else. A workflow that is called is
taken apart in the same way, with its inputs filled in: act gives up a run as soon as a called workflow fails.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import product
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


def recorded(answer: Path) -> Done:
    """Read what the recorder wrote."""
    (read,) = json.loads(answer.read_text(encoding="utf-8")).values()
    return Done(read["result"], {key: str(value) for key, value in (read["outputs"] or {}).items()})


def granted(workflow: Json, name: str, ceiling: Mapping[str, str] | None) -> dict[str, str]:
    """Return the permissions of a job's token, in the API's words; a caller's rights are the ceiling of the called."""
    asked = workflow["jobs"][name].get("permissions", workflow.get("permissions"))
    assert isinstance(asked, dict), f"the job {name} should list its permissions"
    rights = {area.replace("-", "_"): str(level) for area, level in asked.items()}
    if ceiling is not None:
        # GitHub refuses to start such a workflow at all.
        beyond = {area for area, level in rights.items() if ceiling.get(area) not in (level, "write")}
        assert not beyond, f"{name} asks for more than its caller has: {beyond}"
    return rights


def legs(job: Json) -> list[dict[str, str]]:
    """Return the values of each leg of a job's matrix; one empty leg without a matrix."""
    matrix = job.get("strategy", {}).get("matrix", {})
    named = [[(key, str(value)) for value in values] for key, values in matrix.items() if key != "include"]
    crossed = [dict(leg) for leg in product(*named)] if named else []
    return crossed + list(matrix.get("include", [])) or [{}]


def probe(workflow: Json, name: str, done: Mapping[str, Done], leg: Mapping[str, str], answer: Path) -> str:
    """Return the workflow with a job that calls another one cut down to its condition and what it hands over."""
    job = workflow["jobs"][name]
    given = filled(job.get("with", {}), "matrix", leg)
    kept = {key: job[key] for key in ("needs", "if") if key in job}
    asked = {**kept, "runs-on": PLATFORM, "outputs": given, "steps": [{"run": "true"}]}
    return alone({**workflow, "jobs": {**workflow["jobs"], name: asked}}, name, done, answer)


def called(text: str, caller: Json, given: Mapping[str, str]) -> tuple[Json, dict[str, str]]:
    """Read a workflow that is called: its jobs with the inputs filled in, and its outputs as expressions."""
    workflow = parse(text)
    declared = (workflow["on"] if isinstance(workflow["on"], dict) else {}).get("workflow_call") or {}
    inputs = declared.get("inputs", {})
    assert set(given) <= set(inputs), f"unknown inputs: {set(given) - set(inputs)}"
    assert all(key in given for key, told in inputs.items() if told.get("required")), "an input is missing"
    values = {key: given.get(key, told.get("default", "")) for key, told in inputs.items()}
    outputs = {key: told["value"].replace("jobs.", "needs.") for key, told in declared.get("outputs", {}).items()}
    # The event is the caller's.
    return {**workflow, "on": caller["on"], "jobs": filled(workflow["jobs"], "inputs", values)}, outputs


def gathered(caller: Json, outputs: Mapping[str, str], done: Mapping[str, Done], answer: Path) -> str:
    """Return a workflow that works out what a called workflow answers."""
    last = {
        "needs": list(done),
        "if": "always()",
        "runs-on": PLATFORM,
        "outputs": dict(outputs),
        "steps": [{"run": "true"}],
    }
    return alone(
        {"name": "answers", "on": caller["on"], "jobs": {**caller["jobs"], "answers": last}}, "answers", done, answer
    )


def whole(done: Mapping[str, Done]) -> str:
    """Return how a workflow ended whose jobs ended like this."""
    results = {one.result for one in done.values()}
    return "failure" if "failure" in results else "success" if "success" in results else "skipped"


def filled(part: Any, context: str, values: Mapping[str, object]) -> Any:
    """Return a part of a workflow with ``inputs.x`` or ``matrix.x`` as literals, in its expressions."""
    if isinstance(part, dict):
        return {key: filled(value, context, values) for key, value in part.items()}
    if isinstance(part, list):
        return [filled(value, context, values) for value in part]
    if not isinstance(part, str):
        return part
    mark = re.compile(rf"\b{context}\.([\w-]+)")

    def literal(found: re.Match[str]) -> str:
        return "'" + str(values[found[1]]).replace("'", "''") + "'"

    return re.sub(r"\$\{\{.*?\}\}", lambda found: mark.sub(literal, found[0]), part) if values else part


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

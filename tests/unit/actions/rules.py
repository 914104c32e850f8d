"""Faults of actions and workflows that no linter looks for: names that nobody declares, steps and paths that are not.

GitHub takes a misspelt ``inputs.x`` or ``steps.x.outputs.y`` for an empty text and goes on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.unit.actions.code import Said

Json = dict[str, Any]
SET_UP, SETS = "set-up", ("python",)
HERE = "$GITHUB_ACTION_PATH/"
US = "modelbout/modelbout"
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_INPUT = re.compile(r"\binputs\.([\w-]+)")
_STEP = re.compile(r"\bsteps\.([\w-]+)\.outputs\.([\w-]+)")
_NEED = re.compile(r"\bneeds\.([\w-]+)\.outputs\.([\w-]+)")
_PATH = re.compile(r"\$GITHUB_ACTION_PATH/([\w./-]+)")
_KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")


def load(path: Path) -> Json:
    """Read YAML in which the key ``on`` is a word, and no key stands twice."""
    loaded: Json = yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)  # noqa: S506 -- a SafeLoader
    return loaded


def expressions(part: object) -> Iterator[str]:
    """Yield what stands in ``${{ }}`` anywhere below; a condition is an expression as a whole."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from [value] if key == "if" and isinstance(value, str) else expressions(value)
    elif isinstance(part, list):
        for value in part:
            yield from expressions(value)
    elif isinstance(part, str):
        yield from _EXPRESSION.findall(part)


def action_faults(path: Path, said: Said) -> list[str]:
    """Return what is wrong with an ``action.yml``, held against what its code says."""
    try:
        action = load(path)
    except yaml.YAMLError as error:
        return [" ".join(str(error).split())]
    inputs, outputs = action.get("inputs", {}), action.get("outputs", {})
    runs = action.get("runs", {})
    steps = runs.get("steps", [])
    used = {name for text in expressions(runs) for name in _INPUT.findall(text)}
    faults = [f"the input {name} is used and not declared" for name in sorted(used - set(inputs))]
    faults += [f"the input {name} is read by the code and not declared" for name in sorted(said.own - set(inputs))]
    faults += [f"the input {name} is declared and nobody reads it" for name in sorted(set(inputs) - used - said.reads)]
    faults += [
        f"the {kind} {name} is no kebab-case, or has no description"
        for kind, known in (("input", inputs), ("output", outputs))
        for name, about in known.items()
        if not _KEBAB.fullmatch(str(name)) or not about.get("description")
    ]
    if runs.get("using") != "composite":
        faults.append("it is no composite action")
    ends = {steps[-1]["id"]: said.sets} if steps and "id" in steps[-1] else {}
    known = {SET_UP: frozenset(SETS), **ends}
    for number, step in enumerate(steps):
        before = {one.get("id") for one in steps[:number]}
        faults += _step_faults(step, path.parent)
        faults += _outputs_faults(step, before, known)
    everywhere = {one.get("id") for one in steps}
    for name, about in outputs.items():
        value = str(about.get("value", ""))
        faults += _outputs_faults(value, everywhere, known)
        if not _STEP.search(value):
            faults.append(f"the output {name} comes from no step")
    return faults


def _step_faults(step: Json, place: Path) -> list[str]:
    if "uses" in step:
        return [f"a step uses {step['uses']}: nothing foreign runs inside of our actions"]
    run = step.get("run", "")
    faults = []
    if step.get("shell") != "bash":
        faults.append("a step has no `shell: bash`")
    if not run.strip() or "\n" in run.strip():
        faults.append("a `run:` is not one line")
    if "${{" in run:
        faults.append("an expression stands in a `run:`")
    faults += [f"there is no {found}" for found in _PATH.findall(run) if not (place / found).is_file()]
    return faults


def _outputs_faults(part: object, before: set[Any], known: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the faults of references to the outputs of steps."""
    texts = [part] if isinstance(part, str) else list(expressions(part))
    faults = []
    for step, output in (found for text in texts for found in _STEP.findall(text)):
        if step not in before:
            faults.append(f"there is no step {step} before its output {output} is used")
        elif step in known and output not in known[step]:
            faults.append(f"nobody sets the output {output} of the step {step}")
    return faults


def workflow_faults(path: Path, place: Path, suite: Path) -> list[str]:
    """Return what is wrong with a workflow.

    Args:
        path: the workflow.
        place: the top of its repository, for ``uses: ./``.
        suite: the top of ours, for ``uses: modelbout/modelbout``.
    """
    try:
        workflow = load(path)
    except yaml.YAMLError as error:
        return [" ".join(str(error).split())]
    on = workflow.get("on")
    declared: set[str] = set()
    asked = False
    for event in ("workflow_call", "workflow_dispatch"):
        if isinstance(on, dict) and event in on:
            asked = True
            declared |= set((on[event] or {}).get("inputs", {}))
    jobs = workflow.get("jobs", {})
    used = {name for text in expressions(workflow) for name in _INPUT.findall(text)}
    faults = [f"the input {name} is used and not declared" for name in sorted(used - declared)]
    faults += [f"the input {name} is declared and not used" for name in sorted(declared - used) if asked]
    look = _looker(place, suite)
    for name, job in jobs.items():
        faults += [f"{name}: {fault}" for fault in _job_faults(job, jobs, look)]
    called = (on.get("workflow_call") or {}) if isinstance(on, dict) else {}
    for about in called.get("outputs", {}).values():
        for job, output in re.findall(r"\bjobs\.([\w-]+)\.outputs\.([\w-]+)", about["value"]):
            if output not in jobs.get(job, {}).get("outputs", {}):
                faults.append(f"the job {job} has no output {output}")
    return faults


def _looker(place: Path, suite: Path) -> Callable[[str], Json | None]:
    """Return what reads the action or workflow behind a ``uses:``; None for what is not ours, {} for what is not."""

    def look(uses: str) -> Json | None:
        name = uses.partition("@")[0]
        if name.startswith("./"):
            top, rest = place, name[2:]
        elif name == US or name.startswith(f"{US}/"):
            top, rest = suite, name[len(US) + 1 :]
        else:
            return None
        file = top / rest if rest.endswith((".yml", ".yaml")) else top / rest / "action.yml"
        return load(file) if file.is_file() else {}

    return look


def _job_faults(job: Json, jobs: Json, look: Callable[[str], Json | None]) -> list[str]:
    needs = job.get("needs", [])
    needs = {needs} if isinstance(needs, str) else set(needs)
    faults = [f"it needs {one}, which is no job" for one in sorted(needs - set(jobs))]
    for text in expressions(job):
        for other, output in _NEED.findall(text):
            if other not in needs:
                faults.append(f"it asks for an output of {other}, which it does not need")
            elif output not in _job_outputs(jobs.get(other, {}), look):
                faults.append(f"the job {other} has no output {output}")
    if "uses" in job:
        return faults + _given_faults(job, look)
    known: dict[str, frozenset[str]] = {}
    before: set[Any] = set()
    for step in job.get("steps", []):
        faults += _outputs_faults(step, before, known)
        if "uses" in step:
            faults += _given_faults(step, look)
            ours = look(step["uses"])
            if ours is not None and "id" in step:
                known[step["id"]] = frozenset(ours.get("outputs", {}))
        elif "${{" in step.get("run", ""):
            faults.append("an expression stands in a `run:`")
        before.add(step.get("id"))
    return faults + _outputs_faults(job.get("outputs", {}), before, known)


def _given_faults(caller: Json, look: Callable[[str], Json | None]) -> list[str]:
    """Return the faults of what is given to an action or a workflow of ours."""
    called = look(caller["uses"])
    if called is None:
        return []
    if not called:
        return [f"there is no {caller['uses']}"]
    on = called.get("on")
    call = (on.get("workflow_call") or {}) if isinstance(on, dict) else {}
    inputs = called.get("inputs", {}) if "runs" in called else call.get("inputs", {})
    given = set(caller.get("with", {}))
    faults = [f"{caller['uses']} has no input {name}" for name in sorted(given - set(inputs))]
    missing = [name for name, about in inputs.items() if about.get("required") is True and name not in given]
    return faults + [f"{caller['uses']} is not given its input {name}" for name in missing]


def _job_outputs(job: Json, look: Callable[[str], Json | None]) -> set[str]:
    if "uses" not in job:
        return set(job.get("outputs", {}))
    called = look(job["uses"]) or {}
    on = called.get("on")
    return set(((on.get("workflow_call") or {}) if isinstance(on, dict) else {}).get("outputs", {}))


class _Strict(yaml.SafeLoader):
    """Reads YAML as GitHub does: ``on`` is a word, and a key that stands twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- PyYAML's signature
        keys = [key.value for key, _ in node.value]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice[0]} stands twice", node.start_mark)
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return {"on" if key is True else key: value for key, value in made.items()}

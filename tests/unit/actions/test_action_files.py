"""Every action and workflow that we ship: what linters find, and what none of them looks for."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from modelbout.cli.action import NAMES
from tests.tools import GO, need
from tests.unit.actions.code import of_action
from tests.unit.actions.rules import action_faults, expressions, load, workflow_faults

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
ACTIONS = {name: ROOT / "action.yml" if name == "run" else ROOT / "actions" / name / "action.yml" for name in NAMES}
PLACES = (ROOT, *sorted(path.parent for path in (ROOT / "examples").glob("*/.github")))
WORKFLOWS = [(path, place) for place in PLACES for path in sorted((place / ".github" / "workflows").glob("*.y*ml"))]
SHELL = re.compile(r"\$\{\{.*?\}\}")


def shown(value: object) -> str:
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else str(value)


def done(command: list[str], text: str | None = None) -> None:
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, input=text)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_there_is_an_action_for_each_name_and_none_besides() -> None:
    found = {path.parent.name if path.parent != ROOT else "run" for path in ROOT.glob("actions/*/action.y*ml")}
    assert found | {"run"} == set(NAMES)
    assert ACTIONS["run"].is_file()


@pytest.mark.parametrize("name", NAMES)
def test_an_action_fits_its_code(name: str) -> None:
    assert action_faults(ACTIONS[name], of_action(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_action_is_called_as_it_is_named_and_takes_its_inputs_by_the_environment_alone(name: str) -> None:
    action = load(ACTIONS[name])
    set_up, act = action["runs"]["steps"]
    assert act["env"]["MODELBOUT_INPUTS"] == "${{ toJSON(inputs) }}"
    assert act["run"] == f'"$MODELBOUT_TOOL" -I -m modelbout action {name}'
    assert "inputs" not in str(set_up["run"])
    # A token is in the one step that needs it: the installation never sees it.
    assert not [text for text in expressions(set_up) if "token" in text or "toJSON" in text]
    assert ("branding" in action) == (name == "run")


@pytest.mark.parametrize(("path", "place"), WORKFLOWS, ids=shown)
def test_a_workflow_fits_the_actions_and_workflows_that_it_uses(path: Path, place: Path) -> None:
    assert workflow_faults(path, place, ROOT) == []


def test_zizmor_finds_nothing_in_all_that_is_shipped() -> None:
    places = [*map(str, ACTIONS.values()), *(str(place / ".github") for place in PLACES)]
    done([str(BIN / "zizmor"), "--offline", "--no-config", "--persona=pedantic", "--strict-collection", *places])


def test_they_fit_githubs_schemas() -> None:
    check = [str(BIN / "check-jsonschema"), "--builtin-schema"]
    done([*check, "vendor.github-actions", *map(str, ACTIONS.values())])
    done([*check, "vendor.github-workflows", *(str(path) for path, _ in WORKFLOWS)])


@pytest.mark.parametrize("path", [*ACTIONS.values(), *(path for path, _ in WORKFLOWS)], ids=shown)
def test_shellcheck_finds_nothing_in_any_run(path: Path) -> None:
    found = load(path)
    jobs = found["jobs"].values() if "jobs" in found else [found["runs"]]
    for run in [step["run"] for job in jobs for step in job.get("steps", []) if "run" in step]:
        done([str(BIN / "shellcheck"), "--shell=bash", "-"], f"{SHELL.sub('x', run)}\n")


def test_shellcheck_finds_nothing_in_the_set_up() -> None:
    done([str(BIN / "shellcheck"), str(ROOT / "actions" / "set-up.sh")])


@pytest.mark.parametrize("place", PLACES, ids=shown)
def test_actionlint_finds_nothing(place: Path, tmp_path: Path) -> None:
    lint = need("actionlint", how=GO)
    files = [str(path) for path, owner in WORKFLOWS if owner == place]
    config = tmp_path / "actionlint.yaml"
    config.write_text("", encoding="utf-8")
    done([lint, f"-config-file={config}", f"-shellcheck={BIN / 'shellcheck'}", "-pyflakes=", *files])

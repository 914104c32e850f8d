"""Each rule is seen to fail on a file that breaks it, and none on a file that keeps them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.actions.code import Said, of_action
from tests.unit.actions.rules import action_faults, workflow_faults

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name: Good
description: Does something
inputs:
  config: {description: A file, default: modelbout.yaml}
  rehearse: {description: Whether to rehearse, default: "false"}
outputs:
  verdict: {description: The verdict, value: "${{ steps.act.outputs.verdict }}"}
runs:
  using: composite
  steps:
    - id: set-up
      shell: bash
      env: {PROFILE: "${{ inputs.rehearse == 'true' && 'full' || 'light' }}"}
      run: bash "$GITHUB_ACTION_PATH/set-up.sh" "$PROFILE"
    - id: act
      shell: bash
      env: {MODELBOUT_INPUTS: "${{ toJSON(inputs) }}", TOOL: "${{ steps.set-up.outputs.python }}"}
      run: '"$TOOL" -m modelbout action good'
"""
SAID = Said(reads=frozenset({"config"}), own=frozenset({"config"}), sets=frozenset({"verdict"}))

WORKFLOW = """\
name: good
on:
  workflow_call:
    inputs: {config: {description: A file, type: string}}
    outputs: {fight: {description: Whether to fight, value: "${{ jobs.first.outputs.fight }}"}}
permissions: {}
jobs:
  first:
    runs-on: ubuntu-latest
    outputs: {fight: "${{ steps.it.outputs.verdict }}"}
    steps:
      - id: it
        uses: modelbout/modelbout/actions/good@0123
        with: {config: "${{ inputs.config }}"}
      - run: echo "$VERDICT"
        env: {VERDICT: "${{ steps.it.outputs.verdict }}"}
  second:
    needs: first
    if: needs.first.outputs.fight == 'true'
    uses: ./.github/workflows/called.yml
    with: {name: "${{ needs.first.outputs.fight }}"}
"""
CALLED = """\
name: called
on: {workflow_call: {inputs: {name: {description: A name, type: string, required: true}}}}
jobs: {}
"""


def faults(tmp_path: Path, text: str, said: Said = SAID) -> list[str]:
    (tmp_path / "set-up.sh").touch()
    (tmp_path / "action.yml").write_text(text, encoding="utf-8")
    return action_faults(tmp_path / "action.yml", said)


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_good_action_has_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("inputs.rehearse ==", "inputs.rehearsal ==", "the input rehearsal is used and not declared"),
        ("inputs.rehearse ==", "inputs.config ==", "the input rehearse is declared and nobody reads it"),
        ("  config:", "  configs:", "the input config is read by the code and not declared"),
        ("  config:", "  Config_File:", "the input Config_File is no kebab-case, or has no description"),
        ("description: A file", "description: ''", "the input config is no kebab-case, or has no description"),
        ("steps.act.outputs.verdict", "steps.fact.outputs.verdict", "there is no step fact before its output verdict"),
        ("steps.act.outputs.verdict", "steps.act.outputs.verdit", "nobody sets the output verdit of the step act"),
        ("${{ steps.act.outputs.verdict }}", "always", "the output verdict comes from no step"),
        (
            "steps.set-up.outputs.python",
            "steps.set-up.outputs.pyton",
            "nobody sets the output pyton of the step set-up",
        ),
        ("steps.set-up.outputs.python", "steps.act.outputs.verdict", "there is no step act before its output verdict"),
        ("/set-up.sh", "/setup.sh", "there is no setup.sh"),
        ("/set-up.sh", "/../set-up.sh", "there is no ../set-up.sh"),
        ("      shell: bash\n      env: {PROF", "      env: {PROF", "a step has no `shell: bash`"),
        ("      shell: bash\n      env: {PROF", "      shell: sh\n      env: {PROF", "a step has no `shell: bash`"),
        ('run: \'"$TOOL"', 'run: \'echo ${{ inputs.config }}; "$TOOL"', "an expression stands in a `run:`"),
        ("run: '\"$TOOL\" -m modelbout action good'", "run: |\n        one\n        two", "a `run:` is not one line"),
        ("    - id: act\n", "    - uses: other/action@0123\n    - id: act\n", "a step uses other/action@0123"),
        ("using: composite", "using: node24", "it is no composite action"),
        ("  rehearse:", "  config:", "the key config stands twice"),
    ],
)
def test_a_fault_of_an_action_is_found(tmp_path: Path, old: str, new: str, fault: str) -> None:
    found = faults(tmp_path, changed(GOOD, old, new))
    assert any(fault in one for one in found), found


def workflow(tmp_path: Path, text: str) -> list[str]:
    suite, place = tmp_path / "suite", tmp_path / "place"
    (suite / "actions" / "good").mkdir(parents=True)
    (suite / "actions" / "good" / "action.yml").write_text(GOOD, encoding="utf-8")
    (place / ".github" / "workflows").mkdir(parents=True)
    (place / ".github" / "workflows" / "called.yml").write_text(CALLED, encoding="utf-8")
    path = place / ".github" / "workflows" / "good.yml"
    path.write_text(text, encoding="utf-8")
    return workflow_faults(path, place, suite)


def test_a_good_workflow_has_no_faults(tmp_path: Path) -> None:
    assert workflow(tmp_path, WORKFLOW) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("${{ inputs.config }}", "${{ inputs.confg }}", "the input confg is used and not declared"),
        ("${{ inputs.config }}", "modelbout.yaml", "the input config is declared and not used"),
        ("with: {config:", "with: {confg:", "modelbout/modelbout/actions/good@0123 has no input confg"),
        ("actions/good@", "actions/god@", "there is no modelbout/modelbout/actions/god@0123"),
        (
            'VERDICT: "${{ steps.it.outputs.verdict',
            'VERDICT: "${{ steps.it.outputs.vedict',
            "nobody sets the output vedict",
        ),
        ('VERDICT: "${{ steps.it', 'VERDICT: "${{ steps.at', "there is no step at before its output verdict"),
        (
            'fight: "${{ steps.it.outputs.verdict',
            'fight: "${{ steps.it.outputs.vedict',
            "nobody sets the output vedict",
        ),
        ("jobs.first.outputs.fight", "jobs.first.outputs.figt", "the job first has no output figt"),
        ("if: needs.first.outputs.fight", "if: needs.first.outputs.figt", "the job first has no output figt"),
        ("    needs: first\n", "", "it asks for an output of first, which it does not need"),
        ("needs: first", "needs: [first, third]", "it needs third, which is no job"),
        ("called.yml", "call.yml", "there is no ./.github/workflows/call.yml"),
        ("with: {name:", "with: {nam:", "./.github/workflows/called.yml has no input nam"),
        ("with: {name:", "with: {nam:", "./.github/workflows/called.yml is not given its input name"),
        ('run: echo "$VERDICT"', 'run: echo "${{ steps.it.outputs.verdict }}"', "an expression stands in a `run:`"),
    ],
)
def test_a_fault_of_a_workflow_is_found(tmp_path: Path, old: str, new: str, fault: str) -> None:
    found = workflow(tmp_path, changed(WORKFLOW, old, new))
    assert any(fault in one for one in found), found


def test_what_the_code_of_an_action_reads_and_sets_is_seen() -> None:
    run = of_action("run")
    assert {"config", "require-win", "registry", "dry-run", "github-token", "annotations", "python"} <= run.reads
    assert {"verdict", "result", "comment-url", "run-directory"} <= run.sets
    assert {"from", "run-id", "dispatch-token"} <= of_action("promote").reads
    assert "require-win" not in of_action("promote").reads
    assert "fight" not in run.sets

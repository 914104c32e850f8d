"""The runner of these tests: what it does as GitHub would, shown without any action of ours."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from modelbout.init.pins import uses

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive

WORKFLOW = f"""\
name: probe
on: push
permissions: {{}}
jobs:
  first:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    outputs: {{tree: "${{{{ steps.look.outputs.tree }}}}"}}
    steps:
      - uses: {uses("actions/checkout")}
        with: {{persist-credentials: false}}
      - uses: {uses("actions/setup-python")}
        with: {{python-version: "3.12"}}
      - id: look
        run: |
          echo "tree=$(git rev-parse 'HEAD^{{tree}}')" >> "$GITHUB_OUTPUT"
          echo "Read $(cat deep/file.txt), $(git rev-list --count HEAD) commit" >> "$GITHUB_STEP_SUMMARY"
          mkdir -p .hidden/bundle && echo '{{}}' > .hidden/a.json && echo 1 > .hidden/bundle/b
          python -c "import sklearn"
      - uses: {uses("actions/upload-artifact")}
        with: {{name: json, path: .hidden/*.json, include-hidden-files: true}}
      - uses: {uses("actions/upload-artifact")}
        with: {{name: bundle, path: .hidden/bundle/, include-hidden-files: true}}
      - uses: {uses("actions/upload-artifact")}
        with: {{name: seen, path: .hidden/*.json}}
  second:
    needs: first
    if: needs.first.outputs.tree != ''
    runs-on: ubuntu-latest
    permissions:
      contents: write
      issues: write
    steps:
      - run: test ! -e deep
      - run: exit 3
  third:
    needs: second
    runs-on: ubuntu-latest
    permissions: {{}}
    steps: [{{run: "true"}}]
  last:
    needs: [first, second, third]
    if: ${{{{ !cancelled() && needs.second.result == 'failure' && needs.third.result == 'skipped' }}}}
    runs-on: ubuntu-latest
    permissions: {{}}
    env: {{TREE: "${{{{ needs.first.outputs.tree }}}}"}}
    steps:
      - run: echo "The tree is $TREE" >> "$GITHUB_STEP_SUMMARY"
"""


def test_jobs_run_one_by_one_with_what_was_before(world: World) -> None:
    sha = world.push({".github/workflows/probe.yml": WORKFLOW, "deep/file.txt": "me"}, "main")
    run = world.pushed(sha, workflow="probe.yml")
    assert run.results == {"first": "success", "second": "failure", "third": "skipped", "last": "success"}, run.text
    tree = world.repo.tip().tree
    assert run.done["first"].outputs == {"tree": tree}
    assert f"The tree is {tree}" in run.summary
    assert "Read me, 1 commit" in run.summary
    assert world.repo.runs[run.id].conclusion == "failure"

    kept = {one.name: zipfile.ZipFile(io.BytesIO(one.content)).namelist() for one in world.repo.artifacts.values()}
    assert kept == {"json": ["a.json"], "bundle": ["b"]}
    assert "No files were found" in run.logs["first"].text


def test_each_job_has_a_token_of_its_own(world: World) -> None:
    sha = world.push({".github/workflows/probe.yml": WORKFLOW, "deep/file.txt": "me"}, "main")
    before = set(world.server.github.tokens)
    world.pushed(sha, workflow="probe.yml")
    made = [token.permissions for value, token in world.server.github.tokens.items() if value not in before]
    assert made == [{"contents": "read"}, {"contents": "write", "issues": "write"}, {}, {}]

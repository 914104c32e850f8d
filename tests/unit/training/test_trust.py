from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError
from modelbout.training.trust import MAX_WORKFLOW_BYTES, may_write, require_trust

if TYPE_CHECKING:
    from pathlib import Path

JOB = "jobs: {bout: {runs-on: x, permissions: %s}}"


def variables(tmp_path: Path, text: str | bytes, **changes: str) -> dict[str, str]:
    workflow = tmp_path / ".github" / "workflows" / "bout.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_bytes(text if isinstance(text, bytes) else text.encode())
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_JOB": "bout",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_WORKFLOW_REF": "o/r/.github/workflows/bout.yml@refs/pull/1/merge",
        "GITHUB_WORKSPACE": str(tmp_path),
    } | changes


@pytest.mark.parametrize("kind", ["skops", "onnx", "xgboost", "lightgbm", "catboost", "command"])
def test_data_alone_needs_no_trust(kind: str) -> None:
    require_trust(kind, None, {"GITHUB_ACTIONS": "true"})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["pickle", "mlflow"])
def test_what_may_run_code_needs_it(kind: str) -> None:
    with pytest.raises(ConfigError, match=rf"of the kind {kind} may run code.*trust: pickle"):
        require_trust(kind, None, {})  # type: ignore[arg-type]
    require_trust(kind, "pickle", {})  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="what its token may do is not known") as caught:
        require_trust(kind, "pickle", {"GITHUB_ACTIONS": "true"})  # type: ignore[arg-type]
    assert "contents: read" in caught.value.problems[0].fix


@pytest.mark.parametrize(
    "text",
    [
        JOB % "{}",
        JOB % "{contents: read}",
        JOB % "{contents: read, id-token: none}",
        JOB % "read-all",
        "permissions: {}\njobs: {bout: {runs-on: x}}",
        "permissions: write-all\n" + JOB % "{contents: read}",
        # Within a reusable workflow the job has another name, and no more rights than the one that calls it.
        "jobs: {fight: {uses: o/r/.github/workflows/b.yml@main, permissions: {contents: read}}}",
        "permissions: {}\njobs: {fight: {uses: ./x.yml}, report: {runs-on: x, permissions: {issues: write}}}",
    ],
)
def test_a_job_that_only_reads(text: str, tmp_path: Path) -> None:
    assert not may_write(variables(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (JOB % "{contents: read, pull-requests: write}", "more than reading: pull-requests"),
        (JOB % "{contents: '${{ inputs.right }}'}", "more than reading: contents"),
        (JOB % "write-all", "grants everything"),
        (JOB % "'${{ x }}'", "names no `permissions:`"),
        ("jobs: {bout: {runs-on: x}}", "names no `permissions:`"),
        ("permissions: {}\n" + JOB % "{issues: write}", "more than reading: issues"),
        ("permissions: {}\njobs: {other: {runs-on: x}}", "cannot be read"),
        ("jobs: {bout: {runs-on: x, permissions: {}}, f: {uses: ./x.yml, permissions: {issues: write}}}", "issues"),
        ("jobs: {f: {uses: ./x.yml}}", "names no `permissions:`"),
        ("jobs: {bout: x}", "names no `permissions:`"),
        ("jobs: [bout]", "cannot be read"),
        ("- bout", "cannot be read"),
        ("{", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
        ("#" * (MAX_WORKFLOW_BYTES + 1), "cannot be read"),
        ("jobs: !!python/object/apply:os.system ['true']", "cannot be read"),
    ],
)
def test_a_job_that_may_write_or_that_nobody_knows(text: str | bytes, reason: str, tmp_path: Path) -> None:
    assert reason in may_write(variables(tmp_path, text))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x.example"}, "id-token: write"),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, "event pull_request_target"),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, "event workflow_run"),
        ({"GITHUB_EVENT_NAME": ""}, "event of this run"),
        ({"GITHUB_WORKFLOW_REF": "other/r/.github/workflows/bout.yml@main"}, "cannot be read"),
        ({"GITHUB_WORKFLOW_REF": "o/r/.github/workflows/none.yml@main"}, "cannot be read"),
        ({"GITHUB_REPOSITORY": ""}, "cannot be read"),
        ({"GITHUB_JOB": "other"}, "cannot be read"),
    ],
)
def test_where_the_checkout_does_not_tell(changes: dict[str, str], reason: str, tmp_path: Path) -> None:
    assert reason in may_write(variables(tmp_path, JOB % "{contents: read}", **changes))
    assert not may_write({})

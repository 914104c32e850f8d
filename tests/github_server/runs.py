"""Answer workflow runs, their artifacts, and the dispatches that ask for more of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zlib import crc32

from tests.github_server import shapes
from tests.github_server.clock import stamp_of
from tests.github_server.exchange import Answer, RefusalError, missing, route
from tests.github_server.pulls import minimal_pull
from tests.github_server.records import Artifact, Dispatch, WorkflowRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.github_server.exchange import Ask, Json

PAYLOAD_LIMIT = 64 * 1024  # docs: "Create a repository dispatch event"


def workflow_id(path: str) -> int:
    return crc32(path.encode())


def shape_run(ask: Ask, run: WorkflowRun) -> Json:
    at, repo = ask.at, ask.repo
    here = f"{at.api}/repos/{repo.full_name}/actions/runs/{run.id}"
    below = ("jobs", "logs", "cancel", "rerun", "artifacts")
    commit = repo.objects.commit(run.head_sha) if run.head_sha in repo.objects else None
    person = commit and {"name": commit.author.name, "email": commit.author.email.replace("[bot]", "")}
    bare = ask.query.get("exclude_pull_requests") == "true"
    return {
        "id": run.id,
        "node_id": shapes.node("WFR", run.id),
        "name": run.name,
        "path": run.path,
        "display_title": run.title,
        "run_number": run.number,
        "run_attempt": run.attempt,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": workflow_id(run.path),
        "check_suite_id": run.id,
        "check_suite_node_id": shapes.node("CS", run.id),
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "url": here,
        "html_url": f"{at.web}/{repo.full_name}/actions/runs/{run.id}",
        **{f"{name}_url": f"{here}/{name}" for name in below},
        "check_suite_url": f"{at.api}/repos/{repo.full_name}/check-suites/{run.id}",
        "workflow_url": f"{at.api}/repos/{repo.full_name}/actions/workflows/{workflow_id(run.path)}",
        "previous_attempt_url": f"{here}/attempts/{run.attempt - 1}" if run.attempt > 1 else None,
        # Empty for forks: whoever needs the pull request must look for it.
        "pull_requests": [] if bare else [minimal_pull(at, repo, repo.pulls[number]) for number in run.pulls],
        "created_at": run.created,
        "updated_at": run.updated,
        "run_started_at": run.created,
        "actor": shapes.user(at, run.actor),
        "triggering_actor": shapes.user(at, run.actor),
        "referenced_workflows": [],
        "head_commit": commit
        and {
            "id": commit.sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": stamp_of(commit.committer.seconds),
            "author": person,
            "committer": person,
        },
        "repository": shapes.minimal_repository(at, repo),
        "head_repository": shapes.minimal_repository(at, run.head_repo) if run.head_repo else None,
    }


def _listed(ask: Ask, runs: Sequence[WorkflowRun]) -> Answer:
    query = ask.query
    said = {"actor": "actor", "branch": "head_branch", "event": "event", "head_sha": "head_sha"}
    found = [run for run in runs if all(getattr(run, of) == query[name] for name, of in said.items() if name in query)]
    if "status" in query:
        found = [run for run in found if query["status"] in (run.status, run.conclusion)]
    found.sort(key=lambda run: run.id, reverse=True)
    return ask.page(found, lambda run: shape_run(ask, run), under="workflow_runs")


@route("GET", "{R}/actions/runs", "actions:read")
def list_runs(ask: Ask) -> Answer:
    return _listed(ask, list(ask.repo.runs.values()))


def _run(ask: Ask) -> WorkflowRun:
    found = ask.repo.runs.get(ask.number("run_id"))
    if found is None:
        raise missing()
    return found


@route("GET", "{R}/actions/runs/{run_id}", "actions:read")
def get_run(ask: Ask) -> Answer:
    return Answer(200, shape_run(ask, _run(ask)))


@route("GET", "{R}/actions/runs/{run_id}/attempts/{attempt_number}", "actions:read")
def get_attempt(ask: Ask) -> Answer:
    run, number = _run(ask), ask.number("attempt_number")
    found = run if run.attempt == number else next((old for old in run.earlier if old.attempt == number), None)
    if found is None:
        raise missing()
    return Answer(200, shape_run(ask, found))


def _workflow_path(ask: Ask) -> str:
    wanted = ask.params["workflow_id"]
    for path in ask.repo.workflow_paths():
        if wanted in (str(workflow_id(path)), path.rpartition("/")[2]):
            return path
    raise missing()


@route("GET", "{R}/actions/workflows/{workflow_id}", "actions:read")
def get_workflow(ask: Ask) -> Answer:
    path = _workflow_path(ask)
    number, file = workflow_id(path), path.rpartition("/")[2]
    here = f"{ask.at.web}/{ask.repo.full_name}"
    shaped = {
        "id": number,
        "node_id": shapes.node("W", number),
        "name": file,
        "path": path,
        "state": "active",
        "created_at": ask.repo.created,
        "updated_at": ask.repo.created,
        "url": f"{ask.at.api}/repos/{ask.repo.full_name}/actions/workflows/{number}",
        "html_url": f"{here}/blob/{ask.repo.default_branch}/{path}",
        "badge_url": f"{here}/workflows/{file}/badge.svg",
    }
    return Answer(200, shaped)


@route("GET", "{R}/actions/workflows/{workflow_id}/runs", "actions:read")
def list_runs_of_workflow(ask: Ask) -> Answer:
    path = _workflow_path(ask)
    return _listed(ask, [run for run in ask.repo.runs.values() if run.path == path])


@route("POST", "{R}/actions/workflows/{workflow_id}/dispatches", "actions:write")
def dispatch_workflow(ask: Ask) -> Answer:
    path, ref = _workflow_path(ask), ask.body["ref"]
    if ask.repo.ref(ref) is None:
        raise RefusalError(422, f"No ref found for: {ref}")
    inputs = ask.body.get("inputs", {})
    ask.repo.dispatches.append(Dispatch("workflow_dispatch", inputs, ask.caller.login, path, ref))
    return Answer(204)


@route("POST", "{R}/dispatches", "contents:write")
def dispatch_repository(ask: Ask) -> Answer:
    payload = ask.body.get("client_payload", {})
    if len(json.dumps(payload).encode()) >= PAYLOAD_LIMIT:
        raise RefusalError(422, "client_payload is too large")
    ask.repo.dispatches.append(Dispatch(ask.body["event_type"], payload, ask.caller.login))
    return Answer(204)


def shape_artifact(ask: Ask, artifact: Artifact) -> Json:
    here = f"{ask.at.api}/repos/{ask.repo.full_name}/actions/artifacts/{artifact.id}"
    run = ask.repo.runs[artifact.run]
    return {
        "id": artifact.id,
        "node_id": shapes.node("MDg6", artifact.id),
        "name": artifact.name,
        "size_in_bytes": len(artifact.content),
        "url": here,
        "archive_download_url": f"{here}/zip",
        "expired": artifact.expired,
        "created_at": artifact.created,
        "updated_at": artifact.created,
        "expires_at": artifact.expires,
        "digest": artifact.digest,
        "workflow_run": {
            "id": run.id,
            "repository_id": ask.repo.id,
            "head_repository_id": run.head_repo.id if run.head_repo else ask.repo.id,
            "head_branch": run.head_branch or "",
            "head_sha": run.head_sha,
        },
    }


def _artifacts(ask: Ask, found: list[Artifact]) -> Answer:
    if "name" in ask.query:
        found = [artifact for artifact in found if artifact.name == ask.query["name"]]
    found.sort(key=lambda artifact: artifact.id, reverse=True)
    return ask.page(found, lambda artifact: shape_artifact(ask, artifact), under="artifacts")


@route("GET", "{R}/actions/artifacts", "actions:read")
def list_all_artifacts(ask: Ask) -> Answer:
    return _artifacts(ask, list(ask.repo.artifacts.values()))


@route("GET", "{R}/actions/runs/{run_id}/artifacts", "actions:read")
def list_artifacts(ask: Ask) -> Answer:
    run = _run(ask)
    return _artifacts(ask, [artifact for artifact in ask.repo.artifacts.values() if artifact.run == run.id])


def _artifact(ask: Ask) -> Artifact:
    found = ask.repo.artifacts.get(ask.number("artifact_id"))
    if found is None:
        raise missing()
    return found


@route("GET", "{R}/actions/artifacts/{artifact_id}", "actions:read")
def get_artifact(ask: Ask) -> Answer:
    return Answer(200, shape_artifact(ask, _artifact(ask)))


@route("GET", "{R}/actions/artifacts/{artifact_id}/{archive_format}", "actions:read", signed_in=True)
def download_artifact(ask: Ask) -> Answer:
    artifact = _artifact(ask)
    if ask.params["archive_format"] != "zip":
        raise missing()
    if artifact.expired:
        raise RefusalError(410, "Artifact has expired")
    key = ask.github.sign("application/zip", artifact.content)
    return Answer(302, None, {"Location": f"{ask.at.storage}/{key}"})

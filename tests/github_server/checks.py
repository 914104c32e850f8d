"""Answer check runs: made and changed by apps alone, as on GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import shapes
from tests.github_server.exchange import Answer, RefusalError, missing, route
from tests.github_server.pulls import minimal_pull
from tests.github_server.records import CheckRun

if TYPE_CHECKING:
    from tests.github_server.exchange import Addresses, Ask, Json

ACTIONS_APP = 15_368  # the id of the app "GitHub Actions" on github.com


def app(at: Addresses) -> Json:
    day = "2018-07-30T09:30:17Z"
    return {
        "id": ACTIONS_APP,
        "slug": "github-actions",
        "node_id": shapes.node("A", ACTIONS_APP),
        "owner": shapes.user(at, "github"),
        "name": "GitHub Actions",
        "description": "",
        "external_url": "https://help.github.com",
        "html_url": f"{at.web}/apps/github-actions",
        "created_at": day,
        "updated_at": day,
        "permissions": {"checks": "write", "contents": "write"},
        "events": [],
    }


def shape_check(ask: Ask, check: CheckRun) -> Json:
    here = f"{ask.at.api}/repos/{ask.repo.full_name}/check-runs/{check.id}"
    page = f"{ask.at.web}/{ask.repo.full_name}/runs/{check.id}"
    own = [p for p in ask.repo.pulls.values() if p.head_sha == check.head_sha and p.head_repo is ask.repo]
    return {
        "id": check.id,
        "node_id": shapes.node("CR", check.id),
        "head_sha": check.head_sha,
        "name": check.name,
        "external_id": check.external_id,
        "url": here,
        "html_url": page,
        "details_url": check.details_url or page,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": check.started,
        "completed_at": check.completed,
        "output": {
            "title": check.title,
            "summary": check.summary,
            "text": check.text,
            "annotations_count": len(check.annotations),
            "annotations_url": f"{here}/annotations",
        },
        "check_suite": {"id": 1},
        "app": app(ask.at),
        "pull_requests": [minimal_pull(ask.at, ask.repo, pull) for pull in own if pull.state == "open"],
    }


def _write(ask: Ask, check: CheckRun) -> None:
    body, now = ask.body, ask.github.clock.stamp()
    check.name = body.get("name", check.name)
    check.details_url = body.get("details_url", check.details_url)
    check.external_id = body.get("external_id", check.external_id)
    check.started = body.get("started_at", check.started)
    check.status = body.get("status", check.status)
    if "conclusion" in body:
        check.status, check.conclusion = "completed", body["conclusion"]
        check.completed = body.get("completed_at", now)
    elif check.status == "completed" and check.conclusion is None:
        raise RefusalError(422, "Invalid request. A completed check run needs a conclusion.")
    output = body.get("output") or {}
    check.title = output.get("title", check.title)
    check.summary, check.text = output.get("summary", check.summary), output.get("text", check.text)
    check.annotations += output.get("annotations", [])  # each request adds to those that are there


def _by_an_app(ask: Ask) -> None:
    if not ask.caller.bot:
        raise RefusalError(403, "You must authenticate via a GitHub App.")


@route("POST", "{R}/check-runs", "checks:write")
def create_check(ask: Ask) -> Answer:
    _by_an_app(ask)
    sha = ask.body["head_sha"]
    if ask.repo.objects.kind(sha) != "commit":
        raise RefusalError(422, f"No commit found for SHA: {sha}")
    now = ask.github.clock.stamp()
    check = CheckRun(ask.github.id(), ask.body["name"], sha, "queued", None, now, None, None, "")
    _write(ask, check)
    ask.repo.checks[check.id] = check
    return Answer(201, shape_check(ask, check))


def _check(ask: Ask) -> CheckRun:
    found = ask.repo.checks.get(ask.number("check_run_id"))
    if found is None:
        raise missing()
    return found


@route("PATCH", "{R}/check-runs/{check_run_id}", "checks:write")
def update_check(ask: Ask) -> Answer:
    _by_an_app(ask)
    check = _check(ask)
    _write(ask, check)
    return Answer(200, shape_check(ask, check))


@route("GET", "{R}/check-runs/{check_run_id}", "checks:read")
def get_check(ask: Ask) -> Answer:
    return Answer(200, shape_check(ask, _check(ask)))


@route("GET", "{R}/check-runs/{check_run_id}/annotations", "checks:read")
def list_annotations(ask: Ask) -> Answer:
    check = _check(ask)
    bare: Json = dict.fromkeys(("start_column", "end_column", "title", "raw_details"))
    href = f"{ask.at.api}/repos/{ask.repo.full_name}/git/blobs/{check.head_sha}"
    return ask.page(check.annotations, lambda told: {**bare, **told, "blob_href": href})


@route("GET", "{R}/commits/{ref}/check-runs", "checks:read")
def list_checks(ask: Ask) -> Answer:
    sha, query = ask.repo.resolve(ask.params["ref"]), ask.query
    if sha is None:
        raise RefusalError(422, f"No commit found for SHA: {ask.params['ref']}")
    found = [check for check in ask.repo.checks.values() if check.head_sha == sha]
    if query.get("filter", "latest") == "latest":
        found = list({check.name: check for check in found}.values())
    if "check_name" in query:
        found = [check for check in found if check.name == query["check_name"]]
    if "status" in query:
        found = [check for check in found if check.status == query["status"]]
    return ask.page(list(reversed(found)), lambda check: shape_check(ask, check), under="check_runs")

"""Answer deployments, environments and the rules of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote
from zlib import crc32

from tests.github_server import shapes
from tests.github_server.exchange import Answer, RefusalError, missing, route
from tests.github_server.records import Deployment, DeploymentStatus

if TYPE_CHECKING:
    from tests.github_server.exchange import Ask, Json

FINE = {"success", "neutral", "skipped"}


def _urls(ask: Ask, deployment: Deployment) -> Json:
    repository = f"{ask.at.api}/repos/{ask.repo.full_name}"
    return {"repository_url": repository, "url": f"{repository}/deployments/{deployment.id}"}


def shape_deployment(ask: Ask, deployment: Deployment) -> Json:
    urls = _urls(ask, deployment)
    return {
        "id": deployment.id,
        "node_id": shapes.node("DE", deployment.id),
        **urls,
        "statuses_url": f"{urls['url']}/statuses",
        "sha": deployment.sha,
        "ref": deployment.ref,
        "task": deployment.task,
        "payload": deployment.payload,
        "environment": deployment.environment,
        "original_environment": deployment.environment,
        "description": deployment.description,
        "creator": shapes.user(ask.at, deployment.login),
        "created_at": deployment.created,
        "updated_at": deployment.created,
        "transient_environment": deployment.transient,
        "production_environment": deployment.production,
        "performed_via_github_app": None,
    }


@route("POST", "{R}/deployments", "deployments:write")
def create_deployment(ask: Ask) -> Answer:
    repo, body = ask.repo, ask.body
    sha = repo.resolve(body["ref"])
    if sha is None:
        raise RefusalError(422, f"No ref found for: {body['ref']}")
    default = repo.tip().sha
    if body.get("auto_merge", True) and not repo.objects.follows(sha, default):
        raise RefusalError(409, f"Conflict merging {repo.default_branch} into {body['ref']}.")
    contexts = body.get("required_contexts")
    checks = {c.name: c.conclusion in FINE for c in repo.checks.values() if c.head_sha == sha}
    if not all(checks.get(name, False) for name in (checks if contexts is None else contexts)):
        raise RefusalError(409, f"Conflict: Commit status checks failed for {body['ref']}.")
    environment = body.get("environment", "production")
    production = body.get("production_environment")
    made = Deployment(
        id=ask.github.id(),
        sha=sha,
        ref=body["ref"],
        task=body.get("task", "deploy"),
        environment=environment,
        login=ask.caller.login,
        payload=body.get("payload", {}),
        description=body.get("description"),
        transient=body.get("transient_environment", False),
        production=environment == "production" if production is None else production,
        created=ask.github.clock.stamp(),
    )
    repo.deployments[made.id] = made
    repo.environments.setdefault(environment, [])
    return Answer(201, shape_deployment(ask, made))


@route("GET", "{R}/deployments", "deployments:read")
def list_deployments(ask: Ask) -> Answer:
    wanted = {name: ask.query[name] for name in ("sha", "ref", "task", "environment") if name in ask.query}
    found = [d for d in ask.repo.deployments.values() if all(getattr(d, n) == v for n, v in wanted.items())]
    return ask.page(list(reversed(found)), lambda made: shape_deployment(ask, made))


def _deployment(ask: Ask) -> Deployment:
    found = ask.repo.deployments.get(ask.number("deployment_id"))
    if found is None:
        raise missing()
    return found


@route("GET", "{R}/deployments/{deployment_id}", "deployments:read")
def get_deployment(ask: Ask) -> Answer:
    return Answer(200, shape_deployment(ask, _deployment(ask)))


def shape_status(ask: Ask, deployment: Deployment, status: DeploymentStatus) -> Json:
    urls = _urls(ask, deployment)
    return {
        "id": status.id,
        "node_id": shapes.node("DES", status.id),
        "url": f"{urls['url']}/statuses/{status.id}",
        "deployment_url": urls["url"],
        "repository_url": urls["repository_url"],
        "state": status.state,
        "creator": shapes.user(ask.at, status.login),
        "description": status.description,
        "environment": status.environment,
        "environment_url": status.environment_url,
        "log_url": status.log_url,
        "target_url": status.log_url,
        "created_at": status.created,
        "updated_at": status.created,
        "performed_via_github_app": None,
    }


@route("POST", "{R}/deployments/{deployment_id}/statuses", "deployments:write")
def create_status(ask: Ask) -> Answer:
    deployment, body = _deployment(ask), ask.body
    made = _note(ask, deployment, body["state"], body)
    if body["state"] == "success" and body.get("auto_inactive", True):
        for other in ask.repo.deployments.values():
            # Production and transient deployments stay as they are (docs: "Inactive deployments").
            older = other.id < deployment.id and other.environment == deployment.environment
            if older and not other.transient and not other.production and other.statuses:
                _note(ask, other, "inactive", {})
    return Answer(201, shape_status(ask, deployment, made))


def _note(ask: Ask, deployment: Deployment, state: str, body: Json) -> DeploymentStatus:
    made = DeploymentStatus(
        id=ask.github.id(),
        state=state,
        login=ask.caller.login,
        description=body.get("description", ""),
        environment=body.get("environment", deployment.environment),
        environment_url=body.get("environment_url", ""),
        log_url=body.get("log_url") or body.get("target_url") or "",
        created=ask.github.clock.stamp(),
    )
    deployment.statuses.append(made)
    return made


@route("GET", "{R}/deployments/{deployment_id}/statuses", "deployments:read")
def list_statuses(ask: Ask) -> Answer:
    deployment = _deployment(ask)
    return ask.page(list(reversed(deployment.statuses)), lambda made: shape_status(ask, deployment, made))


@route("GET", "{R}/environments/{environment_name}", "actions:read")
def get_environment(ask: Ask) -> Answer:
    name = ask.params["environment_name"]
    if name not in ask.repo.environments:
        raise missing()
    number = crc32(name.encode())
    shaped = {
        "id": number,
        "node_id": shapes.node("EN", number),
        "name": name,
        "url": f"{ask.at.api}/repos/{ask.repo.full_name}/environments/{quote(name, safe='')}",
        "html_url": f"{ask.at.web}/{ask.repo.full_name}/deployments/activity_log?environments_filter={name}",
        "created_at": ask.repo.created,
        "updated_at": ask.repo.created,
        "protection_rules": [
            {"id": n, "node_id": shapes.node("GA", n), **rule} for n, rule in enumerate(ask.repo.environments[name], 1)
        ],
        "deployment_branch_policy": None,
    }
    return Answer(200, shaped)


@route("GET", "{R}/rules/branches/{branch}")
def rules_of_branch(ask: Ask) -> Answer:
    source = {"ruleset_source_type": "Repository", "ruleset_source": ask.repo.full_name, "ruleset_id": 1}
    return ask.page(ask.repo.rules.get(ask.params["branch"], []), lambda rule: {**rule, **source})

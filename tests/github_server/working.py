"""Keep workflow runs and artifacts as GitHub's own runner would, for tests and for stand-ins of its actions.

The stand-ins talk HTTP, outside GitHub's API and without a token, since act runs them in other processes:

* ``POST /_actions/runs`` with JSON (``repository``, and what ``Repository.add_run`` takes) answers ``{"id": ...}``
* ``POST /_actions/runs/ID`` with JSON ``{"status": ..., "conclusion": ...}``
* ``POST /_actions/artifacts/RUN?name=NAME`` with the bytes of a zip answers ``{"id": ..., "digest": ...}``
* ``GET /_actions/artifacts/RUN`` answers ``{"names": [...]}``, and with ``?name=NAME`` the zip
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.github_server.clock import stamp
from tests.github_server.exchange import Answer
from tests.github_server.records import Artifact, PullRequest, WorkflowRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.github_server.state import GitHub, Repository

KEPT = timedelta(days=90)  # how long GitHub keeps an artifact unless told otherwise


def add_run(
    repo: Repository,
    *,
    event: str,
    path: str,
    head_sha: str | None,
    head_branch: str | None,
    head_repo: Repository | None,
    pull: PullRequest | None,
    status: str,
    conclusion: str | None,
    actor: str,
    attempt: int,
    name: str | None,
) -> WorkflowRun:
    if pull is not None:
        head_sha, head_branch = head_sha or pull.head_sha, head_branch or pull.head
        head_repo = head_repo or pull.head_repo
    branch = head_branch or repo.default_branch
    source = head_repo or repo
    now = repo.github.clock.stamp()
    own = [p.number for p in repo.pulls.values() if source is repo and p.head == branch and p.head_repo is repo]
    made = WorkflowRun(
        id=repo.github.id(),
        number=len(repo.runs) + 1,
        attempt=attempt,
        event=event,
        path=path,
        name=name or path.rpartition("/")[2].partition(".")[0],
        head_sha=head_sha or source.tip(branch).sha,
        head_branch=branch,
        head_repo=source,
        status=status,
        conclusion=conclusion,
        actor=actor,
        created=now,
        updated=now,
        title=pull.title if pull else event,
        pulls=tuple(own) if event == "pull_request" else (),
    )
    repo.runs[made.id] = made
    return made


def rerun(repo: Repository, run: WorkflowRun, conclusion: str | None) -> WorkflowRun:
    run.earlier.append(replace(run, earlier=[]))
    run.attempt += 1
    run.conclusion, run.status = conclusion, "completed" if conclusion else "in_progress"
    run.updated = repo.github.clock.stamp()
    return run


def add_artifact(repo: Repository, run: WorkflowRun, name: str, content: bytes | Mapping[str, bytes | str]) -> Artifact:
    if any((artifact.run, artifact.name) == (run.id, name) for artifact in repo.artifacts.values()):
        raise ValueError(f"run {run.id} has an artifact {name} already")
    if not isinstance(content, bytes):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in content.items():
                archive.writestr(path, data)
        content = file.getvalue()
    now = repo.github.clock.now()
    made = Artifact(
        id=repo.github.id(),
        name=name,
        run=run.id,
        content=content,
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
        created=stamp(now),
        expires=stamp(now + KEPT),
    )
    repo.artifacts[made.id] = made
    return made


def _json(body: object, status: int = 200) -> Answer:
    return Answer(status, body)


def stand_in(github: GitHub, method: str, path: str, query: Mapping[str, str], data: bytes) -> Answer:
    """Answer the stand-ins of GitHub's own actions."""
    parts = path.strip("/").split("/")
    if parts[:2] == ["_actions", "runs"] and method == "POST":
        told = json.loads(data)
        if len(parts) == 2:
            repo = github.find(told.pop("repository"))
            source = github.find(told.pop("head_repository", ""))
            if repo is None:
                return _json({"message": "no such repository"}, 404)
            return _json({"id": repo.add_run(head_repo=source, **told).id}, 201)
        found = _run(github, parts[2])
        if found:
            found[1].status, found[1].conclusion = told["status"], told.get("conclusion")
            return _json({"id": found[1].id})
    if parts[:2] == ["_actions", "artifacts"] and len(parts) == 3:
        found = _run(github, parts[2])
        if found:
            return _artifact(*found, method, query.get("name"), data)
    return _json({"message": "nothing here"}, 404)


def _run(github: GitHub, number: str) -> tuple[Repository, WorkflowRun] | None:
    for repo in github.repositories.values():
        if number.isdigit() and int(number) in repo.runs:
            return repo, repo.runs[int(number)]
    return None


def _artifact(repo: Repository, run: WorkflowRun, method: str, name: str | None, data: bytes) -> Answer:
    own = {artifact.name: artifact for artifact in repo.artifacts.values() if artifact.run == run.id}
    if method == "POST" and name:
        if name in own:
            return _json({"message": f"the run has an artifact {name} already"}, 409)
        made = add_artifact(repo, run, name, data)
        return _json({"id": made.id, "digest": made.digest}, 201)
    if name is None:
        return _json({"names": sorted(own)})
    if name not in own:
        return _json({"message": "no such artifact"}, 404)
    return Answer(200, own[name].content, {"Content-Type": "application/zip"})

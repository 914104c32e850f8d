"""Answer pull requests: one, a list, those of a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import merging, shapes
from tests.github_server.contents import changed_files, whole_commit
from tests.github_server.exchange import Answer, RefusalError, missing, route

if TYPE_CHECKING:
    from tests.github_server.exchange import Addresses, Ask, Json
    from tests.github_server.records import PullRequest
    from tests.github_server.state import Repository

READ = "pull_requests:read"


def shape_pull(ask: Ask, pull: PullRequest) -> Json:
    """Shape a pull request as lists show it."""
    at, repo = ask.at, ask.repo
    merging.refresh(repo, pull)
    here, page = f"{at.api}/repos/{repo.full_name}/pulls/{pull.number}", f"{at.web}/{repo.full_name}/pull/{pull.number}"
    issue = f"{at.api}/repos/{repo.full_name}/issues/{pull.number}"
    links = {
        "self": here,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{here}/comments",
        "review_comment": f"{at.api}/repos/{repo.full_name}/pulls/comments{{/number}}",
        "commits": f"{here}/commits",
        "statuses": f"{at.api}/repos/{repo.full_name}/statuses/{pull.head_sha}",
    }
    return {
        "id": pull.id,
        "node_id": shapes.node("PR", pull.id),
        "number": pull.number,
        "url": here,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue,
        **{
            f"{name}_url": links[name]
            for name in ("comments", "review_comments", "review_comment", "commits", "statuses")
        },
        "state": pull.state,
        "locked": pull.number in repo.locked,
        "title": pull.title,
        "body": pull.body,
        "user": shapes.user(at, pull.login),
        "labels": [],
        "milestone": None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "created_at": pull.created,
        "updated_at": pull.updated,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit_sha,
        "draft": pull.draft,
        "head": _side(at, pull.head_repo, pull.head_owner, pull.head, pull.head_sha),
        "base": _side(at, repo, repo.owner, pull.base, pull.base_sha),
        "author_association": shapes.association(repo, pull.login),
        "auto_merge": None,
        "active_lock_reason": None,
        "_links": {name: {"href": address} for name, address in links.items()},
    }


def _side(at: Addresses, repo: Repository | None, owner: str, ref: str, sha: str) -> Json:
    return {
        "label": f"{owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": shapes.user(at, owner),
        "repo": shapes.repository(at, repo) if repo else None,
    }


def minimal_pull(at: Addresses, repo: Repository, pull: PullRequest) -> Json:
    """Shape a pull request of the repository itself as runs and checks show it."""

    def side(ref: str, sha: str) -> Json:
        inner = {"id": repo.id, "url": f"{at.api}/repos/{repo.full_name}", "name": repo.name}
        return {"ref": ref, "sha": sha, "repo": inner}

    merging.refresh(repo, pull)
    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{at.api}/repos/{repo.full_name}/pulls/{pull.number}",
        "head": side(pull.head, pull.head_sha),
        "base": side(pull.base, pull.base_sha),
    }


@route("GET", "{R}/pulls", READ)
def list_pulls(ask: Ask) -> Answer:
    query = ask.query
    state, sort = query.get("state", "open"), query.get("sort", "created")
    found = [merging.refresh(ask.repo, pull) for pull in ask.repo.pulls.values()]
    if state != "all":
        found = [pull for pull in found if pull.state == state]
    if "base" in query:
        found = [pull for pull in found if pull.base == query["base"]]
    if ":" in query.get("head", ""):  # without its owner GitHub does not filter at all
        found = [pull for pull in found if f"{pull.head_owner}:{pull.head}" == query["head"]]
    newest = query.get("direction", "desc" if sort == "created" else "asc") == "desc"
    found.sort(key=lambda p: (p.updated if sort == "updated" else p.created, p.number), reverse=newest)
    return ask.page(found, lambda pull: shape_pull(ask, pull))


def _pull(ask: Ask) -> PullRequest:
    pull = ask.repo.pulls.get(ask.number("pull_number"))
    if pull is None:
        raise missing()
    return merging.refresh(ask.repo, pull)


@route("GET", "{R}/pulls/{pull_number}", READ)
def get_pull(ask: Ask) -> Answer:
    pull, objects = _pull(ask), ask.repo.objects
    fork = objects.merge_base(pull.base_sha, pull.head_sha)
    files = changed_files(ask, fork, pull.head_sha)
    shaped = {
        **shape_pull(ask, pull),
        "merged": pull.merged,
        "mergeable": pull.mergeable if pull.state == "open" else None,
        "rebaseable": None,
        "mergeable_state": "unknown" if pull.state != "open" else "clean" if pull.mergeable else "dirty",
        "merged_by": shapes.user(ask.at, pull.merged_by) if pull.merged_by else None,
        "comments": len(ask.repo.comments_of(pull.number)),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(objects.between(pull.base_sha, pull.head_sha)),
        "additions": sum(file["additions"] for file in files),
        "deletions": sum(file["deletions"] for file in files),
        "changed_files": len(files),
    }
    return Answer(200, shaped)


@route("GET", "{R}/pulls/{pull_number}/commits", READ)
def pull_commits(ask: Ask) -> Answer:
    pull = _pull(ask)
    commits = ask.repo.objects.between(pull.base_sha, pull.head_sha)
    return ask.page(commits, lambda commit: whole_commit(ask.at, ask.repo, commit))


@route("GET", "{R}/pulls/{pull_number}/files", READ)
def pull_files(ask: Ask) -> Answer:
    pull = _pull(ask)
    fork = ask.repo.objects.merge_base(pull.base_sha, pull.head_sha)
    return ask.page(changed_files(ask, fork, pull.head_sha), lambda file: file)


@route("GET", "{R}/commits/{commit_sha}/pulls", READ)
def pulls_of_commit(ask: Ask) -> Answer:
    sha = ask.repo.resolve(ask.params["commit_sha"])
    if sha is None:
        raise RefusalError(422, f"No commit found for SHA: {ask.params['commit_sha']}")
    objects, found = ask.repo.objects, []
    for pull in ask.repo.pulls.values():
        merging.refresh(ask.repo, pull)
        brought = {commit.sha for commit in objects.between(pull.base_sha, pull.head_sha)}
        if sha in brought or (pull.merged and sha == pull.merge_commit_sha):
            found.append(pull)
    return ask.page(found, lambda pull: shape_pull(ask, pull))

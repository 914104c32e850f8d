"""Shape people, repositories and other things that many answers hold."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github_server.records import Comment, Reaction, Token, user_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.github_server.exchange import Addresses, Json
    from tests.github_server.state import Repository

# What follows a repository's API address in its many *_url fields.
TEMPLATES = {
    "archive": "{archive_format}{/ref}",
    "assignees": "assignees{/user}",
    "blobs": "git/blobs{/sha}",
    "branches": "branches{/branch}",
    "collaborators": "collaborators{/collaborator}",
    "comments": "comments{/number}",
    "commits": "commits{/sha}",
    "compare": "compare/{base}...{head}",
    "contents": "contents/{+path}",
    "contributors": "contributors",
    "deployments": "deployments",
    "downloads": "downloads",
    "events": "events",
    "forks": "forks",
    "git_commits": "git/commits{/sha}",
    "git_refs": "git/refs{/sha}",
    "git_tags": "git/tags{/sha}",
    "hooks": "hooks",
    "issue_comment": "issues/comments{/number}",
    "issue_events": "issues/events{/number}",
    "issues": "issues{/number}",
    "keys": "keys{/key_id}",
    "labels": "labels{/name}",
    "languages": "languages",
    "merges": "merges",
    "milestones": "milestones{/number}",
    "notifications": "notifications{?since,all,participating}",
    "pulls": "pulls{/number}",
    "releases": "releases{/id}",
    "stargazers": "stargazers",
    "statuses": "statuses/{sha}",
    "subscribers": "subscribers",
    "subscription": "subscription",
    "tags": "tags",
    "teams": "teams",
    "trees": "git/trees{/sha}",
}
REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def node(kind: str, number: int) -> str:
    return f"{kind}_{number}"


def user(at: Addresses, login: str) -> Json:
    """Shape a person or a bot as a simple user."""
    name = quote(login)
    here = f"{at.api}/users/{name}"
    below = {
        "followers_url": "followers",
        "following_url": "following{/other_user}",
        "gists_url": "gists{/gist_id}",
        "starred_url": "starred{/owner}{/repo}",
        "subscriptions_url": "subscriptions",
        "organizations_url": "orgs",
        "repos_url": "repos",
        "events_url": "events{/privacy}",
        "received_events_url": "received_events",
    }
    bot = login.endswith("[bot]")
    return {
        "login": login,
        "id": user_id(login),
        "node_id": node("U", user_id(login)),
        "avatar_url": f"{at.web}/avatars/{user_id(login)}",
        "gravatar_id": "",
        "url": here,
        "html_url": f"{at.web}/apps/{login.removesuffix('[bot]')}" if bot else f"{at.web}/{name}",
        **{key: f"{here}/{rest}" for key, rest in below.items()},
        "type": "Bot" if bot else "User",
        "site_admin": False,
    }


def whole_user(at: Addresses, login: str) -> Json:
    """Shape a person as ``/users/{username}`` shows them."""
    unsaid = dict.fromkeys(("bio", "blog", "company", "email", "hireable", "location", "name", "twitter_username"))
    counts = dict.fromkeys(("followers", "following", "public_gists", "public_repos"), 0)
    day = "2020-01-01T00:00:00Z"
    return {**user(at, login), **unsaid, **counts, "created_at": day, "updated_at": day, "user_view_type": "public"}


def minimal_repository(at: Addresses, repo: Repository) -> Json:
    here = f"{at.api}/repos/{repo.full_name}"
    return {
        "id": repo.id,
        "node_id": node("R", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "owner": user(at, repo.owner),
        "private": repo.private,
        "html_url": f"{at.web}/{repo.full_name}",
        "description": None,
        "fork": repo.parent is not None,
        "url": here,
        **{f"{key}_url": f"{here}/{rest}" for key, rest in TEMPLATES.items()},
    }


def repository(at: Addresses, repo: Repository, token: Token | None = None, *, whole: bool = False) -> Json:
    """Shape a repository; ``whole`` adds what only ``GET /repos/{owner}/{repo}`` has."""
    page = f"{at.web}/{repo.full_name}"
    may_push = token is not None and token.may(repo, "contents", "write")
    counts = ("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers")
    shaped: Json = {
        **minimal_repository(at, repo),
        "clone_url": f"{page}.git",
        "git_url": f"git:{page.split(':', 1)[1]}.git",
        "ssh_url": f"git@{at.web.split('//', 1)[1]}:{repo.full_name}.git",
        "svn_url": page,
        "homepage": None,
        "language": None,
        "license": None,
        "mirror_url": None,
        "default_branch": repo.default_branch,
        **dict.fromkeys((*counts, "watchers_count"), 0),
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_downloads"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "archived", "disabled", "is_template"), False),
        "topics": [],
        "visibility": "private" if repo.private else "public",
        "allow_forking": True,
        "created_at": repo.created,
        "updated_at": repo.created,
        "pushed_at": repo.created,
        "permissions": {"admin": False, "maintain": False, "push": may_push, "triage": may_push, "pull": True},
    }
    if whole:
        shaped |= {"network_count": 0, "subscribers_count": 0}
        if repo.parent:
            parent = repository(at, repo.parent, token)
            shaped |= {"parent": parent, "source": parent}
    return shaped


def reaction(at: Addresses, made: Reaction) -> Json:
    return {
        "id": made.id,
        "node_id": node("REA", made.id),
        "user": user(at, made.login),
        "content": made.content,
        "created_at": made.created,
    }


def rollup(address: str, reactions: Sequence[Reaction]) -> Json:
    counts = {name: sum(r.content == name for r in reactions) for name in REACTIONS}
    return {"url": f"{address}/reactions", "total_count": len(reactions), **counts}


def association(repo: Repository, login: str) -> str:
    return "OWNER" if login == repo.owner else "NONE"


def comment(at: Addresses, repo: Repository, made: Comment) -> Json:
    thread = "pull" if made.issue in repo.pulls else "issues"
    here = f"{at.api}/repos/{repo.full_name}/issues/comments/{made.id}"
    return {
        "id": made.id,
        "node_id": node("IC", made.id),
        "url": here,
        "html_url": f"{at.web}/{repo.full_name}/{thread}/{made.issue}#issuecomment-{made.id}",
        "issue_url": f"{at.api}/repos/{repo.full_name}/issues/{made.issue}",
        "body": made.body,
        "user": user(at, made.login),
        "created_at": made.created,
        "updated_at": made.updated,
        "author_association": association(repo, made.login),
        "performed_via_github_app": None,
        "reactions": rollup(here, made.reactions),
        "minimized": {"reason": made.minimized} if made.minimized else None,
    }

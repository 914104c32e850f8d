"""Answer what reads a repository: itself, branches, commits, comparisons and files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github_server import shapes
from tests.github_server.exchange import PER_PAGE, Answer, RefusalError, missing, route
from tests.github_server.git import git_commit, lines_of_base64

if TYPE_CHECKING:
    from tests.github_server.exchange import Addresses, Ask, Json
    from tests.github_server.objects import Commit, Entry
    from tests.github_server.state import Repository

INLINE_LIMIT = 1024 * 1024  # docs: "Get repository content": above 1 MB only the raw media type has the bytes
RAW_LIMIT = 100 * 1024 * 1024  # docs: the same page; nothing above 100 MB
COMPARE_COMMITS = 250  # docs: "Compare two commits", without paging
COMPARE_FILES = 300


def _here(ask: Ask) -> str:
    return f"{ask.at.api}/repos/{ask.repo.full_name}"


@route("GET", "{R}")
def get_repository(ask: Ask) -> Answer:
    return Answer(200, shapes.repository(ask.at, ask.repo, ask.token, whole=True))


def whole_commit(at: Addresses, repo: Repository, commit: Commit) -> Json:
    """Shape a commit as the commits API does: the git commit inside, people of GitHub around it."""
    inner = git_commit(at, repo, commit)
    here = f"{at.api}/repos/{repo.full_name}"
    return {
        "sha": commit.sha,
        "node_id": inner["node_id"],
        "url": f"{here}/commits/{commit.sha}",
        "html_url": inner["html_url"],
        "comments_url": f"{here}/commits/{commit.sha}/comments",
        "commit": {
            "url": inner["url"],
            "author": inner["author"],
            "committer": inner["committer"],
            "message": commit.message,
            "tree": inner["tree"],
            "comment_count": 0,
            "verification": inner["verification"],
        },
        "author": shapes.user(at, commit.author.name) if " " not in commit.author.name else None,
        "committer": shapes.user(at, commit.committer.name) if " " not in commit.committer.name else None,
        "parents": [{**p, "url": f"{here}/commits/{p['sha']}"} for p in inner["parents"]],
    }


def changed_files(ask: Ask, old: str | None, new: str) -> list[Json]:
    """Return the files that differ between two commits, whole files counted as one line."""
    objects = ask.repo.objects
    before = objects.files(objects.commit(old).tree) if old else {}
    after = objects.files(objects.commit(new).tree)
    told = []
    for path in sorted(before.keys() | after.keys()):
        was, now = before.get(path), after.get(path)
        if was == now:
            continue
        status = "added" if was is None else "removed" if now is None else "modified"
        kept: Entry = now or was  # type: ignore[assignment]  # one of the two is there
        told.append(
            {
                "sha": kept.sha,
                "filename": path,
                "status": status,
                "additions": 0 if now is None else 1,
                "deletions": 0 if was is None else 1,
                "changes": (now is not None) + (was is not None),
                "blob_url": f"{ask.at.web}/{ask.repo.full_name}/blob/{new}/{quote(path)}",
                "raw_url": f"{ask.at.web}/{ask.repo.full_name}/raw/{new}/{quote(path)}",
                "contents_url": f"{_here(ask)}/contents/{quote(path)}?ref={new}",
            }
        )
    return told


def _commit(ask: Ask, name: str) -> Commit:
    if not ask.repo.refs:
        raise RefusalError(409, "Git Repository is empty.")
    sha = ask.repo.resolve(name)
    if sha is None:
        raise RefusalError(422, f"No commit found for SHA: {name}")
    return ask.repo.objects.commit(sha)


@route("GET", "{R}/commits", "contents:read")
def list_commits(ask: Ask) -> Answer:
    start = ask.query.get("sha", ask.repo.default_branch)
    if ask.repo.resolve(start) is None:
        raise missing()
    commits = ask.repo.objects.history(_commit(ask, start).sha)
    path = ask.query.get("path")
    if path:
        objects = ask.repo.objects
        commits = [
            c
            for c in commits
            if objects.at(c.tree, path) != (objects.at(objects.commit(c.parents[0]).tree, path) if c.parents else None)
        ]
    return ask.page(commits, lambda commit: whole_commit(ask.at, ask.repo, commit))


@route("GET", "{R}/commits/{ref}", "contents:read")
def get_commit(ask: Ask) -> Answer:
    commit = _commit(ask, ask.params["ref"])
    if "sha" in ask.headers.get("Accept", ""):
        return Answer(200, commit.sha.encode(), {"Content-Type": "application/vnd.github.sha"})
    files = changed_files(ask, commit.parents[0] if commit.parents else None, commit.sha)
    shaped = whole_commit(ask.at, ask.repo, commit)
    added, gone = sum(f["additions"] for f in files), sum(f["deletions"] for f in files)
    return Answer(
        200, {**shaped, "stats": {"additions": added, "deletions": gone, "total": added + gone}, "files": files}
    )


@route("GET", "{R}/compare/{basehead}", "contents:read")
def compare(ask: Ask) -> Answer:
    names = ask.params["basehead"].split("...")
    if len(names) != 2:
        raise missing()
    base, head = (_across(ask, name) for name in names)
    objects = ask.repo.objects
    fork = objects.merge_base(base.sha, head.sha)
    if fork is None:
        raise RefusalError(404, f"No common ancestor between {names[0]} and {names[1]}.")
    ahead, behind = objects.between(base.sha, head.sha), objects.between(head.sha, base.sha)
    size, number = COMPARE_COMMITS, 1
    headers: dict[str, str] = {}
    if "per_page" in ask.query or "page" in ask.query:
        size, number = min(int(ask.query.get("per_page", PER_PAGE)), COMPARE_COMMITS), int(ask.query.get("page", 1))
        headers = ask.links(number, max((len(ahead) + size - 1) // size, 1))
    page = f"{ask.at.web}/{ask.repo.full_name}/compare/{ask.params['basehead']}"
    shaped: Json = {
        "url": f"{_here(ask)}/compare/{ask.params['basehead']}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": whole_commit(ask.at, ask.repo, base),
        "merge_base_commit": whole_commit(ask.at, ask.repo, objects.commit(fork)),
        "status": {
            (False, False): "identical",
            (True, False): "ahead",
            (False, True): "behind",
            (True, True): "diverged",
        }[bool(ahead), bool(behind)],
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [whole_commit(ask.at, ask.repo, c) for c in ahead[(number - 1) * size : number * size]],
    }
    if number == 1:
        shaped["files"] = changed_files(ask, fork, head.sha)[:COMPARE_FILES]
    return Answer(200, shaped, headers)


def _across(ask: Ask, name: str) -> Commit:
    """Find one side of a comparison: a ref, a SHA, or ``owner:branch`` of a fork."""
    owner, colon, branch = name.partition(":")
    for repo in ask.github.repositories.values() if colon else (ask.repo,):
        if repo.objects is ask.repo.objects and (not colon or repo.owner == owner):
            sha = repo.resolve(branch if colon else name)
            if sha:
                return repo.objects.commit(sha)
    raise missing()


@route("GET", "{R}/branches", "contents:read")
def list_branches(ask: Ask) -> Answer:
    def shape(name: str) -> Json:
        sha = ask.repo.refs[f"refs/heads/{name}"]
        commit = {"sha": sha, "url": f"{_here(ask)}/commits/{sha}"}
        url = f"{_here(ask)}/branches/{quote(name)}/protection"
        return {"name": name, "commit": commit, "protected": name in ask.repo.protected_branches, "protection_url": url}

    return ask.page(ask.repo.branches(), shape)


@route("GET", "{R}/branches/{branch}", "contents:read")
def get_branch(ask: Ask) -> Answer:
    name = ask.params["branch"]
    sha = ask.repo.refs.get(f"refs/heads/{name}")
    if sha is None:
        raise RefusalError(404, "Branch not found")
    here = f"{_here(ask)}/branches/{quote(name)}"
    shaped = {
        "name": name,
        "commit": whole_commit(ask.at, ask.repo, ask.repo.objects.commit(sha)),
        "_links": {"self": here, "html": f"{ask.at.web}/{ask.repo.full_name}/tree/{name}"},
        "protected": name in ask.repo.protected_branches,
        "protection": {
            "enabled": name in ask.repo.protected_branches,
            "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
        },
        "protection_url": f"{here}/protection",
    }
    return Answer(200, shaped)


@route("GET", "{R}/tags", "contents:read")
def list_tags(ask: Ask) -> Answer:
    def shape(name: str) -> Json:
        sha = ask.repo.resolve(f"refs/tags/{name}")
        return {
            "name": name,
            "node_id": f"REF_{quote(name)}",
            "commit": {"sha": sha, "url": f"{_here(ask)}/commits/{sha}"},
            "zipball_url": f"{_here(ask)}/zipball/refs/tags/{quote(name)}",
            "tarball_url": f"{_here(ask)}/tarball/refs/tags/{quote(name)}",
        }

    return ask.page(list(reversed(ask.repo.tags())), shape)


def _entry(ask: Ask, path: str, entry: Entry, ref: str) -> Json:
    kind = {"tree": "dir", "commit": "submodule"}.get(entry.kind, "file")
    address = f"{_here(ask)}/contents/{quote(path)}?ref={quote(ref, safe='')}"
    page = f"{ask.at.web}/{ask.repo.full_name}/{'tree' if kind == 'dir' else 'blob'}/{quote(ref)}/{quote(path)}"
    git = f"{_here(ask)}/git/{'trees' if kind == 'dir' else 'blobs'}/{entry.sha}"
    raw = f"{ask.at.web}/{ask.repo.full_name}/raw/{quote(ref)}/{quote(path)}" if kind == "file" else None
    return {
        "type": kind,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": len(ask.repo.objects.read(entry.sha, "blob")) if kind == "file" else 0,
        "url": address,
        "html_url": page,
        "git_url": git,
        "download_url": raw,
        "_links": {"self": address, "git": git, "html": page},
    }


@route("GET", "{R}/contents/{path}", "contents:read")
def get_contents(ask: Ask) -> Answer:
    path, ref = ask.params["path"].strip("/"), ask.query.get("ref", ask.repo.default_branch)
    sha = ask.repo.resolve(ref)
    if sha is None:
        raise RefusalError(404, f"No commit found for the ref {ref}")
    entry = ask.repo.objects.at(ask.repo.objects.commit(sha).tree, path)
    if entry is None:
        raise missing()
    if entry.kind != "blob":
        level = ask.repo.objects.level(entry.sha)
        below = [_entry(ask, f"{path}/{name}".lstrip("/"), inner, ref) for name, inner in sorted(level.items())]
        return Answer(200, below)
    data = ask.repo.objects.read(entry.sha, "blob")
    if len(data) > RAW_LIMIT:
        told = {"resource": "Blob", "code": "too_large", "field": "data"}
        raise RefusalError(403, "This API returns blobs up to 100 MB in size.", [told])
    if "raw" in ask.headers.get("Accept", ""):
        return Answer(200, data, {"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})
    small = len(data) <= INLINE_LIMIT
    shaped = _entry(ask, path, entry, ref)
    inside = {"content": lines_of_base64(data), "encoding": "base64"} if small else {"content": "", "encoding": "none"}
    return Answer(200, {**shaped, **inside})

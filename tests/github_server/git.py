"""Answer the Git data API: blobs, trees, commits, tags and refs."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.github_server.clock import stamp_of
from tests.github_server.exchange import Answer, RefusalError, missing, route
from tests.github_server.objects import BadObjectError, Entry, Person
from tests.github_server.state import SHA

if TYPE_CHECKING:
    from tests.github_server.exchange import Addresses, Ask, Json
    from tests.github_server.objects import Commit
    from tests.github_server.state import Repository

BLOB_LIMIT = 100 * 1024 * 1024  # docs: "Get a blob" supports blobs up to 100 megabytes
TREE_LIMIT = 100_000  # docs: "Get a tree", entries of a recursive listing
UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def _here(ask: Ask) -> str:
    return f"{ask.at.api}/repos/{ask.repo.full_name}"


def _not_empty(ask: Ask) -> None:
    if not ask.repo.refs:
        raise RefusalError(409, "Git Repository is empty.")


@route("POST", "{R}/git/blobs", "contents:write")
def create_blob(ask: Ask) -> Answer:
    _not_empty(ask)
    content, encoding = ask.body["content"], ask.body.get("encoding", "utf-8")
    if encoding == "base64":
        try:
            data = base64.b64decode("".join(content.split()), validate=True)
        except binascii.Error:
            raise RefusalError(422, "content is not valid Base64") from None
    else:
        data = content.encode()
    sha = ask.repo.objects.put("blob", data)
    url = f"{_here(ask)}/git/blobs/{sha}"
    return Answer(201, {"sha": sha, "url": url}, {"Location": url})


@route("GET", "{R}/git/blobs/{file_sha}", "contents:read")
def get_blob(ask: Ask) -> Answer:
    sha = ask.params["file_sha"]
    if ask.repo.objects.kind(sha) != "blob":
        raise missing()
    data = ask.repo.objects.read(sha, "blob")
    if "raw" in ask.headers.get("Accept", ""):
        return Answer(200, data, {"Content-Type": "application/vnd.github.raw"})
    if len(data) > BLOB_LIMIT:
        raise RefusalError(403, "This blob is too large", [{"resource": "Blob", "code": "too_large", "field": "data"}])
    shaped = {
        "sha": sha,
        "node_id": f"B_{sha}",
        "size": len(data),
        "url": f"{_here(ask)}/git/blobs/{sha}",
        "content": lines_of_base64(data),
        "encoding": "base64",
    }
    return Answer(200, shaped)


def lines_of_base64(data: bytes) -> str:
    """Encode as GitHub does: lines of sixty characters."""
    whole = base64.b64encode(data).decode()
    return "".join(f"{whole[at : at + 60]}\n" for at in range(0, len(whole), 60))


def _tree(ask: Ask, sha: str, *, deep: bool = False) -> Json:
    objects = ask.repo.objects
    found = list(objects.walk(sha)) if deep else list(objects.level(sha).items())
    shown = []
    for path, entry in found[:TREE_LIMIT]:
        shaped: Json = {"path": path, "mode": entry.mode.rjust(6, "0"), "type": entry.kind, "sha": entry.sha}
        if entry.kind == "blob":
            shaped["size"] = len(objects.read(entry.sha, "blob"))
        if entry.kind != "commit":
            shaped["url"] = f"{_here(ask)}/git/{entry.kind}s/{entry.sha}"
        shown.append(shaped)
    truncated = len(found) > TREE_LIMIT
    return {"sha": sha, "url": f"{_here(ask)}/git/trees/{sha}", "tree": shown, "truncated": truncated}


def tree_of(repo: Repository, name: str) -> str | None:
    """Return the tree that a tree's SHA, a commit or a ref means."""
    if repo.objects.kind(name) == "tree":
        return name
    commit = repo.resolve(name)
    return repo.objects.commit(commit).tree if commit else None


@route("POST", "{R}/git/trees", "contents:write")
def create_tree(ask: Ask) -> Answer:
    _not_empty(ask)
    objects = ask.repo.objects
    base = ask.body.get("base_tree")
    if base is not None:
        base = tree_of(ask.repo, base)
        if base is None:
            raise RefusalError(422, "base_tree is not a valid tree oid")
    if not ask.body["tree"]:
        raise RefusalError(422, "Invalid tree info")
    changes: dict[str, Entry | None] = {}
    for item in ask.body["tree"]:
        if "path" not in item or "mode" not in item or ("sha" in item and "content" in item):
            raise RefusalError(422, "Must supply either tree.sha or tree.content")
        mode = item["mode"].lstrip("0")
        if "content" in item:
            changes[item["path"]] = Entry(mode, objects.put("blob", item["content"].encode()))
        elif item.get("sha") is None:
            changes[item["path"]] = None
        elif objects.kind(item["sha"]) != Entry(mode, item["sha"]).kind:
            raise RefusalError(422, f"tree.sha {item['sha']} is not a valid {Entry(mode, '').kind}")
        else:
            changes[item["path"]] = Entry(mode, item["sha"])
    try:
        sha = objects.write_tree(base, changes)
    except BadObjectError:
        raise RefusalError(422, "GitRPC::BadObjectState") from None
    return Answer(201, _tree(ask, sha), {"Location": f"{_here(ask)}/git/trees/{sha}"})


@route("GET", "{R}/git/trees/{tree_sha}", "contents:read")
def get_tree(ask: Ask) -> Answer:
    _not_empty(ask)
    sha = tree_of(ask.repo, ask.params["tree_sha"])
    if sha is None:
        raise missing()
    return Answer(200, _tree(ask, sha, deep="recursive" in ask.query))


def git_commit(at: Addresses, repo: Repository, commit: Commit) -> Json:
    here, page = f"{at.api}/repos/{repo.full_name}", f"{at.web}/{repo.full_name}"
    people = {
        role: {"name": who.name, "email": who.email, "date": stamp_of(who.seconds)}
        for role, who in (("author", commit.author), ("committer", commit.committer))
    }
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{here}/git/commits/{commit.sha}",
        "html_url": f"{page}/commit/{commit.sha}",
        **people,
        "tree": {"sha": commit.tree, "url": f"{here}/git/trees/{commit.tree}"},
        "message": commit.message,
        "parents": [
            {"sha": p, "url": f"{here}/git/commits/{p}", "html_url": f"{page}/commit/{p}"} for p in commit.parents
        ],
        "verification": UNSIGNED,
    }


def _person(given: Json | None, default: Person) -> Person:
    if given is None:
        return default
    seconds = default.seconds
    if "date" in given:
        seconds = int(datetime.fromisoformat(given["date"]).timestamp())
    return Person(given["name"], given["email"], seconds)


@route("POST", "{R}/git/commits", "contents:write")
def create_commit(ask: Ask) -> Answer:
    _not_empty(ask)
    objects, body = ask.repo.objects, ask.body
    if objects.kind(body["tree"]) != "tree":
        raise RefusalError(422, "Tree SHA does not exist")
    parents = tuple(body.get("parents") or ())
    if any(objects.kind(parent) != "commit" for parent in parents):
        raise RefusalError(422, "Parent SHA does not exist or is not a commit object")
    author = _person(body.get("author"), ask.repo.person(ask.caller.login))
    committer = _person(body.get("committer"), author)
    sha = objects.write_commit(
        tree=body["tree"], parents=parents, message=body["message"], author=author, committer=committer
    )
    shaped = git_commit(ask.at, ask.repo, objects.commit(sha))
    return Answer(201, shaped, {"Location": shaped["url"]})


@route("GET", "{R}/git/commits/{commit_sha}", "contents:read")
def get_commit(ask: Ask) -> Answer:
    _not_empty(ask)
    sha = ask.params["commit_sha"]
    if ask.repo.objects.kind(sha) != "commit":
        raise missing()
    return Answer(200, git_commit(ask.at, ask.repo, ask.repo.objects.commit(sha)))


def _ref(ask: Ask, name: str) -> Json:
    sha = ask.repo.refs[name]
    kind = ask.repo.objects.kind(sha)
    return {
        "ref": name,
        "node_id": f"REF_{quote(name)}",
        "url": f"{_here(ask)}/git/{name}",
        "object": {"type": kind, "sha": sha, "url": f"{_here(ask)}/git/{kind}s/{sha}"},
    }


@route("GET", "{R}/git/ref/{ref}", "contents:read")
def get_ref(ask: Ask) -> Answer:
    _not_empty(ask)
    name = f"refs/{ask.params['ref']}"
    if name not in ask.repo.refs:
        raise missing()
    return Answer(200, _ref(ask, name))


@route("GET", "{R}/git/matching-refs/{ref}", "contents:read")
def matching_refs(ask: Ask) -> Answer:
    _not_empty(ask)
    start = f"refs/{ask.params['ref']}"
    return Answer(200, [_ref(ask, name) for name in sorted(ask.repo.refs) if name.startswith(start)])


def _object(ask: Ask, sha: str) -> str:
    if not SHA.match(sha):
        raise RefusalError(422, "The sha parameter must be exactly 40 characters and contain only [0-9a-f].")
    if sha not in ask.repo.objects:
        raise RefusalError(422, "Object does not exist")
    return sha


@route("POST", "{R}/git/refs", "contents:write")
def create_ref(ask: Ask) -> Answer:
    _not_empty(ask)
    name = ask.body["ref"]
    if not name.startswith("refs/") or name.count("/") < 2:
        raise RefusalError(422, "Reference name must start with 'refs/' and have at least two slashes.")
    if name in ask.repo.refs:
        raise RefusalError(422, "Reference already exists")
    above = {name.rsplit("/", n)[0] for n in range(1, name.count("/"))}
    if above & ask.repo.refs.keys() or any(ref.startswith(f"{name}/") for ref in ask.repo.refs):
        raise RefusalError(422, "Reference cannot be created: its name is a folder of another reference")
    if name.startswith("refs/tags/") and ask.repo.protected_tag(name):
        raise RefusalError(422, "Reference cannot be created: an immutable release used this tag")
    ask.repo.refs[name] = _object(ask, ask.body["sha"])
    shaped = _ref(ask, name)
    return Answer(201, shaped, {"Location": shaped["url"]})


def _movable(ask: Ask) -> str:
    name = f"refs/{ask.params['ref']}"
    if name not in ask.repo.refs:
        raise RefusalError(422, "Reference does not exist")
    if name.startswith("refs/tags/") and ask.repo.protected_tag(name):
        raise RefusalError(422, "Cannot change a tag of an immutable release")
    return name


@route("PATCH", "{R}/git/refs/{ref}", "contents:write")
def update_ref(ask: Ask) -> Answer:
    name = _movable(ask)
    ask.repo.move(name, _object(ask, ask.body["sha"]), force=ask.body.get("force", False))
    return Answer(200, _ref(ask, name))


@route("DELETE", "{R}/git/refs/{ref}", "contents:write")
def delete_ref(ask: Ask) -> Answer:
    name = _movable(ask)
    if name == f"refs/heads/{ask.repo.default_branch}":
        raise RefusalError(422, "Cannot delete the default branch")
    del ask.repo.refs[name]
    return Answer(204)


@route("GET", "{R}/git/tags/{tag_sha}", "contents:read")
def get_tag(ask: Ask) -> Answer:
    sha = ask.params["tag_sha"]
    if ask.repo.objects.kind(sha) != "tag":
        raise missing()
    head, _, message = ask.repo.objects.read(sha, "tag").decode().partition("\n\n")
    fields = dict(line.split(" ", 1) for line in head.splitlines())
    shaped = {
        "sha": sha,
        "node_id": f"T_{sha}",
        "url": f"{_here(ask)}/git/tags/{sha}",
        "tag": fields["tag"],
        "message": message,
        "tagger": {"name": "octo", "email": "octo@users.noreply.github.com", "date": "2020-01-01T00:00:00Z"},
        "object": {
            "sha": fields["object"],
            "type": fields["type"],
            "url": f"{_here(ask)}/git/{fields['type']}s/{fields['object']}",
        },
        "verification": UNSIGNED,
    }
    return Answer(200, shaped)

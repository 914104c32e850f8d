"""The server that stands in for GitHub keeps GitHub's own rules; what it gets wrong, every other test would believe."""

from __future__ import annotations

import hashlib
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.github_server import faults
from tests.github_server.description import document, parameters
from tests.github_server.exchange import ROUTES
from tests.github_server.fixtures import Ground, github

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.github_server.records import Token

__all__ = ["github"]


class Caller:
    """A client that knows nothing: what it sends is what the test says."""

    def __init__(self, ground: Ground, token: Token | None = None, *, base: str | None = None) -> None:
        self.ground, self.base = ground, base or ground.url
        self.headers = {"Authorization": f"Bearer {token.value}"} if token else {}

    def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> requests.Response:
        address = path if path.startswith("http") else f"{self.base}/repos/{self.ground.repo.full_name}/{path}"
        headers = self.headers | more.pop("headers", {})
        return requests.request(
            method, address.rstrip("/"), json=json, headers=headers, timeout=30, allow_redirects=False, **more
        )


@pytest.fixture
def call(github: Ground) -> Caller:
    return Caller(github, github.writer)


def said(answer: requests.Response) -> str:
    return f"{answer.status_code} {answer.json()['message']}"


def commit(call: Caller, files: Mapping[str, str], parents: list[str]) -> str:
    tree = [{"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in files.items()]
    sha = call("POST", "git/trees", {"tree": tree}).json()["sha"]
    made = call("POST", "git/commits", {"message": "A step", "tree": sha, "parents": parents})
    assert made.status_code == 201
    return str(made.json()["sha"])


# Who may do what


def test_who_calls_decides_what_is_there(github: Ground) -> None:
    github.repo.private = True
    stranger = github.github.token(repositories=frozenset({"octo/other"}))
    old = github.github.token(expires=datetime.now(UTC) - timedelta(seconds=1))
    unknown = Caller(github)
    unknown.headers = {"Authorization": "Bearer nobody"}
    assert said(Caller(github)("GET", "")) == "404 Not Found"
    assert said(Caller(github, stranger)("GET", "")) == "404 Not Found"
    assert said(Caller(github, old)("GET", "")) == said(unknown("GET", "")) == "401 Bad credentials"
    assert Caller(github, github.reader)("GET", "").json()["private"] is True


def test_a_public_repository_is_read_by_everybody_and_written_by_those_who_may(github: Ground) -> None:
    nobody = Caller(github)
    assert nobody("GET", "git/ref/heads/main").status_code == 200
    assert said(nobody("POST", "git/blobs", {"content": "x"})) == "401 Requires authentication"
    refused = Caller(github, github.reader)("POST", "git/blobs", {"content": "x"})
    assert said(refused) == "403 Resource not accessible by integration"
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "contents=write"
    elsewhere = github.github.token(repositories=frozenset({"octo/other"}))
    assert Caller(github, elsewhere)("POST", "git/blobs", {"content": "x"}).status_code == 403


def test_a_job_has_no_user_and_a_person_has(github: Ground) -> None:
    person = github.github.token(login="alice")
    assert said(Caller(github, github.writer)("GET", f"{github.url}/user")).startswith("403")
    assert Caller(github, person)("GET", f"{github.url}/user").json()["login"] == "alice"


def test_a_comment_needs_issues_or_pull_requests(github: Ground) -> None:
    issue = github.repo.open_issue("Ask")
    github.repo.commit({"a": "1"}, branch="change")
    pull = github.repo.open_pull("change")
    token = github.github.token(permissions={"pull_requests": "write"})
    assert Caller(github, token)("POST", f"issues/{pull.number}/comments", {"body": "x"}).status_code == 201
    assert Caller(github, token)("POST", f"issues/{issue.number}/comments", {"body": "x"}).status_code == 403
    github.repo.lock(pull.number)
    assert said(Caller(github, token)("POST", f"issues/{pull.number}/comments", {"body": "x"})).startswith("403 Unable")


def test_requests_are_counted_until_there_are_none(github: Ground, call: Caller) -> None:
    github.writer.limit = 2
    assert call("GET", "").headers["X-RateLimit-Remaining"] == "1"
    assert call("GET", "").headers["X-RateLimit-Remaining"] == "0"
    over = call("GET", "")
    assert said(over).startswith("403 API rate limit exceeded")
    github.github.clock.advance(float(over.headers["X-RateLimit-Reset"]) - github.github.clock.now().timestamp())
    assert call("GET", "").status_code == 200


# Git


def test_objects_and_history_are_those_of_git(github: Ground, tmp_path: Path) -> None:
    def git(*args: str) -> str:
        identity = ["-c", "user.name=alice", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
        done = subprocess.run(["git", *identity, *args], cwd=tmp_path, check=True, capture_output=True, text=True)  # noqa: S607
        return done.stdout.strip()

    git("init", "-q")
    (tmp_path / "data.txt").write_text("hello\n")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_text("x")
    git("add", ".")
    git("commit", "-qm", "One")
    (tmp_path / "data.txt").unlink()
    git("commit", "-qam", "Two")
    tip = github.repo.push_from(tmp_path, "main")
    assert (tip.sha, tip.tree) == (git("rev-parse", "HEAD"), git("rev-parse", "HEAD^{tree}"))
    assert github.repo.read("data.txt", tip.parents[0]) == b"hello\n"
    made = {sha: github.repo.objects.put(kind, data) for sha, kind, data in github.repo.objects.all()}
    assert all(sha == again for sha, again in made.items())
    written = github.repo.commit({"deep/er/more": "y", "deep/er/file": None})
    git("rm", "-q", "deep/er/file")
    (tmp_path / "deep" / "er").mkdir(parents=True, exist_ok=True)
    (tmp_path / "deep" / "er" / "more").write_text("y")
    git("add", ".")
    assert git("write-tree") == written.tree


def test_a_ref_moves_forward_only(github: Ground, call: Caller) -> None:
    first = commit(call, {"a": "1"}, [])
    second = commit(call, {"a": "2"}, [first])
    rival = commit(call, {"a": "3"}, [first])
    made = call("POST", "git/refs", {"ref": "refs/heads/modelbout/ledger", "sha": first})
    assert made.status_code == 201
    again = call("POST", "git/refs", {"ref": "refs/heads/modelbout/ledger", "sha": first})
    assert said(again) == "422 Reference already exists"
    assert call("PATCH", "git/refs/heads/modelbout/ledger", {"sha": second}).status_code == 200
    refused = call("PATCH", "git/refs/heads/modelbout/ledger", {"sha": rival, "force": False})
    assert said(refused) == "422 Update is not a fast forward"
    assert github.repo.tip("modelbout/ledger").sha == second
    assert call("PATCH", "git/refs/heads/modelbout/ledger", {"sha": rival, "force": True}).status_code == 200
    assert said(call("PATCH", "git/refs/heads/gone", {"sha": rival})) == "422 Reference does not exist"
    assert said(call("PATCH", "git/refs/heads/modelbout/ledger", {"sha": "0" * 40})) == "422 Object does not exist"
    assert call("DELETE", "git/refs/heads/modelbout/ledger").status_code == 204
    assert call("GET", "git/ref/heads/modelbout/ledger").status_code == 404


def test_a_tree_is_its_base_with_changes(github: Ground, call: Caller) -> None:
    start = github.repo.commit({"keep": "1", "gone/away": "2"})
    tree = [
        {"path": "gone/away", "mode": "100644", "type": "blob", "sha": None},
        {"path": "new/one", "mode": "100644", "type": "blob", "content": "3"},
    ]
    made = call("POST", "git/trees", {"base_tree": start.tree, "tree": tree})
    deep = call("GET", f"git/trees/{made.json()['sha']}?recursive=1").json()
    assert [entry["path"] for entry in deep["tree"]] == ["README.md", "keep", "new", "new/one"]
    nothing = [{"path": "never/was", "mode": "100644", "type": "blob", "sha": None}]
    assert call("POST", "git/trees", {"base_tree": start.tree, "tree": nothing}).status_code == 422


def test_a_file_is_read_at_a_ref_and_raw(github: Ground, call: Caller) -> None:
    github.repo.commit({"a/b.bin": b"\0\1\2" * 100, "big": b"x" * 2_000_000}, branch="side/branch")
    shown = call("GET", "contents/a/b.bin?ref=side/branch").json()
    assert (shown["encoding"], shown["size"]) == ("base64", 300)
    raw = {"Accept": "application/vnd.github.raw+json"}
    assert call("GET", "contents/a/b.bin?ref=side/branch", headers=raw).content == b"\0\1\2" * 100
    assert call("GET", "contents/big?ref=side/branch").json()["encoding"] == "none"
    assert [entry["name"] for entry in call("GET", "contents/a?ref=side/branch").json()] == ["b.bin"]
    assert [entry["path"] for entry in call("GET", "contents/").json()] == ["README.md"]
    assert call("GET", "contents/a/b.bin").status_code == 404
    assert call("GET", "commits/side/branch").json()["sha"] == github.repo.tip("side/branch").sha
    assert call("GET", "commits/nowhere").status_code == 422


def test_a_comparison_tells_oldest_first_by_pages(github: Ground, call: Caller) -> None:
    base = github.repo.tip().sha
    made = [github.repo.commit({"n": str(n)}).sha for n in range(5)]
    whole = call("GET", f"compare/{base}...main").json()
    assert (whole["status"], whole["ahead_by"]) == ("ahead", 5)
    assert [c["sha"] for c in whole["commits"]] == made
    second = call("GET", f"compare/{base}...main?per_page=2&page=2").json()
    assert [c["sha"] for c in second["commits"]] == made[2:4]
    github.repo.force_push("main", github.repo.objects.commit(made[0]).sha)
    assert call("GET", f"compare/{made[4]}...main").json()["status"] == "behind"
    side = github.repo.commit({"x": "y"}).sha
    assert call("GET", f"compare/{made[4]}...{side}").json()["status"] == "diverged"
    assert call("GET", f"compare/{'0' * 40}...main").status_code == 404


# Releases


def draft(call: Caller, tag: str = "churn@v1.0.0", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = call("POST", "releases", {"tag_name": tag, "draft": True, **more}).json()
    return made


def upload(call: Caller, release: dict[str, Any], name: str, content: bytes) -> requests.Response:
    address = release["upload_url"].split("{")[0]
    return call("POST", f"{address}?name={name}", data=content, headers={"Content-Type": "application/zip"})


def test_a_draft_is_hidden_until_it_is_published(github: Ground, call: Caller) -> None:
    made = draft(call)
    reader = Caller(github, github.reader)
    assert call("GET", "releases/tags/churn@v1.0.0").status_code == 404
    assert reader("GET", "releases").json() == []
    assert reader("GET", f"releases/{made['id']}").status_code == 404
    assert "refs/tags/churn@v1.0.0" not in github.repo.refs
    body = {"draft": False, "make_latest": "false"}
    assert call("PATCH", f"releases/{made['id']}", body).json()["published_at"]
    assert github.repo.refs["refs/tags/churn@v1.0.0"] == github.repo.tip().sha
    assert reader("GET", "releases/tags/churn@v1.0.0").json()["id"] == made["id"]
    assert call("GET", "releases/latest").status_code == 404
    second = draft(call)
    refused = call("PATCH", f"releases/{second['id']}", {"draft": False})
    assert refused.json()["errors"] == [{"resource": "Release", "code": "already_exists", "field": "tag_name"}]
    assert [release["draft"] for release in call("GET", "releases").json()] == [True, False]
    call("PATCH", f"releases/{second['id']}", {"tag_name": "churn@v1.0.1"})
    github.repo.add_release("churn@v2.0.0")
    github.repo.drafts_first = False
    assert [release["draft"] for release in call("GET", "releases").json()] == [False, True, False]


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_an_asset_comes_back_from_storage_with_its_digest(github: Ground, prefix: str) -> None:
    call = Caller(github, github.writer, base=github.url + prefix)
    release = draft(call)
    made = upload(call, release, "bundle.zip", b"bytes").json()
    assert made["state"] == "uploaded"
    assert made["digest"] == "sha256:" + hashlib.sha256(b"bytes").hexdigest()
    refused = upload(call, release, "bundle.zip", b"others")
    assert refused.json()["errors"] == [{"resource": "ReleaseAsset", "code": "already_exists", "field": "name"}]
    assert call("GET", made["url"]).json()["name"] == "bundle.zip"
    there = call("GET", made["url"], headers={"Accept": "application/octet-stream"})
    assert there.status_code == 302
    assert call("GET", there.headers["Location"]).status_code == 400
    assert requests.get(there.headers["Location"], timeout=30).content == b"bytes"
    github.repo.redirects = False
    assert call("GET", made["url"], headers={"Accept": "application/octet-stream"}).content == b"bytes"
    assert call("DELETE", made["url"]).status_code == 204
    assert call("GET", f"releases/{release['id']}/assets").json() == []


def test_an_immutable_release_is_frozen_and_burns_its_tag(github: Ground, call: Caller) -> None:
    github.repo.immutable_releases = True
    release = draft(call)
    asset = upload(call, release, "bundle.zip", b"bytes").json()
    published = call("PATCH", f"releases/{release['id']}", {"draft": False}).json()
    assert published["immutable"] is True
    assert upload(call, release, "more", b"bytes").status_code == 422
    assert call("DELETE", asset["url"]).status_code == 422
    assert call("DELETE", "git/refs/tags/churn@v1.0.0").status_code == 422
    assert call("PATCH", f"releases/{release['id']}", {"name": "Title"}).json()["name"] == "Title"
    assert call("DELETE", f"releases/{release['id']}").status_code == 204
    again = call("POST", "releases", {"tag_name": "churn@v1.0.0"})
    assert again.status_code == 422


def test_a_broken_upload_leaves_a_starter(github: Ground, call: Caller) -> None:
    release = draft(call)
    github.faults.add("POST", "*/assets", faults.cut(at=1_000))
    with pytest.raises(requests.ConnectionError):
        upload(call, release, "bundle.zip", b"x" * 5_000_000)
    assets = call("GET", f"releases/{release['id']}/assets").json()
    assert [(asset["name"], asset["state"], asset["digest"]) for asset in assets] == [("bundle.zip", "starter", None)]
    assert upload(call, release, "bundle.zip", b"y").status_code == 422
    github.faults.add("POST", "*/assets", faults.starter())
    assert upload(call, release, "other.zip", b"x").status_code == 502
    assert github.repo.drafts()[0].asset("other.zip").state == "starter"


# Comments, checks, pull requests, runs


def test_pages_are_linked_to_each_other(github: Ground, call: Caller) -> None:
    issue = github.repo.open_issue("Busy")
    for n in range(250):
        github.repo.comment(issue.number, str(n))
    pages = [call("GET", f"issues/{issue.number}/comments?per_page=1000")]
    while "next" in pages[-1].links:
        pages.append(call("GET", pages[-1].links["next"]["url"]))
    assert [len(page.json()) for page in pages] == [100, 100, 50]
    assert [comment["body"] for page in pages for comment in page.json()] == [str(n) for n in range(250)]
    assert [set(page.links) for page in pages] == [
        {"next", "last"},
        {"prev", "next", "last", "first"},
        {"prev", "first"},
    ]


def test_what_is_unchanged_is_not_sent_again(github: Ground, call: Caller) -> None:
    first = call("GET", "git/ref/heads/main")
    same = call("GET", "git/ref/heads/main", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    github.repo.commit({"a": "1"})
    other = call("GET", "git/ref/heads/main", headers={"If-None-Match": first.headers["ETag"]})
    assert other.json()["object"]["sha"] == github.repo.tip().sha


def test_one_reaction_for_each_person_and_content(github: Ground, call: Caller) -> None:
    issue = github.repo.open_issue("Lock")
    comment = github.repo.comment(issue.number, "x")
    where = f"issues/comments/{comment.id}/reactions"
    taken = call("POST", where, {"content": "eyes"})
    assert taken.status_code == 201
    assert call("POST", where, {"content": "eyes"}).status_code == 200
    person = Caller(github, github.github.token(login="alice"))
    assert person("POST", where, {"content": "eyes"}).status_code == 201
    assert call("DELETE", f"{where}/{taken.json()['id']}").status_code == 204
    assert call("POST", where, {"content": "eyes"}).status_code == 201
    assert [r["user"]["login"] for r in call("GET", where).json()] == ["alice", "github-actions[bot]"]


def test_a_body_is_neither_empty_nor_too_long(github: Ground, call: Caller) -> None:
    issue = github.repo.open_issue("Long")
    where = f"issues/{issue.number}/comments"
    assert call("POST", where, {"body": "x" * 65_536}).status_code == 201
    assert call("POST", where, {"body": "x" * 65_537}).status_code == 422
    assert call("POST", where, {"body": "é" * 32_769}).status_code == 422
    assert call("POST", where, {"body": "  "}).status_code == 422


def test_a_check_is_an_apps_own(github: Ground, call: Caller) -> None:
    body = {"name": "modelbout", "head_sha": github.repo.tip().sha, "conclusion": "failure"}
    person = Caller(github, github.github.token(login="alice"))
    assert person("POST", "check-runs", body).status_code == 403
    made = call("POST", "check-runs", body).json()
    assert (made["status"], made["conclusion"]) == ("completed", "failure")
    again = call("POST", "check-runs", body | {"conclusion": "success"}).json()
    listed = call("GET", "commits/main/check-runs?check_name=modelbout").json()
    assert [check["id"] for check in listed["check_runs"]] == [again["id"]]


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1), ("rebase", 1)])
def test_a_merge_brings_the_change_and_says_its_commit(github: Ground, call: Caller, method: str, parents: int) -> None:
    github.repo.commit({"a": "1"}, branch="change")
    pull = github.repo.open_pull("change")
    github.repo.commit({"b": "2"})
    before = call("GET", f"pulls/{pull.number}").json()
    assert github.repo.read("a", before["merge_commit_sha"]) == b"1"
    merged = github.repo.merge(pull, method)
    assert (github.repo.tip().sha, len(merged.parents)) == (merged.sha, parents)
    assert {p: github.repo.read(p) for p in "ab"} == {"a": b"1", "b": b"2"}
    assert merged.tree == github.repo.objects.commit(before["merge_commit_sha"]).tree
    after = call("GET", f"pulls/{pull.number}").json()
    assert (after["merged"], after["merge_commit_sha"]) == (True, merged.sha)
    assert [p["number"] for p in call("GET", f"commits/{merged.sha}/pulls").json()] == [pull.number]


def test_a_pull_request_follows_its_fork_until_that_is_gone(github: Ground, call: Caller) -> None:
    fork = github.github.fork(github.repo, "bob/churn")
    fork.commit({"a": "1"}, branch="change", login="bob")
    pull = github.repo.open_pull("change", head_repo=fork, login="bob")
    newer = fork.commit({"a": "2"}, branch="change", login="bob")
    assert github.repo.refs[f"refs/pull/{pull.number}/head"] == newer.sha
    found = call("GET", "pulls?head=bob:change&state=all").json()
    assert [p["head"]["repo"]["full_name"] for p in found] == ["bob/churn"]
    run = github.repo.add_run(pull=pull)
    assert call("GET", f"actions/runs/{run.id}").json()["pull_requests"] == []
    github.github.delete(fork)
    assert call("GET", f"pulls/{pull.number}").json()["head"]["repo"] is None
    assert call("GET", f"actions/runs/{run.id}").json()["head_repository"] is None


def test_an_artifact_is_fetched_from_storage_until_it_expires(github: Ground, call: Caller) -> None:
    run = github.repo.add_run(event="push")
    artifact = github.repo.add_artifact(run, "modelbout-results", {"bout.json": "{}"})
    listed = call("GET", f"actions/runs/{run.id}/artifacts?name=modelbout-results").json()
    assert [a["digest"] for a in listed["artifacts"]] == [artifact.digest]
    where = f"actions/artifacts/{artifact.id}/zip"
    assert Caller(github)("GET", where).status_code == 401
    there = call("GET", where)
    assert requests.get(there.headers["Location"], timeout=30).content == artifact.content
    artifact.expired = True
    assert call("GET", where).status_code == 410
    assert call("GET", f"actions/runs?head_sha={run.head_sha}&event=push").json()["total_count"] == 1
    assert call("GET", f"actions/runs?head_sha={run.head_sha}&event=pull_request").json()["total_count"] == 0


def test_a_stand_in_uploads_an_artifact_once(github: Ground) -> None:
    where = f"{github.url}/_actions"
    body = {"repository": "octo/churn", "event": "push", "status": "in_progress"}
    run = requests.post(f"{where}/runs", json=body, timeout=30).json()["id"]
    made = requests.post(f"{where}/artifacts/{run}?name=x", data=b"zip", timeout=30)
    assert made.json()["digest"] == "sha256:" + hashlib.sha256(b"zip").hexdigest()
    assert requests.post(f"{where}/artifacts/{run}?name=x", data=b"zip", timeout=30).status_code == 409
    assert requests.get(f"{where}/artifacts/{run}?name=x", timeout=30).content == b"zip"
    requests.post(f"{where}/runs/{run}", json={"status": "completed", "conclusion": "success"}, timeout=30)
    assert github.repo.runs[run].conclusion == "success"


def test_deployments_and_dispatches_are_kept(github: Ground, call: Caller) -> None:
    old = github.repo.tip().sha
    github.repo.commit({"a": "1"})
    behind = call("POST", "deployments", {"ref": old, "environment": "test"})
    assert behind.status_code == 409
    fine = {"ref": old, "environment": "test", "auto_merge": False, "required_contexts": []}
    first, second = (call("POST", "deployments", fine).json()["id"] for _ in range(2))
    for number in (first, second):
        assert call("POST", f"deployments/{number}/statuses", {"state": "success"}).status_code == 201
    assert [d["id"] for d in call("GET", "deployments?environment=test").json()] == [second, first]
    assert [s["state"] for s in call("GET", f"deployments/{first}/statuses").json()] == ["inactive", "success"]
    assert call("POST", "dispatches", {"event_type": "promoted", "client_payload": {"a": 1}}).status_code == 204
    assert [(d.event, d.payload) for d in github.repo.dispatches] == [("promoted", {"a": 1})]


def test_a_visitor_sees_the_files_and_assets_of_a_public_repository(github: Ground) -> None:
    sha = github.repo.commit({"plots/a.png": b"png"}, branch="modelbout/ledger", orphan=True).sha
    github.repo.add_release("churn@v1.0.0", assets={"bundle.zip": b"zip"})
    there = {
        f"raw/{sha}/plots/a.png": b"png",
        f"blob/{sha}/plots/a.png?raw=true": b"png",
        "raw/modelbout/ledger/plots/a.png": b"png",
        "releases/download/churn%40v1.0.0/bundle.zip": b"zip",
    }
    for path, content in there.items():
        assert requests.get(f"{github.url}/octo/churn/{path}", timeout=30).content == content
    github.repo.private = True
    for path in there:
        assert requests.get(f"{github.url}/octo/churn/{path}", timeout=30).status_code == 404


# Faults


def test_a_lost_answer_took_effect_and_a_refused_call_did_not(github: Ground, call: Caller) -> None:
    github.faults.add("POST", "*/releases", faults.bad_gateway(after=True))
    github.faults.add("POST", "*/releases", faults.bad_gateway(), nth=1)
    body = {"tag_name": "v1", "draft": True}
    assert [call("POST", "releases", body).status_code for _ in range(3)] == [502, 502, 201]
    assert len(github.repo.drafts()) == 2
    assert [c.status for c in github.calls] == [502, 502, 201]


@pytest.mark.parametrize("after", [False, True])
def test_a_cut_connection(github: Ground, call: Caller, *, after: bool) -> None:
    github.faults.add("POST", "*/releases", faults.cut(after=after))
    with pytest.raises(requests.ConnectionError):
        call("POST", "releases", {"tag_name": "v1", "draft": True})
    assert len(github.repo.drafts()) == after
    assert [c.status for c in github.calls] == [0]


def test_a_client_is_killed(github: Ground, call: Caller) -> None:
    github.faults.add("POST", "*/releases", faults.kill(after=True))
    with pytest.raises(KeyboardInterrupt):
        call("POST", "releases", {"tag_name": "v1", "draft": True})
    assert len(github.repo.drafts()) == 1


def test_a_download_breaks(github: Ground, call: Caller) -> None:
    release = github.repo.add_release("v1", assets={"bundle.zip": b"x" * 1_000})
    where = f"releases/assets/{release.asset('bundle.zip').id}"
    there = call("GET", where, headers={"Accept": "application/octet-stream"}).headers["Location"]
    elsewhere = github.faults.add("*", "*", faults.status(500), times=None)
    github.faults.add("GET", "/_storage/*", faults.short(100))
    with pytest.raises(requests.RequestException):
        requests.get(there, timeout=30)
    assert len(requests.get(there, timeout=30).content) == 1_000
    assert elsewhere.struck == 0


def test_many_writers_lose_nothing(github: Ground) -> None:
    """Each adds its line by compare-and-swap until that works: all lines are there, one commit for each."""
    github.repo.commit({"l": ""}, branch="ledger", orphan=True)

    def add(number: int) -> None:
        call = Caller(github, github.writer)
        while True:
            tip = call("GET", "git/ref/heads/ledger").json()["object"]["sha"]
            lines = github.repo.read("l", tip)
            assert lines is not None
            mine = commit(call, {"l": f"{lines.decode()}{number}\n"}, [tip])
            if call("PATCH", "git/refs/heads/ledger", {"sha": mine}).status_code == 200:
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    told = github.repo.read("l", "ledger")
    assert told is not None
    assert sorted(told.split()) == sorted(str(n).encode() for n in range(8))
    assert len(github.repo.objects.history(github.repo.tip("ledger").sha)) == 9


def test_somebody_else_moves_the_ref_first(github: Ground, call: Caller) -> None:
    start = github.repo.commit({"l": "1"}, branch="modelbout/ledger", orphan=True)
    mine = commit(call, {"l": "2"}, [start.sha])
    fault = faults.moved(github.repo, "modelbout/ledger", {"l": "other"})
    github.faults.add("PATCH", "*/git/refs/heads/modelbout/ledger", fault)
    refused = call("PATCH", "git/refs/heads/modelbout/ledger", {"sha": mine})
    assert said(refused) == "422 Update is not a fast forward"
    assert github.repo.read("l", "modelbout/ledger") == b"other"


def test_limits_say_when_to_come_back(github: Ground, call: Caller) -> None:
    github.faults.add("GET", "*", faults.secondary_limit(retry_after=7))
    github.faults.add("GET", "*", faults.too_many(retry_after=8), nth=2)
    github.faults.add("GET", "*", faults.primary_limit(reset_in=3_000), nth=3)
    first, second, third = (call("GET", "") for _ in range(3))
    assert (first.status_code, first.headers["Retry-After"]) == (403, "7")
    assert (second.status_code, second.headers["Retry-After"]) == (429, "8")
    assert (third.status_code, third.headers["X-RateLimit-Remaining"]) == (403, "0")


def test_the_nth_write_of_one_token(github: Ground, call: Caller) -> None:
    seen: list[int] = []
    fault = faults.hook(lambda: seen.append(len(github.calls)))
    github.faults.add("WRITE", "*", fault, nth=2, token=github.writer)
    other = Caller(github, github.github.token())
    for caller in (call, other, call, call):
        caller("GET", "")
        caller("POST", "git/blobs", {"content": "x"})
    assert seen == [5]


# Against the description


def test_the_description_that_is_kept_has_what_the_server_answers_and_no_more() -> None:
    described = {(method.upper(), path) for path, item in document()["paths"].items() for method in item}
    assert described == {(route.method, route.template) for route in ROUTES}


def test_no_header_is_described_and_of_a_part_of_the_path_only_whether_it_is_a_number() -> None:
    """A request that differs from one that was right in nothing else is not checked again."""
    given = [one for item in document()["paths"].values() for told in item.values() for one in parameters(told)]
    assert {one["in"] for one in given} == {"path", "query"}
    of_path = [one["schema"] for one in given if one["in"] == "path"]
    assert {schema.get("type") for schema in of_path} == {"string", "integer", None}
    assert {key for schema in of_path for key in schema} <= {"type", "format", "oneOf", "description"}
    assert {str(schema["oneOf"]) for schema in of_path if "oneOf" in schema} == {
        "[{'type': 'integer'}, {'type': 'string'}]"
    }


def test_a_request_is_found_wrong_after_a_right_one_of_its_kind(github: Ground, call: Caller) -> None:
    assert call("GET", "releases?per_page=3").status_code == 200
    assert call("GET", "releases?per_page=3&perpage=3").status_code == 500
    assert call("GET", f"issues/{github.repo.open_issue('x').number}").status_code == 200
    assert call("GET", "issues/first").status_code == 500
    assert call("POST", "git/blobs", {"content": "x"}).status_code == 201
    assert call("POST", "git/blobs", {"content": 3}).status_code == 500
    assert call("POST", "git/blobs", {"content": 3}).status_code == 500
    assert len(github.server.violations) == 4
    github.server.violations.clear()


def test_a_request_against_the_description_is_found(github: Ground, call: Caller) -> None:
    wrong = [
        call("POST", "git/refs", {"ref": "refs/heads/x"}),
        call("POST", "releases", {"tag_name": "v1", "drafty": True}),
        call("POST", "dispatches", {"event_type": "x", "client_payload": {str(n): n for n in range(11)}}),
        call("GET", "releases?perpage=3"),
        call("POST", "git/trees", {"tree": [{"path": "a", "mode": "644", "content": "x"}]}),
    ]
    assert [answer.status_code for answer in wrong] == [500] * 5
    assert len(github.server.violations) == 5
    for part, told in zip(
        ("sha", "drafty", "client_payload", "perpage", "mode"), github.server.violations, strict=True
    ):
        assert part in told
    with pytest.raises(AssertionError, match="drafty"):
        github.server.check()
    github.server.violations.clear()


def test_an_answer_against_the_description_is_found(github: Ground, call: Caller) -> None:
    issue = github.repo.open_issue("x")
    comment = github.repo.comment(issue.number, "x")
    comment.created = "yesterday"
    assert call("GET", f"issues/comments/{comment.id}").status_code == 500
    assert "created_at" in github.server.violations[0]
    github.server.violations.clear()

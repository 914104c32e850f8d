"""Remember every repository, token and ref; the test's own hand on the server."""

from __future__ import annotations

import itertools
import re
import subprocess
import threading
from typing import TYPE_CHECKING

from tests.github_server import merging, releases, working
from tests.github_server.clock import Clock
from tests.github_server.exchange import Json, RefusalError, invalid
from tests.github_server.objects import FILE, Commit, Entry, Objects, Person
from tests.github_server.records import EVERYTHING, READ_ONLY, Comment, Dispatch, Issue, Release, Token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from tests.github_server.records import Artifact, CheckRun, Deployment, PullRequest, WorkflowRun

SHA = re.compile(r"^[0-9a-f]{40}$")
SHORTEST_SHA = 7


class GitHub:
    """The whole state; ``lock`` makes each call one step, as it is on GitHub for one ref."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.tokens: dict[str, Token] = {}
        self.repositories: dict[str, Repository] = {}
        self.storage: dict[str, tuple[str, bytes]] = {}  # key of a signed address -> content type, bytes
        self._ids = itertools.count(1_001)

    def id(self) -> int:
        return next(self._ids)

    def repository(
        self, full_name: str, *, private: bool = False, files: Mapping[str, bytes | str] | None = None
    ) -> Repository:
        """Make a repository; with ``files`` (or by default a README) its branch ``main`` has one commit."""
        repo = Repository(self, full_name, private=private)
        self.repositories[full_name.lower()] = repo
        repo.commit({"README.md": f"# {repo.name}\n"} if files is None else files, message="Begin")
        return repo

    def fork(self, of: Repository, full_name: str) -> Repository:
        repo = Repository(self, full_name, private=of.private, parent=of)
        repo.refs = {ref: sha for ref, sha in of.refs.items() if ref.startswith("refs/heads/")}
        self.repositories[full_name.lower()] = repo
        return repo

    def delete(self, repo: Repository) -> None:
        """Delete a repository; pull requests from it keep their number and lose their head's repository."""
        self.repositories.pop(repo.full_name.lower())
        for other in self.repositories.values():
            for pull in other.pulls.values():
                if pull.head_repo is repo:
                    pull.head_repo = None
            for run in other.runs.values():
                if run.head_repo is repo:
                    run.head_repo = None

    def find(self, full_name: str) -> Repository | None:
        return self.repositories.get(full_name.lower())

    def token(
        self,
        value: str | None = None,
        *,
        login: str = "github-actions[bot]",
        permissions: Mapping[str, str] | None = None,
        repositories: frozenset[str] | None = None,
        expires: datetime | None = None,
    ) -> Token:
        """Make a token: a job's by default, a person's with another ``login``; all permissions unless told."""
        name = value or f"ghs_{self.id():036d}"
        made = Token(name, login, dict(EVERYTHING if permissions is None else permissions), repositories, expires)
        self.tokens[name] = made
        return made

    def reader(self) -> Token:
        """Make the token of a pull request from a fork: it reads everything and writes nothing."""
        return self.token(permissions=READ_ONLY)

    def sign(self, content_type: str, content: bytes) -> str:
        """Keep bytes under a key that nobody can guess, as storage behind a signed address does."""
        key = f"{self.id()}-{len(self.storage)}"
        self.storage[key] = (content_type, content)
        return key


class Repository:
    """One repository: its git data and everything that GitHub keeps around it."""

    def __init__(
        self, github: GitHub, full_name: str, *, private: bool = False, parent: Repository | None = None
    ) -> None:
        self.github, self.full_name, self.private, self.parent = github, full_name, private, parent
        self.owner, _, self.name = full_name.partition("/")
        self.id = github.id()
        self.default_branch: str = parent.default_branch if parent else "main"
        self.created = github.clock.stamp()
        self.objects: Objects = parent.objects if parent else Objects()
        self.refs: dict[str, str] = {}
        self.immutable_releases = False
        self.drafts_first = True  # GitHub promises no order; False: by age alone, so that old drafts are on later pages
        self.redirects = (
            True  # docs: "Get a release asset" may redirect or, as where this is False, send the bytes itself
        )
        self.digests = True  # False: assets have no digest, as on older GitHub Enterprise Servers
        self.burned_tags: set[str] = set()
        self.releases: dict[int, Release] = {}
        self.tagged: dict[str, int] = {}  # tag -> its published release
        self.latest: int | None = None
        self.issues: dict[int, Issue] = {}
        self.pulls: dict[int, PullRequest] = {}
        self.comments: dict[int, Comment] = {}
        self.locked: set[int] = set()  # numbers of conversations
        self.checks: dict[int, CheckRun] = {}
        self.runs: dict[int, WorkflowRun] = {}
        self.artifacts: dict[int, Artifact] = {}
        self.deployments: dict[int, Deployment] = {}
        self.dispatches: list[Dispatch] = []
        self.environments: dict[str, list[Json]] = {}  # name -> protection rules, such as {"type": "wait_timer"}
        self.protected_branches: set[str] = set()
        self.rules: dict[str, list[Json]] = {}  # branch -> rules, such as {"type": "deletion"}
        self._numbers = itertools.count(1)

    # Numbers and people

    def number(self) -> int:
        return next(self._numbers)

    def person(self, login: str) -> Person:
        return Person(login, f"{login}@users.noreply.github.com", int(self.github.clock.now().timestamp()))

    # Refs

    def ref(self, name: str) -> str | None:
        """Return where ``main``, ``heads/main``, ``refs/tags/v1`` or the like points; None when there is none."""
        for full in (name, f"refs/{name}", f"refs/heads/{name}", f"refs/tags/{name}"):
            if full.startswith("refs/") and full in self.refs:
                return self.refs[full]
        return None

    def resolve(self, name: str) -> str | None:
        """Return the commit that a branch, tag, ref or (short) SHA means."""
        found = self.ref(name)
        if found is None and name == "HEAD":
            found = self.ref(f"heads/{self.default_branch}")
        if found is None and len(name) >= SHORTEST_SHA and re.fullmatch(r"[0-9a-f]+", name):
            full = [name] if SHA.match(name) and name in self.objects else self.objects.matching(name)
            found = full[0] if len(full) == 1 else None
        while found is not None and self.objects.kind(found) == "tag":
            found = self.objects.read(found, "tag").decode().split("\n", 1)[0].removeprefix("object ")
        return found if found is not None and self.objects.kind(found) == "commit" else None

    def tip(self, branch: str | None = None) -> Commit:
        sha = self.ref(f"heads/{branch or self.default_branch}")
        if sha is None:
            raise KeyError(f"no branch {branch} in {self.full_name}")
        return self.objects.commit(sha)

    def branches(self) -> list[str]:
        return sorted(ref.removeprefix("refs/heads/") for ref in self.refs if ref.startswith("refs/heads/"))

    def tags(self) -> list[str]:
        return sorted(ref.removeprefix("refs/tags/") for ref in self.refs if ref.startswith("refs/tags/"))

    def protected_tag(self, ref: str) -> bool:
        """Say whether a ref is the tag of an immutable release, which nobody can move or delete."""
        return ref.removeprefix("refs/tags/") in self.burned_tags

    def move(self, ref: str, sha: str, *, force: bool = False) -> None:
        """Move a ref as the API does: only forward, unless forced."""
        old = self.refs[ref]
        if self.objects.kind(old) == "commit" == self.objects.kind(sha):
            if not force and not self.objects.follows(sha, old):
                raise RefusalError(422, "Update is not a fast forward")
        elif not force:
            raise RefusalError(422, "Update is not a fast forward")
        self.refs[ref] = sha
        self.settle()

    # What tests do as somebody else

    def commit(
        self,
        files: Mapping[str, bytes | str | None],
        *,
        branch: str | None = None,
        message: str = "Change",
        login: str = "octo",
        orphan: bool = False,
    ) -> Commit:
        """Commit files (None removes one) on a branch as somebody, making the branch from the default one."""
        with self.github.lock:
            ref = f"refs/heads/{branch or self.default_branch}"
            parent = None if orphan else self.refs.get(ref) or self.refs.get(f"refs/heads/{self.default_branch}")
            changes = {
                path: None if data is None else Entry(FILE, self.objects.put("blob", as_bytes(data)))
                for path, data in files.items()
            }
            base = self.objects.commit(parent).tree if parent else None
            sha = self.objects.write_commit(
                tree=self.objects.write_tree(base, changes),
                parents=(parent,) if parent else (),
                message=message,
                author=self.person(login),
            )
            self.refs[ref] = sha
            self.settle()
            return self.objects.commit(sha)

    def settle(self) -> None:
        """Let the open pull requests of the fork network follow their branches."""
        for repo in self.github.repositories.values():
            if repo.objects is self.objects:
                for pull in repo.pulls.values():
                    merging.refresh(repo, pull)

    def force_push(self, branch: str, sha: str) -> None:
        with self.github.lock:
            self.refs[f"refs/heads/{branch}"] = sha
            self.settle()

    def read(self, path: str, ref: str | None = None) -> bytes | None:
        """Return a file's bytes on a branch, tag or commit; None when it or the ref is not there."""
        sha = self.resolve(ref or self.default_branch)
        entry = self.objects.at(self.objects.commit(sha).tree, path) if sha else None
        return self.objects.read(entry.sha, "blob") if entry and entry.kind == "blob" else None

    def push_from(self, folder: Path, branch: str | None = None, *, revision: str = "HEAD") -> Commit:
        """Take a real git repository's commit with all its history; every SHA stays what git says."""

        def git(*args: str, feed: bytes | None = None) -> bytes:
            command = ["git", "-C", str(folder), *args]  # git on PATH is what the tests themselves use
            return subprocess.run(command, input=feed, check=True, capture_output=True).stdout

        sha = git("rev-parse", f"{revision}^{{commit}}").decode().strip()
        names = b"".join(line.split(b" ")[0] + b"\n" for line in git("rev-list", "--objects", sha).splitlines())
        packed, at = git("cat-file", "--batch", feed=names), 0
        with self.github.lock:
            while at < len(packed):
                end = packed.index(b"\n", at)
                _, kind, size = packed[at:end].decode().split(" ")
                self.objects.put(kind, packed[end + 1 : end + 1 + int(size)])
                at = end + 2 + int(size)
            self.refs[f"refs/heads/{branch or self.default_branch}"] = sha
            self.settle()
            return self.objects.commit(sha)

    def release(self, tag: str) -> Release | None:
        """Return the published release of a tag."""
        return self.releases.get(self.tagged.get(tag, 0))

    def add_release(
        self,
        tag: str,
        *,
        assets: Mapping[str, bytes] | None = None,
        body: str = "",
        login: str = "github-actions[bot]",
        draft: bool = False,
        target: str | None = None,
    ) -> Release:
        """Release a tag as somebody, with its assets by name; thousands of them take no time."""
        with self.github.lock:
            kept = assets or {}
            return releases.add_release(self, tag, assets=kept, body=body, login=login, draft=draft, target=target)

    def drafts(self) -> list[Release]:
        return [release for release in self.releases.values() if release.draft]

    def comment(self, number: int, body: str, *, login: str = "alice") -> Comment:
        """Write a comment under an issue or pull request as somebody."""
        with self.github.lock:
            now = self.github.clock.stamp()
            made = Comment(self.github.id(), number, login, body, now, now)
            self.comments[made.id] = made
            return made

    def comments_of(self, number: int) -> list[Comment]:
        return [comment for comment in self.comments.values() if comment.issue == number]

    def open_issue(self, title: str, *, login: str = "alice", body: str = "") -> Issue:
        with self.github.lock:
            made = Issue(self.number(), self.github.id(), title, login, body, self.github.clock.stamp())
            self.issues[made.number] = made
            return made

    def open_pull(
        self,
        head: str,
        *,
        base: str | None = None,
        head_repo: Repository | None = None,
        title: str = "Try this",
        login: str = "alice",
        body: str = "",
        draft: bool = False,
    ) -> PullRequest:
        """Open a pull request from a branch that is there, of this repository or of a fork."""
        with self.github.lock:
            into = base or self.default_branch
            told = {"title": title, "login": login, "body": body}
            return merging.open_pull(self, head, base=into, head_repo=head_repo, draft=draft, **told)

    def merge(self, pull: PullRequest | int, method: str = "merge", *, login: str = "octo") -> Commit:
        """Merge by ``merge``, ``squash`` or ``rebase``; return what is then the base branch's tip."""
        with self.github.lock:
            merged = merging.merge(self, self.pulls[pull] if isinstance(pull, int) else pull, method, login)
            self.settle()
            return merged

    def close(self, pull: PullRequest | int) -> None:
        with self.github.lock:
            merging.close(self, self.pulls[pull] if isinstance(pull, int) else pull)

    def add_run(
        self,
        *,
        event: str = "pull_request",
        path: str = ".github/workflows/modelbout.yml",
        head_sha: str | None = None,
        head_branch: str | None = None,
        head_repo: Repository | None = None,
        pull: PullRequest | None = None,
        status: str = "completed",
        conclusion: str | None = "success",
        actor: str = "alice",
        attempt: int = 1,
        name: str | None = None,
    ) -> WorkflowRun:
        """Record a run of a workflow; with ``pull`` its head is the pull request's."""
        with self.github.lock:
            return working.add_run(
                self,
                event=event,
                path=path,
                head_sha=head_sha,
                head_branch=head_branch,
                head_repo=head_repo,
                pull=pull,
                status=status,
                conclusion=conclusion if status == "completed" else None,
                actor=actor,
                attempt=attempt,
                name=name,
            )

    def rerun(self, run: WorkflowRun, conclusion: str | None = "success") -> WorkflowRun:
        """Run again: the same id, the next attempt."""
        with self.github.lock:
            return working.rerun(self, run, conclusion)

    def add_artifact(self, run: WorkflowRun, name: str, content: bytes | Mapping[str, bytes | str]) -> Artifact:
        """Attach an artifact to a run: the bytes of a zip, or files to zip."""
        with self.github.lock:
            return working.add_artifact(self, run, name, content)

    def workflow_paths(self) -> list[str]:
        """Return the paths of all workflows: files on the default branch, and what ran."""
        tree = self.tip().tree if f"refs/heads/{self.default_branch}" in self.refs else None
        files = [p for p in self.objects.files(tree) if p.startswith(".github/workflows/")] if tree else []
        return sorted({*files, *(run.path for run in self.runs.values())})

    def lock(self, number: int) -> None:
        """Lock a conversation: nobody comments or reacts any more."""
        self.locked.add(number)

    def has_thread(self, number: int) -> bool:
        return number in self.issues or number in self.pulls

    def commitish(self, name: str) -> str:
        sha = self.resolve(name)
        if sha is None:
            raise invalid("Release", "target_commitish", "invalid")
        return sha


def as_bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data

"""A user's repository on the test's GitHub, with somebody who pushes, and act as its runner."""

from __future__ import annotations

import hashlib
import json
import subprocess
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.e2e import jobs
from tests.e2e.act import Act, Log, python_directory
from tests.github_server.records import Artifact, WorkflowRun

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.jobs import Done, Json
    from tests.github_server.server import Server
    from tests.github_server.state import Repository

Files = Mapping[str, "str | bytes | None"]


@dataclass(frozen=True)
class Run:
    """One workflow run as it ended.

    Attributes:
        id: its number on the server.
        done: how each job ended, by name.
        logs: what act told of each job that ran.
    """

    id: int
    done: Mapping[str, Done]
    logs: Mapping[str, Log]

    @property
    def results(self) -> dict[str, str]:
        return {name: done.result for name, done in self.done.items()}

    @property
    def summary(self) -> str:
        return "\n".join(part for log in self.logs.values() for part in log.summaries)

    @property
    def text(self) -> str:
        return "\n".join(f"=== {name}\n{log.text}" for name, log in self.logs.items())


@dataclass
class World:
    """Everything that happens in one story.

    Attributes:
        person: the token of a maintainer.
    """

    server: Server
    repo: Repository
    act: Act
    person: str
    scratch: Path
    shelf: str = ""
    attempts: count[int] = field(default_factory=count)

    # What people do

    def api(self, method: str, path: str, body: Json | None = None, *, repo: Repository | None = None) -> Any:
        """Ask the server as the maintainer; ``path`` begins behind the repository."""
        url = f"{self.server.url}/repos/{(repo or self.repo).full_name}{path}"
        headers = {"Authorization": f"Bearer {self.person}", "Accept": "application/vnd.github+json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 -- loopback, from the fixture
        with urllib.request.urlopen(request) as answer:  # noqa: S310 -- see above
            told = answer.read()
        return json.loads(told) if told else None

    def push(self, files: Files, branch: str, *, repo: Repository | None = None) -> str:
        return (repo or self.repo).commit(files, branch=branch, message="Try something").sha

    def open_pull(self, branch: str, *, fork: Repository | None = None) -> int:
        head = f"{fork.owner}:{branch}" if fork else branch
        body = {"title": "Another model", "head": head, "base": self.repo.default_branch, "body": ""}
        number: int = self.api("POST", "/pulls", body)["number"]
        return number

    def merge(self, pull: int) -> str:
        """Merge a pull request as the button does; return the merge commit."""
        sha: str = self.api("PUT", f"/pulls/{pull}/merge", {"merge_method": "merge"})["sha"]
        return sha

    def comments(self, number: int) -> list[Json]:
        found: list[Json] = self.api("GET", f"/issues/{number}/comments")
        return found

    # What starts workflows

    def bout(self, pull: int, *, workflow: str = "modelbout.yml", action: str = "synchronize") -> Run:
        """Run what a pull request starts."""
        shown = self.api("GET", f"/pulls/{pull}")
        sha = self.api("GET", f"/git/ref/pull/{pull}/merge")["object"]["sha"]
        payload = {"action": action, "number": pull, "pull_request": shown}
        head = self.repo.pulls[pull]
        return self.run(
            workflow,
            "pull_request",
            payload,
            sha=sha,
            ref=f"refs/pull/{pull}/merge",
            head_sha=head.head_sha,
            head_branch=head.head,
            head_repo=head.head_repo,
        )

    def pushed(self, after: str, *, workflow: str = "modelbout-promote.yml") -> Run:
        """Run what a push to the default branch starts."""
        before = self.repo.objects.commit(after).parents[0]
        ref = f"refs/heads/{self.repo.default_branch}"
        payload = {"ref": ref, "before": before, "after": after, "created": False, "deleted": False, "forced": False}
        return self.run(workflow, "push", payload, sha=after, ref=ref)

    def completed(self, run: int, *, workflow: str = "modelbout-forks.yml") -> Run:
        """Run what the end of another run starts."""
        shown = self.api("GET", f"/actions/runs/{run}")
        ref = f"refs/heads/{self.repo.default_branch}"
        payload = {"action": "completed", "workflow_run": shown, "workflow": {"name": shown["name"]}}
        return self.run(workflow, "workflow_run", payload, sha=self.repo.tip().sha, ref=ref)

    def asked(self, inputs: Mapping[str, str], *, workflow: str = "modelbout-rollback.yml") -> Run:
        """Run what a person starts by hand."""
        ref = f"refs/heads/{self.repo.default_branch}"
        payload = {"inputs": dict(inputs), "ref": ref, "workflow": f".github/workflows/{workflow}"}
        return self.run(workflow, "workflow_dispatch", payload, sha=self.repo.tip().sha, ref=ref)

    # The runner

    def run(
        self,
        name: str,
        event: str,
        payload: Json,
        *,
        sha: str,
        ref: str,
        head_sha: str | None = None,
        head_branch: str | None = None,
        head_repo: Repository | None = None,
    ) -> Run:
        """Run one workflow job by job, as GitHub would: each with a token of its own."""
        path = f".github/workflows/{name}"
        tree = self.checked_out(sha)
        workflow = jobs.parse((tree / path).read_text(encoding="utf-8"))
        record = self.recorded(
            event,
            path,
            workflow["name"],
            head_sha=head_sha or sha,
            head_branch=head_branch or self.repo.default_branch,
            head_repo=head_repo or self.repo,
        )
        shown = self.api("GET", "")
        sender = {"login": "octo", "id": 1, "type": "User"}
        payload = {**payload, "repository": shown, "sender": sender}
        done: dict[str, Done] = {}
        logs: dict[str, Log] = {}
        for job in jobs.in_order(workflow):
            answer = self.fresh("answer.json")
            file = self.fresh(name)
            file.write_text(jobs.alone(workflow, job, done, answer), encoding="utf-8")
            fork = event == "pull_request" and head_repo is not self.repo
            token = self.server.github.token(
                permissions=jobs.granted(workflow, job, fork=fork), repositories=frozenset({self.repo.full_name})
            )
            environment = self.environment(record, path, sha, ref)
            logs[job] = self.act(event, file, tree=tree, payload=payload, token=token.value, environment=environment)
            assert answer.exists(), logs[job].text
            assert token.value not in logs[job].text
            done[job] = jobs.recorded(answer, job)
        record.status = "completed"
        record.conclusion = "failure" if any(one.result == "failure" for one in done.values()) else "success"
        self.server.check()
        return Run(record.id, done, logs)

    def recorded(
        self, event: str, path: str, name: str, *, head_sha: str, head_branch: str, head_repo: Repository
    ) -> WorkflowRun:
        """Make the server's record of a run that has begun."""
        now = self.server.github.clock.stamp()
        number = self.server.github.id()
        made = WorkflowRun(
            id=number,
            number=len(self.repo.runs) + 1,
            attempt=1,
            event=event,
            path=path,
            name=name,
            head_sha=head_sha,
            head_branch=head_branch,
            head_repo=head_repo,
            status="in_progress",
            conclusion=None,
            actor="octo",
            created=now,
            updated=now,
            title="Another model",
        )
        self.repo.runs[number] = made
        return made

    def keep(self, run: int, name: str, content: bytes) -> str | None:
        """Keep an artifact of a run; a name is taken once, as version 4 of the action has it."""
        with self.server.github.lock:
            if any(one.run == run and one.name == name for one in self.repo.artifacts.values()):
                return "Conflict: an artifact with this name already exists on the workflow run"
            now = self.server.github.clock.stamp()
            number = self.server.github.id()
            digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
            self.repo.artifacts[number] = Artifact(number, name, run, content, digest, now, now)
        return None

    def environment(self, record: WorkflowRun, path: str, sha: str, ref: str) -> dict[str, str]:
        """Return what the runner tells each step."""
        return {
            "GITHUB_REPOSITORY": self.repo.full_name,
            "GITHUB_API_URL": self.server.url,
            "GITHUB_SERVER_URL": self.server.url,
            "GITHUB_RUN_ID": str(record.id),
            "GITHUB_RUN_ATTEMPT": str(record.attempt),
            "GITHUB_WORKFLOW_REF": f"{self.repo.full_name}/{path}@{ref}",
            "GITHUB_REF": ref,
            "SHA_REF": sha,  # what act takes the commit from
            "E2E_REMOTES": str(self.scratch / "remotes"),
            "E2E_ARTIFACTS": self.shelf,
            "E2E_PYTHON": str(python_directory()),
            "PIP_NO_INDEX": "1",  # what the user installs is here already, and nothing else is fetched
        }

    def fresh(self, name: str) -> Path:
        path = self.scratch / "jobs" / str(next(self.attempts)) / name
        path.parent.mkdir(parents=True)
        return path

    def checked_out(self, sha: str) -> Path:
        """Write the objects of the server as a git directory, and one commit's files into a directory."""
        bare = self.scratch / "remotes" / f"{self.repo.full_name}.git"
        if not bare.exists():
            git("init", "--quiet", "--bare", str(bare))
            git("-C", str(bare), "config", "uploadpack.allowAnySHA1InWant", "true")
        for one, (kind, data) in self.repo.objects._kept.items():
            loose = bare / "objects" / one[:2] / one[2:]
            if not loose.exists():
                loose.parent.mkdir(exist_ok=True)
                loose.write_bytes(zlib.compress(b"%s %d\0" % (kind.encode(), len(data)) + data))
        tree = self.scratch / "trees" / sha
        if not tree.exists():
            tree.mkdir(parents=True)
            git("--git-dir", str(bare), "--work-tree", str(tree), "checkout", "--quiet", sha, "--", ".github")
        return tree


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)  # noqa: S607 -- the git of the tests

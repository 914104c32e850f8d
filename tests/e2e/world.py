"""A user's repository on the test's GitHub, with somebody who pushes, and act as its runner."""

from __future__ import annotations

import io
import json
import subprocess
import urllib.request
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from modelbout.init.pins import PINS, US
from tests.e2e import jobs
from tests.e2e.act import Act, Log, python_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.jobs import Json
    from tests.github_server.records import Artifact, Comment, PullRequest, WorkflowRun
    from tests.github_server.server import Server
    from tests.github_server.state import Repository

Ended = dict[str, jobs.Done]
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
    done: Mapping[str, jobs.Done]
    logs: Mapping[str, Log]

    @property
    def results(self) -> dict[str, str]:
        return {name: done.result for name, done in self.done.items()}

    @property
    def summary(self) -> str:
        return "\n".join(part for log in self.logs.values() for part in log.summaries)

    @property
    def annotations(self) -> tuple[str, ...]:
        return tuple(line for log in self.logs.values() for line in log.annotations)

    @property
    def text(self) -> str:
        return "\n".join(f"=== {name}\n{log.text}" for name, log in self.logs.items())


@dataclass(frozen=True)
class Stage:
    """What all jobs of one run have in common; ``logs`` are what act told of each."""

    event: str
    tree: Path
    payload: Json
    environment: Mapping[str, str]
    fork: bool
    at_once: bool
    logs: dict[str, Log]


def called_path(uses: str) -> str:
    """Return the path of a workflow in our repository out of ``owner/name/path@commit``."""
    path, _, commit = uses.partition("@")
    assert commit == PINS[US].commit, uses
    return path.removeprefix(f"{US}/")


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
    attempts: count[int] = field(default_factory=count)

    # What people do

    def get(self, path: str) -> Any:
        """Read from the API as the maintainer, as payloads of events hold it; ``path`` begins behind the repository."""
        url = f"{self.server.url}/repos/{self.repo.full_name}{path}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.person}"})  # noqa: S310 -- loopback, from the fixture
        with urllib.request.urlopen(request) as answer:  # noqa: S310 -- see above
            return json.loads(answer.read())

    def push(self, files: Files, branch: str, *, repo: Repository | None = None) -> str:
        return (repo or self.repo).commit(files, branch=branch, message="Try something").sha

    def open_pull(self, files: Files, branch: str, *, fork: Repository | None = None) -> PullRequest:
        """Push files to a branch, of a fork where one is given, and open a pull request from it."""
        self.push(files, branch, repo=fork)
        return self.repo.open_pull(branch, head_repo=fork)

    def merge(self, pull: PullRequest) -> str:
        """Merge a pull request as the button does; return the merge commit."""
        return self.repo.merge(pull).sha

    def comment(self, pull: PullRequest) -> Comment:
        """Return the one comment under a pull request."""
        (found,) = self.repo.comments_of(pull.number)
        return found

    def member(self, artifact: Artifact, name: str) -> bytes:
        """Return a file of an artifact."""
        with zipfile.ZipFile(io.BytesIO(artifact.content)) as archive:
            return archive.read(name)

    def ledger(self, model: str) -> list[tuple[str, str]]:
        """Return what the ledger tells of a model: event and version."""
        read = self.repo.read(f"ledger/{model}.jsonl", "modelbout/ledger") or b""
        events = [json.loads(line) for line in read.splitlines()]
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        return [(event["event"], event["version"]) for event in events]

    def champion(self, model: str) -> str | None:
        """Return the version that holds the title at the only stage, as ``champions.json`` says."""
        read = self.repo.read("champions.json", "modelbout/ledger")
        standing = json.loads(read)["models"].get(model) if read else None
        if standing is None:
            return None
        (title,) = standing["titles"].values()
        return str(title["version"])

    # What starts workflows

    def bout(self, pull: PullRequest, *, workflow: str = "modelbout.yml", at_once: bool = False) -> Run:
        """Run what a pull request starts."""
        shown = self.get(f"/pulls/{pull.number}")
        payload = {"action": "synchronize", "number": pull.number, "pull_request": shown}
        ref = f"refs/pull/{pull.number}/merge"
        return self.run(workflow, "pull_request", payload, sha=self.repo.refs[ref], ref=ref, pull=pull, at_once=at_once)

    def pushed(self, after: str, *, workflow: str = "modelbout-promote.yml") -> Run:
        """Run what a push to the default branch starts."""
        before = self.repo.objects.commit(after).parents[0]
        ref = f"refs/heads/{self.repo.default_branch}"
        payload = {"ref": ref, "before": before, "after": after, "created": False, "deleted": False, "forced": False}
        return self.run(workflow, "push", payload, sha=after, ref=ref)

    def completed(self, run: int, *, workflow: str = "modelbout-forks.yml") -> Run:
        """Run what the end of another run starts."""
        shown = self.get(f"/actions/runs/{run}")
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
        pull: PullRequest | None = None,
        at_once: bool = False,
    ) -> Run:
        """Run one workflow job by job, as GitHub would: each with a token of its own.

        With ``at_once`` act plays each job with all that it calls, under one token with the job's rights.
        """
        path = f".github/workflows/{name}"
        tree = self.checked_out(sha)
        workflow = jobs.parse((tree / path).read_text(encoding="utf-8"))
        own = {"name": workflow["name"], "path": path, "event": event, "status": "in_progress", "pull": pull}
        record = self.repo.add_run(head_sha=None if pull else sha, actor="octo", **own)
        shown = self.get("")
        sender = {"login": "octo", "id": 1, "type": "User"}
        payload = {**payload, "repository": shown, "sender": sender}
        fork = pull is not None and pull.head_repo is not self.repo
        stage = Stage(event, tree, payload, self.environment(record, path, sha, ref), fork, at_once, {})
        done = self.play(workflow, stage)
        record.status, record.conclusion = "completed", jobs.whole(done)
        self.server.check()
        return Run(record.id, done, stage.logs)

    def play(self, workflow: Json, stage: Stage, *, under: str = "", most: Mapping[str, str] | None = None) -> Ended:
        """Run the jobs of one workflow; ``most`` are the rights of the job that called it."""
        done: Ended = {}
        for name in jobs.in_order(workflow):
            rights = jobs.granted(workflow, name, most)
            if "uses" in workflow["jobs"][name] and not stage.at_once:
                cuts = [partial(jobs.probe, workflow, name, done, leg) for leg in jobs.legs(workflow["jobs"][name])]
                ended = [self.call(workflow, name, cut, stage, f"{under}{name} / ") for cut in cuts]
                whole = jobs.whole({str(number): one for number, one in enumerate(ended)})
                done[name] = jobs.Done(whole, ended[-1].outputs)
            else:
                done[name] = self.job(name, partial(jobs.alone, workflow, name, done), stage, rights, under)
        return done

    def call(self, caller: Json, name: str, cut: Callable[[Path], str], stage: Stage, under: str) -> jobs.Done:
        """Run a workflow that a job calls; ``cut`` makes the probe of that job."""
        asked = self.job("asked", cut, stage, {}, under)
        if asked.result != "success":
            return asked
        uses = caller["jobs"][name]["uses"]
        text = (self.act.suite / called_path(uses) if uses.startswith(US) else stage.tree / uses).read_text("utf-8")
        called, expressions = jobs.called(text, caller, asked.outputs)
        within = self.play(called, stage, under=under, most=jobs.granted(caller, name, None))
        outputs: Mapping[str, str] = {}
        if expressions:
            answers = partial(jobs.gathered, called, expressions, within)
            outputs = self.job("answers", answers, stage, {}, under).outputs
        return jobs.Done(jobs.whole(within), outputs)

    def job(
        self, name: str, cut: Callable[[Path], str], stage: Stage, rights: Mapping[str, str], under: str
    ) -> jobs.Done:
        """Run one job with a token of its own."""
        answer, file = self.fresh("answer.json"), self.fresh("workflow.yml")
        file.write_text(cut(answer), encoding="utf-8")
        # A pull request from a fork never gets more than to read.
        given = {area: "read" if stage.fork else level for area, level in rights.items()}
        token = self.server.github.token(permissions=given, repositories=frozenset({self.repo.full_name}))
        log = self.act(
            stage.event,
            file,
            tree=stage.tree,
            payload=stage.payload,
            token=token.value,
            environment=stage.environment,
        )
        assert answer.exists(), log.text
        assert token.value not in log.text
        stage.logs[under + name] = log
        return jobs.recorded(answer)

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
            "E2E_ARTIFACTS": f"{self.server.url}/_actions/artifacts",
            "E2E_PYTHON": str(python_directory(self.scratch)),
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
        for one, kind, data in self.repo.objects.all():
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

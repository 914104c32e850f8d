"""A repository on the test GitHub whose pull requests are judged by hand, and jobs that promote and roll back there."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from modelbout.errors import ModelboutError, Problem
from modelbout.github.actions import promote, rollback
from modelbout.github.job import open_job
from modelbout.progress import Quiet
from modelbout.record import to_json
from modelbout.registry.open import open_registry
from modelbout.results import Origin, Side
from modelbout.seal import bundle_digest
from tests.unit.registry.bundles import write_bundle
from tests.unit.report.stories import bout

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from modelbout.registry.ledger import Event
    from modelbout.registry.protocol import Registry
    from modelbout.results import BoutResult, Verdict
    from tests.github_server.fixtures import Ground
    from tests.github_server.objects import Commit
    from tests.github_server.records import PullRequest, Token, WorkflowRun

MODEL = "churn"
WORKFLOW = ".github/workflows/modelbout.yml"
PROMOTE = ".github/workflows/modelbout-promote.yml"
CONFIG = """\
version: 1
model: churn
task: binary
data: {source: data/telco.csv, target: Churn, positive: "Yes", split: {by: id, holdout: 0.2}}
train: {estimator: "pipeline:build"}
"""
STAGED = CONFIG + "promote: {stages: [test, production]}\n"
WHY = {"win": "it is better", "loss": "it is worse", "inconclusive": "it may be either", "error": "it broke"}


@dataclass
class Told:
    """What came of a job."""

    code: int
    outputs: dict[str, str]
    said: list[str]
    problems: list[str]
    summary: str


@dataclass
class Watcher(Quiet):
    """Keeps what is shown at once."""

    problems: list[Problem] = field(default_factory=list)

    def tell(self, problem: Problem) -> None:
        self.problems.append(problem)


@dataclass
class Arena:
    """The repository, and the machine on which its jobs run."""

    ground: Ground
    root: Path
    patch: pytest.MonkeyPatch
    registry: str = "github"
    jobs: int = 0
    sleeps: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.repo.commit({"modelbout.yaml": CONFIG, "pipeline.py": "1"}, branch="main")
        self.home = self.root / "home"
        self.home.mkdir()
        self.patch.chdir(self.home)

    @property
    def repo(self) -> Any:
        return self.ground.repo

    @property
    def book(self) -> Registry:
        return open_registry(self.address, root=self.root)

    @property
    def address(self) -> str:
        return "github:octo/churn" if self.registry == "github" else self.registry

    def events(self) -> tuple[Event, ...]:
        """Return the ledger, as a reader with a token of his own sees it."""
        self.environment(self.ground.writer)
        return self.book.events(MODEL)

    def titles(self) -> list[tuple[str, str | None, str | None]]:
        return [(event.event, event.version, event.stage) for event in self.events()]

    def champion(self, stage: str = "production") -> str | None:
        self.environment(self.ground.writer)
        title = self.book.champion(MODEL, stage)
        return None if title is None else title.version

    def bundle(self, word: str) -> tuple[Path, str]:
        """Make a bundle whose digest follows from the word."""
        place = self.root / "bundles" / word
        if not place.exists():
            write_bundle(place, word, code_digest=word)
        return place, bundle_digest(place)

    def verdict(self, word: str, verdict: Verdict = "win", *, beaten: str | None = None, **other: Any) -> BoutResult:
        """Return a verdict on the bundle of a word, against that of another one."""
        told: dict[str, Any] = {
            "challenger": Side(bundle_digest=self.bundle(word)[1]),
            "champion": None if beaten is None else Side(bundle_digest=self.bundle(beaten)[1], version="v1.0.0"),
            "reasons": (f"{WHY.get(verdict, verdict)}: {word}.",),
            **other,
        }
        if verdict == "first":
            told |= {"passed": True, "reasons": ("It takes this.", f"It reached that: {word}.")}
        return bout(verdict, **told)

    def pull(self, word: str, **files: str) -> PullRequest:
        """Open a pull request that changes a file of its own."""
        self.repo.commit({f"{word}.txt": word, **files}, branch=word)
        made: PullRequest = self.repo.open_pull(word)
        return made

    def judge(
        self,
        pull: PullRequest,
        verdict: BoutResult,
        *,
        bundle: str | None = None,
        origin: dict[str, Any] | None = None,
        **run: Any,
    ) -> WorkflowRun:
        """Let a run judge the pull request as it would be merged now, and upload both artifacts."""
        self.repo.settle()
        tree = self.repo.objects.commit(pull.merge_commit_sha).tree
        made: WorkflowRun = self.repo.add_run(pull=pull, path=WORKFLOW, **run)
        claimed = {"event": "pull_request", "head_sha": pull.head_sha, "tree": tree, "pull_request": pull.number}
        self.upload(made, verdict, bundle or pull.head, claimed | (origin or {}))
        return made

    def upload(self, run: WorkflowRun, verdict: BoutResult, word: str | None, claimed: dict[str, Any]) -> None:
        """Upload what a bout leaves: results with their origin, and the bundle where there is one."""
        told: dict[str, Any] = {
            "model": MODEL,
            "config": "modelbout.yaml",
            "repository": "octo/churn",
            "run_id": run.id,
            "run_attempt": 1,
            "created": "2026-05-03T12:00:00Z",
            **claimed,
        }
        files = {"bout.json": to_json(verdict), "origin.json": to_json(Origin(**told))}
        self.repo.add_artifact(run, "modelbout-results", files)
        if word is not None:
            self.repo.add_artifact(run, "modelbout-bundle", zipped(self.bundle(word)[0]))

    def first(self, word: str = "first") -> Commit:
        """Make a champion the way everybody does: a pull request, its bout, its merge, its promotion."""
        pull = self.pull(word)
        self.judge(pull, self.verdict(word, "first"))
        merged: Commit = self.repo.merge(pull)
        told = self.promote()
        assert told.code == 0, told
        return merged

    def merged(self, word: str, verdict: Verdict = "win", *, beaten: str = "first", **judged: Any) -> PullRequest:
        """Open a pull request, judge and merge it."""
        pull = self.pull(word)
        self.judge(pull, self.verdict(word, verdict, beaten=beaten), **judged)
        self.repo.merge(pull)
        return pull

    def environment(self, token: Token, **other: str) -> None:
        told = {
            "GITHUB_REPOSITORY": "octo/churn",
            "GITHUB_API_URL": self.ground.url,
            "GITHUB_SERVER_URL": self.ground.url,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_ACTOR": "octocat",
            "GITHUB_RUN_ATTEMPT": "1",
            "MODELBOUT_GITHUB_TOKEN": token.value,
            "RUNNER_TEMP": str(self.root),
            "MODELBOUT_PYTHON": sys.executable,
            **other,
        }
        for name, value in told.items():
            self.patch.setenv(name, value)

    def promote(self, *, event: str = "push", run: WorkflowRun | None = None, **given: Any) -> Told:
        """Run the action promote for the default branch as it stands; ``before`` and ``after`` are the event's."""
        after = given.pop("after", None) or self.repo.tip("main").sha
        payload: dict[str, Any] = {"repository": {"full_name": "octo/churn", "default_branch": "main"}}
        if event == "push":
            before = given.pop("before", "0" * 40)
            payload |= {"ref": "refs/heads/main", "before": before, "after": after}
        return self.act(promote, run or self.run(event, after), payload, given)

    def rollback(self, *, run: WorkflowRun | None = None, **given: Any) -> Told:
        """Run the action rollback as a person starts it."""
        payload = {"repository": {"full_name": "octo/churn", "default_branch": "main"}, "inputs": {}}
        return self.act(rollback, run or self.run("workflow_dispatch"), payload, given)

    def run(self, event: str = "push", sha: str | None = None) -> WorkflowRun:
        """Return a new run of the workflow that promotes."""
        head = sha or self.repo.tip("main").sha
        made: WorkflowRun = self.repo.add_run(
            event=event, path=PROMOTE, head_sha=head, head_branch="main", status="in_progress"
        )
        return made

    def act(self, action: Any, run: WorkflowRun, payload: dict[str, Any], given: dict[str, Any]) -> Told:
        """Run one action in one job; its inputs are named with underscores."""
        self.jobs += 1
        place = self.root / f"job-{self.jobs}"
        place.mkdir()
        (place / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        token = given.pop("token", None) or self.ground.writer
        inputs = {"registry": self.registry, "github-token": token.value}
        inputs |= {name.replace("_", "-").strip("-"): str(value) for name, value in given.items()}
        self.environment(
            token,
            GITHUB_EVENT_NAME=run.event,
            GITHUB_EVENT_PATH=str(place / "event.json"),
            GITHUB_SHA=run.head_sha,
            GITHUB_RUN_ID=str(run.id),
            GITHUB_WORKSPACE=str(self.home),
            RUNNER_TEMP=str(place),
            GITHUB_STEP_SUMMARY=str(place / "summary.md"),
            GITHUB_OUTPUT=str(place / "outputs"),
            MODELBOUT_INPUTS=json.dumps(inputs),
        )
        watcher, said = Watcher(), list[str]()
        job = open_job(os.environ, progress=watcher, say=said.append)
        problems: list[str] = []
        try:
            code = action.act(job)
        except ModelboutError as error:
            code, problems = error.exit_code, [str(problem) for problem in error.problems]
        finally:
            if "session" in job.__dict__:
                job.session.close()
        problems += [str(problem) for problem in watcher.problems]
        summary = place / "summary.md"
        text = summary.read_text(encoding="utf-8") if summary.exists() else ""
        return Told(code, dict(job.outputs.known), said, problems, text)


def zipped(folder: Path) -> bytes:
    """Return a folder as the packer of artifacts writes it."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return kept.getvalue()


def changed(verdict: BoutResult, **other: Any) -> BoutResult:
    """Return a verdict with other fields."""
    return msgspec.structs.replace(verdict, **other)

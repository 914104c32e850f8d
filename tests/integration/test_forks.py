"""The report of a fork's run, from outside: where it goes follows from GitHub's record, whatever its artifact says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from modelbout.errors import EXIT_DATA, EXIT_FINE
from modelbout.github.api.session import connect
from modelbout.github.comment.body import TOP
from modelbout.github.context import decide
from modelbout.github.forks import Recipient, pull_request_of
from modelbout.record import to_json
from tests.github_server.events import run_completed
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.unit.github.test_artifacts import ORIGIN
from tests.unit.github.zips import Piece, forged
from tests.unit.report import stories

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github_server.fixtures import Ground
    from tests.github_server.records import PullRequest, WorkflowRun
    from tests.github_server.state import Repository

WORKFLOW = ".github/workflows/modelbout.yml"
BOUT = to_json(stories.bout())


class Outside:
    """A fork with a pull request and its run, and the job that is started when that run has ended."""

    def __init__(self, ground: Ground, place: Path) -> None:
        self.ground = ground
        self.repo: Repository = ground.repo
        self.place = place
        self.fork: Repository = ground.github.fork(self.repo, "bob/churn")
        self.fork.commit({"model.py": "1"}, branch="better", login="bob")
        self.pull: PullRequest = self.repo.open_pull("better", head_repo=self.fork, login="bob")
        self.run: WorkflowRun = self.repo.add_run(pull=self.pull, event="pull_request", path=WORKFLOW)

    def payload(self) -> dict[str, object]:
        """Return the event that GitHub sends: it names no pull request of a fork."""
        return run_completed(self.run, repository="octo/churn")

    def recipient(
        self, payload: dict[str, object] | None = None, *, workflow: str = WORKFLOW, own: bool = False
    ) -> Recipient:
        session = connect(
            repository="octo/churn",
            api_url=self.ground.url,
            server_url=self.ground.url,
            token=self.ground.writer.value,
        )
        told = self.payload() if payload is None else payload
        plan = decide("workflow_run", told, repository="octo/churn", sha=self.repo.tip().sha, ref="refs/heads/main")
        try:
            found = pull_request_of(session, plan, workflow=workflow, own=own)
        finally:
            session.close()
        assert not [call for call in self.ground.calls if call.method != "GET"]
        return found

    def command(self, *, secret: str = "") -> subprocess.CompletedProcess[str]:
        """Run the action as the job does: an empty workspace, the event, the token."""
        workspace = self.place / "workspace"
        workspace.mkdir(exist_ok=True)
        (self.place / "event.json").write_text(json.dumps(self.payload()))
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "GH_"))}
        environ |= {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "octo/churn",
            "GITHUB_API_URL": self.ground.url,
            "GITHUB_SERVER_URL": self.ground.url,
            "GITHUB_EVENT_NAME": "workflow_run",
            "GITHUB_EVENT_PATH": str(self.place / "event.json"),
            "GITHUB_SHA": self.repo.tip().sha,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_RUN_ID": "999",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary.md"),
            "GITHUB_OUTPUT": str(self.place / "output"),
            "RUNNER_TEMP": str(self.place / "temp"),
            "MODELBOUT_INPUTS": json.dumps({"check": "modelbout", "workflow": WORKFLOW}),
            "GITHUB_TOKEN": secret or self.ground.writer.value,
        }
        done = subprocess.run(
            [sys.executable, "-m", "modelbout", "action", "report"],
            cwd=workspace,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not list(workspace.iterdir())
        assert self.ground.writer.value not in done.stdout + done.stderr
        return done

    @property
    def comments(self) -> list[str]:
        return [comment.body for pull in self.repo.pulls for comment in self.repo.comments_of(pull)]


@pytest.fixture
def outside(github: Ground, tmp_path: Path) -> Outside:  # noqa: F811 -- the fixture
    return Outside(github, tmp_path)


def test_a_fork_s_run_leads_to_its_pull_request(outside: Outside) -> None:
    found = outside.recipient()
    assert (found.doing, found.pull and found.pull.number) == ("comment", outside.pull.number)
    assert found.run is not None
    assert found.run.id == outside.run.id


def test_what_the_event_says_of_pull_requests_counts_for_nothing(outside: Outside) -> None:
    outside.repo.commit({"a.txt": "1"}, branch="victim")
    victim = outside.repo.open_pull("victim")
    payload = outside.payload()
    run = payload["workflow_run"]
    assert isinstance(run, dict)
    run["pull_requests"] = [{"number": victim.number, "head": {"sha": outside.run.head_sha}}]
    found = outside.recipient(payload)
    assert found.pull is not None
    assert found.pull.number == outside.pull.number


def test_a_deleted_fork_has_no_comment(outside: Outside) -> None:
    payload = outside.payload()
    outside.ground.github.delete(outside.fork)
    for told in (payload, outside.payload()):
        found = outside.recipient(told)
        assert (found.doing, found.pull) == ("summary", None)
        assert "gone" in found.why


def test_an_older_head_is_not_reported_over_a_newer(outside: Outside) -> None:
    outside.fork.commit({"model.py": "2"}, branch="better", login="bob")
    found = outside.recipient()
    assert (found.doing, found.pull) == ("summary", None)
    assert "older head" in found.why


def test_a_closed_pull_request_has_no_comment(outside: Outside) -> None:
    outside.repo.close(outside.pull)
    found = outside.recipient()
    assert (found.doing, found.pull) == ("summary", None)
    assert "closed" in found.why


def test_two_pull_requests_of_one_head_are_no_guess(outside: Outside) -> None:
    outside.repo.commit({"a.txt": "1"}, branch="stable")
    other = outside.repo.open_pull("better", head_repo=outside.fork, base="stable", login="bob")
    found = outside.recipient()
    assert (found.doing, found.pull) == ("summary", None)
    assert f"#{outside.pull.number}" in found.why
    assert f"#{other.number}" in found.why
    outside.repo.close(other)
    assert outside.recipient().doing == "comment"


def test_the_same_branch_name_in_another_fork_is_another_pull_request(outside: Outside) -> None:
    other = outside.ground.github.fork(outside.repo, "eve/churn")
    other.commit({"model.py": "evil"}, branch="better", login="eve")
    outside.repo.open_pull("better", head_repo=other, login="eve")
    found = outside.recipient()
    assert found.pull is not None
    assert found.pull.number == outside.pull.number


def test_no_pull_request_at_all(outside: Outside) -> None:
    outside.fork.commit({"model.py": "3"}, branch="stray", login="bob")
    outside.run = outside.repo.add_run(
        head_sha=outside.fork.tip("stray").sha, head_branch="stray", head_repo=outside.fork, path=WORKFLOW
    )
    found = outside.recipient()
    assert (found.doing, found.pull) == ("summary", None)
    assert "no pull request" in found.why


@pytest.mark.parametrize("conclusion", ["cancelled", "skipped", "timed_out", "action_required"])
def test_a_run_that_did_not_come_to_its_end_is_not_reported(outside: Outside, conclusion: str) -> None:
    payload = outside.payload()
    outside.run.conclusion = conclusion
    for told in (payload, outside.payload()):
        assert outside.recipient(told).doing == "nothing"


def test_a_run_that_was_started_again_is_reported_by_its_end(outside: Outside) -> None:
    payload = outside.payload()
    outside.run.status, outside.run.conclusion = "in_progress", None
    found = outside.recipient(payload)
    assert found.doing == "nothing"
    assert "started again" in found.why


def test_a_run_of_another_event_is_not_reported(outside: Outside) -> None:
    payload = outside.payload()
    outside.run.event = "push"
    for told in (payload, outside.payload()):
        assert outside.recipient(told).doing == "nothing"


def test_a_run_of_another_workflow_is_not_reported(outside: Outside) -> None:
    outside.run.path = ".github/workflows/evil.yml"
    found = outside.recipient()
    assert found.doing == "nothing"
    assert "another workflow" in found.why
    assert outside.recipient(workflow="").doing == "comment"
    outside.run.path = f"{WORKFLOW}@refs/heads/main"
    assert outside.recipient().doing == "comment"


def test_a_run_of_another_head_than_the_event_s_is_not_reported(outside: Outside) -> None:
    payload = outside.payload()
    run = payload["workflow_run"]
    assert isinstance(run, dict)
    run["head_sha"] = "f" * 40
    assert outside.recipient(payload).doing == "nothing"


def test_a_branch_of_this_repository_has_been_reported_by_its_own_job(outside: Outside) -> None:
    outside.repo.commit({"model.py": "2"}, branch="topic")
    outside.pull = outside.repo.open_pull("topic")
    outside.run = outside.repo.add_run(pull=outside.pull, path=WORKFLOW)
    found = outside.recipient()
    assert found.doing == "nothing"
    assert "its own job" in found.why
    assert outside.recipient(own=True).pull is not None


def test_the_action_comments_from_an_empty_workspace(outside: Outside) -> None:
    forged_origin = msgspec.structs.replace(ORIGIN, pull_request=1, head_sha="f" * 40, run_id=1)
    files = {"bout.json": BOUT, "origin.json": to_json(forged_origin)}
    outside.repo.add_artifact(outside.run, "modelbout-results", files)
    done = outside.command()
    assert done.returncode == EXIT_FINE, done.stdout + done.stderr
    (comment,) = outside.repo.comments_of(outside.pull.number)
    assert comment.body.startswith(TOP)
    assert outside.pull.head_sha in comment.body
    assert "A run of a fork says so" in comment.body
    assert "f" * 40 not in comment.body
    assert "ROC AUC" in (outside.place / "summary.md").read_text(encoding="utf-8")


def test_a_number_in_the_artifact_leads_nowhere(outside: Outside) -> None:
    outside.repo.commit({"a.txt": "1"}, branch="victim")
    victim = outside.repo.open_pull("victim")
    origin = msgspec.structs.replace(ORIGIN, pull_request=victim.number, head_sha=victim.head_sha)
    outside.repo.add_artifact(
        outside.run, f"modelbout-results-{victim.number}", {"bout.json": BOUT, "origin.json": to_json(origin)}
    )
    assert outside.command().returncode == EXIT_FINE
    assert outside.repo.comments_of(victim.number) == []
    assert len(outside.repo.comments_of(outside.pull.number)) == 1
    assert {check.head_sha for check in outside.repo.checks.values()} == {outside.pull.head_sha}


@pytest.mark.parametrize(
    "content",
    [
        b"no zip",
        forged([Piece(b"../../bout.json", content=BOUT)]).getvalue(),
        forged([Piece(b"bout.json", content=b"0" * (60 * 2**20))]).getvalue(),
        forged([Piece(b"bout.json", content=b"[" * 100_000)]).getvalue(),
        forged([Piece(b"bout.json", content=BOUT.replace(b'"churn"', b'"@octocat"'))]).getvalue(),
        forged([Piece(b"bout.json", content=BOUT, attributes=0o120777 << 16)]).getvalue(),
        forged([Piece(b"a/bout.json", content=BOUT), Piece(b"b/bout.json", content=BOUT)]).getvalue(),
    ],
    ids=["no zip", "traversal", "bomb", "depth", "mention", "link", "two of a model"],
)
def test_a_forged_artifact_is_one_error_and_writes_nothing(outside: Outside, content: bytes) -> None:
    outside.repo.add_artifact(outside.run, "modelbout-results", content)
    done = outside.command()
    assert done.returncode == EXIT_DATA, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "refused" in done.stderr + done.stdout
    assert outside.comments == []
    assert not outside.repo.checks
    assert not (outside.place / "bout.json").exists()


def test_an_artifact_that_is_missing_or_gone_is_said(outside: Outside) -> None:
    done = outside.command()
    assert done.returncode == EXIT_FINE, done.stderr
    assert f"run {outside.run.id} left no results" in done.stdout
    outside.repo.add_artifact(outside.run, "modelbout-results", {"bout.json": BOUT}).expired = True
    done = outside.command()
    assert done.returncode == EXIT_FINE, done.stderr
    assert f"run {outside.run.id} left results that have expired" in done.stdout
    assert "expired" in (outside.place / "summary.md").read_text(encoding="utf-8")
    assert outside.comments == []

"""`modelbout action report` on a GitHub that remembers: of this job, of this run's artifacts, of another run's."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError, ModelboutError, RegistryError
from modelbout.github.actions.report import act
from modelbout.github.api.errors import LimitError, TokenError, UnreachableError
from modelbout.github.comment.body import TOP, parse
from modelbout.github.comment.post import Poster
from modelbout.github.job import open_job
from modelbout.github.pictures import LEDGER_BRANCH
from modelbout.github.publishing import house_of
from modelbout.progress import Quiet
from modelbout.record import to_json, write_atomically
from modelbout.results import BOUT_FILE, VALIDATION_FILE
from tests.github_server import faults
from tests.github_server.events import run_completed
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.unit.github.comment.sections import story_of

if TYPE_CHECKING:
    from modelbout.errors import Problem
    from modelbout.report.story import Story
    from tests.github_server.fixtures import Ground
    from tests.github_server.records import PullRequest, Token, WorkflowRun
    from tests.github_server.state import Repository

WORKFLOW = ".github/workflows/modelbout.yml"


def files_of(story: Story) -> dict[str, bytes]:
    parts = {BOUT_FILE: story.bout, VALIDATION_FILE: story.validation}
    return {name: to_json(part) for name, part in parts.items() if part is not None}


def lay(place: Path, model: str, kind: str = "win") -> Path:
    for name, data in files_of(story_of(model, kind)).items():
        write_atomically(place / name, data)
    return place


class Told(Quiet):
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def tell(self, problem: Problem) -> None:
        self.problems.append(problem)


class Step:
    """One step of a job: its environment, and what it left."""

    def __init__(self, ground: Ground, place: Path) -> None:
        self.ground = ground
        self.repo: Repository = ground.repo
        self.place = place
        self.lines: list[str] = []
        self.told = Told()
        self.repo.commit({"model.py": "1"}, branch="topic")
        self.pull: PullRequest = self.repo.open_pull("topic")
        self.run: WorkflowRun = self.repo.add_run(pull=self.pull, event="pull_request", path=WORKFLOW)
        self.outputs: dict[str, str] = {}

    def event(self, **more: object) -> dict[str, object]:
        """Return the payload of a pull request's event."""
        pull = self.pull
        source = pull.head_repo.full_name if pull.head_repo else None
        return {
            "action": "synchronize",
            "number": pull.number,
            "repository": {"full_name": "octo/churn", "default_branch": "main"},
            "pull_request": {
                "number": pull.number,
                "state": "open",
                "head": {"sha": pull.head_sha, "ref": pull.head, "repo": source and {"full_name": source}},
                "base": {"ref": "main"},
            },
            **more,
        }

    def of_run(self, run: WorkflowRun) -> dict[str, object]:
        """Return the payload of the event that a run has ended; GitHub names no pull requests of forks in it."""
        return run_completed(run, repository="octo/churn")

    def report(
        self,
        event: str = "pull_request",
        payload: dict[str, object] | None = None,
        *,
        token: Token | None = None,
        run: int | None = None,
        attempt: int = 1,
        **inputs: str,
    ) -> int:
        """Run the action and return its exit code."""
        (self.place / "event.json").write_text(json.dumps(self.event() if payload is None else payload))
        given = {"check": "modelbout", **{name.replace("_", "-"): value for name, value in inputs.items()}}
        environ = {
            "GITHUB_REPOSITORY": "octo/churn",
            "GITHUB_API_URL": self.ground.url,
            "GITHUB_SERVER_URL": self.ground.url,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(self.place / "event.json"),
            "GITHUB_SHA": self.repo.tip().sha,
            "GITHUB_RUN_ID": str(self.run.id if run is None else run),
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "GITHUB_WORKSPACE": str(self.place),
            "GITHUB_STEP_SUMMARY": str(self.place / "summary.md"),
            "GITHUB_OUTPUT": str(self.place / "output"),
            "RUNNER_TEMP": str(self.place / "temp"),
            "MODELBOUT_INPUTS": json.dumps(given),
            "GITHUB_TOKEN": (token or self.ground.writer).value,
        }
        (self.place / "summary.md").write_text("")
        self.ground.calls.clear()
        job = open_job(environ, progress=self.told, say=self.lines.append)
        try:
            return act(job)
        finally:
            self.outputs = dict(job.outputs.known)
            job.session.close()

    @property
    def summary(self) -> str:
        return (self.place / "summary.md").read_text(encoding="utf-8")

    def body(self) -> str:
        (found,) = [one.body for one in self.repo.comments_of(self.pull.number) if one.body.startswith(TOP)]
        return found

    def verdicts(self) -> dict[str, str]:
        from modelbout.github.api.session import connect  # noqa: PLC0415 -- for the house's addresses alone

        session = connect(repository="octo/churn", api_url=self.ground.url, server_url=self.ground.url, token=None)
        house = house_of(session)
        session.close()
        return {one.state.model: one.state.told.standing for one in parse(self.body(), house)}

    def checks(self) -> dict[str, str]:
        return {check.title or "": check.conclusion or "" for check in self.repo.checks.values()}


@pytest.fixture
def step(github: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:  # noqa: F811 -- the fixture
    for name in ("MODELBOUT_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Step(github, tmp_path)


def test_a_run_directory_of_this_job(step: Step) -> None:
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run") == 0
    assert step.verdicts() == {"churn": "win"}
    assert step.checks() == {"win: roc_auc +0.0136": "success"}
    (comment,) = step.repo.comments_of(step.pull.number)
    assert step.outputs["comment-url"].endswith(f"#issuecomment-{comment.id}")
    assert step.outputs["verdict"] == "win"
    assert step.outputs["result"] == "run/bout.json"
    assert step.outputs["report"] == "run/report.md"
    assert "the challenger wins" in (step.place / "run" / "report.md").read_text(encoding="utf-8")
    assert "the challenger wins" in step.summary
    assert f"/actions/runs/{step.run.id}/attempts/1)" in step.body()
    assert len(step.ground.calls) <= 5


def test_several_models_the_worst_is_the_verdict(step: Step) -> None:
    for model, kind in (("a", "win"), ("b", "loss"), ("c", "inconclusive")):
        lay(step.place / "runs" / model, model, kind)
    assert step.report(run_directory="runs/a\nruns/[bc]") == 0
    assert step.verdicts() == {"a": "win", "b": "loss", "c": "inconclusive"}
    assert step.checks() == {"1 win, 1 loss, 1 inconclusive": "failure"}
    assert step.outputs["verdict"] == "loss"
    assert step.outputs["result"].split("\n") == ["runs/a/bout.json", "runs/b/bout.json", "runs/c/bout.json"]
    assert Path(step.outputs["report"]).name == "report.md"


def test_the_artifacts_of_this_run_without_any_input(step: Step) -> None:
    step.repo.add_artifact(step.run, "modelbout-results-churn", files_of(story_of("churn")))
    step.repo.add_artifact(
        step.run,
        "modelbout-results-rest",
        {
            f"{model}/{name}": data
            for model in ("bikes", "fraud")
            for name, data in files_of(story_of(model, "loss")).items()
        },
    )
    assert step.report() == 0
    assert step.verdicts() == {"churn": "win", "bikes": "loss", "fraud": "loss"}
    assert step.checks() == {"1 win, 2 losses": "failure"}
    assert step.outputs["result"] == ""
    assert Path(step.outputs["report"]).is_file() or (step.place / step.outputs["report"]).is_file()


def test_the_same_run_again_writes_nothing(step: Step) -> None:
    lay(step.place / "run", "churn")
    step.report(run_directory="run")
    assert step.report(run_directory="run") == 0
    assert {call.method for call in step.ground.calls} == {"GET"}
    assert len(step.repo.checks) == 1


def test_an_older_run_that_is_run_again_changes_nothing(step: Step) -> None:
    old = step.run
    before = step.event()
    lay(step.place / "old", "churn", "loss")
    lay(step.place / "new", "churn", "win")
    step.repo.commit({"model.py": "2"}, branch="topic")
    step.report(run_directory="new", run=old.id + 1)
    assert step.report(payload=before, run_directory="old", run=old.id, attempt=2) == 0
    assert step.verdicts() == {"churn": "win"}


def test_a_fork_s_own_run_ends_well_without_a_comment(step: Step) -> None:
    fork = step.ground.github.fork(step.repo, "bob/churn")
    fork.commit({"model.py": "3"}, branch="mine")
    step.pull = step.repo.open_pull("mine", head_repo=fork, login="bob")
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run", token=step.ground.reader) == 0
    assert step.repo.comments_of(step.pull.number) == []
    assert step.outputs["comment-url"] == ""
    assert step.outputs["verdict"] == "win"
    assert "there is no comment" in step.summary
    assert step.repo.checks == {}


def test_a_fork_s_run_is_reported_from_outside(step: Step) -> None:
    fork = step.ground.github.fork(step.repo, "bob/churn")
    fork.commit({"model.py": "3"}, branch="mine")
    step.pull = step.repo.open_pull("mine", head_repo=fork, login="bob")
    run = step.repo.add_run(pull=step.pull, event="pull_request", path=WORKFLOW)
    step.repo.add_artifact(run, "modelbout-results", files_of(story_of("churn", "inconclusive")))
    assert step.report("workflow_run", step.of_run(run), run=run.id + 99) == 0
    assert step.verdicts() == {"churn": "inconclusive"}
    assert step.checks() == {"inconclusive: roc_auc +0.0031": "neutral"}
    assert f"/actions/runs/{run.id}/attempts/1)" in step.body()
    (check,) = step.repo.checks.values()
    assert check.head_sha == step.pull.head_sha


def test_a_fork_s_run_whose_pull_request_went_on_is_no_comment(step: Step) -> None:
    fork = step.ground.github.fork(step.repo, "bob/churn")
    fork.commit({"model.py": "3"}, branch="mine")
    step.pull = step.repo.open_pull("mine", head_repo=fork, login="bob")
    run = step.repo.add_run(pull=step.pull, event="pull_request", path=WORKFLOW)
    step.repo.add_artifact(run, "modelbout-results", files_of(story_of("churn")))
    payload = step.of_run(run)
    fork.commit({"model.py": "4"}, branch="mine")
    assert step.report("workflow_run", payload, run=run.id + 99) == 0
    assert step.repo.comments_of(step.pull.number) == []
    assert "there is no comment: " in step.summary


def test_an_attempt_is_taken_from_the_run_that_is_reported(step: Step) -> None:
    step.repo.add_artifact(step.run, "modelbout-results", files_of(story_of("churn")))
    step.repo.rerun(step.run)
    assert step.report("workflow_run", step.of_run(step.run), run=step.run.id + 99) == 0
    assert f"/actions/runs/{step.run.id}/attempts/2)" in step.body()


def test_a_run_by_its_number(step: Step) -> None:
    step.repo.add_artifact(step.run, "modelbout-results", files_of(story_of("churn")))
    payload: dict[str, object] = {"repository": {"full_name": "octo/churn"}, "inputs": {}}
    assert step.report("workflow_dispatch", payload, run=step.run.id + 99, run_id=str(step.run.id)) == 0
    assert step.verdicts() == {"churn": "win"}


def test_a_refused_artifact_is_told_and_the_others_are_reported(step: Step) -> None:
    step.repo.add_artifact(step.run, "modelbout-results-a", files_of(story_of("churn")))
    step.repo.add_artifact(step.run, "modelbout-results-b", {BOUT_FILE: b'{"model": "@octocat"}'})
    assert step.report() == 3
    assert step.verdicts() == {"churn": "win"}
    assert step.told.problems


def test_only_refused_artifacts(step: Step) -> None:
    hostile = io.BytesIO()
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr("../bout.json", b"{}")
    step.repo.add_artifact(step.run, "modelbout-results", hostile.getvalue())
    assert step.report() == 3
    assert step.repo.comments_of(step.pull.number) == []


def test_a_run_that_left_nothing(step: Step) -> None:
    with pytest.raises(ConfigError, match="there are no results"):
        step.report()
    assert step.report("workflow_run", step.of_run(step.run), run=step.run.id + 99) == 0
    assert "left no results" in step.lines[-1]


def test_a_token_that_only_reads_does_not_fail_the_job(step: Step) -> None:
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run", token=step.ground.reader) == 0
    assert step.outputs["comment-url"] == ""
    assert "there is no comment under" in step.summary
    assert "there is no check run" in step.summary


def test_a_locked_conversation_does_not_fail_the_job(step: Step) -> None:
    step.repo.lock(step.pull.number)
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run") == 0
    assert step.outputs["comment-url"] == ""
    assert step.checks() == {"win: roc_auc +0.0136": "success"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [(faults.bad_gateway(), UnreachableError), (faults.primary_limit(3_000), LimitError)],
    ids=["down", "limit"],
)
def test_other_failures_of_github_do(
    step: Step, monkeypatch: pytest.MonkeyPatch, fault: faults.Fault, error: type[ModelboutError]
) -> None:
    monkeypatch.setattr(
        Poster.__init__, "__kwdefaults__", {**(Poster.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    )
    lay(step.place / "run", "churn")
    step.ground.faults.add("POST", "*", fault, times=None)
    with pytest.raises(error) as raised:
        step.report(run_directory="run")
    assert raised.value.exit_code == RegistryError.exit_code == 4


def test_a_token_that_is_none_is_an_error(step: Step) -> None:
    lay(step.place / "run", "churn")
    step.ground.github.tokens.clear()
    with pytest.raises(TokenError):
        step.report(run_directory="run")


def test_a_push_has_a_check_and_no_comment(step: Step) -> None:
    head = step.repo.tip().sha
    payload: dict[str, object] = {
        "ref": "refs/heads/main",
        "before": "0" * 40,
        "after": head,
        "repository": {"full_name": "octo/churn", "default_branch": "main"},
    }
    lay(step.place / "run", "churn")
    assert step.report("push", payload, run_directory="run") == 0
    (check,) = step.repo.checks.values()
    assert check.head_sha == head
    assert step.repo.comments == {}


def test_a_merged_pull_request_is_nothing_to_report(step: Step) -> None:
    payload = step.event(action="closed")
    assert step.report(payload=payload) == 0
    assert step.ground.calls == []


@pytest.mark.parametrize("none", ["", "false"])
def test_comment_and_check_can_be_switched_off(step: Step, none: str) -> None:
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run", comment="false", check=none) == 0
    assert step.ground.calls == []
    assert "the challenger wins" in step.summary


def test_a_dry_run_tells_and_writes_nothing(step: Step) -> None:
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run", dry_run="true") == 0
    assert {call.method for call in step.ground.calls} <= {"GET"}
    assert any(line.startswith("would comment on") for line in step.lines)
    assert any(line.startswith("would post the check run") for line in step.lines)


def test_data_that_broke_its_contract(step: Step) -> None:
    story = story_of("churn", "contract")
    assert story.validation is not None
    write_atomically(step.place / "run" / VALIDATION_FILE, to_json(story.validation))
    assert step.report(run_directory="run") == 0
    assert step.outputs["verdict"] == "error"
    assert step.outputs["result"] == "run/validation.json"
    assert step.checks() == {"error: the data breaks its contract": "failure"}


def test_a_run_of_another_workflow_than_the_one_that_is_listened_to(step: Step) -> None:
    step.repo.add_artifact(step.run, "modelbout-results", files_of(story_of("churn")))
    other = ".github/workflows/other.yml"
    assert step.report("workflow_run", step.of_run(step.run), run=step.run.id + 99, workflow=other) == 0
    assert step.repo.comments == {}
    assert step.report("workflow_run", step.of_run(step.run), run=step.run.id + 99, workflow=WORKFLOW) == 0
    assert step.verdicts() == {"churn": "win"}


def test_the_configurations_of_this_job(step: Step) -> None:
    (step.place / "modelbout.yaml").write_text(
        "version: 1\nmodel: churn\ntask: binary\ndata:\n  source: x.csv\n  target: y\n"
        "  split: {holdout: 0.2, by: id}\n  positive: a\ntrain:\n  estimator: a:b\n"
    )
    lay(step.place / ".modelbout" / "run", "churn")
    assert step.report(config="modelbout.yaml") == 0
    assert step.outputs["result"] == ".modelbout/run/bout.json"
    with pytest.raises(ConfigError):
        step.report(config="nowhere.yaml")


def test_two_sources_are_one_too_many(step: Step) -> None:
    with pytest.raises(ConfigError, match="both `run-directory` and `run-id`"):
        step.report(run_directory="run", run_id="7")


def test_plots_on_the_ledger_branch(step: Step) -> None:
    step.repo.commit({"champions.json": "{}"}, branch=LEDGER_BRANCH, orphan=True)
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run", plots="branch") == 0
    names = [path for path in step.repo.objects.files(step.repo.tip(LEDGER_BRANCH).tree) if path.startswith("plots/")]
    assert len(names) >= 4
    assert step.body().count("<picture>") == len(names) // 2
    assert step.repo.tip(LEDGER_BRANCH).sha in step.body()


def test_plots_where_the_token_may_not_write_are_left_out(step: Step) -> None:
    step.repo.commit({"champions.json": "{}"}, branch=LEDGER_BRANCH, orphan=True)
    token = step.ground.github.token(
        permissions={"pull_requests": "write", "checks": "write", "contents": "read", "metadata": "read"}
    )
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run", plots="branch", token=token) == 0
    assert "<picture>" not in step.body()
    assert "there are no plots" in step.summary


def test_plots_before_there_is_a_ledger(step: Step) -> None:
    lay(step.place / "run", "churn")
    assert step.report(run_directory="run", plots="branch") == 0
    assert LEDGER_BRANCH not in step.repo.branches()
    assert "there are no plots yet" in step.summary

"""What an adversary, a busy repository or bad luck could make of the privileged jobs: held on the test GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError
from modelbout.github.actions import promote
from modelbout.record import to_json
from modelbout.results import BOUT_FILE, TRAINING_FILE, VALIDATION_FILE
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.integration.arena import Arena
from tests.integration.test_report_action import Step, files_of, lay, step  # noqa: F401 -- a fixture
from tests.unit.github.comment.sections import story_of
from tests.unit.report.stories import training, validation

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github_server.fixtures import Ground


@pytest.fixture
def arena(github: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Arena:  # noqa: F811 -- the fixture of that name
    return Arena(github, tmp_path, monkeypatch)


def test_runs_of_other_workflows_and_of_forks_do_not_hide_the_bout(arena: Arena) -> None:
    arena.first()
    pull = arena.pull("better")
    arena.judge(pull, arena.verdict("better", beaten="first"))
    for number in range(6):
        arena.repo.add_run(pull=pull, path=f".github/workflows/lint-{number}.yml")
    fork = arena.ground.github.fork(arena.repo, "mallory/churn")
    fork.refs["refs/heads/better"] = pull.head_sha
    for _ in range(6):
        made = arena.repo.add_run(pull=pull, path=".github/workflows/modelbout.yml")
        made.head_repo = fork
    arena.repo.merge(pull)
    told = arena.promote()
    assert (told.outputs["fight"], told.outputs["version"]) == ("false", "v1.1.0"), told.summary


def test_a_winner_that_is_run_again_late_does_not_wind_the_cursor_back(arena: Arena) -> None:
    arena.first()
    arena.repo.commit({"pipeline.py": "2"}, branch="main")
    old, tip = arena.run(), arena.repo.tip("main")
    claimed = {"event": "push", "head_sha": tip.sha, "tree": tip.tree}
    arena.upload(old, arena.verdict("fought", "loss", beaten="first"), None, claimed)
    arena.merged("better")
    assert arena.promote().outputs["version"] == "v1.1.0"
    marked = arena.repo.read("merges.json", "modelbout/ledger")
    arena.promote(run=old, run_id=old.id, after=tip.sha)
    assert arena.repo.read("merges.json", "modelbout/ledger") == marked


def test_a_winner_whose_commit_was_forced_off_the_branch_gets_no_title(arena: Arena) -> None:
    base = arena.first()
    arena.repo.commit({"pipeline.py": "leaks"}, branch="main")
    old, tip = arena.run(), arena.repo.tip("main")
    claimed = {"event": "push", "head_sha": tip.sha, "tree": tip.tree}
    arena.upload(old, arena.verdict("fought", beaten="first"), "fought", claimed)
    arena.repo.force_push("main", base.sha)
    told = arena.promote(run=old, run_id=old.id, after=tip.sha)
    assert arena.champion() == "v1.0.0"
    assert told.outputs["promoted"] == "false"


def test_a_schedule_whose_event_names_no_repository_still_promotes(arena: Arena) -> None:
    arena.first()
    arena.merged("better")
    told = arena.act(promote, arena.run("schedule"), {"schedule": "0 6 * * 1"}, {})
    assert told.outputs["version"] == "v1.1.0", told.said


def test_promotion_where_it_can_never_happen_is_no_green_job(arena: Arena) -> None:
    arena.first()
    pull = arena.merged("better")
    run = arena.repo.add_run(pull=pull, event="pull_request", path=".github/workflows/modelbout-promote.yml")
    payload = {
        "action": "closed",
        "repository": {"full_name": "octo/churn", "default_branch": "main"},
        "pull_request": {"number": pull.number, "merged": True, "head": {"sha": pull.head_sha}},
    }
    told = arena.act(promote, run, payload, {})
    assert told.code == 2, told.said


def test_a_refused_artifact_never_leaves_a_green_check(step: Step) -> None:  # noqa: F811 -- the fixture
    step.repo.add_artifact(step.run, "modelbout-results-a", files_of(story_of("churn")))
    step.repo.add_artifact(step.run, "modelbout-results-b", {BOUT_FILE: b'{"model": "fraud"}'})
    assert step.report() == 3
    assert set(step.checks().values()) == {"failure"}


def test_only_refused_artifacts_leave_a_red_check(step: Step) -> None:  # noqa: F811 -- the fixture
    step.repo.add_artifact(step.run, "modelbout-results", {BOUT_FILE: b"{}"})
    assert step.report() == 3
    assert "success" not in step.checks().values()


def test_an_app_of_ones_own_has_one_comment(step: Step) -> None:  # noqa: F811 -- the fixture
    app = step.ground.github.token(login="scales[bot]")
    step.repo.comment(step.pull.number, "<!-- modelbout:comment -->\n\nmine", login="other[bot]")
    for kind in ("win", "loss"):
        lay(step.place / "run", "churn", kind)
        assert step.report(run_directory="run", token=app) == 0
    ours = [one for one in step.repo.comments_of(step.pull.number) if one.login == "scales[bot]"]
    assert len(ours) == 1
    assert all(not one.reactions for one in step.repo.comments_of(step.pull.number))


@pytest.mark.parametrize("event", ["pull_request_target", "issue_comment"])
def test_a_report_that_strangers_can_start_is_no_green_job(step: Step, event: str) -> None:  # noqa: F811 -- the fixture
    with pytest.raises(ConfigError, match="on: pull_request"):
        step.report(event)
    assert step.checks() == {}


def test_a_bout_that_was_killed_while_it_judged_leaves_no_check_that_lets_through(
    step: Step,  # noqa: F811 -- the fixture
) -> None:
    left = {VALIDATION_FILE: to_json(validation()), TRAINING_FILE: to_json(training())}
    step.repo.add_artifact(step.run, "modelbout-results", left)
    assert step.report() == 0
    assert step.checks() == {"error: trained, and never judged: the bout did not come to its end": "failure"}


def test_a_draft_that_a_person_made_from_a_version_s_text_is_left_alone(arena: Arena) -> None:
    arena.first()
    body = arena.repo.release("churn@v1.0.0").body
    arena.repo.add_release("app-2.0", body=body, draft=True, login="alice")
    arena.merged("better")
    assert arena.promote().outputs["version"] == "v1.1.0"
    assert [draft.tag for draft in arena.repo.drafts()] == ["app-2.0"]


def test_a_registry_in_another_repository_takes_winners_too(arena: Arena) -> None:
    other = arena.ground.github.repository("octo/registry")
    person = arena.ground.github.token(login="alice")
    arena.registry = "github:octo/registry"
    pull = arena.pull("first")
    arena.judge(pull, arena.verdict("first", "first"))
    merged = arena.repo.merge(pull)
    told = arena.promote(token=person)
    assert (told.code, told.outputs["version"]) == (0, "v1.0.0"), told.problems
    assert other.release("churn@v1.0.0") is not None
    assert not arena.repo.releases
    assert [made.sha for made in arena.repo.deployments.values()] == [merged.sha]

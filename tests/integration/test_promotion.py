"""Promotion on merge, on a GitHub that remembers: what counts, what takes another bout, and that nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from modelbout.github.actions import promote
from tests.github_server import faults
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.integration.arena import CONFIG, PROMOTE, STAGED, Arena

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.github.job import Job
    from tests.github_server.fixtures import Ground


@pytest.fixture
def arena(github: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Arena:  # noqa: F811 -- the fixture of that name
    return Arena(github, tmp_path, monkeypatch)


def test_what_was_judged_takes_the_title(arena: Arena) -> None:
    merged = arena.first()
    assert arena.titles() == [("register", "v1.0.0", None), ("promote", "v1.0.0", "production")]
    event = arena.events()[-1]
    assert (event.pull_request, event.actor, event.reason) == (1, "octocat", "first: It reached that: first.")
    assert event.run_url is not None
    assert event.run_url.startswith(f"{arena.ground.url}/octo/churn/actions/runs/")
    (made,) = arena.repo.deployments.values()
    assert (made.sha, made.environment) == (merged.sha, "production")
    pull = arena.merged("better")
    told = arena.promote()
    assert told.code == 0
    assert told.outputs["fight"] == "false"
    assert (told.outputs["promoted"], told.outputs["version"]) == ("true", "v1.1.0")
    assert told.outputs["bundle-digest"] == arena.bundle("better")[1]
    assert arena.champion() == "v1.1.0"
    assert arena.events()[-1].pull_request == pull.number
    assert f"| #{pull.number} | \u2705 promoted |" in told.summary
    assert "| the champion that was beaten still stood | \u2705 Modelbout |" in told.summary
    assert "`churn@v1.1.0` is now the champion at `production`" in told.summary


def test_a_job_without_a_checkout_needs_one_file_of_the_default_branch(arena: Arena) -> None:
    merged = arena.first()
    read = [call for call in arena.ground.calls if "/contents/" in call.path and call.query["ref"] == merged.sha]
    assert [call.path for call in read] == ["/repos/octo/churn/contents/modelbout.yaml"]


def test_of_several_merges_in_a_row_none_is_lost(arena: Arena) -> None:
    arena.first()
    one = arena.merged("one")
    first = arena.repo.tip("main").sha
    two = arena.merged("two", beaten="one")
    third = arena.merged("three", "loss", beaten="two", conclusion="failure")
    before = len(arena.ground.calls)
    told = arena.promote(before=arena.repo.tip("main").parents[0], dispatch="octo/churn")
    assert (told.code, told.outputs["fight"], told.outputs["version"]) == (0, "false", "v1.2.0")
    promoted = [event for event in arena.events() if event.event == "promote"]
    assert [event.pull_request for event in promoted[1:]] == [one.number, two.number]
    assert arena.repo.resolve("churn@v1.1.0") == first, "each version is tagged where it was merged"
    assert [sent.payload["version"] for sent in arena.repo.dispatches] == ["v1.1.0", "v1.2.0"]
    assert f"| #{third.number} | \u274c the champion stays |" in told.summary
    compared = [call for call in arena.ground.calls[before:] if "/compare/" in call.path]
    assert len(compared) == 1
    assert len([call for call in arena.ground.calls[before:] if call.path.endswith("/pulls")]) == 1
    again = arena.promote()
    assert (again.code, again.outputs["fight"], again.outputs["promoted"]) == (0, "false", "false")
    assert "has dealt with" in again.summary


def test_what_could_not_be_settled_is_taken_up_by_the_next_push(arena: Arena) -> None:
    arena.first()
    arena.merged("one", conclusion="cancelled")
    assert arena.promote().outputs["fight"] == "true"
    arena.merged("two")
    told = arena.promote()
    assert (told.outputs["fight"], told.outputs["version"]) == ("false", "v1.1.0")
    assert "its changes are part of" in told.summary


def test_a_person_may_ask_for_a_bout_of_the_head(arena: Arena) -> None:
    arena.first()
    told = arena.promote(event="workflow_dispatch")
    assert told.outputs["fight"] == "true"
    assert "somebody asked" in told.summary


def test_a_forced_push_that_took_the_cursor_along(arena: Arena) -> None:
    root = arena.repo.tip("main").sha
    arena.first()
    arena.repo.force_push("main", root)
    assert arena.promote().outputs["fight"] == "false", "set back: a rollback takes a person's reason"
    arena.merged("better")
    told = arena.promote(before=root)
    assert told.outputs["version"] == "v1.1.0"
    assert "after a forced push" in told.summary


def test_from_test_to_production_by_a_later_job(arena: Arena) -> None:
    arena.repo.commit({"modelbout.yaml": STAGED}, branch="main")
    arena.first()
    assert (arena.champion("test"), arena.champion()) == ("v1.0.0", None)
    run = arena.run()
    for number in (1, 2):
        told = arena.promote(run=run, _from="test", stage="production", dispatch="octo/churn")
        assert told.code == 0, told
        assert len(arena.repo.dispatches) == number, "at least once, also when the job is run again"
    assert arena.titles()[-1] == ("promote", "v1.0.0", "production")
    assert [made.environment for made in arena.repo.deployments.values()] == ["test", "production"]
    assert arena.promote(_from="test").outputs["promoted"] == "false", "it is there"
    assert len(arena.repo.releases) == 1, "the same digest, never rebuilt"

    arena.merged("better")
    assert arena.promote().outputs["version"] == "v1.1.0"
    assert (arena.champion("test"), arena.champion()) == ("v1.1.0", "v1.0.0")
    arena.rollback(to="v1.1.0", reason="by hand")
    assert arena.promote(_from="test").outputs["promoted"] == "false"
    arena.rollback(to="v1.0.0", reason="and back")
    assert arena.promote(_from="test").outputs["version"] == "v1.1.0"
    arena.rollback(to="v1.0.0", reason="complaints")
    told = arena.promote(_from="test")
    assert told.code == 1, "a verdict gives a title once"
    assert "lost the title since" in told.problems[0]


def test_a_champion_of_the_last_stage_that_moved_means_another_bout(arena: Arena) -> None:
    arena.repo.commit({"modelbout.yaml": STAGED}, branch="main")
    arena.first()
    arena.promote(_from="test")
    arena.merged("one")
    arena.promote()
    arena.merged("two")
    assert arena.promote().outputs["version"] == "v1.2.0"
    arena.rollback(to="v1.1.0", reason="somebody chose it")
    told = arena.promote(_from="test")
    assert (told.code, told.outputs["fight"]) == (4, "true")
    assert "v1.2.0 was judged when it was v1.0.0" in told.problems[0]


class Light:
    """Runs an action in a process that has only the libraries of the light profile."""

    SCRIPT = """
import sys
HEAVY = {"numpy", "pandas", "polars", "scipy", "sklearn", "skops", "narwhals", "matplotlib"}
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in HEAVY:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
from modelbout.cli.main import run
code = run(sys.argv[1:])
rooms = {".".join(name.split(".")[:2]) for name in sys.modules}
print("heavy:", sorted(rooms & {"modelbout." + room for room in ("training", "bout", "data", "contract", "consumer")}))
raise SystemExit(code)
"""

    def __init__(self, name: str) -> None:
        self.name = name

    def act(self, job: Job) -> int:
        environ = {**os.environ, "MODELBOUT_INPUTS": json.dumps(dict(job.inputs.values))}
        done = subprocess.run(
            [sys.executable, "-c", self.SCRIPT, "action", self.name],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "heavy: []" in done.stdout, done.stdout + done.stderr
        return done.returncode


def test_the_jobs_that_write_load_no_model_and_nothing_that_could(arena: Arena) -> None:
    arena.first()
    arena.merged("better")
    run = arena.run()
    payload = {
        "repository": {"full_name": "octo/churn", "default_branch": "main"},
        "ref": "refs/heads/main",
        "before": "0" * 40,
        "after": run.head_sha,
    }
    assert arena.act(Light("promote"), run, payload, {}).code == 0
    assert arena.champion() == "v1.1.0"
    asked = arena.run("workflow_dispatch")
    number = arena.repo.open_issue("Odd offers").number
    given = {"to": "v1.0.0", "reason": "complaints", "hold": "true", "issue": number}
    assert arena.act(Light("rollback"), asked, {**payload, "inputs": {}}, given).code == 0
    assert arena.champion() == "v1.0.0"


def test_a_loss_that_was_merged_leaves_the_champion_and_the_push_green(arena: Arena) -> None:
    arena.first()
    arena.merged("worse", "loss", conclusion="failure")
    told = arena.promote()
    assert (told.code, told.outputs["fight"], told.outputs["promoted"]) == (0, "false", "false")
    assert arena.champion() == "v1.0.0"
    assert "the champion stays" in told.summary
    assert "it is worse: worse." in told.summary


def test_an_inconclusive_verdict_may_be_enough_when_the_configuration_says_so(arena: Arena) -> None:
    arena.first()
    arena.merged("either", "inconclusive")
    assert "the champion stays" in arena.promote().summary
    arena.repo.commit({"modelbout.yaml": CONFIG + "promote: {inconclusive: promote_if_non_inferior}\n"}, branch="main")
    arena.merged("again", "inconclusive")
    assert arena.promote().outputs["version"] == "v1.1.0"


UNUSABLE: list[tuple[dict[str, Any], str]] = [
    ({"origin": {"tree": "0" * 40}}, "what was merged is not what was judged"),
    ({"origin": {"run_id": 1}}, "name another run than GitHub"),
    ({"origin": {"repository": "mallory/churn"}}, "name another repository"),
    ({"bundle": "other"}, "its bundle was refused"),
    ({"conclusion": "cancelled"}, "ended as"),
]


@pytest.mark.parametrize(("how", "why"), UNUSABLE, ids=[why for _, why in UNUSABLE])
def test_what_does_not_fit_takes_another_bout_and_is_never_a_pass(arena: Arena, how: dict[str, Any], why: str) -> None:
    arena.first()
    arena.merged("better", **how)
    told = arena.promote()
    assert (told.code, told.outputs["fight"], told.outputs["fight-configs"]) == (0, "true", '["modelbout.yaml"]')
    assert why in told.summary
    assert arena.champion() == "v1.0.0"
    assert not arena.repo.dispatches
    assert len(arena.events()) == 2


def test_artifacts_that_are_gone(arena: Arena) -> None:
    arena.first()
    pull = arena.pull("better")
    run = arena.judge(pull, arena.verdict("better", beaten="first"))
    arena.repo.merge(pull)
    for artifact in arena.repo.artifacts.values():
        if artifact.run == run.id and artifact.name == "modelbout-bundle":
            artifact.expired = True
    told = arena.promote()
    assert told.outputs["fight"] == "true"
    assert "left no bundle" in told.summary


def test_an_artifact_with_another_digest_than_github_recorded(arena: Arena) -> None:
    arena.first()
    pull = arena.pull("better")
    run = arena.judge(pull, arena.verdict("better", beaten="first"))
    arena.repo.merge(pull)
    for artifact in arena.repo.artifacts.values():
        if artifact.run == run.id:
            artifact.digest = f"sha256:{'0' * 64}"
    told = arena.promote()
    assert told.outputs["fight"] == "true"
    assert arena.champion() == "v1.0.0"


def test_a_workflow_of_another_path_is_not_believed(arena: Arena) -> None:
    arena.first()
    arena.merged("better")
    told = arena.promote(workflow=".github/workflows/checks.yml")
    assert told.outputs["fight"] == "true"
    assert "only `.github/workflows/checks.yml` is believed" in told.summary


def test_a_fork_is_judged_again_whatever_its_run_left(arena: Arena) -> None:
    arena.first()
    fork = arena.ground.github.fork(arena.repo, "bob/churn")
    fork.commit({"better.txt": "x"}, branch="better")
    pull = arena.repo.open_pull("better", head_repo=fork, login="bob")
    arena.judge(pull, arena.verdict("better", beaten="first"))
    arena.repo.merge(pull)
    told = arena.promote()
    assert told.outputs["fight"] == "true"
    assert "fork" in told.summary


def test_a_champion_that_moved_means_another_bout(arena: Arena) -> None:
    arena.first()
    pull = arena.pull("late")
    arena.judge(pull, arena.verdict("late", beaten="other"))
    arena.repo.merge(pull)
    told = arena.promote()
    assert told.outputs["fight"] == "true"
    assert "not the one that was beaten" in told.summary


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_every_way_to_merge(arena: Arena, method: str) -> None:
    arena.first()
    pull = arena.pull("better")
    arena.judge(pull, arena.verdict("better", beaten="first"))
    arena.repo.merge(pull, method)
    assert arena.promote().outputs["version"] == "v1.1.0"


def test_the_winner_of_the_bout_in_between(arena: Arena) -> None:
    arena.first()
    arena.repo.commit({"pipeline.py": "2"}, branch="main")
    run = arena.run()
    told = arena.promote(run=run)
    assert told.outputs["fight"] == "true"
    tip = arena.repo.tip("main")
    claimed = {"event": "push", "head_sha": tip.sha, "tree": tip.tree}
    arena.upload(run, arena.verdict("fought", beaten="first"), "fought", claimed)
    told = arena.promote(run=run, run_id=run.id)
    assert (told.code, told.outputs["version"], told.outputs["fight"]) == (0, "v1.1.0", "false")
    assert arena.champion() == "v1.1.0"


def test_a_lost_bout_in_between_leaves_the_champion(arena: Arena) -> None:
    arena.first()
    arena.repo.commit({"pipeline.py": "2"}, branch="main")
    run, tip = arena.run(), arena.repo.tip("main")
    claimed = {"event": "push", "head_sha": tip.sha, "tree": tip.tree}
    arena.upload(run, arena.verdict("fought", "loss", beaten="first"), None, claimed)
    told = arena.promote(run=run, run_id=run.id)
    assert (told.code, told.outputs["promoted"]) == (0, "false")


def test_a_bout_in_between_without_a_verdict_ends_red(arena: Arena) -> None:
    arena.first()
    arena.repo.commit({"pipeline.py": "2"}, branch="main")
    run, tip = arena.run(), arena.repo.tip("main")
    assert arena.promote(run=run, run_id=run.id).code == 1, "no results at all"
    claimed = {"event": "push", "head_sha": tip.sha, "tree": tip.tree}
    arena.upload(run, arena.verdict("fought", "error", beaten="first"), None, claimed)
    told = arena.promote(run=run, run_id=run.id)
    assert told.code == 1
    assert "ended in an error" in told.summary


def test_another_run_cannot_be_named(arena: Arena) -> None:
    arena.first()
    other = arena.run()
    told = arena.promote(run=arena.run(), run_id=other.id)
    assert told.code == 2
    assert "is not this run" in told.problems[0]


def test_elsewhere_than_on_the_default_branch_nothing_happens(arena: Arena) -> None:
    arena.first()
    arena.merged("better")
    head = arena.repo.tip("better").sha
    run = arena.repo.add_run(event="push", path=PROMOTE, head_sha=head, head_branch="better", status="in_progress")
    payload = {
        "repository": {"full_name": "octo/churn", "default_branch": "main"},
        "ref": "refs/heads/better",
        "before": head,
        "after": head,
    }
    told = arena.act(promote, run, payload, {})
    assert (told.code, told.outputs["fight"], told.outputs["promoted"]) == (0, "false", "false")
    assert arena.champion() == "v1.0.0"


def test_a_hold_is_said_and_nothing_is_lost(arena: Arena) -> None:
    arena.first()
    arena.events()
    arena.book.hold(model="churn", stage="production", actor="ada", reason="an audit")
    arena.merged("better")
    told = arena.promote()
    assert (told.code, told.outputs["fight"]) == (1, "false")
    assert "an audit" in told.summary
    assert "does not end green" in told.summary
    arena.repo.commit({"pipeline.py": "2"}, branch="main")
    told = arena.promote(before=arena.repo.objects.commit(arena.repo.tip("main").sha).parents[0])
    assert (told.code, told.outputs["fight"]) == (1, "false"), "no bout whose winner could not be promoted"
    arena.book.hold(model="churn", stage="production", actor="ada", reason="done", release=True)


def test_a_verdict_is_used_once(arena: Arena) -> None:
    arena.first()
    arena.merged("better")
    run = arena.run()
    assert arena.promote(run=run).outputs["promoted"] == "true"
    assert arena.rollback(to="v1.0.0", reason="complaints").code == 0
    before = len(arena.repo.dispatches)
    told = arena.promote(run=run, dispatch="octo/churn")
    assert told.outputs["promoted"] == "false", "run again after a rollback, the job does not undo it"
    assert arena.champion() == "v1.0.0"
    assert len(arena.repo.dispatches) == before, "a promotion that no longer stands is not told of again"


def test_a_dry_run_writes_nothing(arena: Arena) -> None:
    arena.first()
    arena.merged("better")
    calls = len(arena.ground.calls)
    told = arena.promote(dry_run="true", dispatch="octo/churn")
    assert told.code == 0
    assert arena.champion() == "v1.0.0"
    assert {call.method for call in arena.ground.calls[calls:]} == {"GET"}
    assert any(line.startswith("would send the event") for line in told.said)


def test_a_record_that_fails_is_said_and_undoes_nothing(arena: Arena) -> None:
    arena.first()
    arena.merged("better")
    arena.ground.faults.add("POST", "*/deployments", faults.status(500), times=1)
    run = arena.run()
    told = arena.promote(run=run, dispatch="octo/churn")
    assert told.code == 4
    assert (told.outputs["version"], arena.champion()) == ("v1.1.0", "v1.1.0")
    assert len(arena.repo.dispatches) == 1
    told = arena.promote(run=run, dispatch="octo/churn")
    assert told.code == 0, told
    assert len(arena.repo.deployments) == 2, "run again, the record is made"
    assert len(arena.repo.dispatches) == 2, "at least once; the number tells the receiver that it is the same"
    assert len({one.payload["seq"] for one in arena.repo.dispatches}) == 1


def test_nothing_in_a_verdict_can_speak_to_the_runner(arena: Arena) -> None:
    arena.first()
    pull = arena.pull("better")
    arena.judge(pull, arena.verdict("better", "loss", beaten="first", reasons=("bad\n::add-mask::x\n@octocat",)))
    arena.repo.merge(pull)
    told = arena.promote()
    assert not [line for line in told.said if "\n" in line or line.startswith("::")]
    assert "`@octocat`" in told.summary

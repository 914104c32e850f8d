"""Rollback on GitHub: rehearsed without rights, moved once for each run that asks, read back, told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.github_server import faults
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.integration.arena import STAGED, Arena

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github_server.fixtures import Ground

REASON = "complaints from @spain"


@pytest.fixture
def arena(github: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Arena:  # noqa: F811 -- as imported
    """Two champions, one after the other."""
    made = Arena(github, tmp_path, monkeypatch)
    made.first()
    made.merged("better")
    assert made.promote().outputs["version"] == "v1.1.0"
    return made


def test_the_title_goes_back_and_everybody_is_told(arena: Arena) -> None:
    number = arena.repo.open_issue("Odd offers").number
    told = arena.rollback(to="v1.0.0", reason=REASON, issue=number, dispatch="octo/churn", hold="true")
    assert told.code == 0, told
    assert told.outputs["version"] == "v1.0.0"
    assert told.outputs["bundle-digest"] == arena.bundle("first")[1]
    assert arena.champion() == "v1.0.0"
    assert [event.event for event in arena.events()[-2:]] == ["hold", "rollback"], "no promotion slips in between"
    made = list(arena.repo.deployments.values())[-1]
    assert made.payload["version"] == "v1.0.0"
    (sent,) = arena.repo.dispatches
    assert (sent.event, sent.payload["previous"]) == ("modelbout-rolled-back", "v1.1.0")
    (answer,) = arena.repo.comments_of(number)
    assert "complaints from `@spain`" in answer.body
    assert "went back to `churn@v1.0.0`" in told.summary
    arena.merged("third", beaten="first")
    held = arena.promote()
    assert held.code == 1, "the hold stops automatic promotion"
    assert arena.champion() == "v1.0.0"


def test_a_rollback_that_is_run_again_is_one_event(arena: Arena) -> None:
    run, number = arena.run("workflow_dispatch"), arena.repo.open_issue("Odd offers").number
    for _ in range(2):
        told = arena.rollback(run=run, reason=REASON, issue=number)
        assert (told.code, told.outputs["version"]) == (0, "v1.0.0"), told
    assert [event.event for event in arena.events()].count("rollback") == 1
    assert len(arena.repo.comments_of(number)) == 1
    assert len(arena.repo.deployments) == 3
    told = arena.rollback(to="v1.0.0", reason=REASON)
    assert told.code == 1, "another run that asks for what stands is refused"
    assert "holds the title" in told.problems[0]


def test_a_bundle_that_was_not_rehearsed_is_refused(arena: Arena) -> None:
    told = arena.rollback(to="v1.0.0", reason=REASON, bundle_digest=arena.bundle("better")[1])
    assert told.code == 1
    assert "rehearsed" in told.problems[0]
    assert arena.champion() == "v1.1.0"
    assert arena.rollback(to="v1.0.0", reason=REASON, bundle_digest="abc").code == 2
    told = arena.rollback(to="v1.0.0", reason=REASON, bundle_digest=arena.bundle("first")[1])
    assert told.code == 0


@pytest.mark.parametrize(
    ("given", "code", "why"),
    [
        ({"to": "v1.0.0"}, 2, "`reason` is empty"),
        ({"to": "v9.0.0", "reason": "x"}, 4, "no version `v9.0.0`"),
        ({"to": "v1.1.0", "reason": "x"}, 1, "already"),
        ({"to": "v1.0.0", "reason": "x", "issue": "no"}, 2, "`issue`"),
        ({"to": "v1.0.0", "reason": "x", "stage": "prod"}, 2, "no stage"),
        ({"to": "v1.0.0", "reason": "x", "model": "bikes"}, 2, "no model 'bikes'"),
        ({"to": "v1.0.0", "reason": "x", "config": "gone.yaml"}, 2, "there is no gone.yaml"),
    ],
)
def test_what_cannot_be_done_changes_nothing(arena: Arena, given: dict[str, Any], code: int, why: str) -> None:
    told = arena.rollback(**given)
    assert told.code == code, told
    assert why in told.problems[0]
    assert arena.champion() == "v1.1.0"


def test_an_answer_that_cannot_be_given_leaves_the_title_where_it_went(arena: Arena) -> None:
    told = arena.rollback(to="v1.0.0", reason=REASON, issue=4711)
    assert told.code == 4
    assert arena.champion() == "v1.0.0"


def test_a_dry_run_moves_nothing(arena: Arena) -> None:
    calls = len(arena.ground.calls)
    told = arena.rollback(to="v1.0.0", reason=REASON, dry_run="true", hold="true", dispatch="octo/churn", issue=1)
    assert told.code == 0, told
    assert {call.method for call in arena.ground.calls[calls:]} == {"GET"}
    assert arena.champion() == "v1.1.0"


def test_a_version_that_is_damaged_is_not_returned_to(arena: Arena) -> None:
    release = arena.repo.release("churn@v1.0.0")
    release.asset("manifest.json").content = b"{}"
    told = arena.rollback(to="v1.0.0", reason=REASON)
    assert told.code == 4, told
    assert arena.champion() == "v1.1.0"


def test_a_rollback_at_one_stage_leaves_the_other(arena: Arena) -> None:
    arena.repo.commit({"modelbout.yaml": STAGED}, branch="main")
    told = arena.rollback(to="v1.0.0", reason=REASON, stage="test")
    assert told.code == 1, "nobody holds test"
    assert arena.rollback(to="v1.0.0", reason=REASON).code == 0


def test_a_deployment_that_fails_is_made_by_the_next_attempt(arena: Arena) -> None:
    arena.ground.faults.add("POST", "*/deployments", faults.status(500), times=1)
    run = arena.run("workflow_dispatch")
    before = len(arena.repo.deployments)
    assert arena.rollback(run=run, to="v1.0.0", reason=REASON).code == 4
    assert arena.champion() == "v1.0.0"
    assert arena.rollback(run=run, to="v1.0.0", reason=REASON).code == 0
    assert len(arena.repo.deployments) == before + 1

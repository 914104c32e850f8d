"""Support reports odd offers: a person asks for the version before, it is rehearsed, and the title goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.shop import PLAIN_STRONG

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive

REASON = "odd offers reported by support"


@pytest.fixture
def second(champion: World) -> World:
    """A shop with two champions, one after the other."""
    world = champion
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better")
    assert world.bout(pull).results == {"bout": "success", "report": "success"}
    assert world.pushed(world.merge(pull)).results["judged"] == "success"
    assert world.champion("shop") == "v1.1.0"
    return world


def test_the_title_goes_back_after_a_rehearsal(second: World) -> None:
    world = second
    asked = world.repo.open_issue("Odd offers")
    before = world.repo.deployments.copy()
    run = world.asked({"to": "v1.0.0", "reason": REASON, "issue": str(asked.number)})
    assert run.results == {"rehearse": "success", "rollback": "success"}, run.text
    assert run.done["rehearse"].outputs["version"] == "v1.0.0"
    assert world.champion("shop") == "v1.0.0"
    assert world.ledger("shop")[-1] == ("rollback", "v1.0.0")
    (deployment,) = (one for number, one in world.repo.deployments.items() if number not in before)
    assert deployment.environment == "production"
    (answer,) = world.repo.comments_of(asked.number)
    assert answer.login == "github-actions[bot]"
    assert "v1.0.0" in answer.body
    assert sorted(world.repo.tags()) == ["shop@v1.0.0", "shop@v1.1.0"]


def test_a_damaged_version_stops_at_the_rehearsal(second: World) -> None:
    world = second
    release = world.repo.release("shop@v1.0.0")
    assert release is not None
    bundle = release.asset("bundle.zip")
    bundle.content = bundle.content[:-100] + bytes(100)
    run = world.asked({"to": "", "reason": REASON, "issue": ""})
    assert run.results == {"rehearse": "failure", "rollback": "skipped"}, run.text
    assert world.champion("shop") == "v1.1.0"
    assert len(world.ledger("shop")) == 4

"""The workflows of the bikes example: short, as they call ours, and worth the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.shop import small
from tests.integration.shop import PLAIN_NOISE, PLAIN_STRONG

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive


def test_called_workflows_judge_report_and_promote(world: World) -> None:
    world.push(small("bikes"), "main")
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better")
    run = world.bout(pull)
    assert run.results == {"modelbout": "success"}, run.text
    assert set(run.logs) >= {"modelbout / bout / bout", "modelbout / report"}
    body = world.comment(pull).body
    assert pull.head_sha in body
    run = world.pushed(world.merge(pull))
    assert run.results == {"modelbout": "success"}, run.text
    assert world.champion("shop") == "v1.0.0"

    worse = world.open_pull({"pipeline.py": PLAIN_NOISE}, "worse")
    run = world.bout(worse)
    assert run.results == {"modelbout": "failure"}, run.text
    assert "modelbout / report" in run.logs
    assert worse.head_sha in world.comment(worse).body


def test_act_finds_the_called_workflows_by_itself(world: World) -> None:
    world.push(small("bikes"), "main")
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better")
    run = world.bout(pull, at_once=True)
    assert run.results == {"modelbout": "success"}, run.text
    assert pull.head_sha in world.comment(pull).body

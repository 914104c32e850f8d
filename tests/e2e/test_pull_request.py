"""A pull request is opened, pushed to again, loses, and has data that break the contract: what is read under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.shop import small
from tests.integration.shop import PLAIN_NOISE, PLAIN_STRONG

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive


def test_a_pull_request_is_opened_and_its_comment_read(world: World) -> None:
    world.push(small(), "main")
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better")
    run = world.bout(pull)
    assert run.results == {"bout": "success", "report": "success"}, run.text
    comment = world.comment(pull)
    assert comment.login == "github-actions[bot]"
    assert "shop" in comment.body
    (check,) = world.repo.checks.values()
    assert (check.head_sha, check.conclusion) == (pull.head_sha, "success")
    assert "shop" in run.summary
    kept = {artifact.name for artifact in world.repo.artifacts.values() if artifact.run == run.id}
    assert kept == {"modelbout-results", "modelbout-bundle"}


def test_a_second_push_updates_the_same_comment(world: World) -> None:
    world.push(small(), "main")
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better")
    world.bout(pull)
    first = world.comment(pull)
    was = first.body
    world.push({"pipeline.py": PLAIN_NOISE}, "better")
    run = world.bout(pull)
    assert run.results == {"bout": "failure", "report": "success"}, run.text
    second = world.comment(pull)
    assert second.id == first.id
    assert second.body != was
    assert pull.head_sha in second.body
    checks = [(check.head_sha == pull.head_sha, check.conclusion) for check in world.repo.checks.values()]
    assert checks == [(False, "success"), (True, "failure")]


def test_data_that_break_the_contract_are_told_on_their_lines(world: World) -> None:
    files = small()
    world.push(files, "main")
    pull = world.open_pull({"data/shop.csv": files["data/shop.csv"].replace(",north,", ",nowhere,")}, "export")
    run = world.bout(pull)
    assert run.results == {"bout": "failure", "report": "success"}, run.text
    assert any("contract.yaml" in line for line in run.annotations), run.text
    body = world.comment(pull).body
    assert "region" in body
    assert "nowhere" not in body

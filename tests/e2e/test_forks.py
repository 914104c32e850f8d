"""A pull request from a fork: its own run may only read, and the run behind it writes the comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.shop import small
from tests.integration.shop import PLAIN_NOISE, PLAIN_STRONG

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive


def test_the_run_of_the_fork_reads_and_the_one_behind_it_writes(world: World) -> None:
    world.push(small(), "main")
    fork = world.server.github.fork(world.repo, "bob/shop")
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better", fork=fork)
    run = world.bout(pull)
    assert run.results == {"bout": "success", "report": "skipped"}, run.text
    assert "shop" in run.summary
    assert world.repo.comments_of(pull.number) == []
    assert not world.repo.checks

    behind = world.completed(run.id)
    assert behind.results == {"report": "success"}, behind.text
    comment = world.comment(pull)
    assert comment.login == "github-actions[bot]"
    assert pull.head_sha in comment.body
    (check,) = world.repo.checks.values()
    assert (check.head_sha, check.conclusion) == (pull.head_sha, "success")


def test_a_lost_bout_of_a_fork_is_red_by_its_verdict_and_is_reported(world: World) -> None:
    world.push(small(), "main")
    fork = world.server.github.fork(world.repo, "bob/shop")
    pull = world.open_pull({"pipeline.py": PLAIN_NOISE}, "worse", fork=fork)
    run = world.bout(pull)
    assert run.results == {"bout": "failure", "report": "skipped"}, run.text
    behind = world.completed(run.id)
    assert behind.results == {"report": "success"}, behind.text
    assert pull.head_sha in world.comment(pull).body
    (check,) = world.repo.checks.values()
    assert check.conclusion == "failure"


def test_a_pull_request_of_the_repository_is_not_reported_twice(world: World) -> None:
    world.push(small(), "main")
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better")
    run = world.bout(pull)
    body = world.comment(pull).body
    behind = world.completed(run.id)
    assert behind.results == {"report": "skipped"}, behind.text
    assert world.comment(pull).body == body


def test_a_merged_fork_is_trained_again_before_it_takes_the_title(world: World) -> None:
    world.push(small(), "main")
    fork = world.server.github.fork(world.repo, "bob/shop")
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better", fork=fork)
    world.bout(pull)
    run = world.pushed(world.merge(pull))
    assert run.results == {"judged": "success", "bout": "success", "winner": "success"}, run.text
    assert world.champion("shop") == "v1.0.0"

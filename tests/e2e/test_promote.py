"""What a merge leads to: a release and the title, a refusal, another bout; and no merge is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.init.pins import US, uses
from tests.e2e.shop import small
from tests.integration.shop import PLAIN_NOISE, PLAIN_STRONG

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive


def dispatching(workflow: str) -> str:
    """Return the promotion's workflow with the one line that makes it tell other workflows."""
    step = f"        uses: {uses(f'{US}/actions/promote')}\n"
    assert workflow.count(step) == 1
    return workflow.replace(step, f"{step}        with: {{dispatch: octo/shop}}\n")


def test_a_merge_gives_the_title_to_the_bundle_that_was_judged(champion: World) -> None:
    world = champion
    path = ".github/workflows/modelbout-promote.yml"
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG, path: dispatching(small()[path])}, "better")
    bout = world.bout(pull)
    assert "v1.0.0" in world.comment(pull).body
    merged = world.merge(pull)
    run = world.pushed(merged)
    assert run.results == {"judged": "success", "bout": "skipped", "winner": "skipped"}, run.text
    assert world.champion("shop") == "v1.1.0"
    assert world.ledger("shop")[2:] == [("register", "v1.1.0"), ("promote", "v1.1.0")]

    release = world.repo.release("shop@v1.1.0")
    assert release is not None
    assert world.repo.latest is None
    assert not world.repo.drafts()
    judged = next(one for one in world.repo.artifacts.values() if (one.run, one.name) == (bout.id, "modelbout-bundle"))
    assert world.member(judged, "manifest.json") == release.asset("manifest.json").content
    assert world.repo.resolve("shop@v1.1.0") == merged
    (told,) = world.repo.dispatches
    assert told.event == "modelbout-promoted"
    assert (told.payload["model"], told.payload["version"]) == ("shop", "v1.1.0")
    assert [deployment.environment for deployment in world.repo.deployments.values()] == ["production"] * 2


def test_a_worse_model_is_refused_on_merge(champion: World) -> None:
    world = champion
    pull = world.open_pull({"pipeline.py": PLAIN_NOISE}, "worse")
    assert world.bout(pull).results == {"bout": "failure", "report": "success"}
    run = world.pushed(world.merge(pull))
    assert run.results == {"judged": "success", "bout": "skipped", "winner": "skipped"}, run.text
    assert world.champion("shop") == "v1.0.0"
    assert len(world.ledger("shop")) == 2
    assert world.repo.tags() == ["shop@v1.0.0"]


def test_of_two_merges_none_is_lost_when_the_first_run_was_cancelled(champion: World) -> None:
    world = champion
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better")
    words = world.open_pull({"README.md": "# The shop\n"}, "words")
    world.bout(words)
    world.bout(pull)
    world.merge(pull)  # its run waited, and the run of the next merge took its place
    run = world.pushed(world.merge(words))
    assert "failure" not in run.results.values(), run.text
    assert world.champion("shop") == "v1.1.0"
    assert world.ledger("shop")[2:] == [("register", "v1.1.0"), ("promote", "v1.1.0")]
    # Nothing is left to do: the next run finds neither a merge nor a reason to fight.
    again = world.pushed(world.repo.tip().sha)
    assert again.results == {"judged": "success", "bout": "skipped", "winner": "skipped"}, again.text


def test_when_the_base_has_moved_the_bout_is_fought_again(champion: World) -> None:
    world = champion
    pull = world.open_pull({"pipeline.py": PLAIN_STRONG}, "better")
    world.bout(pull)
    world.push({"contract.yaml": small()["contract.yaml"] + "\n# Reviewed.\n"}, "main")
    run = world.pushed(world.merge(pull))
    assert run.results == {"judged": "success", "bout": "success", "winner": "success"}, run.text
    assert run.done["judged"].outputs == {"fight": "true"}
    assert world.champion("shop") == "v1.1.0"
    fought = next(one for one in world.repo.artifacts.values() if (one.run, one.name) == (run.id, "modelbout-bundle"))
    release = world.repo.release("shop@v1.1.0")
    assert release is not None
    assert world.member(fought, "manifest.json") == release.asset("manifest.json").content

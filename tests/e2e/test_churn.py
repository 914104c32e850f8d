"""The whole story on the churn example, with its own workflows and all of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from examples.play import FIRST_MODEL, WORSE_MODEL
from tests.e2e.shop import whole

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = pytest.mark.exhaustive


def edited(text: str, edits: list[tuple[str, str]]) -> str:
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def test_first_better_worse(world: World) -> None:
    files = whole("churn")
    best = files["pipeline.py"].decode()
    world.push({**files, "pipeline.py": edited(best, FIRST_MODEL)}, "main")

    first = world.open_pull({"NOTES.md": "Who leaves?\n"}, "first")
    run = world.bout(first)
    assert run.results == {"bout": "success", "report": "success"}, run.text
    assert world.pushed(world.merge(first)).results["judged"] == "success"
    assert world.champion("churn") == "v1.0.0"

    better = world.open_pull({"pipeline.py": best}, "better")
    run = world.bout(better)
    assert run.results == {"bout": "success", "report": "success"}, run.text
    body = world.comment(better).body
    assert "roc_auc" in body
    assert "v1.0.0" in body
    run = world.pushed(world.merge(better))
    assert run.results == {"judged": "success", "bout": "skipped", "winner": "skipped"}, run.text
    assert world.champion("churn") == "v1.1.0"
    assert sorted(world.repo.tags()) == ["churn@v1.0.0", "churn@v1.1.0"]

    worse = world.open_pull({"pipeline.py": edited(best, WORSE_MODEL)}, "worse")
    run = world.bout(worse)
    assert run.results == {"bout": "failure", "report": "success"}, run.text
    assert "v1.1.0" in world.comment(worse).body
    world.pushed(world.merge(worse))
    assert world.champion("churn") == "v1.1.0"
    assert len(world.ledger("churn")) == 4

"""Promote and rollback stopped at every call of the API, and by lost answers: run again, they end as if nothing was.

Exactly one release a version, one event each, every digest right, nothing half-visible.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import pytest

from tests.github_server import faults
from tests.github_server.fixtures import ground
from tests.github_server.server import Server
from tests.integration.arena import Arena
from tests.integration.photograph import photograph, put_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.github_server.faults import Fault
    from tests.github_server.records import WorkflowRun
    from tests.integration.arena import Told

pytestmark = pytest.mark.exhaustive

MOST_CALLS = 120
Action = Literal["promote", "rollback"]
FAULTS: dict[str, tuple[str, Callable[[], Fault]]] = {
    "killed before": ("*", faults.kill),
    "killed after": ("WRITE", lambda: faults.kill(after=True)),
    "answer lost": ("WRITE", lambda: faults.bad_gateway(after=True)),
}


class Story:
    """A first champion, a better model that was merged, and, for a rollback, promoted."""

    def __init__(self, server: Server, root: Path, patch: pytest.MonkeyPatch, action: Action) -> None:
        root.mkdir()
        self.arena = Arena(ground(server), root, patch)
        self.action = action
        self.arena.first()
        self.arena.merged("better")
        if action == "rollback":
            assert self.arena.promote().code == 0
        self.issue = self.arena.repo.open_issue("Odd offers").number
        self.run: WorkflowRun = self.arena.run("push" if action == "promote" else "workflow_dispatch")
        self._kept = photograph(self.arena.repo)

    def again(self) -> None:
        """Begin anew."""
        put_back(self.arena.repo, self._kept)
        shutil.rmtree(self.arena.root / "fetched", ignore_errors=True)

    def act(self) -> Told:
        if self.action == "promote":
            return self.arena.promote(run=self.run, dispatch="octo/churn")
        return self.arena.rollback(
            run=self.run, reason="complaints", issue=self.issue, dispatch="octo/churn", hold="true"
        )

    def check_visible(self) -> None:
        """Check what everybody can see at this moment: the champion is the old one or the new one, and whole."""
        arena = self.arena
        events = arena.events()
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        champion = arena.champion()
        assert champion in ("v1.0.0", "v1.1.0")
        release = arena.repo.release(f"churn@{champion}")
        digest = next(event.bundle_digest for event in events if event.version == champion)
        assert hashlib.sha256(release.asset("manifest.json").content).hexdigest() == digest

    def check_end(self) -> None:
        """Check that it ended as if nothing had happened."""
        arena, back = self.arena, self.action == "rollback"
        kinds = [event.event for event in arena.events()]
        assert kinds == ["register", "promote", "register", "promote", *(("hold", "rollback") if back else ())]
        assert arena.champion() == ("v1.0.0" if back else "v1.1.0")
        assert sorted(arena.repo.tags()) == ["churn@v1.0.0", "churn@v1.1.0"]
        assert not arena.repo.drafts()
        for version in ("v1.0.0", "v1.1.0"):
            place = arena.book.fetch("churn", version, arena.root / "fetched")
            assert place.is_dir()
        mine = [made for made in arena.repo.deployments.values() if made.payload["seq"] == len(kinds)]
        assert [[status.state for status in made.statuses] for made in mine] == [["success"]]
        assert len(arena.repo.dispatches) >= 1
        assert {sent.payload["seq"] for sent in arena.repo.dispatches} == {len(kinds)}
        if back:
            assert len(arena.repo.comments_of(self.issue)) == 1
        else:
            assert arena.promote().outputs["promoted"] == "false", "nothing is left to do"
            assert len(arena.events()) == len(kinds)


@pytest.mark.parametrize("how", FAULTS)
@pytest.mark.parametrize("action", ["promote", "rollback"])
def test_stopped_at_every_call(action: Action, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    method, fault = FAULTS[how]
    struck = 0
    with Server() as server, monkeypatch.context() as patch:
        story = Story(server, tmp_path / "story", patch, action)
        for k in range(1, MOST_CALLS):
            story.again()
            rule = story.arena.ground.faults.add(method, "*", fault(), nth=k, token=story.arena.ground.writer)
            with suppress(KeyboardInterrupt):
                story.act()
            story.arena.ground.faults.rules.clear()
            if not rule.struck:
                story.check_end()
                break
            struck += 1
            story.check_visible()
            told = story.act()
            assert told.code == 0, (k, told.problems)
            story.check_end()
            server.check()
        else:
            pytest.fail("the action never ended")
    assert struck >= (5 if method == "WRITE" else 15)

"""What a promotion costs in calls of the API: a number that no past and no other model makes larger."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.github_server import faults
from tests.github_server.fixtures import ground
from tests.github_server.server import Server
from tests.integration.arena import MODEL, Arena
from tests.integration.past import lay_out

if TYPE_CHECKING:
    from pathlib import Path

    from tests.github_server.app import Call

OTHERS = {f"model{number}": 5 for number in range(19)}
PASTS = {
    "one version": {},
    "ten versions": {MODEL: 10},
    "three hundred versions": {MODEL: 300},
    "twenty models": {**OTHERS, MODEL: 10},
}
CALLS = 36
TIP = "/repos/octo/churn/branches/modelbout/ledger"


def of_one_merge(past: dict[str, int], root: Path, patch: pytest.MonkeyPatch) -> list[Call]:
    """Return the calls of the whole action for one merge whose verdict counts."""
    root.mkdir()
    with Server() as server:
        arena = Arena(ground(server), root, patch)
        arena.first()
        if past:
            lay_out(arena.repo, past, {MODEL: arena.bundle("first")[1]}, arena.repo.release("churn@v1.0.0"))
        arena.merged("better")
        before = len(server.calls)
        told = arena.promote()
        assert (told.code, told.outputs["version"]) == (0, f"v1.{past.get(MODEL, 1)}.0")
        calls = list(server.calls[before:])
    server.check()
    return calls


def test_the_whole_action_takes_the_same_number_of_calls_whatever_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {name: len(of_one_merge(past, tmp_path / name, monkeypatch)) for name, past in PASTS.items()}
    assert counts == dict.fromkeys(PASTS, CALLS)


def test_a_champion_behind_the_newest_hundred_releases_costs_one_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buried = {MODEL: 10, "fraud": 120}
    assert len(of_one_merge(buried, tmp_path / "buried", monkeypatch)) == CALLS + 1


def test_nothing_but_the_tip_of_the_ledger_is_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = of_one_merge({}, tmp_path / "once", monkeypatch)
    read = Counter((call.path, tuple(sorted(call.query.items()))) for call in calls if call.method == "GET")
    assert {what: times for what, times in read.items() if times > 1} == {(TIP, ()): 2}
    assert not [call for call in calls if call.method == "GET" and call.path.endswith("/deployments")]


def test_a_deployment_of_an_earlier_job_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as server:
        arena = Arena(ground(server), tmp_path, monkeypatch)
        arena.first()
        arena.merged("better")
        rule = arena.ground.faults.add("POST", "*/statuses", faults.kill(), token=arena.ground.writer)
        with pytest.raises(KeyboardInterrupt):
            arena.promote()
        assert rule.struck
        before = len(server.calls)
        assert arena.promote().code == 0
        assert [call for call in server.calls[before:] if call.method == "GET" and call.path.endswith("/deployments")]
        states = [[status.state for status in made.statuses] for made in arena.repo.deployments.values()]
        assert states == [["success"], ["success"]]
    server.check()

"""A command on the registry on GitHub that dies before any of its calls, or gets no answer, can be run again."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from modelbout.github.api.errors import UnreachableError
from tests.github_server import faults
from tests.github_server.server import Server
from tests.integration.remote_ring import LATER, STAGE, DeadError, Ring, die_at, promote, watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.registry.ledger import Event
    from modelbout.registry.remote.registry import GitHubRegistry
    from modelbout.results import PromotionResult

pytestmark = pytest.mark.exhaustive

MOST_CALLS = 60
PATIENCE = 60.0  # seconds; a child takes a fraction of one


class Command(NamedTuple):
    """A command to be stopped: what stands before it, what it is, how many events it makes."""

    name: str
    champions: str
    events: int
    run_url: str | None = None

    def run(self, registry: GitHubRegistry, ring: Ring, beaten: str | None) -> PromotionResult:
        named = {"model": "churn", "stage": STAGE, "actor": "ada", "reason": "why", "run_url": self.run_url}
        match self.name:
            case "promote":
                return promote(registry, ring.bundle("new"), beaten)
            case "rollback":
                return registry.rollback(to=None, **named)  # type: ignore[arg-type]
            case "hold":
                return registry.hold(**named)  # type: ignore[arg-type]
            case _:
                moved = named | {"stage": "live"}
                return registry.advance(version="v1.0.0", beaten=None, **moved)  # type: ignore[arg-type]


RUN = "https://github.com/octo/churn/actions/runs/5"
COMMANDS = [
    Command("promote", "", 2),
    Command("promote", "a", 2),
    Command("advance", "a", 1),
    Command("rollback", "abc", 1),
    Command("rollback", "abc", 1, RUN),
    Command("hold", "a", 1),
]
EVERY = pytest.mark.parametrize(
    "command", COMMANDS, ids=lambda c: f"{c.name} after {c.champions or 'none'}{' in a run' if c.run_url else ''}"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
    running.check()


class Arena:
    """Gives fresh repositories, all in the state that a command starts from."""

    def __init__(self, server: Server, bundles: Path) -> None:
        self.server, self.bundles = server, bundles
        self.beaten: str | None = None

    def __call__(self, champions: str) -> Iterator[Ring]:
        first = Ring.build(self.server, f"arena-{next(NUMBERS)}", self.bundles)
        for word in champions:
            first.promote(word)
        title = first.registry().champion("churn", STAGE)
        self.beaten = title.bundle_digest if title else None
        for _ in range(MOST_CALLS):
            self.server.faults.clear()
            yield first.copy(f"arena-{next(NUMBERS)}")
        pytest.fail("the command never ended")


NUMBERS = itertools.count(1)


@pytest.fixture
def arena(server: Server, tmp_path: Path) -> Arena:
    return Arena(server, tmp_path / "bundles")


def kinds(events: tuple[Event, ...]) -> list[tuple[str, str | None, str | None]]:
    return [(event.event, event.version, event.stage) for event in events]


@EVERY
def test_a_reader_sees_the_old_state_or_the_new_one(arena: Arena, command: Command, tmp_path: Path) -> None:
    ring = next(arena(command.champions))
    reader = ring.registry(who="reader")
    stage = "live" if command.name == "advance" else STAGE
    old = reader.champion("churn", stage)
    seen = [old]

    def look(number: int) -> None:
        title = ring.registry(who="reader").champion("churn", stage)
        if title != seen[-1]:
            seen.append(title)
        if title is not None:
            ring.registry(who="reader").fetch("churn", title.version, tmp_path / str(number))

    session = ring.session()
    watch(session, look)
    command.run(ring.registry(session), ring, arena.beaten)
    look(0)
    assert len(seen) == (1 if command.name == "hold" else 2)


@EVERY
def test_dead_before_any_call_then_run_again(arena: Arena, command: Command, tmp_path: Path) -> None:
    rings = arena(command.champions)
    whole = next(rings)
    expected = command.run(whole.registry(), whole, arena.beaten)
    due = kinds(whole.check(tmp_path / "whole"))
    stopped = 0
    for k, ring in enumerate(rings, start=1):
        before = len(ring.registry().events("churn"))
        session = ring.session()
        die_at(session, k)
        try:
            command.run(ring.registry(session), ring, arena.beaten)
        except DeadError:
            stopped += 1
        else:
            break
        finally:
            session.close()
        assert len(ring.registry().events("churn")) - before in range(command.events + 1)
        again = command.run(ring.registry(), ring, arena.beaten)
        assert (again.version, again.previous, again.seq) == (expected.version, expected.previous, expected.seq)
        assert kinds(ring.check(tmp_path / str(k))) == due
    assert stopped >= 6


@EVERY
def test_an_answer_is_lost_then_run_again(arena: Arena, command: Command, tmp_path: Path) -> None:
    rings = arena(command.champions)
    whole = next(rings)
    expected = command.run(whole.registry(), whole, arena.beaten)
    due = kinds(whole.check(tmp_path / "whole"))
    for k, ring in enumerate(rings, start=1):
        rule = ring.server.faults.add("*", "*", faults.bad_gateway(after=True), nth=k, token=ring.writer)
        try:
            result = command.run(ring.registry(), ring, arena.beaten)
        except UnreachableError:
            result = command.run(ring.registry(), ring, arena.beaten)
        if not rule.struck:
            break
        assert (result.version, result.previous, result.seq) == (expected.version, expected.previous, expected.seq)
        assert kinds(ring.check(tmp_path / str(k))) == due


@pytest.mark.parametrize("champions", ["", "a"])
def test_dead_before_any_call_then_another_is_promoted(arena: Arena, champions: str, tmp_path: Path) -> None:
    command = Command("promote", champions, 2)
    seen = Counter[int]()
    for k, ring in enumerate(arena(champions), start=1):
        session = ring.session()
        die_at(session, k)
        try:
            command.run(ring.registry(session), ring, arena.beaten)
        except DeadError:
            pass
        else:
            break
        finally:
            session.close()
        digest = ring.digest("new") if len(ring.registry().events("churn")) > 2 * len(champions) else None
        ring.promote("other", ring.registry(later=LATER))
        events = ring.check(tmp_path / str(k))
        mine = Counter(event.event for event in events if digest and event.bundle_digest == digest)
        seen[mine.total()] += 1
        assert mine in (Counter(), Counter(register=1), Counter(register=1, promote=1))
        ring.promote("new")
        after = Counter(event.event for event in ring.check(tmp_path / str(k)) if event.reason == "new won")
        assert after == Counter(register=1, promote=1 if mine.total() < 2 else 2)
    assert set(seen) == {0, 1}  # dead before its last call, it never got the title


@pytest.mark.parametrize("where", [1, 6, 9, 12, 14])
def test_a_killed_process(arena: Arena, where: int, tmp_path: Path) -> None:
    ring = next(arena("a"))
    bundle = ring.bundle("new")
    child = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.integration.remote_ring",
            ring.server.url,
            ring.repo.full_name,
            str(bundle),
            arena.beaten or "none",
            "--kill",
            str(where),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"MODELBOUT_GITHUB_TOKEN": ring.writer.value},
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert promote(ring.registry(), bundle, arena.beaten).version == "v1.1.0"
    assert [event.event for event in ring.check(tmp_path)] == ["register", "promote"] * 2


@pytest.mark.parametrize("at", [0, 100])
def test_an_upload_that_is_cut(arena: Arena, at: int, tmp_path: Path) -> None:
    ring = next(arena(""))
    ring.server.faults.add("POST", "*/assets", faults.cut(at=at), nth=2, token=ring.writer)
    ring.promote("a")
    assert [event.event for event in ring.check(tmp_path)] == ["register", "promote"]

"""A command on the directory registry, killed with SIGKILL at every single step, leaves nothing half-visible."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from modelbout.registry.local import LocalRegistry
from modelbout.seal import verify_files
from tests.unit.registry.bundles import write_bundle

if TYPE_CHECKING:
    from modelbout.registry.ledger import Event
    from modelbout.results import PromotionResult

pytestmark = pytest.mark.exhaustive

CHILD = Path(__file__).with_name("registry_child.py")
STAGE = "production"
MOST_STEPS = 100
PATIENCE = 60.0  # seconds; a child takes a fraction of one


class Ring(NamedTuple):
    """A command that a child is killed in, and how this process runs it again."""

    command: str
    bundles: tuple[Path, ...]

    def prepare(self, registry: LocalRegistry) -> None:
        """Make the champions that stand before the command."""
        for bundle in self.bundles[:-1] if self.command == "promote" else self.bundles:
            promote(registry, bundle)

    def run(self, registry: LocalRegistry) -> PromotionResult:
        """Run the command in this process."""
        if self.command == "promote":
            return promote(registry, self.bundles[-1])
        return registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad")

    def killed(self, registry: LocalRegistry, k: int, *flags: str) -> bool:
        """Run the command in a child that kills itself at the k-th step; return whether it came so far."""
        where = [registry.path]
        if self.command == "promote":
            where.append(self.bundles[-1])
            title = registry.champion("churn", STAGE)
            flags = (title.bundle_digest if title else "none", *flags)
        ended = subprocess.run(
            [sys.executable, str(CHILD), self.command, *map(str, where), *flags, "--kill", str(k)],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        if ended.returncode == 0:
            assert json.loads(ended.stdout)["won"] is True
        return ended.returncode == -signal.SIGKILL


def promote(registry: LocalRegistry, bundle: Path) -> PromotionResult:
    title = registry.champion("churn", STAGE)
    return registry.promote(
        bundle,
        model="churn",
        stage=STAGE,
        beaten=title.bundle_digest if title else None,
        actor="ada",
        reason="won",
        verdict_digest=None,
    )


def check(registry: LocalRegistry) -> tuple[Event, ...]:
    """Check that the ledger is valid and gapless, and that every version it names is whole; return the events."""
    events = registry.events("churn")
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    for event in events:
        if event.event == "register":
            path = registry.path / "bundles" / f"churn@{event.version}"
            verify_files(path, digest=event.bundle_digest)
    title = registry.champion("churn", STAGE)
    if title is not None:
        verify_files(registry.path / "bundles" / f"churn@{title.version}", digest=title.bundle_digest)
    return events


@pytest.mark.parametrize("half", [(), ("--half",)], ids=["before a step", "within a step"])
@pytest.mark.parametrize(("command", "words"), [("promote", "a"), ("promote", "ab"), ("rollback", "abc")])
def test_killed_at_every_step(command: str, words: str, half: tuple[str, ...], tmp_path: Path) -> None:
    ring = Ring(command, tuple(write_bundle(tmp_path / word, word, code_digest=word) for word in words))
    whole = LocalRegistry(tmp_path / "whole")
    ring.prepare(whole)
    old = whole.events("churn")
    expected = ring.run(whole)
    new = whole.events("churn")
    assert len(new) == len(old) + (2 if command == "promote" else 1)

    seen = {"old": 0, "new": 0}
    for k in range(1, MOST_STEPS):
        registry = LocalRegistry(tmp_path / f"registry{k}")
        ring.prepare(registry)
        if not ring.killed(registry, k, *half):
            break
        events = check(registry)
        title = registry.champion("churn", STAGE)
        seen["new" if len(events) == len(new) else "old"] += 1
        # The champion is the old one or the new one, and nothing in between.
        assert len(events) in (len(old), len(new))
        holder = (events or [None])[-1]
        assert (title.version if title else None) == (holder.version if holder else None)
        if len(events) == len(new) and registry.doctor(repair=False) == ():
            continue  # killed after its last write: it had ended, and to run it again would be another command
        if k % 2:
            told = registry.doctor(repair=True)
            assert all(line.endswith(": mended") for line in told)
            assert registry.doctor(repair=False) == ()
            assert registry.events("churn") == events
            if len(events) == len(new):
                continue
        result = ring.run(registry)
        assert (result.version, result.seq, result.previous) == (expected.version, expected.seq, expected.previous)
        assert [(event.event, event.version) for event in check(registry)] == [
            (event.event, event.version) for event in new
        ]
        registry.doctor(repair=True)
        assert registry.doctor(repair=False) == ()
    else:
        pytest.fail("the command never ended")
    assert seen["old"] >= 5
    assert seen["new"] >= 2

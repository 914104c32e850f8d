"""Processes that promote at once on one directory registry: compare-and-swap lets exactly one of them win."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from modelbout.registry.local import LocalRegistry
from modelbout.seal import verify_files
from tests.unit.registry.bundles import write_bundle

CHILD = Path(__file__).with_name("registry_child.py")
STAGE = "production"
PATIENCE = 120.0  # seconds; eight children on two busy cores take a few


def race(registry: Path, bundles: list[Path], beaten: str, go: Path) -> list[dict[str, object]]:
    """Start one promoter for each bundle, let them go at the same moment, return what they tell."""
    started = [
        subprocess.Popen(
            [sys.executable, str(CHILD), "promote", str(registry), str(bundle), beaten, "--wait", str(go)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for bundle in bundles
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    go.touch()
    told = []
    for process in started:
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        told.append(json.loads(out.splitlines()[-1]))
    return told


@pytest.mark.parametrize("first", [True, False], ids=["no champion yet", "a champion stands"])
@pytest.mark.parametrize("many", [2, 8])
def test_exactly_one_wins(many: int, first: bool, tmp_path: Path) -> None:  # noqa: FBT001 -- a table of cases
    registry = LocalRegistry(tmp_path / "registry")
    beaten = "none"
    if not first:
        bundle = write_bundle(tmp_path / "old", "old")
        result = registry.promote(
            bundle, model="churn", stage=STAGE, beaten=None, actor="ada", reason="first", verdict_digest=None
        )
        beaten = result.bundle_digest or ""
    before = len(registry.events("churn"))
    bundles = [write_bundle(tmp_path / str(number), str(number), code_digest=str(number)) for number in range(many)]
    told = race(registry.path, bundles, beaten, tmp_path / "go")
    (winner,) = (one for one in told if one["won"])
    title = registry.champion("churn", STAGE)
    assert title is not None
    assert (title.version, title.seq) == (winner["version"], winner["seq"])
    assert title.seq == before + 2
    assert len(registry.events("churn")) == before + 2
    assert registry.doctor(repair=False) == ()


def test_all_that_fight_again_are_in_the_ledger(tmp_path: Path) -> None:
    many = 6
    registry = LocalRegistry(tmp_path / "registry")
    bundles = [write_bundle(tmp_path / str(number), str(number), code_digest=str(number)) for number in range(many)]
    told = race(registry.path, bundles, "again", tmp_path / "go")
    assert all(one["won"] for one in told)
    events = registry.events("churn")
    assert [event.seq for event in events] == list(range(1, 2 * many + 1))
    assert sorted(str(one["version"]) for one in told) == [f"v1.{number}.0" for number in range(many)]
    for event in events[::2]:
        verify_files(registry.path / "bundles" / f"churn@{event.version}", digest=event.bundle_digest)
    assert registry.doctor(repair=False) == ()

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import RegistryError
from modelbout.registry.disk import LocalDisk
from modelbout.registry.local import LocalRegistry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.registry.conftest import MakeBundle, Promote


class ReadOnly(LocalDisk):
    """A disk on which nothing can be changed."""

    def remove(self, path: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    def write(self, path: Path, data: bytes) -> None:  # noqa: ARG002 -- the protocol's signature
        raise OSError(errno.EROFS, "Read-only file system", str(path))


@pytest.fixture
def sick(registry: LocalRegistry, promote: Promote) -> Path:
    """Return the path of a registry with two sound versions, to be hurt by the test."""
    promote("a")
    promote("b", code_digest="2")
    assert registry.doctor(repair=False) == ()
    return registry.path


def leave_scratch(path: Path) -> None:
    (path / "ledger/.churn.jsonl.part").write_bytes(b"half")
    (path / "bundles/.churn@v1.2.0.part").mkdir()
    (path / "bundles/.churn@v1.2.0.part/model.skops").write_bytes(b"half")


def leave_orphan(path: Path) -> None:
    shutil.copytree(path / "bundles/churn@v1.1.0", path / "bundles/churn@v1.2.0")


def leave_first_orphan(path: Path) -> None:
    shutil.copytree(path / "bundles/churn@v1.1.0", path / "bundles/bikes@v1.0.0")


def lose_champions(path: Path) -> None:
    (path / "ledger/champions.json").unlink()


def spoil_champions(path: Path) -> None:
    (path / "ledger/champions.json").write_bytes(b"garbage")


@pytest.mark.parametrize(
    ("hurt", "said"),
    [
        (leave_scratch, "a command that was stopped left this behind"),
        (leave_orphan, "the ledger does not name this bundle: a promotion was stopped"),
        (leave_first_orphan, "the ledger does not name this bundle: a promotion was stopped"),
        (lose_champions, "champions.json: this is behind the ledgers"),
        (spoil_champions, "champions.json: this"),
    ],
)
def test_what_is_safe_is_told_then_mended_then_gone(
    registry: LocalRegistry, sick: Path, hurt: Callable[[Path], None], said: str
) -> None:
    events, names = registry.events("churn"), sorted(path.name for path in sick.rglob("*"))
    hurt(sick)
    told = registry.doctor(repair=False)
    assert told
    assert all(said in line and "`modelbout registry doctor --repair`" in line for line in told)
    mended = registry.doctor(repair=True)
    assert len(mended) == len(told)
    assert all(said in line and line.endswith(": mended") for line in mended)
    assert registry.doctor(repair=False) == ()
    assert registry.events("churn") == events
    assert sorted(path.name for path in sick.rglob("*")) == names


@pytest.mark.parametrize("hurt", [leave_scratch, leave_orphan, lose_champions, spoil_champions])
def test_a_disk_that_refuses_the_repair_is_told(
    registry: LocalRegistry, sick: Path, hurt: Callable[[Path], None]
) -> None:
    hurt(sick)
    told = LocalRegistry(sick, disk=ReadOnly()).doctor(repair=True)
    assert told
    assert all("Read-only file system" in line and "; " in line for line in told)
    assert len(registry.doctor(repair=False)) == len(told)


def lose_bundle(path: Path) -> None:
    shutil.rmtree(path / "bundles/churn@v1.1.0")


def spoil_bundle(path: Path) -> None:
    (path / "bundles/churn@v1.1.0/metrics.json").write_bytes(b"[]")


def spoil_old_bundle(path: Path) -> None:
    (path / "bundles/churn@v1.0.0/manifest.json").write_bytes(b"[]")


def add_strangers(path: Path) -> None:
    (path / "bundles/notes.txt").write_bytes(b"")


def add_strange_ledger(path: Path) -> None:
    (path / "ledger/Churn.jsonl").write_bytes(b"")


def leave_two_orphans(path: Path) -> None:
    leave_orphan(path)
    shutil.copytree(path / "bundles/churn@v1.1.0", path / "bundles/churn@v2.0.0")


def leave_distant_orphan(path: Path) -> None:
    shutil.copytree(path / "bundles/churn@v1.1.0", path / "bundles/churn@v1.3.0")


def lose_ledgers(path: Path) -> None:
    shutil.rmtree(path / "ledger")
    shutil.rmtree(path / "bundles/churn@v1.1.0")


def spoil_both(path: Path) -> None:
    spoil_champions(path)
    (path / "ledger/churn.jsonl").write_bytes(b"garbage\n")


@pytest.mark.parametrize(
    ("hurt", "said"),
    [
        (lose_bundle, ("`churn@v1.1.0` (the champion at production) cannot be used", "modelbout rollback")),
        (spoil_bundle, ("`churn@v1.1.0` (the champion at production) cannot be used", "metrics.json")),
        (spoil_old_bundle, ("`churn@v1.0.0` (no champion) cannot be used", "back")),
        (add_strangers, ("notes.txt", "nothing of the registry's")),
        (add_strange_ledger, ("Churn.jsonl", "nothing of the registry's")),
        (leave_two_orphans, ("churn@v1.2.0", "churn@v2.0.0", "does not explain it")),
        (leave_distant_orphan, ("churn@v1.3.0", "does not explain it")),
        (lose_ledgers, ("churn@v1.0.0", "does not explain it")),
        (spoil_both, ("churn.jsonl:1: this line is no event", "no list of champions")),
    ],
)
def test_what_would_be_a_guess_is_told_and_left_alone(
    registry: LocalRegistry, sick: Path, hurt: Callable[[Path], None], said: tuple[str, ...]
) -> None:
    hurt(sick)
    files = {path: path.read_bytes() for path in sick.rglob("*") if path.is_file()}
    told = registry.doctor(repair=True)
    text = "\n".join(told)
    assert all(part in text for part in said)
    assert all("; " in line and "\n" not in line for line in told)
    assert registry.doctor(repair=False) == told
    assert {path: path.read_bytes() for path in sick.rglob("*") if path.is_file()} == files


def test_every_wrong_thing_is_told_at_once(registry: LocalRegistry, sick: Path, make_bundle: MakeBundle) -> None:
    registry.promote(
        make_bundle("x", name="bikes"),
        model="bikes",
        stage="production",
        beaten=None,
        actor="ada",
        reason="why",
        verdict_digest=None,
    )
    for hurt in (leave_scratch, spoil_bundle, add_strangers):
        hurt(sick)
    (sick / "ledger/bikes.jsonl").write_bytes(b"garbage\n")
    (sick / "bundles/bikes@v1.0.1").mkdir()
    told = registry.doctor(repair=False)
    assert len(told) == 5
    registry.doctor(repair=True)
    assert len(registry.doctor(repair=False)) == 3
    assert (sick / "bundles/bikes@v1.0.1").is_dir()


def test_a_place_that_cannot_be_listed_is_told(registry: LocalRegistry, sick: Path) -> None:
    shutil.rmtree(sick / "bundles")
    (sick / "bundles").write_bytes(b"")
    with pytest.raises(RegistryError, match="cannot be listed"):
        registry.doctor(repair=True)

from __future__ import annotations

import errno
import os
import stat
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from filelock import FileLock

from modelbout.errors import (
    BundleError,
    ChampionMovedError,
    ConfigError,
    GateRefusedError,
    ModelboutError,
    RegistryError,
)
from modelbout.manifest import Feature
from modelbout.registry import place
from modelbout.registry.disk import LocalDisk
from modelbout.registry.local import LocalRegistry
from modelbout.seal import bundle_digest, verify_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.registry.conftest import MakeBundle, Promote

STAGE = "production"


def snapshot(path: Path) -> dict[str, bytes]:
    """Return every file of the registry but its lock."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name != ".lock"
    }


def test_a_registry_that_does_not_exist_is_empty_and_stays_so(registry: LocalRegistry) -> None:
    assert registry.models() == ()
    assert registry.events("churn") == ()
    assert registry.champion("churn", STAGE) is None
    assert registry.doctor(repair=True) == ()
    assert not registry.path.exists()


def test_the_first_promotion_registers_and_crowns_in_consecutive_events(
    registry: LocalRegistry, make_bundle: MakeBundle
) -> None:
    bundle = make_bundle("a")
    result = registry.promote(
        bundle,
        model="churn",
        stage=STAGE,
        beaten=None,
        actor="ada",
        reason="first\nof all",
        verdict_digest="f" * 64,
        pull_request=7,
        run_url="https://example.org/run",
    )
    assert (result.event, result.version, result.previous, result.seq) == ("promote", "v1.0.0", None, 2)
    assert result.bundle_digest == bundle_digest(bundle)
    register, promote = registry.events("churn")
    assert (register.seq, register.event, register.stage) == (1, "register", None)
    assert (promote.seq, promote.event, promote.stage) == (2, "promote", STAGE)
    for event in (register, promote):
        assert (event.version, event.actor, event.reason) == ("v1.0.0", "ada", "first of all")
        assert (event.verdict_digest, event.pull_request, event.run_url) == ("f" * 64, 7, "https://example.org/run")
        assert event.bundle_digest == result.bundle_digest
        assert datetime.fromisoformat(event.at).tzinfo == UTC
    title = registry.champion("churn", STAGE)
    assert title is not None
    assert (title.version, title.seq, title.since, title.reason) == ("v1.0.0", 2, promote.at, "first of all")
    assert registry.models() == ("churn",)
    stored = registry.path / "bundles" / "churn@v1.0.0"
    assert verify_files(stored, digest=result.bundle_digest).name == "churn"
    assert (stored / "model/run.sh").stat().st_mode & stat.S_IXUSR
    assert not (stored / "metrics.json").stat().st_mode & stat.S_IXUSR
    assert registry.doctor(repair=False) == ()


def test_versions_follow_from_the_champion_and_go_on_from_the_highest(
    registry: LocalRegistry, make_bundle: MakeBundle, promote: Promote
) -> None:
    assert promote("a").version == "v1.0.0"
    assert promote("b", code_digest="2").version == "v1.1.0"
    assert promote("c", code_digest="2", data_digest="2").version == "v1.1.1"
    registry.rollback(model="churn", stage=STAGE, to="v1.0.0", actor="ada", reason="bad")
    assert promote("d", data_digest="3").version == "v1.1.2"
    champion = registry.champion("churn", STAGE)
    assert champion is not None
    signature = verify_files(make_bundle("e")).signature
    wider = msgspec.structs.replace(signature, inputs=(*signature.inputs, Feature(name="new", type="number")))
    result = registry.promote(
        make_bundle("e", signature=wider),
        model="churn",
        stage=STAGE,
        beaten=champion.bundle_digest,
        actor="ada",
        reason="why",
        verdict_digest=None,
    )
    assert (result.version, result.previous) == ("v2.0.0", "v1.1.2")


def test_a_registered_digest_moves_the_title_without_another_copy(registry: LocalRegistry, promote: Promote) -> None:
    promote("a", stage="test")
    result = promote("a")
    assert (result.version, result.seq, result.previous) == ("v1.0.0", 3, None)
    promote("b", stage="test", code_digest="2")
    promote("a", stage="test")
    assert [event.event for event in registry.events("churn")] == [
        "register",
        "promote",
        "promote",
        "register",
        "promote",
        "promote",
    ]
    assert sorted(path.name for path in (registry.path / "bundles").iterdir()) == ["churn@v1.0.0", "churn@v1.1.0"]


def test_the_first_at_a_stage_is_numbered_after_the_latest_version(promote: Promote) -> None:
    promote("a", stage="test")
    promote("b", stage="test", code_digest="2")
    assert promote("c", code_digest="2", data_digest="2").version == "v1.1.1"


def test_promoting_the_champion_again_returns_its_event(registry: LocalRegistry, promote: Promote) -> None:
    first = promote("a")
    before = snapshot(registry.path)
    assert promote("a") == first
    assert promote("a", beaten="0" * 64) == first
    assert snapshot(registry.path) == before


@pytest.mark.parametrize("beaten", [None, "0" * 64])
def test_a_moved_champion_is_refused(registry: LocalRegistry, make_bundle: MakeBundle, beaten: str | None) -> None:
    def promote(word: str, beaten: str | None, *, dry_run: bool = False) -> object:
        return registry.promote(
            make_bundle(word),
            model="churn",
            stage=STAGE,
            beaten=beaten,
            actor="ada",
            reason="why",
            verdict_digest=None,
            dry_run=dry_run,
        )

    if beaten:
        with pytest.raises(ChampionMovedError, match="is nobody"):
            promote("a", beaten)
    promote("a", None)
    before = snapshot(registry.path)
    for dry_run in (False, True):
        with pytest.raises(ChampionMovedError, match="fight again") as caught:
            promote("b", beaten, dry_run=dry_run)
        assert "v1.0.0" in str(caught.value)
    assert snapshot(registry.path) == before


def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    registry: LocalRegistry, make_bundle: MakeBundle, promote: Promote
) -> None:
    def dry(word: str, beaten: str | None) -> tuple[str | None, str | None, int | None, bool]:
        result = registry.promote(
            make_bundle(word, signature=None, code_digest="2"),
            model="churn",
            stage=STAGE,
            beaten=beaten,
            actor="ada",
            reason="why",
            verdict_digest=None,
            dry_run=True,
        )
        return result.version, result.previous, result.seq, result.dry_run

    assert dry("a", None) == ("v1.0.0", None, None, True)
    assert not registry.path.exists()
    first = promote("b")
    before = snapshot(registry.path)
    assert dry("a", first.bundle_digest) == ("v1.1.0", "v1.0.0", None, True)
    second = promote("c", code_digest="3")
    assert dry("a", second.bundle_digest) == ("v1.2.0", "v1.1.0", None, True)
    again = registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="why", dry_run=True)
    assert (again.version, again.previous, again.seq, again.dry_run) == ("v1.0.0", "v1.1.0", None, True)
    registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="why")
    after = snapshot(registry.path)
    same = registry.promote(
        registry.path / "bundles/churn@v1.0.0",
        model="churn",
        stage=STAGE,
        beaten=None,
        actor="ada",
        reason="why",
        verdict_digest=None,
        dry_run=True,
    )
    assert (same.version, same.seq, same.dry_run) == ("v1.0.0", None, True)
    moved = registry.promote(
        registry.path / "bundles/churn@v1.1.0",
        model="churn",
        stage=STAGE,
        beaten=first.bundle_digest,
        actor="ada",
        reason="why",
        verdict_digest=None,
        dry_run=True,
    )
    assert (moved.version, moved.previous, moved.dry_run) == ("v1.1.0", "v1.0.0", True)
    assert snapshot(registry.path) == after != before


def test_rollback_goes_to_the_holder_before_and_then_further_back(registry: LocalRegistry, promote: Promote) -> None:
    for word in "abc":
        promote(word, code_digest=word)

    def back(to: str | None = None) -> tuple[str | None, str | None]:
        result = registry.rollback(model="churn", stage=STAGE, to=to, actor="ada", reason="bad")
        return result.version, result.previous

    assert back() == ("v1.1.0", "v1.2.0")
    assert back() == ("v1.0.0", "v1.1.0")
    with pytest.raises(GateRefusedError, match="nobody held the title"):
        back()
    with pytest.raises(GateRefusedError, match=r"v1\.0\.0 holds the title"):
        back("v1.0.0")
    with pytest.raises(RegistryError, match=r"Did you mean `v1\.2\.0`"):
        back("1.2.0")
    assert back("v1.2.0") == ("v1.2.0", "v1.0.0")
    assert registry.doctor(repair=False) == ()


def test_rollback_to_a_damaged_bundle_is_refused(registry: LocalRegistry, promote: Promote) -> None:
    promote("a")
    promote("b", code_digest="2")
    (registry.path / "bundles/churn@v1.0.0/metrics.json").write_bytes(b"[]")
    before = snapshot(registry.path)
    with pytest.raises(BundleError, match=r"metrics\.json"):
        registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad")
    assert snapshot(registry.path) == before


def test_what_nobody_registered_cannot_be_rolled_back_or_held(registry: LocalRegistry, promote: Promote) -> None:
    with pytest.raises(RegistryError, match="no model `churn`"):
        registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="why")
    with pytest.raises(RegistryError, match="no model `churn`"):
        registry.hold(model="churn", stage=STAGE, actor="ada", reason="why")
    assert not registry.path.exists()
    promote("a")
    with pytest.raises(RegistryError, match="Did you mean `churn`"):
        registry.rollback(model="chrun", stage=STAGE, to=None, actor="ada", reason="why")
    with pytest.raises(GateRefusedError, match="no champion at `test`"):
        registry.rollback(model="churn", stage="test", to=None, actor="ada", reason="why")
    with pytest.raises(GateRefusedError, match="never had a champion at `test`"):
        registry.hold(model="churn", stage="test", actor="ada", reason="why")


def test_a_hold_stops_promotions_and_not_rollbacks(registry: LocalRegistry, promote: Promote) -> None:
    promote("a")
    promote("b", code_digest="2")
    held = registry.hold(model="churn", stage=STAGE, actor="ada", reason="an incident")
    assert (held.event, held.version, held.seq) == ("hold", None, 5)
    with pytest.raises(GateRefusedError, match="event 5, by ada: an incident"):
        promote("c", code_digest="3")
    with pytest.raises(GateRefusedError, match="stands since event 5"):
        registry.hold(model="churn", stage=STAGE, actor="bob", reason="another")
    assert promote("c", stage="test", code_digest="3").version == "v1.2.0"
    assert registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad").version == "v1.0.0"
    released = registry.hold(model="churn", stage=STAGE, actor="ada", reason="over", release=True)
    assert released.event == "release_hold"
    with pytest.raises(GateRefusedError, match="no hold of `production` stands"):
        registry.hold(model="churn", stage=STAGE, actor="ada", reason="over", release=True)
    assert promote("d", code_digest="4").version == "v1.3.0"


def test_who_was_champion(registry: LocalRegistry, promote: Promote) -> None:
    first = promote("a")
    second = promote("b", code_digest="2")

    def version(at: str) -> str | None:
        title = registry.champion("churn", STAGE, at=at)
        return title.version if title else None

    assert version("2026-05-02") is None
    assert version("2026-05-03") == "v1.1.0"
    assert version(first.created) == "v1.0.0"
    assert version(second.created) == "v1.1.0"
    with pytest.raises(ConfigError):
        version("then")


def test_fetch_copies_a_verified_bundle_and_keeps_a_good_copy(
    registry: LocalRegistry, promote: Promote, tmp_path: Path
) -> None:
    result = promote("a")
    into = tmp_path / "deep" / "into"
    path = registry.fetch("churn", "v1.0.0", into)
    assert path == into / "churn@v1.0.0"
    verify_files(path, digest=result.bundle_digest)
    assert os.listdir(into) == [path.name]  # noqa: PTH208 -- hidden files too
    inode = (path / "manifest.json").stat().st_ino
    assert registry.fetch("churn", "v1.0.0", into) == path
    assert (path / "manifest.json").stat().st_ino == inode
    (path / "metrics.json").write_bytes(b"[]")
    with pytest.raises(BundleError, match="remove it, then fetch again"):
        registry.fetch("churn", "v1.0.0", into)
    with pytest.raises(RegistryError, match=r"no version `v1\.0\.1`. Did you mean `v1\.0\.0`"):
        registry.fetch("churn", "v1.0.1", into)
    with pytest.raises(RegistryError, match=r"no version `'\.\./\\n'`"):
        registry.fetch("churn", "../\n", into)


def test_fetch_of_a_damaged_bundle_leaves_nothing(registry: LocalRegistry, promote: Promote, tmp_path: Path) -> None:
    promote("a")
    (registry.path / "bundles/churn@v1.0.0/metrics.json").write_bytes(b"[]")
    with pytest.raises(BundleError, match=r"churn@v1\.0\.0/metrics\.json"):
        registry.fetch("churn", "v1.0.0", tmp_path / "into")
    assert list((tmp_path / "into").iterdir()) == []


def test_fetch_that_cannot_write_says_so(registry: LocalRegistry, promote: Promote, tmp_path: Path) -> None:
    promote("a")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RegistryError, match="cannot be written"):
        registry.fetch("churn", "v1.0.0", tmp_path / "file" / "into")


class Meanwhile(LocalDisk):
    """Does something just before the first rename."""

    def __init__(self, act: Callable[[Path], object]) -> None:
        self.act: Callable[[Path], object] | None = act

    def rename(self, source: Path, target: Path) -> None:
        if self.act is not None:
            self.act(target)
            self.act = None
        super().rename(source, target)


def test_two_that_fetch_at_once_both_get_the_bundle(registry: LocalRegistry, promote: Promote, tmp_path: Path) -> None:
    promote("a")
    into = tmp_path / "into"
    other = LocalRegistry(registry.path, disk=Meanwhile(lambda _: registry.fetch("churn", "v1.0.0", into)))
    path = other.fetch("churn", "v1.0.0", into)
    assert os.listdir(into) == [path.name]  # noqa: PTH208 -- hidden files too


def test_a_file_that_appears_in_the_copys_place_is_refused(
    registry: LocalRegistry, promote: Promote, tmp_path: Path
) -> None:
    promote("a")
    other = LocalRegistry(registry.path, disk=Meanwhile(lambda target: target.write_bytes(b"")))
    with pytest.raises(BundleError, match="copy's place"):
        other.fetch("churn", "v1.0.0", tmp_path / "into")


def test_a_fetch_that_finds_no_room_at_the_end_says_so(
    registry: LocalRegistry, promote: Promote, tmp_path: Path
) -> None:
    promote("a")

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(RegistryError, match="No space left"):
        LocalRegistry(registry.path, disk=Meanwhile(full)).fetch("churn", "v1.0.0", tmp_path / "into")
    assert list((tmp_path / "into").iterdir()) == []


class Liar(LocalDisk):
    """Renames and says that it did not, as disks across a network can."""

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        if target.suffix == ".jsonl":
            raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_rename_that_was_made_after_all_is_a_commit(
    registry: LocalRegistry, promote: Promote, make_bundle: MakeBundle
) -> None:
    promote("a")
    attempt(LocalRegistry(registry.path, disk=Liar()), make_bundle("b"), "promote")
    assert len(registry.events("churn")) == 4
    assert registry.doctor(repair=False) == ()


@pytest.mark.parametrize("name", ["", "../x", "A", "a/b", "a\n", "churn@v1"])
def test_names_that_could_escape_are_refused_everywhere(
    registry: LocalRegistry, make_bundle: MakeBundle, name: str
) -> None:
    for model, stage in ((name, STAGE), ("churn", name)):
        calls: list[Callable[[], object]] = [
            lambda model=model, stage=stage: registry.champion(model, stage),  # type: ignore[misc]
            lambda model=model, stage=stage: registry.rollback(  # type: ignore[misc]
                model=model, stage=stage, to=None, actor="ada", reason="why"
            ),
            lambda model=model, stage=stage: registry.hold(model=model, stage=stage, actor="ada", reason="why"),  # type: ignore[misc]
            lambda model=model, stage=stage: registry.promote(  # type: ignore[misc]
                make_bundle("a"),
                model=model,
                stage=stage,
                beaten=None,
                actor="ada",
                reason="why",
                verdict_digest=None,
            ),
        ]
        for call in calls:
            with pytest.raises(ConfigError, match="is no name for a"):
                call()
    with pytest.raises(ConfigError):
        registry.events(name)
    assert not registry.path.exists()


def test_a_bundle_of_another_model_is_refused(registry: LocalRegistry, make_bundle: MakeBundle) -> None:
    with pytest.raises(ConfigError, match="another model: 'bikes'"):
        registry.promote(
            make_bundle("a", name="bikes"),
            model="churn",
            stage=STAGE,
            beaten=None,
            actor="ada",
            reason="why",
            verdict_digest=None,
        )
    assert not registry.path.exists()


def test_a_damaged_bundle_is_refused(registry: LocalRegistry, make_bundle: MakeBundle) -> None:
    bundle = make_bundle("a")
    (bundle / "model.skops").write_bytes(b"evil")
    with pytest.raises(BundleError, match=r"model\.skops"):
        registry.promote(
            bundle, model="churn", stage=STAGE, beaten=None, actor="ada", reason="why", verdict_digest=None
        )
    assert not registry.path.exists()


def test_a_bundle_that_changes_while_it_is_copied_is_refused(tmp_path: Path, make_bundle: MakeBundle) -> None:
    class Evil(LocalDisk):
        def copy(self, source: Path, target: Path) -> None:
            super().copy(source, target)
            if target.name == "model.skops":
                target.write_bytes(b"evil")

    registry = LocalRegistry(tmp_path / "registry", disk=Evil())
    with pytest.raises(BundleError, match=r"model\.skops"):
        registry.promote(
            make_bundle("a"), model="churn", stage=STAGE, beaten=None, actor="ada", reason="why", verdict_digest=None
        )
    assert snapshot(registry.path) == {}


def test_a_bundle_whose_registered_copy_is_damaged_does_not_get_the_title(
    registry: LocalRegistry, promote: Promote
) -> None:
    promote("a", stage="test")
    (registry.path / "bundles/churn@v1.0.0/metrics.json").write_bytes(b"[]")
    with pytest.raises(BundleError, match=r"metrics\.json"):
        promote("a")


def test_a_champion_without_its_manifest_stops_the_next_version(registry: LocalRegistry, promote: Promote) -> None:
    promote("a")
    manifest = registry.path / "bundles/churn@v1.0.0/manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    with pytest.raises(BundleError, match="put the registered bundle back"):
        promote("b")


@pytest.mark.parametrize(("actor", "reason"), [("", "why"), ("  ", "why"), ("ada", ""), ("ada", "\n\t")])
def test_who_and_why_are_never_empty(registry: LocalRegistry, make_bundle: MakeBundle, actor: str, reason: str) -> None:
    with pytest.raises(ConfigError, match="is empty"):
        registry.promote(
            make_bundle("a"), model="churn", stage=STAGE, beaten=None, actor=actor, reason=reason, verdict_digest=None
        )


def test_text_from_outside_cannot_break_a_line(registry: LocalRegistry, make_bundle: MakeBundle) -> None:
    registry.promote(
        make_bundle("a"),
        model="churn",
        stage=STAGE,
        beaten=None,
        actor="a\ud800da",
        reason='x"\n{"seq":9}' * 5000,
        verdict_digest="\udcff",
        run_url="u" * 100_000,
    )
    _, event = registry.events("churn")
    assert event.actor == "a?da"
    assert len(event.reason) == 2000
    assert event.verdict_digest == "?"
    assert len(event.run_url or "") == 2000


@pytest.mark.parametrize("number", [0, -1, 2**63])
def test_a_pull_request_that_is_none_is_refused(registry: LocalRegistry, make_bundle: MakeBundle, number: int) -> None:
    with pytest.raises(ConfigError, match="pull request"):
        registry.promote(
            make_bundle("a"),
            model="churn",
            stage=STAGE,
            beaten=None,
            actor="ada",
            reason="why",
            verdict_digest=None,
            pull_request=number,
        )


class Full(LocalDisk):
    """Counts the operations and has no room from the k-th on; removing always works."""

    def __init__(self, k: int, *, once: bool) -> None:
        self.k = k
        self.once = once
        self.count = 0

    def _room(self) -> None:
        self.count += 1
        if self.count == self.k or (self.count > self.k and not self.once):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def make_directory(self, path: Path) -> None:
        self._room()
        super().make_directory(path)

    def write(self, path: Path, data: bytes) -> None:
        try:
            self._room()
        except OSError:
            path.write_bytes(data[: len(data) // 2])
            raise
        super().write(path, data)

    def copy(self, source: Path, target: Path) -> None:
        self._room()
        super().copy(source, target)

    def sync(self, path: Path) -> None:
        self._room()
        super().sync(path)

    def rename(self, source: Path, target: Path) -> None:
        self._room()
        super().rename(source, target)


def attempt(registry: LocalRegistry, bundle: Path, command: str) -> object:
    if command == "rollback":
        return registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad")
    if command == "hold":
        return registry.hold(model="churn", stage=STAGE, actor="ada", reason="bad")
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


@pytest.mark.parametrize("room", ["none ever after", "again after one failure"])
@pytest.mark.parametrize("command", ["first", "promote", "rollback", "hold"])
def test_a_full_disk_at_any_operation_leaves_the_registry_as_it_was(
    command: str, room: str, tmp_path: Path, make_bundle: MakeBundle
) -> None:
    refusals = 0
    for k in range(1, 100):
        registry = LocalRegistry(tmp_path / f"registry{k}")
        for word in "" if command == "first" else "ab":
            attempt(registry, make_bundle(word, signature=None, code_digest=word), "promote")
        before = snapshot(registry.path)
        events = registry.events("churn")
        disk = Full(k, once=room == "again after one failure")
        refusal = None
        try:
            attempt(LocalRegistry(registry.path, disk=disk), make_bundle("new"), command)
        except RegistryError as error:
            refusal = error
        if refusal is not None:
            refusals += 1
            assert "No space left" in str(refusal)
            assert "make room" in refusal.problems[0].fix
            assert registry.events("churn") == events
            assert snapshot(registry.path) == before
        else:
            # Only what follows from the ledger is left to write, and the title has moved.
            assert len(registry.events("churn")) > len(events)
            told = registry.doctor(repair=True)
            assert all("champions.json: this is behind the ledgers: mended" in line for line in told)
        assert registry.doctor(repair=False) == ()
        if disk.count < k:
            break
    else:
        pytest.fail("the command never ended")
    assert refusals >= (15 if command in ("first", "promote") else 5)


def test_a_lock_that_is_held_too_long_is_told(
    registry: LocalRegistry, promote: Promote, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote("a")
    monkeypatch.setattr(place, "LOCK_SECONDS", 0.05)
    with FileLock(registry.path / ".lock"), pytest.raises(RegistryError, match="another process") as caught:
        promote("b")
    assert "run the command again" in caught.value.problems[0].fix


def test_a_place_that_cannot_be_locked_is_told(registry: LocalRegistry, promote: Promote) -> None:
    promote("a")
    (registry.path / ".lock").unlink()
    (registry.path / ".lock").mkdir()
    with pytest.raises(RegistryError, match="cannot be locked"):
        promote("b")


def every_read(registry: LocalRegistry) -> list[Callable[[], object]]:
    return [
        registry.models,
        lambda: registry.events("churn"),
        lambda: registry.champion("churn", STAGE),
        lambda: registry.champion("churn", STAGE, at="2026-05-03"),
        lambda: registry.fetch("churn", "v1.0.0", registry.path.parent / "into"),
        lambda: registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="why"),
        lambda: registry.hold(model="churn", stage=STAGE, actor="ada", reason="why"),
    ]


def test_a_registry_that_is_something_else_is_never_an_empty_one(tmp_path: Path, make_bundle: MakeBundle) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in (tmp_path / "file", tmp_path / "link", tmp_path / "loop", tmp_path / "file/registry"):
        registry = LocalRegistry(path)
        calls = every_read(registry)
        calls.append(partial(registry.doctor, repair=True))
        calls.append(partial(attempt, registry, make_bundle("a"), "promote"))
        for call in calls:
            with pytest.raises(RegistryError) as caught:
                call()
            assert caught.value.problems[0].fix
            assert str(path) in str(caught.value)


def damage(ledger: Path, how: str) -> None:
    lines = ledger.read_bytes().splitlines(keepends=True)
    changed = {
        "garbage": [*lines[:2], b"garbage\n", *lines[2:]],
        "gap": [*lines[:1], *lines[2:]],
        "duplicate": [*lines[:2], *lines[1:]],
        "cut": [*lines[:-1], lines[-1][:-5]],
        "lost": lines[:-1],
        "other model": [line.replace(b'"churn"', b'"bikes"') for line in lines],
        "long": [*lines, b"x" * (50 * 2**20)],
        "long line": [*lines, b"x" * 100_000 + b"\n"],
        "empty": [],
        "binary": [b"\x00\xff" * 50],
    }
    if how == "gone":
        ledger.unlink()
    elif how == "directory":
        ledger.unlink()
        ledger.mkdir()
    elif how == "link":
        ledger.rename(ledger.with_name("away"))
        ledger.symlink_to(ledger.with_name("away"))
    elif how == "champions":
        ledger.with_name("champions.json").write_bytes(b"garbage")
    elif how == "champions ahead":
        path = ledger.with_name("champions.json")
        path.write_bytes(path.read_bytes().replace(b'"seq": 4', b'"seq": 5'))
    elif how == "champions elsewhere":
        path = ledger.with_name("champions.json")
        path.write_bytes(path.read_bytes().replace(b"v1.1.0", b"v1.0.0"))
    else:
        ledger.write_bytes(b"".join(changed[how]))


DAMAGES = (
    "garbage",
    "gap",
    "duplicate",
    "cut",
    "lost",
    "other model",
    "long",
    "long line",
    "empty",
    "binary",
    "gone",
    "directory",
    "link",
    "champions",
    "champions ahead",
    "champions elsewhere",
)


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_ledger_is_never_no_champion(
    registry: LocalRegistry, promote: Promote, make_bundle: MakeBundle, how: str
) -> None:
    first = promote("a")
    promote("b", code_digest="2")
    damage(registry.path / "ledger/churn.jsonl", how)
    reads = every_read(registry)[1:]
    bundle = make_bundle("c")
    for beaten in (None, first.bundle_digest):
        reads.append(
            lambda beaten=beaten: registry.promote(  # type: ignore[misc]
                bundle, model="churn", stage=STAGE, beaten=beaten, actor="ada", reason="why", verdict_digest=None
            )
        )
    before = snapshot(registry.path)
    for call in reads:
        with pytest.raises(RegistryError) as caught:
            call()
        assert not isinstance(caught.value, ChampionMovedError)
        problem = caught.value.problems[0]
        assert problem.place.file is not None
        assert problem.place.file.startswith(str(registry.path / "ledger"))
        assert problem.fix
    assert snapshot(registry.path) == before
    told = registry.doctor(repair=False)
    assert told
    assert all("; " in line for line in told)
    registry.doctor(repair=True)
    assert sorted(path.name for path in (registry.path / "bundles").iterdir()) == ["churn@v1.0.0", "churn@v1.1.0"]
    if how == "champions":
        assert registry.doctor(repair=False) == ()
        title = registry.champion("churn", STAGE)
        assert title is not None
        assert title.version == "v1.1.0"
    else:
        assert registry.doctor(repair=False)
        with pytest.raises(RegistryError):
            registry.champion("churn", STAGE)


def test_no_right_to_read_is_told(registry: LocalRegistry, promote: Promote, monkeypatch: pytest.MonkeyPatch) -> None:
    promote("a")

    def denied(path: object, *_: object, **__: object) -> object:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("os.open", denied)
    for call in every_read(registry):
        with pytest.raises(ModelboutError, match="Permission denied"):
            call()


def test_bundles_that_the_ledger_lost_stop_the_next_promotion(registry: LocalRegistry, promote: Promote) -> None:
    promote("a")
    promote("b", code_digest="2")
    for path in (registry.path / "ledger").iterdir():
        path.unlink()
    assert registry.champion("churn", STAGE) is None
    with pytest.raises(RegistryError, match="the ledger lost events"):
        promote("c")
    registry.doctor(repair=True)
    assert len(list((registry.path / "bundles").iterdir())) == 2


def test_an_orphan_is_adopted_when_it_is_the_bundle_and_goes_when_it_is_not(
    registry: LocalRegistry, promote: Promote, make_bundle: MakeBundle
) -> None:
    promote("a")
    same = make_bundle("b", signature=None, code_digest="2")
    orphan = registry.path / "bundles/churn@v1.1.0"
    same.rename(orphan)
    inode = (orphan / "model.skops").stat().st_ino
    promote("b", code_digest="2")
    assert (orphan / "model.skops").stat().st_ino == inode

    make_bundle("other").rename(registry.path / "bundles/churn@v2.0.0")
    scratch = registry.path / "ledger/.churn.jsonl.part"
    scratch.write_bytes(b"")
    promote("c", code_digest="3")
    assert not scratch.exists()
    assert sorted(path.name for path in (registry.path / "bundles").iterdir()) == [
        "churn@v1.0.0",
        "churn@v1.1.0",
        "churn@v1.2.0",
    ]

    make_bundle("another").rename(registry.path / "bundles/churn@v1.3.0")
    result = promote("d", code_digest="4")
    verify_files(registry.path / "bundles/churn@v1.3.0", digest=result.bundle_digest)
    assert registry.doctor(repair=False) == ()


def test_a_command_that_was_stopped_after_the_commit_is_completed_and_not_repeated(
    registry: LocalRegistry, promote: Promote
) -> None:
    for word in "abc":
        promote(word, code_digest=word)
    champions = registry.path / "ledger/champions.json"
    before = champions.read_bytes()
    first = registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad")
    champions.write_bytes(before)
    other = registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad", dry_run=True)
    assert (other.version, other.dry_run) == (first.version, True)
    assert registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad") == first
    assert champions.read_bytes() != before
    assert registry.rollback(model="churn", stage=STAGE, to=None, actor="ada", reason="bad").version == "v1.0.0"

    before = champions.read_bytes()
    held = registry.hold(model="churn", stage=STAGE, actor="ada", reason="bad")
    champions.write_bytes(before)
    assert registry.hold(model="churn", stage=STAGE, actor="ada", reason="bad") == held
    champions.write_bytes(before)
    with pytest.raises(GateRefusedError):
        registry.hold(model="churn", stage=STAGE, actor="bob", reason="bad")


def test_the_default_clock_is_utc_now(tmp_path: Path, make_bundle: MakeBundle) -> None:
    registry = LocalRegistry(tmp_path / "registry")
    before = datetime.now(UTC).replace(microsecond=0)
    attempt(registry, make_bundle("a"), "promote")
    at = datetime.fromisoformat(registry.events("churn")[0].at)
    assert before <= at <= datetime.now(UTC)


def test_a_version_moves_on_to_another_stage(registry: LocalRegistry, promote: Promote) -> None:
    first = promote("a", stage="test")
    moved = registry.advance(
        model="churn",
        version="v1.0.0",
        stage="production",
        beaten=None,
        actor="ada",
        reason="it is good",
        verdict_digest="d",
        pull_request=7,
        run_url="https://example.org/1",
    )
    assert (moved.version, moved.bundle_digest, moved.previous) == ("v1.0.0", first.bundle_digest, None)
    event = registry.events("churn")[-1]
    assert (event.event, event.stage, event.pull_request, event.run_url) == (
        "promote",
        "production",
        7,
        "https://example.org/1",
    )
    again = registry.advance(
        model="churn", version="v1.0.0", stage="production", beaten=None, actor="ada", reason="it is good"
    )
    assert again.seq == moved.seq
    assert registry.doctor(repair=False) == ()


def test_moving_on_meets_the_same_gates(registry: LocalRegistry, promote: Promote) -> None:
    promote("a", stage="test")
    promote("b", stage="production")
    named: dict[str, Any] = {
        "model": "churn",
        "version": "v1.0.0",
        "stage": "production",
        "actor": "ada",
        "reason": "why",
    }
    with pytest.raises(ChampionMovedError):
        registry.advance(beaten=None, **named)
    with pytest.raises(RegistryError, match="has no version"):
        registry.advance(beaten=None, **(named | {"version": "v9.0.0"}))
    champion = registry.champion("churn", "production")
    assert champion is not None
    registry.hold(model="churn", stage="production", actor="ada", reason="incident")
    with pytest.raises(GateRefusedError, match="a hold of"):
        registry.advance(beaten=champion.bundle_digest, **named)
    registry.hold(model="churn", stage="production", actor="ada", reason="over", release=True)
    before = len(registry.events("churn"))
    told = registry.advance(beaten=champion.bundle_digest, dry_run=True, **named)
    assert (told.seq, told.dry_run, len(registry.events("churn"))) == (None, True, before)


def test_a_run_of_a_workflow_rolls_back_once(registry: LocalRegistry, promote: Promote) -> None:
    for word in "abc":
        promote(word, code_digest=word)
    named: dict[str, Any] = {"model": "churn", "stage": "production", "actor": "ada", "reason": "bad"}
    first = registry.rollback(to=None, run_url="https://example.org/1", **named)
    assert first.version == "v1.1.0"
    assert registry.rollback(to=None, run_url="https://example.org/1", **named).seq == first.seq
    assert registry.rollback(to=None, run_url="https://example.org/2", **named).version == "v1.0.0"
    held = registry.hold(run_url="https://example.org/1", **named)
    assert registry.hold(run_url="https://example.org/1", **named).seq == held.seq
    registry.hold(release=True, **named)
    assert registry.hold(run_url="https://example.org/1", **named).seq == (held.seq or 0) + 2

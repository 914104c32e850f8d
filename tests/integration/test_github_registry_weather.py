"""Damage, loss and bad weather on a registry on GitHub: one clear error each, and never "no champion"."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import BundleError, ModelboutError, RegistryError
from modelbout.github.api.errors import ConflictError, ForbiddenError, LimitError, MissingError, TokenError
from modelbout.registry.local import LocalRegistry
from modelbout.seal import verify_files
from tests.github_server import faults
from tests.github_server.server import Server
from tests.integration.remote_ring import LATER, STAGE, DeadError, Ring, die_at, promote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from modelbout.registry.remote.registry import GitHubRegistry

pytestmark = pytest.mark.exhaustive

BRANCH = "modelbout/ledger"
REF = f"refs/heads/{BRANCH}"


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    with Server() as server:
        yield Ring.build(server, "churn", tmp_path / "bundles")
    server.check()


@pytest.fixture
def two(ring: Ring) -> Ring:
    """Two versions, v1.1.0 with the title."""
    ring.promote("a")
    ring.promote("b")
    return ring


def lose_branch(ring: Ring) -> None:
    del ring.repo.refs[REF]


def rewind(ring: Ring) -> None:
    commits = ring.repo.objects.history(ring.repo.refs[REF])
    ring.repo.force_push(BRANCH, commits[2].sha)  # four events were; two are


def write(path: str, change: Callable[[bytes], bytes | str | None]) -> Callable[[Ring], None]:
    def edit(ring: Ring) -> None:
        ring.repo.commit({path: change(ring.file(path) or b"")}, branch=BRANCH)

    return edit


def ahead(raw: bytes) -> str:
    found = json.loads(raw)
    found["models"]["churn"]["seq"] = 9
    return json.dumps(found)


LEDGERS = {
    "the branch is deleted": (lose_branch, "is gone, but these versions were published: churn@v1.0.0, churn@v1.1.0"),
    "the branch is wound back": (rewind, r"tags of versions that the ledger does not name: churn@v1.1.0"),
    "the ledger is deleted": (write("ledger/churn.jsonl", lambda _: None), "ends at event 0"),
    "the ledger is nonsense": (write("ledger/churn.jsonl", lambda _: b"\xff\0 nonsense\n"), "is no event"),
    "a line is missing": (write("ledger/churn.jsonl", lambda raw: raw.split(b"\n", 1)[1]), "seq is 2 where 1 belongs"),
    "the last line is cut off": (write("ledger/churn.jsonl", lambda raw: raw[:-9]), "cut off|no event"),
    "both are deleted": (
        lambda ring: ring.repo.commit({"ledger/churn.jsonl": None, "champions.json": None, "x": "x"}, branch=BRANCH),
        "does not name: churn@v1.0.0, churn@v1.1.0",
    ),
    "champions.json knows more": (write("champions.json", ahead), "stood at event 9"),
    "champions.json is nonsense": (write("champions.json", lambda _: "[]"), "no list of champions"),
}


@pytest.mark.parametrize("case", LEDGERS.values(), ids=LEDGERS)
def test_a_damaged_ledger_is_never_nobody(two: Ring, case: tuple[Callable[[Ring], None], str], tmp_path: Path) -> None:
    spoil, said = case
    spoil(two)
    refs, releases = dict(two.repo.refs), set(two.repo.releases)
    registry = two.registry()
    named = {"model": "churn", "stage": STAGE, "actor": "ada", "reason": "why"}
    commands: list[Callable[[], object]] = [
        lambda: registry.champion("churn", STAGE),
        lambda: registry.events("churn"),
        lambda: registry.fetch("churn", "v1.0.0", tmp_path),
        lambda: promote(registry, two.bundle("c"), None),
        lambda: registry.rollback(to=None, **named),  # type: ignore[arg-type]
        lambda: registry.hold(**named),  # type: ignore[arg-type]
        lambda: registry.advance(version="v1.0.0", beaten=None, **named),  # type: ignore[arg-type]
    ]
    for command in commands:
        with pytest.raises(RegistryError, match=said) as caught:
            command()
        assert caught.value.exit_code == 4
        assert all(problem.fix for problem in caught.value.problems)
    assert registry.doctor(repair=False) != ()
    assert (two.repo.refs, set(two.repo.releases)) == (refs, releases)


def test_a_lost_branch_is_restored_as_the_error_says(two: Ring, tmp_path: Path) -> None:
    commit = two.repo.refs[REF]
    lose_branch(two)
    with pytest.raises(RegistryError, match="push origin"):
        two.registry().models()
    two.repo.refs[REF] = commit
    assert len(two.check(tmp_path)) == 4


def swap(name: str, data: bytes) -> Callable[[Ring], None]:
    def change(ring: Ring) -> None:
        asset = ring.asset("churn@v1.0.0", name)
        asset.content, asset.digest = data, None

    return change


def drop_asset(name: str) -> Callable[[Ring], None]:
    def drop(ring: Ring) -> None:
        release = ring.release("churn@v1.0.0")
        del release.assets[ring.asset("churn@v1.0.0", name).id]

    return drop


def drop_release(ring: Ring) -> None:
    release = ring.release("churn@v1.0.0")
    del ring.repo.releases[release.id]
    del ring.repo.tagged["churn@v1.0.0"]


def other_bundle(ring: Ring) -> None:
    other = ring.asset("churn@v1.1.0", "bundle.zip")
    swap("bundle.zip", other.content)(ring)


RELEASES = {
    "the release is deleted": (drop_release, "its release was deleted"),
    "the archive is deleted": (drop_asset("bundle.zip"), "asset was deleted"),
    "the manifest is deleted": (drop_asset("manifest.json"), "asset was deleted"),
    "the archive is no zip": (swap("bundle.zip", b"no zip"), "not the bundle that was registered"),
    "the archive is another one": (other_bundle, "not the bundle that was registered"),
    "the manifest is another one": (swap("manifest.json", b"{}"), "another one"),
}


@pytest.mark.parametrize("case", RELEASES.values(), ids=RELEASES)
def test_a_damaged_release_is_never_used(two: Ring, case: tuple[Callable[[Ring], None], str], tmp_path: Path) -> None:
    spoil, said = case
    spoil(two)
    registry = two.registry()
    before = len(registry.events("churn"))
    with pytest.raises(BundleError, match=said) as caught:
        registry.fetch("churn", "v1.0.0", tmp_path)
    assert caught.value.problems[0].fix
    assert list(tmp_path.glob("churn@*")) == []
    named = {"model": "churn", "actor": "ada", "reason": "why"}
    with pytest.raises(BundleError, match=said):
        registry.rollback(to=None, stage=STAGE, **named)  # type: ignore[arg-type]
    with pytest.raises(BundleError, match=said):
        registry.advance(version="v1.0.0", stage="live", beaten=None, **named)  # type: ignore[arg-type]
    assert len(registry.events("churn")) == before
    (told,) = registry.doctor(repair=True)
    assert "churn@v1.0.0" in told
    assert registry.champion("churn", STAGE)  # the champion is another


def test_a_release_that_is_gone_below_the_champion(two: Ring) -> None:
    del two.repo.tagged["churn@v1.1.0"]
    two.repo.releases = {number: one for number, one in two.repo.releases.items() if one.tag != "churn@v1.1.0"}
    with pytest.raises(BundleError, match="its release was deleted"):
        two.promote("c")
    assert two.registry().rollback(model="churn", stage=STAGE, to=None, actor="a", reason="b").version == "v1.0.0"


@pytest.mark.parametrize("immutable", [False, True])
@pytest.mark.parametrize("digests", [False, True])
def test_long_bundles_go_up_in_parts(ring: Ring, tmp_path: Path, *, immutable: bool, digests: bool) -> None:
    ring.repo.immutable_releases, ring.repo.digests = immutable, digests
    ring.repo.private = True
    result = ring.promote("a", ring.registry(asset_limit=1000))
    release = ring.release("churn@v1.0.0")
    names = [asset.name for asset in release.assets.values()]
    assert names[:3] == ["manifest.json", "parts.json", "bundle.zip.001"]
    assert max(len(asset.content) for asset in release.assets.values() if asset.name.startswith("bundle")) == 1000
    assert release.immutable == immutable
    assert release.target == "main"
    copy = ring.registry().fetch("churn", "v1.0.0", tmp_path)
    verify_files(copy, digest=result.bundle_digest)
    assert (copy / "model/run.sh").stat().st_mode & 0o100
    assert ring.repo.latest is None
    part = ring.asset("churn@v1.0.0", "bundle.zip.002")
    part.content = b"x" + part.content[1:]
    with pytest.raises(BundleError, match="another one"):
        ring.registry().fetch("churn", "v1.0.0", tmp_path / "again")


def test_the_bytes_are_the_same_on_any_day(ring: Ring) -> None:
    ring.promote("a")
    twin = Ring.build(ring.server, "twin", ring.bundles)
    twin.promote("a")
    first, second = (one.asset("churn@v1.0.0", "bundle.zip").content for one in (ring, twin))
    assert first == second


def test_another_server_s_ways(ring: Ring, tmp_path: Path) -> None:
    """Bytes without a redirect, no digests of GitHub's, drafts between other releases: as an older GHES does."""
    ring.repo.redirects, ring.repo.digests, ring.repo.drafts_first = False, False, False
    ring.promote("a")
    dead_draft(ring, "b", 12)
    ring.promote("b")
    assert [event.event for event in ring.check(tmp_path)] == ["register", "promote"] * 2


def test_a_registered_version_is_finished_though_its_draft_is_far_down_the_list(two: Ring, tmp_path: Path) -> None:
    call = next(k for k in range(10, 30) if registered_at(two, k))
    dead_draft(two, "d", call)
    two.repo.drafts_first = False
    releases = two.registry()._shelf.releases
    for number in range(101):
        releases.publish(releases.draft(tag=f"other-{number}", target=None, name="x", body="x"))
    two.promote("d")
    assert two.repo.drafts() == []
    events = two.registry().events("churn")
    assert [event.event for event in events] == ["register", "promote"] * 3
    verify_files(two.registry().fetch("churn", events[-1].version or "", tmp_path), digest=events[-1].bundle_digest)


def test_a_burned_name_is_told(ring: Ring) -> None:
    ring.repo.burned_tags.add("churn@v1.0.0")
    with pytest.raises(RegistryError, match=r"churn@v1\.0\.0") as caught:
        ring.promote("a")
    assert "can never be used again" in caught.value.problems[-1].fix
    assert ring.promote("b", ring.registry(later=LATER)).version == "v2.0.0"
    (told,) = ring.registry(later=LATER).doctor(repair=True)
    assert "churn@v1.0.0" in told


def dead_draft(ring: Ring, word: str, call: int) -> None:
    session = ring.session()
    title = ring.registry().champion("churn", STAGE)
    die_at(session, call)
    with pytest.raises(DeadError):
        promote(ring.registry(session), ring.bundle(word), title.bundle_digest if title else None)
    session.close()


def test_doctor_removes_old_drafts_and_finishes_registered_ones(two: Ring, tmp_path: Path) -> None:
    dead_draft(two, "c", 10)  # drafted, not registered
    assert len(two.repo.drafts()) == 1
    assert two.registry().doctor(repair=False) == ()  # it may be somebody's work
    (told,) = two.registry(later=LATER).doctor(repair=False)
    assert "a promotion that was stopped left this draft" in told
    (told,) = two.registry(later=LATER).doctor(repair=True)
    assert told.endswith(": mended")
    assert two.repo.drafts() == []

    call = next(k for k in range(10, 30) if registered_at(two, k))
    dead_draft(two, "d", call)
    (told,) = two.registry().doctor(repair=False)
    assert "is registered, and its release is still a draft" in told
    (told,) = two.registry().doctor(repair=True)
    assert told.endswith(": mended")
    assert [event.event for event in two.check(tmp_path)] == ["register", "promote"] * 2 + ["register"]


def registered_at(ring: Ring, call: int) -> bool:
    """Say whether a promotion that dies before this call has just registered its version."""
    twin = ring.copy(f"twin-{call}")
    dead_draft(twin, "d", call)
    return len(twin.registry().events("churn")) == 5


def test_doctor_brings_champions_up(two: Ring, tmp_path: Path) -> None:
    two.repo.commit({"champions.json": None}, branch=BRANCH)
    (told,) = two.registry().doctor(repair=False)
    assert "behind the ledgers" in told
    assert two.registry().champion("churn", STAGE)
    (told,) = two.registry().doctor(repair=True)
    assert told.endswith(": mended")
    assert len(two.check(tmp_path)) == 4


def test_doctor_tells_of_releases_that_nobody_registered(two: Ring) -> None:
    session = two.session()
    stray = two.registry(session)._shelf.releases.draft(tag="fraud@v1.0.0", target=None, name="x", body="x")
    two.registry(session)._shelf.releases.publish(stray)
    (told,) = two.registry().doctor(repair=True)
    assert "fraud@v1.0.0" in told
    assert "the ledger does not name this version" in told
    session.close()


def test_a_dry_run_writes_nothing_and_tells_each_write(two: Ring) -> None:
    told: list[str] = []
    session = two.session(dry_run=told.append)
    registry: GitHubRegistry = two.registry(session)
    refs, releases, calls = dict(two.repo.refs), set(two.repo.releases), len(two.server.calls)
    result = promote(registry, two.bundle("c"), registry.champion("churn", STAGE).bundle_digest)  # type: ignore[union-attr]
    assert (result.version, result.seq, result.dry_run) == ("v1.2.0", None, True)
    assert told == [
        "would draft the release churn@v1.2.0, upload the bundle to it and read it back",
        "would commit to the ledger: Register churn v1.2.0",
        "would publish the release churn@v1.2.0",
        "would commit to the ledger: Promote churn v1.2.0 to production, after v1.1.0 (#7)",
    ]
    told.clear()
    named = {"model": "churn", "actor": "ada", "reason": "why"}
    registry.rollback(to=None, stage=STAGE, **named)  # type: ignore[arg-type]
    registry.hold(stage=STAGE, **named)  # type: ignore[arg-type]
    registry.advance(version="v1.0.0", stage="live", beaten=None, **named)  # type: ignore[arg-type]
    registry.note_merge("churn", "a" * 40)
    assert len(told) == 4
    assert all(line.startswith("would commit to ") for line in told)
    assert (two.repo.refs, set(two.repo.releases)) == (refs, releases)
    assert {call.method for call in two.server.calls[calls:]} == {"GET"}


def test_the_number_of_calls_is_the_same_for_many_models_and_versions(ring: Ring) -> None:
    counts = []
    for number in range(6):
        ring.promote(f"x{number}")
        ring.promote(f"x{number}", model="fraud")
        title = ring.registry().champion("churn", STAGE)
        before = len(ring.server.calls)
        promote(ring.registry(), ring.bundle(f"y{number}"), title.bundle_digest if title else None)
        counts.append(len(ring.server.calls) - before)
    assert len(set(counts)) == 1
    assert counts[0] <= 20


def test_the_ledger_says_who_brought_it(two: Ring) -> None:
    event = two.registry().events("churn")[-1]
    assert (event.pull_request, event.run_url) == (7, "https://github.com/octo/churn/actions/runs/1")
    commits = two.repo.objects.history(two.repo.refs[REF])
    assert [commit.message for commit in commits] == [
        "Promote churn v1.1.0 to production, after v1.0.0 (#7)",
        "Register churn v1.1.0",
        "Promote churn v1.0.0 to production, the first champion there (#7)",
        "Register churn v1.0.0",
    ]
    assert commits[-1].parents == ()


def test_the_same_events_as_in_a_directory(two: Ring, tmp_path: Path) -> None:
    local = LocalRegistry(tmp_path / "local")
    for word in "ab":
        title = local.champion("churn", STAGE)
        promote(local, two.bundle(word), title.bundle_digest if title else None)  # type: ignore[arg-type]
    for registry in (local, two.registry()):
        registry.rollback(model="churn", stage=STAGE, to="v1.0.0", actor="ada", reason="bad")
        registry.hold(model="churn", stage=STAGE, actor="ada", reason="stop")
        registry.hold(model="churn", stage=STAGE, actor="ada", reason="go on", release=True)
        registry.advance(model="churn", version="v1.1.0", stage="live", beaten=None, actor="ada", reason="on")

    def told(registry: LocalRegistry | GitHubRegistry) -> list[tuple[object, ...]]:
        return [(e.seq, e.event, e.version, e.stage, e.previous, e.reason) for e in registry.events("churn")]

    assert told(local) == told(two.registry())


def test_marks_of_merges(ring: Ring) -> None:
    first, second = ring.registry(), ring.registry()
    assert first.last_merge("churn") is None
    assert second.last_merge("churn") is None
    first.note_merge("churn", "a" * 40)
    second.note_merge("churn", "b" * 40)  # the first was faster: its mark stands
    assert ring.registry().last_merge("churn") == "a" * 40
    ring.server.faults.add("PATCH", "*/git/refs/*", faults.moved(ring.repo, BRANCH, {"x": "1"}))
    first.note_merge("churn", "c" * 40)
    assert second.last_merge("churn") == "c" * 40
    ring.repo.commit({"merges.json": "[]"}, branch=BRANCH)
    with pytest.raises(RegistryError, match="no list of merges"):
        first.last_merge("churn")


WEATHER = {
    "a limit that ends in fifty minutes": (faults.primary_limit(3000), LimitError),
    "a token without the permission": (faults.status(403, "Resource not accessible by integration"), ForbiddenError),
    "an expired token": (faults.status(401, "Bad credentials"), TokenError),
    "a rule against pushes": (faults.status(422, "Repository rule violations found"), ConflictError),
}


@pytest.mark.parametrize("case", WEATHER.values(), ids=WEATHER)
def test_weather(two: Ring, case: tuple[faults.Fault, type[ModelboutError]]) -> None:
    fault, kind = case
    two.server.faults.add("WRITE", "*/git/refs/*", fault, times=None)
    with pytest.raises(kind) as caught:
        two.promote("c")
    assert caught.value.exit_code == 4
    assert caught.value.problems[0].fix
    two.server.faults.clear()
    title = two.registry().champion("churn", STAGE)
    assert title is not None
    assert title.version == "v1.1.0"


def test_a_repository_that_the_token_may_not_see(two: Ring) -> None:
    two.repo.private = True
    stranger = two.server.github.token(repositories=frozenset())
    two.tokens["stranger"] = stranger
    with pytest.raises(MissingError):
        two.registry(who="stranger").champion("churn", STAGE)


def test_a_repository_without_a_commit(ring: Ring) -> None:
    ring.repo.refs.clear()
    with pytest.raises(RegistryError, match="push a first commit"):
        ring.registry().champion("churn", STAGE)

"""Missing permissions, a damaged registry, a title that moves: told once, with the next step; never a pass."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from modelbout.registry.open import open_registry
from tests.github_server import faults
from tests.github_server.records import EVERYTHING
from tests.integration.shop import PLAIN_NOISE, PLAIN_STRONG
from tests.integration.sky import ADDRESS, BRANCH, COMMANDS, MODEL, OF_REGISTRY, REF, REGISTRY, STAGE, check

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.github_server.records import Token
    from tests.integration.sky import Sky

pytestmark = pytest.mark.exhaustive

# Permissions, each missing in turn. What is not named here is not hit: the command does its work.

BARE: dict[str, dict[str, str]] = {
    "contents": dict.fromkeys(OF_REGISTRY, "`contents: read`"),
    "pull_requests": {"action promote": "`pull-requests: read`"},
    "actions": {"action promote": "`actions: read`"},
    "deployments": {"action promote": "`deployments: ", "action rollback": "`deployments: "},
    "checks": {},
}
CLOSED = [(area, name) for area in BARE for name in COMMANDS]


def without(sky: Sky, *areas: str, level: str | None = None) -> Token:
    """Return a job's token that lacks something."""
    held = dict.fromkeys(EVERYTHING.keys() - set(areas), "write")
    held |= {} if level is None else dict.fromkeys(areas, level)
    return sky.ground.github.token(permissions=held)


@pytest.mark.parametrize(("area", "name"), CLOSED)
def test_a_private_repository_and_a_token_without_a_permission(sky: Sky, area: str, name: str) -> None:
    sky.repo.private = True
    if name == "release":
        assert sky("hold").code == 0
    before = sky.state(REGISTRY)
    told = sky(name, token=without(sky, area))
    words = BARE[area].get(name)
    if words is None:
        assert (told.code, told.problems) == (0, []), told
        return
    if area == "deployments":
        # The title has moved by then, and stays where it is: the job is red, and run again it only adds the record.
        assert told.code == 4
        (problem,) = told.problems
        assert words in problem
        assert sky.champion() == ("v1.2.0" if name == "action promote" else "v1.0.0")
        assert sky(name).code == 0
        return
    check(sky, told, words)
    assert sky.state(REGISTRY) == before


MOVING = ("promote", "rollback", "hold", "release", "action promote", "action rollback")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_token_that_may_only_read(sky: Sky, name: str) -> None:
    if name == "release":
        assert sky("hold").code == 0
    before = sky.state()
    told = sky(name, token=sky.ground.reader)
    if name in MOVING:
        check(sky, told, "`contents: write`")
    else:
        assert (told.code, told.problems) == (0, []), told
    if name in {"action run", "action report"}:
        assert "there is no comment under" in told.summary
        assert "there is no check run" in told.summary
        assert told.outputs["verdict"] == "win"
    assert sky.state() == before


@pytest.mark.parametrize(("pipeline", "code"), [(PLAIN_STRONG, 0), (PLAIN_NOISE, 1)], ids=["win", "loss"])
def test_a_bout_keeps_the_colour_of_its_verdict_when_github_takes_no_comment(
    sky: Sky, pipeline: str, code: int
) -> None:
    sky.write({"pipeline.py": pipeline})
    sky.ground.faults.add("*", "*/comments", faults.bad_gateway(), times=None)
    told = sky("action run")
    assert (told.code, told.problems) == (code, []), told
    assert told.outputs["verdict"] == sky.verdict == ("loss" if code else "win")
    assert told.err.count("warn: octo/churn: cannot") == 1
    assert "the comment or the check could not be written" in told.summary
    assert "holdout rows" in told.summary, "the report is there"


# A ledger or a release that is not what it was


def lose_branch(sky: Sky) -> None:
    del sky.repo.refs[REF]


def rewind(sky: Sky) -> None:
    commits = sky.repo.objects.history(sky.repo.refs[REF])
    sky.repo.force_push(BRANCH, commits[2].sha)  # of four events two are left


def edit(path: str, change: Callable[[bytes], bytes | str | None]) -> Callable[[Sky], None]:
    def write(sky: Sky) -> None:
        sky.repo.commit({path: change(sky.repo.read(path, BRANCH))}, branch=BRANCH)

    return write


def ahead(raw: bytes) -> str:
    found = json.loads(raw)
    found["models"][MODEL]["seq"] = 9
    return json.dumps(found)


LEDGER = f"ledger/{MODEL}.jsonl"
LEDGERS: dict[str, tuple[Callable[[Sky], None], str]] = {
    "the branch is deleted": (lose_branch, "shop@v1.0.0, shop@v1.1.0"),
    "the branch is wound back": (rewind, "the ledger does not name"),
    "the ledger is deleted": (edit(LEDGER, lambda _: None), "ends at event 0"),
    "the ledger is nonsense": (edit(LEDGER, lambda _: b"\xff\0 nonsense\n"), "is no event"),
    "the ledger is empty": (edit(LEDGER, lambda _: b""), "ends at event 0|empty"),
    "a line is missing": (edit(LEDGER, lambda raw: raw.split(b"\n", 1)[1]), "seq is 2 where 1 belongs"),
    "the last line is cut off": (edit(LEDGER, lambda raw: raw[:-9]), "cut off|no event"),
    "another model's ledger": (edit(LEDGER, lambda raw: raw.replace(b'"shop"', b'"fraud"')), "of another model"),
    "champions.json knows more": (edit("champions.json", ahead), "stood at event 9"),
    "champions.json is nonsense": (edit("champions.json", lambda _: "[]"), "no list of champions"),
}


@pytest.mark.parametrize("name", OF_REGISTRY)
@pytest.mark.parametrize("case", LEDGERS.values(), ids=LEDGERS)
def test_a_damaged_ledger_is_never_nobody(sky: Sky, case: tuple[Callable[[Sky], None], str], name: str) -> None:
    spoil, words = case
    spoil(sky)
    before = sky.state(REGISTRY)
    told = sky(name)
    if name == "doctor":
        assert told.code == 4
        assert re.search(words, told.out), told
    else:
        check(sky, told, words)
    assert sky.state(REGISTRY) == before
    assert "first" not in told.summary


def drop_release(sky: Sky) -> None:
    release = sky.repo.release("shop@v1.1.0")
    del sky.repo.releases[release.id]
    del sky.repo.tagged["shop@v1.1.0"]


def drop(asset: str) -> Callable[[Sky], None]:
    def change(sky: Sky) -> None:
        release = sky.repo.release("shop@v1.1.0")
        del release.assets[release.asset(asset).id]

    return change


def forged(archive: bytes) -> bytes:
    """Return a sound zip of the same length in which one file is another."""
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(into, "w") as new:
        longest = max(old.infolist(), key=lambda entry: entry.file_size)
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry, data[::-1] if entry is longest else data)
    made = into.getvalue()
    return made.ljust(len(archive), b"\0") if len(made) < len(archive) else made


def swap(asset: str, *, digest: str | None) -> Callable[[Sky], None]:
    """Put other bytes of the same length in an asset's place; GitHub's own digest is not what is believed."""

    def change(sky: Sky) -> None:
        found = sky.repo.release("shop@v1.1.0").asset(asset)
        found.content = forged(found.content) if asset == "bundle.zip" else found.content[::-1]
        found.digest = digest and f"sha256:{hashlib.sha256(found.content).hexdigest()}"

    return change


FETCHING = ("run", "show", "pull", "doctor", "action run")
SUCCEEDING = (*FETCHING, "promote", "action promote")  # a promotion reads the manifest of the version that it follows
RELEASES: dict[str, tuple[Callable[[Sky], None], str, tuple[str, ...]]] = {
    "its release is deleted": (drop_release, "its release was deleted", SUCCEEDING),
    "its archive is deleted": (drop("bundle.zip"), "was deleted", FETCHING),
    "its manifest is deleted": (drop("manifest.json"), "was deleted", SUCCEEDING),
    "its archive is another": (swap("bundle.zip", digest=None), "not the bundle|damaged|another", FETCHING),
    "its archive is another, with a digest": (
        swap("bundle.zip", digest="x"),
        "not the bundle|damaged|another",
        FETCHING,
    ),
    "its manifest is another": (swap("manifest.json", digest=None), "another one", SUCCEEDING),
}


@pytest.mark.parametrize("name", [name for name in OF_REGISTRY if name != "release"])
@pytest.mark.parametrize("case", RELEASES.values(), ids=RELEASES)
def test_a_champion_whose_files_are_gone_or_others(
    sky: Sky, case: tuple[Callable[[Sky], None], str, tuple[str, ...]], name: str
) -> None:
    spoil, words, hit = case
    spoil(sky)
    before = sky.state(REGISTRY)
    told = sky(name)
    if name not in hit:
        assert (told.code, told.problems) == (0, []), told
        return
    if name == "doctor":
        assert told.code == 4
        assert re.search(words, told.out), told
    else:
        check(sky, told, words)
    assert sky.state(REGISTRY) == before
    assert not list(sky.home.glob("pulled/shop@*"))


# Before the first champion


def empty(sky: Sky) -> None:
    del sky.repo.refs[REF]
    for tag in list(sky.repo.tagged):
        sky.repo.refs.pop(f"refs/tags/{tag}", None)
    sky.repo.releases, sky.repo.tagged = {}, {}


FIRST = {
    "run": (0, ""),
    "list": (0, ""),
    "show": (2, "knows no model 'shop'"),
    "history": (2, "knows no model 'shop'"),
    "pull": (2, "knows no model 'shop'"),
    "doctor": (0, ""),
    "rollback": (4, "no model `shop` is registered"),
    "hold": (4, "no model `shop` is registered"),
    "release": (4, "no model `shop` is registered"),
    "action run": (0, ""),
    "action promote": (0, ""),
    "action rollback": (1, "has no champion at `production`"),
}


@pytest.mark.parametrize("name", FIRST)
def test_before_the_first_champion(sky: Sky, name: str) -> None:
    empty(sky)
    before = sky.state(REGISTRY)
    told = sky(name)
    code, words = FIRST[name]
    assert told.code == code, told
    if words:
        check(sky, told, words, code=code)
    else:
        assert told.problems == []
    if name in {"run", "action run"}:
        assert sky.verdict == "first"
    if name == "action promote":  # its verdict was on a champion that is not there
        assert (told.outputs["promoted"], told.outputs["fight"]) == ("false", "true")
    assert sky.state(REGISTRY) == before


def test_a_verdict_on_a_champion_is_no_first_bout_where_there_is_none(sky: Sky) -> None:
    empty(sky)
    told = sky("promote")
    assert told.code == 0, told
    assert sky.verdict == "first", "it was fought again, as the first one"
    assert sky.champion() == "v1.0.0"


# Holds, and titles that move


def test_a_hold_stops_promotions_and_nothing_else(sky: Sky) -> None:
    assert sky("hold").code == 0
    before = sky.state(REGISTRY)
    check(sky, sky("hold"), "hold", code=1)
    check(sky, sky("promote"), "hold", code=1)
    told = sky("action promote")
    assert (told.code, told.outputs["promoted"], told.outputs["fight"]) == (1, "false", "false")
    assert "incident" in told.summary
    assert sky.state(REGISTRY) == before
    assert sky("run").code == 0
    assert sky("rollback").code == 0
    assert sky("release").code == 0
    check(sky, sky("release"), "hold", code=1)


def somebody_rolls_back(sky: Sky) -> faults.Fault:
    def go() -> None:
        open_registry(ADDRESS, root=sky.home).rollback(
            model=MODEL, stage=STAGE, to="v1.0.0", actor="bob", reason="faster"
        )

    return faults.hook(go)


def test_a_champion_that_moved_is_fought_before_it_is_followed(sky: Sky) -> None:
    assert sky("rollback").code == 0
    told = sky("promote")
    assert (told.code, told.problems) == (0, []), told
    assert sky.met == "v1.0.0"
    assert sky.champion() == "v1.2.0"


def test_a_champion_that_moves_in_this_moment(sky: Sky) -> None:
    sky.ground.faults.add("PATCH", "*/git/refs/heads/modelbout/ledger", somebody_rolls_back(sky), nth=2)
    told = sky("promote")
    assert (told.code, told.problems) == (0, []), told
    assert sky.met == "v1.0.0"
    assert sky.champion() == "v1.2.0"


def test_a_champion_that_moved_takes_another_bout_on_github(sky: Sky) -> None:
    assert sky("rollback").code == 0
    told = sky("action promote")
    assert (told.code, told.outputs["promoted"], told.outputs["fight"]) == (0, "false", "true")
    assert sky.champion() == "v1.0.0"


@pytest.mark.parametrize("name", ["rollback", "action rollback"])
def test_a_title_that_moves_while_it_is_given_back(sky: Sky, name: str) -> None:
    sky.ground.faults.add("PATCH", "*/git/refs/heads/modelbout/ledger", somebody_rolls_back(sky))
    check(sky, sky(name), "meanwhile", code=4)
    assert sky.champion() == "v1.0.0"
    assert len(open_registry(ADDRESS, root=sky.home).events(MODEL)) == 5

"""Weather that passes, addresses that change, dry runs, and records that fail after a title has moved."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.github_server import faults
from tests.github_server.exchange import Answer
from tests.github_server.faults import Fault
from tests.integration.sky import ADDRESS, COMMANDS, LAPTOP, READING, WRITING, check

if TYPE_CHECKING:
    from tests.integration.sky import Sky

pytestmark = pytest.mark.exhaustive

NOBODYS = "ghs_gone_gone_gone_gone_gone_gone_gone"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_limit_that_ends_soon_is_waited_for(sky: Sky, name: str) -> None:
    if name == "release":
        assert sky("hold").code == 0
        sky.slept.clear()
    sky.ground.faults.add("GET", "*", faults.secondary_limit(2))
    sky.ground.faults.add("WRITE", "*", faults.too_many(3))
    told = sky(name)
    assert (told.code, told.problems) == (0, []), told
    wrote = any(call.method != "GET" for call in sky.ground.calls)
    assert sky.slept[:1] == [2]
    assert (3 in sky.slept) == wrote


@pytest.mark.parametrize("name", COMMANDS)
def test_a_server_of_an_enterprise(sky: Sky, name: str) -> None:
    if name == "release":
        assert sky("hold").code == 0
    sky.url = sky.ground.server.ghes_url
    told = sky(name)
    assert (told.code, told.problems) == (0, []), told


def moved(sky: Sky, name: str) -> tuple[str, ...]:
    """Let the repository have been called octo/old once, and return the command that still says so."""
    sky(name)
    for call in sky.ground.calls:
        if call.method == "GET":
            to = f"{sky.ground.url}{call.path}?{urlencode(call.query)}"
            body = {"message": "Moved Permanently", "url": to, "documentation_url": "https://docs.github.com"}
            old = call.path.replace("/octo/churn/", "/octo/old/")
            sky.ground.faults.add("GET", old, Fault(Answer(301, body, {"Location": to})), times=None)
    to = f"{sky.ground.url}/repositories/1/git/trees"
    sky.ground.faults.add("WRITE", "/repos/octo/old/*", Fault(Answer(301, {}, {"Location": to})), times=None)
    return tuple(word if word != ADDRESS else "github:octo/old" for word in sky.arguments(name))


@pytest.mark.parametrize("name", READING)
def test_a_repository_that_was_renamed_is_read(sky: Sky, name: str) -> None:
    told = sky.type(*moved(sky, name))
    assert (told.code, told.problems) == (0, []), told


@pytest.mark.parametrize("name", ["hold", "promote"])
def test_a_repository_that_was_renamed_is_not_written_to(sky: Sky, name: str) -> None:
    arguments = moved(sky, name)
    rules = list(sky.ground.faults.rules)
    sky.begin(sky.patch)
    sky.ground.faults.rules.extend(rules)
    before = sky.state()
    check(sky, sky.type(*arguments), "has moved to")
    assert sky.state() == before


DRY = ("promote", "rollback", "action run", "action report", "action promote", "action rollback")


@pytest.mark.parametrize("name", DRY)
def test_a_dry_run_leaves_no_trace(sky: Sky, name: str) -> None:
    before, files = sky.state(), sky.files()
    told = sky(name, "--dry-run") if name in LAPTOP else sky(name, dry_run="true")
    assert (told.code, told.problems) == (0, []), told
    assert "would" in told.out
    assert sky.state() == before
    assert {call.method for call in sky.ground.calls} == {"GET"}
    assert sky.litter() == []
    if name in WRITING:
        assert sky.files() == files


AFTER = [
    "*/deployments",
    "*/dispatches",
    "*/rules/branches/*",
    "*/environments/*",
    "*/commits/*",
    "*/immutable-releases",
]


@pytest.mark.parametrize("name", ["action promote", "action rollback"])
@pytest.mark.parametrize("path", AFTER)
def test_what_fails_after_the_title_has_moved_is_told_and_done_by_the_next_run(sky: Sky, path: str, name: str) -> None:
    sky.ground.faults.add("*", path, faults.bad_gateway(), times=None)
    told = sky(name)
    assert told.code in {0, 4}, told
    assert len(told.problems) == (1 if told.code else 0), told.problems
    if path == "*/deployments":
        assert told.code == 4
    new = "v1.2.0" if name == "action promote" else "v1.0.0"
    assert sky.champion() == new, "the title stays where it is"
    assert sky(name).code == 0
    assert sky.champion() == new
    assert len(sky.repo.deployments) == 1


@pytest.mark.parametrize("name", ["history", "promote", "action report"])
def test_as_a_process(sky: Sky, name: str) -> None:
    token = sky.ground.github.token(NOBODYS)
    del sky.ground.github.tokens[NOBODYS]
    where = sky.prepare(name, token=token)
    command = [sys.executable, "-m", "modelbout", *sky.arguments(name)]
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert done.stderr.count("error: ") == 1
    assert "401: Bad credentials" in done.stderr
    assert "  -> the token has expired, was revoked or is mistyped" in done.stderr
    assert "Traceback" not in done.stderr
    assert NOBODYS not in done.stdout + done.stderr

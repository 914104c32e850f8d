"""Bad weather on the way to GitHub, as whoever types a command or reads a job meets it: never a pass."""

from __future__ import annotations

import socket
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from modelbout.github.api.wire import Channel, Wire
from tests.github_server import faults
from tests.github_server.exchange import Answer
from tests.github_server.faults import Fault
from tests.integration.sky import COMMANDS, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.github_server.records import Token
    from tests.integration.sky import Sky

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize("name", COMMANDS)
def test_in_fair_weather_it_works(sky: Sky, name: str) -> None:
    if name == "release":
        assert sky("hold").code == 0
    told = sky(name)
    assert told.code == 0
    assert told.problems == []
    assert [path for path in sky.litter() if not path.startswith("pulled")] == []


# Nothing can be asked at all


@dataclass(frozen=True)
class Weather:
    """What keeps everything from GitHub, and how that is told."""

    words: str
    fault: Callable[[], Fault] | None = None
    change: Callable[[Sky], Token | None] | None = None


def expired(sky: Sky) -> Token:
    sky.ground.writer.expires = datetime.now(UTC) - timedelta(seconds=1)
    return sky.ground.writer


def nobody(sky: Sky) -> None:
    sky.repo.private = True


def stranger(sky: Sky) -> Token:
    sky.repo.private = True
    return sky.ground.github.token(repositories=frozenset())


def closed(sky: Sky) -> Token:
    sky.url = "http://127.0.0.1:1"
    return sky.ground.writer


def page(status: int = 200) -> Fault:
    return Fault(Answer(status, b"<html>Please sign in</html>", {"Content-Type": "text/html"}))


def spent(sky: Sky) -> Token:
    """Use up the hour's requests ten minutes after it began."""
    token = sky.ground.writer
    token.resets = int(sky.ground.github.clock.now().timestamp()) + 3_000
    token.used = token.limit
    return token


@contextmanager
def silence(patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the address of a server that takes every call and never answers, and give it up soon."""
    for one in (Wire.send, Channel.__init__):
        patch.setattr(one, "__kwdefaults__", {**(one.__kwdefaults__ or {}), "timeout": (5.0, 0.05)})
    with closing(socket.create_server(("127.0.0.1", 0), backlog=64)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


ALL = {
    "no token": Weather("there is no token", change=nobody),
    "an expired token": Weather("401: Bad credentials", change=expired),
    "a closed port": Weather("nothing answers at http://127.0.0.1:1", change=closed),
    "a proxy's page": Weather("a web page instead of an answer", page),
    "a proxy's refusal": Weather("403: a web page instead of an answer", lambda: page(403)),
    "an hour that is used up": Weather(r"come back at \d\d:\d\d UTC \(in 50 minutes\)", change=spent),
    "the hour of a proxy": Weather(r"come back at \d\d:\d\d UTC \(in 50 minutes\)", lambda: faults.primary_limit(3000)),
    "too many at once": Weather(r"come back at \d\d:\d\d UTC \(in 10 minutes\)", lambda: faults.secondary_limit(600)),
    "500": Weather("GitHub answered 500", lambda: faults.status(500)),
    "502": Weather("GitHub answered 502", faults.bad_gateway),
    "a cut connection": Weather(r"the connection to \S+ failed", faults.cut),
    "a repository that is hidden": Weather("404: Not Found", change=stranger),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("weather", ALL.values(), ids=ALL)
def test_nothing_can_be_asked(sky: Sky, weather: Weather, name: str) -> None:
    before = sky.state()
    token = sky.ground.writer if weather.change is None else weather.change(sky)
    if weather.fault is not None:
        sky.ground.faults.add("*", "*", weather.fault(), times=None)
    told = sky(name, token=token)
    check(sky, told, weather.words)
    assert sky.state() == before


@pytest.mark.parametrize("name", COMMANDS)
def test_nobody_answers_in_time(sky: Sky, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = sky.state()
    with silence(monkeypatch) as sky.url:
        told = sky(name, token=sky.ground.writer)
    check(sky, told, "did not answer in time")
    assert sky.state() == before

"""Answer who somebody is and how much of the rate is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.github_server import shapes
from tests.github_server.exchange import Answer, RefusalError, route

if TYPE_CHECKING:
    from tests.github_server.exchange import Ask


@route("GET", "/user")
def get_user(ask: Ask) -> Answer:
    if ask.caller.bot:
        raise RefusalError(403, "Resource not accessible by integration")
    return Answer(200, shapes.whole_user(ask.at, ask.caller.login))


@route("GET", "/users/{username}")
def get_other_user(ask: Ask) -> Answer:
    return Answer(200, shapes.whole_user(ask.at, ask.params["username"]))


@route("GET", "/rate_limit")
def rate_limit(ask: Ask) -> Answer:
    limit, used, reset = 60, 0, int(ask.github.clock.now().timestamp()) + 3600
    if ask.token is not None:
        limit, used, reset = ask.token.limit, ask.token.used, ask.token.resets
    rate = {"limit": limit, "used": used, "remaining": max(limit - used, 0), "reset": reset}
    return Answer(200, {"resources": {"core": rate, "search": rate}, "rate": rate})

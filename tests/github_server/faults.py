"""Fail on demand: rules that match calls, and what each does instead of, before or after the real thing."""

from __future__ import annotations

import _thread
import re
import threading
import time
from dataclasses import dataclass, field
from fnmatch import translate
from typing import TYPE_CHECKING

from tests.github_server.exchange import DOCS, Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.github_server.exchange import Json
    from tests.github_server.records import Token
    from tests.github_server.state import Repository


STORAGE = "/_storage/"


@dataclass
class Fault:
    """One way to fail; ``after`` lets the call take effect first, as when an answer is lost on its way back."""

    answer: Answer | None = None
    after: bool = False
    reset: bool = False
    reset_at: int | None = None  # bytes of the request's body that still arrive
    hook: Callable[[], object] | None = None
    sent: int | None = None  # bytes of the answer's body that still leave


def _error(status: int, message: str, **headers: str) -> Answer:
    body: Json = {"message": message, "documentation_url": DOCS}
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def secondary_limit(retry_after: int = 1) -> Fault:
    """Answer 403: too many writes at once."""
    return Fault(_error(403, "You have exceeded a secondary rate limit.", Retry_After=str(retry_after)))


def too_many(retry_after: int | None = 1) -> Fault:
    """Answer 429."""
    headers = {} if retry_after is None else {"Retry_After": str(retry_after)}
    return Fault(_error(429, "You have exceeded a secondary rate limit.", **headers))


def primary_limit(reset_in: float = 3_000, *, now: float | None = None) -> Fault:
    """Answer 403: the hour's requests are used up, and new ones come in ``reset_in`` seconds."""
    reset = int((time.time() if now is None else now) + reset_in)
    headers = {"X_RateLimit_Limit": "1000", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(reset)}
    return Fault(_error(403, "API rate limit exceeded for installation.", **headers, X_RateLimit_Used="1000"))


def status(code: int, message: str = "Server Error", *, after: bool = False) -> Fault:
    """Answer any status, before or after the call took effect."""
    return Fault(_error(code, message), after=after)


def bad_gateway(*, after: bool = False) -> Fault:
    """Answer 502 with a page instead of JSON; with ``after`` the call has done its work."""
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    return Fault(Answer(502, page, {"Content-Type": "text/html"}), after=after)


def cut(*, after: bool = False, at: int | None = None) -> Fault:
    """Reset the connection: at once, after the effect, or when ``at`` bytes of an upload have arrived."""
    return Fault(reset=True, after=after, reset_at=at)


def starter() -> Fault:
    """Answer an upload with 502 and leave the asset in state ``starter``, which blocks its name until it is deleted."""
    return Fault(bad_gateway().answer, reset_at=0)


def short(sent: int) -> Fault:
    """Cut the connection when ``sent`` bytes of the answer have left; on ``/_storage/*`` that is a broken download."""
    return Fault(sent=sent)


def slow(seconds: float) -> Fault:
    """Wait, then answer as always."""
    return Fault(hook=lambda: time.sleep(seconds))


def already_exists(resource: str = "ReleaseAsset", field_name: str = "name") -> Fault:
    """Answer 422 ``already_exists``."""
    body: Json = {"message": "Validation Failed", "documentation_url": DOCS}
    body["errors"] = [{"resource": resource, "code": "already_exists", "field": field_name}]
    return Fault(Answer(422, body))


def hidden() -> Fault:
    """Answer 404, as a replica does that has not heard yet; the rule's ``times`` says how often."""
    return status(404, "Not Found")


def moved(repo: Repository, branch: str, files: Mapping[str, bytes | str | None] | None = None) -> Fault:
    """Let somebody else commit to a branch just before the call."""
    return Fault(hook=lambda: repo.commit(files or {}, branch=branch, message="Somebody else was here"))


def hook(call: Callable[[], object], *, after: bool = False) -> Fault:
    """Call something before the request takes effect, or after it has and before it is answered."""
    return Fault(hook=call, after=after)


def kill(*, after: bool = False) -> Fault:
    """Interrupt the test's own main thread, as if the client were killed, before or after the effect."""
    return Fault(hook=_thread.interrupt_main, reset=True, after=after)


@dataclass
class Rule:
    """When a fault strikes: from the ``nth`` matching call on, ``times`` times (None: for ever)."""

    method: str
    pattern: re.Pattern[str]
    fault: Fault
    nth: int
    times: int | None
    token: str | None = None
    storage: bool = False  # downloads are no calls of the API: only a path that names them strikes them
    seen: int = 0
    struck: int = 0


@dataclass
class Rules:
    """The rules of one server, in the order in which they were made; the first that is due strikes."""

    rules: list[Rule] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        method: str,
        path: str,
        fault: Fault,
        *,
        nth: int = 1,
        times: int | None = 1,
        token: Token | None = None,
    ) -> Rule:
        """Strike calls by method, path and token.

        The method may be ``*``, or ``WRITE`` for all but GET; in the path ``*`` matches anything, slashes too, and
        after ``re:`` stands a pattern. Paths have no ``/api/v3`` or ``/uploads`` in front.
        """
        pattern = path.removeprefix("re:") if path.startswith("re:") else translate(path)
        made = Rule(
            method=method,
            pattern=re.compile(pattern),
            fault=fault,
            nth=nth,
            times=times,
            token=token.value if token else None,
            storage=path.startswith(STORAGE),
        )
        self.rules.append(made)
        return made

    def clear(self) -> None:
        self.rules.clear()

    def due(self, method: str, path: str, token: str | None) -> Fault | None:
        kinds = ("*", method) if method == "GET" else ("*", method, "WRITE")
        with self.lock:
            matching = [
                rule
                for rule in self.rules
                if rule.method in kinds
                and rule.pattern.match(path)
                and rule.token in (None, token)
                and rule.storage == path.startswith(STORAGE)
            ]
            for rule in matching:
                rule.seen += 1
            for rule in matching:
                if rule.seen >= rule.nth and (rule.times is None or rule.struck < rule.times):
                    rule.struck += 1
                    return rule.fault
        return None

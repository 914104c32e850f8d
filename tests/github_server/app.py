"""Take a request through its life: who, where, faults, description, the handler, description again, the answer."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import traceback
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from tests.github_server import (  # noqa: F401  importing an area registers its routes
    checks,
    contents,
    deployments,
    description,
    git,
    issues,
    pulls,
    releases,
    runs,
    users,
    web,
    working,
)
from tests.github_server.exchange import ROUTES, Addresses, Answer, Ask, RefusalError, Route, missing
from tests.github_server.faults import STORAGE, Fault, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.github_server.records import Token
    from tests.github_server.state import GitHub, Repository

DEEP = {"path", "ref", "basehead", "branch", "tag"}  # parameters that may hold slashes
HOUR = 3_600
SENT = "modelbout.sent"  # in the environment of a request: cut its answer after so many bytes
NOWHERE = Addresses("", "", "", "")
OURS = 500  # this server's own way to say that something is against the description


@dataclass(frozen=True)
class Call:
    """One call as it was made and answered; ``template`` is the description's path."""

    number: int
    method: str
    path: str
    template: str
    query: dict[str, str]
    status: int
    token: str | None
    login: str | None
    body: Any


@dataclass
class Visit:
    """One request on its way through the server, as far as it is known by then."""

    request: Request
    at: Addresses
    path: str
    data: bytes = b""
    token: Token | None = None
    route: Route | None = None
    params: dict[str, str] = field(default_factory=dict)

    @property
    def given(self) -> str:
        """The token as it was sent, known or not."""
        return self.request.headers.get("Authorization", "").rpartition(" ")[2]


def _pattern(route: Route) -> re.Pattern[str]:
    def group(found: re.Match[str]) -> str:
        text = "[^/]+" if found[1] not in DEEP else ".*" if found[1] == "path" else ".+"
        return f"(?P<{found[1]}>{text})"

    return re.compile(re.sub(r"\\\{(\w+)\\\}", group, re.escape(route.template)) + r"\Z")


class App:
    """The WSGI application; ``calls`` and ``violations`` are what tests read."""

    def __init__(self, github: GitHub) -> None:
        self.github, self.faults = github, Rules()
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.storage_url = ""
        self._log = threading.Lock()
        # The longest fixed text first: ".../commits/{ref}/check-runs" before ".../commits/{ref}".
        order = sorted(ROUTES, key=lambda r: (-len(re.sub(r"\{\w+\}", "", r.template)), r.template))
        self._routes = [(route, _pattern(route)) for route in order]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        answer = self.answer(request)
        return self.send(request, answer)(environ, start_response)

    # Where a request goes

    def answer(self, request: Request) -> Answer:
        path = request.environ.get("RAW_URI", request.path).partition("?")[0]
        path = "/" + path.split("/", 3)[3] if "://" in path else path
        base = request.host_url.rstrip("/")
        if path.startswith("/_"):
            return self.outside(request, path)
        visited = web.page(self.github, path, request.args) if request.method == "GET" else None
        if visited is not None:
            return visited
        at = Addresses(base, base, f"{base}/uploads", self.storage_url)
        if path.startswith("/api/v3/"):  # GitHub Enterprise Server
            at, path = Addresses(f"{base}/api/v3", base, f"{base}/api/uploads", self.storage_url), path[7:]
        elif path.startswith(("/api/uploads/", "/uploads/")):
            at = Addresses(f"{base}/api/v3", base, f"{base}/api/uploads", at.storage) if path[1] == "a" else at
            path = path.partition("/uploads")[2]
        return self.api(Visit(request, at, path))

    def outside(self, request: Request, path: str) -> Answer:
        """Answer what is no part of GitHub's API: storage, and the stand-ins for actions of GitHub's own."""
        if path.startswith(STORAGE):
            if "Authorization" in request.headers:
                return Answer(400, b"storage takes the signature in the address, and no token", {})
            kept = self.github.storage.get(path.removeprefix(STORAGE))
            if kept is None:
                return Answer(404, b"no such object")
            whole = Answer(200, kept[1], {"Content-Type": kept[0]})
            fault = self.faults.due(request.method, path, "")
            return (self._strike(Visit(request, NOWHERE, path), fault) or whole) if fault else whole
        with self.github.lock:
            return working.stand_in(self.github, request.method, path, request.args, request.get_data())

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        if path.endswith("/contents"):  # the root of the files
            path += "/"
        for route, pattern in self._routes:
            found = pattern.match(path)
            if found and route.method == method:
                return route, {name: unquote(value) for name, value in found.groupdict().items()}
        raise missing()

    # One call of the API

    def api(self, visit: Visit) -> Answer:
        fault = self.faults.due(visit.request.method, unquote(visit.path), visit.given)
        try:
            if fault and fault.reset_at is not None:
                return self._broken_upload(visit, fault.reset_at, fault.answer)
            visit.data = visit.request.get_data(cache=True)
            visit.token = self._token(visit)
            visit.route, visit.params = self.find(visit.request.method, visit.path)
            answer = self._strike(visit, fault) if fault and not fault.after else None
            if answer is not None:
                return self._note(visit, answer)
            answer = self._handle(visit)
        except RefusalError as no:
            answer = no.answer()
        answer = self._checked(visit, answer)
        if fault and fault.after:
            answer = self._strike(visit, fault) or answer
        return self._note(visit, answer)

    def _strike(self, visit: Visit, fault: Fault) -> Answer | None:
        if fault.sent is not None:
            visit.request.environ[SENT] = fault.sent
        if fault.hook is not None:
            fault.hook()
        if fault.reset:
            self._note(visit, Answer(0))
            raise ConnectionResetError("on demand")
        return fault.answer

    def _broken_upload(self, visit: Visit, arrived: int, answer: Answer | None) -> Answer:
        """Read some of an upload, leave what GitHub leaves, and cut the connection or answer."""
        visit.request.stream.read(arrived if answer is None else -1)
        visit.token = self._token(visit)
        visit.route, visit.params = self.find(visit.request.method, visit.path)
        if visit.route.template.endswith("/assets"):
            with self.github.lock:
                releases.start_upload(self._ask(visit))
        self._note(visit, answer or Answer(0))
        if answer is not None:
            return answer
        raise ConnectionResetError("on demand")

    def _note(self, visit: Visit, answer: Answer) -> Answer:
        try:
            is_json = (visit.request.content_type or "").startswith("application/json")
            body = json.loads(visit.data) if visit.data and is_json else None
        except ValueError:
            body = None
        with self._log:
            call = Call(
                number=len(self.calls) + 1,
                method=visit.request.method,
                path=unquote(visit.path),
                template=visit.route.template if visit.route else "",
                query=dict(visit.request.args),
                status=answer.status,
                token=visit.token.value if visit.token else None,
                login=visit.token.login if visit.token else None,
                body=body,
            )
            self.calls.append(call)
        return answer

    def _token(self, visit: Visit) -> Token | None:
        if "Authorization" not in visit.request.headers:
            return None
        token = self.github.tokens.get(visit.given)
        if token is None or token.expired(self.github.clock.now()):
            raise RefusalError(401, "Bad credentials")
        with self.github.lock:
            now = self.github.clock.now().timestamp()
            if now >= token.resets:
                token.used, token.resets = 0, int(now) + HOUR
            if token.used >= token.limit:
                raise RefusalError(403, "API rate limit exceeded for installation.", None)
            token.used += 1
        return token

    def _repo(self, visit: Visit, route: Route) -> Repository | None:
        """Find the repository and say whether the caller may do this with it."""
        if "owner" not in visit.params:
            return None
        token, repo = visit.token, self.github.find(f"{visit.params['owner']}/{visit.params['repo']}")
        if repo is None or (repo.private and (token is None or not token.covers(repo))):
            raise missing()
        public_read = route.method == "GET" and not repo.private and not route.signed_in
        if public_read or (token is not None and not route.needs):
            return repo
        if token is None:
            raise RefusalError(401, "Requires authentication")
        if not any(token.may(repo, area, level) for area, level in route.needs):
            accepted = ";".join(f"{area}={level}" for area, level in route.needs)
            kind = "integration" if token.bot else "personal access token"
            raise RefusalError(403, f"Resource not accessible by {kind}", None, X_Accepted_GitHub_Permissions=accepted)
        return repo

    def _ask(self, visit: Visit) -> Ask:
        route = visit.route
        assert route is not None
        body = None
        if visit.data and "application/octet-stream" not in description.bodies(route):
            try:
                body = json.loads(visit.data)
            except ValueError:
                raise RefusalError(400, "Problems parsing JSON") from None
        return Ask(
            github=self.github,
            at=visit.at,
            method=visit.request.method,
            path=visit.path,
            params=visit.params,
            query=dict(visit.request.args),
            headers=visit.request.headers,
            data=visit.data,
            body=body,
            token=visit.token,
            found=self._repo(visit, route),
        )

    def _handle(self, visit: Visit) -> Answer:
        ask, route = self._ask(visit), visit.route
        assert route is not None
        here = f"{ask.method} {visit.path}"
        wrong = list(description.request_faults(route, ask))
        if wrong:
            return self._violation(f"request {here}: {'; '.join(wrong)}")
        try:
            with self.github.lock:
                return route.handler(ask)
        except RefusalError:
            raise
        except Exception:  # noqa: BLE001  the server's own fault must fail the test, and not look like GitHub's
            return self._violation(f"{here}: {traceback.format_exc()}")

    def _checked(self, visit: Visit, answer: Answer) -> Answer:
        if visit.route is None or answer.status == OURS:
            return answer
        answer = _as_bytes(answer)
        wrong = list(description.response_faults(visit.route, visit.params, answer))
        if wrong:
            here = f"{visit.request.method} {visit.path}"
            return self._violation(f"answer {answer.status} to {here}: {'; '.join(wrong)}")
        return answer

    def _violation(self, told: str) -> Answer:
        self.violations.append(told)
        return Answer(OURS, {"message": f"against GitHub's description: {told}"})

    # The way out

    def send(self, request: Request, answer: Answer) -> Response:
        answer = _as_bytes(answer)
        body = answer.body if isinstance(answer.body, bytes) else b""
        headers = {"Date": format_datetime(self.github.clock.now().replace(microsecond=0), usegmt=True)}
        given = request.headers.get("Authorization", "").rpartition(" ")[2]
        token = self.github.tokens.get(given)
        if token is not None:
            headers |= {
                "X-RateLimit-Limit": str(token.limit),
                "X-RateLimit-Remaining": str(max(token.limit - token.used, 0)),
                "X-RateLimit-Used": str(token.used),
                "X-RateLimit-Reset": str(int(token.resets)),
                "X-RateLimit-Resource": "core",
            }
        headers |= {"X-GitHub-Request-Id": f"T{len(self.calls):06X}", **answer.headers}
        status = answer.status
        if request.method == "GET" and status == 200 and body:
            headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
        if SENT in request.environ:
            headers["Content-Length"] = str(len(body))
            return Response(_part(body, request.environ[SENT]), status, headers)
        return Response(body, status, headers)


def _part(body: bytes, sent: int) -> Iterator[bytes]:
    yield body[:sent]
    raise ConnectionResetError("on demand")


def _as_bytes(answer: Answer) -> Answer:
    if answer.body is None or isinstance(answer.body, bytes):
        return answer
    headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
    return Answer(answer.status, json.dumps(answer.body).encode(), headers)

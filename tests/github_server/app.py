"""Take a request through its life: who, where, faults, description, the handler, description again, the answer."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import traceback
from dataclasses import dataclass
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
    working,
)
from tests.github_server.exchange import ROUTES, Addresses, Answer, Ask, RefusalError, Route, missing
from tests.github_server.faults import Fault, Rules, primary_limit
from tests.github_server.state import GitHub

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.github_server.records import Token
    from tests.github_server.state import Repository

DEEP = {"path", "ref", "basehead", "branch", "tag"}  # parameters that may hold slashes
HOUR = 3_600
CHUNK = 1 << 20


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


def _pattern(route: Route) -> re.Pattern[str]:
    def group(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{'.+' if found[1] in DEEP else '[^/]+'})"

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
        at = Addresses(base, base, f"{base}/uploads", self.storage_url)
        if path.startswith("/api/v3/"):  # GitHub Enterprise Server
            at, path = Addresses(f"{base}/api/v3", base, f"{base}/api/uploads", self.storage_url), path[7:]
        elif path.startswith(("/api/uploads/", "/uploads/")):
            at = Addresses(f"{base}/api/v3", base, f"{base}/api/uploads", at.storage) if path[1] == "a" else at
            path = path.partition("/uploads")[2]
        return self.api(request, at, path)

    def outside(self, request: Request, path: str) -> Answer:
        """Answer what is no part of GitHub's API: storage, and the stand-ins for actions of GitHub's own."""
        if path.startswith("/_storage/"):
            if "Authorization" in request.headers:
                return Answer(400, b"storage takes the signature in the address, and no token", {})
            kept = self.github.storage.get(path.removeprefix("/_storage/"))
            if kept is None:
                return Answer(404, b"no such object")
            return Answer(200, kept[1], {"Content-Type": kept[0]})
        with self.github.lock:
            return working.stand_in(self.github, request.method, path, request.args, request.get_data())

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        for route, pattern in self._routes:
            found = pattern.match(path)
            if found and route.method == method:
                return route, {name: unquote(value) for name, value in found.groupdict().items()}
        raise missing()

    # One call of the API

    def api(self, request: Request, at: Addresses, path: str) -> Answer:
        token, route, params, data = None, None, {}, b""
        given = request.headers.get("Authorization", "").rpartition(" ")[2]
        fault = self.faults.due(request.method, unquote(path), given)
        try:
            if fault and fault.reset and fault.reset_at is not None:
                return self._broken_upload(request, at, path, fault)
            data = self._read(request)
            token = self._token(request)
            route, params = self.find(request.method, path)
            if fault and not fault.after:
                early = self._strike(fault)
                if early is not None:
                    return self._done(request, path, route, token, data, early)
            answer = self._handle(request, at, path, route, params, token, data)
        except RefusalError as no:
            answer = no.answer()
        if route is not None:
            answer = self._checked(request, route, params, answer)
        if fault and fault.after:
            late = self._strike(fault)
            answer = late if late is not None else answer
        return self._done(request, path, route, token, data, answer)

    def _strike(self, fault: Fault) -> Answer | None:
        if fault.hook is not None:
            fault.hook()
        if fault.reset:
            raise ConnectionResetError("on demand")
        return fault.answer

    def _read(self, request: Request) -> bytes:
        return request.get_data(cache=True)

    def _broken_upload(self, request: Request, at: Addresses, path: str, fault: Fault) -> Answer:
        request.stream.read(fault.reset_at or 0)
        route, params = self.find(request.method, path)
        if route.template.endswith("/assets"):
            with self.github.lock:
                ask = self._ask(request, at, path, route, params, self._token(request), b"")
                releases.start_upload(ask)
        self._done(request, path, route, self._token(request), b"", Answer(0))
        raise ConnectionResetError("on demand")

    def _done(
        self, request: Request, path: str, route: Route | None, token: Token | None, data: bytes, answer: Answer
    ) -> Answer:
        try:
            body = json.loads(data) if data and (request.content_type or "").startswith("application/json") else None
        except ValueError:
            body = None
        with self._log:
            call = Call(
                number=len(self.calls) + 1,
                method=request.method,
                path=unquote(path),
                template=route.template if route else "",
                query=dict(request.args),
                status=answer.status,
                token=token.value if token else None,
                login=token.login if token else None,
                body=body,
            )
            self.calls.append(call)
        return answer

    def _token(self, request: Request) -> Token | None:
        given = request.headers.get("Authorization")
        if given is None:
            return None
        token = self.github.tokens.get(given.rpartition(" ")[2])
        if token is None or token.expired(self.github.clock.now()):
            raise RefusalError(401, "Bad credentials")
        with self.github.lock:
            now = self.github.clock.now().timestamp()
            if now >= token.resets:
                token.used, token.resets = 0, now + HOUR
            if token.used >= token.limit:
                over = primary_limit(token.resets - now, now=now).answer
                assert over is not None
                raise RefusalError(over.status, "API rate limit exceeded for installation.", None, **over.headers)
            token.used += 1
        return token

    def _repo(self, params: Mapping[str, str], token: Token | None, route: Route) -> Repository | None:
        if "owner" not in params:
            return None
        repo = self.github.find(f"{params['owner']}/{params['repo']}")
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

    def _ask(
        self,
        request: Request,
        at: Addresses,
        path: str,
        route: Route,
        params: dict[str, str],
        token: Token | None,
        data: bytes,
    ) -> Ask:
        body = None
        if data and "application/octet-stream" not in self._kinds(route):
            try:
                body = json.loads(data)
            except ValueError:
                raise RefusalError(400, "Problems parsing JSON") from None
        found = self._repo(params, token, route)
        return Ask(
            self.github, at, request.method, path, params, dict(request.args), request.headers, data, body, token, found
        )

    @staticmethod
    def _kinds(route: Route) -> Iterable[str]:
        operation = description.document()["paths"][route.template][route.method.lower()]
        kinds: dict[str, object] = operation.get("requestBody", {}).get("content", {})
        return kinds

    def _handle(
        self,
        request: Request,
        at: Addresses,
        path: str,
        route: Route,
        params: dict[str, str],
        token: Token | None,
        data: bytes,
    ) -> Answer:
        ask = self._ask(request, at, path, route, params, token, data)
        wrong = list(description.request_faults(route, params, ask.query, request.headers, data))
        if wrong:
            return self._violation(f"request {request.method} {path}: {'; '.join(wrong)}")
        try:
            with self.github.lock:
                return route.handler(ask)
        except RefusalError:
            raise
        except Exception:  # noqa: BLE001  the server's own fault must fail the test, and not hang or look like GitHub's
            return self._violation(f"{request.method} {path}: {traceback.format_exc()}")

    def _checked(self, request: Request, route: Route, params: dict[str, str], answer: Answer) -> Answer:
        if answer.status == 500:  # noqa: PLR2004  a violation that was noted already
            return answer
        answer = _as_bytes(answer)
        data = answer.body if isinstance(answer.body, bytes) else b""
        wrong = list(description.response_faults(route, params, answer.status, answer.headers, data))
        if wrong:
            return self._violation(f"answer {answer.status} to {request.method} {request.path}: {'; '.join(wrong)}")
        return answer

    def _violation(self, told: str) -> Answer:
        self.violations.append(told)
        return Answer(500, {"message": f"against GitHub's description: {told}"})

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
        if request.method == "GET" and status == 200 and body:  # noqa: PLR2004
            headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
        return Response(body, status, headers)


def _as_bytes(answer: Answer) -> Answer:
    if answer.body is None or isinstance(answer.body, bytes):
        return answer
    headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
    return Answer(answer.status, json.dumps(answer.body).encode(), headers)

"""Say what a request asks, what an answer holds, and which routes there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from werkzeug.datastructures import Headers

    from tests.github_server.records import Token
    from tests.github_server.state import GitHub, Repository

Json = dict[str, Any]
DOCS = "https://docs.github.com/rest"
PER_PAGE, MOST_PER_PAGE = 30, 100  # docs: "Using pagination in the REST API"


class RefusalError(Exception):
    """An answer that says no, in the form that GitHub gives it."""

    def __init__(self, status: int, message: str, errors: Sequence[Json | str] | None = None, **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self) -> Answer:
        body: Json = {"message": self.message, "documentation_url": DOCS, "status": str(self.status)}
        if self.errors is not None:
            body["errors"] = list(self.errors)
        return Answer(self.status, body, dict(self.headers))


def missing() -> RefusalError:
    return RefusalError(404, "Not Found")


def invalid(resource: str, field_name: str, code: str, message: str | None = None) -> RefusalError:
    error: Json = {"resource": resource, "code": code, "field": field_name}
    if message:
        error["message"] = message
    return RefusalError(422, "Validation Failed", [error])


@dataclass
class Answer:
    status: int = 200
    body: object = None  # JSON, or bytes as they are, or None for no body at all
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Addresses:
    """The addresses of one server as one caller sees them: with or without ``/api/v3``."""

    api: str
    web: str
    uploads: str
    storage: str


@dataclass
class Ask:
    """One request, read and allowed, on its way to the handler."""

    github: GitHub
    at: Addresses
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Headers
    data: bytes
    body: Any
    token: Token | None
    found: Repository | None = None

    @property
    def repo(self) -> Repository:
        if self.found is None:
            raise missing()
        return self.found

    @property
    def caller(self) -> Token:
        if self.token is None:
            raise RefusalError(401, "Requires authentication")
        return self.token

    def number(self, name: str) -> int:
        try:
            return int(self.params[name])
        except ValueError:
            raise missing() from None

    def may(self, area: str, level: str) -> bool:
        return self.token is not None and self.token.may(self.repo, area, level)

    def page(self, items: Sequence[Any], shape: Callable[[Any], Any], *, under: str = "") -> Answer:
        """Answer with one page of ``items``, shaped, and with ``Link`` to the others."""
        size = min(max(int(self.query.get("per_page", PER_PAGE)), 1), MOST_PER_PAGE)
        number = max(int(self.query.get("page", 1)), 1)
        last = max((len(items) + size - 1) // size, 1)
        shown = [shape(item) for item in items[(number - 1) * size : number * size]]
        body: object = {"total_count": len(items), under: shown} if under else shown
        return Answer(200, body, self.links(number, last))

    def links(self, number: int, last: int) -> dict[str, str]:
        wanted = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        if number <= 1:
            wanted = {"next": number + 1, "last": last}
        elif number >= last:
            wanted = {"prev": min(number - 1, last), "first": 1}
        if last <= 1 and number <= 1:
            return {}
        links = [
            f'<{self.at.api}{self.path}?{urlencode({**self.query, "page": page})}>; rel="{name}"'
            for name, page in wanted.items()
        ]
        return {"Link": ", ".join(links)}


@dataclass(frozen=True)
class Route:
    """One operation of GitHub's description and who may call it."""

    method: str
    template: str
    needs: tuple[tuple[str, str], ...]  # any one of these permissions is enough
    handler: Callable[[Ask], Answer]
    signed_in: bool = False  # refused without a token even in a public repository


ROUTES: list[Route] = []
REPO = "/repos/{owner}/{repo}"


def route(
    method: str, template: str, *needs: str, signed_in: bool = False
) -> Callable[[Callable[[Ask], Answer]], Callable[[Ask], Answer]]:
    """Register a handler; ``needs`` are like ``contents:write``, and a template in short form starts below a repo."""

    def register(handler: Callable[[Ask], Answer]) -> Callable[[Ask], Answer]:
        wanted = tuple((area, level) for area, _, level in (need.partition(":") for need in needs))
        ROUTES.append(Route(method, template.replace("{R}", REPO), wanted, handler, signed_in))
        return handler

    return register

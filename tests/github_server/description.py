"""Hold every request and answer against GitHub's own OpenAPI description."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from werkzeug.datastructures import Headers, ImmutableMultiDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema.protocols import Validator
    from jsonschema_path import SchemaPath
    from openapi_core.validation.schemas.validators import SchemaValidator

    from tests.github_server.exchange import Answer, Ask, Route

KEPT = Path(__file__).parent / "data" / "github-openapi.json"
API = "https://api.github.com"
ERRORS = 400
COMPOSED = {"/repos/{owner}/{repo}/rules/branches/{branch}"}  # allOf: each part is foreign to the others
MOST = 500  # characters of one reason


@dataclass
class Told:
    """A request in the form that openapi-core reads."""

    host_url: str
    path: str
    method: str
    content_type: str
    body: bytes | None
    parameters: RequestParameters = field(default_factory=RequestParameters)


@dataclass
class Answered:
    """An answer in the form that openapi-core reads."""

    status_code: int
    content_type: str
    headers: Headers
    data: bytes | None


@cache
def document() -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return kept


def _is_address(value: object) -> bool:
    # GitHub leaves some addresses empty, such as environment_url.
    return not value or (isinstance(value, str) and bool(urlsplit(value).scheme))


class Remembering(SchemaValidatorsFactory):
    """Make the validator of one place of the description once: openapi-core makes them anew for every call."""

    def __init__(self, kind: type[Validator]) -> None:
        super().__init__(kind)
        self._made: dict[object, SchemaValidator] = {}

    def create(self, spec: SchemaPath, schema: SchemaPath, *args: Any, **told: Any) -> SchemaValidator:
        place = tuple(schema.parts)
        if place not in self._made:
            self._made[place] = super().create(spec, schema, *args, **told)
        return self._made[place]


@cache
def checker(kind: type[Validator], *, strict: bool = True) -> OpenAPI:
    """Return the checker; the strict one refuses names that no schema has, which the description allows."""
    # No spec_validator_cls: whether the description itself is sound is GitHub's business, and takes seconds.
    config = Config(
        spec_validator_cls=None,  # type: ignore[arg-type]
        schema_validators_factory=Remembering(kind),
        extra_format_validators={"uri": _is_address},
        additional_properties_default_policy="forbid" if strict else "allow",
    )
    return OpenAPI.from_dict(document(), config=config)


def _operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"][route.template][route.method.lower()]
    return found


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters of an operation, each in full."""
    parts = document()["components"].get("parameters", {})
    return [
        parts[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
        for parameter in operation.get("parameters", ())
    ]


@cache
def _queries(route: Route) -> frozenset[str]:
    """Return the names of the query's parameters."""
    return frozenset(one["name"] for one in parameters(_operation(route)) if one["in"] == "query")


def _told(route: Route, params: Mapping[str, str], query: Mapping[str, str], headers: Headers) -> Told:
    # A parameter may hold slashes (a ref, a path): quoted, it is one part of the address again.
    path = route.template
    for name, value in params.items():
        path = path.replace("{%s}" % name, quote(value, safe="") or ".")  # noqa: UP031  braces inside braces read worse
    said = {name: value for name, value in query.items() if value}  # PyGithub sends an empty label; GitHub takes it
    servers = _operation(route).get("servers")
    return Told(
        host_url=servers[0]["url"] if servers else API,
        path=path,
        method=route.method.lower(),
        content_type=headers.get("Content-Type", "").lower(),
        body=None,
        parameters=RequestParameters(query=ImmutableMultiDict(said), header=headers),
    )


def _because(error: BaseException) -> str:
    """Say where and why, from the innermost cause: the outer messages repeat the whole body."""
    inner = [
        f"{'.'.join(map(str, told.absolute_path)) or 'body'}: {str(told.message)[:MOST]}"
        for told in getattr(error, "schema_errors", None) or ()
    ]
    if inner:
        return "; ".join(inner)
    if error.__cause__ is not None:
        return f"{type(error).__name__}: {_because(error.__cause__)}"
    return f"{type(error).__name__}: {str(error)[:MOST]}"


def bodies(route: Route) -> dict[str, Any]:
    """Return the media types that an operation takes."""
    found: dict[str, Any] = _operation(route).get("requestBody", {}).get("content", {})
    return found


def request_faults(route: Route, ask: Ask) -> Iterator[str]:
    """Yield what is wrong with a request; one that was found right before is only held against the names again."""
    told, data = _told(route, ask.params, ask.query, ask.headers), ask.data
    taken = bodies(route)
    if not taken:
        if data.strip() not in (b"", b"{}", b"null"):
            yield "the operation takes no body and there is one"
    elif "application/json" in taken:
        # PyGithub and curl send bodies that GitHub reads as JSON whatever they are called.
        told.content_type, told.body = "application/json", data or None
    else:
        told.content_type, told.body = next(iter(taken)), b"."
    queries = _queries(route)
    for name in sorted(ask.query.keys() - queries):
        yield f"query parameter {name!r} is not in the description (known: {', '.join(sorted(queries)) or 'none'})"
    # No header is described, and of a part of the path only whether it is a number.
    numbers = [(name, value.isdecimal()) for name, value in ask.params.items()]
    key = _digest(route, numbers, sorted(ask.query.items()), told.content_type, told.body)
    if key in _fine:
        return
    try:
        checker(OAS30WriteValidator).validate_request(told)
    except OpenAPIError as error:
        yield _because(error)
    else:
        _fine.add(key)


# What was found right before: most calls of a test that strikes at every call are those of the run before it.
_fine: set[bytes] = set()


def response_faults(route: Route, params: Mapping[str, str], answer: Answer) -> Iterator[str]:
    """Yield what is wrong with an answer; one that was checked before and has the same bytes is not checked again."""
    operation = _operation(route)
    described, status, headers = operation["responses"], answer.status, answer.headers
    data = answer.body if isinstance(answer.body, bytes) else b""
    kind = headers.get("Content-Type", "")
    if str(status) not in described:
        if status < ERRORS and status != 304:  # Not Modified may answer any GET
            yield f"status {status} is not in the description ({', '.join(described)})"
        elif data:
            yield from _error_faults(data)
        return
    if kind.startswith("application/vnd.github.") or kind == "application/octet-stream":
        return  # raw bytes, which no schema describes
    key = _digest(route, status, data)
    if key in _fine:
        return
    answered = Answered(status, kind.split(";")[0], Headers(dict(headers)), data or None)
    if not data and _has_body(described[str(status)]):
        yield f"status {status} has a body in the description and none here"
        return
    try:
        strict = status < ERRORS and route.template not in COMPOSED
        checker(OAS30ReadValidator, strict=strict).validate_response(_told(route, params, {}, Headers()), answered)
    except OpenAPIError as error:
        yield _because(error)
    else:
        _fine.add(key)


def _digest(route: Route, *told: object) -> bytes:
    return hashlib.sha256(repr((route.method, route.template, *told)).encode()).digest()


def _has_body(described: dict[str, Any]) -> bool:
    if "$ref" in described:
        described = document()["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    return "content" in described


def _error_faults(data: bytes) -> Iterator[str]:
    try:
        body = json.loads(data)
    except ValueError:
        yield "an error's body is no JSON"
        return
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        yield "an error's body has no message"

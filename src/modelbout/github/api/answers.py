"""Ask GitHub for one thing or for pages of things, and take the answer only in the shape that is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from requests.utils import parse_header_links

from modelbout.github.api.courier import PER_PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelbout.github.api.session import Session

T = TypeVar("T")


class Shape(msgspec.Struct, frozen=True):
    """What is read of an answer; its other fields are passed over."""


class Named(Shape, frozen=True):
    """A repository, as far as its name goes."""

    full_name: str


def one(
    session: Session,
    kind: type[T],
    path: str,
    *,
    method: str = "GET",
    parameters: Mapping[str, str | int] | None = None,
    body: Mapping[str, object] | None = None,
) -> T:
    """Return one thing; to be called inside of ``session.told``.

    Args:
        session: who asks.
        kind: a Shape.
        path: behind the repository's, such as ``/pulls/7``.
        method: such as ``POST``; the caller has asked ``session.writes`` before.
        parameters: the query.
        body: what is sent as JSON.

    Raises:
        msgspec.ValidationError: the answer has another shape; ``told`` makes a GitHubError of it.
    """
    _, data = _ask(session, method, path, parameters, body)
    return msgspec.convert(data, type=kind)


def pages(
    session: Session, kind: type[T], path: str, *, doing: str, parameters: Mapping[str, str | int] | None = None
) -> Iterator[T]:
    """Yield a page at a time, in GitHub's order, asking for the next one when the caller wants it.

    Args:
        session: who asks.
        kind: the Shape of a page, or a list of Shapes.
        path: behind the repository's.
        doing: for ``session.told``, which each page has to itself.
        parameters: the query.

    Raises:
        GitHubError: a page cannot be had.
    """
    query: Mapping[str, str | int] | None = {"per_page": PER_PAGE} | dict(parameters or {})
    address: str | None = path
    while address is not None:
        with session.told(doing):
            headers, data = _ask(session, "GET", address, query, None)
            page = msgspec.convert(data, type=kind)
            address, query = _next(headers), None
        yield page


def _ask(
    session: Session,
    method: str,
    path: str,
    parameters: Mapping[str, str | int] | None,
    body: Mapping[str, object] | None,
) -> tuple[dict[str, Any], Any]:
    address = f"/repos/{session.repository}{path}" if path.startswith("/") else path
    return session.requester.requestJsonAndCheck(
        method, address, parameters=dict(parameters or {}), input=None if body is None else dict(body)
    )


def _next(headers: Mapping[str, str]) -> str | None:
    links = parse_header_links(headers.get("link") or "")
    return next((link["url"] for link in links if link.get("rel") == "next"), None)

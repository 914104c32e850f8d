"""Send a request, patiently: repeat what is safe to repeat, follow redirects, and show the token to GitHub alone."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, TypeGuard
from urllib.parse import urljoin, urlsplit

import requests
from github.Requester import RequestsResponse
from urllib3.exceptions import NameResolutionError, NewConnectionError

from modelbout.github.api.limits import limit_of
from modelbout.github.api.patience import BACKOFFS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.github.api.patience import Patience

Body = str | bytes | IO[bytes] | None
READS = frozenset({"GET", "HEAD"})
ACCEPTED = 202  # GitHub is still working it out
PASSING = frozenset({ACCEPTED, 500, 502, 503, 504})  # a reading that answers this is worth another try
REDIRECTS = frozenset({301, 302, 303, 307, 308})
SAME_METHOD = frozenset({307, 308})  # RFC 9110: the method and the body stay as they are
REDIRECTED = 300  # from here on, an answer leads elsewhere
REFUSED = 400  # from here on, an answer is a refusal
MOST_REDIRECTS = 5  # ours; GitHub's downloads take one or two
# Ours, against an endless "try again now"; the patience ends most loops earlier.
MOST_TRIES = 8
# Seconds to connect, and seconds of silence after which an answer is given up: GitHub ends its own work after 10.
TIMEOUT = (10.0, 30.0)
# The same for the bytes of assets, whose last part is answered when the storage has written all of it.
ASSET_TIMEOUT = (10.0, 300.0)
# What was asked, carried with the answer so that an error can say it; no header of GitHub's.
ASKED = "x-modelbout-asked"


class StrayError(Exception):
    """GitHub's answer leads to a place where this client does not go; the text says where, without a signature."""


class StorageError(requests.ConnectionError):
    """The storage that GitHub led to refuses: an address lives for minutes, and a new one may do."""


class UnfinishedError(requests.Timeout):
    """GitHub is still working the answer out, and our patience is at its end."""


class DryRunError(Exception):
    """A write was about to be sent in a dry run; a fault of ours that must not reach GitHub."""


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address: what a token may be shown to, or not."""
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default


class Wire:
    """The connections of one session.

    Readings are repeated on 5xx and on cut connections, anything on a rate limit that ends within our patience. A
    write is never repeated when it may have taken effect.
    """

    def __init__(
        self, patience: Patience, *, writable: bool = True, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._patience = patience
        self._writable = writable
        self._now = now
        self._session = requests.Session()
        self._session.auth = _as_it_is  # without one, requests would put the login of a .netrc in the token's place

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body = None,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        stream: bool = False,
    ) -> requests.Response:
        """Return the last answer, whatever its status.

        Args:
            method: such as ``GET``.
            url: the whole address; the headers go to its origin, and the token to no other.
            headers: names and values, the token among them.
            body: text, bytes, or a file that is read from where it stands.
            timeout: seconds to connect, seconds of silence.
            stream: leave the body of a good answer on the wire for ``iter_content``.

        Raises:
            requests.RequestException: no answer came.
            StrayError: a redirect that must not be followed.
            DryRunError: a write in a dry run.
        """
        if method not in READS:
            if not self._writable:
                raise DryRunError(f"{method} {urlsplit(url).path}")
            self._patience.before_write()
        start = body.tell() if _is_file(body) else 0
        tries = 0
        while True:
            tries += 1
            try:
                response = self._follow(method, url, headers, body, timeout=timeout, stream=stream)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                if not (_never_sent(error) or method in READS) or _hopeless(error) or not self._back_off(tries):
                    raise
            else:
                response.headers[ASKED] = f"{method} {urlsplit(url).path}"
                if tries >= MOST_TRIES or not self._again(method, response, tries):
                    return response
                response.close()
            if _is_file(body):
                body.seek(start)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _back_off(self, tries: int) -> bool:
        return tries <= len(BACKOFFS) and self._patience.wait(BACKOFFS[tries - 1])

    def _again(self, method: str, response: requests.Response, tries: int) -> bool:
        """Say whether to ask again, after having waited as long as it takes."""
        status = response.status_code
        if status < REFUSED and status != ACCEPTED:
            return False
        heads = {name.lower(): value for name, value in response.headers.items()}
        limit = limit_of(status, heads, message_of(response.text), now=self._now())
        if limit is not None:
            return self._patience.wait(max(limit.wait, BACKOFFS[0]))
        return method in READS and status in PASSING and self._back_off(tries)

    def _follow(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body,
        *,
        timeout: tuple[float, float],
        stream: bool,
    ) -> requests.Response:
        home = url
        for _ in range(MOST_REDIRECTS + 1):
            own = origin(url) == origin(home)
            shown = {name: value for name, value in headers.items() if own or name.lower() != "authorization"}
            response = self._session.request(
                method, url, headers=shown, data=body, timeout=timeout, stream=stream, allow_redirects=False
            )
            target = response.headers.get("location")
            if response.status_code not in REDIRECTS or target is None:
                return response
            response.close()
            url = _next(method, response.status_code, url, urljoin(url, target), home)
        raise StrayError(f"{_place(home)} leads in a circle")


class Channel:
    """A Wire in the shape of the connection that PyGithub sends one request by."""

    def __init__(self, wire: Wire, base: str, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        scheme, host, port = origin(base)
        self._wire, self._timeout = wire, timeout
        self._base = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
        self.host = host
        self._asked: tuple[str, str, Body, dict[str, str], bool] | None = None

    def request(self, verb: str, url: str, input: Body, headers: dict[str, str], stream: bool = False) -> None:  # noqa: A002, FBT001, FBT002 -- PyGithub's signature
        """Remember what to send."""
        self._asked = (verb, url, input, headers, stream)

    def getresponse(self) -> RequestsResponse:
        """Send it, and return the answer as PyGithub reads it."""
        if self._asked is None:
            raise ValueError("no request was made")
        verb, url, body, headers, stream = self._asked
        response = self._wire.send(verb, self._base + url, headers, body, timeout=self._timeout, stream=stream)
        if response.status_code == ACCEPTED and verb in READS:
            response.close()
            raise UnfinishedError  # PyGithub would ask for ever
        if response.encoding is None or "charset" not in response.headers.get("content-type", ""):
            response.encoding = "utf-8"  # RFC 8259; guessing from the bytes is slow, and wrong for short texts
        return RequestsResponse(response)

    def close(self) -> None:
        """Leave the wire open: it belongs to the session."""


def message_of(text: str) -> str:
    """Return what GitHub says in words in the body of a refusal; empty when it says nothing."""
    with suppress(ValueError):
        told = json.loads(text)
        if isinstance(told, dict) and isinstance(told.get("message"), str):
            return str(told["message"])
    return ""


def _next(method: str, status: int, url: str, target: str, home: str) -> str:
    """Return the address to go on with.

    Raises:
        StrayError: it would change a write into something else, show it to strangers, or leave TLS.
    """
    if urlsplit(target).scheme not in ("https", urlsplit(url).scheme):
        raise StrayError(f"{_place(url)} leads to {_place(target)}, which is not encrypted")
    if method not in READS and (status not in SAME_METHOD or origin(target) != origin(home)):
        raise StrayError(f"{_place(url)} has moved to {_place(target)}")
    return target


def _place(url: str) -> str:
    """Return an address that may be shown: no query, which may be a signature, and no login."""
    scheme, host, port = origin(url)
    shown = f":{port}" if port not in (80, 443) else ""
    return f"{scheme}://{host}{shown}{urlsplit(url).path}"


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _is_file(body: Body) -> TypeGuard[IO[bytes]]:
    return body is not None and not isinstance(body, str | bytes)


def _never_sent(error: Exception) -> bool:
    """Say whether no connection was made, so that nothing can have happened."""
    return isinstance(error, requests.ConnectTimeout) or isinstance(_reason(error), NewConnectionError)


def _hopeless(error: Exception) -> bool:
    """Say whether trying again within seconds cannot help: a certificate, a name that nobody knows."""
    return isinstance(error, requests.exceptions.SSLError) or isinstance(_reason(error), NameResolutionError)


def _reason(error: Exception) -> object:
    inner = error.args[0] if error.args else None
    return getattr(inner, "reason", inner)

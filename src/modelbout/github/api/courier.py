"""Let PyGithub's typed objects speak through our own wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from github import Auth
from github.Requester import Requester

from modelbout.github.api.wire import (
    ASSET_TIMEOUT,
    REDIRECTED,
    REFUSED,
    TIMEOUT,
    Channel,
    StorageError,
    StrayError,
    Wire,
    origin,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests

API_VERSION = "2022-11-28"  # the version that every GHES since 3.9 knows as well
PAGE = "a web page instead of an answer"
PER_PAGE = 100  # the most that GitHub gives; docs.github.com, "Using pagination in the REST API"
Answer = tuple[dict[str, Any], Any]


class Courier(Requester):
    """PyGithub's requester, with our wire below it.

    PyGithub's own retries repeat a POST after a 5xx, and may sleep for an hour; it drops the query when it follows a
    301, sends uploads without a time-out, and shows the token to another port of the same host. So all of that is
    done by the wire, and PyGithub is left with what it is good at: names and types.
    """

    def __init__(self, wire: Wire, *, api_url: str, token: str | None, agent: str) -> None:
        super().__init__(
            auth=None if token is None else Auth.Token(token),
            base_url=api_url,
            timeout=int(TIMEOUT[1]),
            user_agent=agent,
            per_page=PER_PAGE,
            verify=True,
            retry=None,
            pool_size=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            lazy=True,
            api_version=API_VERSION,
        )
        self._wire = wire
        self._api_url = api_url
        self._agent = agent

    def requestJsonAndCheck(  # noqa: N802, PLR0917 -- PyGithub's name and arguments
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        input: Any | None = None,  # noqa: A002, ANN401 -- PyGithub's signature
        follow_302_redirect: bool = False,  # noqa: FBT001, FBT002 -- PyGithub's signature
    ) -> Answer:
        """Send JSON, and return headers and JSON of a good answer."""
        return super().requestJsonAndCheck(verb, self._at_home(url), parameters, headers, input, follow_302_redirect)

    def requestJson(  # noqa: N802, PLR0917 -- PyGithub's name and arguments
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        input: Any | None = None,  # noqa: A002, ANN401 -- PyGithub's signature
        cnx: object = None,  # noqa: ARG002 -- PyGithub's signature; the wire is ours
        follow_302_redirect: bool = False,  # noqa: FBT001, FBT002 -- PyGithub's signature
    ) -> tuple[int, dict[str, Any], str]:
        """Send JSON, and return status, headers and text of any answer."""
        channel: Any = Channel(self._wire, self._api_url)
        own = {"Accept": "application/vnd.github+json"} | dict(headers or {})
        status, heads, text = super().requestJson(
            verb, self._at_home(url), parameters, own, input, channel, follow_302_redirect
        )
        return status, heads, legible(status, heads, text)

    def requestMemoryBlobAndCheck(  # noqa: N802, PLR0917 -- PyGithub's name and arguments
        self,
        verb: str,
        url: str,
        parameters: Any,  # noqa: ANN401 -- PyGithub's signature
        headers: dict[str, Any],
        file_like: BinaryIO,
        cnx: object = None,  # noqa: ARG002 -- PyGithub's signature; the wire is ours
    ) -> Answer:
        """Stream a file to the host for uploads, and return headers and JSON of a good answer."""
        self._may_see(url)
        channel: Any = Channel(self._wire, url, timeout=ASSET_TIMEOUT)
        return super().requestMemoryBlobAndCheck(verb, url, parameters, headers, file_like, channel)

    def requestBlob(  # noqa: N802, PLR0917 -- PyGithub's name and arguments
        self,
        verb: str,
        url: str,
        parameters: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        input: str | None = None,  # noqa: A002 -- PyGithub's signature
        cnx: object = None,  # noqa: ARG002 -- PyGithub's signature; the wire is ours
    ) -> tuple[int, dict[str, Any], str]:
        """Stream a file by its path to the host for uploads."""
        self._may_see(url)
        channel: Any = Channel(self._wire, url, timeout=ASSET_TIMEOUT)
        status, heads, text = super().requestBlob(verb, url, parameters, dict(headers or {}), input, channel)
        return status, heads, legible(status, heads, text)

    def getStream(  # noqa: N802 -- PyGithub's name
        self,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        cnx: object = None,  # noqa: ARG002 -- PyGithub's signature; the wire is ours
        chunk_size: int | None = 1 << 20,
    ) -> tuple[int, dict[str, Any], Iterator[bytes]]:
        """Return status, headers and the chunks of a download; follows the redirect to the storage.

        Raises:
            GithubException: a refusal, as for all other calls; PyGithub's own raises something else here.
            StorageError: the storage refuses.
        """
        url = self.add_parameters_to_url(self._api_url + self._at_home(url), parameters or {})
        shown = {"Accept": "application/octet-stream", "User-Agent": self._agent} | dict(headers or {})
        if self.auth is not None:
            self.auth.authentication(shown)
        response = self._wire.send("GET", url, shown, timeout=ASSET_TIMEOUT, stream=True)
        heads: dict[str, Any] = {name.lower(): value for name, value in response.headers.items()}
        if response.status_code >= REFUSED and origin(response.url) != origin(self._api_url):
            response.close()
            raise StorageError(f"{response.status_code}")
        if response.status_code >= REFUSED:
            told = json.loads(legible(response.status_code, heads, response.text))
            raise self.createException(response.status_code, heads, told)
        return response.status_code, heads, _chunks(response, chunk_size)

    def _at_home(self, url: str) -> str:
        """Return the path behind the API's address; an address elsewhere never gets our token."""
        if url.startswith("/"):
            return url
        prefix = urlsplit(self._api_url).path
        parts = urlsplit(url)
        inside = parts.path == prefix or parts.path.startswith(f"{prefix}/")
        if origin(url) != origin(self._api_url) or not inside:
            raise StrayError(f"an answer names {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")
        return parts.path.removeprefix(prefix) + (f"?{parts.query}" if parts.query else "")

    def _may_see(self, url: str) -> None:
        """Raise unless the address is the API's host or the host for uploads that belongs to it."""
        scheme, host, port = origin(self._api_url)
        uploads = (scheme, f"uploads.{host.removeprefix('api.')}", port)
        if origin(url) not in ((scheme, host, port), uploads):
            raise StrayError(f"an answer names {urlsplit(url).hostname} for uploads")


def _chunks(response: requests.Response, size: int | None) -> Iterator[bytes]:
    """Yield the body, and let go of the connection however that ends."""
    try:
        yield from response.iter_content(size)
    finally:
        response.close()


def legible(status: int, headers: Mapping[str, Any], text: str) -> str:
    """Return the text, or for a refusal that is no JSON object of GitHub's, one that says so.

    Raises:
        StrayError: a good status with a page (a proxy, a login, or no API at all), or a redirect to nowhere.
    """
    page = "html" in str(headers.get("content-type", ""))
    if status < REFUSED:
        if page or status >= REDIRECTED:
            raise StrayError(PAGE if page else f"{status} without a way on")
        return text
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if isinstance(told, dict) and isinstance(told.get("message"), str | None):
        return text
    return json.dumps({"message": PAGE if page else ""})

"""Download bytes into a file: streamed, capped, hashed on the way, and again when the connection breaks."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

import requests
from urllib3.exceptions import HTTPError

from modelbout.errors import Problem
from modelbout.github.api.errors import GitHubError
from modelbout.github.api.patience import BACKOFFS

if TYPE_CHECKING:
    from collections.abc import Generator

    from modelbout.github.api.session import Session

CHUNK = 1 << 20
OCTETS = "application/octet-stream"  # what makes GitHub give a release asset's bytes, and not its description
JSON = "application/vnd.github+json"  # what the address of an artifact's zip insists on


@dataclass(frozen=True)
class Download:
    """What came.

    Attributes:
        bytes: how many.
        sha256: of all of them, in hexadecimal.
    """

    bytes: int
    sha256: str


def download(session: Session, path: str, into: BinaryIO, limit: int, *, accept: str, doing: str) -> Download:
    """Write what is at the path to a file, from where it stands, and return its size and digest.

    The storage that GitHub leads to gets no token.

    Args:
        session: who asks.
        path: behind the repository's, such as ``/releases/assets/5``.
        into: a file that can be written, sought and truncated.
        limit: the most bytes that are taken.
        accept: OCTETS for an asset, JSON for an artifact.
        doing: for ``session.told``.

    Raises:
        GitHubError: it is longer than the limit, or cannot be had; ``into`` then holds anything behind its old end.
        MissingError: there is none, or it has expired.
    """
    start = into.tell()
    with session.told(doing):
        for seconds in (*BACKOFFS, None):
            try:
                return _once(session, path, into, limit, accept=accept, doing=doing)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError, HTTPError):
                if seconds is None or not session.patience.wait(seconds):
                    raise
            into.seek(start)
            into.truncate()
    raise AssertionError  # the last time round returns or raises


def _once(session: Session, path: str, into: BinaryIO, limit: int, *, accept: str, doing: str) -> Download:
    digest, size = hashlib.sha256(), 0
    address = f"/repos/{session.repository}{path}"
    _, _, chunks = session.requester.getStream(address, headers={"Accept": accept}, chunk_size=CHUNK)
    with closing(cast("Generator[bytes, None, None]", chunks)):
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise _too_long(session, limit, doing)
            digest.update(chunk)
            into.write(chunk)
    return Download(size, digest.hexdigest())


def _too_long(session: Session, limit: int, doing: str) -> GitHubError:
    return GitHubError(
        Problem(
            found=f"{session.repository}: cannot {doing}: it has more than {limit} bytes",
            allowed=f"{limit} bytes",
            fix="look at what was uploaded there: it is not what Modelbout writes",
        )
    )

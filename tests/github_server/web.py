"""Answer the few addresses of GitHub's website that reports link to: raw files and published assets."""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.github_server.exchange import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.github_server.state import GitHub, Repository

FILE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/(?P<kind>raw|blob)/(?P<rest>.+)\Z")
ASSET = re.compile(r"/(?P<repo>[^/]+/[^/]+)/releases/download/(?P<tag>[^/]+)/(?P<name>[^/]+)\Z")


def page(github: GitHub, path: str, query: Mapping[str, str]) -> Answer | None:
    """Return a file's or an asset's bytes as a visitor gets them who is not signed in; None: not such an address."""
    found = FILE.match(path)
    if found and (found["kind"] == "raw" or query.get("raw") == "true"):
        repo = _public(github, found["repo"])
        data = _file(repo, unquote(found["rest"])) if repo else None
        kind = mimetypes.guess_type(path)[0] or "text/plain"
        return Answer(404, b"Not Found") if data is None else Answer(200, data, {"Content-Type": kind})
    found = ASSET.match(path)
    if found:
        repo = _public(github, found["repo"])
        release = repo.release(unquote(found["tag"])) if repo else None
        for asset in release.assets.values() if release else ():
            if asset.name == unquote(found["name"]) and asset.state == "uploaded":
                return Answer(200, asset.content, {"Content-Type": asset.content_type})
        return Answer(404, b"Not Found")
    return None


def _public(github: GitHub, full_name: str) -> Repository | None:
    repo = github.find(full_name)
    return repo if repo and not repo.private else None


def _file(repo: Repository, rest: str) -> bytes | None:
    """Split what follows ``raw/`` into a ref, which may hold slashes, and a path."""
    parts = rest.split("/")
    for at in range(1, len(parts)):
        ref = "/".join(parts[:at])
        if repo.resolve(ref):
            return repo.read("/".join(parts[at:]), ref)
    return None

"""Read single files of a repository, for a job that needs no checkout."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import quote

from modelbout.errors import Problem
from modelbout.github.api.answers import Shape, one
from modelbout.github.api.errors import GitHubError

if TYPE_CHECKING:
    from modelbout.github.api.session import Session

# docs.github.com, "Get repository content": above 1 MB the answer holds no text; a configuration has a few thousand.
MOST_BYTES = 1_000_000


class _File(Shape, frozen=True):
    content: str
    encoding: str
    size: int


def read_file(session: Session, path: str, ref: str) -> bytes:
    """Return a file of the repository as it was at a commit.

    Raises:
        MissingError: there is no such file at that commit.
        GitHubError: it is too large or no file, or GitHub cannot be asked.
    """
    doing = f"read {path} at {ref[:12]}"
    with session.told(doing):
        found = one(session, _File, f"/contents/{quote(path)}", parameters={"ref": ref})
    if found.encoding == "base64" and found.size <= MOST_BYTES:
        try:
            return base64.b64decode(found.content)
        except binascii.Error:
            pass
    raise GitHubError(
        Problem(
            found=f"{session.repository}: cannot {doing}: it has {found.size} bytes, or no text",
            allowed=f"a file of at most {MOST_BYTES} bytes",
            fix="check the repository out in a step before this one",
        )
    )

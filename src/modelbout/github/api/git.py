"""A branch as a small store of files: read at a commit, written by one commit that is there for all readers at once."""

from __future__ import annotations

import base64
import io
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from modelbout.github.api.answers import Shape, one
from modelbout.github.api.downloads import download
from modelbout.github.api.errors import MissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.github.api.session import Session

RAW = "application/vnd.github.raw+json"  # docs.github.com, "Get repository content": the bytes, up to 100 MB
FILE_MODE = "100644"
# Ours: text up to this length travels inside of the tree's request; GitHub documents no limit for it, 40 MB of JSON
# are known to be taken. What is longer, or no text, costs one more call each.
INLINE_LIMIT = 16 * 2**20
TAGS = "refs/tags/"


class _Pointed(Shape, frozen=True):
    sha: str


class _GitCommit(Shape, frozen=True):
    tree: _Pointed


class _WholeCommit(Shape, frozen=True):
    sha: str
    commit: _GitCommit


class _BranchAnswer(Shape, frozen=True):
    commit: _WholeCommit


class _Made(Shape, frozen=True):
    sha: str


class _Entry(Shape, frozen=True):
    path: str
    type: str
    sha: str = ""


class _Tree(Shape, frozen=True):
    tree: list[_Entry]
    truncated: bool = False


class _Ref(Shape, frozen=True):
    ref: str


@dataclass(frozen=True)
class Tip:
    """The commit that a branch pointed to when it was read, and its tree."""

    commit: str
    tree: str


@dataclass(frozen=True)
class Branch:
    """One branch of a session's repository; it may not exist yet."""

    session: Session
    name: str

    def read(self) -> Tip | None:
        """Return what the branch points to; None when GitHub shows no branch of that name.

        A repository that the token may not see shows none either: ask for something else of it, such as ``tags``,
        before you believe it.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        try:
            with self.session.told(f"read the branch {self.name}"):
                found = one(self.session, _BranchAnswer, f"/branches/{quote(self.name, safe='')}")
        except MissingError:
            return None
        return Tip(found.commit.sha, found.commit.commit.tree.sha)

    def file(self, tip: Tip, path: str, limit: int) -> bytes | None:
        """Return a file's bytes at a commit; None when it has no such file.

        Raises:
            GitHubError: it is longer than ``limit``, or GitHub cannot be asked.
        """
        into = io.BytesIO()
        where = f"/contents/{quote(path)}?ref={tip.commit}"
        try:
            download(self.session, where, into, limit, accept=RAW, doing=f"read {path} on {self.name}")
        except MissingError:
            return None
        return into.getvalue()

    def names(self, tip: Tip, directory: str) -> tuple[str, ...]:
        """Return the names of the files in a directory of the root, sorted; none when there is no such directory.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        with self.session.told(f"list {directory} on {self.name}"):
            root = one(self.session, _Tree, f"/git/trees/{tip.tree}")
            found = next((entry for entry in root.tree if (entry.path, entry.type) == (directory, "tree")), None)
            if found is None:
                return ()
            level = one(self.session, _Tree, f"/git/trees/{found.sha}")
        return tuple(sorted(entry.path for entry in level.tree if entry.type == "blob"))

    def commit(self, tip: Tip | None, files: Mapping[str, bytes | None], message: str) -> Tip:
        """Write files in one commit on top of a tip: compare-and-swap. The caller asked ``Session.writes`` before.

        Args:
            tip: what the branch points to; None for a branch that does not exist yet, and gets no history.
            files: the bytes by path; None removes one.
            message: of the commit.

        Raises:
            ConflictError: the branch points elsewhere by now; nothing has changed.
            UnreachableError: no answer came: it may have happened.
            GitHubError: GitHub refuses.
        """
        with self.session.told(f"write to {self.name}"):
            asked: dict[str, object] = {"tree": [self._entry(path, data) for path, data in files.items()]}
            if tip is not None:
                asked["base_tree"] = tip.tree
            tree = one(self.session, _Made, "/git/trees", method="POST", body=asked).sha
            body = {"message": message, "tree": tree, "parents": [] if tip is None else [tip.commit]}
            commit = one(self.session, _Made, "/git/commits", method="POST", body=body).sha
            if tip is None:
                body = {"ref": f"refs/heads/{self.name}", "sha": commit}
                one(self.session, _Ref, "/git/refs", method="POST", body=body)
            else:
                where = f"/git/refs/heads/{quote(self.name)}"
                # Without force, GitHub takes only a commit that has the present one as its ancestor.
                one(self.session, _Ref, where, method="PATCH", body={"sha": commit, "force": False})
        return Tip(commit, tree)

    def _entry(self, path: str, data: bytes | None) -> dict[str, object]:
        entry: dict[str, object] = {"path": path, "mode": FILE_MODE, "type": "blob"}
        if data is None:
            return entry | {"sha": None}
        text = _text(data)
        if text is not None:
            return entry | {"content": text}
        body = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
        return entry | {"sha": one(self.session, _Made, "/git/blobs", method="POST", body=body).sha}


def tags(session: Session, prefix: str = "") -> frozenset[str]:
    """Return the names of all tags that start with a prefix, in one call however many there are.

    Raises:
        ConflictError: the repository has no commit yet.
        GitHubError: GitHub cannot be asked, or shows no such repository to this token.
    """
    with session.told("list the tags"):
        found = one(session, list[_Ref], f"/git/matching-refs/{quote(posixpath.join('tags', prefix))}")
    return frozenset(ref.ref.removeprefix(TAGS) for ref in found if ref.ref.startswith(TAGS + prefix))


def _text(data: bytes) -> str | None:
    """Return bytes as the text that GitHub would write as just these bytes, or None."""
    if len(data) > INLINE_LIMIT or b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None

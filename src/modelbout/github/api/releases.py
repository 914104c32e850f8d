"""Releases and their assets: drafted, filled by streams, read back, published once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

import msgspec

from modelbout.github.api.answers import Shape, one, pages
from modelbout.github.api.downloads import OCTETS, Download, download
from modelbout.github.api.errors import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelbout.github.api.session import Session

ASSET_LIMIT = 2 * 2**30 - 1
"""Bytes of one asset: "each file must be under 2 GiB", docs.github.com, "About releases"."""

NOTES_LIMIT = 125_000
"""Characters of a release's notes: what GitHub's error says."""

ASSETS_LIMIT = 1_000
"""Assets of one release: docs.github.com, "About releases"."""

UPLOADED = "uploaded"  # the state of an asset that is whole; one whose upload was cut stays in "starter"


class _Asset(Shape, frozen=True):
    id: int
    name: str
    size: int
    state: str = UPLOADED
    digest: str | None = None


class _Release(Shape, frozen=True):
    id: int
    tag_name: str
    upload_url: str
    html_url: str
    draft: bool
    name: str | None = None
    body: str | None = None
    assets: tuple[_Asset, ...] = ()


@dataclass(frozen=True)
class Asset:
    """One file of a release.

    Attributes:
        id: its number.
        name: as GitHub keeps it.
        bytes: its length.
        whole: whether its upload came to an end.
        sha256: what GitHub worked out, in hexadecimal; None where GitHub does not.
    """

    id: int
    name: str
    bytes: int
    whole: bool
    sha256: str | None


@dataclass(frozen=True)
class Release:
    """One release; a draft is seen only by those who may write, and its tag does not exist yet."""

    id: int
    tag: str
    draft: bool
    body: str
    url: str
    upload_url: str
    assets: tuple[Asset, ...]

    def asset(self, name: str) -> Asset | None:
        """Return the asset of that name whose upload came to an end."""
        return next((asset for asset in self.assets if asset.name == name and asset.whole), None)


@dataclass(frozen=True)
class Releases:
    """The releases of a session's repository. Before each write the caller asks ``Session.writes``."""

    session: Session

    def by_tag(self, tag: str) -> Release | None:
        """Return the published release of a tag; None when GitHub shows none.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        try:
            with self.session.told(f"read the release {tag}"):
                return _release(one(self.session, _Release, f"/releases/tags/{quote(tag, safe='')}"))
        except MissingError:
            return None

    def get(self, number: int) -> Release:
        """Return one release, draft or not.

        Raises:
            MissingError: there is none.
        """
        with self.session.told(f"read the release {number}"):
            return _release(one(self.session, _Release, f"/releases/{number}"))

    def pages(self) -> Iterator[tuple[Release, ...]]:
        """Yield the releases, drafts among them for those who may write, page by page, the newest first.

        GitHub lists at most 10,000: whoever looks for one of many asks for its tag.
        """
        for page in pages(self.session, list[_Release], "/releases", doing="list the releases"):
            yield tuple(_release(raw) for raw in page)

    def draft(self, *, tag: str, target: str | None, name: str, body: str) -> Release:
        """Make a draft.

        Raises:
            UnreachableError: no answer came: it may exist, and only its body tells.
            GitHubError: GitHub refuses.
        """
        asked: dict[str, object] = {"tag_name": tag, "name": name, "body": body, "draft": True, "make_latest": "false"}
        if target is not None:
            asked["target_commitish"] = target
        with self.session.told(f"draft the release {tag}"):
            return _release(one(self.session, _Release, "/releases", method="POST", body=asked))

    def change(self, release: Release, *, tag: str, name: str, body: str) -> Release:
        """Give a draft another tag and text.

        Raises:
            MissingError: it is gone.
        """
        asked = {"tag_name": tag, "name": name, "body": body}
        with self.session.told(f"rename the draft of {release.tag} to {tag}"):
            return _release(one(self.session, _Release, f"/releases/{release.id}", method="PATCH", body=asked))

    def publish(self, release: Release) -> Release:
        """Make a draft public; GitHub makes its tag. Where immutable releases are on, its assets are frozen by this.

        Raises:
            ConflictError: another release has the tag, or the tag can never be used again.
            UnreachableError: no answer came: it may be public.
            MissingError: the draft is gone.
        """
        asked = {"tag_name": release.tag, "draft": False, "make_latest": "false"}
        with self.session.told(f"publish the release {release.tag}"):
            return _release(one(self.session, _Release, f"/releases/{release.id}", method="PATCH", body=asked))

    def delete(self, release: Release) -> None:
        """Delete a release; its tag, if it has one, stays. One that is gone is fine."""
        self._delete(f"/releases/{release.id}", f"delete the draft of {release.tag}")

    def delete_asset(self, asset: Asset) -> None:
        """Delete an asset. One that is gone is fine.

        Raises:
            ConflictError: the release is immutable.
        """
        self._delete(f"/releases/assets/{asset.id}", f"delete the asset {asset.name}")

    def upload(self, release: Release, path: Path, *, kind: str) -> Asset:
        """Stream a file to a release, under the file's name.

        Args:
            release: a draft.
            path: the file; not empty, and shorter than 2 GiB.
            kind: its media type.

        Raises:
            ConflictError: an asset of that name exists.
            UnreachableError: the connection was cut: it may be there, whole or not.
            MissingError: the draft is gone.
        """
        address = release.upload_url.partition("{")[0]
        heads = {"Content-Type": kind, "Content-Length": str(path.stat().st_size)}
        with self.session.told(f"upload {path.name} to the release {release.tag}"), path.open("rb") as file:
            _, data = self.session.requester.requestMemoryBlobAndCheck(
                "POST", address, {"name": path.name}, heads, file
            )
            return _asset(msgspec.convert(data, type=_Asset))

    def download(self, asset: Asset, into: BinaryIO, limit: int) -> Download:
        """Write an asset's bytes to a file and return their number and sha256.

        Raises:
            MissingError: it is gone.
            GitHubError: it is longer than ``limit``, or cannot be had.
        """
        where = f"/releases/assets/{asset.id}"
        return download(self.session, where, into, limit, accept=OCTETS, doing=f"download {asset.name}")

    def _delete(self, path: str, doing: str) -> None:
        try:
            with self.session.told(doing):
                self.session.requester.requestJsonAndCheck("DELETE", f"/repos/{self.session.repository}{path}")
        except MissingError:
            return


def _release(raw: _Release) -> Release:
    return Release(
        id=raw.id,
        tag=raw.tag_name,
        draft=raw.draft,
        body=raw.body or "",
        url=raw.html_url,
        upload_url=raw.upload_url,
        assets=tuple(_asset(asset) for asset in raw.assets),
    )


def _asset(raw: _Asset) -> Asset:
    kind, _, digest = (raw.digest or "").partition(":")
    return Asset(
        id=raw.id,
        name=raw.name,
        bytes=raw.size,
        whole=raw.state == UPLOADED,
        sha256=digest if kind == "sha256" and digest else None,
    )

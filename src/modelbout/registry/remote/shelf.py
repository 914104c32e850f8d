"""The bundles on GitHub: a release for each version, written once, and never believed without its digests."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from modelbout.errors import BundleError, Place, Problem
from modelbout.github.api.errors import ConflictError, MissingError, UnreachableError
from modelbout.github.api.releases import ASSET_LIMIT, Releases
from modelbout.manifest import MANIFEST_FILE
from modelbout.registry.disk import LocalDisk, disk_errors
from modelbout.registry.remote.archive import ARCHIVE, PARTS_FILE, PARTS_LIMIT, most_bytes, read_parts, unpack
from modelbout.registry.remote.notes import tag_of
from modelbout.registry.shelf import SCRATCH_SUFFIX, same_bundle
from modelbout.seal import MANIFEST_LIMIT, parse_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelbout.github.api.releases import Asset, Release
    from modelbout.github.api.session import Session
    from modelbout.manifest import Manifest
    from modelbout.registry.remote.archive import Packed

BACK = (
    "from a copy that `modelbout registry pull` made; or give the title to another version with "
    "`modelbout rollback --to VERSION --reason WHY`"
)
UPLOADS = 3  # ours: an upload that is cut or meets a leftover is tried again


class ReleaseShelf:
    """Knows releases and digests; whether a version counts is the ledger's to say."""

    def __init__(self, session: Session, *, limit: int = ASSET_LIMIT) -> None:
        self.session = session
        self.releases = Releases(session)
        self.limit = limit
        self._disk = LocalDisk()

    def release(self, model: str, version: str, *, published: bool = True) -> Release:
        """Return the published release of a registered version.

        Args:
            model: its name.
            version: a registered one.
            published: whether GitHub has the version's tag.

        Raises:
            BundleError: there is none.
        """
        found = self.releases.by_tag(tag_of(model, version))
        if found is not None:
            return found
        tag = tag_of(model, version)
        place = Place(file=f"{self.session.repository}: release {tag}")
        if published:
            what = "the ledger names this version, but its release was deleted"
            fix = f"make a release of the tag {tag} again, {BACK}"
        else:
            what = "this version is registered, but its release is not published: a promotion was stopped"
            fix = "run `modelbout registry doctor --repair`, or promote the same bundle again"
        raise BundleError(Problem(found=what, fix=fix, place=place))

    def manifest(self, release: Release, digest: str) -> Manifest:
        """Return the manifest of a release, checked against the bundle's digest.

        Raises:
            BundleError: it is missing or another one.
        """
        raw = self._small(release, MANIFEST_FILE, MANIFEST_LIMIT, digest)
        return parse_manifest(raw, place=_place(self.session, release, MANIFEST_FILE))

    def bring(self, release: Release, digest: str, into: Path) -> None:
        """Download a bundle to a directory that does not exist yet, and verify every byte.

        Raises:
            BundleError: an asset is missing or is not what was registered.
            OSError: the disk refuses.
        """
        manifest = self.manifest(release, digest)
        with tempfile.TemporaryFile(dir=into.parent) as archive:
            left = most_bytes(manifest)
            for name, sha256 in self._pieces(release):
                got = self._get(release, name, archive, left, sha256)
                left -= got
            archive.seek(0)
            try:
                unpack(archive, into, manifest, digest=digest)
            except BundleError as error:
                # One problem: the next step of what is wrong inside would be to fetch again, which was just done.
                inside = error.problems[0]
                name = Path(inside.place.file).name if inside.place.file else ""
                what = f"its assets are not the bundle that was registered: {f'{name}: ' * bool(name)}{inside.found}"
                raise BundleError(
                    Problem(found=what, fix=_put_back(release), place=_place(self.session, release))
                ) from error

    def verify(self, release: Release, digest: str) -> None:
        """Check every byte of a release's bundle.

        Raises:
            BundleError: an asset is missing or is not what was registered.
        """
        with tempfile.TemporaryDirectory() as scratch, disk_errors(Path(scratch), "the registry is as it was"):
            self.bring(release, digest, Path(scratch) / "bundle")

    def fetch(self, release: Release, name: str, digest: str, into: Path) -> Path:
        """Download a bundle to ``into/<name>``; a good copy there is kept.

        Raises:
            BundleError: the bundle, or what stands in the copy's place, is not what was registered.
            OSError: the disk refuses.
        """
        target = into / name
        if target.is_symlink() or target.exists():
            return same_bundle(target, digest)
        with self._scratch(into) as scratch:
            self.bring(release, digest, scratch / name)
            try:
                self._disk.rename(scratch / name, target)
            except OSError:
                if not target.exists():
                    raise
                return same_bundle(target, digest)  # somebody fetched the same version meanwhile
            self._disk.sync(into)
        return target

    def fill(self, draft: Release, packed: Sequence[Packed]) -> None:
        """Bring a draft to hold exactly these files, keep those that it has, and read each back.

        Raises:
            BundleError: GitHub gives back something else than was sent.
            GitHubError: GitHub refuses or cannot be reached.
        """
        wanted = {one.name for one in packed}
        for asset in draft.assets:
            if asset.name not in wanted:
                self._remove(asset, draft)
        for one in packed:
            there = draft.asset(one.name)
            if there is not None and self._same(there, one):
                continue
            for stale in (asset for asset in draft.assets if asset.name == one.name):
                self._remove(stale, draft)
            if not self._same(self._upload(draft, one), one):
                what = f"GitHub gives back other bytes of {one.name} than were sent"
                fix = "run the command again; it puts the asset in order"
                raise BundleError(Problem(found=what, fix=fix, place=_place(self.session, draft, one.name)))

    def _upload(self, draft: Release, one: Packed) -> Asset:
        """Upload a file, and look whether it is there when no answer, or a refusal, came."""
        for last in range(UPLOADS):
            self.session.writes(f"upload {one.name} ({one.bytes} bytes) to the release {draft.tag}")
            try:
                return self.releases.upload(draft, one.path, kind=one.kind)
            except (UnreachableError, ConflictError):
                now = self.releases.get(draft.id)
                asset = now.asset(one.name)
                if asset is not None and self._same(asset, one):
                    return asset
                if last == UPLOADS - 1:
                    raise
                for stale in (asset for asset in now.assets if asset.name == one.name):
                    self._remove(stale, draft)
        raise AssertionError  # the last time round returns or raises

    def _remove(self, asset: Asset, draft: Release) -> None:
        if self.session.writes(f"delete the asset {asset.name} of the draft of {draft.tag}"):
            with suppress(ConflictError):  # immutable: it was published meanwhile, and then by somebody who verified it
                self.releases.delete_asset(asset)

    def _same(self, asset: Asset, one: Packed) -> bool:
        """Read an asset back and say whether it is the file."""
        if asset.bytes != one.bytes or asset.sha256 not in (None, one.sha256):
            return False
        with tempfile.TemporaryFile(dir=one.path.parent) as scratch:
            try:
                got = self.session.soon(lambda: self.releases.download(asset, scratch, one.bytes))
            except MissingError:
                return False
        return got.sha256 == one.sha256

    def _pieces(self, release: Release) -> Iterator[tuple[str, str | None]]:
        """Yield the names of the archive's assets in order, each with its digest where one is stated."""
        if release.asset(ARCHIVE) is not None or release.asset(PARTS_FILE) is None:
            yield ARCHIVE, None
            return
        raw = self._small(release, PARTS_FILE, PARTS_LIMIT, None)
        for part in read_parts(raw, shown=str(_place(self.session, release, PARTS_FILE))).parts:
            yield part.name, part.sha256

    def _small(self, release: Release, name: str, limit: int, digest: str | None) -> bytes:
        into = io.BytesIO()
        self._get(release, name, into, limit, digest)
        return into.getvalue()

    def _get(self, release: Release, name: str, into: BinaryIO, limit: int, digest: str | None) -> int:
        place = _place(self.session, release, name)
        asset = release.asset(name)
        if asset is None:
            raise BundleError(Problem(found="this asset was deleted", fix=_put_back(release), place=place))
        if asset.bytes > limit:
            what = f"this asset has {asset.bytes} bytes"
            raise BundleError(Problem(found=what, allowed=f"{limit}", fix=_put_back(release), place=place))
        try:
            got = self.session.soon(lambda: self.releases.download(asset, into, limit))
        except MissingError:
            raise BundleError(Problem(found="this asset was deleted", fix=_put_back(release), place=place)) from None
        for wanted in (digest, asset.sha256):
            if wanted is not None and got.sha256 != wanted:
                what = f"this asset is another one: it has sha256 {got.sha256}"
                raise BundleError(Problem(found=what, allowed=wanted, fix=_put_back(release), place=place))
        return got.bytes

    @contextmanager
    def _scratch(self, into: Path) -> Iterator[Path]:
        new = not into.exists()
        self._disk.make_directory(into)
        scratch = Path(tempfile.mkdtemp(prefix=".fetch-", suffix=SCRATCH_SUFFIX, dir=into))
        try:
            yield scratch
        finally:
            with suppress(OSError):
                self._disk.remove(scratch)
                if new and not any(into.iterdir()):
                    into.rmdir()


def _place(session: Session, release: Release, name: str = "") -> Place:
    return Place(file=f"{session.repository}: release {release.tag}{': ' if name else ''}{name}")


def _put_back(release: Release) -> str:
    return f"put the registered files into the release {release.tag} again, {BACK}"

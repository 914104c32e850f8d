"""The bundles of a directory registry: ``bundles/<model>@<version>/``, which appear whole or not at all."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.errors import BundleError, ModelboutError, Place, Problem, RegistryError, cause
from modelbout.manifest import MANIFEST_FILE, Manifest
from modelbout.registry.ledger import is_name
from modelbout.registry.versions import followers, parse_version
from modelbout.seal import SUMS_FILE, bundle_digest, parse_manifest, place_of, read_seal, verify_files

if TYPE_CHECKING:
    from collections.abc import Collection

    from modelbout.registry.disk import Disk

SCRATCH_SUFFIX = ".part"


@dataclass(frozen=True)
class Shelf:
    """Knows directories and digests; whether a version counts is the ledger's to say."""

    root: Path
    disk: Disk

    def path(self, model: str, version: str) -> Path:
        """Return where a version's bundle stands; both parts must have been checked as names."""
        return self.root / f"{model}@{version}"

    def verify(self, model: str, version: str, digest: str) -> Manifest:
        """Check every byte of a version's bundle.

        Raises:
            BundleError: it is missing or is not what was registered.
        """
        return verify_files(self.path(model, version), digest=digest)

    def manifest(self, model: str, version: str, digest: str) -> Manifest:
        """Return a version's manifest, checked against the digest, without reading the other files.

        Raises:
            BundleError: it is missing or is not what was registered.
        """
        path = self.path(model, version)
        found = bundle_digest(path)
        if found != digest:
            fix = f"put the registered bundle back in {path}; `modelbout registry doctor` lists every wrong file"
            what = f"the manifest's digest is {found}"
            raise BundleError(Problem(found=what, allowed=digest, fix=fix, place=place_of(path / MANIFEST_FILE)))
        return parse_manifest(read_seal(path), place=place_of(path / MANIFEST_FILE))

    def put(self, bundle: Path, *, model: str, version: str, digest: str) -> None:
        """Copy a bundle to its place, so that it is there with every byte or is not there.

        What stands there already is kept when it is the same bundle, and goes when it is not: nothing in the ledger
        names this version yet.

        Raises:
            OSError: the disk refuses.
            BundleError: the bundle changed while it was copied.
        """
        target = self.path(model, version)
        if target.is_symlink() or target.exists():
            with suppress(BundleError):
                verify_files(target, digest=digest)
                self.disk.sync(self.root)
                return
            self.disk.remove(target)
        scratch = self.root / f".{target.name}{SCRATCH_SUFFIX}"
        try:
            self.disk.remove(scratch)
            copy_bundle(bundle, scratch, digest=digest, disk=self.disk)
            self.disk.rename(scratch, target)
            self.disk.sync(self.root)
        except (OSError, ModelboutError):
            with suppress(OSError):
                self.disk.remove(scratch)
            raise

    def fetch(self, model: str, version: str, digest: str, into: Path) -> Path:
        """Copy a version's bundle out of the registry to ``into/<model>@<version>``; a good copy there is kept.

        Raises:
            OSError: the disk refuses.
            BundleError: the bundle, or what stands in the copy's place, is not what was registered.
        """
        target = into / f"{model}@{version}"
        if target.is_symlink() or target.exists():
            return same_bundle(target, digest)
        self.disk.make_directory(into)
        scratch = Path(tempfile.mkdtemp(prefix=".fetch-", suffix=SCRATCH_SUFFIX, dir=into))
        try:
            copy_bundle(self.path(model, version), scratch / target.name, digest=digest, disk=self.disk)
            try:
                self.disk.rename(scratch / target.name, target)
            except OSError:
                if not target.exists():
                    raise
                return same_bundle(target, digest)  # somebody fetched the same version meanwhile
            self.disk.sync(into)
        finally:
            with suppress(OSError):
                self.disk.remove(scratch)
        return target

    def leftovers(self) -> tuple[Path, ...]:
        """Return scratch directories of writers that were stopped; the caller holds the lock."""
        return tuple(path for path in entries(self.root) if is_scratch(path))

    def strangers(self) -> tuple[Path, ...]:
        """Return what is neither a version, nor scratch, nor hidden."""
        return tuple(path for path in entries(self.root) if _parts(path) is None and not path.name.startswith("."))

    def models(self) -> frozenset[str]:
        """Return the models that any directory on the shelf is named after."""
        return frozenset(parts[0] for path in entries(self.root) if (parts := _parts(path)))

    def orphans(self, model: str, named: Collection[str]) -> tuple[Path, ...]:
        """Return the model's directories whose version the ledger does not name."""
        return tuple(
            path
            for path in entries(self.root)
            if (parts := _parts(path)) and parts[0] == model and parts[1] not in named
        )

    def explained(self, orphans: Collection[Path], named: Collection[str]) -> bool:
        """Return whether one stopped promotion explains the orphans.

        It leaves at most one, with a number that the next version could have. Anything else means that the ledger
        lost events, and then the bundles are what it can be written anew from.
        """
        following = followers(named)
        return len(orphans) <= 1 and all((_parts(path) or ("", ""))[1] in following for path in orphans)


def copy_bundle(bundle: Path, target: Path, *, digest: str, disk: Disk) -> None:
    """Copy a sealed bundle to a directory that does not exist yet, wait for the disk, verify the copy.

    Raises:
        OSError: the disk refuses.
        BundleError: the bundle, or the copy, is not what the digest says.
    """
    manifest = verify_files(bundle, digest=digest)
    names = {entry.path for entry in manifest.files} | {MANIFEST_FILE}
    if (bundle / SUMS_FILE).exists():
        names.add(SUMS_FILE)
    directories = {target}
    disk.make_directory(target)
    for name in sorted(names):
        copied = target / name
        for above in reversed(copied.parents):
            if target in above.parents and above not in directories:
                disk.make_directory(above)
                directories.add(above)
        disk.copy(bundle / name, copied)
        disk.sync(copied)
    for directory in sorted(directories, reverse=True):
        disk.sync(directory)
    verify_files(target, digest=digest)


def entries(directory: Path) -> list[Path]:
    """Return what is in a directory, sorted; nothing when it does not exist.

    Raises:
        RegistryError: it cannot be listed.
    """
    try:
        return sorted(directory.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        fix = "a registry is a directory that you can read; name another, or mend its rights"
        raise RegistryError(
            Problem(found=f"cannot be listed: {cause(error)}", fix=fix, place=Place(file=str(directory)))
        ) from error


def is_scratch(path: Path) -> bool:
    """Return whether a path is what a writer makes before it renames."""
    return path.name.startswith(".") and path.name.endswith(SCRATCH_SUFFIX)


def same_bundle(target: Path, digest: str) -> Path:
    """Return what stands where a copy shall go, but only when it is that copy.

    Raises:
        BundleError: it is something else.
    """
    try:
        verify_files(target, digest=digest)
    except BundleError as error:
        found = "what stands in the copy's place is not the registered bundle"
        place = Problem(found=found, fix="remove it, then fetch again", place=place_of(target))
        raise BundleError(place, *error.problems) from error
    return target


def _parts(path: Path) -> tuple[str, str] | None:
    model, _, version = path.name.partition("@")
    return (model, version) if is_name(model) and parse_version(version) else None

"""A bundle as files that a release can hold: one zip, or parts of one, and back again without trusting it."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, BinaryIO

import msgspec

from modelbout.errors import BundleError, Problem, cause
from modelbout.github.api.releases import ASSET_LIMIT
from modelbout.manifest import MANIFEST_FILE, Manifest
from modelbout.record import Record, from_json, to_json
from modelbout.registry.disk import LocalDisk
from modelbout.seal import AGAIN, MANIFEST_LIMIT, SUMS_FILE, is_digest, open_regular, place_of, sums, verify_files

if TYPE_CHECKING:
    from pathlib import Path

ARCHIVE = "bundle.zip"
PARTS_FILE = "parts.json"
PARTS_LIMIT = 2**20  # ours: a thousand parts, which is all that a release holds, take 150 kB
ZIP = "application/zip"
BYTES = "application/octet-stream"
JSON = "application/json"
ENTRY_BYTES = 1024  # ours: what a zip needs for one file besides its bytes and twice its name; it is about 200
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: the same bundle is the same bytes on any day
CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


class Part(Record, frozen=True):
    """One part of an archive: its asset's name, digest and length."""

    name: str
    sha256: str
    bytes: int


class Parts(Record, frozen=True):
    """``parts.json``: the parts of an archive that is too long for one asset, in their order."""

    parts: tuple[Part, ...]
    schema_version: int = 1


@dataclass(frozen=True)
class Packed:
    """One file that becomes an asset; the file's name is the asset's."""

    path: Path
    sha256: str
    bytes: int
    kind: str

    @property
    def name(self) -> str:
        """Return the asset's name."""
        return self.path.name


def pack(bundle: Path, manifest: Manifest, into: Path, *, limit: int = ASSET_LIMIT) -> tuple[Packed, ...]:
    """Write the assets of a bundle: its manifest, and all of it as one zip or as parts of one.

    The same bundle gives the same bytes, on any machine and day: sorted names, no clock, nothing compressed (models
    and tables are so by themselves).

    Args:
        bundle: a verified bundle.
        manifest: its manifest.
        into: an empty directory.
        limit: the most bytes of one asset.

    Raises:
        OSError: the disk refuses.
    """
    names = [MANIFEST_FILE, *(entry.path for entry in manifest.files)]
    if SUMS_FILE not in names and (bundle / SUMS_FILE).exists():
        names.append(SUMS_FILE)
    writer = _PartWriter(into, limit)
    with writer, zipfile.ZipFile(writer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(names):
            with open_regular(bundle / name) as source:
                found = os.fstat(source.fileno())
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.create_system = 3  # Unix, also on Windows: the bytes must not tell where they were made
                entry.external_attr = (stat.S_IFREG | (0o755 if found.st_mode & 0o111 else 0o644)) << 16
                entry.file_size = found.st_size
                with archive.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, CHUNK)
    LocalDisk().copy(bundle / MANIFEST_FILE, into / MANIFEST_FILE)
    seal = (into / MANIFEST_FILE).read_bytes()
    packed = [Packed(into / MANIFEST_FILE, hashlib.sha256(seal).hexdigest(), len(seal), JSON)]
    if len(writer.parts) == 1:
        (part,) = writer.parts
        whole = (into / part.name).rename(into / ARCHIVE)
        return (*packed, Packed(whole, part.sha256, part.bytes, ZIP))
    raw = to_json(Parts(parts=tuple(writer.parts)))
    (into / PARTS_FILE).write_bytes(raw)
    packed.append(Packed(into / PARTS_FILE, hashlib.sha256(raw).hexdigest(), len(raw), JSON))
    return (*packed, *(Packed(into / part.name, part.sha256, part.bytes, BYTES) for part in writer.parts))


def read_parts(raw: bytes, *, shown: str) -> Parts:
    """Read ``parts.json``.

    Raises:
        BundleError: it is something else.
    """
    try:
        found = from_json(raw, Parts)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BundleError(Problem(found=f"{shown} is no list of parts: {cause(error)}", fix=AGAIN)) from error
    names = {part.name for part in found.parts}
    good = all(part.bytes >= 0 and is_digest(part.sha256) for part in found.parts)
    if not found.parts or len(names) != len(found.parts) or not good:
        raise BundleError(Problem(found=f"{shown} lists parts that cannot be", fix=AGAIN))
    return found


def most_bytes(manifest: Manifest) -> int:
    """Return the most bytes that the zip of a bundle can have."""
    listed = sum(entry.bytes + 2 * len(entry.path.encode()) + ENTRY_BYTES for entry in manifest.files)
    # The manifest is in it as well, and SHA256SUMS; both say a bounded part of each file.
    return 2 * listed + 16 * CHUNK


def unpack(archive: BinaryIO, into: Path, manifest: Manifest, *, digest: str) -> None:
    """Write the files of a zip to a directory, but only when it holds exactly the bundle; each byte is verified.

    Args:
        archive: the zip, wherever it comes from.
        into: a directory that does not exist yet.
        manifest: the bundle's, whose digest has been verified.
        digest: of the manifest.

    Raises:
        BundleError: it is no zip, or holds something else.
        OSError: the disk refuses.
    """
    sizes = {entry.path: entry.bytes for entry in manifest.files}
    try:
        with zipfile.ZipFile(archive) as opened:
            found = {entry.filename: entry for entry in opened.infolist()}
            if SUMS_FILE not in sizes and SUMS_FILE in found:
                sizes[SUMS_FILE] = len(sums(manifest, digest=digest))
            seal = found.get(MANIFEST_FILE)
            sizes[MANIFEST_FILE] = min(seal.file_size, MANIFEST_LIMIT) if seal else -1
            if len(found) != len(opened.infolist()) or {n: e.file_size for n, e in found.items()} != sizes:
                raise zipfile.BadZipFile("it does not hold the files that the manifest lists")
            for name, entry in found.items():
                target = into / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as source, target.open("xb") as written:
                    _copy(source, written, sizes[name])
                if entry.external_attr >> 16 & 0o100:
                    target.chmod(target.stat().st_mode | 0o111)
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's, not the zip's
        raise BundleError(_damaged(cause(error), into)) from error
    verify_files(into, digest=digest)


def _copy(source: IO[bytes], target: BinaryIO, size: int) -> None:
    left = size
    while left:
        chunk = source.read(min(CHUNK, left))
        if not chunk:
            raise EOFError("a file ends too early")
        left -= len(chunk)
        target.write(chunk)


def _damaged(why: str, into: Path) -> Problem:
    return Problem(found=f"the archive of the bundle is damaged: {why}", fix=AGAIN, place=place_of(into))


class _PartWriter(io.RawIOBase):
    """A file that goes on in the next part when one is full."""

    def __init__(self, into: Path, limit: int) -> None:
        super().__init__()
        self._into, self._limit = into, limit
        self._file: BinaryIO | None = None
        self._digest, self._size = hashlib.sha256(), 0
        self.parts: list[Part] = []

    def writable(self) -> bool:
        """Say yes; it cannot be sought, so a zip is written from its start to its end."""
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer, as io's
        """Write all of it."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), CHUNK):
            self._write(view[start : start + CHUNK])
        return len(view)

    def close(self) -> None:
        """End the last part."""
        if not self.closed:
            self._end()
        super().close()

    def _write(self, view: memoryview) -> None:
        while view:
            if self._file is None:
                self._file = (self._into / f"{ARCHIVE}.{len(self.parts) + 1:03}").open("xb")
            piece = view[: self._limit - self._size]
            self._file.write(piece)
            self._digest.update(piece)
            self._size += len(piece)
            view = view[len(piece) :]
            if self._size == self._limit:
                self._end()

    def _end(self) -> None:
        if self._file is None:
            return
        self._file.close()
        name = f"{ARCHIVE}.{len(self.parts) + 1:03}"
        self.parts.append(Part(name=name, sha256=self._digest.hexdigest(), bytes=self._size))
        self._file, self._digest, self._size = None, hashlib.sha256(), 0

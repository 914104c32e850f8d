"""A bundle's seal: ``manifest.json`` names every other file with its sha256, and its own sha256 names the bundle."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import BundleError, Place, Problem, cause
from modelbout.manifest import BUNDLE_SCHEMA_VERSION, MANIFEST_FILE, Manifest
from modelbout.record import Record, from_json

if TYPE_CHECKING:
    import io

SUMS_FILE = "SHA256SUMS"
DIGEST_LENGTH = 64  # sha256 in hex
MANIFEST_LIMIT = 8 * 2**20  # ours: 150 bytes a file and feature, so tens of thousands of them; more is an attack
PROBLEMS_SHOWN = 20  # ours: more names say nothing new about a bundle that must be fetched again anyway
AGAIN = "fetch the bundle again from its registry, or train it again; a bundle is never edited"


class _Versioned(Record, frozen=True, forbid_unknown_fields=False):
    schema_version: int


def verify_files(directory: Path, *, digest: str | None = None) -> Manifest:
    """Check every byte of a bundle against its manifest and return the manifest.

    The directory must hold exactly the files that ``manifest.json`` lists, as regular files, each with the listed
    length and sha256. ``SHA256SUMS`` need not be listed; unlisted, it must be exactly :func:`sums`. A link, another
    kind of file, a file too many, a path that leaves the directory: each is refused. Nothing is loaded or run.

    Args:
        directory: the bundle.
        digest: the sha256 (hex) that ``manifest.json`` must have, when the caller knows it.

    Raises:
        BundleError: with one problem for each file that is wrong, up to ``PROBLEMS_SHOWN``.
    """
    raw = read_seal(directory)
    shown = place_of(directory / MANIFEST_FILE)
    found = hashlib.sha256(raw).hexdigest()
    if digest is not None and found != digest:
        raise BundleError(
            Problem(found=f"the manifest's digest is {found}", allowed=digest, fix=AGAIN, place=shown),
        )
    manifest = parse_manifest(raw, place=shown)
    present = _walk(directory)
    listed = {entry.path: entry for entry in manifest.files}
    problems = [
        Problem(found="this file is not in the manifest", fix=AGAIN, place=place_of(directory / path))
        for path in present
        if path not in listed and path not in (MANIFEST_FILE, SUMS_FILE)
    ]
    for path, entry in sorted(listed.items()):
        problems += _check(directory / path, sha256=entry.sha256, length=entry.bytes)
    if SUMS_FILE in present and SUMS_FILE not in listed:
        expected = sums(manifest, digest=found)
        problems += _check(directory / SUMS_FILE, sha256=hashlib.sha256(expected).hexdigest(), length=len(expected))
    if problems:
        raise BundleError(*problems[:PROBLEMS_SHOWN])
    return manifest


def bundle_digest(directory: Path) -> str:
    """Return the bundle's name in every ledger: the sha256 (hex) of its ``manifest.json``.

    Raises:
        BundleError: there is no readable manifest.
    """
    return hashlib.sha256(read_seal(directory)).hexdigest()


def sums(manifest: Manifest, *, digest: str) -> bytes:
    """Return the text of ``SHA256SUMS``, which ``sha256sum --check`` reads: every listed file and the manifest."""
    lines = {entry.path: entry.sha256 for entry in manifest.files} | {MANIFEST_FILE: digest}
    return "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(lines.items())).encode()


def read_seal(directory: Path) -> bytes:
    """Return the bytes of ``manifest.json``, which must be a regular file of at most ``MANIFEST_LIMIT`` bytes.

    Raises:
        BundleError: the directory or the manifest is missing, unreadable, a link or too long.
    """
    path = directory / MANIFEST_FILE
    try:
        with open_regular(path) as file:
            raw = file.read(MANIFEST_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise BundleError(_unsealed(directory)) from None
    except (OSError, ValueError) as error:
        raise BundleError(Problem(found=f"cannot be read: {cause(error)}", fix=AGAIN, place=place_of(path))) from error
    if len(raw) > MANIFEST_LIMIT:
        allowed = f"{MANIFEST_LIMIT} bytes"
        raise BundleError(Problem(found="the manifest is too long", allowed=allowed, fix=AGAIN, place=place_of(path)))
    return raw


def parse_manifest(raw: bytes, *, place: Place) -> Manifest:
    """Read a manifest and check that its file list is safe to follow: no path leaves the bundle, none comes twice.

    Raises:
        BundleError: it is no manifest, is of another schema version, or lists a path or digest that cannot be.
    """
    try:
        version = from_json(raw, _Versioned).schema_version
        manifest = from_json(raw, Manifest) if version == BUNDLE_SCHEMA_VERSION else None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BundleError(Problem(found=f"this is no manifest: {cause(error)}", fix=AGAIN, place=place)) from error
    if manifest is None:
        found, allowed = f"the bundle has schema version {version}", str(BUNDLE_SCHEMA_VERSION)
        fix = "use the version of modelbout that made the bundle"
        raise BundleError(Problem(found=found, allowed=allowed, fix=fix, place=place))
    seen: set[str] = set()
    problems = []
    for number, entry in enumerate(manifest.files):
        wrong = _unsafe(entry.path)
        if not wrong and entry.path in seen:
            wrong = "is listed twice"
        elif not wrong and not is_digest(entry.sha256):
            wrong = "has a sha256 that is none"
        elif not wrong and entry.bytes < 0:
            wrong = "has a negative length"
        seen.add(entry.path)
        if wrong:
            where = Place(file=place.file, key=f"files[{number}]")
            problems.append(Problem(found=f"the path {entry.path!a} {wrong}", fix=AGAIN, place=where))
    if problems:
        raise BundleError(*problems[:PROBLEMS_SHOWN])
    return manifest


def is_digest(text: str) -> bool:
    """Return whether the text is a sha256 in lower-case hex."""
    return len(text) == DIGEST_LENGTH and all(character in "0123456789abcdef" for character in text)


def _unsafe(path: str) -> str:
    if path == MANIFEST_FILE:
        return "cannot be in its own list"
    if not path.isprintable() or "\\" in path or ":" in path:
        return "holds a character that not every system takes in a file name"
    if any(part in ("", ".", "..") for part in path.split("/")):
        return "is not a plain path inside the bundle"
    return ""


def open_regular(path: Path) -> io.BufferedReader:
    """Open a regular file for reading, never through a link and without waiting for a pipe's writer.

    Raises:
        OSError: it cannot be opened, is a link, or is something else than a file.
    """
    if path.is_symlink():
        raise OSError("it is a link")
    # Absent on Windows, where making a link needs a privilege.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("it is not a regular file")
    return file


def place_of(path: Path) -> Place:
    """Return a file's place; a name that no terminal should print comes escaped."""
    text = str(path)
    return Place(file=text if text.isprintable() else ascii(text)[1:-1])


def _unsealed(directory: Path) -> Problem:
    if directory.is_dir():
        return Problem(
            found=f"the bundle has no {MANIFEST_FILE}",
            fix="a bundle that was not sealed cannot be used; train again",
            place=place_of(directory),
        )
    found = "this is not a directory" if directory.exists() else "there is no such bundle directory"
    return Problem(found=found, fix="name the directory that `modelbout train` wrote", place=place_of(directory))


def _walk(directory: Path) -> list[str]:
    """Return the relative paths of everything in the directory that is no directory itself, sorted."""
    found: list[str] = []
    waiting = [directory]
    try:
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    else:
                        found.append(path.relative_to(directory).as_posix())
    except OSError as error:
        raise BundleError(
            Problem(found=f"cannot be read: {cause(error)}", fix=AGAIN, place=place_of(directory))
        ) from error
    return sorted(found)


def _check(path: Path, *, sha256: str, length: int) -> list[Problem]:
    place = place_of(path)
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size != length:
                return [Problem(found=f"has {size} bytes", allowed=str(length), fix=AGAIN, place=place)]
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return [Problem(found="this file of the bundle is missing", fix=AGAIN, place=place)]
    except (OSError, ValueError) as error:
        return [Problem(found=f"cannot be read: {cause(error)}", fix=AGAIN, place=place)]
    return [] if found == sha256 else [Problem(found=f"has sha256 {found}", allowed=sha256, fix=AGAIN, place=place)]

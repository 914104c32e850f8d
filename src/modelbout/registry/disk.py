"""Every change that the directory registry makes to a disk, as single operations that a test can stop at."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from modelbout.errors import Problem, RegistryError, cause
from modelbout.seal import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Disk(Protocol):
    """The six operations; each raises OSError when it fails."""

    def make_directory(self, path: Path) -> None:
        """Make a directory and those above it; one that exists is fine."""

    def write(self, path: Path, data: bytes) -> None:
        """Write a whole file anew."""

    def copy(self, source: Path, target: Path) -> None:
        """Copy one regular file; it stays a program when it was one."""

    def sync(self, path: Path) -> None:
        """Wait until a file's bytes, or a directory's names, would survive a power cut."""

    def rename(self, source: Path, target: Path) -> None:
        """Give a file or directory another name in one step; a file of that name is replaced."""

    def remove(self, path: Path) -> None:
        """Remove a file, or a directory with all that is in it; one that is not there is fine."""


class LocalDisk:
    """The Disk of the operating system."""

    def make_directory(self, path: Path) -> None:
        """Make a directory and those above it; one that exists is fine."""
        path.mkdir(parents=True, exist_ok=True)

    def write(self, path: Path, data: bytes) -> None:
        """Write a whole file anew."""
        path.write_bytes(data)

    def copy(self, source: Path, target: Path) -> None:
        """Copy one regular file; it stays a program when it was one."""
        shutil.copyfile(source, target, follow_symlinks=False)
        if source.stat().st_mode & 0o111:
            target.chmod(target.stat().st_mode | 0o111)

    def sync(self, path: Path) -> None:
        """Wait until a file's bytes, or a directory's names, would survive a power cut."""
        if os.name == "nt" and path.is_dir():  # pragma: no cover -- Windows opens no directory and needs no such call
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file or directory another name in one step; a file of that name is replaced."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a file, or a directory with all that is in it; one that is not there is fine."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def disk_errors(path: Path, state: str) -> Iterator[None]:
    """Tell what the disk refuses as an error with a next step; ``state`` says how the registry is left.

    Raises:
        RegistryError: the disk refused something inside.
    """
    try:
        yield
    except OSError as error:
        fix = f"make room or mend the rights, then run the command again; {state}"
        raise RegistryError(
            Problem(found=f"cannot be written: {cause(error)}", fix=fix, place=place_of(path))
        ) from error

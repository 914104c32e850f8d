"""Where a directory registry stands, and who may write there: one process at a time."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from modelbout.errors import Problem, RegistryError, cause
from modelbout.seal import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_FILE = ".lock"
LOCK_SECONDS = 120.0  # ours: copying a bundle of 10 GB at 100 MB/s; a stopped process leaves no lock behind


def is_there(path: Path) -> bool:
    """Return whether the registry exists.

    Raises:
        RegistryError: something else has its name, or nobody may look.
    """
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            return True
        found = "this is not a directory, so it is no registry"
    except FileNotFoundError:
        if not path.is_symlink():
            return False
        found = "this is a link to nothing, so it is no registry"
    except OSError as error:
        found = f"the registry cannot be read: {cause(error)}"
    fix = "name a directory that you can read: `--registry`, or MODELBOUT_REGISTRY"
    raise RegistryError(Problem(found=found, fix=fix, place=place_of(path)))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other writers out of the registry while the context is open.

    Raises:
        RegistryError: another one has been at work for ``LOCK_SECONDS``, or the disk cannot lock.
    """
    file = path / LOCK_FILE
    lock = FileLock(file, timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        found = f"another process has been writing here for {LOCK_SECONDS:.0f} seconds"
        fix = "wait for it to end, then run the command again"
        raise RegistryError(Problem(found=found, fix=fix, place=place_of(file))) from None
    except OSError as error:
        fix = "a registry must be on a disk where you may write and where file locks work"
        found = f"the registry cannot be locked: {cause(error)}"
        raise RegistryError(Problem(found=found, fix=fix, place=place_of(file))) from error
    try:
        yield
    finally:
        lock.release()

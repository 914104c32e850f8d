"""Files of our own, such as plain UTF-8 copies of what a parser cannot read as it is; gone when the process ends."""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from modelbout.data.text import utf8_chunks
from modelbout.errors import DataError, Place, Problem, cause

TAIL_BYTES: Final = 64 * 1024  # blank lines at the end of a file: beyond this the file is damaged anyway

_numbers = itertools.count()


def plain_copy(path: Path, encoding: str, *, shown: str) -> Path:
    """Write the file's text as plain UTF-8 without blank lines at its end, and return where.

    Raises:
        DataError: the text cannot be read, or the disk of temporary files is full or closed to us.
    """
    chunks = utf8_chunks(path, encoding, shown=shown)
    try:
        copy = scratch_file(".csv")
        with copy.open("w+b") as stream:
            for chunk in chunks:
                stream.write(chunk)
            length = stream.seek(0, 2)
            start = max(0, length - TAIL_BYTES)
            stream.seek(start)
            stream.truncate(start + len(stream.read().rstrip(b"\r\n")))
            stream.seek(0, 2)
            stream.write(b"\n")
    except OSError as error:
        raise DataError(
            Problem(
                found=f"no plain copy can be written to {tempfile.gettempdir()}: {cause(error.strerror)}",
                allowed="as much free space as the unpacked file is long",
                fix="free space there, set TMPDIR to a larger disk, or save the file as plain UTF-8",
                place=Place(file=shown),
            )
        ) from None
    return copy


def scratch_file(ending: str) -> Path:
    """Return the path of a file that is not there yet.

    Raises:
        OSError: the directory of temporary files is closed to us.
    """
    return _directory() / f"{next(_numbers)}{ending}"


@cache
def _directory() -> Path:
    # A lazy frame may outlive the scan that made it, so the copies live as long as the process.
    directory = Path(tempfile.mkdtemp(prefix="modelbout-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory

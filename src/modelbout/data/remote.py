"""Files at an address, such as ``s3://``: copied to this machine through fsspec, then read like any other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from modelbout.config.addresses import address_problem, scheme_of, shown
from modelbout.data.engines.packages import needed
from modelbout.data.scratch import scratch_file
from modelbout.errors import ConfigError, DataError, Problem, cause

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.errors import Place

COPY_BYTES: Final = 8 * 1024 * 1024  # ours: few requests, little memory

# What fsspec itself asks for; it names others in its own words.
_PACKAGES: Final = {
    "abfs": "adlfs",
    "abfss": "adlfs",
    "az": "adlfs",
    "gcs": "gcsfs",
    "gs": "gcsfs",
    "http": "aiohttp",
    "https": "aiohttp",
    "s3": "s3fs",
    "s3a": "s3fs",
}


@dataclass(frozen=True)
class Copied:
    """A file at an address and its copy here, which is gone when the process ends."""

    path: Path
    shown: str


def copies(pattern: str, place: Place) -> tuple[Copied, ...]:
    """Copy the files behind an address or a glob, in sorted order; credentials come from the environment alone.

    Raises:
        ConfigError: the address holds a secret, or fsspec or what it needs for such an address is not installed.
        DataError: there is no such file, or it cannot be read.
    """
    problem = address_problem(pattern, place)
    if problem is not None:
        raise ConfigError(problem)
    scheme = scheme_of(pattern)
    system = _system(scheme, place)
    _, _, rest = pattern.partition("://")
    try:
        found = sorted(system.glob(pattern)) if set("*?[") & set(rest) else [pattern]
        return tuple(Copied(_copied(system, path), f"{scheme}://{_below(scheme, path)}") for path in found)
    except Exception as error:  # noqa: BLE001 -- each cloud's package has errors of its own; none may be a traceback
        raise DataError(_unreadable(pattern, error, place)) from None


def _system(scheme: str, place: Place) -> Any:  # noqa: ANN401 -- a file system of fsspec
    fsspec = needed("fsspec")
    try:
        return fsspec.filesystem(scheme)
    except ImportError:
        package = _PACKAGES.get(scheme, f"the package that fsspec names for {scheme}://")
        fix = f"install it into the environment of Modelbout: pip install {package}"
        raise ConfigError(Problem(f"{scheme}:// needs the package `{package}`", fix=fix, place=place)) from None
    except ValueError:
        allowed = "such as s3://, gs://, abfs://, https://"
        fix = "correct it; a path of this machine is written without `://`"
        raise ConfigError(Problem(f"nothing here reads {scheme}://", allowed, fix, place)) from None
    except Exception as error:  # noqa: BLE001 -- as above; such as no credentials
        raise DataError(_unreadable(f"{scheme}://", error, place)) from None


def _copied(system: Any, path: str) -> Path:  # noqa: ANN401 -- as above
    # The endings say what the file is: `.csv.gz` has two.
    copy = scratch_file("".join(PurePosixPath(path).suffixes[-2:]))
    with system.open(path, "rb") as source, copy.open("wb") as target:
        while chunk := source.read(COPY_BYTES):
            target.write(chunk)
    return copy


def _below(scheme: str, path: str) -> str:
    return shown(path if "://" in path else f"{scheme}://{path}").partition("://")[2]


def _unreadable(pattern: str, error: BaseException, place: Place) -> Problem:
    # Only an error of the machine speaks of paths alone; a cloud's own may repeat a signed address.
    detail = f": {cause(error.strerror)}" if isinstance(error, OSError) and error.strerror else ""
    return Problem(
        found=f"`{shown(pattern)}` cannot be read ({type(error).__name__}{detail})",
        fix="check the address, and that the environment holds credentials which may read it"
        " (AWS_*, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_*)",
        place=place,
    )

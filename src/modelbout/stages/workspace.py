"""What every stage of one model works with: the configuration, the run directory, the clock."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import msgspec

from modelbout.errors import ConfigError, ModelboutError, Place, Problem, RegistryError, cause
from modelbout.record import Record, from_json, to_json, write_atomically
from modelbout.report.junit import JUNIT_FILE
from modelbout.report.sarif import SARIF_FILE
from modelbout.results import BOUT_FILE, DRIFT_FILE, PROMOTION_FILE, TRAINING_FILE, VALIDATION_FILE
from modelbout.seal import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.config.load import Loaded
    from modelbout.config.model import Config
    from modelbout.registry.protocol import Registry

RecordT = TypeVar("RecordT", bound=Record)

HOME = ".modelbout"
RUN = f"{HOME}/run"
LOCK_FILE = ".lock"
RESULTS = (VALIDATION_FILE, DRIFT_FILE, TRAINING_FILE, BOUT_FILE, PROMOTION_FILE)  # in the order of the stages
# The same result in other formats: gone when it is.
VIEWS = MappingProxyType({VALIDATION_FILE: (JUNIT_FILE, SARIF_FILE)})
MAX_RESULT_BYTES = 16 * 1024 * 1024  # a bout with thousands of slices is 2 MB; beyond this it is not ours


@dataclass(frozen=True)
class Workspace:
    """One model's repository as the stages see it.

    Attributes:
        loaded: the configuration with the places of its keys.
        run: the run directory, where each stage leaves its result.
        rivals: how many challengers share the bout, itself among them.
    """

    loaded: Loaded
    run: Path
    rivals: int = 1

    @property
    def config(self) -> Config:
        """Return the configuration."""
        return self.loaded.config

    @property
    def root(self) -> Path:
        """Return the directory of the configuration: paths in it start here."""
        return self.loaded.root

    @property
    def bundle(self) -> Path:
        """Return where the challenger's bundle lies."""
        return self.run / "bundle"

    @property
    def prefix(self) -> str:
        """Return where the configuration's directory lies, seen from the current one, ending with a slash; or nothing.

        A job starts at the top of the repository, from which other tools name its files.
        """
        here = Path.cwd().resolve()
        inside = self.root.resolve().is_relative_to(here) and self.root.resolve() != here
        return f"{self.root.resolve().relative_to(here).as_posix()}/" if inside else ""

    @property
    def final_stage(self) -> str:
        """Return the stage whose champion the challenger meets."""
        return self.config.promote.stages[-1]

    def registry(self, address: str | None) -> Registry:
        """Open the registry at an address (seen from the current directory), or the one beside the configuration."""
        from modelbout.registry.open import open_registry

        return open_registry(address, root=self.root if address is None else Path.cwd())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other commands out of the run directory while the context is open.

        Raises:
            ConfigError: another one is at work there.
            RegistryError: the run directory is none, or may not be written to.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.run / LOCK_FILE, timeout=0)
        try:
            self.run.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise ConfigError(
                Problem(
                    found="another command is at work in this run directory",
                    allowed="one at a time",
                    fix="wait for it to end, or say --run-dir DIR",
                    place=Place(file=str(self.run)),
                )
            ) from None
        except OSError as error:
            raise RegistryError(unwritable(self.run, error)) from error
        try:
            yield
        finally:
            lock.release()

    def begin(self, name: str) -> None:
        """Remove the results of a stage and of all later ones: none may speak of rows or bundles that are gone.

        Raises:
            RegistryError: the run directory is none, or may not be written to.
        """
        try:
            self.run.mkdir(parents=True, exist_ok=True)
            for stale in (*RESULTS[RESULTS.index(name) :], *VIEWS.get(name, ())):
                (self.run / stale).unlink(missing_ok=True)
        except OSError as error:
            raise RegistryError(unwritable(self.run, error)) from error

    def write(self, name: str, record: Record) -> Path:
        """Write a stage's result.

        Raises:
            RegistryError: the disk refuses, for example because it is full.
        """
        return self.save(name, to_json(record))

    def save(self, name: str, data: bytes) -> Path:
        """Write a file of the run directory.

        Raises:
            RegistryError: the disk refuses, for example because it is full.
        """
        path = self.run / name
        try:
            write_atomically(path, data)
        except OSError as error:
            raise RegistryError(unwritable(path, error)) from error
        return path

    def read(self, name: str, kind: type[RecordT], *, made_by: str) -> RecordT:
        """Read the result of an earlier stage.

        Raises:
            ConfigError: that stage has not run here, or the file is not its result.
        """
        return read_result(self.run / name, kind, made_by=made_by)


def unwritable(path: Path, error: OSError) -> Problem:
    """Return the problem of a file that cannot be written."""
    return Problem(
        found=f"cannot be written: {error.strerror or cause(error)}",
        allowed="a directory with room for it that you may write to",
        fix="free space or mend the permissions, or say --run-dir DIR; nothing was half-written",
        place=Place(file=str(path)),
    )


def read_result(path: Path, kind: type[RecordT], *, made_by: str) -> RecordT:
    """Read one result file.

    Raises:
        ConfigError: it is missing, too large, or not a result of this version.
    """
    place = Place(file=str(path))
    fix = f"run `modelbout {made_by}` first"
    try:
        # A result may have come from elsewhere: neither a link to another file nor a pipe that nobody writes to.
        with open_regular(path) as file:
            data = file.read(MAX_RESULT_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(Problem(found="there is no such result yet", fix=fix, place=place)) from None
    except OSError as error:
        reason = error.strerror or cause(error)
        raise ConfigError(Problem(found=f"cannot be read: {reason}", fix=fix, place=place)) from error
    if len(data) > MAX_RESULT_BYTES:
        raise ConfigError(
            Problem(found="is larger than any result", allowed=f"{MAX_RESULT_BYTES:,} bytes", fix=fix, place=place)
        )
    try:
        return from_json(data, kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(
            Problem(
                found=f"is not a result of this version: {cause(error)}",
                allowed=f"what `modelbout {made_by}` writes",
                fix=f"run `modelbout {made_by}` again",
                place=place,
            )
        ) from error


def open_workspace(config: Path, run: Path | None) -> Workspace:
    """Load the configuration and settle where results go."""
    from modelbout.config.load import load_config

    loaded = load_config(config)
    # Absolute, because children run in other directories.
    return Workspace(loaded, (run or loaded.root / RUN).absolute())


def now() -> str:
    """Return the moment in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def digest_of(data: bytes) -> str:
    """Return the sha256 of some bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def run_url() -> str | None:
    """Return the address of the workflow run, on GitHub; None elsewhere."""
    server, repository, run = (os.environ.get(f"GITHUB_{part}") for part in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else None


def first_problem(error: ModelboutError) -> Problem:
    """Return the problem that a reader should mend first."""
    return error.problems[0] if error.problems else Problem(found=str(error))

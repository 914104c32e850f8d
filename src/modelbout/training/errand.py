"""Send one job to the worker in the user's Python and read its result."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from modelbout.errors import BundleError, Place, Problem, TrainingError, cause
from modelbout.evidence import Trial
from modelbout.manifest import ScorerKind
from modelbout.record import Record, from_json
from modelbout.training.child import failed, quoted_tail, run

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKER = Path(__file__).parent / "worker" / "__main__.py"
MAX_RESULT_BYTES = 4 * 1024 * 1024  # ours: a few hundred packages are 10 kB; 10,000 timings 200 kB
MAX_MESSAGE = 2000  # ours: a type list of a dozen long names and its advice


class Tried(Record, frozen=True):
    """What a search of hyper-parameters tried, the best set first; ``best`` is that set as values."""

    tried: int
    failed: int
    best: dict[str, bool | int | float | str | None]
    trials: tuple[Trial, ...]


class Result(Record, frozen=True):
    """What the worker says: ``ok`` and the fields of its job, or what was found and how to mend it."""

    ok: bool
    kind: Literal["user", "bundle"] = "user"
    found: str = ""
    allowed: str = ""
    fix: str = ""
    python: str = ""
    packages: dict[str, str] = msgspec.field(default_factory=dict)
    seconds: float = 0.0
    imported: tuple[str, ...] = ()
    kind_of_model: ScorerKind | Literal[""] = ""
    load_seconds: tuple[float, ...] = ()
    timings: tuple[tuple[float, ...], ...] = ()
    failed: int = 0
    places: tuple[int, ...] = ()
    refused: Literal["", "kind", "length", "missing"] = ""
    given: int = 0
    form: Literal["", "number", "rows"] = ""
    search: Tried | None = None
    peak_bytes: int | None = None
    load_times: tuple[tuple[float, ...], ...] = ()
    survived: tuple[bool, ...] = ()
    alone: bool = False
    permuted: bool = False


def send(
    job: Mapping[str, object],
    *,
    interpreter: str,
    cwd: Path,
    work: Path,
    timeout_seconds: float,
    key: str,
    extra: Mapping[str, str] | None = None,
) -> Result:
    """Run one job of the worker and return its result.

    The job, its result and its log are ``work/<job>-<random>.{job,result}.json`` and ``.log``; the log path is
    ``job["log"]`` when that is given.

    Raises:
        TrainingError: the child ended badly, or said why it could not do the job.
        BundleError: it could not load a model file.
    """
    work = work.absolute()  # the child runs elsewhere
    name = f"{job['job']}-{uuid.uuid4().hex[:8]}"
    job_file, result_file = work / f"{name}.job.json", work / f"{name}.result.json"
    log = Path(str(job["log"])) if "log" in job else work / f"{name}.log"
    with on_disk(work, key=key):
        work.mkdir(parents=True, exist_ok=True)
        job_file.write_bytes(msgspec.json.encode(dict(job) | {"result": str(result_file)}))
    command = (interpreter, str(WORKER), str(job_file))
    code = run(command, cwd=cwd, extra=extra or {}, log=log, timeout_seconds=timeout_seconds, key=key)
    result = _read(result_file, code=code, log=log, key=key)
    job_file.unlink(missing_ok=True)
    result_file.unlink(missing_ok=True)
    if result.ok and code == 0:
        return result
    found, allowed, fix = (cause(part, limit=MAX_MESSAGE) for part in (result.found, result.allowed, result.fix))
    if result.ok:
        raise failed(code, log, key=key)
    if result.kind == "bundle":
        raise BundleError(Problem(found=f"{found}{quoted_tail(log)}", allowed=allowed, fix=fix, place=Place(key=key)))
    raise failed(code, log, key=key, found=found.rstrip("."), allowed=allowed, fix=fix)


def _read(path: Path, *, code: int, log: Path, key: str) -> Result:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_RESULT_BYTES + 1)
    except OSError:
        raise failed(code, log, key=key, allowed="a program that returns to modelbout's worker") from None
    fix = "leave modelbout's files alone in your code"
    if len(raw) > MAX_RESULT_BYTES:
        raise failed(code, log, key=key, found="the program's result is too long", fix=fix)
    try:
        return from_json(raw, Result)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        found = f"the program's result cannot be read: {cause(error)}"
        raise failed(code, log, key=key, found=found, fix=fix) from error


class on_disk:  # noqa: N801 -- reads as a statement: `with on_disk(...)`
    """Turn a disk that refuses into one clear error."""

    def __init__(self, where: Path, *, key: str) -> None:
        self.where = where
        self.key = key

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise a TrainingError in place of an OSError."""
        if isinstance(error, OSError):
            raise TrainingError(
                Problem(
                    found=f"cannot write below {self.where}: {error.strerror or cause(error)}",
                    allowed="a disk with room, and permission to write",
                    fix="free some space, or mend the permissions, and run it again",
                    place=Place(key=self.key),
                )
            ) from error

"""An environment made from a bundle's own lock by uv, for a model that the present libraries do not answer with."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import sysconfig
import time
import uuid
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from modelbout.errors import Place, Problem, TrainingError, cause
from modelbout.training.child import quoted_tail, run
from modelbout.training.environment import NEEDED, PROBE_SECONDS
from modelbout.training.errand import send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelbout.manifest import Lineage
    from modelbout.progress import Progress
    from modelbout.training.errand import Result

KEY = "compare.champion_environment"
VARIABLE = "MODELBOUT_CACHE"
"""Names the directory in which such environments are kept; default: the user's own cache directory."""
INDEX_VARIABLE = "MODELBOUT_INDEX_URL"
"""Names the index that our actions install from, where uv's own variables name none."""
FORMAT = "modelbout environment 1"  # part of each one's name: another way of making them needs a new one
BUILD_SECONDS = 600.0  # ours: 150 MB of wheels over a slow line; with uv's cache warm it is 1 s
NAME_CHARACTERS = 32  # of a sha256 in hex: 128 bits
# What scores the kinds of model whose files hold data only. A command may need anything, and other kinds may run code.
PACKAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "skops": NEEDED,
        "onnx": (*NEEDED, "onnxruntime"),
        "xgboost": (*NEEDED, "xgboost"),
        "lightgbm": (*NEEDED, "lightgbm"),
        "catboost": (*NEEDED, "catboost"),
    }
)
# The same library under another name, where the lock has that one.
ALSO_CALLED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"xgboost": ("xgboost-cpu",), "onnxruntime": ("onnxruntime-gpu", "onnxruntime-directml")}
)
# The user's variables would put their own packages in front of the old ones.
CLEAN = MappingProxyType({"PYTHONPATH": "", "PYTHONHOME": ""})
_LINE = re.compile(r"([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)==([0-9A-Za-z][0-9A-Za-z.+!_-]*)")
_MINOR = re.compile(r"3\.\d{1,2}(?=\.|$)")


class NoOwnEnvironmentError(TrainingError):
    """No environment can be made from the lock.

    Attributes:
        reason: why, as it may stand in a result: without what uv printed, which may name a company's servers.
    """

    def __init__(self, reason: str, *, log: Path | None = None, fix: str = "") -> None:
        super().__init__(
            Problem(
                found=f"no environment can be made from the champion's lock: {reason}"
                + (f".{quoted_tail(log)}" if log else ""),
                allowed="an environment with the versions of the bundle's requirements.lock",
                fix=fix or (f"look at {log}" if log else "make it by hand, and name its interpreter in `train.python`"),
                place=Place(key=KEY),
            )
        )
        self.reason = reason


def own_interpreter(
    lock: str, lineage: Lineage, kind: str, *, near: str | None = None, work: Path, progress: Progress
) -> str:
    """Return the interpreter of an environment with the lock's versions of what scores this kind of model.

    Only these packages and what they depend on are installed, as wheels: nothing of them is run while uv works, and
    a private package that stands in the lock is never asked for on a public index. The environment is made in a
    scratch directory and renamed, so that runs which make it at once do not meet; it is looked at before each use.

    Args:
        lock: lines ``name==version``, as ``Environment.lock``.
        lineage: of the same bundle; its Python decides about the interpreter.
        kind: how the model is scored.
        near: an interpreter to start from where it has that minor version; uv may not find it, as conda's.
        work: a directory for logs; made when missing.
        progress: told that one is being made.

    Raises:
        NoOwnEnvironmentError: uv is not there, has no such Python, or cannot install the versions.
    """
    pins, minor = pinned(lock), python_minor(lineage.python)
    needed = needed_of(kind, pins)
    place = cache_directory(os.environ) / "environments" / _name(pins, minor, needed)
    if place.exists():
        if _fits(place, pins, minor, needed, work):
            return str(program(place))
        shutil.rmtree(place, ignore_errors=True)
    scratch = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}.part")
    log = work.absolute() / "own-environment.log"
    try:
        scratch.parent.mkdir(parents=True, exist_ok=True)
        work.mkdir(parents=True, exist_ok=True)
        shown = ", ".join(f"{name} {pins[name]}" for name in needed)
        with progress.step(f"making an environment for the champion: Python {minor}, {shown}"):
            start = near if near is not None and _minor_of(near, work) == minor else minor
            _make(scratch, pins, needed, log, start=start, minor=minor)
        if not _fits(scratch, pins, minor, needed, work):
            reason = "uv made one with other versions"
            raise NoOwnEnvironmentError(reason, fix="look for constraints or overrides in uv's settings")
        _settle(scratch, place)
    except OSError as error:
        reason = f"the cache directory cannot be written to: {error.strerror or cause(error)}"
        raise NoOwnEnvironmentError(reason, fix=f"name another directory in {VARIABLE}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return str(program(place))


def pinned(lock: str) -> dict[str, str]:
    """Return the version of each package in a lock.

    Raises:
        NoOwnEnvironmentError: a line is no ``name==version``: whatever else it tells uv, it is not followed.
    """
    lines = [line.strip() for line in lock.splitlines() if line.strip()]
    found = [_LINE.fullmatch(line) for line in lines]
    strange = sum(match is None for match in found)
    if strange:
        raise NoOwnEnvironmentError(f"{strange} lines of its lock are no `name==version`")
    return {match[1]: match[2] for match in found if match is not None}


def python_minor(python: str) -> str:
    """Return the ``3.12`` of ``3.12.4``.

    Raises:
        NoOwnEnvironmentError: it is no version of Python 3.
    """
    match = _MINOR.match(python)
    if match is None:
        raise NoOwnEnvironmentError("its lineage names no version of Python 3")
    return match[0]


def needed_of(kind: str, pins: Mapping[str, str]) -> tuple[str, ...]:
    """Return the packages that score this kind of model.

    Raises:
        NoOwnEnvironmentError: no environment is made for such models, or the lock lacks one of them.
    """
    if kind not in PACKAGES:
        raise NoOwnEnvironmentError(f"none is made for models of the kind {kind}, which run code")
    called = {name: (name, *ALSO_CALLED.get(name, ())) for name in PACKAGES[kind]}
    held = {name: next((one for one in names if one in pins), None) for name, names in called.items()}
    absent = [name for name, one in held.items() if one is None]
    if absent:
        raise NoOwnEnvironmentError(f"its lock has no {', '.join(absent)}")
    return tuple(one for one in held.values() if one is not None)


def cache_directory(given: Mapping[str, str]) -> Path:
    """Return where environments are kept: what ``MODELBOUT_CACHE`` names, else the user's cache directory.

    Raises:
        NoOwnEnvironmentError: nothing says where that is.
    """
    if given.get(VARIABLE):
        return Path(given[VARIABLE]).absolute()
    try:
        if sys.platform == "win32":  # pragma: no cover -- the tests run on POSIX
            base = Path(given.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":  # pragma: no cover -- the tests run on Linux
            base = Path.home() / "Library" / "Caches"
        else:
            # A relative path there is to be ignored (XDG Base Directory Specification).
            named = Path(given.get("XDG_CACHE_HOME", ""))
            base = named if named.is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        reason = "this user has no home directory to keep it in"
        raise NoOwnEnvironmentError(reason, fix=f"name a directory in {VARIABLE}") from None
    return base / "modelbout"


def program(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    if os.name == "nt":  # pragma: no cover -- the tests run on POSIX
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def _name(pins: Mapping[str, str], minor: str, needed: Sequence[str]) -> str:
    parts = [FORMAT, sysconfig.get_platform(), minor, *needed, *(f"{name}=={pins[name]}" for name in sorted(pins))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:NAME_CHARACTERS]


def _find_uv() -> str:
    """Return uv: the user's, the one in our own environment, or the one that our actions have brought."""
    name = "uv.exe" if os.name == "nt" else "uv"
    brought: list[Path] = []
    home = Path(sys.prefix).parent
    # As actions/install.py lays it out. Only there: beside an environment in a checkout lies what others wrote.
    if os.environ.get("RUNNER_TEMP") and home == Path(os.environ["RUNNER_TEMP"]).resolve() / "modelbout":
        brought = sorted(home.glob(f"uv-*/*/{name}"))
    ours = [path for path in (Path(sys.executable).with_name(name), *brought) if path.is_file()]
    found = shutil.which("uv") or (ours[0] if ours else None)
    if found is None:
        fix = "install uv (https://docs.astral.sh/uv), or make the environment by hand"
        raise NoOwnEnvironmentError("there is no uv on the PATH", fix=fix)
    return str(Path(found).absolute())


def _variables(given: Mapping[str, str]) -> dict[str, str]:
    """Return what uv is told besides the user's own settings."""
    index = given.get(INDEX_VARIABLE)
    named = any(given.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"))
    return {**CLEAN, "UV_PYTHON_DOWNLOADS": "never", **({"UV_DEFAULT_INDEX": index} if index and not named else {})}


def _make(place: Path, pins: Mapping[str, str], needed: Sequence[str], log: Path, *, start: str, minor: str) -> None:
    """Let uv work away from the user's repository, whose files must not tell it where packages come from."""
    uv = _find_uv()
    deadline = time.monotonic() + BUILD_SECONDS
    locked = place.with_suffix(".txt")
    try:
        locked.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()), encoding="utf-8")
        _run(
            (uv, "venv", "--no-project", "--no-progress", "--python", start, str(place)),
            f"uv found no Python {minor} on this machine, and none is downloaded",
            log,
            deadline,
            cwd=place.parent,
        )
        _run(
            (
                *(uv, "pip", "install", "--no-progress", "--only-binary", ":all:"),
                *("--python", str(program(place)), "--constraint", str(locked)),
                *(f"{name}=={pins[name]}" for name in needed),
            ),
            f"uv could not install the versions for Python {minor}",
            log,
            deadline,
            cwd=place.parent,
        )
    finally:
        locked.unlink(missing_ok=True)


def _run(words: Sequence[str], failed: str, log: Path, deadline: float, *, cwd: Path) -> None:
    seconds = max(deadline - time.monotonic(), 1.0)
    try:
        code = run(words, cwd=cwd, extra=_variables(os.environ), log=log, timeout_seconds=seconds, key=KEY)
    except TrainingError as error:
        late = time.monotonic() >= deadline
        reason = f"uv was not done after {BUILD_SECONDS / 60:g} minutes" if late else "uv cannot be run"
        raise NoOwnEnvironmentError(reason, log=log) from error
    if code != 0:
        raise NoOwnEnvironmentError(failed, log=log)


def _fits(place: Path, pins: Mapping[str, str], minor: str, needed: Sequence[str], work: Path) -> bool:
    """Tell whether an environment runs and holds the lock's versions of all that it holds."""
    try:
        answer = _probe(str(program(place)), work)
    except TrainingError:
        return False
    others = [name for name, version in answer.packages.items() if pins.get(name, version) != version]
    return not others and answer.packages.keys() >= set(needed) and python_minor(answer.python) == minor


def _minor_of(interpreter: str, work: Path) -> str | None:
    """Return an interpreter's minor version; None when it does not tell."""
    try:
        return python_minor(_probe(interpreter, work).python)
    except TrainingError:
        return None


def _probe(interpreter: str, work: Path) -> Result:
    return send(
        {"job": "probe"},
        interpreter=interpreter,
        cwd=work,
        work=work,
        timeout_seconds=PROBE_SECONDS,
        key=KEY,
        extra=CLEAN,
    )


def _settle(scratch: Path, place: Path) -> None:
    try:
        scratch.rename(place)
    except OSError:
        # Another run made the same one at the same time, and was first.
        if not place.exists():
            raise

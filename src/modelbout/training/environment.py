"""The user's interpreter: which one, and what is installed in it."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.errors import ConfigError, Place, Problem
from modelbout.training.errand import send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEEDED = ("numpy", "pandas", "scikit-learn", "skops")  # by the worker that fits and scores estimators
FOR_ONNX = ("skl2onnx", "onnxruntime")  # by the worker that writes ONNX as well
PROBE_SECONDS = 120.0  # ours: it reads a few hundred small files; a cold network disk may need a minute
KEY = "train.python"
VARIABLE = "MODELBOUT_PYTHON"
"""Names the interpreter of a configuration that names none; the actions set it to the job's."""


@dataclass(frozen=True)
class Environment:
    """What runs the user's code.

    Attributes:
        interpreter: the program to start.
        python: its version, such as ``3.12.4``.
        packages: version by normalised name (PEP 503), sorted.
    """

    interpreter: str
    python: str
    packages: Mapping[str, str]

    @property
    def lock(self) -> str:
        """Return one line ``name==version`` for each installed package, sorted."""
        return "".join(f"{name}=={version}\n" for name, version in self.packages.items())


def interpreter(python: str | None, root: Path) -> str:
    """Return the program that ``train.python`` names: a path from the root, an absolute one, or a name on the PATH.

    Without it the one that MODELBOUT_PYTHON names in the same way, and without that the one that runs Modelbout.

    Raises:
        ConfigError: there is no such program.
    """
    key = KEY
    if python is None:
        python, key = os.environ.get(VARIABLE), VARIABLE
    if not python:
        return sys.executable
    plain = Path(python)
    found = shutil.which(python) if plain.name == python else None
    candidates = [root / plain]
    if os.name == "nt":  # pragma: no cover -- the tests run on POSIX
        candidates.append(root / plain.parent.parent / "Scripts" / "python.exe")
    for candidate in candidates:
        if candidate.is_file():
            # Not resolved: a virtual environment is found by the link's own place.
            return str(candidate.absolute())
    if found:
        return found
    raise ConfigError(
        Problem(
            found=f"there is no interpreter {python!r}",
            allowed="a path from the directory of modelbout.yaml, or a name on the PATH",
            fix=f"make the environment first, or correct `{key}`",
            place=Place(key=key),
        )
    )


def probe(python: str | None, *, root: Path, work: Path) -> Environment:
    """Ask the user's interpreter for its version and its packages; imports nothing heavy there.

    Raises:
        ConfigError: there is no such interpreter.
        TrainingError: it does not start or does not answer.
    """
    program = interpreter(python, root)
    answer = send({"job": "probe"}, interpreter=program, cwd=root, work=work, timeout_seconds=PROBE_SECONDS, key=KEY)
    return Environment(interpreter=program, python=answer.python, packages=dict(sorted(answer.packages.items())))


def require_packages(environment: Environment, needed: Sequence[str] = NEEDED) -> None:
    """Refuse an environment without the packages that the worker needs.

    Raises:
        ConfigError: naming the missing ones.
    """
    missing = [name for name in needed if name not in environment.packages]
    if missing:
        raise ConfigError(
            Problem(
                found=f"the interpreter {environment.interpreter} has no {', '.join(missing)}",
                allowed=f"an environment with {', '.join(needed)}",
                fix=f"install them there: {environment.interpreter} -m pip install {' '.join(missing)}",
                place=Place(key=KEY),
            )
        )

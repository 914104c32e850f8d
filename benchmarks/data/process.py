"""Run a program as a process of its own and say what it took."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Run:
    """One process: wall-clock and CPU seconds, and its largest resident set in MB."""

    wall: float
    cpu: float
    peak: float


def run(command: Sequence[str]) -> Run:
    """Run one command and wait for it.

    Raises:
        SystemExit: it failed.
    """
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(list(command), stdout=quiet)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(runs: Sequence[Run]) -> Run:
    """Return the median of each figure."""
    return Run(
        *(statistics.median(some) for some in zip(*((one.wall, one.cpu, one.peak) for one in runs), strict=True))
    )

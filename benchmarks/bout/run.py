"""The statistics of a bout beside its peers, as whole processes that take turns: one command prints every number.

    uv venv /tmp/evidently && uv pip install --python /tmp/evidently/bin/python evidently "pandas<3"
    uv venv /tmp/mlflow && uv pip install --python /tmp/mlflow/bin/python mlflow scikit-learn
    .venv/bin/python benchmarks/bout/run.py --evidently /tmp/evidently/bin/python --mlflow /tmp/mlflow/bin/python

Sizes: 10,000 rows, a million beside the peers, and 10 million. On a machine that is busy with other things only the CPU
seconds and their ratios mean something.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SMALL, USUAL, LARGE = 10_000, 1_000_000, 10_000_000
RESAMPLES = 1000


class Run(NamedTuple):
    """One whole process: wall-clock and CPU seconds, the most memory in MB, and the numbers that it printed."""

    wall: float
    cpu: float
    peak: float
    said: str

    @property
    def inner(self) -> list[float]:
        """Return the CPU and wall-clock seconds that the process counted itself."""
        return [float(part) for part in self.said.split()[:2]]


def run(python: str, *arguments: str) -> Run:
    """Run a script of this directory."""
    began = time.perf_counter()
    # One thread each: a hosted runner has few cores, and CPU seconds then mean the same for all.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    child = subprocess.Popen(
        [python, str(HERE / arguments[0]), *arguments[1:]],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{arguments} failed")
    return Run(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


def best(rounds: int, python: str, *arguments: str) -> Run:
    """Return the round of the least CPU: what disturbs a process only makes it slower."""
    return min((run(python, *arguments) for _ in range(rounds)), key=lambda one: one.cpu)


def main() -> None:
    """Print a line for each and the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--evidently", help="the Python of an environment with evidently")
    parser.add_argument("--mlflow", help="the Python of an environment with mlflow and scikit-learn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--resamples", type=int, default=3, help="of scikit-learn, that are played")
    parser.add_argument("--large", action="store_true", help="10 million rows, too")
    told = parser.parse_args()
    mine = sys.executable
    print(f"load {os.getloadavg()[0]:.1f}; seconds by the clock, of CPU, MB at most; of these, statistics: clock, CPU")
    with tempfile.TemporaryDirectory() as scratch:
        sizes = (SMALL, USUAL, LARGE) if told.large else (SMALL, USUAL)
        for rows in sizes:
            place = Path(scratch) / str(rows)
            place.mkdir()
            run(mine, "draw.py", str(place), str(rows))
            rounds = 1 if rows == LARGE else told.rounds
            ours = best(rounds, mine, "by_modelbout.py", str(place))
            show(f"modelbout, {rows:,} rows", ours)
            show(
                f"modelbout, {rows:,} rows, 2,048 resamples", best(1, mine, "by_modelbout.py", str(place), "bootstrap")
            )
            if rows == USUAL:
                beside(told, place, ours)


def beside(told: argparse.Namespace, place: Path, ours: Run) -> None:
    """Print the peers and their ratios to ours."""
    loop = run(sys.executable, "by_sklearn.py", str(place), str(told.resamples))
    each, clock = loop.inner
    print(f"scikit-learn, one resample (median of {told.resamples}): {clock:.2f} s by the clock, {each:.2f} s of CPU")
    ratio = RESAMPLES * each / ours.inner[0]
    print(f"  {RESAMPLES:,} of them (extrapolated) / our statistics, slices included: {ratio:,.0f} of CPU")
    for name, python in (("evidently", told.evidently), ("mlflow", told.mlflow)):
        if python:
            peer = best(1, python, f"by_{name}.py", str(place))
            show(name, peer, inner=False)
            clock, work = peer.wall / ours.wall, peer.cpu / ours.cpu
            print(f"  / modelbout, whole processes: {clock:.1f} by the clock, {work:.1f} of CPU")


def show(what: str, found: Run, *, inner: bool = True) -> None:
    """Print one line."""
    parts = f"; {found.inner[1]:.2f}, {found.inner[0]:.2f}" if inner else ""
    print(f"{what}: {found.wall:.2f}, {found.cpu:.2f}, {found.peak:,.0f}{parts}", flush=True)


if __name__ == "__main__":
    main()

"""Time the contract check against Polars by hand and pandera on pandas: whole processes, with their peak memory.

uv venv /tmp/pandera && uv pip install --python /tmp/pandera/bin/python pandera pandas pyarrow
python benchmarks/data/run.py --rows 10000000 --pandera /tmp/pandera/bin/python
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
# The limits of the project's issue A, "Speed and memory".
MOST_OF_POLARS = 1.8
MOST_MEMORY_MB = 1_200
LEAST_OF_PANDERA = 3.0


@dataclass(frozen=True)
class Run:
    """One process: wall-clock and CPU seconds, and its largest resident set in MB."""

    wall: float
    cpu: float
    peak: float


def run(python: str, script: str, directory: Path) -> Run:
    """Run one script as a process of its own and wait for it."""
    began = time.perf_counter()
    child = subprocess.Popen([python, str(HERE / script), str(directory)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{script} ended with {child.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> None:
    """Generate the table unless it is there, run each program in turn, print medians and ratios."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--directory", type=Path, default=Path(tempfile.gettempdir()) / "modelbout-benchmark")
    options.add_argument("--pandera", help="Python of an environment with pandera, pandas and pyarrow")
    given = options.parse_args()
    directory = given.directory / str(given.rows)
    if not (directory / "contract.yaml").exists():
        subprocess.run([sys.executable, str(HERE / "generate.py"), str(directory), str(given.rows)], check=True)
    programs = {"modelbout": (sys.executable, "by_modelbout.py"), "polars": (sys.executable, "by_polars.py")}
    if given.pandera:
        programs["pandera"] = (given.pandera, "by_pandera.py")
    # Interleaved, so that a busy minute of the machine hits all of them.
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    for turn in range(given.repeats):
        for name, (python, script) in programs.items():
            if turn == 0 or name != "pandera":
                runs[name].append(run(python, script, directory))
    medians = {
        name: Run(*(statistics.median(v) for v in zip(*((r.wall, r.cpu, r.peak) for r in some), strict=True)))
        for name, some in runs.items()
    }
    for name, one in medians.items():
        print(f"{name:10} {one.wall:7.2f} s   {one.cpu:7.2f} s CPU   {one.peak:7.0f} MB   ({len(runs[name])} runs)")
    ours, hand = medians["modelbout"], medians["polars"]
    print(
        f"modelbout / polars: {ours.wall / hand.wall:.2f} wall, {ours.cpu / hand.cpu:.2f} CPU"
        f" (at most {MOST_OF_POLARS})"
    )
    print(f"peak: {ours.peak:.0f} MB (at most {MOST_MEMORY_MB})")
    if "pandera" in medians:
        slow = medians["pandera"]
        print(
            f"pandera / modelbout: {slow.wall / ours.wall:.1f} wall, {slow.cpu / ours.cpu:.1f} CPU"
            f" (at least {LEAST_OF_PANDERA})"
        )


if __name__ == "__main__":
    main()

"""How long the light commands take beyond bare Python: medians of interleaved whole processes, with bytecode present.

Run by hand: python benchmarks/startup.py [runs]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
EXAMPLE = Path(__file__).parents[1] / "examples" / "churn"


def seconds(arguments: list[str], cwd: Path, environment: dict[str, str]) -> float:
    """Return the wall time of one process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, check=True)
    return time.perf_counter() - began


def main() -> None:
    """Measure in turn, so that a machine that slows down slows all of them down."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as scratch:
        bout = ["-m", "modelbout", "run", "--no-plots", "--no-html", "--config", str(EXAMPLE / "modelbout.yaml")]
        place = ["--run-dir", f"{scratch}/run", "--registry", f"{scratch}/registry"]
        subprocess.run([sys.executable, *bout, *place], env=environment, capture_output=True, check=True)
        commands = {
            "bare Python": ["-c", "pass"],
            "modelbout --help": ["-m", "modelbout", "--help"],
            "modelbout report": ["-m", "modelbout", "report", "--run-dir", f"{scratch}/run"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(runs + 1):
            for name, arguments in commands.items():
                taken = seconds(arguments, Path(scratch), environment)
                if turn:  # the first turn writes bytecode and warms the disk
                    times[name].append(taken)
    bare = statistics.median(times["bare Python"])
    print(f"{'command':<20} {'median s':>9} {'beyond bare':>12}   ({runs} interleaved runs)")
    for name, taken in times.items():
        print(f"{name:<20} {statistics.median(taken):>9.3f} {statistics.median(taken) - bare:>12.3f}")


if __name__ == "__main__":
    main()

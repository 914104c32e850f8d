"""A drift report of 1 million against 1 million rows, 20 columns, as whole processes that take turns.

uv venv /tmp/evidently && uv pip install --python /tmp/evidently/bin/python evidently "pandas<3" pyarrow
.venv/bin/python benchmarks/drift/speed.py --evidently /tmp/evidently/bin/python
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

CONFIG = """\
version: 1
model: speed
task: binary
data: {source: now.parquet, split: {holdout: 0.2, by: id}, target: y, positive: "1", id: id}
train: {estimator: "none:none"}
"""
NUMBERS, SIZES = 15, (3, 10, 50, 200, 1000)


def table(rows: int, seed: int) -> pl.DataFrame:
    """Return 15 columns of numbers, 5 of texts with 3 to 1,000 values, a target and an id."""
    random = np.random.default_rng(seed)
    numbers = {f"n{k}": random.lognormal(size=rows) if k % 3 else random.standard_normal(rows) for k in range(NUMBERS)}
    texts = {f"s{k}": np.array([f"v{i}" for i in range(k)])[random.integers(0, k, rows)] for k in SIZES}
    ends = {"y": random.integers(0, 2, rows).astype(str), "id": np.arange(rows)}
    return pl.DataFrame({**numbers, **texts, **ends})


def timed(command: list[str], place: Path) -> tuple[float, float, float]:
    """Return seconds by the wall clock, seconds of CPU, and the most memory in MB of a process."""
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in {0, 1}:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print a line for each, and the ratios to ours."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--evidently", help="the Python of an environment with evidently, pandas and pyarrow")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        for number, name in enumerate(("before", "now")):
            table(options.rows, number).write_parquet(place / f"{name}.parquet")
        bare = [pl.col("*").exclude("y", "id")]
        for name in ("before", "now"):
            pl.scan_parquet(place / f"{name}.parquet").select(bare).sink_parquet(place / f"bare-{name}.parquet")
        (place / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")
        ours = [str(Path(sys.executable).with_name("modelbout")), "drift", "--against", "before.parquet", "--quiet"]
        runs = {"modelbout drift --against": ours}
        if options.evidently:
            script = str(Path(__file__).with_name("by_evidently.py"))
            for method in ("default", "psi"):
                files = ["bare-before.parquet", "bare-now.parquet", method]
                runs[f"evidently, {method}"] = [options.evidently, script, *files]
        best: dict[str, tuple[float, float, float]] = {}
        for number in range(options.rounds):
            for name, command in runs.items():
                if number and name != "modelbout drift --against":
                    continue  # minutes each
                found = timed(command, place)
                best[name] = min(best.get(name, found), found, key=lambda one: one[1])
                print(f"{name}: {found[0]:.1f} s, {found[1]:.1f} s of CPU, {found[2]:.0f} MB", flush=True)
    first = best["modelbout drift --against"]
    for name, one in best.items():
        print(f"| {name} | {one[0]:.1f} | {one[1]:.1f} | {one[2]:,.0f} | {one[1] / first[1]:.1f} |")


if __name__ == "__main__":
    main()

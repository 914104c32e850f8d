"""Check 10, 30 and 100 million rows in parts of 10 million: time linear in rows, and memory below 2 GB.

python benchmarks/data/large.py --directory /tmp/modelbout-benchmark
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from generate import CHUNK, chunk, contract
from process import run

PART = 10_000_000
# The limits of the project's issue C.
MOST_MEMORY_MB = 2_000
LINEAR_WITHIN = 0.2

CONFIG = """\
version: 1
model: large
task: regression
data: {{source: [{parts}], contract: contract.yaml, target: price, split: {{holdout: 0.2, by: id}}}}
train: {{estimator: "pipeline:build"}}
"""


def make(directory: Path, parts: int) -> None:
    """Write the parts that are not there yet; memory does not grow with the rows."""
    import polars as pl  # noqa: PLC0415 -- a run without generation needs none

    directory.mkdir(parents=True, exist_ok=True)
    for part in range(parts):
        path = directory / f"part-{part:02}.parquet"
        if path.exists():
            continue
        rng = np.random.default_rng(part)
        pieces = []
        for start in range(0, PART, CHUNK):
            pieces.append(directory / f"piece-{start:010}.parquet")
            chunk(part * PART + start, CHUNK, rng).write_parquet(pieces[-1])
        pl.scan_parquet(pieces).sink_parquet(directory / "piece.parquet")
        (directory / "piece.parquet").rename(path)
        for piece in pieces:
            piece.unlink()
    (directory / "contract.yaml").write_text(contract(), encoding="utf-8")


def main() -> None:
    """Check more and more parts, and print the time of a million rows each time."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--directory", type=Path, default=Path(tempfile.gettempdir()) / "modelbout-benchmark")
    options.add_argument("--parts", type=int, nargs="+", default=[1, 3, 10])
    given = options.parse_args()
    directory = given.directory / "large"
    make(directory, max(given.parts))
    rates: list[float] = []
    start = 0.0
    for parts in given.parts:
        listed = ", ".join(f"part-{part:02}.parquet" for part in range(parts))
        (directory / "modelbout.yaml").write_text(CONFIG.format(parts=listed), encoding="utf-8")
        size = sum((directory / f"part-{part:02}.parquet").stat().st_size for part in range(parts))
        # Read once by the operating system, and started once, so that no run pays for the disk or for bytecode.
        for part in range(parts):
            (directory / f"part-{part:02}.parquet").read_bytes()
        command = [sys.executable, "-m", "modelbout", "validate", "--quiet"]
        if not rates:
            run([*command, "--explain", "--config", str(directory / "modelbout.yaml")])
            start = run([*command, "--explain", "--config", str(directory / "modelbout.yaml")]).cpu
        one = run([*command, "--config", str(directory / "modelbout.yaml")])
        rates.append((one.cpu - start) / parts)
        print(
            f"{parts * PART:12,} rows, {size / 1e9:5.1f} GB: {one.wall:7.1f} s {one.cpu:7.1f} s CPU {one.peak:6.0f} MB"
            f"  {rates[-1] * 100:5.0f} ms CPU a million rows beyond the start"
        )
    off = max(rates) / min(rates) - 1
    print(f"CPU a row: {off:.0%} apart (at most {LINEAR_WITHIN:.0%}); memory at most {MOST_MEMORY_MB:,} MB")


if __name__ == "__main__":
    main()

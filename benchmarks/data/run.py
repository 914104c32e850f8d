"""Time the contract check against Polars by hand, pandera and Great Expectations: whole processes, with their memory.

uv venv /tmp/peers && uv pip install --python /tmp/peers/bin/python pandera great_expectations pandas pyarrow
python benchmarks/data/run.py --rows 10000000 --peers /tmp/peers/bin/python
python benchmarks/data/run.py --rows 2000000 --format csv --peers /tmp/peers/bin/python
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from process import Run, median, run

HERE = Path(__file__).parent
# The limits of the project's issue C, "Speed and memory": times Polars by hand, and how many times as slow a peer is.
MOST_OF_POLARS = {"parquet": 1.5, "csv": 1.7}
MOST_MEMORY_MB = 1_200
LEAST_OF_PEER = {"pandera": 3.5, "great_expectations": 15.0}
# Great Expectations once more, asked for the numbers of all rows that fail; the issue has no limit for it.
ALL_ROWS = "great_expectations, all rows"


def table(directory: Path, rows: int, kind: str) -> Path:
    """Return the directory of a table, which is made unless it is there."""
    made = directory / str(rows)
    if not (made / "contract.yaml").exists():
        subprocess.run([sys.executable, str(HERE / "generate.py"), str(made), str(rows)], check=True)
    if kind == "csv" and not (made / "table.csv").exists():
        pl.scan_parquet(made / "table.parquet").sink_csv(made / "table.csv")
    return made


def main() -> None:
    """Run each program in turn, print medians and ratios."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--directory", type=Path, default=Path(tempfile.gettempdir()) / "modelbout-benchmark")
    options.add_argument("--peers", help="Python of an environment with pandera, great_expectations, pandas, pyarrow")
    options.add_argument("--only", nargs="+", choices=tuple(LEAST_OF_PEER), default=tuple(LEAST_OF_PEER))
    given = options.parse_args()
    where = [str(table(given.directory, given.rows, given.format)), given.format]
    programs = {name: [sys.executable, str(HERE / f"by_{name}.py"), *where] for name in ("modelbout", "polars")}
    if given.peers:
        programs |= {name: [given.peers, str(HERE / f"by_{name}.py"), *where] for name in given.only}
        if "great_expectations" in given.only:
            programs[ALL_ROWS] = [*programs["great_expectations"], "rows"]
    # Interleaved, so that a busy minute of the machine hits all of them.
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    for turn in range(given.repeats):
        for name, command in programs.items():
            if turn == 0 or name in ("modelbout", "polars"):
                runs[name].append(run(command))
    medians = {name: median(some) for name, some in runs.items()}
    for name, one in medians.items():
        print(f"{name:28} {one.wall:7.2f} s   {one.cpu:7.2f} s CPU   {one.peak:7.0f} MB   ({len(runs[name])} runs)")
    ours, hand = medians["modelbout"], medians["polars"]
    most = MOST_OF_POLARS[given.format]
    print(f"modelbout / polars: {ours.wall / hand.wall:.2f} wall, {ours.cpu / hand.cpu:.2f} CPU (at most {most})")
    print(f"peak: {ours.peak:.0f} MB (at most {MOST_MEMORY_MB})")
    for name in (name for name in programs if name not in ("modelbout", "polars")):
        slow, least = medians[name], LEAST_OF_PEER.get(name)
        ratios = f"{slow.wall / ours.wall:.1f} wall, {slow.cpu / ours.cpu:.1f} CPU"
        print(f"{name} / modelbout: {ratios}{f' (at least {least})' if least else ''}")


if __name__ == "__main__":
    main()

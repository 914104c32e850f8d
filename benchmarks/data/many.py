"""Check 10, 100 and 1,000 rules, and 10, 100 and 1,000 columns: one more costs no more than its share.

python benchmarks/data/many.py
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from process import median, run

CONFIG = """\
version: 1
model: many
task: regression
data: {source: table.parquet, contract: contract.yaml, target: c0, split: {holdout: 0.2, by: c1}}
train: {estimator: "pipeline:build"}
"""
COUNTS = (10, 100, 1_000)


def write(directory: Path, rows: int, columns: int, rules: int) -> None:
    """Write a table of normal numbers, and a contract with that many comparisons spread over its columns."""
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    table = {f"c{number}": rng.normal(size=rows) for number in range(columns)}
    pl.DataFrame(table).write_parquet(directory / "table.parquet")
    named = "".join(f"  c{number}: {{type: number}}\n" for number in range(columns))
    stated = "".join(f"    - c{number % columns} < {100 + number}\n" for number in range(rules))
    text = f"version: 1\ntable:\n  expressions:\n{stated}columns:\n{named}"
    # The contract takes at most 200 rules of a list; more of them are ends of ranges with conditions of their own.
    if rules > 200:  # noqa: PLR2004 -- see above
        per = rules // columns
        named = "".join(
            f"  c{number}: {{type: number, max: ["
            + ", ".join(f"{{is: {100 + one}, where: 'c{number} > {-100 - one}'}}" for one in range(per))
            + "]}\n"
            for number in range(columns)
        )
        text = f"version: 1\ncolumns:\n{named}"
    (directory / "contract.yaml").write_text(text, encoding="utf-8")
    (directory / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")


def main() -> None:
    """Run every size in turn and print what one more rule and one more column cost."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--repeats", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for what, sizes in (
            ("rules", [(10, rules) for rules in COUNTS]),
            ("columns", [(columns, 10) for columns in COUNTS]),
        ):
            before = None
            for columns, rules in sizes:
                directory = Path(scratch) / f"{columns}-{rules}"
                write(directory, given.rows, columns, rules)
                config = str(directory / "modelbout.yaml")
                command = [sys.executable, "-m", "modelbout", "validate", "--quiet", "--config", config]
                one = median([run(command) for _ in range(given.repeats)])
                size = rules if what == "rules" else columns
                each = (
                    ""
                    if before is None
                    else f"  {(one.cpu - before[0]) / (size - before[1]) * 1000:6.2f} ms for each more"
                )
                print(f"{size:6,} {what:8} {one.wall:6.2f} s  {one.cpu:6.2f} s CPU  {one.peak:6.0f} MB{each}")
                before = (one.cpu, size)


if __name__ == "__main__":
    main()

"""How many reports on tables of 30 columns find a change in ONE of them, by the change and the numbers of rows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from tables import name, reference, scan, table

from modelbout.drift.counting import count
from modelbout.drift.judge import EFFECT, FALSE_ALARMS, judged
from modelbout.drift.measure import measures
from modelbout.drift.pairing import pairs_of

if TYPE_CHECKING:
    from modelbout.profile import Profile

SIZES = ((2_000, 2_000), (20_000, 2_000), (1_000, 1_000))
NORMAL, LOGNORMAL, BALANCED, FLAG = (pl.col(name(number)) for number in (0, 1, 5, 7))
SPREAD = float(np.sqrt((np.e - 1) * np.e))  # of the lognormal column


def some(share: float, random: np.random.Generator, rows: int) -> pl.Series:
    """Return a mask that holds in about this share of the rows."""
    return pl.Series(random.random(rows) < share)


CHANGES = {
    "mean of a normal column + 0.25 sd": lambda f, _r: f.with_columns(NORMAL + 0.25),
    "mean of a lognormal column + 0.25 sd": lambda f, _r: f.with_columns(LOGNORMAL + 0.25 * SPREAD),
    "sd of a normal column x 1.25": lambda f, _r: f.with_columns(NORMAL * 1.25),
    "sd of a normal column x 1.5": lambda f, _r: f.with_columns(NORMAL * 1.5),
    "share of one of 5 values 20 % to 30 %": lambda f, r: f.with_columns(
        pl.when(some(0.125, r, f.height)).then(pl.lit("v0")).otherwise(BALANCED).alias(name(5))
    ),
    "share of ones 16 % to 26 %": lambda f, r: f.with_columns(
        pl.when(some(0.1 / 0.84, r, f.height)).then(1).otherwise(FLAG).alias(name(7))
    ),
    "nulls 0 % to 5 %": lambda f, r: f.with_columns(pl.when(~some(0.05, r, f.height)).then(LOGNORMAL).alias(name(1))),
    "nulls 5 % to 10 %": lambda f, r: f.with_columns(
        pl.when(~some(0.05 / 0.95, r, f.height)).then(NORMAL).alias(name(0))
    ),
    "1 % of a normal column becomes -999": lambda f, r: f.with_columns(
        pl.when(some(0.01, r, f.height)).then(-999.0).otherwise(NORMAL).alias(name(0))
    ),
    "one of 5 values is gone": lambda f, _r: f.with_columns(BALANCED.replace({"v0": "v1"})),
}


def main(rounds: int) -> None:
    """Print one line for each change; the changes of one round share its two tables."""
    found = {change: [] for change in CHANGES}
    for rows in SIZES:
        hits = dict.fromkeys(CHANGES, 0)
        random = np.random.default_rng([20261121, *rows])
        for _ in range(rounds):
            first, second = table(random, rows[0]), table(random, rows[1])
            before = reference(first)
            pairs, _ = pairs_of(before, count(scan(second), before), features=first.columns)
            tests = sum(one.tests(pair) for one in measures()[0] for pair in pairs)
            for change, apply in CHANGES.items():
                hits[change] += _found(before, apply(second, random), second, FALSE_ALARMS / tests)
        for change, number in hits.items():
            found[change].append(f"{100 * number / rounds:.0f} %")
        print(rows, hits, flush=True)
    print("| change in 1 of 30 columns |", " | ".join(f"{a:,} / {b:,}" for a, b in SIZES), "|")
    print("|---|" + "---|" * len(SIZES))
    for change, shares in found.items():
        print(f"| {change} |", " | ".join(shares), "|")


def _found(before: Profile, changed: pl.DataFrame, second: pl.DataFrame, alpha: float) -> bool:
    """Tell whether the column that changed is found, with the false alarms that all columns may give together."""
    names = [one for one in second.columns if not changed[one].equals(second[one], null_equal=True)]
    pairs, _ = pairs_of(before, count(scan(changed), before, names), features=names)
    readings = [one for measure in measures()[0] for pair in pairs for one in measure.read(pair, alpha)]
    return any(judged(one, EFFECT).verdict == "drift" for one in readings)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)

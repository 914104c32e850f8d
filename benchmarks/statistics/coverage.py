"""Simulate how often 95 % intervals hold the truth: of every metric, of levels and of paired differences.

Holdouts of 200, 2,000 and 20,000 rows are drawn from populations of a million rows, whose own metrics are the truth.
The counts go to ``coverage.json`` beside this file; from it come the table in ``docs/coverage.md`` and what a bout warns
of (``src/modelbout/bout/coverage.json``).

    python benchmarks/statistics/coverage.py [--repeats 1000] [--jobs 2]    # simulate, then write
    python benchmarks/statistics/coverage.py --write                          # write from the counts that are there
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from pages import write_page, write_warnings
from worlds import TERMS, Population, World

from modelbout.bout import intervals
from modelbout.bout.comparison import compared
from modelbout.bout.roster import deciding_for, metric

CONFIDENCE = 0.95
SIZES = (200, 2_000, 20_000)
WORLDS = (
    *(World("binary", rare, many) for rare in (0.5, 0.3, 0.05) for many in (True, False)),
    *(World("multiclass", rare) for rare in (0.25, 0.05)),
    World("multiclass", 0.25, many=False),
    World("regression"),
    World("regression", heavy=True),
    World("binary", 0.3, clustered=True),
    World("binary", 0.05, clustered=True),
    World("multiclass", 0.25, clustered=True),
    World("regression", clustered=True),
)

# A twentieth of what a bout draws: the ends wander by 8 % of the standard error more, which hides and adds nothing.
DRAWS = 1_000

# Large holdouts take long and are where least can go wrong.
SHARE_OF_REPEATS = {200: 1.0, 2_000: 0.6, 20_000: 0.2}

COUNTS = Path(__file__).with_name("coverage.json")


def simulate(world: World, rows: int, repeats: int) -> dict[str, Any]:
    """Return, for each metric, how many intervals there were and how many held the truth."""
    intervals.DRAWS = DRAWS
    began = time.process_time()
    population = Population(world)
    names = deciding_for(world.task, TERMS)
    truths = {name: _truth(name, population) for name in names}
    rng = np.random.default_rng([2, rows])
    counts = {name: {"level": [0, 0], "difference": [0, 0], "drawn": repeats} for name in names}
    for repeat in range(repeats):
        mine, theirs = population.holdout(rows, rng)
        if world.task != "regression" and mine.support.min() < intervals.MIN_CLASS_ROWS:
            continue  # refused before anything is measured
        for name in names:
            found = compared(name, metric(name, TERMS), mine, theirs, confidence=CONFIDENCE, seed=repeat)
            level, difference = found.challenger.interval, found.difference
            if level is not None:
                _count(counts[name]["level"], level.low, level.high, truths[name][0])
            if difference is not None:
                _count(counts[name]["difference"], difference.low, difference.high, truths[name][1])
    seconds = round(time.process_time() - began, 1)
    print(f"{world.shown()}, n={rows:,}: {repeats} repeats in {seconds} s of CPU", flush=True)
    return {"world": world._asdict(), "rows": rows, "repeats": repeats, "seconds": seconds, "metrics": counts}


def _truth(name: str, population: Population) -> tuple[float, float]:
    one = metric(name, TERMS)
    mine, theirs = (one.measure(sheet).value for sheet in population.sheets)
    return mine, (mine - theirs) * (1 if one.better == "higher" else -1)


def _count(counts: list[int], low: float, high: float, truth: float) -> None:
    counts[0] += 1
    counts[1] += low <= truth <= high


def _one(job: tuple[World, int, int]) -> dict[str, Any]:
    return simulate(*job)


def main() -> None:
    """Simulate and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    if not told.write:
        jobs = [(world, rows, round(told.repeats * SHARE_OF_REPEATS[rows])) for rows in SIZES for world in WORLDS]
        with ProcessPoolExecutor(told.jobs) as pool:
            found = list(pool.map(_one, jobs))
        COUNTS.write_text(_lines(found), encoding="utf-8")
    cases = json.loads(COUNTS.read_text(encoding="utf-8"))
    write_page(cases)
    write_warnings(cases)


def _lines(cases: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n"


if __name__ == "__main__":
    main()

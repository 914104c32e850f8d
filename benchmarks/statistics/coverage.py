"""Simulate how often 95 % intervals hold the truth: of every metric, of levels and of paired differences.

Holdouts of 200, 2,000 and 20,000 rows are drawn from large populations, whose own metrics are the truth. The counts go
to ``coverage.json`` beside this file; from it come the table in ``docs/coverage.md`` and what a bout warns of
(``src/modelbout/bout/coverage.json``).

    python benchmarks/statistics/coverage.py                    # simulate anew: about an hour of CPU
    python benchmarks/statistics/coverage.py --add --seed 3     # add to the counts that are there
    python benchmarks/statistics/coverage.py --write            # only write from them
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pages import write_page, write_warnings
from worlds import TERMS, Population, World

from modelbout.bout import intervals
from modelbout.bout.bootstrap import replicates
from modelbout.bout.cautions import disagreement
from modelbout.bout.paired import difference
from modelbout.bout.roster import deciding_for, metric

if TYPE_CHECKING:
    from pages import Case

    from modelbout.bout.metric import Metric
    from modelbout.bout.paired import Difference
    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import Interval

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


def simulate(world: World, rows: int, repeats: int, seed: int) -> Case:
    """Return, for each metric, how many intervals there were and how many held the truth."""
    intervals.DRAWS = DRAWS
    began = time.process_time()
    population = Population(world)
    names = deciding_for(world.task, TERMS)
    truths = {name: _truth(name, population) for name in names}
    rng = np.random.default_rng([seed, rows])
    counts = {name: {"level": [0, 0], "difference": [0, 0]} for name in names}
    shared: list[float] = []
    for repeat in range(repeats):
        mine, theirs = population.holdout(rows, rng)
        if world.task != "regression" and mine.support.min() < intervals.MIN_CLASS_ROWS:
            continue  # refused before anything is measured
        shared.append(disagreement(mine, theirs))
        for name in names:
            one = metric(name, TERMS)
            level, difference = _intervals(one, mine, theirs, seed=repeat)
            if level is not None:
                _count(counts[name]["level"], level.low, level.high, truths[name][0])
            if difference is not None:
                _count(counts[name]["difference"], difference.low, difference.high, truths[name][1])
    seconds = round(time.process_time() - began, 1)
    print(f"{world.shown()}, n={rows:,}: {repeats} repeats in {seconds} s of CPU", flush=True)
    return {
        "world": world._asdict(),
        "rows": rows,
        "disagreement": float(np.mean(shared)),
        "seconds": seconds,
        "repeats": repeats,
        "metrics": counts,
    }


def _intervals(one: Metric, mine: Sheet, theirs: Sheet, seed: int) -> tuple[Interval | None, Difference | None]:
    """Return what ``compared`` makes, without the champion's own interval, which would take a third of the time."""
    measured = one.measure(mine), one.measure(theirs)
    drawn = replicates(one, (mine, theirs), seed) if one.interval == "bootstrap" else None
    own = None if drawn is None else drawn[0]
    level = intervals.level(one, mine, measured[0], confidence=CONFIDENCE, seed=seed, drawn=own)
    both = None if drawn is None else (drawn[0], drawn[1])
    return level.interval, difference(one, mine, theirs, measured, confidence=CONFIDENCE, seed=seed, drawn=both)


def _truth(name: str, population: Population) -> tuple[float, float]:
    one = metric(name, TERMS)
    mine, theirs = (one.measure(sheet).value for sheet in population.sheets)
    return mine, (mine - theirs) * (1 if one.better == "higher" else -1)


def _count(counts: list[int], low: float, high: float, truth: float) -> None:
    counts[0] += 1
    counts[1] += low <= truth <= high


def _one(job: tuple[World, int, int, int]) -> Case:
    return simulate(*job)


def merged(cases: list[Case], case: Case) -> list[Case]:
    """Return the cases with one more: counts of the same world and size add up."""
    for known in cases:
        if known["world"] == case["world"] and known["rows"] == case["rows"]:
            known["repeats"] += case["repeats"]
            known["seconds"] = round(known["seconds"] + case["seconds"], 1)
            for name, counts in case["metrics"].items():
                old = known["metrics"].setdefault(name, {"level": [0, 0], "difference": [0, 0]})
                known["metrics"][name] = {
                    kind: [a + b for a, b in zip(old[kind], counts[kind], strict=True)] for kind in counts
                }
            return cases
    return [*cases, case]


def main() -> None:
    """Simulate and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=1000, help="at 200 rows; fewer at more rows")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--seed", type=int, default=2, help="another one adds to the counts that are there")
    parser.add_argument("--add", action="store_true", help="add to the counts that are there")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--write", action="store_true", help="only write the pages from the counts that are there")
    told = parser.parse_args()
    cases: list[Case] = json.loads(COUNTS.read_text(encoding="utf-8")) if told.add or told.write else []
    if not told.write:
        jobs = [
            (world, rows, round(told.repeats * SHARE_OF_REPEATS[rows]), told.seed)
            for rows in told.sizes
            for world in WORLDS
        ]
        with ProcessPoolExecutor(told.jobs) as pool:
            for case in pool.map(_one, jobs):
                cases = merged(cases, case)
                COUNTS.write_text(_lines(cases), encoding="utf-8")
    write_page(cases)
    write_warnings(cases)


def _lines(cases: list[Case]) -> str:
    return "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n"


if __name__ == "__main__":
    main()

"""How many whole reports on undrifted tables of 30 columns speak of drift, by numbers of rows.

With the threshold of 0.1 as reports have it, and with no threshold, so that the noise allowance stands alone.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import numpy as np
from tables import report

ROUNDS = {
    (200, 200): 1000,
    (200, 1_000): 500,
    (200, 100_000): 60,
    (1_000, 200): 500,
    (1_000, 1_000): 500,
    (1_000, 10_000): 200,
    (10_000, 10_000): 150,
    (10_000, 1_000): 200,
    (10_000, 1_000_000): 10,
    (100_000, 100_000): 40,
    (1_000_000, 1_000_000): 10,
}


LEAST_ROWS = int(next((one for one in sys.argv[2:] if one.isdigit()), 0))
"""Only sizes with a table of so many rows: the large ones take long."""


def main(share: float, *, whole: bool) -> None:
    """Print one line for each pair of sizes; ``share`` of the rounds are played."""
    print("| reference | current | reports | false, effect 0.1 | false, no threshold | verdicts | by measure |")
    print("|---|---|---|---|---|---|---|")
    for place, (rows, rounds) in enumerate(ROUNDS.items()):
        if max(rows) < LEAST_ROWS:
            continue
        began = time.perf_counter()
        number = max(round(rounds * share), 4)
        false, bare, verdicts, guilty = 0, 0, Counter(), Counter()
        random = np.random.default_rng([20261121, place])
        for _ in range(number):
            seed = random.integers(2**63)
            found = report(np.random.default_rng(seed), rows, whole=whole)
            false += found.verdict == "drift"
            verdicts[found.verdict] += 1
            readings = [one for column in found.columns for one in column.readings] + list(found.table)
            over = [one.measure for one in readings if one.allowance is not None and one.effect > one.allowance]
            over = [one for one in over if one != "rows"]
            bare += bool(over)
            guilty.update(over)
        seconds = (time.perf_counter() - began) / number
        shown = ", ".join(f"{name} {count}" for name, count in verdicts.most_common())
        print(
            f"| {rows[0]:,} | {rows[1]:,} | {number:,} | {100 * false / number:.1f} % | {100 * bare / number:.1f} % "
            f"| {shown} | {dict(guilty)} {seconds:.2f} s |",
            flush=True,
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0, whole="whole" in sys.argv)

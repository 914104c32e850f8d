"""Draw what a bout of two models starts from: truth, scores of both and two columns of groups, as arrays in files.

python benchmarks/bout/draw.py DIRECTORY ROWS
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

GROUPS = 10


def main(place: Path, rows: int) -> None:
    """Write the arrays."""
    rng = np.random.default_rng(0)
    signal = rng.normal(-1, 1.5, rows)
    np.save(place / "truth.npy", (rng.random(rows) < 1 / (1 + np.exp(-signal))).astype(np.int64))
    for name, noise in (("challenger", 0.5), ("champion", 0.6)):
        np.save(place / f"{name}.npy", 1 / (1 + np.exp(-(signal + rng.normal(0, noise, rows)))))
    for name in ("region", "plan"):
        np.save(place / f"{name}.npy", rng.integers(0, GROUPS, rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

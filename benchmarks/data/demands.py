"""What all three programs check, in plain Python: an environment without Polars reads it too."""

from __future__ import annotations

from typing import Final

CITIES: Final = tuple(f"city {number:02}" for number in range(40))
WORDS: Final = {
    "plan": ("basic", "plus", "pro"),
    "channel": ("web", "shop", "phone", "partner"),
    "state": ("active", "paused", "closed"),
    "city": CITIES,
}
RANGES: Final = {"age": (0, 120), "price": (0, 10_000), "score": (-10, 10)}
# Columns that have gaps, and the share that is allowed.
GAPS: Final = {"note": 0.2, "ratio": 0.1}

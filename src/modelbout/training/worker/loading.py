"""Load models in turns, and time it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

WARM_UP = 1  # loads of each that are thrown away: they import what the model is made of


def in_turns(loads: Sequence[Callable[[], Any]], plan: Mapping[str, Any]) -> list[list[float]]:
    """Call each of them again and again, now one and now the other first; seconds for each call."""
    spent: list[list[float]] = [[] for _ in loads]
    deadline = time.perf_counter() + plan["seconds"]
    for turn in range(-WARM_UP, plan["rounds"]):
        for which in range(len(loads)) if turn % 2 else reversed(range(len(loads))):
            began = time.perf_counter()
            loads[which]()
            if turn >= 0:
                spent[which].append(time.perf_counter() - began)
        if turn + 1 >= plan["least_rounds"] and time.perf_counter() > deadline:
            break
    return spent

"""Time models in turns."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any

from .frames import arrays, read_frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LATENCY_WARM_UP = 3  # rounds thrown away: caches and thread pools are cold in the first ones


def interleaved(models: Sequence[Any], job: Mapping[str, Any]) -> list[list[float]]:
    """Time the models in turns on the same batches, now one and now the other first; seconds for each batch."""
    plan, asks = job["latency"], [entry["rows"] for entry in job["models"]]
    frames = [read_frame(arrays(ask["rows"]), ask["columns"]) for ask in asks]
    rows = len(frames[0])
    size = min(rows, plan["batch_rows"])
    timings: list[list[float]] = [[] for _ in models]
    deadline = time.perf_counter() + plan["seconds"]
    gc.collect()
    gc.disable()
    for turn in range(-LATENCY_WARM_UP, plan["rounds"]):
        start = (max(turn, 0) * size) % (rows - size + 1)
        for which in range(len(models)) if turn % 2 else reversed(range(len(models))):
            batch = frames[which].iloc[start : start + size]
            ask_model = getattr(models[which], "predict_proba", models[which].predict)
            began = time.perf_counter()
            ask_model(batch)
            spent = time.perf_counter() - began
            if turn >= 0:
                timings[which].append(spent)
        if turn + 1 >= plan["least_rounds"] and time.perf_counter() > deadline:
            break
    gc.enable()
    return timings

"""Score sealed models afresh."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..answers import answer
from ..findings import as_on_its_day
from ..latency import interleaved
from ..model_files import load
from ..models import skops_io

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Load each model from its file and write its answers; with ``latency``, time them in turns as well."""
    skops_io(job["allowed"])  # its import time is nobody's load time
    models, loads = [], []
    for entry in job["models"]:
        began = time.perf_counter()
        with as_on_its_day(entry["name"]):
            models.append(load(entry, job["allowed"]))
        loads.append(time.perf_counter() - began)
    for model, entry in zip(models, job["models"]):  # noqa: B905 -- strict= needs Python 3.10
        with as_on_its_day(entry["name"]):
            answer(model, entry["golden"], entry["classes"])
        answer(model, entry["rows"], entry["classes"])
    return {"load_seconds": loads, "timings": interleaved(models, job) if job["latency"] else [[] for _ in models]}

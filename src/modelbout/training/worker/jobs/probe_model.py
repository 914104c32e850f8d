"""Measure models besides their answers: how long they load, what memory they take, how they bear odd inputs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..answers import answer
from ..findings import as_on_its_day
from ..hardship import in_other_forms, survived
from ..latency import interleaved
from ..loading import in_turns
from ..memory import peak_bytes
from ..model_files import load
from ..models import skops_io

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Load the models, let them answer golden and other rows, then measure what the job asks for.

    Memory is that of the process until then, so its job names one model. Odd inputs are for the first model alone.
    """
    skops_io(job["allowed"])  # its import time is nobody's load time
    loads = [partial(load, entry, job["allowed"]) for entry in job["models"]]
    models = []
    for loaded, entry in zip(loads, job["models"]):  # noqa: B905 -- strict= needs Python 3.10
        with as_on_its_day(entry["name"]):
            models.append(loaded())
            answer(models[-1], entry["golden"], entry["classes"])
        answer(models[-1], entry["rows"], entry["classes"])
    found: dict[str, Any] = {"peak_bytes": peak_bytes()}
    classes = job["models"][0]["classes"]
    if job["parity"]:
        found.update(in_other_forms(models[0], job["parity"], classes))
    if job["hostile"]:
        found["survived"] = survived(models[0], job["hostile"], classes)
    if job["loads"]:
        found["load_times"] = in_turns(loads, job["loads"])
    if job["row_times"]:
        found["timings"] = interleaved(models, {"models": job["models"], "latency": job["row_times"]})
    return found

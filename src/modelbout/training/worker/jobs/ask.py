"""Let a model file answer rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..answers import answer
from ..model_files import load

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Load the model and write its answers."""
    model = load(job, job["allowed"])
    for ask in job["asks"]:
        answer(model, ask, job["classes"])
    return {}

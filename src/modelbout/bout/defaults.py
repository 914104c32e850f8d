"""What is compared when modelbout.yaml does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.config.compare import Primary

if TYPE_CHECKING:
    from modelbout.config.compare import Compare
    from modelbout.manifest import Task

# Metrics of the order or the probabilities find a true gain twice as often as accuracy or F1 do (docs/metrics).
METRIC: dict[Task, str] = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def primary(compare: Compare, task: Task) -> Primary:
    """Return the primary metric as configured, or the task's own with rule ``superior`` and margin 0."""
    return compare.primary or Primary(metric=METRIC[task])

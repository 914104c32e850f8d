"""Rules whose value has a smallest and a largest allowed number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelbout.contract.kind import refuse
from modelbout.contract.literals import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change


@dataclass(frozen=True)
class Span:
    """From ``min`` to ``max``, both included; None = open."""

    min: Any = None
    max: Any = None

    def __str__(self) -> str:
        """Return the span in words: ``from 1 to 5``, ``at least 1``, ``at most 5``."""
        if self.min is None:
            return f"at most {shown(self.max)}"
        return f"at least {shown(self.min)}" if self.max is None else f"from {shown(self.min)} to {shown(self.max)}"

    def holds(self, value: float) -> bool:
        """Return whether a number lies within; NaN does not."""
        return (
            not math.isnan(value)
            and (self.min is None or value >= self.min)
            and (self.max is None or value <= self.max)
        )


def span_of(node: Node, keys: Mapping[str, Node], read: Callable[[Node], Any]) -> Span:
    """Return the span in a mapping that may have other keys too.

    Args:
        node: the mapping.
        keys: its values by their keys.
        read: makes a number of an end.

    Raises:
        ConfigError: it has no end, an end is no number, or nothing lies between them.
    """
    ends = {key: read(keys[key]) for key in ("min", "max") if key in keys}
    if not ends:
        raise refuse(node, "found no range", "`min`, `max` or both", "Write `{min: 1, max: 5}`.")
    span = Span(**ends)
    if None not in (span.min, span.max) and span.min > span.max:
        found = f"min {shown(span.min)} is above max {shown(span.max)}"
        raise refuse(node, found, "min up to max", "Swap them, or correct one.")
    return span


def compare_spans(old: Span | None, new: Span | None) -> Change:
    """Compare two spans: one that leaves out a number of the other asks more; None = open at both ends."""
    before, after = old or Span(), new or Span()
    if before == after:
        return "same"
    raised = after.min is not None and (before.min is None or after.min > before.min)
    lowered = after.max is not None and (before.max is None or after.max < before.max)
    return "tighter" if raised or lowered else "looser"

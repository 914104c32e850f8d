"""Rules whose value is a share of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.config.wording import quoted
from modelbout.config.yaml_tree import scalar_value
from modelbout.contract.kind import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context


def read_share(node: Node, _context: Context) -> float:
    """Read a share from 0 to 1.

    Raises:
        ConfigError: it is none.
    """
    value = scalar_value(node) if node.kind == "scalar" and node.tag in ("int", "float") else None
    if isinstance(value, int | float) and 0 <= value <= 1:
        return float(value)
    found = quoted(node.text) if node.kind == "scalar" else f"a {'list' if node.kind == 'sequence' else 'mapping'}"
    fix = "Write 0.01 for one row in a hundred, 0 for none, 1 for as many as there are."
    raise refuse(node, f"found {found}", "a share from 0 to 1", fix)


def of_share(what: str, share: float) -> Callable[[int, int], str]:
    """Return a message such as ``29 of 100 rows have no `a`: 29.00%, allowed 28.00%``."""

    def message(failed: int, total: int) -> str:
        counted = f"{failed:,} of {total:,} rows {what}"
        return counted if share == 0 else f"{counted}: {failed / total:.2%}, allowed {share:.2%}"

    return message


def compare_shares(old: float | None, new: float | None) -> Change:
    """Compare two shares of rows that may fail: a smaller one asks more; None = all of them."""
    before, after = (1.0 if share is None else share for share in (old, new))
    if before == after:
        return "same"
    return "tighter" if after < before else "looser"

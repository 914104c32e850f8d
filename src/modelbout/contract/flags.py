"""Rules whose value is true or false."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.config.wording import quoted
from modelbout.contract.kind import refuse

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context


def read_flag(node: Node, _context: Context) -> bool:
    """Read ``true`` or ``false``.

    Raises:
        ConfigError: it is something else; ``yes`` and ``on`` are texts in YAML 1.2.
    """
    if node.kind == "scalar" and node.tag == "bool":
        return node.text.casefold() == "true"
    found = quoted(node.text) if node.kind == "scalar" else f"a {'list' if node.kind == 'sequence' else 'mapping'}"
    raise refuse(node, f"found {found}", "`true` or `false`")


def compare_flags(old: bool | None, new: bool | None) -> Change:  # noqa: FBT001 -- called by position, like every compare
    """Compare two demands: true asks more than false or nothing."""
    if bool(old) == bool(new):
        return "same"
    return "tighter" if new else "looser"

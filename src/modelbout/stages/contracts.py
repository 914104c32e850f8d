"""What can be done with contracts alone: draft one from a table, compare two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.contract.diff import Change, diff
from modelbout.contract.infer import infer
from modelbout.contract.load import load_contract
from modelbout.data.reading import Reading
from modelbout.data.sources import scan

if TYPE_CHECKING:
    from collections.abc import Sequence


def draft(tables: Sequence[str]) -> str:
    """Return the text of a contract for one table that lies in one or many files.

    Raises:
        DataError: a file cannot be read as a table.
    """
    opened = scan(tuple(tables), root=Path.cwd(), reading=Reading())
    return infer(opened, shown=", ".join(tables))


def changes(old: Path, new: Path) -> tuple[Change, ...]:
    """Return what changed between two contracts, breaking changes first."""
    found = diff(load_contract(old, shown=str(old)), load_contract(new, shown=str(new)))
    return tuple(sorted(found, key=lambda change: not change.breaking))

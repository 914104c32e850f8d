"""The part of the holdout that no push sees: closed at each bout, opened once, when a winner is to take the title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import ConfigError, Problem
from modelbout.evidence import Sealed

if TYPE_CHECKING:
    from modelbout.registry.protocol import Registry
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace


def require_counting(work: Workspace, book: Registry) -> None:
    """Refuse to open sealed rows where no line of it would be kept.

    Raises:
        ConfigError: the registry is on GitHub, and this is not the bout after a merge.
    """
    if not book.counts_bouts:
        raise ConfigError(
            Problem(
                found="sealed rows are opened by a command that keeps a line of it, and the registry is on GitHub",
                allowed="a registry in a directory, or the bout that a workflow fights after a merge",
                fix="merge the pull request: the workflow modelbout-promote opens them for a winner",
                place=work.loaded.place("compare.sealed"),
            )
        )


def closed(table: Rows) -> Sealed | None:
    """Return what a bout says of the sealed rows: how many there are."""
    if table.sealed is None:
        return None
    return Sealed(rows=table.sealed.height, open_rows=table.holdout.height, opened=False)

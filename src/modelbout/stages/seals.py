"""The part of the holdout that no push sees: closed at each bout, opened once, when a winner is to take the title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import ConfigError, Problem
from modelbout.evidence import Sealed

if TYPE_CHECKING:
    from modelbout.registry.protocol import Registry
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace


def sealable(work: Workspace, book: Registry) -> Registry:
    """Return the registry, unless rows are sealed and it keeps no line of each time they are opened.

    Raises:
        ConfigError: ``compare.sealed`` with a registry on GitHub.
    """
    if work.config.compare.sealed is not None and not book.counts_bouts:
        raise ConfigError(
            Problem(
                found="`sealed` is set, and the registry is on GitHub",
                allowed="a registry in a directory",
                fix="take `sealed` out of `compare`; `wear: {policy: strict}` needs no sealed rows",
                place=work.loaded.place("compare.sealed"),
            )
        )
    return book


def closed(table: Rows) -> Sealed | None:
    """Return what a bout says of the sealed rows: how many there are."""
    if table.sealed is None:
        return None
    return Sealed(rows=table.sealed.height, open_rows=table.holdout.height, opened=False)

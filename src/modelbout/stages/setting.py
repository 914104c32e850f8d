"""What the rules of a contract may ask about beside the table: other tables, the model's target."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from modelbout.contract.kind import Setting
from modelbout.data.reading import Reading
from modelbout.data.sources import scan

if TYPE_CHECKING:
    from modelbout.data.reading import ColumnReading
    from modelbout.data.sources import Scan
    from modelbout.stages.workspace import Workspace


def setting_of(work: Workspace) -> Setting:
    """Return what the rules may ask; another table is opened when a rule first asks for it, and once.

    Its path starts, as that of `data.source`, at the directory of modelbout.yaml. Polars reads it: no engine is trusted
    with two tables, so Polars answers such a rule whatever `data.engine` is.
    """
    data = work.config.data

    @cache
    def open_table(path: str, columns: tuple[ColumnReading, ...]) -> Scan:
        return scan(path, root=work.root, reading=Reading(columns=columns))

    unused = (*((data.id,) if data.id is not None else ()), *data.exclude)
    return Setting(target=data.target, unused=unused, open=open_table)

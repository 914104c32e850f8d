"""What the rules of a contract may ask about beside the table: other tables, the model's target."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from modelbout.contract.kind import Setting
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.stages.policy import forbidden_in

if TYPE_CHECKING:
    from collections.abc import Collection

    from modelbout.data.reading import ColumnReading
    from modelbout.data.sources import Scan
    from modelbout.stages.workspace import Workspace


def setting_of(work: Workspace, columns: Collection[str] = ()) -> Setting:
    """Return what the rules of a table with these columns may ask; another one is opened once a rule asks for it.

    Its path starts, as that of `data.source`, at the directory of modelbout.yaml. Polars reads it: no engine is trusted
    with two tables, so Polars answers such a rule whatever `data.engine` is.
    """
    data = work.config.data

    @cache
    def open_table(path: str, columns: tuple[ColumnReading, ...]) -> Scan:
        return scan(path, root=work.root, reading=Reading(columns=columns))

    unused = (*((data.id,) if data.id is not None else ()), *data.exclude, *forbidden_in(work, columns))
    return Setting(target=data.target, unused=unused, open=open_table)

"""What the rules of a contract may ask about beside the table: other tables, the model's target."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from modelbout.contract.kind import Setting
from modelbout.data.opening import open_source
from modelbout.data.reading import Reading
from modelbout.errors import TrainingError
from modelbout.stages.champion_rows import champion_rows
from modelbout.stages.policy import forbidden_in

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from modelbout.contract.kind import Answers
    from modelbout.contract.model import Contract
    from modelbout.data.reading import ColumnReading
    from modelbout.data.sources import Scan
    from modelbout.stages.workspace import Workspace


def setting_of(
    work: Workspace, columns: Collection[str] = (), role: str = "source", contract: Contract | None = None
) -> Setting:
    """Return what the rules of a table with these columns may ask; another one is opened once a rule asks for it.

    It is named as in `data.source`: a path from the directory of modelbout.yaml, or an address. No engine is trusted
    with two tables, so Polars answers such a rule whatever `data.engine` is.
    """
    data = work.config.data

    @cache
    def open_table(path: str, columns: tuple[ColumnReading, ...]) -> Scan:
        return open_source(path, root=work.root, reading=Reading(columns=columns))

    asked = count(1)

    def run(function: str, rows: pl.DataFrame) -> Answers:
        from modelbout.training.custom import ask

        log = f"checks/{role}-{next(asked)}-{function.replace(':', '-')}.log"
        try:
            said = ask(
                function,
                rows,
                train=work.config.train,
                root=work.root,
                work=work.run / "checks",
                log=work.run / log,
            )
        except TrainingError:
            # What it said may hold values of rows: it stays in the log.
            return {"refused": "ended", "log": f"`{log}` of the run directory"}
        return asdict(said)

    unused = (*((data.id,) if data.id is not None else ()), *data.exclude, *forbidden_in(work, columns))
    return Setting(
        reference_rows=champion_rows(work, contract, role),
        target=data.target,
        unused=unused,
        open=open_table,
        run=run,
    )

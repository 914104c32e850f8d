"""Ask a function of the user's about rows, in the user's own Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from modelbout.training.environment import interpreter
from modelbout.training.errand import on_disk, send
from modelbout.training.rows import write_rows

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from modelbout.config.train import Train

# Ours: a check that takes longer is a program of its own, before validation. `train.timeout_minutes` may be shorter.
MOST_MINUTES: Final = 10.0
KEY: Final = "data.contract"


@dataclass(frozen=True)
class Opinion:
    """What the function says of the rows: numbers, and one of a few words; no text of the user's.

    Attributes:
        failed: how many are wrong.
        places: where the first of them stand, from 0.
        refused: why the answer cannot be used; empty = it can.
        given: how many answers there were (``length``), or how many of them are missing (``missing``).
    """

    failed: int = 0
    places: tuple[int, ...] = ()
    refused: Literal["", "kind", "length", "missing"] = ""
    given: int = 0


def ask(function: str, rows: pl.DataFrame, *, train: Train, root: Path, work: Path, log: Path) -> Opinion:
    """Call ``module:function`` of the user's with the rows as a pandas frame.

    Args:
        function: importable from the root.
        rows: plain columns only.
        train: which interpreter.
        root: the directory of modelbout.yaml; the function runs in it.
        work: a directory for the file border.
        log: gets what the function prints.

    Raises:
        ConfigError: there is no such interpreter.
        TrainingError: the function is not there, raised, ended the program, or took too long.
        DataError: a number does not fit into 64 bits.
    """
    work = work.absolute()  # the child runs elsewhere
    path = work / "rows.npz"
    with on_disk(work, key=KEY):
        work.mkdir(parents=True, exist_ok=True)
        columns = write_rows(path, rows)
    job = {
        "job": "inspect",
        "root": str(root.absolute()),
        "function": function,
        "rows": str(path),
        "columns": columns,
        "log": str(log.absolute()),
    }
    try:
        said = send(
            job,
            interpreter=interpreter(train.python, root),
            cwd=root,
            work=work,
            timeout_seconds=min(train.timeout_minutes, MOST_MINUTES) * 60,
            key=KEY,
        )
    finally:
        path.unlink(missing_ok=True)
    within = 0 <= said.failed <= rows.height and all(0 <= place < rows.height for place in said.places)
    if said.refused or not within:
        return Opinion(refused=said.refused or "kind", given=said.given)
    return Opinion(said.failed, said.places)

"""From the configuration to typed training rows and holdout rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from modelbout.catalogue import did_you_mean
from modelbout.data.digests import table_digest
from modelbout.data.opening import open_source
from modelbout.data.reading import Reading
from modelbout.data.splits import seal_off, split
from modelbout.data.table import load
from modelbout.errors import ConfigError, DataError, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import polars as pl

    from modelbout.config.compare import Compare
    from modelbout.config.model import Data
    from modelbout.contract.model import Contract
    from modelbout.data.sources import Scan
    from modelbout.stages.workspace import Workspace

Role = Literal["source", "train", "holdout"]

SHOWN_ROWS = 5  # enough to find the pattern, few enough to read


@dataclass(frozen=True)
class Rows:
    """The two sides of a bout's data, with digests that name their rows whatever the order or the files.

    Attributes:
        train: the training rows.
        holdout: the rows on which models meet: those of the holdout that are open.
        train_digest: names the training rows.
        holdout_digest: names the open rows.
        sealed: the rows of the holdout that are opened at merge alone; None when all are open.
        whole_digest: names the whole holdout, whatever of it is open or left out: what bouts are counted by.
    """

    train: pl.DataFrame
    holdout: pl.DataFrame
    train_digest: str
    holdout_digest: str
    sealed: pl.DataFrame | None = None
    whole_digest: str = ""


def contract_of(work: Workspace) -> Contract | None:
    """Load the contract that the configuration names, or None when it names none."""
    from modelbout.contract.load import load_contract

    path = work.config.data.contract
    return None if path is None else load_contract(work.root / path, shown=path)


def scans(work: Workspace, contract: Contract | None) -> dict[Role, Scan]:
    """Open the tables lazily: ``source``, or ``train`` and ``holdout``; and hold the configuration's columns to them.

    Raises:
        DataError: a file is missing or cannot be read as a table.
        ConfigError: the configuration names columns that are not there (all of them at once).
    """
    data = work.config.data
    reading = contract.reading() if contract else Reading()
    sources: dict[Role, str | tuple[str, ...] | None] = {
        "source": data.source,
        "train": data.train,
        "holdout": data.holdout,
    }
    opened: dict[Role, Scan] = {}
    for role, source in sources.items():
        if source is None:
            continue
        opened[role] = open_source(source, root=work.root, reading=reading, place=work.loaded.place(f"data.{role}"))
        if contract is None:
            # What the training rows were guessed to be, the holdout is too: two guesses could differ.
            reading = opened[role].reading
    known = {column for opening in opened.values() for column in opening.columns}
    # A column that the contract promises is named rightly: when it is gone, the contract says so, and better.
    known |= {column.name for column in contract.columns} if contract else set()
    unknown = [absent(work, key, name, known) for key, name in named_columns(work) if name not in known]
    if unknown:
        raise ConfigError(*unknown)
    return opened


def absent(work: Workspace, key: str, name: str, known: Collection[str]) -> Problem:
    """Return the problem of a column that the configuration names and the data does not have."""
    return Problem(
        found=f"there is no column {name!r} in the data.{did_you_mean(name, known)}",
        allowed="one of the table's columns",
        fix="correct the name, or bring the column back",
        place=work.loaded.place(key),
    )


def named_columns(work: Workspace) -> Iterator[tuple[str, str]]:
    """Yield every column that the configuration names, with the key that names it."""
    data = work.config.data
    yield "data.target", data.target
    if data.id is not None:
        yield "data.id", data.id
    for number, name in enumerate(data.exclude):
        yield f"data.exclude[{number}]", name
    if isinstance(data.group, str):
        yield "data.group", data.group
    for number, name in enumerate(data.group if isinstance(data.group, tuple) else ()):
        yield f"data.group[{number}]", name
    if data.time is not None:
        yield "data.time", data.time
    if data.split is not None:
        if data.split.timed and data.split.column is not None:
            yield "data.split.column", data.split.column
        else:
            yield "data.split.by", data.split.by
    yield from compared_columns(work.config.compare)


def compared_columns(compare: Compare) -> Iterator[tuple[str, str]]:
    """Yield every column that ``compare`` names, with the key that names it."""
    for number, name in enumerate(compare.slices):
        yield f"compare.slices[{number}]", name
    for number, name in enumerate(() if compare.fairness is None else compare.fairness.columns):
        yield f"compare.fairness.columns[{number}]", name
    for index, one in enumerate(compare.expectations):
        for number, name in enumerate(one.invariant):
            yield f"compare.expectations[{index}].invariant[{number}]", name
        for key, column in (("rising", one.rising), ("falling", one.falling)):
            if column is not None:
                yield f"compare.expectations[{index}].{key}", column


def rows(work: Workspace, opened: dict[Role, Scan]) -> Rows:
    """Read both sides into memory and work out their digests.

    Raises:
        DataError: a named column is not there, a side is empty, or rows have no target.
    """
    data = work.config.data
    lost = [
        absent(work, key, name, opening.columns)
        for opening in opened.values()
        for key, name in named_columns(work)
        if name not in opening.columns
    ]
    if lost:
        raise DataError(*lost)
    if data.split is not None and "source" in opened:
        train, holdout = split(load(opened["source"]), data.split)
    else:
        train, holdout = load(opened["train"]), load(opened["holdout"])
    for opening in opened.values():
        opening.require_unchanged()
    faults = [*empty_sides(work, train, holdout), *missing_targets(work, train, holdout)]
    if faults:
        raise DataError(*faults)
    share = work.config.compare.sealed
    whole = table_digest(holdout)
    if share is None:
        return Rows(train, holdout, table_digest(train), whole, whole_digest=whole)
    shown, sealed = seal_off(holdout, share, key_columns(work.config.data))
    for part, frame in (("open", shown), ("sealed", sealed)):
        if frame.height == 0:
            raise DataError(
                Problem(
                    found=f"none of the {holdout.height:,} holdout rows is in the {part} part",
                    allowed="rows in both parts",
                    fix="hold out more rows, or take `sealed` out of `compare`",
                    place=work.loaded.place("compare.sealed"),
                )
            )
    return Rows(train, shown, table_digest(train), table_digest(shown), sealed, whole)


def key_columns(data: Data) -> tuple[str, ...] | None:
    """Return the columns that name what a row is about: the entity, the row, or None for all that is in it."""
    if data.group is not None:
        return (data.group,) if isinstance(data.group, str) else data.group
    if data.id is not None:
        return (data.id,)
    return None if data.split is None or data.split.timed else (data.split.by,)


def empty_sides(work: Workspace, train: pl.DataFrame, holdout: pl.DataFrame) -> Iterator[Problem]:
    """Yield a problem for each side without a row."""
    whole = work.config.data.source is not None
    for side, frame in (("train", train), ("holdout", holdout)):
        if frame.height == 0:
            yield Problem(
                found=f"there are no {'training' if side == 'train' else side} rows",
                allowed="at least one row on each side of the split",
                fix="look at the split: its share, or the moment from which the holdout starts"
                if whole
                else "give a table with rows",
                place=work.loaded.place("data.split" if whole else f"data.{side}"),
            )


def missing_targets(work: Workspace, train: pl.DataFrame, holdout: pl.DataFrame) -> Iterator[Problem]:
    """Yield a problem for each side with rows whose target is null or NaN."""
    target = work.config.data.target
    for side, frame in (("training", train), ("holdout", holdout)):
        column = frame[target]
        missing = column.is_null()
        if column.dtype.is_float():
            missing |= column.is_nan().fill_null(value=False)
        numbers = (missing.arg_true() + 1).to_list()
        if numbers:
            listed = ", ".join(str(number) for number in numbers[:SHOWN_ROWS])
            yield Problem(
                found=f"{len(numbers):,} of {frame.height:,} {side} rows have no target {target!r}"
                f" (rows {listed}{' ...' if len(numbers) > SHOWN_ROWS else ''} of that side)",
                allowed="a target in every row",
                fix="leave these rows out of the data, and let the contract say `nulls: 0` for the target",
                place=work.loaded.place("data.target"),
            )

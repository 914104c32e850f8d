"""The part of a bout that asks whether the answer was known beforehand: to inputs, training rows or the champion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.bout.subset import primary_on
from modelbout.data.digests import table_digest
from modelbout.data.leakage.contamination import seen_rows
from modelbout.data.leakage.entity import likely_entities, shared_entities
from modelbout.data.leakage.moments import known_afterwards, time_leaks
from modelbout.data.leakage.shared import SHOWN_ROWS, shared_rows
from modelbout.data.leakage.target import target_leaks
from modelbout.errors import DataError, Problem
from modelbout.results import Leak, SeenRows
from modelbout.training.row_ids import keys_like, row_ids_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from modelbout.bout.ring import Ring
    from modelbout.config.model import Data
    from modelbout.manifest import Signature
    from modelbout.progress import Progress
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace
    from modelbout.training.row_ids import RowIds, Sample

# A model that knows its rows by heart gains at most (1 - its metric) there: from a hundredth of the rows about .001 to
# .005, which is what margins are made of and what a holdout of 10,000 rows just detects.
CONTAMINATED_SHARE = 0.01
# Equal rows may be different ones. Where more of the training rows than this have a twin, rows without one are a
# strange selection: nothing is compared on them.
MOST_TWINS = 0.1
NO_IDS = "the champion's bundle carries no row ids: it is older than they are, or was trained with `row_ids: none`"
FIXES = {
    "target leak": ("data.exclude", "inputs that are known before the answer is"),
    "shared entity": ("data.group", "all rows of an entity on one side"),
    "time leak": ("data.split", "training rows before the holdout's"),
}


@dataclass(frozen=True, eq=False)
class Memory:
    """What the champion remembers of the holdout.

    Attributes:
        told: as the result holds it.
        clean: shape (m,), rows that it surely never saw; None when that is not known row by row.
        leak: what to warn of, or to refuse.
    """

    told: SeenRows
    clean: NDArray[np.bool_] | None = None
    leak: Leak | None = None


def look_for_leaks(work: Workspace, signature: Signature, table: Rows, progress: Progress) -> tuple[Leak, ...]:
    """Look for all kinds of leaks but the champion's own.

    Raises:
        DataError: ``data.time`` is neither date nor time.
    """
    data = work.config.data
    names = [feature.name for feature in signature.inputs]
    moment = time_column(data)
    group = (data.group,) if isinstance(data.group, str) else data.group
    with progress.step("looking for leaks"):
        found = [*shared_rows(table.train, table.holdout, id=data.id)]
        if group:
            found += shared_entities(table.train, table.holdout, group)
        elif not data.timed:
            # A forecast is about entities that are known: only rows that were dealt out should keep them apart.
            settled = {data.target, data.id, moment, data.split.by if data.split else None}
            found += likely_entities(table.train, table.holdout, known={name for name in settled if name is not None})
        if moment is not None:
            found += time_leaks(table.train, table.holdout, moment, strict=data.timed)
            found += known_afterwards(table.train, names, moment)
        found += target_leaks(table.train, names, data.target, work.config.task, signature.positive)
    return tuple(found)


def time_column(data: Data) -> str | None:
    """Return the column of a row's own moment, if there is one."""
    if data.time is not None or data.split is None or not data.split.timed:
        return data.time
    return data.split.column


def refuse_leaks(work: Workspace, found: tuple[Leak, ...]) -> None:
    """Stop when a leak makes the comparison meaningless.

    Raises:
        DataError: with one problem for each leak that is an error.
    """
    problems = []
    for leak in found:
        if leak.level == "error":
            key, allowed = FIXES.get(leak.kind, ("data.split", "no row on both sides"))
            problem = Problem(
                found=f"{leak.kind}: {leak.message}", allowed=allowed, fix=leak.fix, place=work.loaded.place(key)
            )
            problems.append(problem)
    if problems:
        raise DataError(*problems)


def remembered(work: Workspace, bundle: Path, holdout: pl.DataFrame) -> Memory:
    """Find the holdout rows that the champion was trained on, by its id column or else by their content.

    Raises:
        BundleError: the champion's row ids are damaged.
    """
    ids = row_ids_of(bundle)
    if ids is None:
        return Memory(SeenRows(rows=holdout.height, note=NO_IDS))
    if ids.id is not None and [column.name for column in ids.id.columns] == [work.config.data.id]:
        found = _memory(work, ids, ids.id, holdout)
        if not found.told.note:
            return found
    return _memory(work, ids, ids.content, holdout)


def _memory(work: Workspace, ids: RowIds, sample: Sample, holdout: pl.DataFrame) -> Memory:
    keys, note = keys_like(holdout, sample, ids.salt)
    if note:
        return Memory(SeenRows(rows=holdout.height, note=note))
    seen = seen_rows(sample.keys, keys, below=sample.below, confidence=work.config.compare.confidence)
    if seen.count is None:
        note = "none of the holdout's rows is among those that the champion's sample of row ids speaks of"
        return Memory(SeenRows(rows=holdout.height, note=note))
    named = sample is ids.id
    natural = not named and seen.natural
    told = SeenRows(rows=holdout.height, seen=seen.count, by="id" if named else "content", natural=natural)
    if natural or not seen.found.any():
        return Memory(told)
    share = seen.count.value / holdout.height
    about = "about " if seen.count.interval else ""
    twins = "" if named else ", or rows equal to these in every column"
    leak = Leak(
        kind="contaminated champion",
        columns=tuple(column.name for column in sample.columns) if named else (),
        level="error" if share >= CONTAMINATED_SHARE and work.config.compare.contaminated == "refuse" else "warn",
        strength=share,
        message=f"{about}{seen.count.value:,.0f} of {holdout.height:,} holdout rows are rows that the champion was"
        f" trained on{twins}: it looks better than it is",
        count=round(seen.count.value),
        total=holdout.height,
        rows=tuple(int(row) + 1 for row in seen.found.nonzero()[0][:SHOWN_ROWS]),
        fix="write `compare: {contaminated: drop}` to compare on the other rows, or hold out rows that no champion saw",
    )
    clean = seen.asked & ~seen.found
    return Memory(told, clean if named or seen.within <= MOST_TWINS else None, leak)


def without_seen(work: Workspace, table: Rows, memory: Memory) -> tuple[Rows, Memory]:
    """Leave the rows that the champion saw, or may have seen, out of the holdout, with ``compare.contaminated: drop``.

    Raises:
        DataError: none would be left, or it is not known row by row.
    """
    if memory.leak is None or work.config.compare.contaminated != "drop":
        return table, memory
    if memory.clean is None or not memory.clean.any():
        found = (
            "the champion was trained on all rows of the holdout"
            if memory.clean is not None
            else "so many training rows have equals that the rows which the champion saw cannot be told from others"
        )
        fix = "hold out rows that no champion saw; with `data.id`, rows can be told apart"
        raise DataError(Problem(found=found, fix=fix, place=work.loaded.place("compare.contaminated")))
    holdout = table.holdout.filter(memory.clean)
    dropped = table.holdout.height - holdout.height
    leak = msgspec.structs.replace(
        memory.leak, message=f"{memory.leak.message}; {dropped:,} rows were left out of this bout", fix=""
    )
    left = msgspec.structs.replace(memory.told, dropped=dropped, clean_rows=holdout.height)
    table = replace(table, holdout=holdout, holdout_digest=table_digest(holdout))
    return table, Memory(left, None, leak)


def with_clean_rows(memory: Memory | None, fought: Ring) -> Memory | None:
    """Add what the comparison is on the rows that the champion surely never saw."""
    if memory is None or memory.leak is None or memory.clean is None:
        return memory
    primary = primary_on(fought, memory.clean)
    told = msgspec.structs.replace(memory.told, clean_rows=int(memory.clean.sum()), clean=primary)
    return Memory(told, memory.clean, memory.leak)


def after_verdict(work: Workspace, memory: Memory | None, *, passed: bool) -> Leak | None:
    """Return the champion's leak as it stands after the verdict; stop where a flattered champion was not beaten.

    A challenger that wins against a flattered champion is better still against an honest one, so a win stands.

    Raises:
        DataError: the champion saw ``CONTAMINATED_SHARE`` of the rows or more, and the challenger did not win.
    """
    leak = None if memory is None else memory.leak
    if memory is None or leak is None or leak.level == "warn":
        return leak
    if passed:
        won = f"{leak.message}; the challenger wins even so"
        return msgspec.structs.replace(leak, level="warn", message=won)
    clean = f". {memory.told.clean.explanation.removesuffix('.')}" if memory.told.clean else ""
    raise DataError(
        Problem(
            found=f"{leak.kind}: {leak.message}, and the challenger did not win against that{clean}",
            allowed=f"less than {CONTAMINATED_SHARE:.0%} of the holdout",
            fix=leak.fix,
            place=work.loaded.place("data.split"),
        )
    )

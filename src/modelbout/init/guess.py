"""Guess what each column is for, from names, types and counts; every guess says why, for a person to review."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import quoted
from modelbout.errors import ConfigError, DataError, Place, Problem

if TYPE_CHECKING:
    from modelbout.init.look import Column, Look
    from modelbout.manifest import Task

# Names that tables of tutorials, competitions and warehouses give to what is predicted, surest first.
TARGET_NAMES = (
    "target", "label", "y", "class", "outcome", "response", "churn", "churned", "exited", "fraud", "is_fraud",
    "default", "survived", "species", "cnt", "count", "price", "sales", "demand", "quality",
)  # fmt: skip
POSITIVE_NAMES = frozenset(
    {"yes", "y", "true", "t", "1", "positive", "pos", "churn", "churned", "fraud", "default", "bad"}
)
_ID = re.compile(r"^id(?![a-z])|(?<![a-z])id(?![a-z])|id$|uuid|guid", re.IGNORECASE)

# Ours: more classes than a person would list by hand are a number or free text.
MAX_INTEGER_CLASSES = 10
MAX_TEXT_CLASSES = 50
# Ours: a group needs many rows to be learned from; names and free text have few each.
MAX_GROUPS = 1000
MAX_GROUPS_SHARE = 0.5
# Ours: slices that fit on one screen, each with a fair share of the rows.
MAX_SLICES = 3
MAX_SLICE_GROUPS = 8


@dataclass(frozen=True)
class Roles:
    """What each column is for.

    Attributes:
        target: the column to predict, and ``target_reason`` why this one.
        task: what kind of prediction, and ``task_reason``.
        id: the column that names a row, or None.
        split: the column that decides the side, ``timed`` when by its moment, and ``split_reason``.
        excluded: columns that are no inputs, each with the reason.
        numbers: inputs that are numbers.
        groups: inputs that are texts or booleans with few values.
        slices: columns whose groups are worth a line in the report.
    """

    target: str
    target_reason: str
    task: Task
    task_reason: str
    id: str | None
    split: str
    timed: bool
    split_reason: str
    excluded: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    groups: tuple[str, ...]
    slices: tuple[str, ...]


def roles(look: Look, target: str | None, *, shown: str) -> Roles:
    """Guess the role of every column.

    Raises:
        ConfigError: the given target is no column of the table.
        DataError: nothing can be predicted from this table.
    """
    if len(look.columns) < 2:  # noqa: PLR2004 -- one to predict, one to predict it from
        fix = "Take a table with a target and at least one input."
        raise DataError(Problem("the table has one column", "at least two", fix, Place(file=shown)))
    predicted, target_reason = _target(look, target, shown)
    task, task_reason = _task(predicted, shown)
    others = tuple(column for column in look.columns if column is not predicted)
    key = next((column for column in others if _ID.search(column.name) and column.is_key(look.rows)), None)
    split, split_reason = _split(look, others, key)
    excluded = tuple((column.name, reason) for column in others if (reason := _unfit(column, look.rows, key)))
    out = {name for name, _ in excluded}
    timed = split.type in ("date", "datetime")
    inputs = tuple(column for column in others if column.name not in out and (timed or column is not split))
    if not inputs:
        fix = "Add columns that a model can learn from, or name another target with --target."
        raise DataError(Problem("no column is left as an input", "at least one", fix, Place(file=shown)))
    groups = tuple(column for column in inputs if column.type in ("string", "boolean"))
    return Roles(
        target=predicted.name,
        target_reason=target_reason,
        task=task,
        task_reason=task_reason,
        id=key.name if key else None,
        split=split.name,
        timed=timed,
        split_reason=split_reason,
        excluded=excluded,
        numbers=tuple(column.name for column in inputs if column.type in ("integer", "number")),
        groups=tuple(column.name for column in groups),
        slices=tuple(column.name for column in groups if 1 < column.distinct <= MAX_SLICE_GROUPS)[:MAX_SLICES],
    )


def positive(counted: tuple[tuple[object, int], ...]) -> tuple[object, str]:
    """Return the value that counts as a hit, and why; ``counted`` has the values with their rows, rarest first."""
    for value, _ in counted:
        if str(value).casefold() in POSITIVE_NAMES:
            return value, "its name says so"
    return counted[0][0], "the rarer one"


def _target(look: Look, wanted: str | None, shown: str) -> tuple[Column, str]:
    if wanted is not None:
        found = look.column(wanted)
        if found is None:
            names = [column.name for column in look.columns]
            fix = did_you_mean(wanted, names).strip() or "Name a column of the table."
            raise ConfigError(Problem(f"the table has no column {quoted(wanted)}", "", fix, Place(file=shown)))
        return found, "as you said"
    for name in TARGET_NAMES:
        for column in look.columns:
            if column.name.casefold() == name:
                return column, "guessed from its name"
    return look.columns[-1], "guessed: it is the last column"


def _task(target: Column, shown: str) -> tuple[Task, str]:
    place = Place(file=shown, key=target.name)
    fix = "Name another column with --target."
    if target.distinct < 2:  # noqa: PLR2004 -- one value needs no model
        raise DataError(Problem(f"the target {quoted(target.name)} has no two values", "at least two", fix, place))
    if target.type in ("date", "datetime"):
        raise DataError(Problem(f"the target {quoted(target.name)} is a {target.type}", "text or numbers", fix, place))
    if target.type == "string" and target.distinct > MAX_TEXT_CLASSES:
        found = f"the target {quoted(target.name)} is text with {target.distinct:,} different values"
        raise DataError(Problem(found, f"at most {MAX_TEXT_CLASSES}", fix, place))
    if target.type == "number":
        return "regression", "the target has fractions"
    if target.distinct == 2:  # noqa: PLR2004 -- that is what binary means
        return "binary", "the target has two values"
    if target.type == "integer" and target.distinct > MAX_INTEGER_CLASSES:
        return "regression", f"the target is a whole number with {target.distinct:,} different values"
    return "multiclass", f"the target has {target.distinct} different values"


def _split(look: Look, others: tuple[Column, ...], key: Column | None) -> tuple[Column, str]:
    if key is not None:
        return key, "a hash of the id decides: no row ever changes sides"
    whole = tuple(column for column in others if column.missing == 0)
    for column in whole:
        if column.type in ("date", "datetime"):
            return column, "no id was found; the newest rows are the holdout"
    # In `split`, `by: time` means something else than a column of that name.
    hashable = tuple(column for column in whole or others if column.name != "time") or others
    for column in hashable:
        if column.is_key(look.rows):
            return column, "no id was found by name, but each row has its own value here"
    best = max(hashable, key=lambda column: column.distinct)
    return best, f"no id was found; this column has the most values ({best.distinct:,}). Better: add an id"


def _unfit(column: Column, rows: int, key: Column | None) -> str:
    """Return why a column is no input, or nothing."""
    if column is key:
        return "names a row"
    if column.type in ("date", "datetime"):
        return "a moment; make features of it if it matters"
    if column.distinct < 2:  # noqa: PLR2004 -- nothing differs
        return "the same in every row"
    if column.is_key(rows):
        return "each row has its own value"
    if column.type == "string" and (column.distinct > MAX_GROUPS or column.distinct > rows * MAX_GROUPS_SHARE):
        return "text with too many different values"
    return ""

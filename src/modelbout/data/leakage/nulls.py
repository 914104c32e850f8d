"""Does it tell the answer whether a value is there? A field that is filled in once the answer is known does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys
from modelbout.data.leakage.separation import area, held_out_means, ranked
from modelbout.results import Leak

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Members = NDArray[np.bool_]

TOLD: Final = 0.995  # area under the ROC curve from which the pattern tells the answer, as for one feature
FEWEST_ROWS: Final = 50  # present (or missing) in fewer rows is an accident
FEWEST_OF_CLASS: Final = 0.05  # of the class's rows must be among them
CHANCE: Final = 1e-9  # that so many rows are of one class, were they drawn: 300 columns, two sides, any number of bouts
SHOWN_COLUMNS: Final = 5  # of a pattern: a reader finds the others beside them
FIX: Final = "find out when this field is filled in; name it in `data.exclude` if that is after the answer is known"


def null_leaks(
    rows: pl.DataFrame, features: Sequence[str], target: str, is_class: Sequence[Members], *, usual: bool = False
) -> tuple[Leak, ...]:
    """Return warnings for columns whose missing values tell the target.

    Either the pattern of what is missing tells every class (by rates of the pattern on other rows), or one column is
    there (or missing) in rows of one class only, in more of them than chance would have.

    Args:
        rows: n rows.
        features: the columns to look at; NaN counts as missing.
        target: the column to predict, for the message.
        is_class: for each class, shape (n,), which rows belong to it.
        usual: the one class is the target's most frequent number.
    """
    missing = {name: _missing(rows[name]) for name in features}
    missing = {name: gone for name, gone in missing.items() if 0 < int(gone.sum()) < rows.height}
    is_class = [member for member in is_class if 0 < int(member.sum()) < rows.height]
    if not missing or not is_class:
        return ()
    strength = min(_pattern(missing, member) for member in is_class)
    smallest = min(min(int(member.sum()), int((~member).sum())) for member in is_class)
    if strength >= TOLD and smallest >= FEWEST_ROWS:
        apart = {
            name: float(abs(gone[is_class[0]].mean() - gone[~is_class[0]].mean())) for name, gone in missing.items()
        }
        telling = sorted(apart, key=lambda name: -apart[name])[:SHOWN_COLUMNS]
        aim = f"whether `{target}` is its most frequent value" if usual else f"`{target}`"
        message = f"which values are missing tells {aim} (area under the ROC curve {strength:.4f})"
        columns = tuple(telling)
        return (Leak(kind="null pattern", columns=columns, level="warn", strength=strength, message=message, fix=FIX),)
    return tuple(_pure(missing, target, is_class, usual=usual))


def _missing(column: pl.Series) -> Members:
    gone = column.is_null()
    if column.dtype.is_float():
        gone |= column.is_nan().fill_null(value=True)
    return gone.to_numpy()


def _pattern(missing: dict[str, Members], member: Members) -> float:
    keys = row_keys(pl.DataFrame({str(place): gone for place, gone in enumerate(missing.values())}))
    groups = np.unique(keys, return_inverse=True)[1]
    found = area(ranked(held_out_means(groups, member.astype(np.float64))), member)
    return max(found, 1 - found)


def _pure(missing: dict[str, Members], target: str, is_class: Sequence[Members], *, usual: bool) -> Iterator[Leak]:
    """Yield columns that are there, or missing, in rows of one class only; those of one pattern together."""
    told: dict[tuple[str, int], list[str]] = {}
    for name, gone in missing.items():
        for word, side in (("there", ~gone), ("missing", gone)):
            for member in is_class:
                count = int((side & member).sum())
                # Of two classes, the rest is a class as well.
                whole = member if count else ~member
                if (count and count < int(side.sum())) or (not count and len(is_class) > 1):
                    continue
                count = int(side.sum())
                base = float(whole.mean())
                by_chance = count * math.log(base) < math.log(CHANCE)
                if count >= FEWEST_ROWS and by_chance and count >= FEWEST_OF_CLASS * int(whole.sum()):
                    told.setdefault((word, count), []).append(name)
    kind = "the target's most frequent value, or all of another" if usual else f"one and the same `{target}`"
    for (word, count), names in told.items():
        shown = tuple(dict.fromkeys(names))[:SHOWN_COLUMNS]
        message = f"all {count:,} rows in which {_listed(shown)} is {word} are of {kind}"
        total = next(iter(missing.values())).size
        strength = count / total
        yield Leak(
            kind="null pattern",
            columns=shown,
            level="warn",
            strength=strength,
            message=message,
            count=count,
            total=total,
            fix=FIX,
        )


def _listed(names: Sequence[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)

"""Brier skill: the Brier score against that of always answering with the holdout's own shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.chained import skill_of
from modelbout.bout.metric import RowMetric
from modelbout.bout.metrics.brier import squares

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return 1 minus the ratio of the two scores; NaN when the truth is one class."""
    shares = sheet.support / sheet.rows
    of_shares = 1 - 2 * shares[sheet.codes] + (shares**2).sum()
    # Over both classes the squares are twice those of the positive one.
    return skill_of(squares(sheet), of_shares / 2 if sheet.positive is not None else of_shares)


METRIC = RowMetric(
    title="Brier skill",
    better="higher",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="below_one",
    formula=formula,
)

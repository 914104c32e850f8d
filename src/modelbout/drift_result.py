"""The frozen result of a drift report: how far each column of a table is from its reference, and what chance does."""

from __future__ import annotations

from typing import Literal

from modelbout.record import Record
from modelbout.results import RESULT_SCHEMA_VERSION

DriftVerdict = Literal["no drift", "drift", "too few rows"]
DriftRole = Literal["feature", "label", "prediction"]
DriftLevel = Literal["info", "warn", "error"]


class DriftReading(Record, frozen=True):
    """One measure of one difference between two tables, judged against chance.

    ``effect`` is a standardised difference: 0.1 is what a normal variable shows that moved by 0.1 of its standard
    deviation. ``allowance`` is what chance alone may make of it at these numbers of rows; None when so few rows say
    nothing. ``threshold`` is the smallest effect worth knowing. There is drift when ``effect`` is above both.
    ``value`` is the measure in its own unit, where it has another one; ``detail`` says it in words.
    """

    measure: str
    verdict: DriftVerdict
    effect: float
    allowance: float | None
    threshold: float
    value: float | None = None
    detail: str = ""


class DriftSide(Record, frozen=True):
    """One column of one table: its rows, those without a value, and of numbers their mean, spread and median."""

    rows: int
    missing: int
    mean: float | None = None
    std: float | None = None
    median: float | None = None


class DriftCell(Record, frozen=True):
    """One bin or category and the share of the values that are in it, reference and current."""

    label: str
    reference: float
    current: float


class DriftColumn(Record, frozen=True):
    """One column, by all its measures.

    ``level`` says what a drift of it means: ``info`` for a feature that the champion hardly uses. ``importance`` is its
    share of all features' importance to the champion. ``detectable`` is the smallest effect that these rows can tell
    from chance, None when there is none. ``cells`` are there for the columns that drifted furthest.
    """

    column: str
    role: DriftRole
    verdict: DriftVerdict
    level: DriftLevel
    effect: float
    threshold: float
    detectable: float | None
    readings: tuple[DriftReading, ...]
    reference: DriftSide
    current: DriftSide
    importance: float | None = None
    message: str = ""
    fix: str = ""
    cells: tuple[DriftCell, ...] = ()


class DriftReference(Record, frozen=True):
    """What the current table was held against: the profile of a version, a profile's file, or another table."""

    kind: Literal["version", "profile", "table"]
    name: str
    rows: int


class NotCompared(Record, frozen=True):
    """A column that was not looked at, and why."""

    column: str
    reason: str


class DriftResult(Record, frozen=True):
    """How far the current data is from what the champion was trained on.

    ``passed`` is false when a column drifts whose level is above ``info``. ``false_alarms`` is the chance that a whole
    report speaks of drift when there is none; ``table`` holds the measures of the whole table.
    """

    model: str
    verdict: DriftVerdict
    passed: bool
    reference: DriftReference
    rows: int
    columns: tuple[DriftColumn, ...]
    table: tuple[DriftReading, ...]
    effect: float
    false_alarms: float
    seconds: float
    created: str
    fails: bool = False
    not_compared: tuple[NotCompared, ...] = ()
    schema_version: int = RESULT_SCHEMA_VERSION

"""From pairs of profiles to a verdict for each column and for the whole, with the false alarms of all under control."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from modelbout.drift.measure import measures
from modelbout.drift.words import cells_of, message_of, side_of
from modelbout.drift_result import DriftColumn, DriftReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.drift.measure import Reading
    from modelbout.drift.pair import Pair
    from modelbout.drift.rows import Tables
    from modelbout.drift_result import DriftLevel, DriftVerdict

# The chance that a report on undrifted data speaks of drift. With 5 %, daily reports would give a false alarm every
# twenty days; with 1 %, a shift that is worth knowing is still found (benchmarks/drift/power.py).
FALSE_ALARMS: Final = 0.01

# Cohen's smallest effect for shares and correlations (w, q = 0.1), half of his smallest for means (d = 0.2).
EFFECT: Final = 0.1

# A feature of no importance is judged at twice the effect: beyond that a drift says that the data is another one.
MOST_LENIENT: Final = 2.0

# The histograms of the columns that drifted furthest; the others would make drift.json of a wide table too large.
MOST_HISTOGRAMS: Final = 50

# When no more than this share of all importance could be judged, the report does not say "no drift".
LEAST_JUDGED: Final = 0.5


@dataclass(frozen=True)
class Findings:
    """What was found in all columns (those that drifted furthest first) and in the whole table."""

    verdict: DriftVerdict
    passed: bool
    columns: tuple[DriftColumn, ...]
    table: tuple[DriftReading, ...]


def judge(pairs: Sequence[Pair], tables: Tables, *, effect: float = EFFECT, fails: bool = False) -> Findings:
    """Judge all columns and the whole table.

    Every test has the same share of ``FALSE_ALARMS`` (Bonferroni): how many there are depends on the reference and
    the columns alone, never on what is found.

    Args:
        pairs: the columns, each with the reference's and the current profile.
        tables: the rows of both.
        effect: the smallest standardised difference of a feature of full weight that is worth knowing.
        fails: whether drift is an error instead of a warning.
    """
    of_columns, of_tables = measures()
    tests = sum(one.tests(pair) for one in of_columns for pair in pairs) + sum(one.tests(tables) for one in of_tables)
    alpha = FALSE_ALARMS / max(tests, 1)
    features = sum(pair.role == "feature" for pair in pairs)
    columns = []
    for pair in pairs:
        found = [reading for one in of_columns if one.tests(pair) for reading in one.read(pair, alpha)]
        columns.append(_column(pair, found, weight(pair, features), effect, fails=fails))
    table = [judged(reading, effect) for one in of_tables for reading in one.read(tables, alpha)]
    ranked = sorted(columns, key=_rank)
    shown = {column.column for column in ranked[:MOST_HISTOGRAMS] if column.verdict == "drift"}
    by_name = {(pair.name, pair.role): pair for pair in pairs}
    complete = tuple(
        with_cells(column, by_name[column.column, column.role]) if column.column in shown else column
        for column in ranked
    )
    drifted = [column for column in complete if column.verdict == "drift" and column.level != "info"]
    whole = [reading for reading in table if reading.verdict == "drift"]
    verdict: DriftVerdict = "no drift"
    if drifted or whole:
        verdict = "drift"
    elif not _enough(complete):
        verdict = "too few rows"
    return Findings(verdict=verdict, passed=verdict != "drift", columns=complete, table=tuple(table))


def weight(pair: Pair, features: int) -> float:
    """Return by how much the threshold of a column is stretched, from 1 to ``MOST_LENIENT``.

    A feature with the share s of all importance moves the champion's answers by sqrt(s) for each standard deviation
    that it moves itself (importance is a share of variance), so one with a fourth of the mean share may move twice as
    far. Whatever has the mean share or more, whose importance nobody knows, or is the label or a score, weighs 1.
    """
    if pair.importance is None or pair.role != "feature":
        return 1.0
    fair = 1 / features
    if pair.importance * MOST_LENIENT**2 <= fair:
        return MOST_LENIENT
    return max(1.0, math.sqrt(fair / pair.importance))


def judged(reading: Reading, threshold: float) -> DriftReading:
    """Return the reading with its verdict: drift when the effect is above what chance does and above the threshold."""
    verdict: DriftVerdict = "no drift"
    if reading.effect > max(reading.allowance, threshold):
        verdict = "drift"
    elif reading.allowance > threshold:
        verdict = "too few rows"
    return DriftReading(
        measure=reading.measure,
        verdict=verdict,
        effect=_rounded(reading.effect),
        allowance=_rounded(reading.allowance) if math.isfinite(reading.allowance) else None,
        threshold=_rounded(threshold),
        value=None if reading.value is None or not math.isfinite(reading.value) else _rounded(reading.value),
        detail=reading.detail,
    )


def _column(pair: Pair, found: Sequence[Reading], stretch: float, effect: float, *, fails: bool) -> DriftColumn:
    threshold = effect * stretch
    readings = [judged(reading, threshold) for reading in found]
    shapes = [reading.allowance for reading in found if reading.shape]
    seen = min(shapes or [reading.allowance for reading in found], default=math.inf)
    drifted = [reading for reading in readings if reading.verdict == "drift"]
    verdict: DriftVerdict = "no drift"
    if drifted:
        verdict = "drift"
    elif seen > threshold:
        verdict = "too few rows"
    level: DriftLevel = "info" if stretch >= MOST_LENIENT else "error" if fails else "warn"
    message, fix = message_of(pair, drifted, level) if drifted else ("", "")
    return DriftColumn(
        column=pair.name,
        role=pair.role,
        verdict=verdict,
        level=level,
        effect=max((reading.effect for reading in drifted or readings), default=0.0),
        threshold=_rounded(threshold),
        detectable=_rounded(seen) if math.isfinite(seen) else None,
        readings=tuple(readings),
        reference=side_of(pair.reference, pair.rows[0]),
        current=side_of(pair.current, pair.rows[1]),
        importance=None if pair.importance is None else _rounded(pair.importance),
        message=message,
        fix=fix,
    )


def with_cells(column: DriftColumn, pair: Pair) -> DriftColumn:
    """Return the column with its histograms."""
    return replace(column, cells=cells_of(pair))


def _rank(column: DriftColumn) -> tuple[bool, bool, bool, float]:
    """Put first what drifted, of that what matters, then what could not be judged; the furthest first."""
    excess = column.effect / column.threshold if column.threshold else column.effect
    return column.verdict != "drift", column.level == "info", column.verdict != "too few rows", -excess


def _enough(columns: Sequence[DriftColumn]) -> bool:
    """Tell whether the columns that could be judged have enough of all importance between them, or of their number."""
    weights = [1.0 if column.importance is None else column.importance for column in columns]
    total = sum(weights)
    known = sum(one for one, column in zip(weights, columns, strict=True) if column.verdict != "too few rows")
    return bool(columns) and known > LEAST_JUDGED * total


def _rounded(value: float) -> float:
    """Return the number to six significant digits: more are noise, and would make drift.json larger."""
    return float(f"{value:.6g}")

"""Draft a contract from samples of one table: each rule stands beside what it rests on, for a person to review."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from modelbout.contract.arrivals import freshness
from modelbout.contract.proposals import proposals
from modelbout.contract.relations import related
from modelbout.contract.samples import look
from modelbout.contract.writing import comment, flow, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelbout.contract.evidence import Evidence, Sample
    from modelbout.contract.writing import Plain
    from modelbout.data.sources import Scan

# A table half as long is a broken export rather than a quiet month.
ROWS_SLACK: Final = 0.5


def infer(*scans: Scan, shown: str, now: datetime | None = None, others: Mapping[str, Scan] | None = None) -> str:
    """Return the text of a contract that every sample keeps.

    Args:
        scans: samples of one table, the oldest first, opened without declared types.
        shown: their name, for the first comment.
        now: the moment of the draft, with a time zone; default: the clock's.
        others: tables whose keys columns of this one may name, by their paths.

    Raises:
        DataError: the rows cannot be read, or the samples cannot be of one table.
    """
    return draft(related(look(scans), scans, others or {}), shown=shown, now=now or datetime.now(UTC))


def draft(sample: Sample, *, shown: str, now: datetime) -> str:
    """Return the text of a contract from what was seen of a table."""
    lines = [
        f"# Drafted from {comment(shown)}: {_size(sample)}.",
        f"# {_proof(sample)}: review each rule, give it a reason, loosen what is a coincidence.",
        "version: 1",
        "",
        "table:",
        *(f"  {line}" for line in (*_table(sample), *freshness(sample, now))),
    ]
    read = list(_reading(sample))
    lines += ["", "read:", *read] if read else []
    lines += ["", "columns:"]
    for evidence in sample.columns:
        lines += _column(evidence, len(sample.rows))
    return "\n".join(lines) + "\n"


def _size(sample: Sample) -> str:
    columns = f"{len(sample.columns):,} columns"
    if len(sample.rows) == 1:
        return f"{sample.rows[0]:,} rows, {columns}"
    return f"{len(sample.rows)} samples of {min(sample.rows):,} to {max(sample.rows):,} rows, {columns}"


def _proof(sample: Sample) -> str:
    return "One sample proves nothing" if len(sample.rows) == 1 else "Samples are no proof"


def _table(sample: Sample) -> Iterator[str]:
    least = min(sample.rows)
    yield f"# Half of the {least:,} rows seen{'' if len(sample.rows) == 1 else ' in the smallest sample'}."
    yield f"rows: {{min: {max(1, math.floor(least * ROWS_SLACK))}}}"
    yield "# A column that is not named below fails the table; `warn` or `allow` are the other answers."
    yield "unexpected: error"
    if sample.key:
        yield f"# Together they differ in each of {least:,} rows; by chance some would have been equal."
        yield f"unique: [{flow(sample.key)}]"


def _reading(sample: Sample) -> Iterator[str]:
    if len(sample.missing) > 1:
        yield "  # These texts stand where other rows of a column have a number or a date."
        yield f"  missing: {_texts(sample.missing)}"
    if sample.delimiter not in (None, ","):
        yield f"  delimiter: {flow(str(sample.delimiter))}"
    if sample.encoding not in (None, "utf-8"):
        yield f"  encoding: {sample.encoding}"


def _texts(values: tuple[str, ...]) -> str:
    return flow(list(values))


def _column(evidence: Evidence, samples: int) -> Iterator[str]:
    """Yield the comments of one column, one for each rule, and its line."""
    reading = evidence.reading
    rules: dict[str, Plain] = {"type": reading.type}
    if reading.format:
        rules["format"] = reading.format
    if reading.timezone:
        rules["timezone"] = reading.timezone
    notes = []
    for key, value, note in proposals(evidence, samples):
        if key:
            rules[key] = value
        notes.append(note)
    yield ""
    for note in notes:
        yield f"  # {comment(note)}"
    yield f"  {scalar(reading.name)}: {flow(rules)}"

"""The values behind findings, for the eyes of whoever sits at the machine: printed, and kept nowhere."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import narwhals as nw

from modelbout.data.engines.engine import RAW, ROW
from modelbout.data.table import engine_errors
from modelbout.errors import ConfigError, Problem
from modelbout.stages.tables import contract_of, scans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.data.sources import Scan
    from modelbout.results import Finding, ValidationResult
    from modelbout.stages.workspace import Workspace

# Every continuous integration sets the first (GitHub: "Default environment variables"); its logs are read by many.
CI_VARIABLES: Final = ("CI", "GITHUB_ACTIONS")
# Ours: what stands on a line of a terminal.
LONGEST_VALUE: Final = 120


@dataclass(frozen=True)
class Seen:
    """One cell that broke a rule: the table's role, its row (from 1), its column and its value as text."""

    role: str
    row: int
    column: str
    value: str


def refuse_in_ci() -> None:
    """Refuse to go on where what is printed is kept and read by others.

    Raises:
        ConfigError: this is a job of continuous integration.
    """
    found = next((name for name in CI_VARIABLES if os.environ.get(name, "").casefold() not in ("", "0", "false")), None)
    if found is not None:
        raise ConfigError(
            Problem(
                found=f"--show-values was asked for in a job of continuous integration (${found} is set)",
                allowed="on a machine of your own: logs of a job are kept, and may be public",
                fix="leave the option away; the findings name columns and row numbers",
            )
        )


def seen(work: Workspace, result: ValidationResult) -> Iterator[Seen]:
    """Yield the cells that the findings speak of, in the order of the findings.

    Raises:
        ConfigError: this is a job of continuous integration.
        DataError: a row cannot be read any more.
    """
    refuse_in_ci()
    opened = scans(work, contract_of(work))
    told: set[tuple[str, int, str]] = set()
    for finding in result.findings:
        for cell in _cells(opened[finding.role], finding):  # type: ignore[index]  # a finding's role is a table's
            if (cell.role, cell.row, cell.column) not in told:
                told.add((cell.role, cell.row, cell.column))
                yield cell


def _cells(scan: Scan, finding: Finding) -> Iterator[Seen]:
    columns = [name for name in finding.columns if name in scan.columns]
    if not finding.rows or not columns:
        return
    with engine_errors(scan):
        frame = scan.engine.numbered(scan.lazy)
        if frame is None:
            return
        schema = frame.collect_schema()
        # What could not be read as its type is null there, and stands in its companion.
        cells = {name: nw.col(RAW + name if RAW + name in schema else name) for name in columns}
        numbered = {str(number): cell for number, cell in enumerate(cells.values())}
        rows = scan.engine.fetch(frame.filter(nw.col(ROW).is_in(list(finding.rows))).select(ROW, **numbered))
    for row in rows.sort(ROW).iter_rows():
        for name, value in zip(columns, row[1:], strict=True):
            yield Seen(finding.role, int(row[0]), name, _text(value))


def _text(value: object) -> str:
    """Return a value on one line, with every character that a terminal would obey written out."""
    if value is None:
        return "no value"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}\N{HORIZONTAL ELLIPSIS}"

"""The `modelbout drift` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options
from modelbout.errors import EXIT_FINE, EXIT_GATE

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.drift_result import DriftColumn, DriftResult

SHOWN_COLUMNS = 20  # more than a screenful helps nobody; drift.json holds all
WIDTH = 24


@click.command()
@options.stacked(options.config, options.run_dir, options.registry)
@click.option("--against", metavar="TABLE", help="Another table: a path or a glob beside the configuration.")
@click.option(
    "--reference",
    metavar="VERSION|FILE",
    help="A version of the model, or a profile (.json).  [default: the champion]",
)
@click.option("--scores", is_flag=True, help="Let that version score holdout rows, and judge its answers too.")
@options.stacked(options.as_json, options.quiet)
def command(
    *,
    config: Path,
    run_dir: Path | None,
    registry: str | None,
    against: str | None,
    reference: str | None,
    scores: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Hold the data against what the champion was trained on, or against another table.

    Answers 0 when nothing has drifted or there are too few rows to tell, which is said; 1 when
    something has. A feature that the champion hardly uses informs only.

    \b
    Examples:
      modelbout drift
      modelbout drift --against data/last-month.parquet
      modelbout drift --reference v1.2.0
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.drift import drift
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    with work.alone():
        watcher = options.watcher(quiet=quiet)
        result = drift(work, watcher, registry=registry, against=against, reference=reference, scores=scores)
    show(result, as_json=as_json)
    return EXIT_FINE if result.passed else EXIT_GATE


def show(result: DriftResult, *, as_json: bool) -> None:
    """Print the verdict: as JSON, or a line for all and one for each column that drifted."""
    from modelbout.record import to_json

    if as_json:
        console.say_bytes(to_json(result))
        return
    colour = {"drift": "red", "no drift": "green", "too few rows": "yellow"}[result.verdict]
    mark = {"drift": "✘", "no drift": "✔", "too few rows": "≈"}[result.verdict]
    console.say(f"{mark} {result.model}: {result.verdict}", colour=colour, bold=True)
    console.say(f"  {summary(result)}")
    drifted = [column for column in result.columns if column.verdict == "drift"]
    for column in drifted[:SHOWN_COLUMNS]:
        console.say(f"  {line(column)}", colour=None if column.level == "info" else "red")
    if len(drifted) > SHOWN_COLUMNS:
        console.say(f"  ... and {len(drifted) - SHOWN_COLUMNS:,} more in drift.json")
    for reading in result.table:
        if reading.verdict == "drift":
            console.say(f"  {reading.measure.replace('_', ' '):<{WIDTH}}  {console.printable(reading.detail)}")


def summary(result: DriftResult) -> str:
    """Return what was compared with what, and what these rows can show."""
    unsure = sum(column.verdict == "too few rows" for column in result.columns)
    text = (
        f"{len(result.columns):,} columns on {result.rows:,} rows against {result.reference.name} "
        f"({result.reference.rows:,} rows) in {result.seconds:.1f} s"
    )
    return console.printable(f"{text}; too few rows for {unsure:,} of them" if unsure else text)


def line(column: DriftColumn) -> str:
    """Return one column that drifted: how far, by what, how much the champion uses it."""
    share = "" if column.importance is None else f", {100 * column.importance:.0f} % of importance"
    size = f"effect {column.effect:.2f} over {column.threshold:.2f}{share}"
    role = "" if column.role == "feature" else f" ({column.role})"
    return f"{console.printable(column.column) + role:<{WIDTH}}  {size}: {console.printable(column.message)}"

"""The `modelbout validate` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options
from modelbout.errors import EXIT_DATA, EXIT_FINE

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.results import ValidationResult


@click.command()
@options.stacked(options.config, options.run_dir, options.as_json, options.quiet)
def command(*, config: Path, run_dir: Path | None, as_json: bool, quiet: bool) -> int:
    """Check the data against its contract, all rules in one pass.

    Answers 0 when no rule of level error is broken, 3 when one is.

    \b
    Example:
      modelbout validate --config modelbout.yaml
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.validate import validate
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    with work.alone():
        result = validate(work, options.watcher(quiet=quiet))
    show(result, as_json=as_json)
    return EXIT_FINE if result.passed else EXIT_DATA


def show(result: ValidationResult, *, as_json: bool) -> None:
    """Print a validation: as JSON, or a line for all and one for each finding."""
    from modelbout.record import to_json
    from modelbout.stages.validate import as_problem

    if as_json:
        console.say_bytes(to_json(result))
        return
    console.problems(as_problem(finding) for finding in result.findings)
    rows = sum(table.rows for table in result.tables)
    broken = sum(finding.level == "error" for finding in result.findings)
    warned = len(result.findings) - broken
    counts = f"{result.rules} rules on {rows:,} rows in {result.seconds:.1f} s: {broken} broken, {warned} warned"
    if result.contract is None:
        console.say(f"no contract to hold {rows:,} rows to; draft one: modelbout contract infer", colour="yellow")
    else:
        console.say(f"{'contract holds' if result.passed else 'contract broken'}, {counts}", bold=True)

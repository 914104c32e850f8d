"""The `modelbout validate` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options
from modelbout.errors import EXIT_DATA, EXIT_FINE

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.results import ValidationResult
    from modelbout.stages.workspace import Workspace


@click.command()
@options.stacked(options.config, options.run_dir, options.as_json, options.quiet)
@click.option("--explain", is_flag=True, help="Say in which passes the rules would be checked, and check nothing.")
@click.option("--show-values", is_flag=True, help="Print the cells that broke a rule; never in a CI job.")
def command(*, config: Path, run_dir: Path | None, as_json: bool, quiet: bool, explain: bool, show_values: bool) -> int:
    """Check the data against its contract, all rules in as few passes as there can be.

    Answers 0 when no rule of level error is broken, 3 when one is. The run directory gets validation.json, and the same
    as JUnit XML and SARIF.

    \b
    Example:
      modelbout validate --config modelbout.yaml
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.github.base import note
    from modelbout.stages.validate import validate
    from modelbout.stages.workspace import open_workspace

    if explain and show_values:
        raise click.UsageError("--explain reads no row, so there is nothing for --show-values to show")
    if as_json and show_values:
        raise click.UsageError("--show-values prints for your eyes only: leave --json away")
    if show_values:
        from modelbout.stages.values import refuse_in_ci

        refuse_in_ci()
    work = open_workspace(config, run_dir)
    if explain:
        show_plans(work, as_json=as_json)
        return EXIT_FINE
    with work.alone():
        note(work, console.say)
        result = validate(work, options.watcher(quiet=quiet))
    show(result, as_json=as_json)
    if show_values:
        from modelbout.stages.values import seen

        for cell in seen(work, result):
            console.say(console.printable(f"{cell.role} row {cell.row:,}, {cell.column}: {cell.value}"))
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


def show_plans(work: Workspace, *, as_json: bool) -> None:
    """Print how each table would be checked."""
    from modelbout.record import to_json
    from modelbout.report.numbers import counted
    from modelbout.stages.explain import plans

    for plan in plans(work):
        if as_json:
            console.say_bytes(to_json(plan))
            continue
        idle = f", {plan.idle:,} of them settled by the columns alone" if plan.idle else ""
        console.say(f"{plan.role} on {plan.engine}: {plan.columns:,} columns, {plan.rules:,} rules{idle}", bold=True)
        for number, one in enumerate(plan.passes, start=1):
            among = f", of the rows where {one.where}" if one.where else ""
            by = f" (on {one.engine})" if one.engine != plan.engine else ""
            most = f", at most {one.most:,} rows" if one.most else ""
            asked = f", {counted(one.aggregates, 'aggregate', 'aggregates')}" if one.aggregates else ""
            size = f"{counted(one.rules, 'rule', 'rules')}{asked}"
            console.say(f"  pass {number}{by}: {one.purpose}{among}: {size}{most}")
            for key in one.keys:
                console.say(console.printable(f"    {key}"))
        console.say(
            f"  when a rule is broken: one more pass finds the first rows ({plan.located:,} rules can be located)"
        )

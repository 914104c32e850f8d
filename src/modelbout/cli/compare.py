"""The `modelbout compare` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options
from modelbout.errors import EXIT_GATE

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.evidence import MetricResult
    from modelbout.results import BoutResult

require_win = click.option(
    "--require-win", is_flag=True, help="Answer 1 also for an inconclusive bout (the default answers 0)."
)


@click.command()
@options.stacked(options.config, options.run_dir, options.registry, options.as_json, options.quiet, require_win)
def command(
    *, config: Path, run_dir: Path | None, registry: str | None, as_json: bool, quiet: bool, require_win: bool
) -> int:
    """Let the challenger meet the champion on the same holdout rows.

    Answers 0 for a win, a first bout that passes and an inconclusive one, 1 for a loss, and the
    exit code of the cause when there is no verdict.

    \b
    Example:
      modelbout compare --registry ../registry
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.entrants import compare
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    with work.alone():
        result = compare(work, options.watcher(quiet=quiet), registry=registry)
    show(result, as_json=as_json)
    return exit_code(result, require_win=require_win)


def exit_code(result: BoutResult, *, require_win: bool) -> int:
    """Return what the command line answers to a verdict."""
    return EXIT_GATE if require_win and result.verdict == "inconclusive" else result.exit_code


def show(result: BoutResult, *, as_json: bool) -> None:
    """Print a verdict: as JSON, or the verdict with its reasons."""
    from modelbout.record import to_json

    if as_json:
        console.say_bytes(to_json(result))
        return
    console.say(
        f"{console.MARKS[result.verdict]} {result.model}: {result.verdict}",
        colour=console.COLOURS[result.verdict],
        bold=True,
    )
    if result.error is not None:
        console.problems([result.error])
        return
    for reason in result.reasons:
        console.say(f"  {console.printable(reason)}")
    for metric in (result.primary, *result.guardrail_metrics):
        if metric is not None:
            console.say(f"  {line(metric)}")


def line(metric: MetricResult) -> str:
    """Return one metric of both corners as a line."""
    text = f"{metric.metric:<20} challenger {metric.challenger.value:.4f}"
    if metric.champion is not None:
        text += f"  champion {metric.champion.value:.4f}"
    if metric.improvement is not None and metric.improvement.interval is not None:
        interval = metric.improvement.interval
        text += f"  improvement {metric.improvement.value:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"
    return f"{text}  {metric.status}"

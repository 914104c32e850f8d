"""The `modelbout promote` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.results import PromotionResult


@click.command()
@options.stacked(options.config, options.run_dir, options.registry, options.as_json, options.quiet, options.dry_run)
@click.option("--stage", default=None, help="The stage to promote to.  [default: the first of promote.stages]")
@click.option("--reason", default=None, help="Why, for the ledger.  [default: the verdict and its main reason]")
def command(
    *,
    config: Path,
    run_dir: Path | None,
    registry: str | None,
    as_json: bool,
    quiet: bool,
    dry_run: bool,
    stage: str | None,
    reason: str | None,
) -> None:
    """Give a winner the title.

    Only if the champion that it beat still stands; otherwise the bout is fought again first.
    Answers 1 when the verdict does not allow it.

    \b
    Example:
      modelbout promote --reason "agreed in the weekly review"
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.promote import promote
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    with work.alone():
        result = promote(
            work,
            options.watcher(quiet=quiet),
            registry=registry,
            stage=stage,
            reason=reason,
            dry_run=dry_run,
        )
    show(result, as_json=as_json)


def show(result: PromotionResult, *, as_json: bool) -> None:
    """Print what happened to a title: as JSON, or one line."""
    from modelbout.record import to_json

    if as_json:
        console.say_bytes(to_json(result))
        return
    would = "would hold" if result.dry_run else "holds"
    before = f", after {result.previous}" if result.previous else ""
    console.say(
        f"★ {result.model}@{result.version} {would} the title at {result.stage}{before}", colour="green", bold=True
    )

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
@click.option("--from", "source", default=None, help="Move the holder of this stage on to --stage: no new bout.")
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
    source: str | None,
    reason: str | None,
) -> None:
    """Give a winner the title.

    Only if the champion that it beat still stands; otherwise the bout is fought again first.
    Answers 1 when the verdict does not allow it.

    With --from, the version that holds an earlier stage gets the title at --stage (default: the last one):
    the same digest, on the verdict that brought it there.

    \b
    Examples:
      modelbout promote --reason "agreed in the weekly review"
      modelbout promote --from test --stage production
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.advance import advance
    from modelbout.stages.promote import promote
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    with work.alone():
        if source is not None:
            last = stage or work.final_stage
            result = advance(work, registry=registry, source=source, stage=last, reason=reason, dry_run=dry_run)
        else:
            watcher = options.watcher(quiet=quiet)
            result = promote(work, watcher, registry=registry, stage=stage, reason=reason, dry_run=dry_run)
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

"""The `modelbout rollback` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import options, promote

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@options.stacked(options.config, options.run_dir, options.registry, options.as_json, options.dry_run)
@click.option("--to", default=None, help="The version to give the title to.  [default: the holder before]")
@click.option("--reason", required=True, help="Why, for the ledger and the next reader.")
@click.option("--stage", default=None, help="The stage.  [default: the last of promote.stages]")
def command(
    *,
    config: Path,
    run_dir: Path | None,
    registry: str | None,
    as_json: bool,
    dry_run: bool,
    to: str | None,
    reason: str,
    stage: str | None,
) -> None:
    """Give the title back to an earlier version.

    The bundle's digests are verified first; the ledger keeps both events.

    \b
    Example:
      modelbout rollback --to v1.0.0 --reason "complaints from Spain"
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.rollback import rollback
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    with work.alone():
        result = rollback(work, registry=registry, to=to, reason=reason, stage=stage, dry_run=dry_run)
    promote.show(result, as_json=as_json)

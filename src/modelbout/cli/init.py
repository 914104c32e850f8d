"""The `modelbout init` command."""

from __future__ import annotations

from pathlib import Path

import click

from modelbout.cli import console, options


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--model", default=None, help="The model's name.  [default: from the directory]")
@click.option("--target", default=None, help="The column to predict.  [default: guessed from the names]")
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@options.dry_run
def command(*, table: Path, model: str | None, target: str | None, force: bool, dry_run: bool) -> None:
    """Draft modelbout.yaml, contract.yaml, pipeline.py, workflows and .gitignore from a table.

    Looks at the CSV or Parquet file and guesses; every guess is marked for your review. Nothing that
    exists is overwritten without --force.

    \b
    Example:
      modelbout init data/customers.csv --target churn
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.init.drafts import draft, write

    root = Path.cwd()
    drafts = draft(table, root=root, model=model, target=target)
    if not dry_run:
        write(drafts, root=root, force=force)
    for drafted in drafts:
        console.say(f"{'would write' if dry_run else 'wrote'} {drafted.path}")
    if not dry_run:
        console.say("review them, then: modelbout run", bold=True)
        console.say("on GitHub: commit them, push, and open a pull request; champions of the workflows are kept there")

"""The commands `modelbout contract import` and `modelbout contract export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelbout.catalogue import names
from modelbout.cli import console
from modelbout.errors import EXIT_FINE, EXIT_GATE, ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.contract.exchange.form import Loss

a_file = click.Path(path_type=Path)
# By their files' names, which are found without importing a format.
a_format = click.Choice([name.replace("_", "-") for name in names("modelbout.contract.exchange.formats")])


@click.command("import")
@click.argument("file", type=a_file)
@click.option("--from", "form", type=a_format, required=True, help="Whose file it is.")
@click.option("--output", "-o", type=a_file, default=None, help="Write to this file instead of standard output.")
@click.option("--force", is_flag=True, help="Overwrite the output file.")
@click.option("--table", default=None, help="Which table, where the file has several (dbt, ODCS, Frictionless).")
@click.option("--strict", is_flag=True, help="Answer 1 when anything is lost.")
def bring_in(*, file: Path, form: str, output: Path | None, force: bool, table: str | None, strict: bool) -> int:
    """Make a contract from another tool's schema; what cannot be carried over is listed.

    \b
    Example:
      modelbout contract import --from pandera schema.yaml -o contract.yaml
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages import exchange

    made = exchange.bring_in(file, form, table=table)
    write(made.text, output, force=force)
    return told(made.losses, strict=strict)


@click.command("export")
@click.argument("file", type=a_file)
@click.option("--to", "form", type=a_format, required=True, help="For whom it is.")
@click.option("--output", "-o", type=a_file, default=None, help="Write to this file instead of standard output.")
@click.option("--force", is_flag=True, help="Overwrite the output file.")
@click.option("--table", default=None, help="What the table is called there; default: as the file.")
@click.option("--strict", is_flag=True, help="Answer 1 when anything is lost.")
def send_out(*, file: Path, form: str, output: Path | None, force: bool, table: str | None, strict: bool) -> int:
    """Make another tool's schema from a contract; what cannot be carried over is listed.

    \b
    Example:
      modelbout contract export --to great-expectations contract.yaml -o suite.json
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages import exchange

    made = exchange.send_out(file, form, table=table)
    write(made.text, output, force=force)
    return told(made.losses, strict=strict)


def write(text: str, output: Path | None, *, force: bool) -> None:
    """Write a text to a file that is not there yet, or to standard output."""
    if output is None:
        console.say_bytes(text.encode())
        return
    if output.exists() and not force:
        fix = "say --force to overwrite it, or name another --output"
        raise ConfigError(Problem(found=f"{output} exists already", fix=fix))
    output.write_text(text, encoding="utf-8")
    console.note(f"wrote {console.printable(str(output))}: review it before you commit it")


def told(losses: Sequence[Loss], *, strict: bool) -> int:
    """List every loss on standard error and return the exit code."""
    for loss in losses:
        console.note(console.printable(f"lost: {loss}"), colour="yellow")
    console.note(f"{len(losses)} not carried over" if losses else "everything is carried over")
    return EXIT_GATE if strict and losses else EXIT_FINE

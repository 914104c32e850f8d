"""The `modelbout contract` commands."""

from __future__ import annotations

from pathlib import Path

import click

from modelbout.cli import console, exchange
from modelbout.errors import EXIT_FINE, EXIT_GATE, ConfigError, Problem

a_file = click.Path(path_type=Path)


@click.group()
def command() -> None:
    """Draft a contract from data, or compare two contracts."""


@command.command("infer")
@click.argument("tables", nargs=-1, required=True)
@click.option("--snapshots", is_flag=True, help="Each TABLE is the whole table at another time, the oldest first.")
@click.option("--other", "others", multiple=True, metavar="TABLE", help="Another table, whose rows this one may name.")
@click.option("--output", "-o", type=a_file, default=None, help="Write to this file instead of standard output.")
@click.option("--force", is_flag=True, help="Overwrite the output file.")
def infer(
    *, tables: tuple[str, ...], snapshots: bool, others: tuple[str, ...], output: Path | None, force: bool
) -> None:
    """Draft a contract from one table (one file, several, or a glob), for you to review.

    Every proposed rule stands beside the evidence for it. Several files are parts of one table, unless they are
    --snapshots of it: then each rule holds in every one of them, and what differs between them widens it.
    A column whose values are all in a key of an --other table is drafted as a foreign key.

    \b
    Example:
      modelbout contract infer data/customers.csv -o contract.yaml
      modelbout contract infer data/orders.csv --other data/customers.csv -o orders.yaml
      modelbout contract infer --snapshots jan.csv feb.csv mar.csv -o contract.yaml
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.contracts import draft

    text = draft(tables, snapshots=snapshots, others=others)
    if output is None:
        console.say_bytes(text.encode())
        return
    if output.exists() and not force:
        raise ConfigError(
            Problem(found=f"{output} exists already", fix="say --force to overwrite it, or name another --output")
        )
    output.write_text(text, encoding="utf-8")
    console.say(f"drafted {output}: review every rule, then commit it")


@command.command("diff")
@click.argument("old", type=a_file)
@click.argument("new", type=a_file)
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the changes as Markdown, for a comment.")
def diff(*, old: Path, new: Path, as_json: bool, as_markdown: bool) -> int:
    """Say what changed between two contracts, and which changes break those who use the data.

    Answers 1 when a change breaks consumers.

    \b
    Example:
      git show main:contract.yaml > /tmp/old.yaml
      modelbout contract diff /tmp/old.yaml contract.yaml --markdown
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.contracts import changes

    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown are two forms: choose one")
    found = changes(old, new)
    if as_json:
        from modelbout.record import to_json

        console.say_bytes(to_json(found))
    elif as_markdown:
        from modelbout.report.sections.contract_diff import markdown

        console.say_bytes(f"{markdown(found)}\n".encode())
    else:
        for change in found.changes:
            console.say(console.printable(str(change)), colour="red" if change.breaking else "green")
        more = found.breaking + found.fine - len(found.changes)
        if more:
            console.say(f"and {more:,} more")
        if not found.changes:
            console.say("the contracts ask for the same")
    return EXIT_GATE if found.breaking else EXIT_FINE


command.add_command(exchange.bring_in)
command.add_command(exchange.send_out)

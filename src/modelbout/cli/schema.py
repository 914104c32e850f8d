"""The `modelbout schema` command."""

from __future__ import annotations

import json
from pathlib import Path

import click

from modelbout.catalogue import did_you_mean
from modelbout.cli import console
from modelbout.errors import ConfigError, Place, Problem, cause


@click.command()
@click.argument("name", required=False)
@click.option(
    "--write", "directory", type=click.Path(path_type=Path, file_okay=False), help="Write all to a directory."
)
def command(name: str | None, directory: Path | None) -> None:
    """Print the JSON Schema of modelbout.yaml, or of another document, or write all of them.

    \b
    Example:
      modelbout schema contract > contract.schema.json
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.config.schema import schemas

    known = schemas()
    if directory is not None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for key, schema in known.items():
                (directory / f"{key}.schema.json").write_text(text(schema), encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                Problem(
                    found=f"cannot be written: {error.strerror or cause(error)}",
                    allowed="a directory with room for it that you may write to",
                    fix="name another one with --write",
                    place=Place(file=str(directory)),
                )
            ) from error
        console.say(f"{len(known)} schemas written to {directory}")
        return
    chosen = name or "config"
    if chosen not in known:
        raise ConfigError(
            Problem(
                found=f"there is no schema {chosen!r}.{did_you_mean(chosen, known)}",
                allowed=", ".join(known),
                fix="name one of them",
            )
        )
    console.say_bytes(text(known[chosen]).encode())


def text(schema: object) -> str:
    """Return a schema as it is published."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"

"""The `modelbout registry` commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
import msgspec

from modelbout.cli import console, options
from modelbout.errors import EXIT_FINE, EXIT_REGISTRY, ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.record import Record
    from modelbout.registry.ledger import Event
    from modelbout.registry.protocol import Registry

# Without a configuration there is no directory but this one.
registry_option = click.option(
    "--registry",
    envvar="MODELBOUT_REGISTRY",
    default=None,
    help="A directory, or github:owner/name.  [default: .modelbout/registry in the current directory]",
)
stage_option = click.option("--stage", default="production", show_default=True, help="The stage.")
reason_option = click.option("--reason", required=True, help="Why, for the ledger.")


@click.group()
def command() -> None:
    """Look into the registry: list, show, history, pull, doctor; hold and release a title."""


def opened(address: str | None) -> Registry:
    """Open the registry at an address, or the default one below this directory."""
    from modelbout.registry.open import open_registry

    return open_registry(address, root=Path.cwd())


def as_lines(records: Sequence[Record]) -> None:
    """Print records as one JSON array."""
    console.say_bytes(msgspec.json.format(msgspec.json.encode(records), indent=2) + b"\n")


def reference(text: str) -> tuple[str, str]:
    """Take ``churn@v1.0.0`` or ``churn@champion`` apart."""
    model, at, version = text.partition("@")
    if not (model and at and version):
        raise ConfigError(
            Problem(
                found=f"{text!r} names no version",
                allowed="MODEL@VERSION, such as churn@v1.0.0 or churn@champion",
                fix="`modelbout registry list` and `modelbout registry history MODEL` show what there is",
            )
        )
    return model, version


def settled(book: Registry, text: str, stage: str) -> tuple[str, str]:
    """Return model and version of a reference, with ``champion`` resolved."""
    model, version = reference(text)
    if version != "champion":
        return model, version
    title = book.champion(model, stage)
    if title is None and not book.events(model):
        unknown_model(book, model)
    if title is None:
        raise ConfigError(
            Problem(
                found=f"nobody holds the title of {model!r} at {stage}",
                allowed="a model with a champion",
                fix="`modelbout registry list` shows the models; promote a first one",
            )
        )
    return model, title.version


@command.command("list")
@options.stacked(registry_option, options.as_json)
def list_titles(*, registry: str | None, as_json: bool) -> None:
    """List every model with its champion at each stage.

    \b
    Example:
      modelbout registry list
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.registry.events import fold

    book = opened(registry)
    found = [
        title
        for model in book.models()
        for title in fold(model, book.events(model), shown=model).standing().titles.values()
    ]
    if as_json:
        as_lines(found)
        return
    if not found:
        console.say("no model holds a title in this registry yet; --registry names another one")
    for title in found:
        console.say(
            f"{title.model}@{title.version}  {title.stage}  since {title.since}  {console.printable(title.reason)}"
        )


@command.command("show")
@click.argument("which", metavar="MODEL[@VERSION]")
@options.stacked(registry_option, stage_option)
def show(*, which: str, registry: str | None, stage: str) -> None:
    """Show a version's manifest: signature, scorer, digests, lineage.

    \b
    Example:
      modelbout registry show churn@champion
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    import tempfile

    from modelbout.record import to_json
    from modelbout.seal import verify_files

    book = opened(registry)
    model, version = settled(book, which if "@" in which else f"{which}@champion", stage)
    with tempfile.TemporaryDirectory() as scratch:
        bundle = book.fetch(model, version, Path(scratch))
        console.say_bytes(to_json(verify_files(bundle)))


@command.command("history")
@click.argument("model")
@options.stacked(registry_option, stage_option, options.as_json)
@click.option("--on", "moment", default=None, help="Only say who was champion at this date or moment (ISO 8601).")
def history(*, model: str, registry: str | None, stage: str, as_json: bool, moment: str | None) -> None:
    """Show every event of a model, or who was champion on a date.

    \b
    Example:
      modelbout registry history churn --on 2026-05-03
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    book = opened(registry)
    events = book.events(model)
    if not events:
        unknown_model(book, model)
    if moment is not None:
        title = book.champion(model, stage, at=moment)
        if as_json:
            as_lines([] if title is None else [title])
        elif title is None:
            console.say(f"nobody held the title of {model} at {stage} on {moment}")
        else:
            console.say(f"{model}@{title.version} held {stage} on {moment}, since {title.since}")
        return
    if as_json:
        as_lines(events)
        return
    for event in events:
        console.say(console.printable(told(event)))


def unknown_model(book: Registry, model: str) -> NoReturn:
    """Refuse a model that the registry does not know, with the nearest that it knows."""
    from modelbout.catalogue import did_you_mean

    known = book.models()
    raise ConfigError(
        Problem(
            found=f"the registry knows no model {model!r}.{did_you_mean(model, known)}",
            allowed=", ".join(known) or "none yet",
            fix="name one of them, or another --registry",
        )
    )


def told(event: Event) -> str:
    """Return an event as one line."""
    what = f"{event.seq:>4}  {event.at}  {event.event:<12}  {event.version or '':<10} {event.stage or '':<11}"
    before = f"after {event.previous}  " if event.previous else ""
    return f"{what} {event.actor}  {before}{event.reason}"


@command.command("pull")
@click.argument("which", metavar="MODEL@VERSION")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path())
@options.stacked(registry_option, stage_option)
def pull(*, which: str, directory: Path, registry: str | None, stage: str) -> None:
    """Copy a bundle out of the registry, with every digest verified.

    \b
    Example:
      modelbout registry pull churn@champion models/
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    book = opened(registry)
    model, version = settled(book, which, stage)
    console.say(str(book.fetch(model, version, directory)))


@command.command("doctor")
@registry_option
@click.option("--repair", is_flag=True, help="Mend what can be mended without a decision of yours.")
def doctor(*, registry: str | None, repair: bool) -> int:
    """Say what is out of order in the registry; with --repair mend what is safe to mend.

    \b
    Example:
      modelbout registry doctor --repair
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    book = opened(registry)
    found = book.doctor(repair=repair)
    for sentence in found:
        console.say(console.printable(sentence))
    if not found:
        console.say("the registry is in order", colour="green")
    left = book.doctor(repair=False) if repair and found else found
    return EXIT_REGISTRY if left else EXIT_FINE


@command.command("hold")
@click.argument("model")
@options.stacked(registry_option, stage_option, reason_option, options.as_json)
def hold(*, model: str, registry: str | None, stage: str, reason: str, as_json: bool) -> None:
    """Stop promotions of a model at a stage until they are allowed again.

    \b
    Example:
      modelbout registry hold churn --reason "incident 12"
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    held(model, registry, stage, reason, release=False, as_json=as_json)


@command.command("release")
@click.argument("model")
@options.stacked(registry_option, stage_option, reason_option, options.as_json)
def release(*, model: str, registry: str | None, stage: str, reason: str, as_json: bool) -> None:
    """Allow promotions of a model at a stage again.

    \b
    Example:
      modelbout registry release churn --reason "incident 12 is over"
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    held(model, registry, stage, reason, release=True, as_json=as_json)


def held(model: str, registry: str | None, stage: str, reason: str, *, release: bool, as_json: bool) -> None:
    """Write a hold or its end into the ledger and say so."""
    from modelbout.record import to_json
    from modelbout.stages.promote import actor

    result = opened(registry).hold(model=model, stage=stage, actor=actor(), reason=reason, release=release)
    if as_json:
        console.say_bytes(to_json(result))
    else:
        console.say(f"promotions of {model} at {stage} are {'allowed again' if release else 'on hold'}")

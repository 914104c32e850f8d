"""What a release says of its version: a text for people, and a marker by which a promotion knows its own drafts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import cause
from modelbout.github.api.releases import NOTES_LIMIT
from modelbout.record import Record
from modelbout.registry.ledger import is_name
from modelbout.registry.remote.ledger import BRANCH
from modelbout.registry.versions import parse_version
from modelbout.seal import is_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelbout.manifest import Manifest
    from modelbout.registry.ledger import Event

METRICS_LIMIT = 256 * 2**10  # ours: a hundred numbers take 10 kB
METRICS_SHOWN = 40  # ours: a release is no report
WORD_LIMIT = 120  # ours: keeps one line one line
SUPPORTED = 1  # the schema version of the marker

_MARKER = re.compile(r"\A<!-- modelbout:release (\{.*\}) -->")


class Marker(Record, frozen=True):
    """Which promotion made a draft, and of what.

    Attributes:
        model: its name.
        version: the number that the bundle shall have, or has.
        bundle_digest: sha256 of the bundle's manifest.
        started: when the promotion began, or was taken up again; ISO 8601.
        run: the workflow run that it is part of; None elsewhere.
        assets: the sha256 of each asset by its name.
    """

    model: str
    version: str
    bundle_digest: str
    started: str
    assets: dict[str, str]
    run: str | None = None
    schema_version: int = SUPPORTED


class _Estimate(msgspec.Struct, frozen=True):
    value: float | None = None


class _Metrics(msgspec.Struct, frozen=True):
    metrics: dict[str, _Estimate]


def tag_of(model: str, version: str) -> str:
    """Return the tag, and the name, of a version's release."""
    return f"{model}@{version}"


def commit_message(event: Event) -> str:
    """Return what the ledger's commit says of an event: no word of it was written by a user."""
    where = f"{event.model} {event.version or ''}".rstrip() + f" at {event.stage}"
    match event.event:
        case "register":
            return f"Register {event.model} {event.version}"
        case "rollback":
            return f"Roll back to {where}, from {event.previous}"
        case "hold":
            return f"Hold {where}"
        case "release_hold":
            return f"Release the hold of {where}"
        case _:
            after = f"after {event.previous}" if event.previous else "the first champion there"
            brought = f" (#{event.pull_request})" if event.pull_request else ""
            return f"Promote {event.model} {event.version} to {event.stage}, {after}{brought}"


def notes(marker: Marker, manifest: Manifest, metrics: bytes | None) -> str:
    """Return the body of a release.

    Names come from data and configuration. They stand in an indented block of code, one line each: nothing in it can
    be a mention, a link, a heading, HTML or the block's end.

    Args:
        marker: what the promotion must find again.
        manifest: the bundle's.
        metrics: the bytes of the bundle's ``metrics.json``, if it has one.
    """
    lineage = manifest.lineage
    facts = {
        "model": marker.model,
        "version": marker.version,
        "task": manifest.task,
        "bundle": marker.bundle_digest,
        "commit": lineage.commit or "not known",
        "trained": f"{lineage.created} on {lineage.train_rows} rows",
        "code": lineage.code_digest,
        "data": lineage.data_digest,
    }
    tag = tag_of(marker.model, marker.version)
    parts = [
        _hidden(marker),
        f"A version of a model, sealed by Modelbout. The ledger on the branch `{BRANCH}` says who holds the title.",
        _block(facts.items()),
    ]
    reached = list(_reached(metrics))
    if reached:
        parts += ["On the holdout of its own day it reached:", _block(reached)]
    parts.append(f"Get it, with every digest verified: `modelbout registry pull {tag}`")
    return "\n\n".join(parts)[:NOTES_LIMIT]


def read_marker(body: str) -> Marker | None:
    """Return the marker of a release's body, or None when it is nothing of ours."""
    found = _MARKER.match(body)
    if found is None:
        return None
    try:
        marker = msgspec.json.decode(found[1], type=Marker)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    sound = is_name(marker.model) and parse_version(marker.version) and is_digest(marker.bundle_digest)
    return marker if sound and marker.schema_version == SUPPORTED else None


def _hidden(marker: Marker) -> str:
    """Return the marker as a comment of HTML that nothing inside can end."""
    text = msgspec.json.encode(marker).decode()
    for character in "<>-":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f"<!-- modelbout:release {text} -->"


def _block(facts: Iterable[tuple[str, str]]) -> str:
    lines = [(_word(name), _word(text)) for name, text in facts]
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"    {name:<{width}}  {text}" for name, text in lines)


def _word(text: str) -> str:
    return cause(text if text.isprintable() else ascii(text)[1:-1], limit=WORD_LIMIT)


def _reached(raw: bytes | None) -> Iterable[tuple[str, str]]:
    """Yield the numbers of a ``metrics.json``; none of a file that is something else."""
    if raw is None or len(raw) > METRICS_LIMIT:
        return
    try:
        metrics: Mapping[str, _Estimate] = msgspec.json.decode(raw, type=_Metrics).metrics
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return
    for name, estimate in list(metrics.items())[:METRICS_SHOWN]:
        if estimate.value is not None:
            yield name, f"{estimate.value:.4g}"

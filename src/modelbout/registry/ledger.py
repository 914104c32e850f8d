"""The ledger's records and its bytes: one JSON line an event, and the present state that follows from them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from modelbout.errors import Place, Problem, RegistryError, cause
from modelbout.record import Record, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable

EventKind = Literal["register", "promote", "rollback", "hold", "release_hold"]

LEDGER_SUFFIX = ".jsonl"
CHAMPIONS_FILE = "champions.json"
CHAMPIONS_SCHEMA_VERSION = 1
LEDGER_LIMIT = 32 * 2**20  # ours: an event takes about 600 bytes, so this is 50,000 of them
LINE_LIMIT = 64 * 2**10  # ours: a hundred times an event; a longer line was not written by us
CHAMPIONS_LIMIT = 32 * 2**20  # ours: a title takes about 400 bytes
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
RESTORE = "restore the file from a backup; `modelbout registry doctor` says what else is out of order"


class Event(Record, frozen=True):
    """One line of a model's ledger; order is by ``seq`` (from 1, without gaps), never by clock.

    ``holdout_digest`` names the rows of the bout that a promotion rests on.
    """

    seq: int
    at: str
    event: EventKind
    model: str
    version: str | None
    stage: str | None
    previous: str | None
    actor: str
    reason: str
    verdict_digest: str | None = None
    bundle_digest: str | None = None
    pull_request: int | None = None
    run_url: str | None = None
    holdout_digest: str | None = None


class Title(Record, frozen=True):
    """Who holds the title of one model at one stage, since which event."""

    model: str
    stage: str
    version: str
    bundle_digest: str
    seq: int
    since: str
    reason: str


class Hold(Record, frozen=True):
    """Why no version may be promoted at a stage, since which event."""

    seq: int
    since: str
    actor: str
    reason: str


class Standing(Record, frozen=True):
    """Titles and holds of one model by stage, after the event ``seq``."""

    seq: int
    titles: dict[str, Title]
    holds: dict[str, Hold]


class Champions(Record, frozen=True):
    """``champions.json``: the standing of every model. It follows from the ledgers and may be behind them."""

    models: dict[str, Standing]
    schema_version: int = CHAMPIONS_SCHEMA_VERSION


def is_name(text: str) -> bool:
    """Return whether a text can name a model or a stage, and so be a part of a path and of a tag."""
    return NAME.fullmatch(text) is not None


def to_lines(events: Iterable[Event]) -> bytes:
    """Return the events as JSON lines."""
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


def from_lines(raw: bytes, *, shown: str) -> tuple[Event, ...]:
    """Read the events of one ledger, in the order of its lines; what they mean together is not looked at.

    Args:
        raw: the ledger's bytes.
        shown: the ledger's name for messages.

    Raises:
        RegistryError: the ledger is empty, is cut off, or has a line that is no event.
    """
    if not raw:
        raise damaged("the ledger is empty", shown=shown)
    *lines, rest = raw.split(b"\n")
    events = []
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_LIMIT:
            raise damaged(f"the line has {len(line)} bytes", allowed=f"at most {LINE_LIMIT}", shown=shown, line=number)
        try:
            events.append(msgspec.json.decode(line, type=Event))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise damaged(f"this line is no event: {cause(error)}", shown=shown, line=number) from error
    if rest:
        raise damaged("the last line is cut off", allowed="a newline at its end", shown=shown, line=len(lines) + 1)
    return tuple(events)


def to_champions(champions: Champions) -> bytes:
    """Return the bytes of ``champions.json``."""
    return to_json(champions)


def from_champions(raw: bytes, *, shown: str) -> Champions:
    """Read ``champions.json``.

    Raises:
        RegistryError: it is something else.
    """
    place = Place(file=shown)
    anew = "`modelbout registry doctor --repair` writes it anew from the ledgers"
    try:
        champions = from_json(raw, Champions)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RegistryError(
            Problem(found=f"this is no list of champions: {cause(error)}", fix=anew, place=place)
        ) from error
    if champions.schema_version != CHAMPIONS_SCHEMA_VERSION:
        found = f"the list of champions has schema version {champions.schema_version}"
        fix = "use the version of modelbout that wrote it"
        raise RegistryError(Problem(found=found, allowed=str(CHAMPIONS_SCHEMA_VERSION), fix=fix, place=place))
    if not all(is_name(model) for model in champions.models):
        raise RegistryError(Problem(found="it lists a model under a name that is none", fix=anew, place=place))
    return champions


def damaged(found: str, *, shown: str, line: int | None = None, allowed: str = "") -> RegistryError:
    """Return the error for a ledger that cannot be followed; the next step is a backup, never a guess."""
    return RegistryError(Problem(found=found, allowed=allowed, fix=RESTORE, place=Place(file=shown, line=line)))

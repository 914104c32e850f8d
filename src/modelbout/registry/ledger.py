"""The ledger: events in sequence, and what follows from them."""

from __future__ import annotations

from typing import Literal

from modelbout.record import Record

EventKind = Literal["register", "promote", "rollback", "hold", "release_hold"]


class Event(Record, frozen=True):
    """One line of a model's ledger; order is by ``seq`` (from 1, without gaps), never by clock."""

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


class Title(Record, frozen=True):
    """Who holds the title of one model at one stage, since which event."""

    model: str
    stage: str
    version: str
    bundle_digest: str
    seq: int
    since: str
    reason: str

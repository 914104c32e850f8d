"""Events before they stand in the ledger: drafted from a command, numbered, and told of as a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import ConfigError, Problem, cause
from modelbout.registry.ledger import Event, EventKind, is_name
from modelbout.results import PromotionResult
from modelbout.seal import bundle_digest, place_of, verify_files

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.manifest import Manifest
    from modelbout.registry.books import Book

REASON_LIMIT = 2000  # ours: three plain sentences, ten times over; keeps a ledger's line readable
ACTOR_LIMIT = 200  # ours: GitHub names take at most 39 characters, e-mail addresses at most 254 and mostly 40
URL_LIMIT = 2000  # ours: a GitHub run's address has about 80 characters
NUMBER_LIMIT = 2**63 - 1  # the largest integer that every JSON reader of ours takes
_NAMES = "lower-case letters, digits and dashes, first no dash, at most 64"


def checked(name: str, what: str) -> str:
    """Return the name of a model or a stage.

    Raises:
        ConfigError: it could not stand in a path or a tag.
    """
    if is_name(name):
        return name
    found = f"{cause(repr(name), limit=80)} is no name for a {what}"
    raise ConfigError(Problem(found=found, allowed=_NAMES, fix=f"write the {what}'s name as it is in modelbout.yaml"))


def draft(kind: EventKind, *, model: str, stage: str, actor: str, reason: str, at: str) -> Event:
    """Return an event without number and version. Who and why are kept as one line each, and are never empty.

    Raises:
        ConfigError: a name is none, actor or reason is missing.
    """
    checked(model, "model")
    checked(stage, "stage")
    actor, reason = one_line(actor, limit=ACTOR_LIMIT), one_line(reason, limit=REASON_LIMIT)
    for what, text in (("actor", actor), ("reason", reason)):
        if not text:
            fix = (
                f"say {'who changes' if what == 'actor' else 'why you change'} the title: the ledger keeps it for ever"
            )
            raise ConfigError(Problem(found=f"the {what} is empty", allowed="a text", fix=fix))
    return Event(
        seq=0, at=at, event=kind, model=model, version=None, stage=stage, previous=None, actor=actor, reason=reason
    )


def judged_by(event: Event, verdict_digest: str | None, holdout_digest: str | None) -> Event:
    """Return the event with the verdict that led to it, and the rows that this verdict rests on."""
    return msgspec.structs.replace(
        event,
        verdict_digest=None if verdict_digest is None else one_line(verdict_digest, limit=URL_LIMIT),
        holdout_digest=None if holdout_digest is None else one_line(holdout_digest, limit=URL_LIMIT),
    )


def with_evidence(event: Event, *, pull_request: int | None, run_url: str | None) -> Event:
    """Return the event with what brought it.

    Raises:
        ConfigError: the pull request's number cannot be one.
    """
    if pull_request is not None and not 0 < pull_request <= NUMBER_LIMIT:
        fix = "leave it out, or give the number that stands in the pull request's address"
        raise ConfigError(Problem(found="the pull request's number is none", allowed="1 or more", fix=fix))
    return msgspec.structs.replace(
        event,
        pull_request=pull_request,
        run_url=None if run_url is None else one_line(run_url, limit=URL_LIMIT),
    )


def registration(promotion: Event) -> Event:
    """Return the event that registers the bundle which a promotion is about."""
    return msgspec.structs.replace(promotion, event="register", stage=None, previous=None)


def numbered(book: Book, *drafts: Event) -> tuple[Event, ...]:
    """Return the drafts with the numbers that come next in the ledger."""
    first = book.state.seq + 1
    return tuple(msgspec.structs.replace(event, seq=first + place) for place, event in enumerate(drafts))


def unfinished(book: Book, wanted: Event, *, to: str | None) -> Event | None:
    """Return the event of this very command, which was stopped after the commit and is now run again.

    A run of a workflow does a thing once, and is known by its address. Elsewhere only ``champions.json`` tells a
    command that is run again from a second one: a command that ended brought it up to its event.
    """
    if wanted.run_url:
        here = [event for event in book.events if event.stage == wanted.stage]
        # A hold may have been released since, and may be wanted again.
        past = here if wanted.event == "rollback" else here[-1:]
        for event in reversed(past):
            if (event.event, event.run_url) == (wanted.event, wanted.run_url) and to in (None, event.version):
                return event
    if not book.behind:
        return None
    last = book.events[-1]
    same = (last.event, last.stage, last.actor, last.reason) == (
        wanted.event,
        wanted.stage,
        wanted.actor,
        wanted.reason,
    )
    return last if same and to in (None, last.version) else None


def result(event: Event, *, dry_run: bool = False) -> PromotionResult:
    """Return what a command says of its event; a dry run has no number."""
    if event.event == "register":
        raise ValueError("a registration alone is no result")
    return PromotionResult(
        model=event.model,
        event=event.event,
        version=event.version,
        previous=event.previous,
        stage=event.stage or "",
        reason=event.reason,
        created=event.at,
        seq=None if dry_run else event.seq,
        bundle_digest=event.bundle_digest,
        dry_run=dry_run,
        pull_request=event.pull_request,
        run_url=event.run_url,
    )


def of_model(bundle: Path, model: str) -> tuple[Manifest, str]:
    """Return the manifest and the digest of a bundle, with every byte of it checked.

    Raises:
        BundleError: the bundle is not what its digests say.
        ConfigError: it is another model's.
    """
    digest = bundle_digest(bundle)
    manifest = verify_files(bundle, digest=digest)
    if manifest.name != model:
        found = f"this bundle is of another model: {cause(repr(manifest.name), limit=80)}"
        fix = "promote it under its own name, or train with the configuration of this model"
        raise ConfigError(Problem(found=found, allowed=f"`{model}`", fix=fix, place=place_of(bundle)))
    return manifest, digest


def one_line(text: str, *, limit: int) -> str:
    """Return a text as the ledger keeps it."""
    # Bytes of a command line that are no UTF-8 arrive as lone surrogates, which JSON cannot hold.
    return cause(text.encode("utf-8", "replace").decode(), limit=limit)

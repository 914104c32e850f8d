"""What follows from the findings on each merge: whether to fight, how far promotion has come. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.registry.ledger import Event
    from modelbout.results import PromotionResult

Outcome = Literal["promoted", "kept", "covered", "open", "held"]


@dataclass(frozen=True)
class Finding:
    """What became of one state of the branch.

    Attributes:
        name: what people call it, such as ``#12``.
        commit: the commit that made it.
        outcome: ``promoted``, now or by an earlier job; ``kept``: judged, and the champion stays; ``covered``: its
            changes are part of a later merge that was judged; ``open``: nobody's verdict counts for it, so it takes a
            bout; ``held``: it may not be promoted while a hold stands.
        why: for a reader of the summary.
        result: the promotion.
        last_word: whether this promotion still stands, so that deployment and dispatch shall tell of it.
        fresh: whether this job made it, so that nobody can have told of it before.
    """

    name: str
    commit: str
    outcome: Outcome
    why: str
    result: PromotionResult | None = None
    last_word: bool = False
    fresh: bool = False

    @property
    def settled(self) -> bool:
        """Return whether promotion is done with it."""
        return self.outcome in ("promoted", "kept", "covered")


@dataclass(frozen=True)
class Decision:
    """What the job does after all merges were looked at.

    Attributes:
        findings: one for each merge, in their order.
        fight: whether the head needs a bout of its own.
        held: whether a hold stands in the way, so that the job must not end green.
        cursor: the commit up to which promotion has come; None when it came nowhere.
    """

    findings: tuple[Finding, ...]
    fight: bool
    held: bool
    cursor: str | None


def decide(findings: Sequence[Finding], *, hold: bool) -> Decision:
    """Return what follows from the findings, oldest first.

    Only the newest state can still win: where it was judged itself, what came before is part of it. Where it was
    not, it takes a bout at the head, which covers all others that are open. While a hold stands there is no bout, as
    its winner could not be promoted.

    Args:
        findings: one for each merge.
        hold: whether a hold stands at the stage.
    """
    told = list(findings)
    judged = max((place for place, finding in enumerate(told) if finding.settled), default=-1)
    for place, finding in enumerate(told[:judged]):
        if finding.outcome == "open":
            later = told[judged].name
            told[place] = replace(
                finding, outcome="covered", why=f"{finding.why}; its changes are part of {later}, which was judged"
            )
    still_open = bool(told) and told[-1].outcome == "open"
    held = any(finding.outcome == "held" for finding in told) or (still_open and hold)
    return Decision(
        findings=tuple(told),
        fight=still_open and not held,
        held=held,
        cursor=told[judged].commit if judged >= 0 else None,
    )


def spent(events: Sequence[Event], *, stage: str, bundle: str | None, verdict: str | None) -> Event | None:
    """Return the promotion that this verdict led to already: a verdict gives a title once.

    So a job that is run again after a rollback does not undo it.
    """
    return next(
        (
            event
            for event in events
            if (event.event, event.stage, event.bundle_digest, event.verdict_digest)
            == ("promote", stage, bundle, verdict)
            and verdict is not None
        ),
        None,
    )

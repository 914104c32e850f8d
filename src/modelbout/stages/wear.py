"""How often a holdout was asked, what its next bout may conclude, and who was the first champion on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.bout import defaults
from modelbout.bout.wear import Allowance, allowance
from modelbout.errors import RegistryError
from modelbout.evidence import Anchor, Wear
from modelbout.registry.events import fold
from modelbout.registry.queries import asked_by
from modelbout.stages.workspace import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.config.model import Config
    from modelbout.evidence import MetricResult
    from modelbout.registry.ledger import Event
    from modelbout.registry.protocol import Registry
    from modelbout.registry.queries import Query
    from modelbout.results import BoutResult

LEVEL_DIGITS = 9  # 0.025, and not what is left of 0.95
NOT_COUNTED = "This bout could not be counted: the registry cannot be written here."


@dataclass(frozen=True)
class FirstChampion:
    """The first champion on a holdout, by the ledger."""

    version: str
    bundle_digest: str


def wear_of(
    config: Config,
    events: Sequence[Event],
    queries: Sequence[Query],
    *,
    holdout: str,
    challenger: str,
) -> tuple[Wear, Allowance]:
    """Return how worn a holdout is before a bout, and what that bout may conclude.

    A bout is a challenger that asked, whatever the champion and however often: the same bundle learns nothing new. One
    that took the title did ask, also where bouts are not counted.

    Args:
        config: the policy and the confidence.
        events: the model's ledger.
        queries: what the registry knows to have been asked.
        holdout: the digest of the whole holdout.
        challenger: the digest of the bundle that is to ask now.
    """
    won = [event for event in events if event.event == "promote" and event.holdout_digest == holdout]
    asked = {one.bundle_digest for one in queries if one.holdout_digest == holdout and one.part == "open"}
    bouts = len((asked | {event.bundle_digest for event in won}) - {challenger})
    rule, policy = config.compare.wear, config.compare.wear.policy
    allowed = allowance(rule, bouts=bouts, confidence=config.compare.confidence)
    budget = None if policy == "fixed" else rule.budget
    wear = Wear(
        bouts=bouts,
        promotions=len({event.bundle_digest for event in won}),
        policy=policy,
        level=round(allowed.level, LEVEL_DIGITS),
        budget=budget,
        left=None if budget is None else max(budget - bouts, 0),
        holdout=holdout,
        explanation=_explanation(bouts, budget, allowed),
    )
    return wear, allowed


def _explanation(bouts: int, budget: int | None, allowed: Allowance) -> str:
    before = {0: "No other challenger is known to have", 1: "1 other challenger has"}.get(
        bouts, f"{bouts:,} other challengers have"
    )
    text = f"{before} been judged on this holdout"
    if budget is None:
        return f"{text}; no budget is set."
    if allowed.spent:
        return f"{text}, and its budget is {budget:,}: it is spent, and nothing can win on it. Refresh the holdout."
    return f"{text}; its budget is {budget:,}."


def first_champion(model: str, events: Sequence[Event], *, holdout: str, stage: str) -> FirstChampion | None:
    """Return who held the title when a holdout was first used for a promotion at a stage; None before that.

    That is the champion that was met then; where there was none, the one that was made.

    Raises:
        RegistryError: the events do not follow from each other.
    """
    first = next(
        (event for event in events if (event.event, event.stage, event.holdout_digest) == ("promote", stage, holdout)),
        None,
    )
    if first is None:
        return None
    version = first.previous or first.version or ""
    digest = fold(model, events, shown=model).versions.get(version)
    return None if digest is None else FirstChampion(version, digest)


def anchor_margin(config: Config) -> float | None:
    """Return by how much a challenger may be worse than the anchor; None when the rules let nothing sink.

    A chain of superior steps rises. Where not worse is enough, each step may lose a margin, and a chain of them more.
    """
    if config.compare.wear.anchor is not None:
        return config.compare.wear.anchor
    primary = defaults.primary(config.compare, config.task)
    if primary.rule == "superior" and config.promote.inconclusive != "promote_if_non_inferior":
        return None
    return primary.margin


def anchor_told(first: FirstChampion, result: MetricResult | None) -> Anchor | None:
    """Return the anchor as results hold it."""
    if result is None:
        return None
    return Anchor(version=first.version, bundle_digest=first.bundle_digest, result=result)


def of_use(wear: Wear | None, anchor: Anchor | None) -> tuple[str, ...]:
    """Return what a reader of the verdict must know of the holdout's wear."""
    told = []
    if anchor is not None and anchor.result.status != "holds":
        told.append(f"The anchor is {anchor.version}. {anchor.result.explanation}")
    if wear is not None and wear.spent:
        told.append(wear.explanation)
    return tuple(told)


def count(book: Registry, bout: BoutResult) -> tuple[str, ...]:
    """Note what a bout asked; return what a reader must know when that was not possible.

    A registry that bouts may not write to is told at the merge; that is nothing to warn of at each bout.
    """
    query = asked_by(bout, at=now())
    if query is None:
        return ()
    try:
        book.note(query)
    except RegistryError:
        return (NOT_COUNTED,)
    return ()

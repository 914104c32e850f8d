"""A model's turn after a push to the default branch: everything that landed is looked at, in its order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from modelbout.github.promotion.decide import Decision, Finding, decide
from modelbout.github.promotion.merges import SHOWN_SHA, landed, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.errors import ModelboutError
    from modelbout.github.api.runs import Run
    from modelbout.github.promotion.aftermath import Aftermath
    from modelbout.github.promotion.merges import History
    from modelbout.github.promotion.titles import Titles
    from modelbout.registry.queries import Query
    from modelbout.results import PromotionResult


@runtime_checkable
class Cursor(Protocol):
    """A registry that remembers how far promotion has come."""

    def last_merge(self, model: str) -> str | None:
        """Return the commit of the default branch that promotion has dealt with last."""

    def note_merge(self, model: str, commit: str, *, queries: Sequence[Query] = (), dry_run: bool = False) -> None:
        """Remember it, and what the merges until then asked of their holdouts."""


@dataclass(frozen=True)
class Push:
    """Where the default branch is, and where it came from.

    Attributes:
        branch: its name.
        before: where it was before this push; None when that is not known.
        after: the commit to work up to.
        asked: whether a person started this by hand: then the head takes a bout when nothing else is to be done.
    """

    branch: str
    before: str | None
    after: str
    asked: bool = False


@dataclass(frozen=True)
class Turn:
    """What came of a model's turn.

    Attributes:
        why: from where to where was looked.
        decision: what became of each merge, and what follows.
        troubles: deployments and dispatches that failed.
    """

    why: str
    decision: Decision
    troubles: tuple[ModelboutError, ...] = field(default=())

    @property
    def promoted(self) -> tuple[PromotionResult, ...]:
        """Return the promotions that still stand, in their order."""
        findings = self.decision.findings
        return tuple(one.result for one in findings if one.result is not None and one.last_word)


def of_judged(titles: Titles, history: History, push: Push, aftermath: Aftermath) -> Turn:
    """Promote what was judged in its pull request, oldest first, and say whether the head takes a bout.

    Raises:
        RegistryError: the registry or GitHub cannot be asked, or refuses; what was done until then is found again.
    """
    model, book = titles.work.config.model, titles.book
    cursor = book.last_merge(model) if isinstance(book, Cursor) else None
    found = landed(history, branch=push.branch, cursor=cursor, before=push.before, after=push.after)
    findings: list[Finding] = []
    troubles: list[ModelboutError] = []
    for landing in found.steps:
        finding = titles.after_merge(landing)
        findings.append(finding)
        troubles += _told(finding, aftermath)
        if finding.outcome == "held":
            break
    if not findings and push.asked:
        findings.append(Finding(push.after[:SHOWN_SHA], push.after, "open", "somebody asked for a bout of the head"))
    return _settled(titles, found.why, findings, troubles, cursor)


def of_bout(
    titles: Titles, history: History, run: Run, push: Push, aftermath: Aftermath, *, pull_request: int | None
) -> Turn | None:
    """Promote what won in an earlier job of this run; None when that job left nothing and nothing was to be done.

    A commit that a forced push took off the branch gives no title any more. One that a later promotion has passed
    leaves the mark where it is.

    Raises:
        RegistryError: the registry or GitHub cannot be asked, or refuses.
    """
    model, book = titles.work.config.model, titles.book
    cursor = book.last_merge(model) if isinstance(book, Cursor) else None
    place = place_of(history, branch=push.branch, cursor=cursor, commit=push.after)
    if place == "gone":
        why = f"`{push.branch}` no longer contains `{push.after[:SHOWN_SHA]}`, after a forced push"
        return Turn(why, decide((), hold=False))
    name = push.after[:SHOWN_SHA] if pull_request is None else f"#{pull_request}"
    tree = history.commit(push.after).tree
    finding = titles.after_bout(run, name=name, commit=push.after, tree=tree, pull_request=pull_request)
    if finding is None:
        if cursor == push.after:
            return None
        finding = Finding(name, push.after, "open", f"run {run.id} left no results of `{model}`")
    troubles = _told(finding, aftermath)
    return _settled(titles, f"the bout of run {run.id}", [finding], troubles, cursor, passed=place == "passed")


def _told(finding: Finding, aftermath: Aftermath) -> list[ModelboutError]:
    """Tell others of a promotion that still stands; what fails is returned, since the title has moved all the same."""
    if finding.result is None or not finding.last_word:
        return []
    return list(aftermath.tell(finding.result, commit=finding.commit, fresh=finding.fresh))


def _settled(
    titles: Titles,
    why: str,
    findings: Sequence[Finding],
    troubles: Sequence[ModelboutError],
    cursor: str | None,
    *,
    passed: bool = False,
) -> Turn:
    still_open = bool(findings) and findings[-1].outcome == "open"
    hold = still_open and titles.stage in titles.state().holds
    decision = decide(findings, hold=hold)
    book = titles.book
    # With a failed record the cursor stays: the next run finds the promotion again and tells of it.
    stays = bool(troubles) or passed
    if not stays and decision.cursor not in (None, cursor) and isinstance(book, Cursor):
        model = titles.work.config.model
        book.note_merge(model, decision.cursor or "", queries=titles.asked, dry_run=titles.dry_run)
    if stays:
        decision = replace(decision, cursor=cursor)
    return Turn(why, decision, tuple(troubles))

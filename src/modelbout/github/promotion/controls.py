"""Which control over a title is enforced by GitHub and which by Modelbout: asked, never assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from modelbout.github.api.errors import GitHubError, MissingError
from modelbout.results import Control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.results import Enforcer, PromotionResult

REVIEWS = "pull_request"
CHECKS = "required_status_checks"
REVIEWERS = "required_reviewers"
PLAN = "in private repositories this takes a plan that has it"


class Rules(Protocol):
    """What GitHub enforces; None is "not known to this token"."""

    def branch(self, name: str) -> bool | None:
        """Return whether a branch is protected."""

    def rules(self, branch: str) -> Sequence[str] | None:
        """Return the kinds of rules on a branch."""

    def environment(self, name: str) -> Sequence[str] | None:
        """Return the kinds of rules of an environment.

        Raises:
            MissingError: there is none.
        """

    def immutable_releases(self) -> bool | None:
        """Return whether published releases are frozen."""


def of_platform(rules: Rules, *, branch: str, stage: str) -> tuple[Control, ...]:
    """Return what GitHub could put between a change and the title at a stage, and whether it does.

    Three calls, or four. A control that cannot be asked for, for whatever reason, is "not known": the title has moved
    by now, and a table must not make the job fail.

    Args:
        rules: what GitHub enforces.
        branch: the default branch.
        stage: the stage, which is the name of an environment too.
    """
    try:
        return (*_of_branch(rules, branch), _of_environment(rules, stage), _of_releases(rules))
    except GitHubError as error:
        return (Control(control="what GitHub enforces", enforced_by="not known", detail=error.problems[0].found),)


def _of_branch(rules: Rules, branch: str) -> tuple[Control, ...]:
    found, wanted = rules.rules(branch), (REVIEWS, CHECKS)
    # Where the rules say it all, what the older kind of protection adds changes no line.
    protected = None if found is not None and set(wanted) <= set(found) else rules.branch(branch)
    told = []
    for name, kind in zip(("a pull request before every merge", "checks before every merge"), wanted, strict=True):
        if found is not None and kind in found:
            told.append(Control(control=name, enforced_by="GitHub", detail=f"a ruleset of `{branch}`"))
        elif protected:
            detail = f"`{branch}` is protected; what its rule asks for, this token may not read"
            told.append(Control(control=name, enforced_by="not known", detail=detail))
        elif protected is None or found is None:
            told.append(Control(control=name, enforced_by="not known"))
        else:
            told.append(Control(control=name, enforced_by="nobody", detail=f"`{branch}` has no rule for it"))
    return tuple(told)


def _of_environment(rules: Rules, stage: str) -> Control:
    name = "a person's approval of this stage"
    try:
        found = rules.environment(stage)
    except MissingError:
        return Control(control=name, enforced_by="nobody", detail=f"there is no environment `{stage}` to be seen")
    if found is None:
        return Control(control=name, enforced_by="not known")
    if REVIEWERS in found:
        detail = f"the reviewers of the environment `{stage}`, for a job that says `environment: {stage}`"
        return Control(control=name, enforced_by="GitHub", detail=detail)
    return Control(control=name, enforced_by="nobody", detail=f"the environment `{stage}` has no reviewers; {PLAN}")


def _of_releases(rules: Rules) -> Control:
    enabled = rules.immutable_releases()
    enforcer: Enforcer = "not known" if enabled is None else "GitHub" if enabled else "nobody"
    detail = "" if enabled is None else "immutable releases are on" if enabled else "immutable releases are off"
    return Control(control="releases that nobody can change", enforced_by=enforcer, detail=detail)


def of_modelbout(result: PromotionResult) -> tuple[Control, ...]:
    """Return what Modelbout itself put between the change and the title."""
    digests = Control(
        control="the bundle is the one that was judged",
        enforced_by="Modelbout",
        detail="every file's sha256, before the title moves and at each fetch",
    )
    holds = "stop every promotion until they are released; a rollback is always allowed"
    hold = Control(control="holds", enforced_by="Modelbout", detail=holds)
    if result.event != "promote":
        return digests, hold
    swap = Control(
        control="the champion that was beaten still stood",
        enforced_by="Modelbout",
        detail="compare-and-swap on the ledger's branch; GitHub refuses a push that is not a fast-forward",
    )
    return digests, swap, hold

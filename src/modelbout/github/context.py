"""Decide what a run shall do, from the event that started it: one pure function, as a table in docs/events.md.

Payloads come with parts missing, null or of other types: a deleted fork, an event made by hand. What is not known leads
to the careful choice: no comment, nothing promoted. The texts hold nothing of the payload, which a stranger may write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from modelbout.errors import cause

Doing = Literal["bout", "report", "promote", "roll back", "nothing"]

OWN_BRANCHES = "modelbout/"  # the ledger is one of them
NOBODY = re.compile(r"0+")  # what a push says of a branch that is new or gone
EVENT_LIMIT = 40  # ours: characters of an event's name that are shown
# A run that ended so has said what it had to say; a lost bout ends its job with a failure.
ENDED = ("success", "failure")
# Anybody can cause these, with a token that may write and a checkout that is not what they speak of.
STRANGERS = (
    "discussion",
    "discussion_comment",
    "issue_comment",
    "issues",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
)
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_VERSION_TAG = re.compile(r".+@v\d+\.\d+\.\d+")
_ROLLBACK_INPUTS = ("to", "reason")


AFTER_MERGES = ("push", "workflow_dispatch", "schedule", "repository_dispatch")
"""Events whose runs are of a branch itself, and not of what may be merged into it."""


@dataclass(frozen=True)
class Plan:
    """What a run shall do.

    Attributes:
        doing: ``bout``: judge, and write nothing but a comment; ``report``: write the comment of another run;
            ``promote``: give winners their titles; ``roll back``: give a title back; ``nothing``.
        why: a sentence for the log and the summary.
        event: the event's name; empty outside of GitHub.
        pull_request: its number; None when there is none, or when it must be looked for.
        head_sha: the commit that is judged or reported; of a pull request its head, not the merge for trial.
        fork: whether the code comes from another repository, or from one that nobody knows any more.
        base_sha: the commit of the pull request's base branch, as the event says.
        draft: whether the pull request is a draft.
        may_comment: whether a comment can be written: there is a pull request, and the token is no fork's.
        branch: the branch that was pushed to, that a pull request or merge queue leads to, or that the reported run
            was on; None for tags.
        default_branch: None when the event does not say.
        before: the commit that a pushed branch was at; None for a new branch.
        after: the commit that it is at now; None for all but pushes.
        run_id: the run to report.
    """

    doing: Doing
    why: str
    event: str = ""
    pull_request: int | None = None
    head_sha: str = ""
    fork: bool = False
    draft: bool = False
    base_sha: str | None = None
    may_comment: bool = False
    branch: str | None = None
    default_branch: str | None = None
    before: str | None = None
    after: str | None = None
    run_id: int | None = None


def follows_a_merge(plan: Plan) -> bool:
    """Tell whether a run is of the default branch and not of a pull request that leads to it."""
    return plan.event in AFTER_MERGES and plan.branch is not None and plan.branch == plan.default_branch


def decide(  # noqa: C901, PLR0911 -- one way out for each kind of event
    event_name: str | None, payload: Mapping[str, object], *, repository: str, sha: str, ref: str
) -> Plan:
    """Return what the run shall do; never raises, whatever the payload holds.

    Args:
        event_name: ``GITHUB_EVENT_NAME``; None or empty on a laptop.
        payload: the event's JSON.
        repository: ``owner/name`` of the repository whose workflow runs.
        sha: ``GITHUB_SHA``.
        ref: ``GITHUB_REF``.
    """
    event = event_name or ""
    said = _part(payload, "repository")
    known = Plan(
        "bout",
        "",
        event=event,
        head_sha=sha,
        branch=_branch(ref),
        default_branch=_text(said, "default_branch"),
    )
    if not event:
        return replace(known, why="no GitHub event: a bout as on a laptop")
    owner = _text(said, "full_name")
    if owner is not None and not _same(owner, repository):
        return replace(known, doing="nothing", why="the event tells of another repository")
    match event:
        case "pull_request":
            return _pull_request(known, payload, repository)
        case "push":
            return _push(known, payload, ref)
        case "merge_group":
            return _merge_group(known, payload)
        case "workflow_run":
            return _workflow_run(known, payload, repository)
        case "workflow_dispatch":
            return _workflow_dispatch(known, payload)
        case "schedule" | "repository_dispatch":
            # Both run on the default branch alone, and the payload of the first holds no repository.
            home = known.default_branch or known.branch
            why = f"a bout on the branch that `{event}` runs on; there is no pull request"
            return replace(known, default_branch=home, why=why)
        case "release":
            return _release(known, payload)
        case _ if event in STRANGERS:
            why = f"`{event}` can be caused by anybody and runs with a token that may write: use `pull_request`"
            return replace(known, doing="nothing", why=why)
        case _:
            return replace(known, why=f"a bout on what `{cause(event, limit=EVENT_LIMIT)}` checked out, no more")


def _pull_request(known: Plan, payload: Mapping[str, object], repository: str) -> Plan:
    pull = _part(payload, "pull_request")
    head, base = _part(pull, "head"), _part(pull, "base")
    number = _number(pull, "number") or _number(payload, "number")
    source = _text(_part(head, "repo"), "full_name")
    head_sha = _sha(head, "sha")
    plan = replace(
        known,
        pull_request=number,
        head_sha=head_sha or known.head_sha,
        fork=source is None or not _same(source, repository),
        draft=pull.get("draft") is True,
        base_sha=_sha(base, "sha"),
        branch=_text(base, "ref"),
    )
    if pull.get("merged") is True:
        return replace(plan, doing="nothing", why="the pull request was merged: the push that follows promotes")
    if _text(payload, "action") == "closed" or _text(pull, "state") == "closed":
        return replace(plan, doing="nothing", why="the pull request was closed without a merge")
    if number is None or head_sha is None:
        return replace(plan, why="a bout without a comment: the event does not say which pull request it is of")
    if source is None:
        return replace(plan, why="a bout without a comment: the fork is gone, or the event does not name it")
    if plan.fork:
        why = "a bout without a comment: the token of a fork's run may not write; a `workflow_run` reports it"
        return replace(plan, why=why)
    why = "a bout of a draft, with a comment" if plan.draft else "a bout with a comment under the pull request"
    return replace(plan, may_comment=True, why=why)


def _push(known: Plan, payload: Mapping[str, object], ref: str) -> Plan:  # noqa: PLR0911 -- one way out for each row
    pushed = _text(payload, "ref")
    plan = replace(
        known,
        branch=_branch(pushed or ref),
        before=_sha(payload, "before"),
        after=_sha(payload, "after"),
        head_sha=_sha(payload, "after") or known.head_sha,
    )
    after = _text(payload, "after")
    if payload.get("deleted") is True or (after is not None and NOBODY.fullmatch(after)):
        return replace(plan, doing="nothing", why="the branch or tag was deleted")
    if (pushed or ref).startswith("refs/tags/"):
        return replace(plan, doing="nothing", why="a tag was pushed: its commit was judged on its branch")
    if plan.branch is not None and plan.branch.startswith(OWN_BRANCHES):
        return replace(plan, doing="nothing", why="the branch is Modelbout's own")
    if plan.branch is None or plan.default_branch is None:
        return replace(
            plan, why="a bout and no promotion: the event does not say which branch it is, or which the default one"
        )
    if plan.branch != plan.default_branch:
        return replace(plan, why="a bout on a branch that is not the default one")
    if plan.after is None:
        return replace(plan, why="a bout and no promotion: the event does not say which commit was pushed")
    if pushed is not None and ref and pushed != ref:
        return replace(plan, why="a bout and no promotion: the event and GITHUB_REF name two branches")
    return replace(plan, doing="promote", why="a push to the default branch: what was merged is promoted if it won")


def _merge_group(known: Plan, payload: Mapping[str, object]) -> Plan:
    group = _part(payload, "merge_group")
    plan = replace(
        known, head_sha=_sha(group, "head_sha") or known.head_sha, branch=_branch(_text(group, "base_ref") or "")
    )
    if _text(payload, "action") == "destroyed":
        return replace(plan, doing="nothing", why="the merge queue has dropped this group")
    return replace(plan, why="a bout for the merge queue; its verdict is the check, and there is no comment")


def _workflow_run(  # noqa: PLR0911 -- one way out for each row
    known: Plan, payload: Mapping[str, object], repository: str
) -> Plan:
    run = _part(payload, "workflow_run")
    source = _text(_part(run, "head_repository"), "full_name")
    owner = _text(_part(run, "repository"), "full_name")
    head_sha = _sha(run, "head_sha")
    fork = source is None or not _same(source, repository)
    plan = replace(
        known,
        doing="nothing",
        run_id=_number(run, "id"),
        head_sha=head_sha or "",
        branch=_text(run, "head_branch"),
        fork=fork,
        pull_request=None if fork else _only_pull(run, head_sha),
    )
    conclusion = _text(run, "conclusion")
    if plan.run_id is None or head_sha is None:
        return replace(plan, why="the event does not say which run it is of")
    if owner is None or not _same(owner, repository):
        return replace(plan, why="the run is not known to be of this repository")
    if _text(run, "event") != "pull_request":
        return replace(plan, why="the run was not of a pull request, so there is nowhere to comment")
    if _text(payload, "action") not in (None, "completed") or conclusion is None:
        return replace(plan, why="the run has not ended yet")
    if conclusion not in ENDED:
        return replace(plan, why="the run did not come to its end, so there is nothing whole to report")
    if source is None:
        why = "the report goes to the summary alone: the fork is gone, or the event does not name it"
        return replace(plan, doing="report", why=why)
    whose = "a fork's pull request" if fork else "a pull request"
    return replace(plan, doing="report", may_comment=True, why=f"the report of {whose}, from the data of its run")


def _only_pull(run: Mapping[str, object], head_sha: str | None) -> int | None:
    """Return the number of the run's pull request, when the event names exactly one that is still at this head."""
    pulls = run.get("pull_requests")
    if not isinstance(pulls, list) or len(pulls) != 1 or not isinstance(pulls[0], Mapping):
        return None
    return _number(pulls[0], "number") if _sha(_part(pulls[0], "head"), "sha") == head_sha else None


def _workflow_dispatch(known: Plan, payload: Mapping[str, object]) -> Plan:
    inputs = _part(payload, "inputs")
    if all(_text(inputs, name) for name in _ROLLBACK_INPUTS):
        return replace(known, doing="roll back", why="somebody asked for a rollback, with a version and a reason")
    return replace(known, why="somebody asked for a bout; there is no pull request")


def _release(known: Plan, payload: Mapping[str, object]) -> Plan:
    tag = _text(_part(payload, "release"), "tag_name")
    if tag is not None and _VERSION_TAG.fullmatch(tag):
        return replace(known, doing="nothing", why="the release is a version in Modelbout's registry")
    return replace(known, why="a bout on what the release is of; there is no pull request")


def _part(value: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: Mapping[str, object], name: str) -> str | None:
    found = value.get(name)
    return found if isinstance(found, str) and found else None


def _number(value: Mapping[str, object], name: str) -> int | None:
    found = value.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def _sha(value: Mapping[str, object], name: str) -> str | None:
    found = _text(value, name)
    return found if found is not None and _SHA.fullmatch(found) and not NOBODY.fullmatch(found) else None


def _branch(ref: str) -> str | None:
    return ref.removeprefix("refs/heads/") or None if ref.startswith("refs/heads/") else None


def _same(one: str, other: str) -> bool:
    """Compare names of repositories as GitHub does: without case."""
    return one.lower() == other.lower()

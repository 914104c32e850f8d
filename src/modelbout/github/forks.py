"""Find the pull request to which the report of another run belongs: by GitHub's record, never by the run's data.

Whoever opened the pull request wrote the code that ran, and so the artifact. The run's repository, event, workflow,
head and conclusion are GitHub's own record; the pull request follows from them, or there is no comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from modelbout.errors import Problem
from modelbout.github.api.pulls import Pulls
from modelbout.github.api.runs import Runs
from modelbout.github.context import ENDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.github.api.pulls import PullRequest
    from modelbout.github.api.runs import Artifact, Run
    from modelbout.github.api.session import Session
    from modelbout.github.context import Plan

EVENT = "pull_request"
REF_SEPARATOR = "@"  # GitHub writes `path@ref` for workflows that come from elsewhere
SHA_SHOWN = 7  # characters of a commit, as GitHub shows it
PULLS_NAMED = 5  # ours: more numbers help nobody


@dataclass(frozen=True)
class Recipient:
    """Where the report of a run goes.

    Attributes:
        doing: ``comment``: under ``pull``; ``summary``: into this job's summary alone; ``nothing``: it is not reported.
        why: a sentence for the log and the summary; it holds nothing that a stranger wrote.
        run: GitHub's record of it; None when the event named none.
        pull: the pull request, whose head is the run's; None unless there is exactly one.
    """

    doing: Literal["comment", "summary", "nothing"]
    why: str
    run: Run | None = None
    pull: PullRequest | None = None


def pull_request_of(session: Session, plan: Plan, *, workflow: str = "", own: bool = False) -> Recipient:
    """Return where the report of the run goes that a ``workflow_run`` event tells of.

    Args:
        session: with the repository whose run it is.
        plan: what the event asks for.
        workflow: path of the workflow whose runs are reported, such as ``.github/workflows/modelbout.yml``; any when
            empty, since the workflow that listens names those it listens to.
        own: whether runs of this repository's own branches are reported too; their own jobs do it otherwise.

    Raises:
        GitHubError: GitHub cannot be asked.
    """
    if plan.doing != "report" or plan.run_id is None:
        return Recipient("nothing", plan.why or "the event does not say which run it is of")
    run = Runs(session).get(plan.run_id)
    wrong = _not_reported(run, session.repository, workflow=workflow, own=own)
    if wrong:
        return Recipient("nothing", wrong, run)
    if run.head_sha != plan.head_sha:
        return Recipient("nothing", f"run {run.id} is of another commit than the event says", run)
    if run.head_repository is None or run.head_branch is None:
        return Recipient("summary", "there is no comment: the fork or its branch is gone", run)
    pulls = Pulls(session).from_branch(run.head_repository, run.head_branch)
    return _addressed(run, [pull for pull in pulls if pull.state == "open"], any_closed=bool(pulls))


def nothing_left(run: int, artifacts: Sequence[Artifact], *, name: str) -> Problem:
    """Return why a run has no results to report: none uploaded, or all of them gone.

    Args:
        run: its number.
        artifacts: all that it uploaded.
        name: what an artifact with results is called; an ending after a hyphen may follow.
    """
    ours = [artifact for artifact in artifacts if artifact.name == name or artifact.name.startswith(f"{name}-")]
    if ours and all(artifact.expired for artifact in ours):
        found, fix = (
            "left results that have expired",
            "run the bout again, and report it within the retention of artifacts",
        )
    else:
        found, fix = "left no results", "look at the job that fights the bout: did it upload its run directory?"
    return Problem(found=f"run {run} {found}", allowed=f"an artifact called `{name}` or `{name}-…`", fix=fix)


def _not_reported(run: Run, repository: str, *, workflow: str, own: bool) -> str:
    """Return why a run is not reported at all; empty when it is."""
    same = run.head_repository is not None and _same(run.head_repository, repository)
    path = run.path.partition(REF_SEPARATOR)[0]
    checks = (
        (_same(run.repository, repository), f"run {run.id} belongs to another repository"),
        (run.event == EVENT, f"run {run.id} was not of a pull request, so there is nowhere to comment"),
        (not workflow or path == workflow, f"run {run.id} is of another workflow than `{workflow}`"),
        (run.status == "completed", f"run {run.id} has not ended: it was started again"),
        (run.conclusion in ENDED, f"run {run.id} did not come to its end, so there is nothing whole to report"),
        (own or not same, f"run {run.id} is of a branch of this repository: its own job has reported it"),
    )
    return next((why for fine, why in checks if not fine), "")


def _addressed(run: Run, pulls: Sequence[PullRequest], *, any_closed: bool) -> Recipient:
    """Return the one pull request that is at the run's head; no guess when there are several."""
    here = [pull for pull in pulls if pull.head_sha == run.head_sha]
    head = run.head_sha[:SHA_SHOWN]
    if len(here) == 1:
        return Recipient("comment", f"the report of #{here[0].number} at {head}", run, here[0])
    if here:
        numbers = ", ".join(f"#{pull.number}" for pull in here[:PULLS_NAMED])
        why = f"there is no comment: {len(here)} pull requests are at {head} ({numbers}), and GitHub names none of them"
    elif pulls:
        why = f"there is no comment: {head} is an older head, and the pull request has moved on to another"
    elif any_closed:
        why = "there is no comment: the pull request was closed meanwhile"
    else:
        why = f"there is no comment: no pull request is at {head}"
    return Recipient("summary", why, run)


def _same(one: str, other: str) -> bool:
    """Compare names of repositories as GitHub does: without case."""
    return one.lower() == other.lower()

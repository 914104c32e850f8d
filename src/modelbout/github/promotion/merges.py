"""What reached the default branch since promotion last looked: none is lost, though GitHub cancels waiting runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from modelbout.github.api.errors import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from modelbout.github.api.commits import Commit
    from modelbout.github.api.pulls import PullRequest

PULLS_LOOKED_AT = 1000  # ours: ten pages; who merges more between two promotions gets one bout at the end
QUIET_PULLS = 50  # ours: half a page of GitHub's list without a merge of ours ends the search; a miss costs one bout
NOBODY = "0" * 40  # what a push event says of a branch that did not exist before
ON_THE_BRANCH = ("ahead", "identical")  # how a branch stands to a commit that it contains
SHOWN_SHA = 7  # characters by which people know a commit

Place = Literal["ahead", "passed", "gone"]


class History(Protocol):
    """The default branch as GitHub tells it."""

    def commit(self, sha: str) -> Commit:
        """Return one commit.

        Raises:
            MissingError: there is none.
        """

    def between(self, base: str, head: str) -> tuple[str, Sequence[Commit]]:
        """Return how the head stands to the base, as GitHub's compare says it, and the commits since, oldest first.

        Raises:
            MissingError: one of the two is gone.
        """

    def merged(self) -> Iterable[PullRequest]:
        """Return pull requests that were merged into the branch, those that changed last first."""


@dataclass(frozen=True)
class Landing:
    """One state that the default branch came to.

    Attributes:
        commit: the commit that made it.
        pull: the pull request that brought it; None for commits that came without one.
    """

    commit: Commit
    pull: PullRequest | None

    @property
    def name(self) -> str:
        """Return what people call it: ``#12``, or the start of the commit's name."""
        return self.commit.sha[:SHOWN_SHA] if self.pull is None else f"#{self.pull.number}"


@dataclass(frozen=True)
class Landed:
    """All of it, the oldest first; the last one is the head that is looked at.

    Attributes:
        steps: empty when promotion has dealt with this head already.
        why: from where to where was looked, in words.
    """

    steps: tuple[Landing, ...]
    why: str


def landed(history: History, *, branch: str, cursor: str | None, before: str | None, after: str) -> Landed:
    """Return what reached the branch since the cursor, up to ``after``.

    Without a cursor, or when its commit is gone, the range of the push itself counts; without that, ``after`` alone.
    A branch that was set back to an older state brings nothing new: a title is given back by a rollback, which needs
    a person's reason.

    Args:
        history: the default branch.
        branch: its name.
        cursor: the commit that promotion has dealt with last.
        before: what the push event names as the branch's state before it.
        after: the commit to work up to.

    Raises:
        GitHubError: GitHub cannot be asked; that is never "nothing was merged".
    """
    if cursor == after:
        return Landed((), f"promotion has dealt with {_short(after)} already")
    told: list[str] = []
    for base, said in ((cursor, "since the last promotion's look"), (before, "in this push")):
        if base is None or base == NOBODY:
            continue
        try:
            status, commits = history.between(base, after)
        except MissingError:
            told.append(f"{_short(base)} is gone, after a forced push")
            continue
        if status in ("identical", "behind"):
            return Landed((), f"{_short(after)} brings nothing that {_short(base)} has not")
        if status == "diverged":
            told.append(f"the branch no longer contains {_short(base)}, after a forced push")
        if told and not _contains(history, branch, after):
            return _strayed(branch, after)
        told.append(f"what came {said}, {_short(base)} to {_short(after)}")
        return _sorted(history, commits, after, "; ".join(told))
    if told and not _contains(history, branch, after):
        return _strayed(branch, after)
    told.append(f"{_short(after)} alone: nothing says where to start")
    return _sorted(history, (), after, "; ".join(told))


def place_of(history: History, *, branch: str, cursor: str | None, commit: str) -> Place:
    """Tell where a commit stands by now: a job that promotes the winner of its bout may be run again days later.

    Returns:
        ``ahead`` of what promotion has dealt with, or the last of it; ``passed`` by a later promotion; ``gone`` from
        the branch, after a forced push.

    Raises:
        GitHubError: GitHub cannot be asked.
    """
    if not _contains(history, branch, commit):
        return "gone"
    if cursor is None or cursor == commit:
        return "ahead"
    try:
        return "passed" if history.between(cursor, commit)[0] == "behind" else "ahead"
    except MissingError:
        return "ahead"  # it is the cursor that is gone


def _contains(history: History, branch: str, commit: str) -> bool:
    """Tell whether the branch still has a commit: a job that is run again may be of a history that is gone."""
    return history.between(commit, branch)[0] in ON_THE_BRANCH


def _strayed(branch: str, after: str) -> Landed:
    return Landed((), f"`{branch}` no longer contains {_short(after)}, after a forced push")


def _sorted(history: History, commits: Sequence[Commit], after: str, why: str) -> Landed:
    ordered = {commit.sha: commit for commit in commits}
    if after not in ordered:
        # The range has no end that could be reached, or is longer than what is looked through.
        ordered[after] = history.commit(after)
    pulls = {pull.merge_commit_sha: pull for pull in _ours(history.merged(), ordered)}
    steps = [Landing(commit, pulls[sha]) for sha, commit in ordered.items() if sha in pulls]
    if after not in pulls:
        # What no pull request brought was judged by nobody. Before a merge it is part of that merge's tree.
        steps.append(Landing(ordered[after], None))
    return Landed(tuple(steps), why)


def _ours(pulls: Iterable[PullRequest], commits: dict[str, Commit]) -> Iterator[PullRequest]:
    """Yield the merges among these commits, and stop looking after many others in a row."""
    quiet = 0
    found: set[str] = set()
    for number, pull in enumerate(pulls, start=1):
        sha = pull.merge_commit_sha
        if pull.merged and sha is not None and sha in commits:
            quiet = 0
            found.add(sha)
            yield pull
        else:
            quiet += 1
        if quiet >= QUIET_PULLS or number >= PULLS_LOOKED_AT or len(found) == len(commits):
            return


def _short(sha: str) -> str:
    return f"`{sha[:SHOWN_SHA]}`"

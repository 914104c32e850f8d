"""Read pull requests: one, those merged into a branch, those of a head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.github.api.answers import Named, Shape, one, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.github.api.session import Session


@dataclass(frozen=True)
class PullRequest:
    """A pull request.

    Attributes:
        number: as people know it.
        state: ``open`` or ``closed``.
        merged: whether it was merged.
        draft: whether it is a draft.
        base_branch: where it goes.
        head_branch: where it comes from.
        head_sha: its newest commit.
        head_repository: ``owner/name`` where its commits are; None when that fork was deleted.
        merge_commit_sha: what the merge made; of an open one, a commit for trial.
    """

    number: int
    state: str
    merged: bool
    draft: bool
    base_branch: str
    head_branch: str
    head_sha: str
    head_repository: str | None
    merge_commit_sha: str | None


class _Side(Shape, frozen=True):
    ref: str
    sha: str
    repo: Named | None = None


class _Pull(Shape, frozen=True):
    number: int
    state: str
    head: _Side
    base: _Side
    merged_at: str | None = None
    draft: bool | None = None
    merge_commit_sha: str | None = None

    def record(self) -> PullRequest:
        return PullRequest(
            number=self.number,
            state=self.state,
            merged=self.merged_at is not None,
            draft=bool(self.draft),
            base_branch=self.base.ref,
            head_branch=self.head.ref,
            head_sha=self.head.sha,
            head_repository=None if self.head.repo is None else self.head.repo.full_name,
            merge_commit_sha=self.merge_commit_sha,
        )


class Pulls:
    """The pull requests of one repository."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, number: int) -> PullRequest:
        """Return one pull request.

        Raises:
            MissingError: there is none of this number.
            GitHubError: GitHub cannot be asked.
        """
        with self.session.told(f"read pull request #{number}"):
            return one(self.session, _Pull, f"/pulls/{number}").record()

    def merged_into(self, branch: str) -> Iterator[PullRequest]:
        """Yield what was merged into a branch, those that changed last first; a page is asked for when it is needed.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        query = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc"}
        for pull in self._list(query, f"list what was merged into {branch}"):
            if pull.merged:
                yield pull

    def by_head(self, head_repository: str, branch: str, sha: str) -> tuple[PullRequest, ...]:
        """Return the pull requests whose newest commit is this one: open ones first, then the newest first.

        One whose fork was deleted is not among them, since nothing says whose it was.

        Args:
            head_repository: ``owner/name`` where the commit is.
            branch: the branch there.
            sha: the commit.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        return tuple(pull for pull in self.from_branch(head_repository, branch) if pull.head_sha == sha)

    def from_branch(self, head_repository: str, branch: str) -> tuple[PullRequest, ...]:
        """Return the pull requests that come from a branch: open ones first, then the newest first.

        One whose fork was deleted is not among them, since nothing says whose it was.

        Args:
            head_repository: ``owner/name`` where the branch is.
            branch: the branch there.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        owner = head_repository.partition("/")[0]
        query = {"state": "all", "head": f"{owner}:{branch}"}
        found = [
            pull
            for pull in self._list(query, f"look for the pull request of {owner}:{branch}")
            # GitHub passes over a filter that it does not understand, and an owner may have two forks.
            if pull.head_branch == branch and pull.head_repository == head_repository
        ]
        return tuple(sorted(found, key=lambda pull: (pull.state != "open", -pull.number)))

    def _list(self, query: dict[str, str], doing: str) -> Iterator[PullRequest]:
        for page in pages(self.session, list[_Pull], "/pulls", doing=doing, parameters=query):
            for pull in page:
                yield pull.record()

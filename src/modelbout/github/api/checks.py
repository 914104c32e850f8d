"""Check runs: a verdict on a commit, shown in the pull request's merge box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from modelbout.github.api.answers import Shape, one

if TYPE_CHECKING:
    from modelbout.github.api.session import Session

TITLE_LIMIT = 255
"""Characters of a check's title: GitHub's documentation."""

SUMMARY_LIMIT = 65_535
"""Bytes of a check's summary: GitHub's documentation."""

Conclusion = Literal["success", "failure", "neutral"]


@dataclass(frozen=True)
class Check:
    """One finished check run.

    Attributes:
        name: what a required check is called in the branch's rules.
        title: in a few words, what came out.
        summary: Markdown.
        conclusion: ``neutral`` satisfies a required check, as ``success`` does.
        mark: of whoever made it; only its own are recognised.
        link: where the details are.
    """

    name: str
    title: str
    summary: str
    conclusion: Conclusion
    mark: str
    link: str | None = None


class _Output(Shape, frozen=True):
    title: str | None = None
    summary: str | None = None


class _Check(Shape, frozen=True):
    id: int
    name: str
    output: _Output
    conclusion: str | None = None
    external_id: str | None = None


class _Checks(Shape, frozen=True):
    check_runs: list[_Check]


class Checks:
    """The check runs of one commit."""

    def __init__(self, session: Session, head: str) -> None:
        self.session = session
        self.head = head

    def stands(self, check: Check) -> bool:
        """Tell whether the newest check run of this name and mark, the one that GitHub shows, says just this.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        query = {"check_name": check.name, "filter": "latest"}
        with self.session.told(f"list the check runs of {self.head[:7]}"):
            found = one(self.session, _Checks, f"/commits/{self.head}/check-runs", parameters=query).check_runs
        own = [run for run in found if run.external_id == check.mark and run.name == check.name]
        if not own:
            return False
        newest = max(own, key=lambda run: run.id)
        said = (newest.output.title, newest.output.summary, newest.conclusion)
        return said == (check.title, check.summary, check.conclusion)

    def create(self, check: Check) -> None:
        """Post a check run that is over; a newer one of the same name takes the place of an older one.

        Raises:
            ForbiddenError: the token may not.
            GitHubError: GitHub cannot be asked; after an UnreachableError it may be there.
        """
        asked: dict[str, object] = {
            "name": check.name,
            "head_sha": self.head,
            "status": "completed",
            "conclusion": check.conclusion,
            "external_id": check.mark,
            "output": {"title": check.title, "summary": check.summary},
        }
        if check.link:
            asked["details_url"] = check.link
        with self.session.told(f"post the check run {check.name}"):
            one(self.session, _Check, "/check-runs", method="POST", body=asked)

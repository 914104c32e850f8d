"""Check runs: a verdict on a commit, shown in the pull request's merge box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.github.api.session import Session

TITLE_LIMIT = 255
"""Characters of a check's title: GitHub's documentation."""

SUMMARY_LIMIT = 65_535
"""Bytes of a check's summary: GitHub's documentation."""

PAGE = 100


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
    conclusion: Literal["success", "failure", "neutral"]
    mark: str
    link: str | None = None


class Checks:
    """The check runs of one commit."""

    def __init__(self, session: Session, head: str) -> None:
        self.session = session
        self.head = head
        self._root = f"/repos/{session.repository}"

    def newest(self, name: str, mark: str) -> Check | None:
        """Return the newest check run of a name and mark, the one that GitHub shows; None when there is none."""
        with self.session.told(f"list the check runs of {self.head[:7]}"):
            _, found = self.session.requester.requestJsonAndCheck(
                "GET",
                f"{self._root}/commits/{self.head}/check-runs",
                parameters={"check_name": name, "filter": "latest", "per_page": PAGE},
            )
        own = [raw for raw in found.get("check_runs", []) if raw.get("external_id") == mark]
        return _check(max(own, key=lambda raw: int(raw["id"]))) if own else None

    def create(self, check: Check) -> None:
        """Post a check run that is over; a newer one of the same name takes the place of an older one."""
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
        with self.session.told(f"post the check run {check.name} (needs checks: write)"):
            self.session.requester.requestJsonAndCheck("POST", f"{self._root}/check-runs", input=asked)


def _check(raw: Mapping[str, Any]) -> Check:
    output = raw.get("output") or {}
    return Check(
        name=raw.get("name") or "",
        title=output.get("title") or "",
        summary=output.get("summary") or "",
        conclusion=raw.get("conclusion") or "neutral",
        mark=raw.get("external_id") or "",
        link=raw.get("details_url"),
    )

"""GitHub's records for the tests of promotion, made short."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelbout.errors import Problem
from modelbout.github.api.commits import Commit
from modelbout.github.api.errors import MissingError
from modelbout.github.api.pulls import PullRequest
from modelbout.github.api.runs import Artifact, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REPOSITORY = "octo/churn"
WORKFLOW = ".github/workflows/modelbout.yml"


def sha(word: str) -> str:
    """Return a commit's or a tree's name that starts with the word in hex."""
    return word.encode().hex().ljust(40, "0")


def commit(word: str, *parents: str) -> Commit:
    return Commit(sha=sha(word), tree=sha(f"t{word}"), parents=tuple(map(sha, parents)), message=word)


def pull(number: int, merge: str | None, **other: object) -> PullRequest:
    told: dict[str, object] = {
        "state": "closed",
        "merged": True,
        "draft": False,
        "base_branch": "main",
        "head_branch": f"branch-{number}",
        "head_sha": sha(f"h{number}"),
        "head_repository": REPOSITORY,
        "merge_commit_sha": None if merge is None else sha(merge),
        **other,
    }
    return PullRequest(number=number, **told)  # type: ignore[arg-type]


def run(number: int, **other: object) -> Run:
    told: dict[str, object] = {
        "attempt": 1,
        "event": "pull_request",
        "path": WORKFLOW,
        "head_sha": sha("h1"),
        "head_branch": "branch-1",
        "head_repository": REPOSITORY,
        "repository": REPOSITORY,
        "status": "completed",
        "conclusion": "success",
        "url": f"https://github.com/{REPOSITORY}/actions/runs/{number}",
        **other,
    }
    return Run(id=number, **told)  # type: ignore[arg-type]


def artifact(number: int, name: str, *, expired: bool = False) -> Artifact:
    return Artifact(id=number, name=name, bytes=1000, expired=expired, digest=None)


@dataclass
class Branch:
    """A default branch: ranges by (base, head), commits, and pull requests newest first; it fails on all else."""

    ranges: dict[tuple[str, str], tuple[str, Sequence[Commit]]] = field(default_factory=dict)
    pulls: Sequence[PullRequest] = ()
    commits: Sequence[Commit] = ()
    gone: Sequence[str] = ()
    contained: bool = True
    looked_at: int = 0

    def commit(self, name: str) -> Commit:
        return next(found for found in self.commits if found.sha == name)

    def between(self, base: str, head: str) -> tuple[str, Sequence[Commit]]:
        if base in map(sha, self.gone):
            raise MissingError(Problem(found="no such commit"))
        if head == "main":
            return "ahead" if self.contained else "diverged", ()
        return self.ranges[base, head]

    def merged(self) -> Iterator[PullRequest]:
        for found in self.pulls:
            self.looked_at += 1
            yield found


def ahead(base: str, *words: str, status: str = "ahead") -> dict[tuple[str, str], tuple[str, Sequence[Commit]]]:
    """Return a range from one commit to the last of the words."""
    return {(sha(base), sha(words[-1])): (status, [commit(word) for word in words])}

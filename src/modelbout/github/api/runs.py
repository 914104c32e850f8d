"""Read workflow runs and download their artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from modelbout.errors import Problem
from modelbout.github.api.answers import Named, Shape, one, pages
from modelbout.github.api.downloads import JSON, Download, download
from modelbout.github.api.errors import GitHubError

if TYPE_CHECKING:
    from modelbout.github.api.session import Session

# GitHub writes the algorithm before the digest of an artifact.
DIGEST_PREFIX = "sha256:"


@dataclass(frozen=True)
class Run:
    """A workflow run, as GitHub and nobody else has recorded it.

    Attributes:
        id: its number; the same for all attempts.
        attempt: counted from 1.
        event: what started it.
        path: of its workflow's file, such as ``.github/workflows/modelbout.yml``; ``@ref`` may follow.
        head_sha: the commit that it ran on.
        head_branch: the branch of that commit, if it has one.
        head_repository: ``owner/name`` of that branch; None when that fork was deleted.
        repository: ``owner/name`` where the run belongs.
        status: such as ``completed``; None when GitHub does not say.
        conclusion: such as ``success``; None before the end.
        url: the page of the run.
    """

    id: int
    attempt: int
    event: str
    path: str
    head_sha: str
    head_branch: str | None
    head_repository: str | None
    repository: str
    status: str | None
    conclusion: str | None
    url: str


@dataclass(frozen=True)
class Artifact:
    """A zip that a run has uploaded.

    Attributes:
        id: its number.
        name: as the workflow calls it.
        bytes: of the zip.
        expired: whether GitHub has thrown it away.
        digest: sha256 of the zip in hexadecimal; None on servers that keep none.
    """

    id: int
    name: str
    bytes: int
    expired: bool
    digest: str | None


class _Run(Shape, frozen=True):
    id: int
    event: str
    path: str
    head_sha: str
    html_url: str
    repository: Named
    run_attempt: int | None = None
    head_branch: str | None = None
    head_repository: Named | None = None
    status: str | None = None
    conclusion: str | None = None

    def record(self) -> Run:
        return Run(
            id=self.id,
            attempt=self.run_attempt or 1,
            event=self.event,
            path=self.path,
            head_sha=self.head_sha,
            head_branch=self.head_branch,
            head_repository=None if self.head_repository is None else self.head_repository.full_name,
            repository=self.repository.full_name,
            status=self.status,
            conclusion=self.conclusion,
            url=self.html_url,
        )


class _Runs(Shape, frozen=True):
    workflow_runs: list[_Run]


class _Artifact(Shape, frozen=True):
    id: int
    name: str
    size_in_bytes: int
    expired: bool
    digest: str | None = None

    def record(self) -> Artifact:
        digest = self.digest or ""
        known = digest.removeprefix(DIGEST_PREFIX) if digest.startswith(DIGEST_PREFIX) else None
        return Artifact(self.id, self.name, self.size_in_bytes, self.expired, known)


class _Artifacts(Shape, frozen=True):
    artifacts: list[_Artifact]


class Runs:
    """The workflow runs of one repository."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, number: int) -> Run:
        """Return one run, as its newest attempt is.

        Raises:
            MissingError: there is none.
            GitHubError: GitHub cannot be asked.
        """
        with self.session.told(f"read workflow run {number}"):
            return one(self.session, _Run, f"/actions/runs/{number}").record()

    def of_head(self, sha: str, *, event: str | None = None) -> tuple[Run, ...]:
        """Return the runs on a commit, the newest first.

        Args:
            sha: the commit.
            event: only those that this event started.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        query = {"head_sha": sha} | ({} if event is None else {"event": event})
        doing = f"list the workflow runs of {sha[:7]}"
        found = [
            run.record()
            for page in pages(self.session, _Runs, "/actions/runs", doing=doing, parameters=query)
            for run in page.workflow_runs
        ]
        fitting = [run for run in found if run.head_sha == sha and event in (None, run.event)]
        return tuple(sorted(fitting, key=lambda run: (run.id, run.attempt), reverse=True))

    def artifacts(self, run: int) -> tuple[Artifact, ...]:
        """Return what a run has uploaded, the newest first; after a second attempt a name may be there twice.

        Raises:
            MissingError: there is no such run.
            GitHubError: GitHub cannot be asked.
        """
        path, doing = f"/actions/runs/{run}/artifacts", f"list the artifacts of workflow run {run}"
        found = [
            artifact.record()
            for page in pages(self.session, _Artifacts, path, doing=doing)
            for artifact in page.artifacts
        ]
        return tuple(sorted(found, key=lambda artifact: artifact.id, reverse=True))

    def download(self, artifact: Artifact, into: BinaryIO, limit: int) -> Download:
        """Write an artifact's zip to a file and return its size and digest.

        Args:
            artifact: which.
            into: a file that can be written, sought and truncated.
            limit: the most bytes that are taken; what says that it is longer is not even begun.

        Raises:
            MissingError: it is gone, or has expired.
            GitHubError: it is longer than the limit, not what GitHub's digest says, or cannot be had.
        """
        doing = f"download the artifact {artifact.name}"
        if artifact.bytes > limit:
            raise self._refused(doing, f"it has {artifact.bytes} bytes", f"at most {limit}")
        path = f"/actions/artifacts/{artifact.id}/zip"
        got = download(self.session, path, into, limit, accept=JSON, doing=doing)
        if artifact.digest is not None and got.sha256 != artifact.digest:
            raise self._refused(doing, f"its sha256 is {got.sha256}", f"what GitHub recorded, {artifact.digest}")
        return got

    def _refused(self, doing: str, found: str, allowed: str) -> GitHubError:
        return GitHubError(
            Problem(
                found=f"{self.session.repository}: cannot {doing}: {found}",
                allowed=allowed,
                fix="look at what the run uploaded, and run it again",
            )
        )

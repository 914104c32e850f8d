"""GitHub's own record of the default branch and of workflow runs, as promotion reads it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.github.api.commits import Commits
from modelbout.github.api.pulls import Pulls
from modelbout.github.api.runs import Runs
from modelbout.github.artifacts import read_results, unpack_bundle
from modelbout.github.promotion.judged import EVENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelbout.github.api.commits import Commit
    from modelbout.github.api.pulls import PullRequest
    from modelbout.github.api.runs import Artifact, Run
    from modelbout.github.api.session import Session
    from modelbout.github.artifacts import Results

RESULTS_BYTES = 64 * 2**20  # ours: results of a thousand models; what comes out of the zip is capped where it is read
BUNDLE_BYTES = 16 * 2**30  # ours: a hosted runner has 14 GB of disk


class BranchRecord:
    """The default branch; satisfies ``merges.History``."""

    def __init__(self, session: Session, branch: str) -> None:
        self.branch = branch
        self._commits = Commits(session)
        self._pulls = Pulls(session)
        self._ranges: dict[tuple[str, str], tuple[str, Sequence[Commit]]] = {}
        self._known: list[PullRequest] = []
        self._more: Iterator[PullRequest] | None = None

    def commit(self, sha: str) -> Commit:
        """Return one commit.

        Raises:
            MissingError: there is none.
        """
        return self._commits.get(sha)

    def between(self, base: str, head: str) -> tuple[str, Sequence[Commit]]:
        """Return how the head stands to the base, and the commits since; asked for once for all models.

        Raises:
            MissingError: one of the two is gone.
        """
        if (base, head) not in self._ranges:
            self._ranges[base, head] = self._commits.between(base, head)
        return self._ranges[base, head]

    def merged(self) -> Iterator[PullRequest]:
        """Yield what was merged into the branch, those that changed last first; each page is asked for once."""
        if self._more is None:
            self._more = self._pulls.merged_into(self.branch)
        place = 0
        while True:
            while place < len(self._known):
                yield self._known[place]
                place += 1
            following = next(self._more, None)
            if following is None:
                return
            self._known.append(following)


class RunsRecord:
    """Workflow runs and what they uploaded; satisfies ``judged.Runs``. An artifact with results is read once."""

    def __init__(self, session: Session) -> None:
        self._runs = Runs(session)
        self._heads: dict[str, tuple[Run, ...]] = {}
        self._uploads: dict[int, tuple[Artifact, ...]] = {}
        self._results: dict[int, tuple[Results, ...]] = {}

    def of_head(self, sha: str) -> Sequence[Run]:
        """Return the runs of a pull request's head, the newest first."""
        if sha not in self._heads:
            self._heads[sha] = self._runs.of_head(sha, event=EVENT)
        return self._heads[sha]

    def get(self, number: int) -> Run:
        """Return one run."""
        return self._runs.get(number)

    def artifacts(self, run: int) -> Sequence[Artifact]:
        """Return what a run has uploaded."""
        if run not in self._uploads:
            self._uploads[run] = self._runs.artifacts(run)
        return self._uploads[run]

    def results(self, artifact: Artifact) -> tuple[Results, ...]:
        """Read results out of an artifact, taking it as hostile.

        Raises:
            ModelboutError: it is not what it should be.
        """
        if artifact.id not in self._results:
            with tempfile.TemporaryFile() as file:
                self._runs.download(artifact, file, RESULTS_BYTES)
                file.seek(0)
                self._results[artifact.id] = read_results(file)
        return self._results[artifact.id]

    def bundle(self, artifact: Artifact, into: Path, digest: str) -> Path:
        """Unpack a bundle out of an artifact, taking it as hostile; nothing of it is loaded.

        Raises:
            ModelboutError: it is not the bundle of this digest.
        """
        # Beside its place, where there is as much room as the bundle itself will take.
        with tempfile.TemporaryDirectory(dir=into.parent, prefix=".bundle-") as scratch:
            archive = Path(scratch) / "bundle.zip"
            with archive.open("w+b") as file:
                self._runs.download(artifact, file, BUNDLE_BYTES)
            return unpack_bundle(archive, into, digest=digest)

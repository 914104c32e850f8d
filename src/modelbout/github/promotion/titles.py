"""One model's title after a merge: a verdict that counts is used, once, and its bundle goes up as it was judged."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from modelbout.errors import (
    BundleError,
    ChampionMovedError,
    ConfigError,
    DataError,
    GateRefusedError,
    Problem,
    RegistryError,
)
from modelbout.github.api.errors import GitHubError
from modelbout.github.promotion.decide import Finding, spent
from modelbout.github.promotion.judged import NotJudgedError, is_about_the_artifact, of_merge, of_run
from modelbout.record import to_json
from modelbout.registry.entry import result as told_of
from modelbout.registry.events import fold
from modelbout.registry.queries import all_asked_by
from modelbout.results import BOUT_FILE, ORIGIN_FILE, TRAINING_FILE, VALIDATION_FILE
from modelbout.stages.promote import attempt, is_sealed, permission
from modelbout.stages.workspace import digest_of, now, run_url

if TYPE_CHECKING:
    from modelbout.github.api.runs import Run
    from modelbout.github.promotion.judged import Believed, Evidence, Runs
    from modelbout.github.promotion.merges import Landing
    from modelbout.progress import Progress
    from modelbout.registry.events import State
    from modelbout.registry.protocol import Registry
    from modelbout.registry.queries import Query
    from modelbout.results import PromotionResult
    from modelbout.stages.workspace import Workspace


@runtime_checkable
class Tagging(Protocol):
    """A registry whose versions get a tag on a commit."""

    target: str | None


@dataclass(frozen=True)
class Titles:
    """Gives one model's title to winners.

    Attributes:
        work: the model's configuration and run directory.
        book: the registry.
        runs: GitHub's record of workflow runs.
        believed: whose verdicts count.
        stage: where winners go.
        progress: who watches.
        dry_run: say what would be written, and write nothing.
        asked: what the bouts that were looked at asked of their holdouts; grows with each of them.
    """

    work: Workspace
    book: Registry
    runs: Runs
    believed: Believed
    stage: str
    progress: Progress
    dry_run: bool = False
    asked: list[Query] = field(default_factory=list)

    def state(self) -> State:
        """Return the model's titles and holds as the ledger tells them now.

        Raises:
            RegistryError: the ledger cannot be read; that is never "no hold" or "nobody".
        """
        model = self.work.config.model
        return fold(model, self.book.events(model), shown=model)

    def after_merge(self, landing: Landing) -> Finding:
        """Use the verdict of the pull request that brought this state, if there is one that counts.

        Raises:
            RegistryError: the registry or GitHub cannot be asked, or refuses.
        """
        try:
            evidence = of_merge(self.runs, landing, self.believed)
        except NotJudgedError as doubt:
            return Finding(landing.name, landing.commit.sha, "open", str(doubt))
        number = None if landing.pull is None else landing.pull.number
        return self._use(evidence, landing.name, landing.commit.sha, number)

    def after_bout(self, run: Run, *, name: str, commit: str, tree: str, pull_request: int | None) -> Finding | None:
        """Use the verdict that an earlier job of this run left; None when it left none of this model.

        Raises:
            RegistryError: the registry or GitHub cannot be asked, or refuses.
        """
        try:
            evidence = of_run(self.runs, run, self.believed, tree=tree)
        except NotJudgedError as doubt:
            return Finding(name, commit, "open", str(doubt))
        return None if evidence is None else self._use(evidence, name, commit, pull_request)

    def _use(self, evidence: Evidence, name: str, commit: str, pull_request: int | None) -> Finding:
        self.asked.extend(all_asked_by(evidence.bout, at=now()))
        try:
            permission(self.work, evidence.bout)
        except GateRefusedError as refusal:
            return Finding(name, commit, "kept", refusal.problems[0].found)
        if is_sealed(self.work, evidence.bout):
            return Finding(name, commit, "open", "it won on the open rows, and the sealed ones have not been opened")
        self._lay_out(evidence)
        digest = "" if evidence.bout.challenger is None else evidence.bout.challenger.bundle_digest
        events = self.book.events(self.work.config.model)
        verdict = digest_of(to_json(evidence.bout))
        before = spent(events, stage=self.stage, bundle=digest, verdict=verdict)
        if before is not None:
            stands = fold(self.work.config.model, events, shown=self.work.config.model).title(self.stage)
            last_word = stands is not None and stands.seq == before.seq
            why = f"promoted by event {before.seq} of the ledger already"
            return Finding(name, commit, "promoted", why, told_of(before), last_word=last_word)
        if evidence.bundle is None:
            return Finding(name, commit, "open", f"run {evidence.run.id} left no bundle that can still be read")
        try:
            with self.progress.step(f"fetching the bundle that run {evidence.run.id} judged"):
                self.runs.bundle(evidence.bundle, self.work.bundle, digest)
        except (BundleError, ConfigError, DataError, GitHubError) as error:
            if not is_about_the_artifact(error):
                raise
            return Finding(name, commit, "open", f"its bundle was refused: {error.problems[0].found}")
        return self._promote(name, commit, pull_request, seen=len(events))

    def _promote(self, name: str, commit: str, pull_request: int | None, *, seen: int) -> Finding:
        if isinstance(self.book, Tagging) and self.book.target is not None:
            # Of several merges in one push, each version is tagged where it was merged. Without a target the registry
            # is another repository's, which has no such commit.
            self.book.target = commit
        try:
            with self.progress.step(f"promoting to {self.stage}"):
                result = attempt(
                    self.work, self.book, self.stage, None, pull_request=pull_request, dry_run=self.dry_run
                )
        except ChampionMovedError as error:
            return Finding(name, commit, "open", error.problems[0].found)
        except GateRefusedError as error:
            return Finding(name, commit, "held", error.problems[0].found)
        # An event that was not there a moment ago and bears this run's address is this job's: attempts of a run follow
        # each other.
        fresh = (result.seq or 0) > seen and result.run_url is not None and result.run_url == run_url()
        return Finding(name, commit, "promoted", result.reason, result, last_word=True, fresh=fresh)

    def _lay_out(self, evidence: Evidence) -> None:
        """Put the results where the stages look for them; the bundle's place is made empty."""
        self.work.begin(VALIDATION_FILE)
        results = evidence.results
        parts = (
            (VALIDATION_FILE, results.validation),
            (TRAINING_FILE, results.training),
            (BOUT_FILE, evidence.bout),
            (ORIGIN_FILE, results.origin),
        )
        for file, part in parts:
            if part is not None:
                self.work.write(file, part)
        shutil.rmtree(self.work.bundle, ignore_errors=True)


def read_back(book: Registry, result: PromotionResult) -> None:
    """Read the title again and check that it is where the event put it.

    Raises:
        RegistryError: it is not: somebody changed it within this moment, or the write was not what it seemed.
    """
    title = book.champion(result.model, result.stage)
    if title is not None and (title.version, title.bundle_digest) == (result.version, result.bundle_digest):
        return
    found = f"the ledger names {'nobody' if title is None else title.version} at `{result.stage}` after the change"
    raise RegistryError(
        Problem(
            found=found,
            allowed=result.version or "",
            fix=f"look at `modelbout registry history {result.model}`: somebody may have moved the title meanwhile",
        )
    )

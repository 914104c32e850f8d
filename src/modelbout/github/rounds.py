"""Do a piece of work for each model of a job: one fails and the others go on; each says where it was done."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.errors import EXIT_FINE, ModelboutError, Problem, TrainingError
from modelbout.github.annotations import annotate, of_problems, of_validation
from modelbout.github.base import note_contract
from modelbout.github.checkout import checkout_tree
from modelbout.results import ORIGIN_FILE, Origin
from modelbout.stages.workspace import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelbout.github.annotations import Note
    from modelbout.github.job import Job
    from modelbout.results import ValidationResult
    from modelbout.stages.workspace import Workspace

ANNOTATIONS = "annotations"
OWN_FAULT = "the bout broke off by a fault of Modelbout's own"
NO_WORDS = "training or scoring failed; what the program said is in the job's log and not kept here"


@dataclass
class Rounds:
    """The models of a job, dealt with one after another.

    Attributes:
        job: the step.
        codes: the exit code of each model that came to its end.
        failed: what stopped the others.
        notes: annotations, of all models together: a step has room for ten.
    """

    job: Job
    codes: list[int] = field(default_factory=list)
    failed: list[ModelboutError] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def each(self, do: Callable[[Workspace], int], *, spoilt: Callable[[Workspace, ModelboutError], object]) -> None:
        """Do it for every model.

        Args:
            do: returns the exit code.
            spoilt: is told of an error that stopped a model, in its run directory.

        Raises:
            ConfigError: a configuration is missing or wrong; nothing was done for any model then.
        """
        works = self.job.workspaces
        for work, config in zip(works, self.job.configs, strict=True):
            with self._fold(work.config.model if len(works) > 1 else None):
                try:
                    with work.alone():
                        self._one(work, config, do, spoilt)
                except ModelboutError as error:
                    self._fail(work, error)

    def _one(
        self,
        work: Workspace,
        config: Path,
        do: Callable[[Workspace], int],
        spoilt: Callable[[Workspace, ModelboutError], object],
    ) -> None:
        note_origin(self.job, work, config)
        note_contract(self.job, work)
        try:
            self.codes.append(do(work))
        except ModelboutError as error:
            spoilt(work, error)
            raise
        except Exception:  # whatever it was, the results of the first stages must not look whole
            spoilt(work, ModelboutError(Problem(found=OWN_FAULT, fix="read the job's log")))
            raise

    def found(self, work: Workspace, result: ValidationResult) -> None:
        """Keep what a contract check found, for the annotations."""
        self.notes += (_rooted(note, work) for note in of_validation(result))

    def end(self) -> int:
        """Write the annotations and return the worst exit code: later kinds of error outweigh earlier ones."""
        if self.job.inputs.flag(ANNOTATIONS, default=True):
            annotate(self.notes, self.job.say, base=self.job.here, workspace=self.job.runner.workspace)
        return max([*self.codes, *(error.exit_code for error in self.failed)], default=EXIT_FINE)

    def _fail(self, work: Workspace, error: ModelboutError) -> None:
        self.failed.append(error)
        for problem in error.problems:
            self.job.progress.tell(problem)
        mine = of_problems(error.problems, title=work.config.model)
        self.notes += (_rooted(note, work) for note in mine)

    @contextmanager
    def _fold(self, title: str | None) -> Iterator[None]:
        """Fold a model's lines in the log."""
        if title is None:
            yield
            return
        self.job.say(f"::group::{title}")  # a model's name is letters, digits and hyphens
        try:
            yield
        finally:
            self.job.say("::endgroup::")


def note_origin(job: Job, work: Workspace, config: Path) -> None:
    """Leave ``origin.json``: which run judged which tree; nothing outside of a workflow run.

    Raises:
        RegistryError: the disk refuses.
    """
    runner = job.runner
    if runner.run_id is None:
        (work.run / ORIGIN_FILE).unlink(missing_ok=True)
        return
    work.write(
        ORIGIN_FILE,
        Origin(
            model=work.config.model,
            config=job.path(config),
            repository=runner.repository,
            event=runner.event_name,
            head_sha=job.plan.head_sha or runner.sha,
            # Before any code of the user's has run in this step: training may change files that git knows.
            tree=checkout_tree(work.root),
            run_id=runner.run_id,
            run_attempt=runner.run_attempt,
            created=now(),
            pull_request=job.plan.pull_request,
        ),
    )


def told_elsewhere(error: ModelboutError) -> ModelboutError:
    """Return the error as results may carry it: what a user's program said may hold values of rows, and they travel."""
    if not isinstance(error, TrainingError):
        return error
    return TrainingError(
        *(
            Problem(found=NO_WORDS, fix="read the job's log, mend the program, push again", place=problem.place)
            for problem in error.problems
        )
    )


def _rooted(note: Note, work: Workspace) -> Note:
    """Return the note with its file as it is found from anywhere: stages name files from the configuration."""
    if note.file is None or Path(note.file).is_absolute() or Path(note.file).exists():
        return note
    inside = work.root / note.file
    return replace(note, file=str(inside.absolute())) if inside.exists() else note

"""Promote on merge: what was judged takes the title; what was not takes a bout in a job without rights, and comes back.

Three jobs of one workflow use this action: the first works through what was merged, the last promotes what the bout
between them left (``run-id``), and a later one may move a version on to the next stage (``from``). None of them loads
a model.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelbout.errors import (
    EXIT_FINE,
    EXIT_GATE,
    EXIT_REGISTRY,
    ChampionMovedError,
    ConfigError,
    ModelboutError,
    Place,
    Problem,
    cause,
)
from modelbout.github import summary
from modelbout.github.api.errors import ForbiddenError, MissingError
from modelbout.github.context import AFTER_MERGES
from modelbout.github.promotion.account import account
from modelbout.github.promotion.after import Push, Turn, of_bout, of_judged
from modelbout.github.promotion.aftermath import Aftermath, commit_of, prepare
from modelbout.github.promotion.configs import workspaces
from modelbout.github.promotion.judged import WORKFLOW, Believed
from modelbout.github.promotion.merges import landed
from modelbout.github.promotion.onward import onward
from modelbout.github.promotion.records import BranchRecord, RunsRecord
from modelbout.github.promotion.telling import Teller
from modelbout.github.promotion.titles import Titles
from modelbout.results import PROMOTION_FILE
from modelbout.stages.promote import chosen_stage

if TYPE_CHECKING:
    from modelbout.github.api.runs import Run
    from modelbout.github.job import Job
    from modelbout.report.story import Story
    from modelbout.results import PromotionResult
    from modelbout.stages.workspace import Workspace

BY_HAND = "workflow_dispatch"


@dataclass
class Tally:
    """What the job has come to so far, over all models."""

    accounts: list[str] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    promoted: list[tuple[Workspace, PromotionResult]] = field(default_factory=list)
    fights: list[str] = field(default_factory=list)
    failed: list[ModelboutError] = field(default_factory=list)
    code: int = EXIT_FINE


def act(job: Job) -> int:
    """Return 0; 1 while a hold stands or when no verdict came; 4 when a record of a promotion could not be written.

    Raises:
        ConfigError: an input is wrong, or the run that is named is another one.
        ChampionMovedError: with ``from``: the champion that was beaten is gone; the output says fight.
        RegistryError: the registry or GitHub cannot be asked, or refuses.
    """
    tally = Tally()
    push = pushed(job)
    if push is None:
        job.say(f"nothing to promote: {job.plan.why or 'this is not the default branch'}")
        return finish(job, tally)
    chosen = Round(job, push, Teller(job, push.branch))
    for path, work in workspaces(job):
        try:
            with work.alone():
                if chosen.play(work, tally):
                    tally.fights.append(path)
        except ModelboutError as error:
            tally.failed.append(error)
            if isinstance(error, ChampionMovedError):
                tally.fights.append(path)
    return finish(job, tally)


def pushed(job: Job) -> Push | None:
    """Return where the default branch is; None when this run is of another branch.

    Raises:
        ConfigError: no run of this event ever promotes, which must not look as if there were nothing to promote.
    """
    plan = job.plan
    if plan.event not in AFTER_MERGES or plan.default_branch is None:
        why = plan.why if plan.event in AFTER_MERGES else f"this run was started by {cause(plan.event) or 'no event'}"
        raise ConfigError(
            Problem(
                found=f"nothing can be promoted here: {why}",
                allowed=f"a run of the default branch, started by {', '.join(AFTER_MERGES)}",
                fix="start this workflow `on: push: branches: [main]`: after each merge there is such a run",
                place=Place(key="on"),
            )
        )
    if plan.doing == "nothing" or (plan.event == "push" and plan.doing != "promote"):
        return None
    if plan.branch is None or plan.branch != plan.default_branch:
        return None
    return Push(plan.branch, plan.before, plan.after or job.runner.sha, asked=plan.event == BY_HAND)


class Round:
    """One model after the other, with what all of them need of GitHub."""

    def __init__(self, job: Job, push: Push, teller: Teller) -> None:
        self.job = job
        self.push = push
        self.teller = teller
        self.history = BranchRecord(job.session, push.branch)
        self.runs = RunsRecord(job.session)
        self.run = own_run(job, self.runs)
        self.source = job.inputs.text("from")

    def play(self, work: Workspace, tally: Tally) -> bool:
        """Do one model's turn; return whether the head takes a bout.

        Raises:
            ModelboutError: it could not be ended.
        """
        stage = chosen_stage(work, self.job.inputs.text("stage") or (work.final_stage if self.source else None))
        aftermath = prepare(self.job, last=work.final_stage)
        if self.source:
            self._move_on(work, stage, aftermath, tally)
            return False
        turn = self._turn(work, stage, aftermath)
        if turn is None:
            self.job.say(f"{work.config.model}: nothing was left to do")
            return False
        self._count(work, stage, turn, tally)
        return turn.decision.fight and self.run is None

    def _turn(self, work: Workspace, stage: str, aftermath: Aftermath) -> Turn | None:
        titles = Titles(
            work=work,
            book=work.registry(self.job.registry_address),
            runs=self.runs,
            believed=Believed(
                repository=self.job.runner.repository,
                workflow=self.job.inputs.text("workflow", WORKFLOW),
                model=work.config.model,
                stage=work.final_stage,
            ),
            stage=stage,
            progress=self.job.progress,
            dry_run=self.job.dry_run,
        )
        if self.run is None:
            return of_judged(titles, self.history, self.push, aftermath)
        return of_bout(titles, self.history, self.run, self.push, aftermath, pull_request=self._newest_pull())

    def _count(self, work: Workspace, stage: str, turn: Turn, tally: Tally) -> None:
        """Take up what a turn came to."""
        model, decision = work.config.model, turn.decision
        self.teller.log(model, turn)
        tally.promoted += [(work, result) for result in turn.promoted]
        tally.stories += [self.teller.story(work, result) for result in turn.promoted[-1:]]
        problems = [problem for error in turn.troubles for problem in error.problems]
        tally.accounts.append(account(model, turn.why, decision, stage=stage, troubles=problems))
        if decision.held or (decision.fight and self.run is not None):
            tally.code = max(tally.code, EXIT_GATE)
        if turn.troubles:
            tally.code = max(tally.code, EXIT_REGISTRY)

    def _move_on(self, work: Workspace, stage: str, aftermath: Aftermath, tally: Tally) -> None:
        result, fresh = onward(
            work,
            work.registry(self.job.registry_address),
            source=self.source,
            stage=stage,
            reason=self.job.inputs.text("reason") or None,
            run_url=self.job.runner.run_url,
            dry_run=self.job.dry_run,
        )
        name = f"{result.model}@{result.version}"
        if not fresh:
            self.job.say(f"{name} holds the title at {stage} already")
            return
        self.job.say(f"{name} {'would move' if result.dry_run else 'moved'} on from {self.source} to {stage}")
        tally.promoted.append((work, result))
        tally.stories.append(self.teller.story(work, result))
        for error in aftermath.tell(result, commit=commit_of(self.job, result)):
            tally.failed.append(error)

    def _newest_pull(self) -> int | None:
        """Return the pull request that the head came by, for the ledger; None when this job may not look for it."""
        with suppress(ForbiddenError, MissingError):
            push = self.push
            found = landed(self.history, branch=push.branch, cursor=None, before=push.before, after=push.after)
            pull = found.steps[-1].pull if found.steps else None
            return None if pull is None else pull.number
        return None


def own_run(job: Job, runs: RunsRecord) -> Run | None:
    """Return this very run as GitHub knows it, when ``run-id`` names it; None without that input.

    Raises:
        ConfigError: it names another run: what other runs left is looked for and checked by the first job alone.
        GitHubError: GitHub cannot be asked.
    """
    number = job.inputs.number("run-id")
    if number is None:
        return None
    runner = job.runner
    run = runs.get(number) if number == runner.run_id else None
    if run is None or (run.repository, run.head_repository, run.head_sha) != (
        runner.repository,
        runner.repository,
        runner.sha,
    ):
        raise ConfigError(
            Problem(
                found=f"`run-id` is {number}, which is not this run",
                allowed=f"{runner.run_id}",
                fix="write `run-id: ${{ github.run_id }}`, or leave it out",
                place=Place(key="run-id"),
            )
        )
    return run


def finish(job: Job, tally: Tally) -> int:
    """Set the outputs, write the summary, and return the exit code.

    Raises:
        ModelboutError: at least one model's turn could not be ended; with the problems of all of them.
    """
    newest = tally.promoted[-1] if tally.promoted else None
    job.outputs.set("fight", bool(tally.fights))
    job.outputs.set("fight-configs", json.dumps(tally.fights))
    job.outputs.set("promoted", newest is not None)
    job.outputs.set("version", None if newest is None else newest[1].version)
    job.outputs.set("bundle-digest", None if newest is None else newest[1].bundle_digest)
    results = dict.fromkeys(job.path(work.run / PROMOTION_FILE) for work, _ in tally.promoted)
    job.outputs.set("result", "\n".join(results))
    for section in tally.accounts:
        summary.write(job.runner, section)
    if tally.stories:
        summary.write(job.runner, tally.stories)
    if tally.failed:
        worst = max(tally.failed, key=lambda error: error.exit_code)
        raise type(worst)(*(problem for error in tally.failed for problem in error.problems))
    return tally.code

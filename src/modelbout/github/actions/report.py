"""Report the results of one or many models: the job's summary, the comment, the check; of this job, run or another.

Reads JSON and nothing else: no checkout is needed, no configuration, no data, no model. What a run has uploaded is
taken as hostile, and which pull request and commit it belongs to comes from GitHub's own record of the run.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.errors import (
    EXIT_DATA,
    EXIT_FINE,
    ConfigError,
    Place,
    Problem,
)
from modelbout.github import summary
from modelbout.github.api.errors import GitHubError
from modelbout.github.bouts import refuse_strangers
from modelbout.github.comment.body import SHA_SHOWN
from modelbout.github.harvest import ARTIFACT, Found, Harvest, from_directories, from_run
from modelbout.github.inputs import FALSE
from modelbout.github.pictures import LEDGER_BRANCH, address, hang, paint
from modelbout.github.publishing import Judged, publish
from modelbout.report.overview import line, phrase, tally, verdict
from modelbout.report.render import render
from modelbout.results import BOUT_FILE, VALIDATION_FILE
from modelbout.stages.report import REPORT_FILE, save
from modelbout.stages.workspace import RESULTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.github.job import Job
    from modelbout.report.story import Story

WHOLE = 2**40
"""Bytes: no budget at all, for the file that holds the full report."""

PLOTS = ("none", "branch")
UNREPORTED = "the comment or the check could not be written"


@dataclass(frozen=True)
class Source:
    """Whose results are reported.

    Attributes:
        harvest: the results.
        judged: where, by GitHub's record.
        pull: the pull request to comment on, if there is one and the token may.
        why: why there is none, for the notes; empty otherwise.
        fork: whether the code that ran there came from another repository, or from one that is gone.
    """

    harvest: Harvest
    judged: Judged
    pull: int | None = None
    why: str = ""
    fork: bool = False


def act(job: Job) -> int:
    """Return 0 when all was reported that the token may; 2 or 3 when results were refused.

    Raises:
        ConfigError: an input is wrong, or there are no results.
        GitHubError: GitHub failed, for another reason than that the token may not.
    """
    job.outputs.set("comment-url", "")
    if job.plan.doing == "nothing" and not (job.inputs.lines("run-directory") or job.inputs.number("run-id")):
        refuse_strangers(job)
        job.say(f"nothing to report: {job.plan.why}")
        return EXIT_FINE
    source = _source(job)
    if source is None:
        return EXIT_FINE
    found = source.harvest.found
    refused = _refused(job, source.harvest)
    if not found:
        return refused or _nothing(job, source)
    notes: list[str] = [source.why] if source.why else []
    merge = source.pull is not None or job.plan.pull_request is not None
    stories = [replace(story, awaits_merge=merge, from_fork=source.fork) for story in _with_pictures(job, found, notes)]
    for story in stories:
        job.say(f"{story.model}: {phrase(line(story))}")
    _leave(job, found, stories)
    try:
        done = publish(
            job.session,
            stories,
            source.judged,
            pull=source.pull if job.inputs.flag("comment", default=True) else None,
            check=_check(job),
            say=job.say,
            refused=bool(refused),
        )
    except GitHubError as error:
        # The summary is a file of this job: it holds the report whatever the weather.
        summary.write(job.runner, stories, notes=[*notes, f"{UNREPORTED}: {error.problems[0].found}"])
        raise
    summary.write(job.runner, stories, notes=[*notes, *done.notes])
    job.outputs.set("comment-url", done.comment_url)
    return refused


def _source(job: Job) -> Source | None:
    """Find out whose results are meant: directories of this job, artifacts of this run, or those of another."""
    lines = job.inputs.lines("run-directory")
    asked = job.inputs.number("run-id")
    if lines and asked:
        raise ConfigError(
            Problem(
                found="both `run-directory` and `run-id` are given",
                allowed="one of them",
                fix="remove one: the results come from this job, or from the artifacts of a run",
                place=Place(key="run-id"),
            )
        )
    if lines:
        return _own(job, from_directories(lines, job.here))
    if asked is None and job.plan.run_id is not None:
        return _of_event(job)
    if asked is None:
        here = _in_workspaces(job)
        if here is not None:
            return _own(job, here)
    if asked is None or asked == job.runner.run_id:
        if job.runner.run_id is None:
            raise _no_results("here")
        return _own(job, _artifacts(job, job.runner.run_id))
    return _other(job, asked)


def _own(job: Job, harvest: Harvest) -> Source:
    plan = job.plan
    judged = Judged(plan.head_sha, job.runner.run_id or 0, job.runner.run_attempt)
    if plan.pull_request is None or plan.may_comment:
        return Source(harvest, judged, plan.pull_request, fork=plan.fork)
    return Source(harvest, judged, None, f"there is no comment: {plan.why}", fork=plan.fork)


def _of_event(job: Job) -> Source | None:
    """Take the run whose end started this one; None when it is not to be reported."""
    from modelbout.github.forks import pull_request_of  # noqa: PLC0415 -- the client is loaded where it is used

    # Where a run's own job has reported it already, the same report again writes nothing.
    recipient = pull_request_of(job.session, job.plan, workflow=job.inputs.text("workflow"), own=True)
    if recipient.doing == "nothing" or recipient.run is None:
        job.say(f"nothing to report: {recipient.why}")
        return None
    run = recipient.run
    judged = Judged(run.head_sha, run.id, run.attempt)
    why = "" if recipient.pull is not None else recipient.why
    pull = recipient.pull.number if recipient.pull else None
    return Source(_artifacts(job, run.id), judged, pull, why, fork=run.head_repository != run.repository)


def _other(job: Job, asked: int) -> Source:
    """Take a run by its number: its head and its pull request come from GitHub, never from what it has uploaded."""
    from modelbout.github.api.pulls import Pulls  # noqa: PLC0415 -- the client is loaded where it is used
    from modelbout.github.api.runs import Runs  # noqa: PLC0415 -- the same

    run = Runs(job.session).get(asked)
    judged = Judged(run.head_sha, run.id, run.attempt)
    harvest = _artifacts(job, asked)
    head = run.head_sha[:SHA_SHOWN]
    fork = run.head_repository != run.repository
    if run.event != "pull_request" or run.head_repository is None or run.head_branch is None:
        why = f"there is no comment: run {asked} is not known to be of a pull request"
        return Source(harvest, judged, None, why, fork=fork)
    pulls = Pulls(job.session).by_head(run.head_repository, run.head_branch, run.head_sha)
    pulls = tuple(pull for pull in pulls if pull.state == "open")
    if len(pulls) != 1:
        why = f"there is no comment: {len(pulls)} open pull requests are at {head}"
        return Source(harvest, judged, None, why, fork=fork)
    return Source(harvest, judged, pulls[0].number, fork=fork)


def _artifacts(job: Job, run: int) -> Harvest:
    from modelbout.github.api.runs import Runs  # noqa: PLC0415 -- the client is loaded where it is used
    from modelbout.github.artifacts import read_results  # noqa: PLC0415 -- only where there is an artifact

    return from_run(Runs(job.session), run, read_results)


def _in_workspaces(job: Job) -> Harvest | None:
    """Return the results beside the configurations; None where there are none, or no configuration is checked out."""
    try:
        works = job.workspaces
    except ConfigError:
        if job.inputs.lines("config"):
            raise
        return None
    runs = [str(work.run) for work in works if any((work.run / name).is_file() for name in RESULTS)]
    return from_directories(runs, job.here) if runs else None


def _refused(job: Job, harvest: Harvest) -> int:
    """Tell what was refused, and return the exit code for it; 0 for nothing."""
    for error in harvest.refused:
        for problem in error.problems:
            job.progress.tell(problem)
    codes = {error.exit_code for error in harvest.refused}
    return EXIT_DATA if EXIT_DATA in codes else max(codes, default=EXIT_FINE)


def _nothing(job: Job, source: Source) -> int:
    """Say that a run left nothing: it failed before it had a result, which its own job shows in red."""
    if source.judged.run == job.runner.run_id or job.inputs.number("run-id"):
        raise _no_results(f"in the artifacts of run {source.judged.run}")
    from modelbout.github.api.runs import Runs  # noqa: PLC0415 -- the client is loaded where it is used
    from modelbout.github.forks import nothing_left  # noqa: PLC0415 -- the same

    why = nothing_left(source.judged.run, Runs(job.session).artifacts(source.judged.run), name=ARTIFACT)
    job.say(f"nothing to report: {why.found}; {why.fix}")
    summary.write(job.runner, f"Nothing to report: {why.found}; {why.fix}.")
    return EXIT_FINE


def _no_results(where: str) -> ConfigError:
    return ConfigError(
        Problem(
            found=f"there are no results {where}",
            allowed="a run directory, or artifacts called `modelbout-results` or `modelbout-results-…`",
            fix="look at the job that fights the bout: did it upload its run directory?",
            place=Place(key="run-directory"),
        )
    )


def _check(job: Job) -> str:
    """Return the check's name; none for a fork's own run, whose token could not post it."""
    own = job.plan.run_id is None and not job.inputs.number("run-id")
    name = job.inputs.text("check")
    return "" if (own and job.plan.fork) or name in FALSE else name


def _with_pictures(job: Job, found: Sequence[Found], notes: list[str]) -> list[Story]:
    """Return the stories, with plots where they were asked for and can be shown."""
    stories = [one.story for one in found]
    if job.inputs.choice("plots", PLOTS, default="none") == "none":
        return stories
    from modelbout.github.api.git import Branch  # noqa: PLC0415 -- the client is loaded where it is used

    session = job.session
    pictures = {one.story.model: paint(one.story.bout) for one in found if one.story.bout is not None}
    if not any(pictures.values()) or not session.writes(f"put plots on the branch {LEDGER_BRANCH}"):
        return stories
    try:
        with session.told("ask whether the repository is private"):
            private = session.repo.private

        def where(commit: str, name: str) -> str:
            return address(
                server_url=session.server_url, repository=session.repository, private=private, commit=commit, name=name
            )

        hung = hang(Branch(session, LEDGER_BRANCH), pictures, where=where)
    except GitHubError as error:
        notes.append(f"there are no plots: {error.problems[0].found}")
        return stories
    if hung is None:
        notes.append(f"there are no plots yet: the branch `{LEDGER_BRANCH}` comes with the first champion.")
        return stories
    return [replace(story, plots=hung.get(story.model, ())) for story in stories]


def _leave(job: Job, found: Sequence[Found], stories: Sequence[Story]) -> None:
    """Write the full report into a file, and set the outputs that name what is there."""
    standings = [line(story).standing for story in stories]
    single = found[0].directory if len(found) == 1 else None
    place = (single or _scratch(job)) / REPORT_FILE
    page = "\n".join(render(story, budget=WHOLE) for story in stories)
    save(place, page.encode())
    results = [path for one in found if one.directory and (path := _result(one.directory))]
    job.outputs.set("verdict", verdict(standings) or "")
    job.outputs.set("result", "\n".join(job.path(path) for path in results))
    job.outputs.set("report", job.path(place))
    if len(found) > 1:
        job.say(f"{len(found)} models: {tally(standings)}")


def _result(run: Path) -> Path | None:
    """Return the verdict, or what stopped the run before one."""
    return next((run / name for name in (BOUT_FILE, VALIDATION_FILE) if (run / name).is_file()), None)


def _scratch(job: Job) -> Path:
    return (job.runner.temp or Path(tempfile.gettempdir())) / "modelbout" / "report"

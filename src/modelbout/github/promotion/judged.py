"""The run in which a merge was judged, held against GitHub's own record: whatever does not fit means another bout.

Security contract: results and bundle were written by a job that ran the user's code, so each is a claim. Which run it
was, of which repository, workflow and head, comes from GitHub; the claim must agree with it. Nothing is loaded or run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from modelbout.errors import ModelboutError
from modelbout.github.api.errors import GitHubError, MissingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelbout.github.api.pulls import PullRequest
    from modelbout.github.api.runs import Artifact, Run
    from modelbout.github.artifacts import Results
    from modelbout.github.promotion.merges import Landing
    from modelbout.results import BoutResult, Origin

WORKFLOW = ".github/workflows/modelbout.yml"
RESULTS_ARTIFACT = "modelbout-results"
BUNDLE_ARTIFACT = "modelbout-bundle"
EVENT = "pull_request"
RUNS_LOOKED_AT = 5  # ours: a head that was run more often than this was cancelled or opened again and again
ENDED_WELL = ("success", "failure")  # a lost bout ends its job with a failure, and is a verdict all the same
REF_SEPARATOR = "@"  # GitHub writes `path@ref` for workflows that come from elsewhere


class Runs(Protocol):
    """Workflow runs and their artifacts as GitHub keeps them."""

    def of_head(self, sha: str) -> Sequence[Run]:
        """Return the runs of a commit, the newest first."""

    def get(self, number: int) -> Run:
        """Return one run."""

    def artifacts(self, run: int) -> Sequence[Artifact]:
        """Return what a run has uploaded so far."""

    def results(self, artifact: Artifact) -> tuple[Results, ...]:
        """Read results out of an artifact, taking it as hostile.

        Raises:
            ModelboutError: it is not what it should be, or not what GitHub's digest says.
        """

    def bundle(self, artifact: Artifact, into: Path, digest: str) -> Path:
        """Unpack a bundle out of an artifact, taking it as hostile; nothing of it is loaded.

        Raises:
            ModelboutError: it is not the bundle of this digest.
        """


@dataclass(frozen=True)
class Believed:
    """Whose runs count.

    Attributes:
        repository: ``owner/name``.
        workflow: the path of the workflow whose verdicts count.
        model: the model's name.
        stage: the stage whose champion a challenger must have met.
    """

    repository: str
    workflow: str
    model: str
    stage: str


@dataclass(frozen=True)
class Evidence:
    """A verdict that is what it says it is, and where its bundle lies (None: the run left none)."""

    run: Run
    results: Results
    bout: BoutResult
    bundle: Artifact | None


class NotJudgedError(Exception):
    """There is no verdict that counts for this state of the branch; the text says why, for a reader of the summary."""


def of_merge(runs: Runs, landing: Landing, believed: Believed) -> Evidence:
    """Return the verdict of the pull request that brought this state.

    Raises:
        NotJudgedError: there is none that counts.
        GitHubError: GitHub cannot be asked.
    """
    pull = landing.pull
    if pull is None:
        raise NotJudgedError("it was pushed without a pull request")
    if pull.head_repository != believed.repository:
        raise NotJudgedError("it came from a fork, whose verdicts and bundles are never taken over")
    doubts = []
    known = [(run_doubt(run, pull, believed), run) for run in runs.of_head(pull.head_sha)]
    # Those that fit first: a head has runs of every other workflow too, and as many of forks as somebody likes.
    known.sort(key=lambda one: (not one[0], one[1].id, one[1].attempt), reverse=True)
    for doubt, run in known[:RUNS_LOOKED_AT]:
        if not doubt:
            found = _search(runs, run, pull, believed, tree=landing.commit.tree)
            if isinstance(found, Evidence):
                return found
            doubts.append(found or f"run {run.id} left no results of `{believed.model}` that can still be read")
        else:
            doubts.append(doubt)
    raise NotJudgedError(doubts[0] if doubts else "no workflow ran on its head")


def of_run(runs: Runs, run: Run, believed: Believed, *, tree: str) -> Evidence | None:
    """Return the verdict that an earlier job of this very run left; None when it left none of this model.

    Raises:
        NotJudgedError: what it left does not fit.
        GitHubError: GitHub cannot be asked.
    """
    found = _search(runs, run, None, believed, tree=tree)
    if isinstance(found, Evidence):
        return found
    if found:
        raise NotJudgedError(found)
    return None


def is_about_the_artifact(error: ModelboutError) -> bool:
    """Tell whether an artifact is at fault, so that another bout helps; else GitHub could not be asked."""
    if not isinstance(error, GitHubError):
        return True
    # Gone, longer than it may be, or not what GitHub's digest says; the other kinds are limits, rights and failures.
    return isinstance(error, MissingError) or type(error) is GitHubError


def _search(runs: Runs, run: Run, pull: PullRequest | None, believed: Believed, *, tree: str) -> Evidence | str:
    """Return the verdict on the model among a run's artifacts, or why there is none; empty when none speaks of it."""
    kept = newest(runs.artifacts(run.id))
    doubt = ""
    for artifact in likeliest(kept, believed.model):
        try:
            found = runs.results(artifact)
        except ModelboutError as error:
            if not is_about_the_artifact(error):
                raise
            doubt = doubt or f"the artifact of run {run.id} was refused: {error.problems[0].found}"
            continue
        for results in found:
            if results.model != believed.model:
                continue
            if results.bout is None:
                doubt = f"run {run.id} stopped before the bout"
                continue
            doubt = origin_doubt(results.origin, run, pull, believed, tree=tree)
            doubt = doubt or verdict_doubt(results.bout, believed)
            if not doubt:
                return Evidence(run, results, results.bout, bundle_beside(kept, artifact, believed.model))
    return doubt


def run_doubt(run: Run, pull: PullRequest, believed: Believed) -> str:
    """Return why GitHub's record of a run is not that of the pull request's bout; empty when it is."""
    path = run.path.partition(REF_SEPARATOR)[0]
    ours = run.repository == believed.repository and run.head_repository == believed.repository
    return _first(
        (ours, f"run {run.id} belongs to another repository"),
        (run.event == EVENT, f"run {run.id} was started by `{run.event}`, not by `{EVENT}`"),
        (path == believed.workflow, f"run {run.id} is of `{path}`, and only `{believed.workflow}` is believed"),
        (run.head_sha == pull.head_sha, f"run {run.id} is of another commit"),
        (run.status == "completed", f"run {run.id} had not ended yet"),
        (run.conclusion in ENDED_WELL, f"run {run.id} ended as `{run.conclusion}`"),
    )


def origin_doubt(origin: Origin | None, run: Run, pull: PullRequest | None, believed: Believed, *, tree: str) -> str:
    """Return where the claim of a bout and GitHub's record of its run differ; empty when they agree."""
    if origin is None:
        return f"run {run.id} does not say what it judged: its results have no origin"
    claims: tuple[tuple[str, object, object], ...] = (
        ("repository", origin.repository, believed.repository),
        ("model", origin.model, believed.model),
        ("run", origin.run_id, run.id),
        ("event", origin.event, run.event),
        ("commit", origin.head_sha, run.head_sha),
    )
    told, number = f"the results of run {run.id}", None if pull is None else pull.number
    return _first(
        *(
            (said == known, f"the results of run {run.id} name another {what} than GitHub")
            for what, said, known in claims
        ),
        # Failed jobs can be run again alone: then results of an earlier attempt still stand.
        (
            1 <= origin.run_attempt <= run.attempt,
            f"{told} name an attempt that GitHub has not seen",
        ),
        (origin.pull_request in (None, number), f"run {run.id} judged #{origin.pull_request}, which has the same head"),
        (origin.tree is not None, f"run {run.id} judged files that git does not know: its checkout had changes"),
        (origin.tree == tree, "what was merged is not what was judged: the branch had moved on in between"),
    )


def _first(*checks: tuple[bool, str]) -> str:
    return next((doubt for fine, doubt in checks if not fine), "")


def newest(artifacts: Sequence[Artifact]) -> tuple[Artifact, ...]:
    """Return the artifacts that can be read, the newest of each name: another attempt uploads under the same name."""
    by_name: dict[str, Artifact] = {}
    for artifact in sorted(artifacts, key=lambda artifact: artifact.id):
        by_name[artifact.name] = artifact
    return tuple(artifact for artifact in by_name.values() if not artifact.expired)


def likeliest(artifacts: Sequence[Artifact], model: str) -> list[Artifact]:
    """Return the artifacts that may hold the model's results: the one that is named after it alone, if there is one.

    So the code of another model, whose artifact has another name, cannot speak for this one.
    """
    own = [artifact for artifact in artifacts if artifact.name == f"{RESULTS_ARTIFACT}-{model}"]
    return own or [
        artifact
        for artifact in artifacts
        if artifact.name == RESULTS_ARTIFACT or artifact.name.startswith(f"{RESULTS_ARTIFACT}-")
    ]


def bundle_beside(artifacts: Sequence[Artifact], results: Artifact, model: str) -> Artifact | None:
    """Return the bundle's artifact that goes with the results': the same ending, else the model's name, else none."""
    names = {artifact.name: artifact for artifact in artifacts}
    ending = results.name.removeprefix(RESULTS_ARTIFACT)
    return next(
        (names[name] for name in (f"{BUNDLE_ARTIFACT}{ending}", f"{BUNDLE_ARTIFACT}-{model}") if name in names), None
    )


def verdict_doubt(bout: BoutResult, believed: Believed) -> str:
    """Return why a verdict cannot be taken over, whoever won; empty when it can."""
    if bout.verdict == "error":
        return "the bout ended in an error, which is no verdict"
    if bout.stage != believed.stage:
        return f"it met the champion of `{bout.stage}`, and the last stage is `{believed.stage}` now"
    if bout.challenger is None:
        return "the verdict names no bundle"
    return ""

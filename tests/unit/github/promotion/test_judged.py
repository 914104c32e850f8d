from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pytest

from modelbout.errors import DataError, Problem
from modelbout.github.api.errors import GitHubError, MissingError, UnreachableError
from modelbout.github.artifacts import Results
from modelbout.github.promotion.judged import Believed, Evidence, NotJudgedError, of_merge, of_run
from modelbout.github.promotion.merges import Landing
from modelbout.results import BoutResult, Origin, Side, ValidationResult
from tests.unit.github.promotion.scenes import REPOSITORY, WORKFLOW, artifact, commit, pull, run, sha

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelbout.github.api.runs import Artifact, Run

BELIEVED = Believed(REPOSITORY, WORKFLOW, "churn", "production")
LANDING = Landing(commit("b"), pull(1, "b"))
DIGEST = "d" * 64


def bout(**other: object) -> BoutResult:
    told: dict[str, object] = {
        "model": "churn",
        "task": "binary",
        "verdict": "win",
        "passed": True,
        "reasons": (),
        "exit_code": 0,
        "stage": "production",
        "confidence": 0.95,
        "seed": 0,
        "created": "2026-05-03T12:00:00Z",
        "challenger": Side(bundle_digest=DIGEST),
        **other,
    }
    return BoutResult(**told)  # type: ignore[arg-type]


ORIGIN = Origin(
    model="churn",
    config="modelbout.yaml",
    repository=REPOSITORY,
    event="pull_request",
    head_sha=sha("h1"),
    tree=sha("tb"),
    run_id=10,
    run_attempt=1,
    created="2026-05-03T12:00:00Z",
    pull_request=1,
)


def results(judged: BoutResult | None = None, origin: Origin | None = ORIGIN) -> Results:
    return Results(validation=None, training=None, bout=judged or bout(), origin=origin)


@dataclass
class Runs:
    """Workflow runs of one head, what each uploaded, and what is in it."""

    runs: Sequence[Run] = (run(10),)
    uploads: dict[int, Sequence[Artifact]] = field(default_factory=dict)
    held: dict[int, Results | Exception] = field(default_factory=lambda: {1: results()})

    def of_head(self, head: str) -> Sequence[Run]:
        assert head == sha("h1")
        return self.runs

    def get(self, number: int) -> Run:
        raise AssertionError(number)

    def artifacts(self, number: int) -> Sequence[Artifact]:
        return self.uploads.get(number, (artifact(1, "modelbout-results"), artifact(2, "modelbout-bundle")))

    def results(self, found: Artifact) -> tuple[Results, ...]:
        held = self.held[found.id]
        if isinstance(held, Exception):
            raise held
        return (held,)

    def bundle(self, found: Artifact, into: Path, digest: str) -> Path:
        raise AssertionError(found, into, digest)


def refused(runs: Runs, landing: Landing = LANDING) -> str:
    with pytest.raises(NotJudgedError) as raised:
        of_merge(runs, landing, BELIEVED)
    return str(raised.value)


def test_a_merge_that_was_judged() -> None:
    found = of_merge(Runs(), LANDING, BELIEVED)
    assert found.run.id == 10
    assert found.bout.verdict == "win"
    assert found.bundle is not None
    assert found.bundle.name == "modelbout-bundle"


def test_what_nobody_judged() -> None:
    assert "without a pull request" in refused(Runs(), Landing(commit("b"), None))
    assert "no workflow ran" in refused(Runs(runs=()))


@pytest.mark.parametrize("repository", ["mallory/churn", None])
def test_a_fork_is_never_taken_over_whatever_it_left(repository: str | None) -> None:
    landing = Landing(commit("b"), pull(1, "b", head_repository=repository))
    assert "fork" in refused(Runs(runs=(run(10, head_repository=repository),)), landing)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"repository": "mallory/churn"}, "another repository"),
        ({"head_repository": "mallory/churn"}, "another repository"),
        ({"head_repository": None}, "another repository"),
        ({"event": "push"}, "`push`"),
        ({"event": "pull_request_target"}, "not by `pull_request`"),
        ({"path": ".github/workflows/other.yml"}, "only `.github/workflows/modelbout.yml` is believed"),
        ({"head_sha": sha("h2")}, "another commit"),
        ({"status": "in_progress", "conclusion": None}, "had not ended"),
        ({"conclusion": "cancelled"}, "`cancelled`"),
        ({"conclusion": "action_required"}, "`action_required`"),
    ],
)
def test_a_run_that_is_not_the_pull_requests_bout(other: dict[str, object], why: str) -> None:
    assert why in refused(Runs(runs=(run(10, **other),)))


def test_a_lost_bout_ends_its_run_with_a_failure_and_counts() -> None:
    assert of_merge(Runs(runs=(run(10, conclusion="failure"),)), LANDING, BELIEVED).run.conclusion == "failure"


def test_a_path_with_its_ref_is_the_same_path() -> None:
    assert of_merge(Runs(runs=(run(10, path=f"{WORKFLOW}@refs/heads/x"),)), LANDING, BELIEVED).run.id == 10


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"repository": "mallory/churn"}, "another repository"),
        ({"run_id": 11}, "another run"),
        ({"event": "push"}, "another event"),
        ({"head_sha": sha("h2")}, "another commit"),
        ({"model": "bikes"}, "another model"),
        ({"run_attempt": 2}, "attempt"),
        ({"run_attempt": 0}, "attempt"),
        ({"pull_request": 2}, "judged #2"),
        ({"tree": None}, "its checkout had changes"),
        ({"tree": sha("other")}, "what was merged is not what was judged"),
    ],
)
def test_a_claim_that_github_does_not_bear_out(other: dict[str, object], why: str) -> None:
    forged = msgspec.structs.replace(ORIGIN, **other)
    assert why in refused(Runs(held={1: results(origin=forged)}))


def test_results_without_an_origin_are_nobodys() -> None:
    assert "no origin" in refused(Runs(held={1: results(origin=None)}))


def test_results_of_an_earlier_attempt_stand_when_only_a_failed_job_ran_again() -> None:
    assert of_merge(Runs(runs=(run(10, attempt=3),)), LANDING, BELIEVED).run.attempt == 3


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"verdict": "error", "passed": False}, "an error"),
        ({"stage": "test"}, "champion of `test`"),
        ({"challenger": None}, "no bundle"),
    ],
)
def test_a_verdict_that_cannot_be_taken_over(other: dict[str, object], why: str) -> None:
    assert why in refused(Runs(held={1: results(bout(**other))}))


def test_a_run_that_stopped_before_the_bout() -> None:
    broken = ValidationResult(
        model="churn", passed=False, tables=(), rules=1, findings=(), contract=None, seconds=0.1, created="2026"
    )
    held = Results(validation=broken, training=None, bout=None, origin=ORIGIN)
    assert "stopped before the bout" in refused(Runs(held={1: held}))


def test_an_artifact_that_is_refused_is_no_verdict() -> None:
    broken = DataError(Problem(found="the archive grows a thousandfold"))
    assert "a thousandfold" in refused(Runs(held={1: broken}))


def test_an_artifact_that_cannot_be_asked_for_is_an_error_and_no_verdict() -> None:
    with pytest.raises(UnreachableError):
        of_merge(Runs(held={1: UnreachableError(Problem(found="no answer"))}), LANDING, BELIEVED)


@pytest.mark.parametrize("error", [MissingError, GitHubError])
def test_an_artifact_that_is_gone_or_has_another_digest_means_another_bout(error: type[GitHubError]) -> None:
    assert "it is gone" in refused(Runs(held={1: error(Problem(found="it is gone"))}))


def test_artifacts_that_expired_or_are_of_others() -> None:
    assert "can still be read" in refused(Runs(uploads={10: (artifact(1, "modelbout-results", expired=True),)}))
    assert "can still be read" in refused(Runs(uploads={10: (artifact(1, "modelbout-resultsx"),)}))
    other = results(bout(model="bikes"), msgspec.structs.replace(ORIGIN, model="bikes"))
    assert "no results of `churn`" in refused(Runs(held={1: other}))


def test_the_newest_run_with_results_counts() -> None:
    newer, older = run(11), run(10)
    runs = Runs(runs=(older, newer), uploads={11: (artifact(3, "modelbout-results"),)})
    runs.held[3] = results(bout(verdict="loss", passed=False), msgspec.structs.replace(ORIGIN, run_id=11))
    assert of_merge(runs, LANDING, BELIEVED).bout.verdict == "loss"
    runs.uploads[11] = ()
    assert of_merge(runs, LANDING, BELIEVED).bout.verdict == "win", "a cancelled repetition left nothing"


def test_a_run_of_another_pull_request_with_the_same_head_is_passed_over() -> None:
    runs = Runs(runs=(run(11), run(10)), uploads={11: (artifact(3, "modelbout-results"),)})
    runs.held[3] = results(origin=msgspec.structs.replace(ORIGIN, run_id=11, pull_request=2))
    assert of_merge(runs, LANDING, BELIEVED).run.id == 10


def test_of_two_attempts_the_newer_upload_counts() -> None:
    runs = Runs(uploads={10: (artifact(5, "modelbout-results"), artifact(1, "modelbout-results"))})
    runs.held[5] = results(bout(verdict="loss", passed=False))
    assert of_merge(runs, LANDING, BELIEVED).bout.verdict == "loss"


def test_a_matrix_uploads_one_pair_for_each_model() -> None:
    uploads = (
        artifact(1, "modelbout-results-bikes"),
        artifact(2, "modelbout-results-churn"),
        artifact(3, "modelbout-bundle-bikes"),
        artifact(4, "modelbout-bundle-churn"),
    )
    other = results(bout(model="bikes"), msgspec.structs.replace(ORIGIN, model="bikes"))
    found = of_merge(Runs(uploads={10: uploads}, held={1: other, 2: results()}), LANDING, BELIEVED)
    assert found.bundle is not None
    assert found.bundle.name == "modelbout-bundle-churn"


def test_a_refused_artifact_of_another_model_does_not_hide_ours() -> None:
    uploads = (artifact(1, "modelbout-results-bikes"), artifact(2, "modelbout-results-x"))
    held: dict[int, Results | Exception] = {1: DataError(Problem(found="no zip")), 2: results()}
    assert of_merge(Runs(uploads={10: uploads}, held=held), LANDING, BELIEVED).bundle is None


OWN = run(20, event="push", path=".github/workflows/promote.yml", head_sha=sha("b"), status="in_progress")
OWN_ORIGIN = msgspec.structs.replace(ORIGIN, event="push", run_id=20, head_sha=sha("b"), pull_request=None)


def of_own(**other: object) -> Evidence | None:
    runs = Runs(held={1: results(origin=msgspec.structs.replace(OWN_ORIGIN, **other))})
    return of_run(runs, OWN, BELIEVED, tree=sha("tb"))


def test_an_earlier_job_of_the_same_run() -> None:
    found = of_own()
    assert found is not None
    assert found.run is OWN


@pytest.mark.parametrize("other", [{"run_id": 19}, {"tree": sha("x")}, {"head_sha": sha("x")}, {"pull_request": 3}])
def test_an_earlier_job_of_the_same_run_must_have_judged_this_very_commit(other: dict[str, object]) -> None:
    with pytest.raises(NotJudgedError):
        of_own(**other)


def test_a_run_that_left_nothing_of_this_model() -> None:
    assert of_run(Runs(uploads={20: ()}), OWN, BELIEVED, tree=sha("tb")) is None

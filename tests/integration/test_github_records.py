"""Pull requests, runs, artifacts, commits, deployments and dispatches as a GitHub tells them."""

from __future__ import annotations

import hashlib
import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from modelbout.github.api.commits import Commits
from modelbout.github.api.deployments import DESCRIPTION_LIMIT, Deployments
from modelbout.github.api.dispatch import MOST_KEYS, PAYLOAD_BYTES, dispatch
from modelbout.github.api.downloads import OCTETS, download
from modelbout.github.api.errors import ForbiddenError, GitHubError, MissingError, UnreachableError
from modelbout.github.api.patience import BACKOFFS
from modelbout.github.api.pulls import PullRequest, Pulls
from modelbout.github.api.runs import Artifact, Runs
from modelbout.github.api.session import Session, connect
from tests.github_server import faults
from tests.github_server.exchange import Answer
from tests.github_server.faults import Fault
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture

if TYPE_CHECKING:
    from tests.github_server.fixtures import Ground

GONE = "f" * 40
SLEPT: list[float] = []


def job(
    ground: Ground, *, token: str | None = None, told: list[str] | None = None, enterprise: bool = False
) -> Session:
    SLEPT.clear()
    return connect(
        repository="octo/churn",
        api_url=ground.server.ghes_url if enterprise else ground.url,
        server_url=ground.url,
        token=token or ground.writer.value,
        dry_run=None if told is None else told.append,
        sleep=SLEPT.append,
    )


def json_answer(body: bytes) -> Fault:
    return Fault(Answer(200, body, {"Content-Type": "application/json"}))


# Pull requests


def test_a_pull_request_is_read_open_and_merged(github: Ground) -> None:  # noqa: F811 -- the fixture
    github.repo.commit({"a": "1"}, branch="better")
    pull = github.repo.open_pull("better", draft=True)
    pulls = Pulls(job(github))
    found = pulls.get(pull.number)
    assert (found.state, found.merged, found.draft) == ("open", False, True)
    assert (found.base_branch, found.head_branch, found.head_sha) == ("main", "better", pull.head_sha)
    merge = github.repo.merge(pull, "squash")
    found = pulls.get(pull.number)
    assert (found.state, found.merged, found.merge_commit_sha) == ("closed", True, merge.sha)
    assert found.head_repository == "octo/churn"
    with pytest.raises(MissingError, match="cannot read pull request #99"):
        pulls.get(99)


def test_merged_ones_are_listed_a_page_at_a_time(github: Ground) -> None:  # noqa: F811 -- the fixture
    for number in range(3):
        github.repo.commit({f"{number}": "1"}, branch=f"b{number}")
        pull = github.repo.open_pull(f"b{number}")
        (github.repo.close if number == 1 else github.repo.merge)(pull)
        github.github.clock.advance(60)
    found = Pulls(job(github)).merged_into("main")
    assert len(github.calls) == 0
    assert [pull.head_branch for pull in found] == ["b2", "b0"]
    assert len(github.calls) == 1
    assert github.calls[0].query["base"] == "main"


def test_the_pull_request_of_a_forks_head_is_found_by_the_head_alone(github: Ground) -> None:  # noqa: F811 -- the fixture
    fork = github.github.fork(github.repo, "bob/churn")
    fork.commit({"a": "1"}, branch="better")
    pull = github.repo.open_pull("better", head_repo=fork, login="bob")
    pulls = Pulls(job(github))
    (found,) = pulls.by_head("bob/churn", "better", pull.head_sha)
    assert (found.number, found.head_repository) == (pull.number, "bob/churn")
    assert pulls.by_head("bob/churn", "better", GONE) == ()
    assert pulls.by_head("bob/other", "better", pull.head_sha) == ()
    assert pulls.by_head("octo/churn", "better", pull.head_sha) == ()
    github.github.delete(fork)
    assert pulls.get(pull.number).head_repository is None
    assert pulls.by_head("bob/churn", "better", pull.head_sha) == ()


def test_an_open_pull_request_comes_before_a_closed_one_of_the_same_head(github: Ground) -> None:  # noqa: F811 -- the fixture
    tip = github.repo.commit({"a": "1"}, branch="better")
    first = github.repo.open_pull("better")
    closed = github.repo.open_pull("better")
    github.repo.close(closed)
    found = Pulls(job(github)).by_head("octo/churn", "better", tip.sha)
    assert [pull.number for pull in found] == [first.number, closed.number]


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"number": "7"}', b'{"number": 7, "state": "open", "head": null, "base": null}']
)
def test_a_pull_request_of_another_shape_is_githubs_error(github: Ground, body: bytes) -> None:  # noqa: F811 -- the fixture
    github.faults.add("GET", "*/pulls/7", json_answer(body))
    with pytest.raises(GitHubError, match="another shape"):
        Pulls(job(github)).get(7)


def test_null_parts_of_a_pull_request_are_no_error(github: Ground) -> None:  # noqa: F811 -- the fixture
    side = '{"ref": "b", "sha": "c", "repo": null}'
    body = f'{{"number": 7, "state": "open", "draft": null, "merged_at": null, "head": {side}, "base": {side}}}'
    github.faults.add("GET", "*/pulls/7", json_answer(body.encode()))
    found = Pulls(job(github)).get(7)
    assert (found.head_repository, found.draft, found.merge_commit_sha) == (None, False, None)
    assert isinstance(found, PullRequest)


# Runs and artifacts


def test_runs_of_a_head_come_newest_first(github: Ground) -> None:  # noqa: F811 -- the fixture
    tip = github.repo.commit({"a": "1"}, branch="better")
    pull = github.repo.open_pull("better")
    old = github.repo.add_run(pull=pull, conclusion="failure")
    github.repo.add_run(event="push", head_sha=tip.sha, head_branch="better")
    new = github.repo.add_run(pull=pull)
    runs = Runs(job(github))
    assert [run.id for run in runs.of_head(tip.sha, event="pull_request")] == [new.id, old.id]
    assert len(runs.of_head(tip.sha)) == 3
    assert runs.of_head(GONE) == ()
    found = runs.get(old.id)
    assert (found.conclusion, found.repository, found.head_repository) == ("failure", "octo/churn", "octo/churn")
    assert found.path == ".github/workflows/modelbout.yml"
    with pytest.raises(MissingError):
        runs.get(1)


def artifact(ground: Ground) -> Artifact:
    run = ground.repo.add_run(head_sha=ground.repo.tip().sha)
    ground.repo.add_artifact(run, "modelbout-results", {"bout.json": "{}" * 1000})
    (found,) = Runs(job(ground)).artifacts(run.id)
    return found


def take(session: Session, found: Artifact, *, limit: int = 1 << 20) -> bytes:
    file = io.BytesIO()
    got = Runs(session).download(found, file, limit)
    assert (got.bytes, got.sha256) == (len(file.getvalue()), hashlib.sha256(file.getvalue()).hexdigest())
    return file.getvalue()


@pytest.mark.parametrize("enterprise", [False, True])
def test_an_artifact_is_downloaded_without_the_token(github: Ground, enterprise: bool) -> None:  # noqa: F811, FBT001 -- the fixture, a case
    found = artifact(github)
    assert found.bytes == len(take(job(github, enterprise=enterprise), found))
    assert github.repo.artifacts[found.id].content == take(job(github), found)


def test_an_artifact_that_says_it_is_too_large_is_not_begun(github: Ground) -> None:  # noqa: F811 -- the fixture
    found = artifact(github)
    before = len(github.calls)
    with pytest.raises(GitHubError, match="at most 10"):
        take(job(github), found, limit=10)
    assert len(github.calls) == before


def test_an_artifact_that_is_larger_than_it_says_is_cut_off(github: Ground) -> None:  # noqa: F811 -- the fixture
    found = artifact(github)
    with pytest.raises(GitHubError, match="more than 10 bytes"):
        take(job(github), Artifact(found.id, found.name, 5, expired=False, digest=None), limit=10)


def test_an_artifact_that_is_not_what_github_recorded_is_refused(github: Ground) -> None:  # noqa: F811 -- the fixture
    found = artifact(github)
    github.repo.artifacts[found.id].content += b"!"
    with pytest.raises(GitHubError, match="its sha256 is"):
        take(job(github), found)


def test_an_artifact_that_has_expired_is_gone(github: Ground) -> None:  # noqa: F811 -- the fixture
    found = artifact(github)
    github.repo.artifacts[found.id].expired = True
    with pytest.raises(MissingError, match="Artifact has expired"):
        take(job(github), found)


def test_a_storage_that_refuses_is_asked_for_a_new_address(github: Ground) -> None:  # noqa: F811 -- the fixture
    found = artifact(github)
    github.faults.add(
        "GET", "*/zip", Fault(Answer(302, b"", {"Location": f"{github.server.app.storage_url}/old?sig=c2ln"}))
    )
    take(job(github), found)
    assert [BACKOFFS[0]] == SLEPT


def test_a_storage_that_goes_on_refusing_is_told_without_its_address(github: Ground) -> None:  # noqa: F811 -- the fixture
    found = artifact(github)
    away = Fault(Answer(302, b"", {"Location": f"{github.server.app.storage_url}/old?sig=c2ln"}))
    github.faults.add("GET", "*/zip", away, times=None)
    with pytest.raises(UnreachableError, match="the storage behind") as failure:
        take(job(github), found)
    assert "c2ln" not in str(failure.value)
    assert list(BACKOFFS) == SLEPT


class Breaking(BaseHTTPRequestHandler):
    """A storage that breaks off once in the middle of its answer."""

    answers: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        body = self.answers.pop(0)
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_download_that_breaks_off_starts_again_where_the_file_stood(github: Ground) -> None:  # noqa: F811 -- the fixture
    Breaking.answers = [b"par", b"whole"]
    with HTTPServer(("127.0.0.1", 0), Breaking) as storage:
        thread = threading.Thread(target=storage.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        leads = Fault(Answer(302, b"", {"Location": f"http://127.0.0.1:{storage.server_port}/x"}))
        github.faults.add("GET", "*/releases/assets/5", leads, times=2)
        file = io.BytesIO(b"kept")
        file.seek(4)
        got = download(job(github), "/releases/assets/5", file, 5, accept=OCTETS, doing="download it")
        storage.shutdown()
        thread.join()
    assert (file.getvalue(), got.bytes, SLEPT) == (b"keptwhole", 5, [BACKOFFS[0]])


def test_a_job_that_may_not_read_runs_is_told_which_permission(github: Ground) -> None:  # noqa: F811 -- the fixture
    github.repo.private = True
    token = github.github.token(permissions={"contents": "read"}, repositories=frozenset({"octo/churn"}))
    with pytest.raises(ForbiddenError, match="`actions: read`"):
        Runs(job(github, token=token.value)).of_head(GONE)


# Commits


def test_what_lies_between_two_commits_comes_oldest_first_over_all_pages(github: Ground) -> None:  # noqa: F811 -- the fixture
    base = github.repo.tip()
    made = [github.repo.commit({"a": str(number)}, message=f"Change {number}") for number in range(103)]
    commits = Commits(job(github))
    status, found = commits.between(base.sha, made[-1].sha)
    assert (status, [commit.sha for commit in found]) == ("ahead", [commit.sha for commit in made])
    assert (found[0].tree, found[0].parents, found[0].message) == (made[0].tree, (base.sha,), "Change 0")
    assert commits.between(made[-1].sha, base.sha) == ("behind", ())
    assert commits.between(base.sha, base.sha) == ("identical", ())
    with pytest.raises(MissingError):
        commits.between(GONE, base.sha)


def test_a_commit_is_read_by_its_name_or_by_a_branch(github: Ground) -> None:  # noqa: F811 -- the fixture
    tip = github.repo.commit({"a": "1"}, branch="team/better")
    commits = Commits(job(github))
    assert commits.get(tip.sha) == commits.get("team/better")
    assert commits.get(tip.sha).tree == tip.tree
    for name in (GONE, "no-branch"):
        with pytest.raises(MissingError):
            commits.get(name)


# Deployments and dispatches


def test_a_deployment_of_an_older_commit_is_recorded_and_found_again(github: Ground) -> None:  # noqa: F811 -- the fixture
    old = github.repo.tip()
    github.repo.commit({"a": "1"})
    deployments = Deployments(job(github))
    long = "churn 1.0.0 " + "x" * 500
    assert deployments.find(environment="production", sha=old.sha, task="modelbout") == ()
    made = deployments.create(environment="production", sha=old.sha, task="modelbout", description=long)
    assert made is not None
    assert deployments.state(made) is None
    deployments.set_state(made, "success", description="y" * 500, log_url="https://example.com/run")
    assert deployments.find(environment="production", sha=old.sha, task="modelbout") == (made,)
    assert deployments.state(made) == "success"
    kept = github.repo.deployments[made.id]
    assert len(kept.description or "") == DESCRIPTION_LIMIT
    assert (len(kept.statuses[0].description), kept.statuses[0].log_url) == (
        DESCRIPTION_LIMIT,
        "https://example.com/run",
    )


def test_a_dry_run_records_and_sends_nothing(github: Ground) -> None:  # noqa: F811 -- the fixture
    told: list[str] = []
    session = job(github, told=told)
    sha = github.repo.tip().sha
    assert Deployments(session).create(environment="production", sha=sha, task="t", description="d") is None
    assert not dispatch(session, "modelbout-promoted", {})
    assert told == [
        "would record a deployment to production: d",
        "would send the event modelbout-promoted to octo/churn",
    ]
    assert github.calls == []


def test_an_event_starts_workflows_here_and_elsewhere(github: Ground) -> None:  # noqa: F811 -- the fixture
    other = github.github.repository("octo/serving")
    everywhere = github.github.token(login="alice", permissions={"contents": "write"})
    assert dispatch(job(github), "promoted", {"model": "churn"})
    assert dispatch(job(github, token=everywhere.value), "promoted", {"model": "churn"}, repository="octo/serving")
    assert [sent.payload for sent in (*github.repo.dispatches, *other.dispatches)] == [{"model": "churn"}] * 2


def test_a_jobs_token_does_not_reach_another_repository(github: Ground) -> None:  # noqa: F811 -- the fixture
    github.github.repository("octo/serving", private=True)
    with pytest.raises(MissingError, match="octo/serving") as failure:
        dispatch(job(github), "promoted", {}, repository="octo/serving")
    assert "its own repository alone" in str(failure.value)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("x" * 101, {}),
        ("x", dict.fromkeys("abcdefghijk")),
        ("x", {"text": "\u00e9" * (PAYLOAD_BYTES // 2)}),
    ],
    ids=["name", "keys", "bytes"],
)
def test_an_event_that_github_would_refuse_is_not_sent(github: Ground, name: str, payload: dict[str, object]) -> None:  # noqa: F811 -- the fixture
    with pytest.raises(GitHubError, match="at most"):
        dispatch(job(github), name, payload)
    assert github.calls == []
    assert MOST_KEYS == 10


def test_a_lost_answer_to_an_event_is_not_repeated(github: Ground) -> None:  # noqa: F811 -- the fixture
    github.faults.add("POST", "*/dispatches", faults.bad_gateway(after=True))
    with pytest.raises(UnreachableError, match="may have happened"):
        dispatch(job(github), "promoted", {})
    assert len(github.repo.dispatches) == 1

"""Many jobs report at once, or are killed at any call: one comment, every section in it, a check that has seen all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from modelbout.github.api.errors import GitHubError
from modelbout.github.comment.body import TOP
from modelbout.github.comment.lock import STALE_SECONDS
from tests.github_server import faults
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.integration.test_comment import Desk
from tests.unit.github.comment.sections import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.github.comment.body import Section
    from tests.github_server.fixtures import Ground

pytestmark = pytest.mark.exhaustive

JOBS = 8


def brief(seconds: float) -> None:
    """Let other threads go on, for a fiftieth of the time."""
    threading.Event().wait(seconds / 50)


def at_once(jobs: list[Callable[[], object]]) -> None:
    """Begin all jobs at the same moment, and raise what any of them raised."""
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        start.wait()
        job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(run, job) for job in jobs]:
            done.result()


@pytest.fixture
def desk(github: Ground) -> Desk:  # noqa: F811 -- the fixture
    return Desk(github)


def kinds(desk: Desk, number: int) -> list[Section]:
    """Return the four models of one job, a loss among them in one job only."""
    head = desk.pull.head_sha
    names = [f"model-{number}-{letter}" for letter in "abcd"]
    return [told(name, "loss" if name == "model-5-c" else "win", head=head) for name in names]


@pytest.mark.parametrize("before", [False, True], ids=["no comment yet", "a comment"])
def test_no_section_is_lost_when_jobs_report_at_once(desk: Desk, *, before: bool) -> None:
    desk.head = desk.pull.head_sha
    if before:
        desk.job(told("churn", head=desk.pull.head_sha))
    at_once(
        [
            lambda number=number: desk.job(*kinds(desk, number), sleep=brief, checking=True)  # type: ignore[misc]
            for number in range(JOBS)
        ]
    )
    expected = {f"model-{number}-{letter}" for number in range(JOBS) for letter in "abcd"}
    assert desk.models() == expected | ({"churn"} if before else set())
    assert desk.locks() == 0
    newest = max(desk.ground.repo.checks.values(), key=lambda check: check.id)
    wins = 4 * JOBS - 1 + before
    assert newest.title == f"{wins} wins, 1 loss"
    assert newest.conclusion == "failure"


def calls_of(ground: Ground, report: Callable[[], object]) -> int:
    ground.calls.clear()
    report()
    return len(ground.calls)


@pytest.mark.parametrize("crash", [faults.cut, faults.bad_gateway], ids=["cut", "502"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("first", [True, False], ids=["first report", "another model's"])
def test_a_job_that_breaks_off_anywhere_is_completed_by_the_next(
    desk: Desk, crash: Callable[..., faults.Fault], *, after: bool, first: bool
) -> None:
    ground, head = desk.ground, desk.pull.head_sha
    desk.head = head

    def begin() -> None:
        ground.repo.comments.clear()
        ground.repo.checks.clear()
        if not first:
            desk.job(told("churn", head=head))

    def report() -> None:
        desk.job(told("bikes", "loss", head=head), checking=True, sleep=ground.github.clock.advance)

    begin()
    total = calls_of(ground, report)
    assert total >= 4  # the list, the comment, the list again, the check
    for number in range(1, total + 1):
        begin()
        # From this call on, nothing gets through any more: as when the job is killed there.
        ground.faults.add("*", "*", crash(after=after), nth=number)
        ground.faults.add("*", "*", faults.cut(), nth=number, times=None)
        with suppress(GitHubError):
            report()
        ground.faults.clear()
        report()
        assert [body.startswith(TOP) for body in desk.bodies()] == [True], number
        assert desk.models() == {"bikes"} | (set() if first else {"churn"}), number
        newest = max(ground.repo.checks.values(), key=lambda check: check.id)
        assert newest.conclusion == "failure", number
        # A lock that is left over where nothing was left to write stands in nobody's way, and the next writer takes it.
        ground.github.clock.advance(STALE_SECONDS + 1)
        desk.job(told("fraud"))
        assert desk.locks() == 0, number


def test_a_stale_lock_falls_to_one_of_many(desk: Desk) -> None:
    desk.job(told("churn"))
    (comment,) = desk.ground.repo.comments_of(desk.pull.number)
    desk.ground.faults.add("DELETE", "*/reactions/*", faults.cut(), times=2)
    desk.job(told("bikes"))
    assert desk.locks() == 1
    desk.ground.github.clock.advance(STALE_SECONDS + 1)
    at_once([lambda name=name: desk.job(told(name), sleep=brief) for name in ("a", "b", "c", "d")])  # type: ignore[misc]
    assert desk.models() == {"churn", "bikes", "a", "b", "c", "d"}
    assert comment.reactions == []

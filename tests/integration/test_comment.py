"""The comment under a pull request on a GitHub that remembers: found, joined, locked, mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.github.api.checks import Checks
from modelbout.github.api.comments import Comments
from modelbout.github.api.errors import ForbiddenError, GitHubError, LimitError
from modelbout.github.api.session import connect
from modelbout.github.check import Judge
from modelbout.github.comment.body import TOP, parse
from modelbout.github.comment.lock import STALE_SECONDS
from modelbout.github.comment.post import Posted, Poster
from tests.github_server import faults
from tests.github_server.exchange import Answer
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.unit.github.comment.sections import HEAD, HOUSE, OLD, OTHER, RUN, many, told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelbout.github.comment.body import Section
    from tests.github_server.fixtures import Ground
    from tests.github_server.records import PullRequest, Token

BOT = "github-actions[bot]"


class Desk:
    """One pull request, and jobs that report to it, each with a session of its own."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        ground.repo.commit({"a.txt": "1"}, branch="topic")
        self.pull: PullRequest = ground.repo.open_pull("topic")
        self.head: str | None = HEAD
        self.slept: list[float] = []
        self.dry: list[str] = []

    def job(
        self,
        *mine: Section,
        token: Token | None = None,
        dry: bool = False,
        sleep: Callable[[float], object] | None = None,
        checking: bool = False,
    ) -> Posted:
        session = connect(
            repository="octo/churn",
            api_url=self.ground.url,
            server_url=self.ground.url,
            token=(token or self.ground.writer).value,
            dry_run=self.dry.append if dry else None,
            sleep=self.slept.append,
        )
        comments = Comments(session, self.pull.number)
        poster = Poster(comments, HOUSE, head=lambda: self.head, sleep=sleep or self.slept.append)
        judge = Judge(Checks(session, self.pull.head_sha), name="modelbout", link=None, note=self.dry.append)
        try:
            return poster.post(mine, judge if checking else nobody)
        finally:
            session.close()

    def bodies(self) -> list[str]:
        return [one.body for one in self.ground.repo.comments_of(self.pull.number) if one.body.startswith(TOP)]

    def body(self) -> str:
        (found,) = self.bodies()
        return found

    def models(self) -> set[str]:
        return {one.state.model for one in parse(self.body(), HOUSE)}

    def locks(self) -> int:
        return sum(len(one.reactions) for one in self.ground.repo.comments_of(self.pull.number))

    def asked(self) -> list[str]:
        """Return method and last word of the calls so far, and forget them."""
        found = [f"{call.method} {call.path.rpartition('/')[2]}" for call in self.ground.calls]
        self.ground.calls.clear()
        return found


def nobody(sections: Sequence[Section], *, changed: bool) -> bool:
    del sections, changed
    return False


@pytest.fixture
def desk(github: Ground) -> Desk:  # noqa: F811 -- the fixture
    return Desk(github)


def test_the_first_report_makes_the_comment(desk: Desk) -> None:
    posted = desk.job(told("churn"))
    assert posted.written
    assert posted.url is not None
    assert desk.models() == {"churn"}
    assert [call.split()[0] for call in desk.asked()] == ["GET", "POST", "GET"]


def test_the_same_again_writes_nothing_and_locks_nothing(desk: Desk) -> None:
    desk.job(told("churn"))
    desk.asked()
    posted = desk.job(told("churn"))
    assert not posted.written
    assert posted.url is not None
    assert desk.asked() == ["GET comments", "GET user"]


def test_a_newer_run_takes_the_place_of_an_older_one(desk: Desk) -> None:
    desk.job(told("churn", "loss", head=OLD, run=RUN - 1))
    desk.asked()
    desk.job(told("churn"))
    assert "the challenger wins" in desk.body()
    assert "keeps the title at" not in desk.body()
    assert [call.split()[0] for call in desk.asked()] == ["GET", "GET", "POST", "GET", "PATCH", "GET", "DELETE"]
    assert desk.locks() == 0


def test_an_older_head_leaves_a_newer_one_alone(desk: Desk) -> None:
    desk.job(told("churn"))
    before = desk.body()
    posted = desk.job(told("churn", "loss", head=OLD, run=RUN - 1))
    assert desk.body() == before
    assert not posted.written


def test_an_old_run_that_is_run_again_leaves_the_present_head_alone(desk: Desk) -> None:
    desk.job(told("churn"))
    before = desk.body()
    # A re-run may even have a higher number of its own, as from another workflow: the head decides.
    desk.job(told("churn", "loss", head=OLD, run=RUN + 7, attempt=3))
    assert desk.body() == before


def test_a_head_that_was_pushed_back_counts_again(desk: Desk) -> None:
    desk.job(told("churn", "loss", head=OTHER, run=RUN + 1))
    desk.head = HEAD
    desk.job(told("churn", run=RUN, attempt=2))
    assert "the challenger wins" in desk.body()


def test_models_of_several_jobs_stand_side_by_side(desk: Desk) -> None:
    desk.job(told("churn"))
    desk.job(told("bikes", "loss"))
    desk.job(told("fraud", "inconclusive"), told("spam"))
    assert desk.models() == {"churn", "bikes", "fraud", "spam"}
    assert "4 models: 2 wins, 1 loss, 1 inconclusive" in desk.body()


def test_ours_is_found_on_the_third_page(desk: Desk) -> None:
    repo, number = desk.ground.repo, desk.pull.number
    for turn in range(249):
        repo.comment(number, f"talk {turn}")
    desk.job(told("churn", "loss", head=OLD, run=RUN - 1))
    for turn in range(50):
        repo.comment(number, f"more talk {turn}")
    desk.job(told("churn"))
    assert len(repo.comments_of(number)) == 300
    assert repo.comments_of(number)[249].body == desk.body()
    assert "the challenger wins" in desk.body()


def test_a_comment_of_somebody_else_with_our_marker_is_left_alone(desk: Desk) -> None:
    desk.job(told("churn"))
    (own,) = desk.ground.repo.comments_of(desk.pull.number)
    forged = own.body.replace("wins", "loses")
    desk.ground.repo.comments.clear()
    theirs = desk.ground.repo.comment(desk.pull.number, forged, login="mallory")
    desk.job(told("bikes"))
    found = desk.ground.repo.comments_of(desk.pull.number)
    assert [one.login for one in found] == ["mallory", BOT]
    assert theirs.body == forged
    assert {one.state.model for one in parse(found[1].body, HOUSE)} == {"bikes"}


def test_a_comment_of_ours_that_quotes_the_marker_is_left_alone(desk: Desk) -> None:
    desk.ground.repo.comment(desk.pull.number, f"> {TOP}\n\n{TOP}\n", login=BOT)
    desk.job(told("churn"))
    assert len(desk.ground.repo.comments_of(desk.pull.number)) == 2


def test_duplicates_of_a_race_become_one_and_lose_nothing(desk: Desk) -> None:
    desk.job(told("churn"))
    first = desk.body()
    desk.ground.repo.comments.clear()
    desk.job(told("bikes", "loss"))
    second = desk.body()
    desk.ground.repo.comments.clear()
    desk.ground.repo.comment(desk.pull.number, first, login=BOT)
    desk.ground.repo.comment(desk.pull.number, second, login=BOT)
    desk.job(told("fraud"))
    assert desk.models() == {"churn", "bikes", "fraud"}
    assert desk.locks() == 0


def test_a_lost_answer_to_the_creation_makes_no_second_comment(desk: Desk) -> None:
    desk.ground.faults.add("POST", "*/comments", faults.bad_gateway(after=True))
    desk.job(told("churn"))
    assert desk.models() == {"churn"}


def test_a_lost_answer_to_the_update_is_looked_into(desk: Desk) -> None:
    desk.job(told("churn"))
    desk.ground.faults.add("PATCH", "*", faults.bad_gateway(after=True))
    desk.job(told("bikes"))
    assert desk.models() == {"churn", "bikes"}
    assert desk.locks() == 0


def test_an_update_that_did_not_happen_is_made_again(desk: Desk) -> None:
    desk.job(told("churn"))
    desk.ground.faults.add("PATCH", "*", faults.cut())
    desk.job(told("bikes"))
    assert desk.models() == {"churn", "bikes"}


def test_a_comment_that_is_deleted_meanwhile_is_made_anew(desk: Desk) -> None:
    desk.job(told("churn"))
    desk.ground.faults.add("PATCH", "*", faults.hook(desk.ground.repo.comments.clear))
    desk.job(told("bikes"))
    assert desk.models() == {"bikes"}


def test_a_new_comment_that_is_not_listed_yet_is_no_reason_for_another(desk: Desk) -> None:
    empty = faults.Fault(Answer(200, []))
    desk.ground.faults.add("GET", "*/comments", empty, times=2)
    desk.job(told("churn"))
    assert desk.models() == {"churn"}


def test_a_stale_lock_of_a_killed_job_is_overcome(desk: Desk) -> None:
    desk.job(told("churn"))
    desk.ground.faults.add("PATCH", "*", faults.status(403, "no"))
    desk.ground.faults.add("DELETE", "*/reactions/*", faults.cut(), times=2)
    with pytest.raises(ForbiddenError):
        desk.job(told("bikes"))
    assert desk.locks() == 1

    desk.job(told("bikes"), sleep=desk.ground.github.clock.advance)
    assert desk.models() == {"churn", "bikes"}
    assert desk.locks() == 0


def test_a_young_lock_of_another_job_is_waited_for(desk: Desk) -> None:
    desk.job(told("churn"))
    (comment,) = desk.ground.repo.comments_of(desk.pull.number)
    pauses: list[float] = []
    desk.ground.faults.add("POST", "*/reactions", faults.Fault(None, hook=lambda: lock(desk, comment.id)))

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            comment.reactions.clear()

    desk.job(told("bikes"), sleep=sleep)
    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    assert sum(pauses) < STALE_SECONDS
    assert desk.models() == {"churn", "bikes"}


def lock(desk: Desk, comment: int) -> None:
    """Set the lock as another job of the same repository would."""
    from tests.github_server.records import Reaction  # noqa: PLC0415 -- only here

    ground = desk.ground
    made = Reaction(ground.github.id(), BOT, "eyes", ground.github.clock.stamp())
    ground.repo.comments[comment].reactions.append(made)


def test_a_lock_that_never_opens_ends_with_a_next_step(desk: Desk) -> None:
    desk.job(told("churn"))
    (comment,) = desk.ground.repo.comments_of(desk.pull.number)
    lock(desk, comment.id)

    with pytest.raises(GitHubError, match="let one job report all models"):
        desk.job(told("bikes"))
    assert desk.models() == {"churn"}


def test_eyes_of_a_person_lock_nothing(desk: Desk) -> None:
    desk.job(told("churn"))
    (comment,) = desk.ground.repo.comments_of(desk.pull.number)
    lock(desk, comment.id)
    comment.reactions[0].login = "alice"
    desk.job(told("bikes"))
    assert desk.slept == []
    assert desk.models() == {"churn", "bikes"}
    assert [one.login for one in comment.reactions] == ["alice"]


def test_where_reactions_are_forbidden_it_writes_without_a_lock(desk: Desk) -> None:
    desk.job(told("churn"))
    desk.ground.faults.add("POST", "*/reactions", faults.status(403, "Resource not accessible by integration"))
    desk.job(told("bikes"))
    assert desk.models() == {"churn", "bikes"}


def test_what_another_job_wrote_over_is_written_again(desk: Desk) -> None:
    desk.job(told("churn"))
    (comment,) = desk.ground.repo.comments_of(desk.pull.number)
    old = comment.body

    def overwrite() -> None:
        comment.body = old

    desk.ground.faults.add("PATCH", "*", faults.hook(overwrite, after=True))
    desk.job(told("bikes"))
    assert desk.models() == {"churn", "bikes"}


def test_a_job_that_held_the_lock_too_long_begins_again(desk: Desk) -> None:
    desk.job(told("churn"))
    ground = desk.ground
    session = connect(
        repository="octo/churn",
        api_url=ground.url,
        server_url=ground.url,
        token=ground.writer.value,
        sleep=desk.slept.append,
    )
    ticks = iter([0.0, 50.0, 51.0, 52.0])
    ground.calls.clear()
    poster = Poster(Comments(session, desk.pull.number), HOUSE, head=lambda: HEAD, clock=lambda: next(ticks))
    poster.post([told("bikes")], nobody)
    session.close()
    assert [call.method for call in ground.calls].count("PATCH") == 1
    assert [call for call in desk.asked() if call.endswith("reactions")] == ["POST reactions"] * 2
    assert desk.models() == {"churn", "bikes"}


def test_a_token_that_may_not_is_told_apart(desk: Desk) -> None:
    with pytest.raises(ForbiddenError):
        desk.job(told("churn"), token=desk.ground.reader)
    assert desk.bodies() == []


def test_a_locked_conversation_is_told_apart(desk: Desk) -> None:
    desk.job(told("churn"))
    desk.ground.repo.lock(desk.pull.number)
    with pytest.raises(ForbiddenError, match="locked"):
        desk.job(told("bikes"))
    assert desk.models() == {"churn"}


def test_a_limit_is_no_permission(desk: Desk) -> None:
    desk.ground.faults.add("POST", "*/comments", faults.primary_limit(3_000), times=None)
    with pytest.raises(LimitError):
        desk.job(told("churn"))


def test_a_closed_pull_request_takes_the_comment(desk: Desk) -> None:
    desk.ground.repo.close(desk.pull)
    desk.job(told("churn"))
    assert desk.models() == {"churn"}


def test_a_dry_run_writes_nothing_and_says_what_it_would(desk: Desk) -> None:
    posted = desk.job(told("churn"), dry=True, checking=True)
    assert posted.url is None
    desk.job(told("churn"))
    before = desk.body()
    desk.ground.calls.clear()
    desk.job(told("bikes"), dry=True, checking=True)
    assert desk.body() == before
    assert {call.method for call in desk.ground.calls} == {"GET"}
    assert [line for line in desk.dry if line.startswith("would")][:1] == [f"would comment on #{desk.pull.number}"]
    assert any("would update the comment" in line for line in desk.dry)


def test_a_body_edited_by_hand_is_mended_and_keeps_what_is_intact(desk: Desk) -> None:
    desk.job(told("churn"), told("bikes", "loss"))
    (comment,) = desk.ground.repo.comments_of(desk.pull.number)
    comment.body = (
        comment.body.replace("breaks", "keeps").replace("worse than", "far better than").replace("\n", "\r\n")
    )
    desk.job(told("fraud"))
    assert desk.models() == {"churn", "bikes", "fraud"}
    assert "far better than" not in desk.body()
    assert "\r" not in desk.body()


def test_fifty_models_fit_into_one_comment_with_few_calls(desk: Desk) -> None:
    desk.job(*many(50, run=RUN - 1))
    desk.ground.calls.clear()
    desk.job(*many(50), checking=True)
    assert len(desk.ground.calls) <= 12
    assert len(desk.models()) == 50
    assert desk.body().count("**Better?**") == 50

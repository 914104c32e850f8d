"""The check run on a head commit: posted once for each thing there is to say, by whoever has seen most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.github.api.checks import Checks
from modelbout.github.api.errors import UnreachableError
from modelbout.github.api.session import connect
from modelbout.github.check import Judge
from tests.github_server import faults
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.unit.github.comment.sections import OLD, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.github.api.session import Session
    from modelbout.github.comment.body import Section
    from tests.github_server.fixtures import Ground
    from tests.github_server.records import CheckRun, Token


class Court:
    """A commit and those who judge it."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.head = ground.repo.commit({"a.txt": "1"}, branch="topic").sha
        self.notes: list[str] = []
        self.sessions: list[Session] = []

    def judge(self, token: Token | None = None, *, dry: bool = False, name: str = "modelbout") -> Judge:
        session = connect(
            repository="octo/churn",
            api_url=self.ground.url,
            server_url=self.ground.url,
            token=(token or self.ground.writer).value,
            dry_run=self.notes.append if dry else None,
            sleep=lambda _: None,
        )
        self.sessions.append(session)
        link = f"{self.ground.url}/octo/churn/actions/runs/1/attempts/1"
        return Judge(Checks(session, self.head), name=name, link=link, note=self.notes.append)

    def section(self, model: str, kind: str = "win") -> Section:
        return told(model, kind, head=self.head)

    def posted(self) -> list[CheckRun]:
        return sorted(self.ground.repo.checks.values(), key=lambda check: check.id)


@pytest.fixture
def court(github: Ground) -> Iterator[Court]:  # noqa: F811 -- the fixture
    made = Court(github)
    yield made
    for session in made.sessions:
        session.close()


def test_a_verdict_becomes_a_check_on_the_head(court: Court) -> None:
    assert court.judge()([court.section("churn")], changed=True)
    (check,) = court.posted()
    assert (check.name, check.head_sha, check.status) == ("modelbout", court.head, "completed")
    assert (check.title, check.conclusion) == ("win: roc_auc +0.0136", "success")
    assert check.details_url is not None
    assert check.details_url.endswith("/actions/runs/1/attempts/1")
    assert len(court.ground.calls) == 1


def test_what_stands_there_is_not_posted_again(court: Court) -> None:
    sections = [court.section("churn")]
    court.judge()(sections, changed=True)
    assert not court.judge()(sections, changed=False)
    judge = court.judge()
    assert judge(sections, changed=True)
    assert not judge(sections, changed=True)
    assert len(court.posted()) == 2


def test_a_new_verdict_is_posted_anew(court: Court) -> None:
    court.judge()([court.section("churn")], changed=True)
    assert court.judge()([court.section("churn", "loss")], changed=False)
    assert [check.conclusion for check in court.posted()] == ["success", "failure"]


def test_a_check_of_another_tool_with_the_same_name_says_nothing(court: Court) -> None:
    court.judge()([court.section("churn")], changed=True)
    court.posted()[0].external_id = "another"
    assert court.judge()([court.section("churn")], changed=False)


def test_models_that_were_judged_at_another_commit_do_not_count(court: Court) -> None:
    assert court.judge()([court.section("churn"), told("bikes", "loss", head=OLD)], changed=True)
    assert court.posted()[0].title == "win: roc_auc +0.0136"
    assert not court.judge()([told("bikes", "loss", head=OLD)], changed=True)


def test_a_token_without_the_permission_leaves_a_note_and_asks_once(court: Court) -> None:
    judge = court.judge(court.ground.reader)
    assert not judge([court.section("churn")], changed=True)
    assert not judge([court.section("churn", "loss")], changed=True)
    assert court.posted() == []
    assert len(court.ground.calls) == 1
    (note,) = court.notes
    assert "there is no check run `modelbout`" in note


def test_a_lost_answer_makes_no_second_check(court: Court) -> None:
    court.ground.faults.add("POST", "*/check-runs", faults.bad_gateway(after=True))
    assert court.judge()([court.section("churn")], changed=True)
    assert len(court.posted()) == 1


def test_a_check_that_was_not_made_is_made_again(court: Court) -> None:
    court.ground.faults.add("POST", "*/check-runs", faults.bad_gateway())
    court.judge()([court.section("churn")], changed=True)
    assert len(court.posted()) == 1


def test_a_github_that_is_down_is_no_note(court: Court) -> None:
    court.ground.faults.add("POST", "*/check-runs", faults.bad_gateway(), times=None)
    with pytest.raises(UnreachableError):
        court.judge()([court.section("churn")], changed=True)


def test_a_dry_run_says_what_it_would(court: Court) -> None:
    assert not court.judge(dry=True)([court.section("churn", "loss")], changed=True)
    assert court.posted() == []
    assert court.notes[0].startswith("would post the check run modelbout: failure, loss: roc_auc")


def test_a_name_of_ones_own(court: Court) -> None:
    court.judge(name="modelbout (churn)")([court.section("churn")], changed=True)
    court.judge(name="modelbout (bikes)")([court.section("bikes", "loss")], changed=True)
    assert {check.name: check.conclusion for check in court.posted()} == {
        "modelbout (churn)": "success",
        "modelbout (bikes)": "failure",
    }

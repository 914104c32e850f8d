"""A session with a GitHub that can fail: what it repeats, what it never repeats, and who gets to see the token."""

from __future__ import annotations

import io
import traceback
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ConfigError
from modelbout.github.api.answers import pages
from modelbout.github.api.errors import (
    ForbiddenError,
    GitHubError,
    LimitError,
    MissingError,
    TokenError,
    UnreachableError,
)
from modelbout.github.api.patience import BACKOFFS, PATIENCE
from modelbout.github.api.session import Session, connect
from tests.github_server import faults
from tests.github_server.exchange import Answer
from tests.github_server.faults import Fault
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.github_server.fixtures import Ground

REPOSITORY = "/repos/octo/churn"
RELEASES = f"{REPOSITORY}/releases"
DRAFT = {"tag_name": "churn@v1.0.0", "name": "churn 1.0.0", "body": "text", "draft": True, "make_latest": "false"}


class Desk:
    """Opens sessions and keeps how long they waited."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.slept: list[float] = []
        self.told: list[str] = []

    def open(
        self, *, token: str | None = "", url: str = "", dry: bool = False, repository: str = "octo/churn"
    ) -> Session:
        return connect(
            repository=repository,
            api_url=url or self.ground.url,
            server_url=self.ground.url,
            token=self.ground.writer.value if token == "" else token,
            dry_run=self.told.append if dry else None,
            sleep=self.slept.append,
        )

    def calls(self) -> list[tuple[str, str, int]]:
        return [(call.method, call.path, call.status) for call in self.ground.calls]


@pytest.fixture
def desk(github: Ground) -> Desk:  # noqa: F811 -- the fixture
    return Desk(github)


def read(session: Session) -> None:
    with session.told("read the repository"):
        session.requester.requestJsonAndCheck("GET", REPOSITORY)


def draft(session: Session) -> None:
    with session.told("draft a release"):
        session.requester.requestJsonAndCheck("POST", RELEASES, input=DRAFT)


# What is repeated


@pytest.mark.parametrize(
    "fault",
    [faults.bad_gateway(), faults.status(500), faults.status(503), faults.cut(), faults.cut(after=True)],
    ids=["502 page", "500", "503", "cut before", "cut after"],
)
def test_a_reading_is_tried_again(desk: Desk, fault: Fault) -> None:
    desk.ground.faults.add("GET", REPOSITORY, fault, times=2)
    read(desk.open())
    assert desk.slept == list(BACKOFFS[:2])


@pytest.mark.parametrize("fault", [faults.bad_gateway(), faults.cut()], ids=["502", "cut"])
def test_a_reading_is_given_up_in_the_end(desk: Desk, fault: Fault) -> None:
    desk.ground.faults.add("GET", REPOSITORY, fault, times=None)
    with pytest.raises(UnreachableError) as failure:
        read(desk.open())
    assert desk.slept == list(BACKOFFS)
    assert "may have happened" not in str(failure.value)


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        (faults.bad_gateway(), 0),
        (faults.bad_gateway(after=True), 1),
        (faults.status(500), 0),
        (faults.status(503, after=True), 1),
        (faults.cut(), 0),
        (faults.cut(after=True), 1),
    ],
    ids=["502 before", "502 after", "500 before", "503 after", "cut before", "cut after"],
)
def test_a_write_is_sent_once_whatever_becomes_of_its_answer(desk: Desk, fault: Fault, made: int) -> None:
    desk.ground.faults.add("POST", RELEASES, fault)
    with pytest.raises(UnreachableError, match="may have happened"):
        draft(desk.open())
    assert (len(desk.ground.repo.drafts()), desk.slept) == (made, [])


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (faults.secondary_limit(7), 7),
        (faults.too_many(3), 3),
        (faults.too_many(None), 60),
        (faults.too_many(0), 0.5),
    ],
    ids=["403", "429", "429 without a time", "at once"],
)
def test_a_limit_that_ends_soon_is_waited_for_also_with_a_write(desk: Desk, fault: Fault, seconds: float) -> None:
    desk.ground.faults.add("POST", RELEASES, fault)
    draft(desk.open())
    assert (len(desk.ground.repo.drafts()), desk.slept) == (1, [seconds])


def test_an_upload_that_meets_a_limit_is_sent_again_from_its_beginning(desk: Desk) -> None:
    session = desk.open()
    draft(session)
    (release,) = desk.ground.repo.drafts()
    desk.ground.faults.add("POST", "*/assets", faults.secondary_limit(5))
    file = io.BytesIO(b"not this:" + b"x" * 100_000)
    file.seek(9)
    with session.told("upload"):
        heads = {"Content-Type": "application/zip", "Content-Length": "100000"}
        address = f"{desk.ground.url}/uploads{RELEASES}/{release.id}/assets"
        session.requester.requestMemoryBlobAndCheck("POST", address, {"name": "bundle.zip"}, heads, file)
    assert release.asset("bundle.zip").content == b"x" * 100_000
    assert desk.slept == [5]


def test_a_limit_that_ends_late_says_when_to_come_back(desk: Desk) -> None:
    desk.ground.faults.add("GET", REPOSITORY, faults.primary_limit(3_000))
    with pytest.raises(LimitError, match=r"come back at \d\d:\d\d UTC \(in 50 minutes\)") as failure:
        read(desk.open())
    assert (failure.value.exit_code, desk.slept, len(desk.calls())) == (4, [], 1)


def test_the_hour_of_a_real_token_runs_out(desk: Desk) -> None:
    desk.ground.writer.limit = 1
    session = desk.open()
    read(session)
    with pytest.raises(LimitError, match="this hour's requests are used up") as failure:
        read(session)
    assert "(in 60 minutes)" in str(failure.value)


def test_patience_is_one_purse_for_the_whole_session(desk: Desk) -> None:
    desk.ground.faults.add("GET", REPOSITORY, faults.secondary_limit(40), times=None)
    session = desk.open()
    with pytest.raises(LimitError):
        read(session)
    assert desk.slept == [40]
    assert sum(desk.slept) <= PATIENCE


def test_an_endless_now_ends(desk: Desk) -> None:
    desk.ground.faults.add("GET", REPOSITORY, faults.too_many(0), times=None)
    with pytest.raises(LimitError):
        read(desk.open())
    assert len(desk.calls()) < 10


def test_an_answer_that_is_never_finished_ends(desk: Desk) -> None:
    desk.ground.faults.add("GET", REPOSITORY, Fault(Answer(202, {})), times=None)
    with pytest.raises(UnreachableError, match="still working"):
        read(desk.open())
    assert desk.slept == list(BACKOFFS)


def test_what_was_just_made_is_looked_for_again(desk: Desk) -> None:
    session = desk.open()
    desk.ground.faults.add("GET", REPOSITORY, faults.hidden(), times=2)
    session.soon(lambda: read(session))
    assert desk.slept == list(BACKOFFS[:2])
    desk.ground.faults.add("GET", REPOSITORY, faults.hidden(), times=None)
    with pytest.raises(MissingError):
        session.soon(lambda: read(session))


def test_nobody_answers(desk: Desk) -> None:
    with pytest.raises(UnreachableError, match="nothing answers at http"):
        draft(desk.open(url="http://127.0.0.1:1"))
    assert desk.slept == list(BACKOFFS)  # nothing was sent, so that nothing can have happened


# Who may do what


def test_no_token(desk: Desk) -> None:
    desk.ground.repo.private = True
    with pytest.raises(TokenError, match="there is no token") as failure:
        read(desk.open(token=None))
    assert "MODELBOUT_GITHUB_TOKEN" in str(failure.value)
    with pytest.raises(TokenError):
        desk.open(token=None).writes("publish churn 1.0.0")
    with pytest.raises(TokenError):
        desk.open(token=None).login()


def test_a_public_repository_can_be_read_by_anybody(desk: Desk) -> None:
    read(desk.open(token=None))
    assert desk.ground.calls[-1].token is None


def test_a_token_that_has_expired(desk: Desk) -> None:
    with pytest.raises(TokenError, match="401: Bad credentials"):
        read(desk.open(token="ghs_gone_gone_gone_gone"))  # noqa: S106 -- nobody's


def test_a_token_without_the_permission(desk: Desk) -> None:
    with pytest.raises(ForbiddenError, match="`contents: write`") as failure:
        draft(desk.open(token=desk.ground.reader.value))
    assert "forks may only read" in str(failure.value)


def test_a_job_writes_as_the_bot_and_a_person_as_themselves(desk: Desk) -> None:
    session = desk.open()
    assert session.login() == session.login() == "github-actions[bot]"
    assert len(desk.calls()) == 1
    alice = desk.ground.github.token(login="alice")
    assert desk.open(token=alice.value).login() == "alice"


def test_a_login_that_cannot_be_asked_for_is_nobodys(desk: Desk) -> None:
    desk.ground.faults.add("GET", "/user", faults.bad_gateway(), times=None)
    with pytest.raises(UnreachableError):
        desk.open().login()


# A dry run


def test_a_dry_run_tells_each_write_and_makes_none(desk: Desk) -> None:
    session = desk.open(dry=True)
    read(session)
    assert not session.writes("publish churn 1.0.0")
    assert desk.told == ["would publish churn 1.0.0"]
    assert desk.open().writes("publish churn 1.0.0")


def test_a_write_that_did_not_ask_is_stopped_before_it_is_sent(desk: Desk) -> None:
    with pytest.raises(RuntimeError, match="a dry run was about to send POST"):
        draft(desk.open(dry=True))
    assert desk.calls() == []


# Where the token goes


def lead(where: str, status: int = 302) -> Fault:
    return Fault(Answer(status, b"", {"Location": where}))


def test_a_redirect_to_another_port_gets_no_token(desk: Desk) -> None:
    # The storage answers 400 to whoever shows it a token.
    key = desk.ground.github.sign("application/json", b'{"full_name": "octo/churn"}')
    desk.ground.faults.add("GET", REPOSITORY, lead(f"{desk.ground.server.app.storage_url}/{key}"))
    read(desk.open())


def test_a_repository_that_was_renamed_is_followed_with_the_query(desk: Desk) -> None:
    old = "/repos/octo/old/pulls"
    desk.ground.faults.add("GET", old, lead(f"{desk.ground.url}{REPOSITORY}/pulls?state=closed&per_page=100", 301))
    with desk.open(repository="octo/old").told("list"):
        session = desk.open(repository="octo/old")
        assert list(pages(session, list[object], "/pulls", doing="list", parameters={"state": "closed"})) == [[]]
    assert desk.ground.calls[-1].query == {"state": "closed", "per_page": "100"}
    assert desk.ground.calls[-1].token == desk.ground.writer.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_write_is_not_taken_elsewhere(desk: Desk, status: int) -> None:
    desk.ground.faults.add("POST", RELEASES, lead(f"{desk.ground.server.storage_url}/steal", status))
    with pytest.raises(GitHubError, match="has moved to") as failure:
        draft(desk.open())
    assert "GITHUB_API_URL" in str(failure.value)
    assert len(desk.calls()) == 1


def test_a_write_follows_a_move_within_the_host(desk: Desk) -> None:
    desk.ground.faults.add("POST", "/repos/octo/old/releases", lead(f"{desk.ground.url}{RELEASES}", 307))
    session = desk.open(repository="octo/old")
    with session.told("draft"):
        session.requester.requestJsonAndCheck("POST", "/repos/octo/old/releases", input=DRAFT)
    assert len(desk.ground.repo.drafts()) == 1


def test_a_circle_ends(desk: Desk) -> None:
    desk.ground.faults.add("GET", REPOSITORY, lead(f"{desk.ground.url}{REPOSITORY}?sig=c2lnbmVk"), times=None)
    with pytest.raises(GitHubError, match="in a circle") as failure:
        read(desk.open())
    assert "c2lnbmVk" not in str(failure.value)


def test_a_next_page_elsewhere_is_not_asked_for(desk: Desk) -> None:
    link = f'<{desk.ground.server.storage_url}/steal?page=2>; rel="next"'
    desk.ground.faults.add(
        "GET", RELEASES, Fault(Answer(200, b"[]", {"Link": link, "Content-Type": "application/json"}))
    )
    with pytest.raises(GitHubError, match="an answer names"):
        list(pages(desk.open(), list[object], "/releases", doing="list the releases"))
    assert len(desk.calls()) == 1


def test_a_host_for_uploads_that_is_none_gets_nothing(desk: Desk) -> None:
    session = desk.open()
    heads = {"Content-Type": "application/zip"}
    for address in ("https://uploads.example.com/x", f"{desk.ground.server.storage_url}/steal"):
        with pytest.raises(GitHubError, match="for uploads"), session.told("upload"):
            session.requester.requestMemoryBlobAndCheck("POST", address, {}, heads, io.BytesIO(b"x"))
    assert desk.calls() == []


def test_a_login_of_netrc_is_not_used(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password stolen\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    read(desk.open())
    assert desk.ground.calls[-1].token == desk.ground.writer.value


def test_pages_of_an_enterprise_server_are_followed_behind_its_prefix(desk: Desk) -> None:
    pull = desk.ground.repo.open_issue("many")
    for number in range(101):
        desk.ground.repo.comment(pull.number, str(number))
    session = desk.open(url=desk.ground.server.ghes_url)
    found = list(pages(session, list[object], f"/issues/{pull.number}/comments", doing="list"))
    assert [len(page) for page in found] == [100, 1]


# What comes back


def answer(body: bytes, kind: str = "application/json; charset=utf-8", status: int = 200) -> Fault:
    return Fault(Answer(status, body, {"Content-Type": kind}))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (answer(b"<html>Sign in</html>", "text/html"), "a web page instead of an answer"),
        (answer(b"<html>Blocked</html>", "text/html", 403), "403: a web page instead of an answer"),
        (answer(b'{"full_name": '), "another shape"),
        (answer(b'["list"]'), "another shape"),
        (answer(b"null"), "another shape"),
        (answer(b'{"full_name": null}'), "another shape"),
        (answer(b"\xff\xfe"), "another shape"),
        (answer(b'["list"]', status=422), "GitHub answered 422"),
        (answer(b'{"message": {"a": 1}}', status=409), "GitHub answered 409"),
        (answer(b"", status=404), "GitHub answered 404"),
        (answer(b"", status=302), "302 without a way on"),
    ],
)
def test_an_answer_of_another_shape_is_an_error_of_githubs(desk: Desk, fault: Fault, words: str) -> None:
    desk.ground.faults.add("GET", REPOSITORY, fault, times=None)
    session = desk.open()
    with pytest.raises(GitHubError, match=words), session.told("read the repository"):
        session.requester.requestJsonAndCheck("GET", REPOSITORY)[1]["full_name"].lower()


WEATHER: dict[str, Callable[[Desk], Fault]] = {
    "401": lambda desk: faults.status(401, f"Bad credentials: {desk.ground.writer.value}"),
    "403": lambda desk: faults.status(403, f"Forbidden for {desk.ground.writer.value}"),
    "404": lambda _: faults.hidden(),
    "422": lambda desk: faults.status(422, f"Authorization: token {desk.ground.writer.value}"),
    "500": lambda desk: faults.status(500, desk.ground.writer.value),
    "limit": lambda _: faults.primary_limit(),
    "cut": lambda _: faults.cut(),
    "away": lambda _: lead("http://127.0.0.1:1/x.zip?sig=c2lnbmVk&token=abc"),
    "page": lambda _: answer(b"<html>", "text/html"),
    "no json": lambda desk: answer(b'{"token": "' + desk.ground.writer.value.encode()),
}


@pytest.mark.parametrize("weather", WEATHER)
def test_no_message_and_no_traceback_shows_the_token(desk: Desk, weather: str) -> None:
    desk.ground.faults.add("*", f"{REPOSITORY}*", WEATHER[weather](desk), times=None)
    session = desk.open()
    shown = [repr(session), str(session), repr(session.requester), repr(session.repo)]
    for attempt in (read, draft):
        with pytest.raises(GitHubError) as failure:
            attempt(session)
        shown += ["".join(traceback.format_exception(failure.value)), repr(failure.value)]
    text = "\n".join(shown)
    assert desk.ground.writer.value not in text
    assert "c2lnbmVk" not in text


@pytest.mark.parametrize(
    "repository", ["", "churn", "octo/", "/churn", "octo/churn/x", "octo/..", "octo/.", "oc to/churn", "octo/churn?x"]
)
def test_a_repository_that_is_none(desk: Desk, repository: str) -> None:
    with pytest.raises(ConfigError, match="is no repository"):
        desk.open(repository=repository)


@pytest.mark.parametrize("url", ["api.github.com", "ftp://x", "https://", "http://[::1", "https://x:99999"])
def test_an_address_that_is_none(desk: Desk, url: str) -> None:
    with pytest.raises(ConfigError, match="GITHUB_API_URL"):
        desk.open(url=url)

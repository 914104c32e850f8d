"""Plots on the ledger branch: named by content, addressed by commit, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.github.api.errors import ConflictError, ForbiddenError
from modelbout.github.api.git import Branch
from modelbout.github.api.session import connect
from modelbout.github.pictures import FILES_LIMIT, LEDGER_BRANCH, Picture, file_name, hang
from modelbout.report.plot import Plot
from tests.github_server import faults
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.github.api.session import Session
    from tests.github_server.fixtures import Ground

PLOT = Plot(name="roc", title="ROC", light="plots/roc-light.png", dark="plots/roc-dark.png", text="a curve")
PNG = b"\x89PNG\r\n\x1a\n\x00"


def picture(mark: str) -> Picture:
    return Picture(PLOT, PNG + f"light {mark}".encode(), PNG + f"dark {mark}".encode())


def where(commit: str, name: str) -> str:
    return f"{commit}/{name}"


def session_of(ground: Ground, token: str | None = None) -> Session:
    return connect(
        repository="octo/churn",
        api_url=ground.url,
        server_url=ground.url,
        token=token or ground.writer.value,
        sleep=lambda _: None,
    )


@pytest.fixture
def ground(github: Ground) -> Ground:  # noqa: F811 -- the fixture
    github.repo.commit({"champions.json": "{}"}, branch=LEDGER_BRANCH, orphan=True)
    return github


@pytest.fixture
def wall(ground: Ground) -> Iterator[Branch]:
    session = session_of(ground)
    yield Branch(session, LEDGER_BRANCH)
    session.close()


def test_pictures_hang_beside_the_ledger(ground: Ground, wall: Branch) -> None:
    one = picture("a")
    hung = hang(wall, {"churn": [one]}, where=where)
    assert hung is not None
    (plot,) = hung["churn"]
    tip = ground.repo.tip(LEDGER_BRANCH)
    assert plot.light == f"{tip.sha}/{file_name(one.light)}"
    assert ground.repo.read(f"plots/{file_name(one.light)}", LEDGER_BRANCH) == one.light
    assert ground.repo.read(f"plots/{file_name(one.dark)}", LEDGER_BRANCH) == one.dark
    assert ground.repo.read("champions.json", LEDGER_BRANCH) == b"{}"
    assert plot.text == PLOT.text


def test_pictures_that_hang_already_are_not_written_again(ground: Ground, wall: Branch) -> None:
    first = hang(wall, {"churn": [picture("a")]}, where=where)
    ground.calls.clear()
    assert hang(wall, {"churn": [picture("a")]}, where=where) == first
    assert {call.method for call in ground.calls} == {"GET"}


def test_without_a_ledger_no_branch_is_made(github: Ground) -> None:  # noqa: F811 -- the fixture
    session = session_of(github)
    assert hang(Branch(session, LEDGER_BRANCH), {"churn": [picture("a")]}, where=where) is None
    session.close()
    assert LEDGER_BRANCH not in github.repo.branches()


def test_a_branch_that_moves_meanwhile_loses_nothing(ground: Ground, wall: Branch) -> None:
    move = faults.moved(ground.repo, LEDGER_BRANCH, {"ledger/churn.jsonl": "{}\n"})
    ground.faults.add("PATCH", "*/git/refs/heads/modelbout/ledger", move, times=2)
    hung = hang(wall, {"churn": [picture("a")]}, where=where)
    assert hung is not None
    assert ground.repo.read("ledger/churn.jsonl", LEDGER_BRANCH) == b"{}\n"
    assert ground.repo.read(f"plots/{file_name(picture('a').dark)}", LEDGER_BRANCH) is not None


def test_a_lost_answer_is_looked_into(ground: Ground, wall: Branch) -> None:
    ground.faults.add("PATCH", "*/git/refs/*", faults.bad_gateway(after=True))
    hung = hang(wall, {"churn": [picture("a")]}, where=where)
    assert hung is not None
    assert hung["churn"][0].light.startswith(ground.repo.tip(LEDGER_BRANCH).sha)


def test_a_branch_that_never_rests_ends_in_an_error(ground: Ground, wall: Branch) -> None:
    numbers = iter(range(100))
    move = faults.hook(lambda: ground.repo.commit({"x": str(next(numbers))}, branch=LEDGER_BRANCH))
    ground.faults.add("PATCH", "*/git/refs/*", move, times=None)
    with pytest.raises(ConflictError):
        hang(wall, {"churn": [picture("a")]}, where=where)


def test_a_token_that_may_not_write_is_told(ground: Ground) -> None:
    session = session_of(ground, ground.reader.value)
    with pytest.raises(ForbiddenError):
        hang(Branch(session, LEDGER_BRANCH), {"churn": [picture("a")]}, where=where)
    session.close()


def test_more_models_than_pictures_may_be_written_leave_the_last_without(ground: Ground, wall: Branch) -> None:
    wanted = {f"model-{number:02d}": [picture(f"{number}")] for number in range(FILES_LIMIT)}
    hung = hang(wall, wanted, where=where)
    assert hung is not None
    assert list(hung) == list(wanted)[: FILES_LIMIT // 2]
    blobs = [call for call in ground.calls if call.path.endswith("/git/blobs")]
    assert len(blobs) == FILES_LIMIT

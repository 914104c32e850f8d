"""What follows a title that moved, on a GitHub that remembers: a deployment once, dispatches, one answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import msgspec
import pytest

from modelbout.errors import ConfigError
from modelbout.github.api.contents import read_file
from modelbout.github.api.errors import ForbiddenError, MissingError
from modelbout.github.api.protection import Protection
from modelbout.github.api.session import Session, connect
from modelbout.github.promotion.aftermath import Aftermath
from modelbout.github.promotion.answer import Answer
from modelbout.github.promotion.configs import fetched, here
from modelbout.results import PromotionResult
from tests.github_server import faults
from tests.github_server.fixtures import github  # noqa: F401 -- a fixture
from tests.integration.shop import CONFIG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.github_server.fixtures import Ground
    from tests.github_server.records import Token

    Open = Callable[..., Session]

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "notice.schema.json").read_text(encoding="utf-8"))
BOT = "github-actions[bot]"
MOVED = PromotionResult(
    model="churn",
    event="promote",
    version="v1.1.0",
    previous="v1.0.0",
    stage="production",
    reason="win: it is better",
    created="2026-05-03T12:00:00Z",
    seq=4,
    bundle_digest="b" * 64,
    pull_request=7,
    run_url="https://github.com/octo/churn/actions/runs/9",
)
BACK = msgspec.structs.replace(
    MOVED, event="rollback", seq=5, version="v1.0.0", previous="v1.1.0", reason="@all /close #1"
)


@pytest.fixture
def session(github: Ground) -> Iterator[Open]:  # noqa: F811 -- the fixture of that name
    opened: list[Session] = []

    def make(token: Token | None = None, dry: list[str] | None = None) -> Session:
        opened.append(
            connect(
                repository="octo/churn",
                api_url=github.url,
                server_url=github.url,
                token=(token or github.writer).value,
                dry_run=None if dry is None else dry.append,
                sleep=lambda _: None,
            )
        )
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def tell(
    ground: Ground, session: Session, result: PromotionResult = MOVED, *targets: str, **other: object
) -> list[str]:
    after = Aftermath(session=session, sender=session, targets=targets, **other)  # type: ignore[arg-type]
    return [error.problems[0].found for error in after.tell(result, commit=ground.repo.tip("main").sha)]


def test_one_deployment_for_each_event(github: Ground, session: Open) -> None:  # noqa: F811 -- the fixture of that name
    for _ in range(2):
        assert tell(github, session()) == []
    (made,) = github.repo.deployments.values()
    assert (made.environment, made.task, made.production) == ("production", "modelbout:churn:4", True)
    assert [status.state for status in made.statuses] == ["success"]
    assert made.payload["version"] == "v1.1.0"
    assert made.payload["bundle_digest"] == "b" * 64
    assert tell(github, session(), BACK) == []
    assert len(github.repo.deployments) == 2


def test_the_first_stage_is_not_production_to_github(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    tell(github, session(), msgspec.structs.replace(MOVED, stage="test"))
    (made,) = github.repo.deployments.values()
    assert (made.environment, made.production) == ("test", False)


def test_a_deployment_that_was_left_without_a_state_gets_it(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    github.faults.add("POST", "*/statuses", faults.status(500), times=1)
    assert len(tell(github, session())) == 1
    assert tell(github, session()) == []
    (made,) = github.repo.deployments.values()
    assert [status.state for status in made.statuses] == ["success"]


def test_a_lost_answer_leaves_one_deployment(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    github.faults.add("POST", "*/deployments", faults.bad_gateway(after=True), times=1)
    assert len(tell(github, session())) == 1
    assert tell(github, session()) == []
    assert len(github.repo.deployments) == 1


def test_a_token_without_the_right_is_told_and_the_dispatch_is_sent_all_the_same(
    github: Ground,  # noqa: F811 -- as above
    session: Open,
) -> None:
    token = github.github.token(permissions={"contents": "write"})
    (found,) = tell(github, session(token), MOVED, "octo/churn")
    assert "deployment" in found
    assert len(github.repo.dispatches) == 1
    assert tell(github, session(token), deployments=False) == []


def test_programs_are_told_in_the_published_shape(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    assert tell(github, session(), MOVED, "octo/churn") == []
    assert tell(github, session(), BACK, "octo/churn") == []
    told = github.repo.dispatches
    assert [one.event for one in told] == ["modelbout-promoted", "modelbout-rolled-back"]
    for one in told:
        jsonschema.validate(one.payload, SCHEMA)
    assert told[0].payload == {
        "repository": "octo/churn",
        "model": "churn",
        "stage": "production",
        "version": "v1.1.0",
        "previous": "v1.0.0",
        "seq": 4,
        "bundle_digest": "b" * 64,
        "pull_request": 7,
        "run_url": "https://github.com/octo/churn/actions/runs/9",
        "schema_version": 1,
    }
    assert len(told[0].payload) <= 10, "GitHub's limit"


def test_another_repository_is_told_with_a_token_of_its_own(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    other = github.github.repository("octo/serving", private=True)
    (found,) = tell(github, session(), MOVED, "octo/serving")
    assert "octo/serving" in found
    person = github.github.token(login="alice")
    after = Aftermath(session=session(), sender=session(person), targets=("octo/serving",))
    assert after.tell(MOVED, commit=github.repo.tip("main").sha) == ()
    assert len(other.dispatches) == 1


def test_a_dry_run_says_it_all_and_writes_nothing(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    said: list[str] = []
    assert tell(github, session(dry=said), MOVED, "octo/churn") == []
    assert Answer(session(dry=said), github.repo.open_issue("Why?").number).give(BACK) == ()
    assert [line.split(":")[0] for line in said] == [
        "would record a deployment to production",
        "would send the event modelbout-promoted to octo/churn",
        "would comment on #1",
    ]
    assert not github.repo.deployments
    assert not github.repo.dispatches


def test_whoever_asked_gets_one_answer(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    number = github.repo.open_issue("The model went mad").number
    forged = "<!-- modelbout:rollback model=churn stage=production seq=5 -->"
    github.repo.comment(number, forged, login="mallory")
    for _ in range(2):
        assert Answer(session(), number).give(BACK) == ()
    (own,) = [one for one in github.repo.comments_of(number) if one.login == BOT]
    assert own.body.startswith(forged)
    assert "`churn@v1.0.0` in place of `churn@v1.1.0`" in own.body
    assert "`@all` `/close` `#1`" in own.body, "the reason mentions nobody and commands nothing"
    later = msgspec.structs.replace(BACK, seq=9)
    Answer(session(), number).give(later)
    assert len([one for one in github.repo.comments_of(number) if one.login == BOT]) == 2


def test_a_lost_answer_is_looked_for_and_not_given_twice(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    number = github.repo.open_issue("The model went mad").number
    github.faults.add("POST", "*/comments", faults.bad_gateway(after=True), times=1)
    assert Answer(session(), number).give(BACK) == ()
    assert len(github.repo.comments_of(number)) == 1


def test_an_answer_that_never_arrived_is_told(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    number = github.repo.open_issue("The model went mad").number
    github.faults.add("POST", "*/comments", faults.status(502), times=1)
    assert len(Answer(session(), number).give(BACK)) == 1
    (error,) = Answer(session(), 4711).give(BACK)
    assert isinstance(error, MissingError)


def test_what_github_enforces(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    rules = Protection(session())
    assert rules.branch("main") is False
    assert rules.rules("main") == ()
    assert rules.immutable_releases() is None, "a job's token may not ask"
    with pytest.raises(MissingError):
        rules.environment("production")
    github.repo.protected_branches.add("main")
    github.repo.rules["main"] = [{"type": "pull_request"}, {"type": "deletion"}]
    github.repo.environments["production"] = [{"type": "required_reviewers"}]
    assert rules.branch("main") is True
    assert rules.rules("main") == ("deletion", "pull_request")
    assert rules.environment("production") == ("required_reviewers",)


def test_a_job_without_a_checkout_reads_its_configurations(github: Ground, session: Open, tmp_path: Path) -> None:  # noqa: F811 -- as above
    config = CONFIG.replace("source: data/shop.csv", "source: ../../data/shop.csv")
    old = github.repo.commit({"models/shop/modelbout.yaml": config}, branch="main")
    github.repo.commit({"models/shop/modelbout.yaml": "version: 2\n"}, branch="main")
    (work,) = fetched(session(), ["models/shop/modelbout.yaml"], commit=old.sha, into=tmp_path)
    assert work.config.model == "shop"
    assert work.run == tmp_path / "models/shop/.modelbout/run"
    for path in ("gone.yaml", "../modelbout.yaml", "/etc/passwd", "a\\b", ""):
        with pytest.raises(ConfigError):
            fetched(session(), [path], commit=old.sha, into=tmp_path)


def test_a_checkout_comes_first(tmp_path: Path) -> None:
    assert not here(["modelbout.yaml"], tmp_path)
    assert here(["models/*/modelbout.yaml"], tmp_path), "a pattern is looked up in the checkout"
    (tmp_path / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")
    assert here(["modelbout.yaml"], tmp_path)


def test_a_file_that_may_not_be_read(github: Ground, session: Open) -> None:  # noqa: F811 -- as above
    github.repo.private = True
    nothing = github.github.token(permissions={"issues": "read"})
    with pytest.raises((ForbiddenError, MissingError)):
        read_file(session(nothing), "README.md", "main")

from __future__ import annotations

from dataclasses import dataclass

import pytest

from modelbout.errors import Problem
from modelbout.github.api.errors import MissingError, UnreachableError
from modelbout.github.promotion.controls import of_modelbout, of_platform
from modelbout.results import PromotionResult


@dataclass
class Rules:
    protected: bool | None = False
    kinds: tuple[str, ...] | None = ()
    reviewers: tuple[str, ...] | str | None = ()
    frozen: bool | Exception | None = False

    def branch(self, name: str) -> bool | None:
        assert name == "main"
        return self.protected

    def rules(self, branch: str) -> tuple[str, ...] | None:
        assert branch == "main"
        return self.kinds

    def environment(self, name: str) -> tuple[str, ...] | None:
        assert name == "production"
        if isinstance(self.reviewers, str):
            raise MissingError(Problem(found="no environment"))
        return self.reviewers

    def immutable_releases(self) -> bool | None:
        if isinstance(self.frozen, Exception):
            raise self.frozen
        return self.frozen


def told(rules: Rules, event: str = "promote") -> dict[str, str]:
    result = PromotionResult(
        model="m",
        event=event,  # type: ignore[arg-type]
        version="v1.0.0",
        previous=None,
        stage="production",
        reason="won",
        created="2026-05-03T12:00:00Z",
    )
    return {
        control.control: control.enforced_by
        for control in (*of_platform(rules, branch="main", stage="production"), *of_modelbout(result))
    }


REVIEW, CHECKS = "a pull request before every merge", "checks before every merge"
APPROVAL, FROZEN = "a person's approval of this stage", "releases that nobody can change"


def test_an_open_repository() -> None:
    found = told(Rules())
    assert [found[name] for name in (REVIEW, CHECKS, APPROVAL, FROZEN)] == ["nobody"] * 4


def test_the_branch_is_not_asked_for_where_its_rules_say_it_all() -> None:
    class Closed(Rules):
        def branch(self, name: str) -> bool | None:
            raise AssertionError(name)

    found = told(Closed(kinds=("pull_request", "required_status_checks", "deletion")))
    assert (found[REVIEW], found[CHECKS]) == ("GitHub", "GitHub")


def test_a_closed_one() -> None:
    rules = Rules(
        protected=True,
        kinds=("pull_request", "required_status_checks"),
        reviewers=("required_reviewers",),
        frozen=True,
    )
    found = told(rules)
    assert [found[name] for name in (REVIEW, CHECKS, APPROVAL, FROZEN)] == ["GitHub"] * 4


def test_a_token_that_may_ask_nothing() -> None:
    found = told(Rules(None, None, None, None))
    assert [found[name] for name in (REVIEW, CHECKS, APPROVAL, FROZEN)] == ["not known"] * 4


@pytest.mark.parametrize("kinds", [(), None, ("deletion",)])
def test_the_older_kind_of_protection_does_not_tell_what_it_asks_for(kinds: tuple[str, ...] | None) -> None:
    assert told(Rules(protected=True, kinds=kinds))[REVIEW] == "not known"


def test_a_stage_without_environment_has_no_approval() -> None:
    assert told(Rules(reviewers="missing"))[APPROVAL] == "nobody"
    assert told(Rules(reviewers=("wait_timer",)))[APPROVAL] == "nobody"


def test_what_modelbout_sees_to() -> None:
    swap = "the champion that was beaten still stood"
    assert told(Rules())[swap] == "Modelbout"
    assert swap not in told(Rules(), "rollback")
    assert told(Rules(), "rollback")["holds"] == "Modelbout"


def test_a_github_that_does_not_answer_spoils_nothing() -> None:
    found = told(Rules(frozen=UnreachableError(Problem(found="no answer"))))
    assert found["what GitHub enforces"] == "not known"
    assert found["holds"] == "Modelbout"

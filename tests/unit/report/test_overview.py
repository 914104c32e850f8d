"""One model in one line, and many in one phrase."""

from __future__ import annotations

import pytest

from modelbout.report.numbers import MINUS
from modelbout.report.overview import WORST_FIRST, Line, Standing, conclusion, line, mark, phrase, tally, verdict, worst
from modelbout.report.story import Story
from tests.unit.report.stories import STORIES, training, validation


@pytest.mark.parametrize(
    ("kind", "standing", "said"),
    [
        ("win", "win", "win: roc_auc +0.0136"),
        ("loss", "loss", f"loss: roc_auc {MINUS}0.0241"),
        ("slow", "loss", "loss: roc_auc +0.0136, but a guardrail is broken"),
        ("inconclusive", "inconclusive", "inconclusive: roc_auc +0.0031"),
        ("first", "first", "the first champion"),
        ("error", "error", "error: no verdict"),
        ("contract", "error", "error: the data breaks its contract"),
    ],
)
def test_a_story_in_a_line(kind: str, standing: str, said: str) -> None:
    found = line(STORIES[kind]())
    assert found.standing == standing
    assert phrase(found) == said


def test_before_a_bout_nothing_is_judged() -> None:
    found = line(Story(validation=validation(), training=training()))
    assert found.standing == "unjudged"
    assert phrase(found) == "ready for the bout"
    assert verdict([found.standing]) is None


def test_many_in_a_phrase_best_first() -> None:
    assert tally(["loss", "win", "win", "error", "first", "win"]) == "3 wins, 1 first champion, 1 loss, 1 error"
    assert tally([]) == ""


@pytest.mark.parametrize(
    ("standings", "end"),
    [
        (["win", "first"], "success"),
        (["win", "inconclusive"], "neutral"),
        (["win", "inconclusive", "loss"], "failure"),
        (["win", "error"], "failure"),
        (["refused"], "failure"),
        (["unjudged"], "neutral"),
        ([], "neutral"),
    ],
)
def test_how_a_check_over_them_ends(standings: list[Standing], end: str) -> None:
    assert conclusion(standings) == end


def test_the_worst_decides() -> None:
    assert worst(["win", "loss", "inconclusive"]) == "loss"
    assert verdict(["win", "refused"]) == "first"
    assert verdict(["first", "win"]) == "first"
    assert worst([]) == "unjudged"


def test_every_standing_has_a_mark_and_a_place() -> None:
    for standing in WORST_FIRST:
        assert mark(standing)
        assert phrase(Line(standing, ""))

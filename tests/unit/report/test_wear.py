from __future__ import annotations

import msgspec
import pytest

from modelbout.evidence import Sealed, Wear
from modelbout.report.sections.wear import render
from modelbout.report.story import Story
from tests.unit.report import stories

FRESH = Wear(bouts=0, promotions=1, policy="fixed", level=0.025)
SPENT = Wear(
    bouts=21, promotions=1, policy="strict", level=0.00125, budget=20, left=0, explanation="It is *spent* @all."
)


def told(**changes: object) -> str | None:
    return render(Story(bout=stories.bout(**changes)))  # type: ignore[arg-type]


def test_without_a_champion_or_wear_there_is_nothing_to_say() -> None:
    assert told() is None
    assert told(wear=FRESH, champion=None) is None
    assert render(Story()) is None
    refused = stories.validation(stories.BROKEN, created=stories.LATER)
    assert render(Story(validation=refused, bout=stories.bout(wear=FRESH))) is None


def test_a_fixed_level_has_no_budget() -> None:
    found = told(wear=FRESH)
    assert found is not None
    assert "| Judged on them before | 0 other challengers |" in found
    assert "budget" not in found
    assert "one-sided 2.5 % (policy `fixed`)" in found
    assert "sealed" not in found.lower()


def test_a_spent_holdout_says_so_and_names_cannot_break_out() -> None:
    found = told(wear=SPENT)
    assert found is not None
    assert "| 21 other challengers, budget 20 \u2588" in found
    assert "one-sided 0.125 %" in found
    assert "- It is &#42;spent&#42; `@all.`" in found


@pytest.mark.parametrize(
    ("sealed", "line"),
    [
        (Sealed(rows=40, open_rows=60, opened=False), "40 of 100, opened only for a winner"),
        (Sealed(rows=40, open_rows=60, opened=True, passed=True), "40 of 100, opened: \u2705 holds"),
        (Sealed(rows=40, open_rows=60, opened=True, passed=False), "40 of 100, opened: \u2754 not settled"),
    ],
)
def test_sealed_rows(sealed: Sealed, line: str) -> None:
    found = told(wear=FRESH, sealed=sealed)
    assert found is not None
    assert f"| Sealed rows | {line} |" in found


def test_the_anchor_is_named_and_explained_while_it_does_not_hold() -> None:
    story = stories.worn()
    assert story.bout is not None
    assert story.bout.anchor is not None
    found = render(story)
    assert found is not None
    assert "| First champion on them | `v1.0.0`, at most 0.5 points worse: \u2754 not settled |" in found
    assert "- Against the anchor: ROC AUC" in found
    held = msgspec.structs.replace(
        story.bout.anchor, result=msgspec.structs.replace(story.bout.anchor.result, status="holds")
    )
    fine = render(Story(bout=msgspec.structs.replace(story.bout, anchor=held)))
    assert fine is not None
    assert "Against the anchor" not in fine

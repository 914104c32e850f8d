"""Sections of the comment for tests: any story under any model's name, from any run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.github.comment.body import House, Section, section
from modelbout.github.comment.state import State
from modelbout.report.overview import line
from modelbout.report.render import parts
from tests.unit.report.stories import STORIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.report.plot import Plot
    from modelbout.report.story import Story

OLD, HEAD, OTHER = "0" * 40, "a1" * 20, "b2" * 20
HOUSE = House("octo/churn", "https://github.com", ("https://raw.githubusercontent.com/octo/churn/",))
RUN = 12_345_678_901


def story_of(model: str, kind: str = "win") -> Story:
    story = STORIES[kind]()
    named = {
        name: msgspec.structs.replace(result, model=model)
        for name in ("validation", "training", "bout", "promotion")
        if (result := getattr(story, name)) is not None
    }
    return replace(story, **named)


def told(
    model: str,
    kind: str = "win",
    *,
    head: str = HEAD,
    run: int = RUN,
    attempt: int = 1,
    plots: Sequence[Plot] = (),
) -> Section:
    """Return the section of a model as a job would bring it."""
    story = story_of(model, kind)
    state = State(model=model, head=head, run=run, attempt=attempt, told=line(story))
    return section(state, parts(story, plots=plots))


def many(count: int, **changes: int) -> list[Section]:
    """Return sections of that many models, all kinds of stories in turn."""
    kinds = sorted(STORIES)
    return [told(f"model-{number:03d}", kinds[number % len(kinds)], **changes) for number in range(count)]  # type: ignore[arg-type]

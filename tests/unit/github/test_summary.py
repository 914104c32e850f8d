"""The job's summary: complete when it fits, never above GitHub's limit, and what is missing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from modelbout.errors import RegistryError
from modelbout.github.runner import Runner
from modelbout.github.summary import STEP_LIMIT, write
from modelbout.report.render import render, sections
from modelbout.report.story import Story
from tests.unit.report import stories

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(summary=tmp_path / "summary.md")


def text(runner: Runner) -> str:
    assert runner.summary is not None
    written = runner.summary.read_bytes()
    assert len(written) <= STEP_LIMIT
    return written.decode()


def many(count: int) -> list[Story]:
    found = []
    for number in range(count):
        story = stories.win()
        assert story.bout is not None
        assert story.validation is not None
        assert story.training is not None
        name = f"model-{number}"
        found.append(
            Story(
                msgspec.structs.replace(story.validation, model=name),
                msgspec.structs.replace(story.training, model=name),
                msgspec.structs.replace(story.bout, model=name),
            )
        )
    return found


def test_nothing_is_written_on_a_laptop() -> None:
    assert write(Runner(), "text")
    assert write(Runner(), many(1), notes=["x"])


def test_the_full_report_is_there(runner: Runner) -> None:
    assert write(runner, [stories.win()], notes=["There is no comment: <b> @octocat."])
    body = render(stories.win()).partition("\n\n")[2]
    assert body.strip() in text(runner)
    assert "&lt;b" in text(runner) or "&#60;b" in text(runner)
    assert "\n> There is no comment" in text(runner)


def test_a_second_piece_is_appended(runner: Runner) -> None:
    assert write(runner, "### One\n")
    assert write(runner, "### Two")
    assert text(runner) == "### One\n\n### Two\n\n"


def test_over_the_limit_parts_leave_in_the_order_of_the_report(runner: Runner) -> None:
    assert not write(runner, many(250))
    page = text(runner)
    ranked = sorted((section.DROP, section.TITLE) for section in sections() if section.DROP is not None)
    (left,) = [line for line in page.splitlines() if line.startswith("> Left out to fit: ")]
    named = left.removeprefix("> Left out to fit: ").partition(". ")[0].split(", ")
    assert named
    # Those that have nothing to say in these stories can leave unseen.
    last = max(rank for rank, title in ranked if title in named)
    assert set(named) <= {title for rank, title in ranked if rank <= last}
    assert [title for title in ("leaks", "scores", "guardrails") if title in named] == []
    assert all(f"model-{number}" in page for number in (0, 249))


def test_thousands_of_models_keep_headlines_and_the_rest_is_counted(runner: Runner) -> None:
    assert runner.summary is not None
    runner.summary.write_bytes(b"x" * (STEP_LIMIT - 20_000))
    assert not write(runner, many(100))
    page = text(runner)
    assert "models have no room at all" in page
    assert "Left out to fit: all but the verdicts." in page


def test_a_piece_without_room_is_said_to_be_missing(runner: Runner) -> None:
    assert not write(runner, "x" * (STEP_LIMIT + 1))
    assert "no room here" in text(runner)
    assert write(runner, "small")
    assert "small" in text(runner)


def test_a_full_summary_stays_below_the_limit(runner: Runner) -> None:
    assert runner.summary is not None
    runner.summary.write_bytes(b"x" * STEP_LIMIT)
    assert not write(runner, "more")
    assert not write(runner, many(2), notes=["why"] * 50)
    assert len(runner.summary.read_bytes()) == STEP_LIMIT


def test_a_summary_that_cannot_be_written_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="summary cannot be written"):
        write(Runner(summary=tmp_path), "x")

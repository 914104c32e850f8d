"""Results in, Markdown out, within the budget of a comment: whole sections leave, nothing is cut in its middle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from modelbout import catalogue
from modelbout.report.escape import code, marker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.report.plot import Plot
    from modelbout.report.story import Story

COMMENT_BUDGET = 65_536
"""UTF-8 bytes of one comment: GitHub's own error names this number of characters, and bytes are the safe reading."""

LEAST_BUDGET = 32_768
"""Bytes that the sections which never leave need at the very most, with the hardest names: held by a test."""

FULL_REPORT = "report.md"

_SECTIONS = "modelbout.report.sections"


class Section(Protocol):
    """One part of the report: a module in ``sections/``.

    Attributes:
        ORDER: where it stands; smaller is higher up.
        TITLE: what the line about sections that were left out calls it.
        DROP: the smallest leaves first when the budget is short; None never leaves.
    """

    ORDER: int
    TITLE: str
    DROP: int | None

    def render(self, story: Story) -> str | None:
        """Return the section's Markdown without blank lines at its ends, or None when it has nothing to say."""


@cache
def sections() -> tuple[Section, ...]:
    """Return all sections in the order of the report."""
    found = [cast("Section", catalogue.member(_SECTIONS, name)) for name in catalogue.names(_SECTIONS)]
    return tuple(sorted(found, key=lambda section: section.ORDER))


@dataclass(frozen=True)
class Part:
    """One section as it came out for one story.

    Attributes:
        name: the section's ``TITLE``.
        drop: its ``DROP``: the smallest leaves first, None never.
        markdown: the text, without blank lines at its ends; no line of it starts with ``<!--``.
    """

    name: str
    drop: int | None
    markdown: str


def parts(story: Story, *, plots: Sequence[Plot] = ()) -> tuple[Part, ...]:
    """Return all that the report of one run says, part by part and whatever its size.

    Raises:
        ValueError: the story is empty.
    """
    told = replace(story, plots=tuple(plots)) if plots else story
    return tuple(
        Part(section.TITLE, section.DROP, written)
        for section in sections()
        if (written := section.render(told)) is not None
    )


def render(
    story: Story, *, budget: int = COMMENT_BUDGET, plots: Sequence[Plot] = (), full_report: str = FULL_REPORT
) -> str:
    """Return the report of one run as GitHub-flavoured Markdown, ending in a newline.

    Args:
        story: the results; those of stages that did not run are None.
        budget: the most UTF-8 bytes that come out.
        plots: pictures beside the report.
        full_report: where a reader finds what had to be left out.

    Raises:
        ValueError: the story is empty, or the budget is below ``LEAST_BUDGET``.
    """
    if budget < LEAST_BUDGET:
        raise ValueError(f"a report needs a budget of at least {LEAST_BUDGET} bytes, not {budget}")
    head = marker(story.model)
    written = parts(story, plots=plots)
    leaving = sorted((part.drop, part.name) for part in written if part.drop is not None)
    gone: list[str] = []
    while True:
        kept = [part.markdown for part in written if part.name not in gone]
        if gone:
            named = [part.name for part in written if part.name in gone]
            kept.append(f"> Left out to fit: {', '.join(named)}. The full report is in {code(full_report)}.")
        page = "\n\n".join([head, *kept]) + "\n"
        if len(page.encode()) <= budget:
            return page
        gone.append(leaving.pop(0)[1])

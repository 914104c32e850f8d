"""Which parts of a comment leave first when it grows too large, for all models alike."""

from __future__ import annotations

from functools import cache

from modelbout.report.render import sections

COMMENT_BUDGET = 65_536
"""UTF-8 bytes of a comment: GitHub's own error names this number of characters, and bytes are the safe reading."""

HEADLINE = "verdict"
"""The part that leaves last: the mark and the three sentences."""

UNKNOWN = 1
"""Rank of a part that this version does not know: another version wrote it, and it leaves first."""

OTHER = 1_000
"""Rank of the parts that a report of its own never loses, the error for one."""

LAST = 1_001
"""Rank of the headline; without it a model has its line in the overview alone."""


@cache
def ranks() -> dict[str, int]:
    """Return every part's rank by its name: the smallest leaves first."""
    found = {section.TITLE: OTHER if section.DROP is None else section.DROP for section in sections()}
    return {**found, HEADLINE: LAST}


def rank(name: str) -> int:
    """Return when a part leaves: the smallest rank first."""
    return ranks().get(name, UNKNOWN)


def up_to(level: int) -> tuple[str, ...]:
    """Return the names of all parts that have left at this level, in the order of leaving."""
    return tuple(name for name in sorted(ranks(), key=rank) if rank(name) <= level)

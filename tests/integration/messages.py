"""The messages that the page on troubleshooting explains."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "troubleshooting.md"
GAP = "\N{HORIZONTAL ELLIPSIS}"


@cache
def messages() -> tuple[str, ...]:
    """Return the messages of the page, in its order: the code in the first column of its tables."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return tuple(message for row in rows for message in re.findall(r"`([^`]+)`", row.split(" | ")[0]))


def is_explained(problem: str) -> bool:
    """Say whether the page has a row for what was printed."""
    return any(
        re.search(".*".join(re.escape(piece.strip()) for piece in message.split(GAP)), problem, re.DOTALL)
        for message in messages()
    )

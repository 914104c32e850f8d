"""Small drawings made of characters: a bar for a share, an interval on a line with its zero."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from modelbout.report.escape import Markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modelbout.evidence import Estimate

BAR_WIDTH = 20
LINE_WIDTH = 17
"""Characters; odd, so that zero has a place of its own in the middle. Our own choice."""

_STEPS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
_EIGHTHS = " \u258f\u258e\u258d\u258c\u258b\u258a\u2589"
_FULL = "\N{FULL BLOCK}"
_GROUND, _ZERO, _SPAN, _POINT = (
    "\N{MIDDLE DOT}",
    "\N{BOX DRAWINGS LIGHT VERTICAL}",
    "\N{BOX DRAWINGS LIGHT HORIZONTAL}",
    ("\N{BLACK CIRCLE}"),
)
_LEFT_END, _RIGHT_END = "\N{BLACK LEFT-POINTING SMALL TRIANGLE}", "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"


def bar(share: float, *, width: int = BAR_WIDTH) -> Markdown:
    """Return a bar for a share between 0 and 1; a share that is not zero shows at least a sliver."""
    if not math.isfinite(share) or share <= 0:
        return Markdown()
    eighths = max(round(min(share, 1.0) * width * 8), 1)
    return Markdown((_FULL * (eighths // 8) + _EIGHTHS[eighths % 8]).strip())


def columns(shares: Sequence[float], most: float) -> Markdown:
    """Return a small histogram as a code span, one character a share; ``most`` fills the height, zero is a dot."""
    if not most > 0 or not all(math.isfinite(share) for share in shares):
        return Markdown()
    steps = (math.ceil(len(_STEPS) * min(max(share, 0.0) / most, 1.0)) for share in shares)
    return Markdown(f"`{''.join(_STEPS[step - 1] if step else _GROUND for step in steps)}`")


def scale(estimates: Iterable[Estimate]) -> float:
    """Return the largest distance from zero that a set of lines must show; 0 when there is nothing to show."""
    ends = [
        abs(end)
        for estimate in estimates
        for end in (estimate.value, *((estimate.interval.low, estimate.interval.high) if estimate.interval else ()))
        if math.isfinite(end)
    ]
    return max(ends, default=0.0)


def line(estimate: Estimate | None, reach: float, *, width: int = LINE_WIDTH) -> Markdown:
    """Return a difference and its interval on a line from ``-reach`` to ``reach``, as a code span.

    What lies beyond the line ends in a small triangle.
    """
    if estimate is None or not reach > 0 or not math.isfinite(estimate.value):
        return Markdown()
    middle = width // 2

    def place(value: float) -> int:
        return middle + round(max(-1.0, min(1.0, value / reach)) * middle)

    cells = [_GROUND] * width
    interval = estimate.interval
    if interval is not None:
        for cell in range(place(interval.low), place(interval.high) + 1):
            cells[cell] = _SPAN
    cells[middle] = _ZERO
    cells[place(estimate.value)] = _POINT
    if interval is not None and interval.low < -reach:
        cells[0] = _LEFT_END
    if interval is not None and interval.high > reach:
        cells[-1] = _RIGHT_END
    return Markdown(f"`{''.join(cells)}`")

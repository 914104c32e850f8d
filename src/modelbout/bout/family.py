"""Several conditions that are judged together: what is broken for sure, and not by the chance that many give."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def surely_broken(broken: Sequence[Callable[[float], bool]], *, confidence: float) -> list[bool]:
    """Tell which conditions are broken for sure, wrongly about any of them in at most ``alpha`` of all bouts.

    Holm's step-down procedure (Holm 1979, A simple sequentially rejective multiple test procedure), by intervals
    instead of p-values: a condition is broken at a level when its interval of that level lies wholly beyond the limit.
    With k conditions left, each has to be broken at alpha / k; those that are leave, and the others meet a wider level.

    Args:
        broken: for each condition, whether it is broken by its two-sided interval of a confidence.
        confidence: two-sided level of a single interval; alpha is half of the rest.
    """
    alpha = (1 - confidence) / 2
    sure = [False] * len(broken)
    while not all(sure):
        at = 1 - 2 * alpha / sure.count(False)
        found = [place for place, test in enumerate(broken) if not sure[place] and test(at)]
        if not found:
            break
        for place in found:
            sure[place] = True
    return sure

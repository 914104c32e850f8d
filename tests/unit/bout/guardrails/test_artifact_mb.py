from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import Match, guardrail

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet


def test_length_is_known_exactly_and_needs_no_champion(
    draw: Callable[..., Sheet], ring_of: Callable[..., Ring]
) -> None:
    found = guardrail("artifact_mb")
    mine = draw("binary", rows=30)
    measured = found.measure(Match(ring_of(mine, None, artifact_bytes=12_345_678), mine, None))
    assert not found.needs_champion
    assert measured.value == 12.345678
    assert measured.interval is not None
    assert (measured.interval.low, measured.interval.high) == (12.345678, 12.345678)

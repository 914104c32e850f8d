"""Whether the challenger looks at other columns than the champion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, exactly, unmeasured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.bout.guardrail import Match
    from modelbout.bout.ring import Corner
    from modelbout.evidence import Estimate

SHOWN = 3  # columns that are named


def measure(match: Match) -> Estimate:
    """Return which share of what moves the answers has moved to other columns: the total variation distance."""
    return exactly(sum(abs(change) for change in _changes(match).values()) / 2)


def note(match: Match) -> str:
    """Return the columns whose share changed most."""
    changes = {name: change for name, change in _changes(match).items() if abs(change) >= 0.005}  # noqa: PLR2004 -- shown as 0 otherwise
    largest = sorted(changes, key=lambda name: (-abs(changes[name]), name))[:SHOWN]
    return f"Most of it: {', '.join(f'{name} {changes[name]:+.2f}' for name in largest)}." if largest else ""


def _changes(match: Match) -> dict[str, float]:
    mine, theirs = _shares(match.ring.challenger, "challenger"), _shares(match.ring.champion, "champion")
    return {name: mine.get(name, 0.0) - theirs.get(name, 0.0) for name in {*mine, *theirs}}


def _shares(corner: Corner | None, who: str) -> Mapping[str, float]:
    shares = None if corner is None else corner.measured.importances
    if not shares:
        raise unmeasured(
            "importance_shift",
            f"the {who}'s bundle does not say what moves its answers",
            "importances in both bundles' profiles",
            fix="Take importance_shift out until both were trained by this version, on 20 holdout rows or more.",
        )
    return shares


GUARDRAIL = CornerGuardrail(
    title="Importance shift",
    unit="",
    needs_champion=True,
    measure=measure,
    group="Against the champion",
    needs=frozenset({"importances"}),
    note=note,
)

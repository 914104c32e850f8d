"""How many inputs differ from the champion's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, exactly, unmeasured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.bout.guardrail import Match
    from modelbout.bout.ring import Corner
    from modelbout.evidence import Estimate

SHOWN = 5  # columns that are named of each kind


def measure(match: Match) -> Estimate:
    """Return the number of inputs that were added, removed or have another type."""
    return exactly(float(sum(len(names) for names in _changes(match).values())))


def note(match: Match) -> str:
    """Return which inputs they are."""
    told = []
    for kind, names in _changes(match).items():
        rest = len(names) - SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        told += [f"{kind}: {', '.join(names[:SHOWN])}{more}"] if names else []
    return f"Inputs {'; '.join(told)}." if told else ""


def _changes(match: Match) -> dict[str, list[str]]:
    mine, theirs = _types(match.ring.challenger), _types(match.ring.champion)
    return {
        "added": [name for name in mine if name not in theirs],
        "removed": [name for name in theirs if name not in mine],
        "of another type": [name for name in mine if name in theirs and mine[name] != theirs[name]],
    }


def _types(corner: Corner | None) -> Mapping[str, str]:
    inputs = None if corner is None else corner.measured.inputs
    if inputs is None:
        raise unmeasured("signature_changes", "the signature of a model is not known", "both bundles' signatures")
    return {feature.name: feature.type for feature in inputs}


GUARDRAIL = CornerGuardrail(
    title="Changed inputs",
    unit="inputs",
    needs_champion=True,
    measure=measure,
    group="Against the champion",
    note=note,
)

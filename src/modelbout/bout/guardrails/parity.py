"""Whether a row gets the same answer alone as in a batch, and whatever the order of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, exactly, unmeasured

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.bout.measurements import Parity
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the largest difference of an answer."""
    found = _found(match)
    if found.alone is None:
        raise unmeasured(
            "parity",
            f"the challenger does not answer each of {found.rows} rows alone",
            "an answer to one row as to many",
            fix="Mend the pipeline: a service asks for one row at a time, and a column's type may differ there.",
        )
    return exactly(max(found.alone, found.permuted or 0.0))


def note(match: Match) -> str:
    """Return how the model takes columns in another order."""
    found = _found(match)
    if found.permuted is None:
        return "Columns in another order are refused."
    return "Columns in another order change the answer." if found.permuted > (found.alone or 0.0) else ""


def _found(match: Match) -> Parity:
    found = match.ring.challenger.measured.parity
    if found is None:
        raise unmeasured("parity", "the challenger was not asked row by row", "a challenger with inputs")
    return found


GUARDRAIL = CornerGuardrail(
    title="Row against batch",
    unit="",
    needs_champion=False,
    measure=measure,
    group="Safe answers",
    needs=frozenset({"parity"}),
    note=note,
)

"""Check ``nan``: at most this share of the rows is NaN; nulls are then counted apart from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, field_of
from modelbout.contract.portions import compare_shares, of_share, read_share

if TYPE_CHECKING:
    from modelbout.contract.kind import Answers, Change, Table
    from modelbout.contract.model import Rule


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count NaN; a column that is no float can hold none."""
    field = field_of(rule, table)
    share = cast("float", rule.value)
    if field is None or not field.floating or share >= 1:
        return None
    # By this name the rules `nulls` and `infinite` count it too.
    counted = f"nan:{field.name}"

    def failed(found: Answers, _rows: int) -> int:
        return int(found[counted])

    return Measure(
        columns=(field.name,),
        failed=failed,
        message=of_share(f"of {quoted(field.name)} are NaN", share),
        fix="Look for 0/0, or for a logarithm or root of a negative number, where the column is made; or raise `nan:`.",
        counts={counted: nw.col(field.name).is_nan().sum()},
        failing=nw.col(field.name).is_nan(),
        tolerance=share,
    )


def compare(old: float | None, new: float | None) -> Change:
    """Compare two shares; without one ``nulls`` counts NaN, so that both to add and to drop the rule may ask more."""
    if old is None or new is None:
        stated = new if old is None else old
        if stated is None:
            return "same"
        # Without a rule NaN is refused by `nulls: 0`, or not at all: only the ends can be told without that share.
        return "looser" if stated == (1 if old is None else 0) else "tighter"
    return compare_shares(old, new)


CHECK: Final = Check(
    key="nan",
    scope="column",
    summary="Largest share of rows that are NaN; `nulls` then counts nulls only.",
    schema={"type": "number", "minimum": 0, "maximum": 1},
    read=read_share,
    measure=measure,
    compare=compare,
    types=frozenset({"integer", "number"}),
    long=NO_TOLERANCE,
)

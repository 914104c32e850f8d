"""Check ``conflicting_labels``: rows that are alike in every feature have the same target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, of_rows
from modelbout.contract.parts import column_in
from modelbout.contract.repeats import NAMES, Allowed, comparable, compare_most, most_of, name_of, names_of, rule_schema
from modelbout.data.engines.engine import RAW, ROW

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Context, Table
    from modelbout.contract.model import Rule

_LOW: Final = f"{RAW}\nlowest label"
_HIGH: Final = f"{RAW}\nhighest label"
_SIZE: Final = f"{RAW}\nalike"


@dataclass(frozen=True)
class Labels(Allowed):
    """How many rows may have another target than a row with the same features; ``target`` None = the model's own."""

    target: str | None = None
    ignore: tuple[str, ...] = ()


def read(node: Node, context: Context) -> Labels:
    """Read ``0``, ``0.01`` or ``{max: 0.01, target: churn, ignore: [id]}``."""
    most, keys = most_of(node, ("target", "ignore"))
    target = column_in(keys["target"], context) if "target" in keys else None
    return Labels(most, target, names_of(keys, "ignore", context))


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows of all groups of equal features in which not every target is the same."""
    value = cast("Labels", rule.value)
    target = value.target or table.setting.target
    if target is None:
        return _unasked("no target is named, here or in modelbout.yaml")
    label = table.fields.get(target)
    if label is None or label.type is None:
        return None
    fields = comparable(table, {target, *value.ignore, *table.setting.unused})
    if not fields:
        return _unasked("no feature is left to compare rows by")
    names = [field.name for field in fields]
    # Not every engine has an order for true and false.
    told = label.value().cast(nw.Int64) if label.type == "boolean" else label.value()
    size, groups = f"{name_of(value)} size", f"{name_of(value)} groups"

    def conflicts(frame: nw.LazyFrame[Any], *more: nw.Expr) -> nw.LazyFrame[Any]:
        present = frame.filter(label.present()).with_columns(told.alias(_LOW))
        alike = present.group_by(*names).agg(
            nw.len().alias(_SIZE), nw.col(_LOW).max().alias(_HIGH), nw.col(_LOW).min(), *more
        )
        return alike.filter(nw.col(_LOW) != nw.col(_HIGH))

    def query(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return conflicts(frame).select(nw.col(_SIZE).sum().alias(size), nw.len().alias(groups))

    def tell(answers: Answers, rows: int) -> str:
        share = f"{answers[size]:,} of {rows:,} rows ({answers[size] / rows:.2%})"
        return (
            f"{share} have the features of a row with another {quoted(target)}, "
            f"in {answers[groups]:,} groups of rows that are alike in {len(names):,} features"
        )

    return Measure(
        columns=(target,),
        failed=lambda answers, _rows: int(answers[size]),
        message=of_rows("are in conflict"),
        tell=tell,
        fix="No model can get both of two such rows right: correct the labels, add the feature that tells them apart, "
        "or allow a share with `conflicting_labels:`.",
        query=query,
        rows=lambda frame: conflicts(frame, nw.col(ROW).min()).select(ROW),
        tolerance=value.max,
    )


def _unasked(why: str) -> Measure:
    return Measure(
        columns=(),
        failed=lambda _answers, _rows: 1,
        message=lambda _failed, _total: f"labels were not compared: {why}",
        fix="Name the column below `conflicting_labels:` as `target:`, or shorten `ignore:`.",
        total=0,
        tolerance=0,
    )


CHECK: Final = Check(
    key="conflicting_labels",
    scope="table",
    summary="How many rows may have the features of a row with another target, as a share or a number.",
    schema=rule_schema(target={"type": "string", "minLength": 1}, ignore=NAMES),
    read=read,
    measure=measure,
    compare=compare_most,
    # The value is a tolerance already.
    long=NO_TOLERANCE,
)

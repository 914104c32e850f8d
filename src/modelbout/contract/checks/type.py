"""Check ``type``: the column holds what it says, in every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import narwhals as nw

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import quoted
from modelbout.contract.kind import NO_ROWS, Check, Measure, of_rows, refuse, same_zone
from modelbout.manifest import ColumnType

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Field, Table
    from modelbout.contract.model import Rule

TYPES: Final = get_args(ColumnType)

# The first number beyond 64 bits.
_INTEGERS: Final = 2.0**63
_TEXT: Final = " Texts are read as dates by their `format:`, such as `%Y-%m-%d`."

# What people write who know another tool.
_ALIASES: Final = {
    "int": "integer",
    "int64": "integer",
    "float": "number",
    "float64": "number",
    "double": "number",
    "decimal": "number",
    "str": "string",
    "text": "string",
    "varchar": "string",
    "bool": "boolean",
    "timestamp": "datetime",
}


def read(node: Node, _context: Context) -> ColumnType:
    """Read one of the six types."""
    if node.kind == "scalar" and node.text in TYPES:
        return node.text  # type: ignore[return-value]  # it is one of the literals
    allowed = ", ".join(TYPES)
    if node.kind != "scalar":
        raise refuse(node, f"the type is a {'list' if node.kind == 'sequence' else 'mapping'}", allowed)
    alias = _ALIASES.get(node.text.casefold())
    fix = f"Did you mean `{alias}`?" if alias else did_you_mean(node.text, TYPES).strip()
    raise refuse(node, f"{quoted(node.text)} is no type", allowed, fix)


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the values that are none of the type, or refuse the type that the table was stored with."""
    field = table.fields.get(rule.column or "")
    if field is None:
        return None
    if not same_zone(field.zone, field.declared_zone) and field.type == field.declared:
        return _other_zone(field)
    shown = quoted(field.name)
    if not field.usable:
        return _whole_column(
            field,
            f"is stored as {field.stored}, not as {rule.value}; its other rules were not run",
            f"Write the file with {shown} as {rule.value}, or correct `type` if {field.stored} is right."
            + (_TEXT if field.type == "string" and rule.value in ("date", "datetime") else ""),
        )
    if field.raw is not None:
        unread = ~nw.col(field.raw).is_null() & nw.col(field.name).is_null()
        return Measure(
            columns=(field.name,),
            failing=unread,
            message=of_rows(f"of {shown} cannot be read as {rule.value}"),
            fix=_fix(rule, table),
        )
    return _broken(field) if rule.value == "integer" and field.type == "number" else None


def _whole_column(field: Field, what: str, fix: str) -> Measure:
    return Measure(
        columns=(field.name,),
        failed=lambda _counts, rows: max(rows, 1),
        message=lambda _failed, _total: f"column {quoted(field.name)} {what}",
        fix=fix,
    )


def _other_zone(field: Field) -> Measure:
    """Refuse moments in another zone than declared: the bounds of the contract are meant in the declared one."""
    shown, stored, declared = quoted(field.name), quoted(field.zone or ""), quoted(field.declared_zone or "")
    if field.zone is None:
        what = f"is stored without a time zone, and {declared} is declared"
        return _whole_column(field, what, f"Write the file with {shown} in {declared}, or remove `timezone:`.")
    if field.declared_zone is None:
        what = f"is stored in the time zone {stored}, and none is declared"
        return _whole_column(field, what, f"Add {stored} as `timezone:`, or write the file without a zone.")
    what = f"is stored in the time zone {stored}, not in {declared}; its other rules were not run"
    return _whole_column(field, what, f"Write {stored} as `timezone:`, or the file with {shown} in {declared}.")


def _broken(field: Field) -> Measure:
    """Count what is no whole number of 64 bits among floats or decimals; a row without a value does not fail."""
    value = field.value()
    # Beyond them are infinities too, which some engines cannot round.
    fits = nw.when((value >= -_INTEGERS) & (value < _INTEGERS)).then(value)
    return Measure(
        columns=(field.name,),
        failing=field.present() & (fits.is_null() | (fits.round(0) != fits)),
        message=of_rows(f"of {quoted(field.name)}, stored as {field.stored}, are no whole numbers"),
        fix="Round where the column is made, or write `type: number` if fractions are right.",
    )


def _fix(rule: Rule, table: Table) -> str:
    missing = ", ".join(f'"{text}"' for text in dict.fromkeys((*table.contract.missing, " ")))
    column = table.contract.column(rule.column or "")
    if rule.value in ("date", "datetime") and column is not None and column.format is None:
        return "Say how it is written with `format:` (such as `%d/%m/%Y`), or mend the cells."
    return (
        f"Mend the cells. If they stand for no value (a blank, for instance), list them below `read:` as "
        f"`missing: [{missing}]` and allow their share with `nulls:` in this column."
    )


def compare(old: str | None, new: str | None) -> Change:
    """Compare two types: whoever reads the column meets another one."""
    return "same" if old == new else "tighter"


CHECK: Final = Check(
    key="type",
    scope="column",
    summary="What every value of the column is.",
    schema={"enum": list(TYPES)},
    read=read,
    measure=measure,
    compare=compare,
    long=NO_ROWS,
    breaks="its readers meet another type",
)

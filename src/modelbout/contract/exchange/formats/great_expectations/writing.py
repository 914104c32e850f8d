"""From a contract to a suite of expectations of version 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.exchange.draft import ref
from modelbout.contract.exchange.formats.great_expectations.reading import TITLE
from modelbout.contract.exchange.outgoing import Outgoing, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelbout.contract.condition import Condition
    from modelbout.contract.exchange.form import Exported
    from modelbout.contract.model import Column, Contract, Rule
    from modelbout.manifest import ColumnType

# The version whose reader these files were tried with.
VERSION: Final = "1.24.1"
_TYPES: Final[Mapping[ColumnType, tuple[str, ...]]] = {
    "integer": ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "Int64", "INTEGER", "BIGINT"),
    "number": ("float16", "float32", "float64", "Float64", "int64", "FLOAT", "DOUBLE", "DOUBLE_PRECISION"),
    # Great Expectations 1.24 has no name for the texts of pandas 3, and would refuse each of them.
    "string": (),
    "boolean": ("bool", "boolean", "BOOLEAN"),
    "date": ("date", "DATE", "datetime64[ns]", "datetime64[us]", "datetime64[s]"),
    "datetime": ("datetime64[ns]", "datetime64[us]", "datetime64[s]", "datetime", "TIMESTAMP", "DATETIME"),
}
_CARRIES: Final = ("level", "reason")
_MOSTLY: Final = (*_CARRIES, "tolerance", "where")
_SPANS: Final = {
    "mean": "expect_column_mean_to_be_between",
    "median": "expect_column_median_to_be_between",
    "std": "expect_column_stdev_to_be_between",
    "sum": "expect_column_sum_to_be_between",
}


def write(contract: Contract, name: str) -> Exported:
    """Write a suite."""
    out = Outgoing(contract, TITLE)
    out.keep("table description")
    expectations = [one for one in _of_table(out, contract) if one]
    for column in contract.columns:
        expectations += [one for one in _of_column(out, column) if one]
    suite = {
        "name": name,
        "id": None,
        "expectations": expectations,
        "meta": {"great_expectations_version": VERSION},
        "notes": contract.description or None,
    }
    return out.finish(json.dumps(suite, indent=2, ensure_ascii=False) + "\n")


def _expect(kind: str, rule: Rule | None, **kwargs: object) -> dict[str, Any]:
    made: dict[str, Any] = {"type": kind, "kwargs": kwargs, "meta": {}}
    if rule is not None and rule.reason:
        made["notes"] = rule.reason
    made["severity"] = "warning" if rule is not None and rule.level == "warn" else "critical"
    return made


def _of_table(out: Outgoing, contract: Contract) -> Iterator[dict[str, Any] | None]:
    names = [column.name for column in contract.columns]
    everywhere = all((rule := column.rule("required")) is not None and rule.value for column in contract.columns)
    for rule in out.take(contract.table, "unexpected", carries=_CARRIES):
        if everywhere:
            made = _expect("expect_table_columns_to_match_set", rule, column_set=names, exact_match=True)
            yield {**made, "severity": "warning" if rule.value == "warn" else "critical"}
        else:
            out.lose_rule(rule, "Great Expectations asks for all columns there, and some may be missing here")
    for rule in out.take(contract.table, "rows", carries=_CARRIES):
        height: Any = rule.value
        if height.reference is not None:
            out.lose_part(rule, "reference", "Great Expectations knows no champion")
        ends = {"min_value": height.min, **({} if height.max is None else {"max_value": height.max})}
        yield _expect("expect_table_row_count_to_be_between", rule, **ends)
    for rule in out.take(contract.table, "compound", carries=_CARRIES):
        keys = list(cast("tuple[str, ...]", rule.value))
        kind = "expect_compound_columns_to_be_unique"
        yield _expect(kind, rule, column_list=keys, ignore_row_if="any_value_is_missing")
    for rule in out.take(contract.table, "expression", carries=_CARRIES):
        yield _expression(out, rule)


def _expression(out: Outgoing, rule: Rule) -> dict[str, Any] | None:
    """Return an expectation on two columns, or on a column and a value; None, and told, for any other expression."""
    term = cast("Condition", rule.value).term
    sides = [(side.op, side.value) for side in term.args[:2]]
    match term.op, sides:
        case ((">" | ">=" | "<" | "<=" as sign), [("column", left), ("column", right)]):
            first, second = (left, right) if sign[0] == ">" else (right, left)
            kind = "expect_column_pair_values_a_to_be_greater_than_b"
            ignored = "either_value_is_missing"
            made = {"column_A": first, "column_B": second, "or_equal": sign.endswith("="), "ignore_row_if": ignored}
            return _expect(kind, rule, **made)
        case "==", [("column", left), ("column", right)]:
            kind, ignored = "expect_column_pair_values_to_be_equal", "either_value_is_missing"
            return _expect(kind, rule, column_A=left, column_B=right, ignore_row_if=ignored)
        case ((">" | "<" as sign), [("column", left), ("literal", value)]):
            end = "min" if sign == ">" else "max"
            bound = {f"{end}_value": whole(value), f"strict_{end}": True}
            return _expect("expect_column_values_to_be_between", rule, column=left, **bound)
        case "not", _ if term.args[0].op == "in" and term.args[0].args[0].op == "column":
            column, *values = term.args[0].args
            listed = [whole(value.value) for value in values]
            return _expect("expect_column_values_to_not_be_in_set", rule, column=column.value, value_set=listed)
    out.lose_rule(rule, "Great Expectations compares two columns, or a column with values, and no more")
    return None


def _of_column(out: Outgoing, column: Column) -> Iterator[dict[str, Any] | None]:
    name = column.name
    required = out.one(column, "required", carries=_CARRIES)
    if required is not None:
        yield _expect("expect_column_to_exist", required, column=name)
    else:
        out.lose(column.place, "`required: false`", "an expectation on a column that is gone fails")
    nulls = column.rule("nulls")
    nullable = nulls is None or nulls.value != 0
    # pandas has whole numbers with gaps as floats, and booleans with gaps as objects.
    gaps = {"integer": ("float64",), "boolean": ("object",)}.get(column.type, ()) if nullable else ()
    types = [*_TYPES[column.type], *gaps]
    if types:
        yield _expect("expect_column_values_to_be_in_type_list", None, column=name, type_list=types)
    else:
        out.lose(column.place, f"the type of {quoted(name)}", "Great Expectations has no name for texts in pandas 3")
    for rule in out.take(column.rules, "nulls", carries=_CARRIES):
        share = round(1 - cast("float", rule.value), 12)
        mostly = {} if rule.value == 0 else {"mostly": share}
        yield _expect("expect_column_values_to_not_be_null", rule, column=name, **mostly)
    for rule in out.take(column.rules, "unique", carries=_CARRIES):
        yield _expect("expect_column_values_to_be_unique", rule, column=name)
    for check in ("min", "max", "values", "length", "pattern"):
        for rule in out.take(column.rules, check, carries=_MOSTLY):
            yield _on_values(out, column, rule, nullable=nullable)
    for rule in out.take(column.rules, "aggregates", carries=_CARRIES):
        yield _aggregate(out, column, rule)


def _on_values(out: Outgoing, column: Column, rule: Rule, *, nullable: bool) -> dict[str, Any] | None:
    mostly = _mostly(out, column, rule, nullable=nullable)
    if mostly is None:
        return None
    made: dict[str, Any] = {"column": column.name}
    value: Any = rule.value
    match rule.check:
        case "min" | "max":
            kind, made[f"{rule.check}_value"] = "expect_column_values_to_be_between", whole(value)
        case "values":
            kind, made["value_set"] = "expect_column_values_to_be_in_set", [whole(one) for one in value]
        case "length":
            kind = "expect_column_value_lengths_to_be_between"
            ends = {"min_value": value.min, "max_value": value.max}
            made |= {end: number for end, number in ends.items() if number is not None}
        case _:
            pattern = out.pattern(rule, "python", "search")
            if pattern is None:
                return None
            kind, made["regex"] = "expect_column_values_to_match_regex", pattern
    return _expect(kind, rule, **made, **mostly)


def _mostly(out: Outgoing, column: Column, rule: Rule, *, nullable: bool) -> dict[str, Any] | None:
    """Return ``mostly`` of a rule; None, and told, when Great Expectations would count a share of other rows."""
    present = f"{ref(column.name)} is not null"
    of_present = rule.where is not None and rule.where.text == present
    if rule.where is not None and not of_present:
        out.lose_rule(rule, "the conditions of Great Expectations are of another language")
    elif rule.tolerance >= 1:
        out.lose_rule(rule, "Great Expectations tolerates a share, not a number of rows")
    elif rule.tolerance and nullable and not of_present:
        fix = f"Write `where: {present}`, and both mean the same."
        out.lose_rule(rule, "`mostly` is a share of the rows that have a value, and some may be missing", fix)
    else:
        return {"mostly": round(1 - rule.tolerance, 12)} if rule.tolerance else {}
    return None


def _aggregate(out: Outgoing, column: Column, rule: Rule) -> dict[str, Any] | None:
    value: Any = rule.value
    ends = [None if end is None else whole(end) for end in (value.span.min, value.span.max)]
    if value.kind == "quantile":
        ranges = {"quantiles": [value.at], "value_ranges": [ends]}
        return _expect("expect_column_quantile_values_to_be_between", rule, column=column.name, quantile_ranges=ranges)
    if value.kind not in _SPANS:
        out.lose_rule(rule, "Great Expectations has no share of one value")
        return None
    given = {name: end for name, end in zip(("min_value", "max_value"), ends, strict=True) if end is not None}
    return _expect(_SPANS[value.kind], rule, column=column.name, **given)

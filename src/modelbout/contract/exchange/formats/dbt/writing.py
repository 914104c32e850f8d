"""From a contract to a dbt model with data tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from modelbout.contract.exchange.outgoing import Outgoing, dump, whole
from modelbout.contract.exchange.sql import to_sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelbout.contract.condition import Condition
    from modelbout.contract.exchange.form import Exported
    from modelbout.contract.model import Column, Contract, Rule
    from modelbout.manifest import ColumnType

TITLE: Final = "dbt"

_SQL_TYPES: Final[Mapping[ColumnType, str]] = {
    "integer": "bigint",
    "number": "double",
    "string": "varchar",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
}
_CARRIES: Final = ("level", "reason", "where")


def write(contract: Contract, name: str) -> Exported:
    """Write one model with data tests.

    Ranges, shares, keys and expressions need dbt_utils; patterns, lengths and row counts need dbt_expectations.
    """
    out = Outgoing(contract, TITLE)
    out.keep("table description", "description")
    model: dict[str, Any] = {"name": name}
    if contract.description:
        model["description"] = contract.description
    model["columns"] = [_written(out, column) for column in contract.columns]
    for rule in out.take(contract.table, "unexpected"):
        why = "a dbt model refuses other columns only where its contract is enforced, with a database's exact types"
        out.lose_rule(rule, why)
    tests = [test for test in _table_tests(out, contract) if test]
    if tests:
        model["data_tests"] = tests
    return out.finish(dump({"version": 2, "models": [model]}))


def _table_tests(out: Outgoing, contract: Contract) -> Iterator[object]:
    for rule in out.take(contract.table, "rows", carries=("level", "reason")):
        height: Any = rule.value
        if not rule.stated:
            out.lose_rule(rule, "dbt has no such test of its own")
            continue
        if height.reference is not None:
            out.lose_part(rule, "reference", "dbt knows no champion")
        ends = {"min_value": height.min, **({} if height.max is None else {"max_value": height.max})}
        yield _test(out, rule, "dbt_expectations.expect_table_row_count_to_be_between", ends)
    for rule in out.take(contract.table, "compound", carries=_CARRIES):
        names = list(cast("tuple[str, ...]", rule.value))
        yield _test(out, rule, "dbt_utils.unique_combination_of_columns", {"combination_of_columns": names})
        if any(_nullable(column) for column in contract.columns if column.name in names):
            out.lose_part(rule, "is", "SQL groups missing values as one value, which may stand in one row only")
    for rule in out.take(contract.table, "expression", carries=(*_CARRIES, "tolerance")):
        expression = to_sql(cast("Condition", rule.value).text)
        if expression is None:
            out.lose_rule(rule, "each database has its own functions, and its own division")
        else:
            yield _test(out, rule, "dbt_utils.expression_is_true", {"expression": expression})


def _nullable(column: Column) -> bool:
    rule = column.rule("nulls")
    return rule is not None and rule.value != 0


def _written(out: Outgoing, column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"name": column.name, "data_type": _SQL_TYPES[column.type]}
    if column.description:
        made["description"] = column.description
    tests = [test for test in _tests(out, column) if test]
    required = out.one(column, "required")
    if tests:
        made["data_tests"] = tests
        if required is None:
            out.lose(column.place, "`required: false`", "a dbt test on a column that is gone is an error")
    elif required is not None:
        out.lose_rule(required, "dbt does not look for a column that has no test")
    return made


def _tests(out: Outgoing, column: Column) -> Iterator[object]:
    for rule in out.take(column.rules, "nulls", carries=("level", "reason")):
        if rule.value == 0:
            yield _test(out, rule, "not_null", {})
        else:
            least = round(1 - cast("float", rule.value), 12)
            yield _test(out, rule, "dbt_utils.not_null_proportion", {"at_least": whole(least)})
    for rule in out.take(column.rules, "unique", carries=_CARRIES):
        yield _test(out, rule, "unique", {})
    for rule in out.take(column.rules, "values", carries=_CARRIES):
        values = [whole(value) for value in cast("tuple[object, ...]", rule.value)]
        quote = column.type in ("string", "date", "datetime")
        yield _test(out, rule, "accepted_values", {"values": values, **({} if quote else {"quote": False})})
    for check, made in (("min", _end), ("max", _end), ("length", _length), ("pattern", _pattern)):
        for rule in out.take(column.rules, check, carries=(*_CARRIES, "tolerance")):
            test = made(out, rule)
            yield test and _test(out, rule, *test)
    for rule in out.take(column.rules, "references", carries=_CARRIES):
        table, field = out.target(rule)
        if re.fullmatch(r"\w+", table):
            yield _test(out, rule, "relationships", {"to": f"ref('{table}')", "field": field})
        else:
            out.lose_rule(rule, "dbt refers to models by their names")


_Made = tuple[str, dict[str, Any]]


def _end(_out: Outgoing, rule: Rule) -> _Made:
    value = whole(rule.value)
    return "dbt_utils.accepted_range", {f"{rule.check}_value": f"'{value}'" if isinstance(value, str) else value}


def _length(_out: Outgoing, rule: Rule) -> _Made:
    ends = {f"{end}_value": getattr(rule.value, end) for end in ("min", "max")}
    given = {name: value for name, value in ends.items() if value is not None}
    return "dbt_expectations.expect_column_value_lengths_to_be_between", given


def _pattern(out: Outgoing, rule: Rule) -> _Made | None:
    pattern = out.pattern(rule, "ecma", "search")
    return None if pattern is None else ("dbt_expectations.expect_column_values_to_match_regex", {"regex": pattern})


def _test(out: Outgoing, rule: Rule, name: str, args: dict[str, Any]) -> object:
    """Return one test as YAML has it, None (and told) when its condition has no SQL."""
    config: dict[str, Any] = {}
    if rule.level == "warn":
        config["severity"] = "warn"
    if rule.tolerance:
        if rule.tolerance < 1:
            out.lose_rule(rule, "dbt tolerates a number of rows, not a share, and without it would ask for more")
            return None
        config |= {"error_if": f">{int(rule.tolerance)}", "warn_if": f">{int(rule.tolerance)}"}
    if rule.where is not None:
        where = to_sql(rule.where.text)
        if where is None:
            out.lose_rule(rule, "each database has its own functions: its `where` is not carried over")
            return None
        config["where"] = where
    body: dict[str, Any] = {"arguments": args} if args else {}
    body |= {"description": rule.reason} if rule.reason else {}
    body |= {"config": config} if config else {}
    return {name: body} if body else name

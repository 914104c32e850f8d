"""The data tests of dbt, dbt_utils and dbt_expectations, and what each asks of a column or table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from modelbout.config.wording import quoted
from modelbout.contract.exchange.draft import bound, comparison
from modelbout.contract.exchange.source import Keys, value_of
from modelbout.contract.exchange.sql import from_sql
from modelbout.contract.exchange.types import end_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.exchange.draft import Draft, DraftColumn

REF: Final = re.compile(r"""\s*ref\(\s*['"]([\w.]+)['"]\s*\)\s*\Z""")
_TEXT: Final = re.compile(r"'([^']*)'\Z")
_UNITS: Final = {"day": "days", "hour": "hours", "minute": "minutes", "week": "weeks"}


class Test:
    """One data test: its name without the package, its arguments, and what our rule of it has beside its value."""

    def __init__(self, draft: Draft, node: Node) -> None:
        self.place = node.place
        self.extras: dict[str, Any] = {}
        self.lost = ""
        self._args: dict[str, Any] = {}
        name, body = (node.text, None) if node.kind == "scalar" else _named(node)
        self.full = name
        self.name = name.rpartition(".")[2]
        if body is not None and body.kind == "mapping":
            self._read(Keys(body, draft.losses.append))

    def _read(self, keys: Keys) -> None:
        config = keys.mapping("config")
        for one in [keys, *([] if config is None else [config])]:
            if one.text("severity").casefold() == "warn":
                self.extras["level"] = "warn"
            self._where(one.text("where"))
            self._allowed(one.text("error_if"))
            one.take("warn_if", "test_name")
        self.extras["reason"] = keys.text("description")
        keys.take("name")
        if config is not None:
            config.done("it says how dbt runs the test")
        given = keys.mapping("arguments")
        for one in [keys, *([] if given is None else [given])]:
            for name, node, _ in one.left():
                self._args[name] = value_of(node)

    def _where(self, text: str) -> None:
        if not text:
            return
        made = from_sql(text)
        if made is None:
            self.lost = "its `where` is SQL that the contract's language cannot say"
        else:
            self.extras["where"] = made

    def _allowed(self, text: str) -> None:
        found = re.fullmatch(r"\s*>(=?)\s*(\d+)\s*", text)
        if found:
            self.extras["tolerance"] = int(found[2]) - (1 if found[1] else 0)
        elif text and text.replace(" ", "") not in ("!=0", ">0"):
            self.lost = "its `error_if` is no number of rows"

    def take(self, *names: str) -> Any:  # noqa: ANN401 -- whatever YAML holds
        """Return the first of the arguments that is there."""
        found = [self._args.pop(name) for name in names if name in self._args]
        return next((value for value in found if value is not None), None)

    def left(self) -> list[str]:
        """Return the arguments that nobody took and that say something."""
        return [name for name, value in self._args.items() if value not in (None, "", [], {})]

    def values(self) -> list[object]:
        """Return the values among the arguments: what they say of a column that has no type."""
        numbers = [end_of(self._args.get(name)) for name in ("min_value", "max_value")]
        values = self._args.get("values", self._args.get("value_set"))
        return [value for value in (*numbers, *(values if isinstance(values, list) else ())) if value is not None]


def _named(node: Node) -> tuple[str, Node | None]:
    """Return name and body of a test; ``test_name`` stands beside the body, if the test has a name of its own."""
    own = node.get("test_name")
    if own is not None:
        return own.text, node
    return (node.entries[0][0], node.entries[0][1]) if node.entries else ("", None)


def ask(draft: Draft, column: DraftColumn | None, test: Test) -> None:
    """Ask a column, or the table, for what a test says, or tell why not."""
    asker = (_OF_TABLE if column is None else _OF_COLUMN).get(test.name)
    if asker is None or test.lost:
        draft.lose(test.place, f"the test {quoted(test.full)}", test.lost or "Modelbout has no such rule")
        return
    asker(draft, column, test)  # type: ignore[arg-type]  # askers of columns are called with one
    for name in test.left():
        draft.lose(test.place, f"{quoted(name)} of the test {quoted(test.full)}", "Modelbout has no such option")


def _counted(draft: Draft, test: Test) -> dict[str, Any]:
    """Return the extras of a rule whose failures dbt counts otherwise than in rows: it has no tolerance."""
    extras = dict(test.extras)
    if extras.pop("tolerance", None):
        draft.lose(test.place, f"`error_if` of the test {quoted(test.full)}", "dbt counts values there, not rows")
    return extras


def _ask_nulls(draft: Draft, column: DraftColumn, test: Test) -> None:
    extras = _counted(draft, test)
    if extras.pop("where", None):
        draft.lose(test.place, f"the test {quoted(test.full)}", "`nulls` is about all rows")
        return
    column.ask("nulls", 0, test.place, **extras)


def _ask_share(draft: Draft, column: DraftColumn, test: Test) -> None:
    least, most = test.take("at_least"), test.take("at_most")
    if isinstance(most, int | float) and most < 1:
        draft.lose(test.place, "`at_most`", "Modelbout has no smallest share of missing values")
    if isinstance(least, int | float):
        column.ask("nulls", round(1 - least, 12), test.place, **_counted(draft, test))


def _ask_unique(draft: Draft, column: DraftColumn, test: Test) -> None:
    column.ask("unique", value=True, place=test.place, **_counted(draft, test))


def _ask_values(draft: Draft, column: DraftColumn, test: Test) -> None:
    values = test.take("values", "value_set")
    test.take("quote", "quote_values")
    made = [str(one) if column.type == "string" and not isinstance(one, bool) else one for one in values or ()]
    column.ask("values", made, test.place, **_counted(draft, test))


def _ask_not_values(draft: Draft, column: DraftColumn, test: Test) -> None:
    text = comparison(column, "not in", test.take("values", "value_set"))
    test.take("quote", "quote_values")
    draft.express(text, test.place, f"the test {quoted(test.full)}", **_counted(draft, test))


def _ask_range(draft: Draft, column: DraftColumn, test: Test) -> None:
    strict = test.take("inclusive") is False or test.take("strictly") is True
    for end in ("min", "max"):
        value = test.take(f"{end}_value")
        if isinstance(value, str):
            found = _TEXT.match(value)
            if found is None:
                draft.lose(test.place, f"`{end}_value` of the test {quoted(test.full)}", "it is SQL")
                continue
            value = found[1]
        if value is not None:
            bound(draft, column, end, value, test.place, strict=strict, **test.extras)


def _span(test: Test) -> dict[str, Any]:
    exact = test.take("value")
    ends = {end: test.take(f"{end}_value") for end in ("min", "max")}
    given = {end: exact if value is None else value for end, value in ends.items()}
    return {end: value for end, value in given.items() if value is not None}


def _ask_length(_draft: Draft, column: DraftColumn, test: Test) -> None:
    ends = _span(test)
    column.ask("length", ends, test.place, **test.extras)


def _ask_pattern(draft: Draft, column: DraftColumn, test: Test) -> None:
    # Each database has its own dialect; in most `\\d` is ASCII and `$` the very end, as in ECMAScript.
    draft.pattern(column, str(test.take("regex")), test.place, "ecma", "search", **test.extras)


def _ask_reference(draft: Draft, column: DraftColumn, test: Test) -> None:
    target, there = REF.match(str(test.take("to"))), test.take("field")
    if target is None or not there:
        draft.lose(test.place, f"the test {quoted(test.full)}", "it names no model by `ref('name')`")
        return
    draft.refer(column, target[1], str(there), test.place, **_counted(draft, test))


def _ask_exists(_draft: Draft, column: DraftColumn, test: Test) -> None:
    column.ask("required", value=True, place=test.place)


def _ask_key(draft: Draft, _column: DraftColumn | None, test: Test) -> None:
    names = test.take("combination_of_columns", "column_list") or []
    test.take("quote_columns", "ignore_row_if")
    draft.ask("unique", [str(name) for name in names], test.place, **_counted(draft, test))
    if any(name in draft.columns and not draft.columns[name].no_nulls() for name in names):
        draft.lose(test.place, f"a part of the test {quoted(test.full)}", "SQL groups missing values as one value")


def _ask_true(draft: Draft, column: DraftColumn | None, test: Test) -> None:
    text = str(test.take("expression"))
    made = from_sql(text if column is None else f'"{column.name}" {text}')
    draft.express(made, test.place, f"the test {quoted(test.full)}", **test.extras)


def _ask_rows(draft: Draft, _column: DraftColumn | None, test: Test) -> None:
    ends = _span(test)
    extras = _counted(draft, test)
    if extras.pop("where", None) or test.take("group_by"):
        draft.lose(test.place, f"the test {quoted(test.full)}", "`rows` is about the whole table")
        return
    draft.ask("rows", {"min": 0, **ends}, test.place, **extras)


def _ask_recent(draft: Draft, _column: DraftColumn | None, test: Test) -> None:
    unit, number, field = _UNITS.get(str(test.take("datepart"))), test.take("interval"), test.take("field")
    if unit is None or not isinstance(number, int | float) or field not in draft.columns:
        draft.lose(test.place, f"the test {quoted(test.full)}", "Modelbout counts minutes, hours, days and weeks")
        return
    extras = _counted(draft, test)
    draft.ask("freshness", {"column": field, "max_age": f"{number} {unit}"}, test.place, **extras)
    draft.lose(test.place, "the sense of `freshness`", "Modelbout also refuses rows from more than a day ahead")


_OF_COLUMN: Final[Mapping[str, Callable[[Draft, DraftColumn, Test], None]]] = {
    "not_null": _ask_nulls,
    "expect_column_values_to_not_be_null": _ask_nulls,
    "not_null_proportion": _ask_share,
    "unique": _ask_unique,
    "expect_column_values_to_be_unique": _ask_unique,
    "accepted_values": _ask_values,
    "expect_column_values_to_be_in_set": _ask_values,
    "not_accepted_values": _ask_not_values,
    "expect_column_values_to_not_be_in_set": _ask_not_values,
    "accepted_range": _ask_range,
    "expect_column_values_to_be_between": _ask_range,
    "expect_column_value_lengths_to_be_between": _ask_length,
    "expect_column_value_lengths_to_equal": _ask_length,
    "expect_column_values_to_match_regex": _ask_pattern,
    "relationships": _ask_reference,
    "expression_is_true": _ask_true,
    "expect_column_to_exist": _ask_exists,
}
_OF_TABLE: Final[Mapping[str, Callable[[Draft, DraftColumn | None, Test], None]]] = {
    "unique_combination_of_columns": _ask_key,
    "expect_compound_columns_to_be_unique": _ask_key,
    "expression_is_true": _ask_true,
    "expect_table_row_count_to_be_between": _ask_rows,
    "expect_table_row_count_to_equal": _ask_rows,
    "recency": _ask_recent,
}

"""From a suite of expectations to the draft of a contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelbout.config.wording import quoted
from modelbout.contract.exchange.draft import Draft, bound, comparison, ref
from modelbout.contract.exchange.source import NO_RULE, Keys, mapping_of, read_source, value_of
from modelbout.contract.exchange.types import end_of, frame_type, sql_type, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.exchange.draft import DraftColumn
    from modelbout.errors import Place
    from modelbout.manifest import ColumnType

TITLE: Final = "Great Expectations"

# What says how a result is shown, not what is expected.
_SHOWN: Final = ("result_format", "catch_exceptions", "batch_id", "meta", "include_config", "condition_parser")
_SPANS: Final = {
    "expect_column_mean_to_be_between": "mean",
    "expect_column_median_to_be_between": "median",
    "expect_column_stdev_to_be_between": "std",
    "expect_column_sum_to_be_between": "sum",
}


class Expectation:
    """One expectation: its type, its arguments, and what our rule of it has beside its value."""

    def __init__(self, draft: Draft, node: Node) -> None:
        keys = Keys(mapping_of(node, "expectation"), draft.losses.append)
        self.place = node.place
        self.type = keys.text("type", "expectation_type")
        self.extras: dict[str, Any] = {}
        if keys.text("severity").casefold() in ("warning", "info"):
            self.extras["level"] = "warn"
        notes = keys.take("notes", "description")
        if notes is not None:
            self.extras["reason"] = notes.text
        keys.take("id", "rendered_content", "success_on_last_run", "expectation_context")
        given = keys.take("kwargs")
        self._args: dict[str, Any] = {}
        for name, value, _ in given.entries if given is not None else ():
            if name not in _SHOWN and value_of(value) not in (None, "never_shown"):
                self._args[name] = value_of(value)
        mostly = self._args.pop("mostly", 1)
        self.mostly = mostly if isinstance(mostly, int | float) else 1
        column = self._args.pop("column", None)
        self.column = column if isinstance(column, str) else None
        self.lost = "its `row_condition` is of another language" if self._args.pop("row_condition", None) else ""
        keys.done("it says nothing about the rows")

    def take(self, name: str) -> Any:  # noqa: ANN401 -- whatever JSON holds
        """Return an argument, once."""
        return self._args.pop(name, None)

    def given(self, name: str) -> Any:  # noqa: ANN401 -- whatever JSON holds
        """Return an argument and leave it."""
        return self._args.get(name)

    def left(self) -> list[str]:
        """Return the arguments that nobody took and that say something."""
        return [name for name, value in self._args.items() if value not in (None, False, [], {})]

    def values(self) -> list[object]:
        """Return the values among the arguments: what they say of a column that has no type."""
        if self.type in _SPANS:
            return [0.5]  # an aggregate of numbers
        if "quantile" in self.type:
            ranges = self._args.get("quantile_ranges") or {}
            return [end_of(end) for ends in ranges.get("value_ranges", ()) for end in ends if end is not None]
        if "length" in self.type or self.type.startswith(("expect_column_pair", "expect_column_prop", "expect_table")):
            return []
        given = self._args.get("value_set")
        ends = [end_of(self._args.get(name)) for name in ("min_value", "max_value")]
        found = [*ends, *(given if isinstance(given, list) else ())]
        if "regex" in self.type or "strftime" in self.type:
            found.append("text")
        return [value for value in found if value is not None]


def read(text: str, shown: str, table: str | None) -> Draft:
    """Read a suite; ``table`` is of no use, a file holds one."""
    del table
    root = mapping_of(read_source(text, shown), "suite of expectations")
    draft = Draft(TITLE, shown)
    keys = Keys(root, draft.losses.append)
    keys.take("name", "expectation_suite_name", "ge_cloud_id", "id", "data_asset_type", "evaluation_parameters")
    notes = keys.take("notes")
    if notes is not None and notes.kind == "scalar":
        draft.description = notes.text
    meta = keys.take("meta")
    for name, _, place in meta.entries if meta is not None else ():
        if name != "great_expectations_version":
            draft.lose(place, quoted(name), "it says nothing about the rows")
    expectations = [Expectation(draft, item) for item in keys.items("expectations")]
    _columns(draft, expectations)
    # Whether a column may lack values says what `mostly` is a share of: these first.
    first = ("expect_column_values_to_not_be_null", "expect_column_proportion_of_non_null_values_to_be_between")
    for one in sorted(expectations, key=lambda expectation: expectation.type not in first):
        _ask(draft, one)
    for column in draft.columns.values():
        if not column.asks("nulls"):
            column.ask("nulls", 1, column.place)
    keys.done()
    return draft


def _columns(draft: Draft, expectations: list[Expectation]) -> None:
    """Add the columns in the order of the table if that is said, else in that of the expectations."""
    places: dict[str, Place] = {}
    for one in expectations:
        for name in (*(one.given("column_list") or ()), *(one.given("column_set") or ())):
            places.setdefault(str(name), one.place)
    for one in expectations:
        if one.column is not None:
            places.setdefault(one.column, one.place)
    for name, place in places.items():
        own = [one for one in expectations if one.column == name]
        kind = _type(draft, name, own)
        if kind is None:
            kind = type_of(value for one in own for value in one.values()) or "string"
            draft.lose(
                place, f"the type of {quoted(name)}", f"no expectation says it; written as {kind}", "Correct it."
            )
        draft.column(name, kind, place)


def _type(draft: Draft, name: str, expectations: list[Expectation]) -> ColumnType | None:
    found = None
    for one in expectations:
        if one.type not in ("expect_column_values_to_be_of_type", "expect_column_values_to_be_in_type_list"):
            continue
        kind = _one_type([str(word) for word in one.given("type_list") or [one.given("type_")]])
        if kind is not None and found is None:
            found = kind
        else:
            draft.lose(one.place, f"the types of {quoted(name)}", "they are no one type of Modelbout")
    return found


def _one_type(names: list[str]) -> ColumnType | None:
    """Return the type that all the names are of; pandas has gaps among whole numbers as floats, texts as objects."""
    kinds = [kind for name in names if (kind := frame_type(name) or sql_type(name)) is not None]
    found = set(kinds)
    if found == {"integer", "number"}:
        return "integer" if kinds.count("integer") > kinds.count("number") else "number"
    if found == {"date", "datetime"}:
        return "date"
    if len(found) > 1 and "object" in names:
        found -= {"string"}
    return found.pop() if len(found) == 1 else None


def _ask(draft: Draft, one: Expectation) -> None:
    column = draft.columns.get(one.column or "")
    asker = _OF_TABLE.get(one.type) if one.column is None else _OF_COLUMN.get(one.type)
    if asker is None or one.lost or (one.column is not None and column is None):
        draft.lose(one.place, f"the expectation {quoted(one.type)}", one.lost or NO_RULE)
        return
    if column is not None and not column.asks("required") and "level" not in one.extras:
        # An expectation on a column that is gone fails.
        column.ask("required", value=True, place=one.place)
    asker(draft, column, one)  # type: ignore[arg-type]  # askers of columns are called with one
    for name in one.left():
        draft.lose(one.place, f"{quoted(name)} of {quoted(one.type)}", NO_RULE)


def _tolerant(draft: Draft, column: DraftColumn, one: Expectation) -> dict[str, Any] | None:
    """Return the extras of a rule with what ``mostly`` tolerates; None, and told, when it tolerates everything.

    ``mostly`` is a share of the rows that have a value, our tolerance one of all rows of the rule: where values may be
    missing, the rule is about the rows that have one.
    """
    if one.mostly >= 1:
        return one.extras
    if one.mostly <= 0:
        draft.lose(one.place, f"the expectation {quoted(one.type)}", "`mostly: 0` asks for nothing")
        return None
    extras = {**one.extras, "tolerance": round(1 - one.mostly, 12)}
    name = ref(column.name)
    if not column.no_nulls() and name is not None:
        extras["where"] = f"{name} is not null"
    return extras


def _ask_exists(_draft: Draft, column: DraftColumn, one: Expectation) -> None:
    column.ask("required", value=True, place=one.place, **one.extras) if one.extras else None


def _ask_type(_draft: Draft, _column: DraftColumn, one: Expectation) -> None:
    one.take("type_")
    one.take("type_list")


def _ask_nulls(_draft: Draft, column: DraftColumn, one: Expectation) -> None:
    column.ask("nulls", round(1 - one.mostly, 12) if one.mostly < 1 else 0, one.place, **one.extras)


def _ask_share(draft: Draft, column: DraftColumn, one: Expectation) -> None:
    least, most = one.take("min_value"), one.take("max_value")
    if isinstance(most, int | float) and most < 1:
        draft.lose(one.place, "`max_value`", "Modelbout has no smallest share of missing values")
    if isinstance(least, int | float):
        column.ask("nulls", round(1 - least, 12), one.place, **one.extras)


def _ask_unique(draft: Draft, column: DraftColumn, one: Expectation) -> None:
    if one.mostly < 1:
        why = "Great Expectations counts every row of a repeated value, Modelbout those after the first"
        draft.lose(one.place, "`mostly` of `expect_column_values_to_be_unique`", why)
        return
    column.ask("unique", value=True, place=one.place, **one.extras)


def _ask_range(draft: Draft, column: DraftColumn, one: Expectation) -> None:
    extras = _tolerant(draft, column, one)
    if one.mostly < 1 and extras is not None and None not in (one.given("min_value"), one.given("max_value")):
        # Two rules with a tolerance each would let twice as many rows through.
        signs = {end: "<" if one.take(f"strict_{end}") is True else "<=" for end in ("min", "max")}
        low = comparison(column, signs["min"].replace("<", ">"), one.take("min_value"))
        high = comparison(column, signs["max"], one.take("max_value"))
        text = None if low is None or high is None else f"{low} and {high}"
        draft.express(text, one.place, f"the expectation {quoted(one.type)}", **extras)
        return
    for end in ("min", "max"):
        value, strict = one.take(f"{end}_value"), one.take(f"strict_{end}") is True
        if value is not None and extras is not None:
            bound(draft, column, end, value, one.place, strict=strict, **extras)


def _ask_values(draft: Draft, column: DraftColumn, one: Expectation) -> None:
    values, extras = one.take("value_set"), _tolerant(draft, column, one)
    if one.type == "expect_column_distinct_values_to_equal_set":
        draft.lose(one.place, f"that each value of {quoted(column.name)} is there", NO_RULE)
    if extras is not None:
        column.ask("values", values or [], one.place, **extras)


def _ask_not_values(draft: Draft, column: DraftColumn, one: Expectation) -> None:
    extras = _tolerant(draft, column, one)
    if extras is not None:
        text = comparison(column, "not in", one.take("value_set"))
        draft.express(text, one.place, f"the expectation {quoted(one.type)}", **extras)


def _ask_pattern(draft: Draft, column: DraftColumn, one: Expectation) -> None:
    extras = _tolerant(draft, column, one)
    if extras is not None:
        draft.pattern(column, str(one.take("regex")), one.place, "python", "search", **extras)


def _ask_length(draft: Draft, column: DraftColumn, one: Expectation) -> None:
    exact, extras = one.take("value"), _tolerant(draft, column, one)
    ends: dict[str, Any] = {}
    for end, step in (("min", 1), ("max", -1)):
        value, strict = one.take(f"{end}_value"), one.take(f"strict_{end}") is True
        length = exact if value is None else value
        if isinstance(length, int | float):
            ends[end] = int(length) + (step if strict else 0)
    if extras is not None:
        column.ask("length", ends, one.place, **extras)


def _ask_aggregate(draft: Draft, column: DraftColumn, one: Expectation) -> None:
    if one.take("strict_min") is True or one.take("strict_max") is True:
        draft.lose(one.place, f"the strict end of {quoted(one.type)}", "an aggregate of Modelbout includes its ends")
    ends = {end: value for end in ("min", "max") if (value := one.take(f"{end}_value")) is not None}
    column.ask("aggregates", {_SPANS[one.type]: ends}, one.place, **one.extras)


def _ask_quantiles(_draft: Draft, column: DraftColumn, one: Expectation) -> None:
    ranges = one.take("quantile_ranges") or {}
    one.take("allow_relative_error")
    for at, (low, high) in zip(ranges.get("quantiles", ()), ranges.get("value_ranges", ()), strict=False):
        ends = {end: value for end, value in (("min", low), ("max", high)) if value is not None}
        column.ask("aggregates", {"quantile": {"at": at, **ends}}, one.place, **one.extras)


def _ask_match(draft: Draft, _column: DraftColumn | None, one: Expectation) -> None:
    names = [str(name) for name in one.take("column_set") or one.take("column_list") or ()]
    if one.type == "expect_table_columns_to_match_ordered_list":
        draft.lose(one.place, "the order of the columns", "Modelbout finds columns by name, in any order")
    for name in names:
        if "level" not in one.extras and name in draft.columns:
            draft.columns[name].ask("required", value=True, place=one.place)
    if one.take("exact_match") is not False:
        draft.ask("unexpected", "warn" if "level" in one.extras else "error", one.place)


def _ask_key(draft: Draft, _column: DraftColumn | None, one: Expectation) -> None:
    names = [str(name) for name in one.take("column_list") or ()]
    ignored = one.take("ignore_row_if") or "all_values_are_missing"
    if one.mostly < 1:
        draft.lose(one.place, f"`mostly` of {quoted(one.type)}", "it counts every row of a repeated key")
        return
    draft.ask("unique", names, one.place, **one.extras)
    nullable = any(name in draft.columns and not draft.columns[name].no_nulls() for name in names)
    if nullable and ignored != "any_value_is_missing":
        why = "Modelbout compares rows that have all parts of the key"
        draft.lose(one.place, f"`ignore_row_if: {ignored}`", why)


def _ask_rows(draft: Draft, _column: DraftColumn | None, one: Expectation) -> None:
    exact = one.take("value")
    ends = {end: exact if (value := one.take(f"{end}_value")) is None else value for end in ("min", "max")}
    steps = {"min": 1 if one.take("strict_min") else 0, "max": -1 if one.take("strict_max") else 0}
    made = {end: int(value) + steps[end] for end, value in ends.items() if isinstance(value, int | float)}
    draft.ask("rows", {"min": 0, **made}, one.place, **one.extras)


def _ask_pair(draft: Draft, _column: DraftColumn | None, one: Expectation) -> None:
    left, right = (ref(str(one.take(f"column_{side}"))) for side in ("A", "B"))
    sign = ">=" if one.take("or_equal") else ">"
    sign = "==" if one.type.endswith("_equal") else sign
    # A comparison with a missing value is unknown in the contract, and no failure; so it is here.
    ignored = one.take("ignore_row_if")
    if ignored == "never":
        draft.lose(one.place, "`ignore_row_if: never`", "in the contract a comparison with nothing fails no row")
    text = None if left is None or right is None else f"{left} {sign} {right}"
    extras = dict(one.extras)
    if one.mostly < 1:
        extras |= {"tolerance": round(1 - one.mostly, 12), "where": f"{left} is not null and {right} is not null"}
    draft.express(text, one.place, f"the expectation {quoted(one.type)}", **extras)


_OF_COLUMN: Final[Mapping[str, Callable[[Draft, DraftColumn, Expectation], None]]] = {
    "expect_column_to_exist": _ask_exists,
    "expect_column_values_to_be_of_type": _ask_type,
    "expect_column_values_to_be_in_type_list": _ask_type,
    "expect_column_values_to_not_be_null": _ask_nulls,
    "expect_column_proportion_of_non_null_values_to_be_between": _ask_share,
    "expect_column_values_to_be_unique": _ask_unique,
    "expect_column_values_to_be_between": _ask_range,
    "expect_column_min_to_be_between": lambda draft, column, one: _ask_extreme(draft, column, one, "min"),
    "expect_column_max_to_be_between": lambda draft, column, one: _ask_extreme(draft, column, one, "max"),
    "expect_column_values_to_be_in_set": _ask_values,
    "expect_column_distinct_values_to_be_in_set": _ask_values,
    "expect_column_distinct_values_to_equal_set": _ask_values,
    "expect_column_values_to_not_be_in_set": _ask_not_values,
    "expect_column_values_to_match_regex": _ask_pattern,
    "expect_column_value_lengths_to_be_between": _ask_length,
    "expect_column_value_lengths_to_equal": _ask_length,
    "expect_column_quantile_values_to_be_between": _ask_quantiles,
    **dict.fromkeys(_SPANS, _ask_aggregate),
}
_OF_TABLE: Final[Mapping[str, Callable[[Draft, DraftColumn | None, Expectation], None]]] = {
    "expect_table_columns_to_match_set": _ask_match,
    "expect_table_columns_to_match_ordered_list": _ask_match,
    "expect_compound_columns_to_be_unique": _ask_key,
    "expect_table_row_count_to_be_between": _ask_rows,
    "expect_table_row_count_to_equal": _ask_rows,
    "expect_column_pair_values_a_to_be_greater_than_b": _ask_pair,
    "expect_column_pair_values_to_be_equal": _ask_pair,
}


def _ask_extreme(draft: Draft, column: DraftColumn, one: Expectation, end: str) -> None:
    """Ask that the smallest value is not too small: that all are not; how small it has to be is a 0 or 1 quantile."""
    inner, outer = ("min_value", "max_value") if end == "min" else ("max_value", "min_value")
    value, other = one.take(inner), one.take(outer)
    strict = one.take(f"strict_{end}") is True
    if value is not None:
        bound(draft, column, end, value, one.place, strict=strict, **one.extras)
    if other is not None:
        far = {"min": "max", "max": "min"}[end]
        quantile = {"quantile": {"at": 0 if end == "min" else 1, far: other}}
        column.ask("aggregates", quantile, one.place, **one.extras)

from __future__ import annotations

import pytest

from modelbout.contract.exchange.draft import FREE, Draft, bound, comparison, draft_text, literal, ref, settle
from modelbout.contract.exchange.outgoing import NOTHING
from modelbout.contract.load import parse_contract
from modelbout.contract.rules import check_named, checks_by_key, name_of
from modelbout.errors import ConfigError, Place

HERE = Place("theirs", 3, 1, "a")


@pytest.fixture
def draft() -> Draft:
    made = Draft("a tool", "theirs")
    for name, kind in (("a", "integer"), ("x", "number"), ("s", "string"), ("d", "date")):
        made.column(name, kind, HERE)  # type: ignore[arg-type]  # names of types
    return made


def test_every_rule_that_holds_by_itself_can_be_set_free() -> None:
    holding = {**checks_by_key("column"), **checks_by_key("table")}
    assert {key for key, check in holding.items() if check.default is not None} == set(FREE)
    text = draft_text(_one_number())
    contract = parse_contract(text, shown="x")
    asked = [rule for rule in contract.rules if rule.value not in NOTHING.get(rule.check, ()) and rule.check != "type"]
    assert asked == []
    assert set(NOTHING) - {"nan", "unique"} == {name_of(holding[key]) for key in FREE}
    assert all(check_named(name) for name in NOTHING)


def _one_number() -> Draft:
    made = Draft("a tool", "theirs")
    made.column("x", "number", HERE)
    return made


def test_what_holds_by_itself_is_not_written(draft: Draft) -> None:
    column = draft.columns["x"]
    for key, value in (("nulls", 0), ("required", True), ("infinite", False)):
        column.ask(key, value, HERE)
    draft.ask("rows", {"min": 1}, HERE)
    draft.ask("unexpected", "error", HERE)
    text = settle(draft).text
    assert "  x: {type: number}\n" in text
    assert "table:" not in text


def test_one_rule_asked_twice_stands_once_and_two_stand_in_a_list(draft: Draft) -> None:
    column = draft.columns["s"]
    for pattern in ("a", "a", "b"):
        column.ask("pattern", pattern, HERE)
    made = settle(draft)
    assert "pattern: [{is: a}, {is: b}]" in made.text
    found = made.contract.column("s")
    assert found is not None
    assert [rule.value for rule in found.rules if rule.check == "pattern"] == ["a", "b"]


def test_a_rule_that_the_contract_refuses_is_a_loss_and_the_others_stay(draft: Draft) -> None:
    draft.columns["s"].ask("pattern", "(", HERE)
    draft.columns["s"].ask("pattern", "fine", HERE)
    draft.columns["a"].ask("max", "many", HERE)
    draft.columns["a"].ask("min", 3, HERE)
    draft.express("a > s", HERE, "an expression")
    draft.express("a > 1", HERE, "an expression")
    draft.ask("nothing_of_the_kind", 1, HERE)
    made = settle(draft)
    assert sorted(loss.what for loss in made.losses) == [
        "what would be `expressions`",
        "what would be `max`",
        "what would be `nothing_of_the_kind`",
        "what would be `pattern`",
    ]
    assert {str(loss.place) for loss in made.losses} == {"theirs:3:1: a"}
    assert 'expressions: ["a > 1"]' in made.text
    assert "pattern: fine" in made.text
    assert "min: 3" in made.text


def test_ends_that_leave_nothing_between_them_lose_one(draft: Draft) -> None:
    draft.columns["a"].ask("min", 9, HERE)
    draft.columns["a"].ask("max", 3, HERE)
    made = settle(draft)
    assert [loss.why for loss in made.losses] == ["`max` lies below `min`: no value fits"]


def test_a_draft_without_columns_is_refused() -> None:
    with pytest.raises(ConfigError, match="no columns"):
        settle(Draft("a tool", "theirs"))


@pytest.mark.parametrize("name", ["", "x" * 101, "a"])
def test_a_name_that_no_column_can_have_is_told(name: str, draft: Draft) -> None:
    assert draft.column(name, "string", HERE) is None
    assert len(draft.losses) == 1


@pytest.mark.parametrize(
    ("column", "end", "value", "strict", "key", "made"),
    [
        ("a", "min", 3, False, "min", 3),
        ("a", "min", 3, True, "min", 4),
        ("a", "max", 3, True, "max", 2),
        ("a", "min", 2.5, True, "min", 3),
        ("a", "max", 2.5, False, "max", 2),
        ("a", "max", -2.5, False, "max", -3),
        ("x", "max", 2.5, False, "max", 2.5),
        ("d", "min", "2026-03-31", False, "min", "2026-03-31"),
    ],
)
def test_ends_of_ranges(  # noqa: PLR0917 -- a table
    column: str,
    end: str,
    value: object,
    strict: object,
    key: str,
    made: object,
    draft: Draft,
) -> None:
    bound(draft, draft.columns[column], end, value, HERE, strict=bool(strict))
    assert [(rule.key, rule.value) for rule in draft.columns[column].rules] == [(key, made)]


def test_strict_ends_of_what_has_no_next_value_are_expressions(draft: Draft) -> None:
    bound(draft, draft.columns["x"], "min", 0, HERE, strict=True)
    bound(draft, draft.columns["d"], "max", "2026-03-31", HERE, strict=True)
    bound(draft, draft.columns["s"], "max", "x`", HERE, strict=True)
    bound(draft, draft.columns["x"], "max", float("inf"), HERE)
    bound(draft, draft.columns["x"], "max", True, HERE)  # noqa: FBT003 -- what a file may hold
    assert [rule.value for rule in draft.table] == ["x > 0", "d < 2026-03-31", 's < "x`"']
    assert [loss.why for loss in draft.losses] == ["it is neither a number nor a date"]


def test_names_and_values_in_expressions(draft: Draft) -> None:
    assert [ref(name) for name in ("a", "and", "é", "a b", "a`b")] == ["a", "`and`", "`é`", "`a b`", None]
    assert literal('a"b', "string") == "'a\"b'"
    assert literal("a\"'b", "string") is None
    assert literal("1", "integer") is None
    assert literal(value=True, kind="boolean") == "true"
    assert comparison(draft.columns["a"], "not in", [1, 2.0]) == "a not in [1, 2]"
    assert comparison(draft.columns["a"], "not in", ["x"]) is None
    assert comparison(draft.columns["a"], "not in", []) is None
    draft.express(None, HERE, "that")
    assert draft.losses[-1].what == "that"

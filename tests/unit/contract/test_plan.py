from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pytest

from modelbout.config.yaml_tree import parse_yaml
from modelbout.contract.condition import read_condition
from modelbout.contract.kind import Context, Measure, Sample
from modelbout.contract.load import parse_contract
from modelbout.contract.model import Rule
from modelbout.contract.passes import Answered, answer
from modelbout.contract.plan import Pass, Planned, passes, planned
from modelbout.contract.table import table_of
from modelbout.data.engines.engine import ROW
from modelbout.data.sources import Scan
from modelbout.errors import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

ROWS = {"a": [1, 5, 9, 9, None], "c": ["x", "x", "y", None, "x"]}
TEXT = "  c: {type: string, nulls: 1}"
COLUMNS = "a: {type: integer, nulls: 1%s}\nc: {type: string, nulls: 1}"


def passes_of(text: str) -> list[tuple[str, str, int]]:
    frame = pl.DataFrame(ROWS)
    contract = parse_contract(f"version: 1\ncolumns:\n  {text.strip()}\n", shown="c")
    rules = planned(contract, table_of(Scan(lazy=frame.lazy(), columns=tuple(frame.columns)), contract))
    return [(one.kind, one.where, len(one.rules)) for one in passes(rules)]


def test_masks_under_any_conditions_are_counted_in_one_pass() -> None:
    several = "[{is: 0, where: c == 'x'}, {is: 3, where: c == 'y'}, {is: -5}]"
    rules = f"a: {{type: integer, nulls: 1, min: {several}, max: {{is: 9, where: c == 'x'}}}}\n{TEXT}"
    # The others are `rows`, which is counted too.
    assert passes_of(rules) == [("rules", "", 5)]


def test_what_is_no_mask_has_a_table_for_each_condition() -> None:
    under = "{mean: {min: 0}, where: a > 0}, {sum: {min: 0}, where: a > 0}, {std: {min: 0}, where: a > 5}"
    unique = "{is: true, where: a > 0}"
    rules = f"a: {{type: integer, nulls: 1, unique: {unique}, aggregates: [{under}, {{sum: {{min: 0}}}}]}}\n{TEXT}"
    assert passes_of(rules) == [
        ("rules", "", 2),
        ("rules", "a > 0", 3),
        ("key", "a > 0", 1),
        ("rules", "a > 5", 1),
    ]


def test_a_rule_with_several_conditions_is_several_rules(hold: Hold) -> None:
    several = "[{is: 2, where: c == 'x', name: of x}, {is: 10, where: c == 'y', level: warn}, {is: 2}]"
    found = hold(ROWS, COLUMNS % f", min: {several}").findings
    assert [(one.rule, one.level, one.failed, one.total, one.rows) for one in found] == [
        ("of x", "error", 1, 3, (1,)),
        ("columns.a.min[2]", "error", 1, 5, (1,)),
        ("columns.a.min[1]", "warn", 1, 1, (3,)),
    ]


def test_an_unknown_condition_is_not_met(hold: Hold) -> None:
    (found,) = hold(ROWS, COLUMNS % ", max: {is: 0, where: \"c != 'x'\"}").findings
    assert (found.failed, found.total, found.rows) == (1, 1, (3,))
    assert not hold(ROWS, COLUMNS % ", max: {is: 0, where: c == 'nobody'}").findings
    (found,) = hold(ROWS, COLUMNS % ", max: {is: 0, where: c is null}").findings
    assert found.rows == (4,)


def test_a_tolerance_is_a_share_of_the_rows_that_the_rule_is_about(hold: Hold) -> None:
    rule = ", max: {is: 4, where: c == 'x', tolerance: %s}"
    assert not hold(ROWS, COLUMNS % (rule % 0.34)).findings
    (found,) = hold(ROWS, COLUMNS % (rule % 0.33)).findings
    assert (found.failed, found.total) == (1, 3)
    assert found.message == "1 of 3 rows of `a` are above 4, of those where `c == 'x'`"


@pytest.mark.parametrize(
    ("rule", "failed", "rows"),
    [
        ("unique: {is: true, where: a > 5}", 1, (4,)),
        ("nulls: {is: 0, where: c == 'x'}", 1, (5,)),
        ("aggregates: [{mean: {max: 1}, where: c == 'x'}]", 1, ()),
        ("near_constant: {is: 1, where: a > 5}", 2, ()),
        ("monotonic: {order: decreasing, where: c == 'x'}", 1, (2,)),
    ],
)
def test_every_way_of_counting_knows_the_condition(hold: Hold, rule: str, failed: int, rows: tuple[int, ...]) -> None:
    text = "a: {type: integer, %s}\nc: {type: string, nulls: 1}"
    (found,) = hold(ROWS, text % (rule if rule.startswith("nulls") else f"nulls: 1, {rule}")).findings
    assert (found.failed, found.rows) == (failed, rows)


def test_a_rule_of_the_table_has_one_too(hold: Hold) -> None:
    assert not hold(ROWS, COLUMNS % "", "expressions: [{expr: a < 9, where: c == 'x'}]").findings
    (found,) = hold(ROWS, COLUMNS % "", "expressions: [{expr: a < 9, where: c != 'x'}]").findings
    assert (found.failed, found.total, found.rows) == (1, 1, (3,))


def test_a_condition_on_a_column_that_cannot_be_read_leaves_its_rule_out(hold: Hold) -> None:
    rules = (
        "a: {type: integer, nulls: 1, max: {is: 0, where: d == 1}}\nc: {type: string, nulls: 1}\nd: {type: integer%s}"
    )
    assert [one.check for one in hold(ROWS, rules % "").findings] == ["required"]
    assert not hold(ROWS, rules % ", required: false").findings
    assert [one.check for one in hold({**ROWS, "d": ["x"] * 5}, rules % "").findings] == ["type"]


def test_a_condition_is_read_with_the_contract(refused: Refused) -> None:
    problems = refused(
        "a: {type: integer, min: {is: 0, where: b > 1}, max: [{is: 9, where: a >}, {is: 8, where: [a]}]}\n"
        "b: {type: string, required: {is: false, where: a > 1}, length: {max: 5, where: 'a + 1'}}"
    )
    assert len(problems) == 5
    assert problems[3].fix == "`required` is not about rows: remove the condition."
    assert all(problem.place.line for problem in problems)


def test_a_list_of_rules_is_a_list_of_long_forms(refused: Refused) -> None:
    (problem,) = refused("a: {type: integer, min: [1, 2]}")
    assert problem.found.startswith("found a list")
    (problem,) = refused("a: {type: integer, required: [{is: true}, {is: false}]}")
    assert problem.place.key == "columns.a.required"


def rule_where(text: str) -> Rule:
    node = parse_yaml(f"where: {text}", shown="c").get("where")
    assert node is not None
    condition = read_condition(node, Context(None, {"a": "integer", "c": "string"}))
    return Rule(check="min", value=0, place=Place(), column="a", where=condition)


def told(measure: Measure, where: str) -> tuple[dict[str, Any], int]:
    """Run the passes of one rule and return its answers and the number of rows that it is about."""
    frame = pl.DataFrame(ROWS)
    scan = Scan(lazy=frame.lazy(), columns=tuple(frame.columns))
    contract = parse_contract("version: 1\ncolumns: {a: {type: integer}, c: {type: string}}", shown="c")
    rule = rule_where(where)
    assert rule.where is not None
    one = Planned(rule, measure, 0, rule.where.mask(table_of(scan, contract).fields))
    answered = Answered()
    answer(scan, passes([one]), answered)
    return dict(answered.of(one)), answered.rows(one)


def test_facts_and_samples_are_those_of_the_rows_under_the_condition() -> None:
    seen: list[pl.DataFrame] = []

    def judge(frame: pl.DataFrame) -> dict[str, Any]:
        seen.append(frame)
        return {"looked at": frame.height}

    measure = Measure(
        columns=("a",),
        message=lambda *_: "",
        fix="",
        failed=lambda *_: 0,
        counts={"present": (~nw.col("a").is_null()).sum()},
        facts={
            "mean": nw.col("a").mean(),
            "text": nw.col("c").max(),
            "none": nw.col("a").filter(nw.col("a") > 99).max(),
        },
        sample=Sample(("a",), judge, None),
    )
    answers, rows = told(measure, "c == 'x'")
    assert rows == 3
    assert {key: answers[key] for key in ("present", "mean", "text", "none", "looked at")} == {
        "present": 2,
        "mean": 3.0,
        "text": "x",
        "none": None,
        "looked at": 3,
    }
    assert seen[0].columns == ["a", ROW]
    assert seen[0][ROW].to_list() == [1, 2, 5]


def test_a_pass_of_another_kind_asks_for_no_aggregates() -> None:
    measure = Measure(("a",), lambda *_: "", "", failed=lambda *_: 0, counts={"n": nw.len()}, facts={"m": nw.len()})
    one = Planned(rule_where("a > 1"), measure, 0)
    assert (set(Pass("rules", (one,)).counts), set(Pass("rules", (one,)).facts)) == ({"n"}, {"m"})
    assert (Pass("sample", (one,)).counts, Pass("sample", (one,)).facts) == ({}, {})

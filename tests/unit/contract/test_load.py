from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.load import load_contract, parse_contract
from modelbout.data.reading import ColumnReading
from modelbout.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelbout.errors import Problem

FULL = """\
version: 1
description: What the export promises.
table:
  rows: {min: 1000}
  unexpected: warn
  unique: [[customerID]]
  expressions:
    - {expr: "TotalCharges >= MonthlyCharges or tenure == 0", name: totals add up, level: warn, tolerance: 0.01}
read: {missing: ["", " "], delimiter: ",", encoding: utf-8}
columns:
  customerID: {type: string, unique: true, pattern: "^[0-9]{4}-[A-Z]{5}$"}
  tenure: {type: integer, min: {is: 0, level: warn, tolerance: 5, reason: no debts, owner: sales}, max: 100}
  TotalCharges: {type: number, nulls: 0.01, min: 0}
  MonthlyCharges: {type: number}
  dteday: {type: date, format: "%m/%d/%Y", description: the day}
  at: {type: datetime, timezone: Europe/Berlin}
  note: {type: string, required: false}
"""


def faults(text: str) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_contract(text, shown="contract.yaml")
    return caught.value.problems


def test_a_full_contract_is_read(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(FULL, encoding="utf-8")
    contract = load_contract(tmp_path / "contract.yaml", shown="contract.yaml")
    assert contract.description == "What the export promises."
    assert [column.name for column in contract.columns][:2] == ["customerID", "tenure"]
    tenure = contract.column("tenure")
    assert tenure is not None
    rule = tenure.rule("min")
    assert rule is not None
    assert (rule.value, rule.level, rule.tolerance, rule.reason, rule.owner) == (0, "warn", 5, "no debts", "sales")
    assert str(rule.place) == "contract.yaml:12:32: columns.tenure.min"
    assert tenure.rule("pattern") is None
    assert contract.column("nobody") is None
    assert {rule.check for rule in contract.table} == {"rows", "unexpected", "compound", "expression"}


def test_the_reading_says_how_files_are_read() -> None:
    reading = parse_contract(FULL, shown="c").reading()
    assert (reading.missing, reading.delimiter, reading.encoding) == (("", " "), ",", "utf-8")
    assert ColumnReading("dteday", "date", "%m/%d/%Y") in reading.columns
    assert ColumnReading("at", "datetime", None, "Europe/Berlin") in reading.columns


def test_silence_has_rules_too() -> None:
    contract = parse_contract("version: 1\ncolumns: {a: {type: number}, b: {type: string}}", shown="c")
    a, b = contract.columns
    assert {rule.check: rule.value for rule in a.rules if not rule.stated} == {
        "required": True,
        "nulls": 0.0,
        "infinite": False,
    }
    assert b.rule("infinite") is None
    assert {rule.check for rule in contract.table} == {"rows", "unexpected"}
    assert contract.reading().missing == ("",)
    assert len(contract.rules) == 2 + len(a.rules) + len(b.rules)


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    problems = faults("""\
version: 2
tabel: {}
table: {row: {min: 1}, unexpected: perhaps, unique: [[x]]}
read: {missing: " ", delimeter: ","}
columns:
  a: {type: integer, mn: 0, max: x}
  b: {type: strng}
  c: {type: string, format: "%d", timezone: UTC, nulls: 7}
""")
    lines = [problem.place.line for problem in problems]
    assert lines == sorted(lines, key=lambda line: line or 0)
    assert [problem.found for problem in problems] == [
        "this version is not known",
        "unknown key `tabel`",
        "unknown key `row`",
        "found `perhaps`",
        "`x` is no column of this contract",
        "found no list",
        "unknown key `delimeter`",
        "unknown key `mn`",
        "found `x`",
        "`strng` is no type",
        "`%d` is no known format",
        "`timezone` is for datetime columns; this one is string",
        "found `7`",
    ]
    assert problems[7].fix == "Did you mean `min`?"
    assert all(problem.place.file == "contract.yaml" and problem.place.column for problem in problems)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("- a", "found no mapping"),
        ("columns: {a: {type: string}}", "the key `version` is missing"),
        ('version: "1"\ncolumns: {a: {type: string}}', "this version is not known"),
        ("version: 1", "the contract names no columns"),
        ("version: 1\ncolumns: {}", "the contract names no columns"),
        ("version: 1\ncolumns: [a]", "the contract names no columns"),
        ("version: 1\ncolumns: {a: {type: string}}\ntable: 5", "found no mapping"),
        ("version: 1\ncolumns: {a: {type: string}}\nread: {delimiter: null}", "found no text"),
        ("version: 1\ncolumns: {a: {type: string}}\nread: {missing: [null]}", "found no text"),
        ("version: 1\ncolumns: {a: {type: string, description: [1]}}", "found no text"),
        ("version: 1\ncolumns: {a: {type: integer, min: {is: 1, level: wran}}}", "found `wran`"),
        ("version: 1\ncolumns: {a: {type: integer, min: {is: 1, level: [warn]}}}", "found no word"),
        ("version: 1\ncolumns: {a: {type: integer, min: {is: 1, owner: true}}}", "found no text"),
        ("version: 1\ncolumns: {a: {type: integer, min: {level: warn}}}", "the key `is` is missing"),
        ("version: 1\ncolumns: {a: {type: integer, min: {si: 1}}}", "unknown key `si`"),
        ("version: 1\ncolumns: {a: {type: integer, min: {is: 1, ownr: me}}}", "unknown key `ownr`"),
        ("version: 1\ncolumns: {a: {type: integer, nulls: {is: 0, tolerance: 1}}}", "unknown key `tolerance`"),
    ],
)
def test_what_is_no_contract_is_refused(text: str, found: str) -> None:
    assert found in [problem.found for problem in faults(text)]


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("5", 5), ("0.25", 0.25), ("0.0", 0.0)])
def test_a_tolerance_is_a_share_or_a_number_of_rows(text: str, value: float) -> None:
    contract = parse_contract(
        f"version: 1\ncolumns: {{a: {{type: integer, min: {{is: 0, tolerance: {text}}}}}}}", shown="c"
    )
    rule = contract.columns[0].rule("min")
    assert rule is not None
    assert (rule.tolerance, type(rule.tolerance)) == (value, type(value))


@pytest.mark.parametrize("text", ["1.5", "1.0", "-1", "-0.5", ".nan", ".inf", "some", "[1]"])
def test_other_tolerances_are_refused(text: str) -> None:
    (problem,) = faults(f"version: 1\ncolumns: {{a: {{type: integer, min: {{is: 0, tolerance: {text}}}}}}}")
    assert problem.allowed == "a share below 1, or a whole number of rows"


def test_a_list_of_rules_has_a_limit(refused: Callable[..., tuple[Problem, ...]]) -> None:
    rules = ", ".join(["a > 1"] * 201)
    assert refused("a: {type: integer}", f"expressions: [{rules}]")[0].found == "201 rules"
    assert len(refused("a: {type: integer}", "expressions: [b > 1, c > 1]")) == 2


def test_a_missing_file_is_a_fault_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_contract(tmp_path / "nothing.yaml", shown="nothing.yaml")
    assert caught.value.problems[0].place.file == "nothing.yaml"


@pytest.mark.parametrize(
    "column",
    [
        "{type: integer, min: .inf}",
        "{type: string, values: []}",
        "{type: string, values: 3}",
        "{type: string, pattern: ''}",
        "{type: string, pattern: '(['}",
        "{type: integer, min: [1]}",
        "{type: nothing}",
        "{type: [string]}",
        "{type: string, unique: perhaps}",
        "{type: string, nulls: 3}",
        "{type: string, required: {is: true, level: loud}}",
        "{type: string, min: {is: 3, tolerance: 1.5}}",
    ],
)
def test_every_refusal_names_a_next_step(column: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_contract(f"version: 1\ncolumns:\n  a: {column}\n", shown="c.yaml")
    assert all(problem.fix and problem.place.line for problem in raised.value.problems)


@pytest.mark.parametrize(
    "table",
    ["{rows: {min: 3, max: 2}}", "{rows: 3}", "{unique: [[]]}", "{unique: [[b]]}", "{expressions: ['a >']}"],
)
def test_every_refusal_of_a_table_names_a_next_step(table: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_contract(f"version: 1\ntable: {table}\ncolumns: {{a: {{type: integer}}}}\n", shown="c.yaml")
    assert all(problem.fix and problem.place.line for problem in raised.value.problems)

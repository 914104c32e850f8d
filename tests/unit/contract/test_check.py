from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.contract.check import Checked, check
from modelbout.contract.load import parse_contract
from modelbout.data.sources import Scan, scan
from modelbout.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    Hold = Callable[..., Checked]

CHURN = Path(__file__).parents[3] / "examples" / "churn"


def test_the_blank_totals_of_the_churn_data_are_caught() -> None:
    text = "version: 1\ntable: {unexpected: allow}\ncolumns:\n  TotalCharges: {type: number}\n"
    contract = parse_contract(text, shown="contract.yaml")
    opened = scan("data/telco_churn.csv", root=CHURN, reading=contract.reading())
    checked = check(opened, contract, role="source")
    (found,) = checked.findings
    assert (found.check, found.failed, found.total) == ("type", 11, 7043)
    assert found.rows == (489, 754, 937, 1083, 1341)
    assert found.message == "11 of 7,043 rows of `TotalCharges` cannot be read as number"
    assert 'missing: ["", " "]' in found.fix
    assert "nulls:" in found.fix
    assert not checked.passed


def test_findings_are_errors_first_then_in_the_order_of_the_lines(hold: Hold) -> None:
    rules = "a: {type: integer, min: {is: 5, level: warn}, values: [0]}\nb: {type: string, values: [x]}"
    checked = hold({"a": [1], "b": ["y"]}, rules)
    assert [one.rule for one in checked.findings] == ["columns.a.values", "columns.b.values", "columns.a.min"]
    assert {one.role for one in checked.findings} == {"train"}
    assert (checked.rows, checked.passed) == (1, False)
    # Of each column: type, required, nulls and its stated ones; of the table: rows and unexpected.
    assert checked.rules == 5 + 4 + 2


def test_warnings_pass(hold: Hold) -> None:
    checked = hold({"a": [1]}, "a: {type: integer, min: {is: 5, level: warn}}")
    assert [one.level for one in checked.findings] == ["warn"]
    assert checked.passed


def test_no_value_of_the_data_stands_in_a_finding(hold_csv: Callable[..., Checked]) -> None:
    secret = "s3cret"  # noqa: S105 -- a cell that must not be shown
    text = f"n,s,d,u\n{secret},{secret},{secret},{secret}\n1,x,2026-01-01,{secret}\n"
    rules = "n: {type: integer}\ns: {type: string, values: [x], pattern: x}\nd: {type: date}\n"
    rules += "u: {type: string, unique: true}"
    checked = hold_csv(text, rules, "expressions: [\"u == 'x'\"], unique: [[u]]")
    assert {one.check for one in checked.findings} == {"type", "values", "pattern", "unique", "expression", "compound"}
    assert secret not in repr(checked)


def test_only_the_first_rules_are_located_and_all_are_counted(hold: Hold) -> None:
    rows = {f"c{number}": [1] for number in range(60)}
    checked = hold(rows, "\n".join(f"c{number}: {{type: integer, max: 0}}" for number in range(60)))
    assert len(checked.findings) == 60
    assert [one.rows for one in checked.findings] == [(1,)] * 50 + [()] * 10


def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [pow(3, number, 1_000_003) for number in range(20_000)]}).write_parquet(path, compression="zstd")
    whole = bytearray(path.read_bytes())
    whole[4:400] = b"\xff" * 396
    path.write_bytes(bytes(whole))
    contract = parse_contract("version: 1\ncolumns: {a: {type: integer, min: 0}}", shown="c")
    opened = scan("t.parquet", root=tmp_path, reading=contract.reading())
    with pytest.raises(DataError, match=r"t\.parquet"):
        check(opened, contract, role="source")


def test_other_engine_types_are_read_as_the_contract_says(hold: Hold) -> None:
    frame = pl.DataFrame(
        {
            "c": pl.Series(["x", "y"], dtype=pl.Categorical),
            "d": pl.Series(["1.5", "2.5"]).cast(pl.Decimal(10, 2)),
            "u": pl.Series([1, 2], dtype=pl.UInt8),
            "t": pl.Series([0, 1]).cast(pl.Time),
        }
    )
    rules = "c: {type: string, values: [x], pattern: y}\nd: {type: number, values: [1.5]}\nu: {type: integer, min: -1}"
    found = hold(frame, rules, "unexpected: warn").findings
    assert [(one.check, one.rows) for one in found] == [
        ("values", (2,)),
        ("pattern", (1,)),
        ("values", (2,)),
        ("unexpected", ()),
    ]


@settings(deadline=None)
@given(st.lists(st.none() | st.integers(-5, 5) | st.just(float("nan")) | st.just(float("inf")), max_size=30))
def test_the_counts_are_those_of_a_loop(values: list[Any]) -> None:
    frame = pl.DataFrame({"a": pl.Series(values, dtype=pl.Float64, strict=False)})
    text = "version: 1\ntable: {rows: {min: 0}}\ncolumns:\n"
    text += "  a: {type: number, min: 0, max: 3, values: [1, 2], unique: true}"
    checked = check(Scan(lazy=frame.lazy(), columns=("a",)), parse_contract(text, shown="c"), role="train")
    missing = [value is None or value != value for value in values]  # noqa: PLR0124 -- NaN
    there = [(row, value) for row, value in enumerate(values, start=1) if not missing[row - 1]]
    expected = {
        "nulls": [row for row, gone in enumerate(missing, start=1) if gone],
        "infinite": [row for row, value in there if value == float("inf")],
        "min": [row for row, value in there if value < 0],
        "max": [row for row, value in there if value > 3],
        "values": [row for row, value in there if value not in (1, 2)],
    }
    found = {one.check: one for one in checked.findings}
    repeats = len(there) - len({value for _, value in there})
    assert (found["unique"].failed if repeats else 0) == repeats
    assert {name for name in found if name != "unique"} == {name for name, rows in expected.items() if rows}
    for name, rows in expected.items():
        if rows:
            assert (found[name].failed, found[name].rows) == (len(rows), tuple(rows[:5]))

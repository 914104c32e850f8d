from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.contract.check import check
from modelbout.contract.infer import bound, infer, pattern_of, upwards
from modelbout.contract.load import parse_contract
from modelbout.contract.writing import quote, scalar
from modelbout.data.reading import Reading
from modelbout.data.sources import Scan, scan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def drafted(text: str, tmp_path: Path) -> str:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8", newline="")
    made = infer(scan("t.csv", root=tmp_path, reading=Reading()), shown="t.csv")
    contract = parse_contract(made, shown="contract.yaml")
    opened = scan("t.csv", root=tmp_path, reading=contract.reading())
    assert check(opened, contract, role="source").findings == ()
    return made


def column(name: str, values: Sequence[object], tmp_path: Path) -> tuple[str, dict[str, Any]]:
    made = drafted("\n".join([f"{name},other", *(f"{value},x" for value in values)]) + "\n", tmp_path)
    rules: dict[str, Any] = yaml.safe_load(made)["columns"][name]
    comments = made.split(f"\n  {name}: {{", maxsplit=1)[0].rsplit("\n\n", maxsplit=1)[-1]
    return comments, rules


def test_a_number_with_a_few_blanks_is_a_number_with_missing_values(tmp_path: Path) -> None:
    comments, rules = column("total", [" "] * 2 + [f"{number}.5" for number in range(200)], tmp_path)
    assert rules == {"type": "number", "nulls": 0.02, "min": 0, "max": 300}
    assert "2 of 202 rows have no value (0.99%)" in comments
    assert 'missing: ["", " "]' in drafted("total\n \n1\n", tmp_path)


def test_a_small_sample_supports_types_only(tmp_path: Path) -> None:
    comments, rules = column("a", list(range(99)), tmp_path)
    assert rules == {"type": "integer"}
    assert "only 99 values" in comments


@pytest.mark.parametrize(
    ("values", "rules", "said"),
    [
        (["x", "y"] * 60, {"values": ["x", "y"]}, "2 seen, the rarest in 60 rows"),
        (["x"] * 111 + ["y"] * 9, {}, "1 of them in fewer than 10 rows"),
        (["x"] * 120, {}, "one value says nothing about others"),
        ([f"word{'x' * (number % 30)}" for number in range(300)], {}, "30 different ones seen, too many"),
        (["Yes", "No"] * 60, {"values": ["No", "Yes"]}, "2 seen"),
        ([1, 0] * 60, {"values": [0, 1]}, "2 seen"),
        ([5] * 120, {}, "only 5 was seen"),
        ([f"{number:04}-AB" for number in range(120)], {"unique": True, "pattern": "[0-9]{4}-[A-Z]{2}"}, "this form"),
        (list(range(1, 121)), {"unique": True, "min": 0}, "go on"),
        ([number % 60 for number in range(120)], {"min": 0, "max": 90}, "seen 0 to 59, nothing negative"),
        ([number % 60 - 80 for number in range(120)], {"min": -150, "max": 9}, "seen -80 to -21"),
        ([number % 60 - 180 for number in range(120)], {"min": -250, "max": 0}, "half the width"),
        ([f"0.{number:03}" for number in range(1, 121)], {"min": 0, "max": 1}, "as a share"),
        (["true", "false"] * 60, {}, "none in 120 rows"),
    ],
)
def test_rules_stand_beside_their_evidence(
    values: Sequence[object], rules: dict[str, Any], said: str, tmp_path: Path
) -> None:
    comments, found = column("a", values, tmp_path)
    assert {key: value for key, value in found.items() if key != "type"} == rules
    assert said in comments


def test_dates_are_found_when_one_format_fits(tmp_path: Path) -> None:
    days = [f"{number % 12 + 1}/{number % 28 + 1}/2026" for number in range(200)]
    comments, rules = column("day", days, tmp_path)
    assert rules == {"type": "date", "format": "%m/%d/%Y"}
    assert "no range: seen from 2026-01-01 to 2026-12-28" in comments
    comments, rules = column("day", ["3/4/2026"] * 200, tmp_path)
    assert rules == {"type": "string"}
    assert "They fit %m/%d/%Y and %d/%m/%Y" in comments


def test_moments_keep_their_zone(tmp_path: Path) -> None:
    _, rules = column("at", [f"2026-01-01T10:{number % 60:02}:00Z" for number in range(120)], tmp_path)
    assert rules == {"type": "datetime", "timezone": "UTC"}


def test_the_way_of_reading_is_written_down(tmp_path: Path) -> None:
    made = drafted("a;b\n1;2\n", tmp_path)
    assert yaml.safe_load(made)["read"] == {"delimiter": ";"}
    (tmp_path / "l.csv").write_bytes("a,b\n1,\xe9\n".encode("latin-1"))
    made = infer(scan("l.csv", root=tmp_path, reading=Reading(encoding="latin-1")), shown="l\n.csv")
    assert yaml.safe_load(made)["read"] == {"encoding": "latin-1"}


def test_typed_tables_keep_their_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "f": [float("nan"), float("inf"), *([1.0] * 98)],
            "s": [str(number) for number in range(100)],
            "b": [True] * 100,
            "n": pl.Series([None] * 100, dtype=pl.Int64),
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    made = infer(scan("t.parquet", root=tmp_path, reading=Reading()), shown="t.parquet")
    columns = yaml.safe_load(made)["columns"]
    assert columns["f"] == {"type": "number", "nulls": 0.02, "infinite": True}
    assert columns["s"] == {"type": "string", "unique": True}
    assert columns["n"] == {"type": "integer", "nulls": 1}
    assert "read" not in yaml.safe_load(made)
    contract = parse_contract(made, shown="c")
    assert not check(Scan(lazy=frame.lazy(), columns=tuple(frame.columns)), contract, role="train").findings


CELLS = st.sampled_from(
    ["", " ", "NA", "-", "1", "2", "-7", "3.5", "1e3", "inf", "nan", "x", "Yes", "2026-01-31", "007"]
)


@settings(max_examples=40)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12), st.sampled_from([1, 15, 60]))
def test_a_table_keeps_the_contract_that_was_drafted_from_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], times: int
) -> None:
    lines = ["a,b", *(f"{a},{b}" for a, b in rows * times)]
    drafted("\n".join(lines) + "\n", tmp_path_factory.mktemp("draft"))


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable() or "\x85" in text))
def test_names_survive_yaml(name: str) -> None:
    made = f"version: 1\ncolumns:\n  {scalar(name)}: {{type: string, values: [{scalar(name)}, {quote(name + 'x')}]}}\n"
    contract = parse_contract(made, shown="c")
    assert contract.columns[0].name == name
    rule = contract.columns[0].rule("values")
    assert rule is not None
    assert rule.value == (name, name + "x")
    assert yaml.safe_load(made)["columns"] == {name: {"type": "string", "values": [name, name + "x"]}}


@given(st.floats(1e-6, 1e15))
def test_upwards_is_above_and_near(value: float) -> None:
    assert value * (1 - 1e-9) <= upwards(value) <= value * 1.51


def test_ends_of_whole_numbers_are_whole() -> None:
    assert (upwards(0.0031), upwards(0), upwards(float("inf"))) == (0.0035, 0, float("inf"))
    assert (bound(3.2, "integer"), bound(-3.2, "integer"), bound(1e30, "integer")) == ("4", "-4", str(2**63 - 1))
    assert (bound(3.5, "number"), bound(300.0, "number")) == ("3.5", "300")


def test_patterns_escape_what_has_a_meaning() -> None:
    assert pattern_of("9999-AAa.(") == r"[0-9]{4}-[A-Z]{2}[a-z]\x{2e}\x{28}"


def test_a_column_with_an_infinity_has_no_range(tmp_path: Path) -> None:
    comments, rules = column("a", ["1.5", "2.5", "inf"] * 60, tmp_path)
    assert rules == {"type": "number", "infinite": True}
    assert "an infinity lies beyond any" in comments

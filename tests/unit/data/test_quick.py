from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pytest

from modelbout.contract.check import check
from modelbout.contract.load import parse_contract
from modelbout.data.engines.polars import POLARS
from modelbout.data.reading import ColumnReading, Reading
from modelbout.data.sources import scan

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.exhaustive

CELLS = (
    *("1", "-1", "+1", "1.0", "1.", ".", "1 ", "1e5", "1E5", "1e", "inf", "-inf", "Infinity", "INF", "+inf", "nan"),
    *(
        "NaN",
        "-nan",
        "1e-999",
        "0x10",
        "1_000",
        "007",
        "-0",
        "-0.0",
        "true",
        "",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "1\t",
        "--1",
        "+-1",
        "1-",
        "1f",
    ),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 30, "0." + "1" * 400, "4.9e-324"),
    *(
        "9007199254740993",
        "1e22",
        "1e23",
        "0.1",
        "123456789012345678",
        "NA",
        "NA ",
        "2.4e-324",
        "1.5e-3",
        "#1",
        "\xa01",
    ),
)
LETTERS = "0123456789+-.eE_xXinfNa"
MISSING = ("", "NA")
CONTRACT = (
    "version: 1\nread: {missing: ['', NA]}\ncolumns:\n  a: {type: KIND, nulls: 1, max: 100}\n  b: {type: string}\n"
)


def cells() -> list[str]:
    rng = random.Random(7)  # noqa: S311 -- no secret
    made = ["".join(rng.choice(LETTERS) for _ in range(rng.randint(1, 6))) for _ in range(400)]
    return [*CELLS, *made]


def opened(tmp_path: Path, text: str, kind: Any = "number") -> Any:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8", newline="")
    reading = Reading((ColumnReading("a", kind), ColumnReading("b", "string")), missing=MISSING)
    return scan("t.csv", root=tmp_path, reading=reading)


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_what_the_parser_takes_for_a_number_is_what_the_cast_does(tmp_path: Path, kind: str) -> None:
    taken = 0
    for cell in cells():
        table = opened(tmp_path, f"a,b\n{cell},x\n", kind)
        assert table.quick is not None, cell
        by_cast = table.lazy.collect()
        try:
            by_parser = table.quick.lazy.collect()
            doubts = POLARS.aggregate(table.quick.lazy, None, {"rows": nw.len(), **table.quick.doubts()})
        except pl.exceptions.PolarsError:
            continue
        if sum(doubts.values()) > doubts["rows"]:
            continue
        taken += 1
        columns = ["a", "b"]
        assert by_parser.select(columns).equals(by_cast.select(columns)), cell
        # A cell that no cast can read must not look like one that is missing.
        raw = by_cast.columns[2]
        assert by_parser[raw].is_null().to_list() == by_cast[raw].is_null().to_list(), cell
    assert taken > 50


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('a,b\n"1",x\n', "a quote"),
        ("a,b\n 1,x\n", "a blank before a number"),
        ("a,b\n2,x\n\t1,x\n", "a tab before a number"),
        ("b,a\nx, 1\n", "a blank behind a delimiter"),
        ("a,b\n1,x\n\n", "a blank line at the end"),
    ],
)
def test_a_file_that_the_parser_could_read_otherwise_is_cast(tmp_path: Path, text: str, why: str) -> None:
    assert opened(tmp_path, text).quick is None, why


def test_without_numbers_or_with_empty_cells_that_are_no_missing_ones_there_is_nothing_quick(tmp_path: Path) -> None:
    assert opened(tmp_path, "a,b\n1,x\n", "date").quick is None
    (tmp_path / "t.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    reading = Reading((ColumnReading("a", "number"),), missing=("NA",))
    assert scan("t.csv", root=tmp_path, reading=reading).quick is None


@pytest.mark.parametrize(
    ("last", "failed"),
    [
        ("1000", {"max": 1}),
        ("abc", {"type": 1}),
        ("1e999", {"type": 1}),
        ("inf", {"infinite": 1, "max": 1}),
        ("NA", {}),
    ],
)
def test_the_findings_are_those_of_the_slow_way(tmp_path: Path, last: str, failed: dict[str, int]) -> None:
    rows = "".join(f"{number},x\n" for number in range(100))
    table = opened(tmp_path, f"a,b\n{rows}{last},x\n")
    contract = parse_contract(CONTRACT.replace("KIND", "number"), shown="c")
    assert table.quick is not None
    found = check(table, contract, role="source").findings
    assert {one.check: one.failed for one in found} == failed
    assert all(one.rows == (101,) for one in found)


def test_an_empty_text_beside_a_number_is_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b,c\n,,\n1,2026-01-31,NA\n", encoding="utf-8")
    text = "version: 1\nread: {missing: ['', NA]}\ncolumns:\n"
    text += (
        "  a: {type: integer, nulls: 1}\n  b: {type: date, nulls: 1}\n  c: {type: string, nulls: 1, length: {min: 1}}\n"
    )
    contract = parse_contract(text, shown="contract.yaml")
    opened = scan("t.csv", root=tmp_path, reading=contract.reading())
    assert opened.quick is not None
    assert check(opened, contract, role="source").findings == ()
    strict = parse_contract(text.replace("nulls: 1", "nulls: 0"), shown="contract.yaml")
    findings = check(opened, strict, role="source").findings
    assert [(one.check, one.columns, one.failed) for one in findings] == [
        ("nulls", ("a",), 1),
        ("nulls", ("b",), 1),
        ("nulls", ("c",), 2),
    ]


KEYS = """\
version: 1
columns:
  a: {type: integer, unique: true}
  b: {type: string, unique: true, nulls: 1}
  c: {type: number, unique: true, nulls: 1}
"""


@pytest.mark.parametrize(
    ("rows", "failed", "passes"),
    [
        (["1,x,1", "2,y,2", "3,,3", "4,,"], {}, ["b", "c"]),
        (["1,x,1", "1,x,nan", "2,x,nan"], {"a": (1, (2,)), "b": (2, (3,))}, ["b", "c"]),
        # An infinity may have been a number too large: all is read again the slow way.
        (["1,x,1", "1,y,1e999", "2,z,1e998"], {"a": (1, (2,))}, ["a", "b", "c"]),
    ],
)
def test_the_first_key_is_answered_while_the_rules_are(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[str],
    failed: dict[str, tuple[int, tuple[int, ...]]],
    passes: list[str],
) -> None:
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c", *rows, ""]), encoding="utf-8")
    contract = parse_contract(KEYS, shown="c")
    table = scan("t.csv", root=tmp_path, reading=contract.reading())
    asked: list[str] = []
    own = POLARS.repetitions

    def repetitions(self: object, frame: Any, columns: Any, most: int) -> int:  # noqa: ARG001 -- the method's
        asked.extend(columns)
        return own(frame, columns, most)

    monkeypatch.setattr(type(POLARS), "repetitions", repetitions)
    found = [one for one in check(table, contract, role="source").findings if one.check == "unique"]
    assert {one.columns[0]: (one.failed, one.rows) for one in found} == failed
    assert asked == passes


def test_a_key_of_some_rows_is_answered_by_their_rules(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,x\n1,y\n1,x\n2,z\n", encoding="utf-8")
    text = "version: 1\ncolumns:\n  a: {type: integer, unique: {is: true, where: \"b == 'x'\"}}\n  b: {type: string}\n"
    contract = parse_contract(text, shown="c")
    table = scan("t.csv", root=tmp_path, reading=contract.reading())
    assert table.quick is not None
    (finding,) = check(table, contract, role="source").findings
    assert (finding.check, finding.failed, finding.total, finding.rows) == ("unique", 1, 2, (3,))

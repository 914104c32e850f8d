from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.contract.check import check
from modelbout.contract.infer import infer
from modelbout.contract.kind import Setting
from modelbout.contract.load import parse_contract
from modelbout.contract.proposals import bound, upwards
from modelbout.contract.writing import quote, scalar
from modelbout.data.reading import ColumnReading, Reading
from modelbout.data.sources import Scan, scan
from modelbout.errors import DataError

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
    assert rules == {"type": "number", "nulls": 0.05, "min": 0, "max": 300, "decimals": 1}
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
        (["x"] * 111 + ["y"] * 9, {"length": {"max": 2}}, "1 of them in fewer than 10 rows"),
        (
            ["x"] * 2000 + ["y"] * 1000 + ["z"] * 9,
            {"values": {"is": ["x", "y"], "tolerance": 0.01}},
            "1 more in fewer than 10 rows (0.30%) are not listed: 1 % may be others",
        ),
        (["x"] * 120, {}, "one value says nothing about others"),
        (
            [f"word{'x' * (number % 30)}" for number in range(300)],
            {"length": {"max": 70}},
            "30 different ones seen, too many",
        ),
        (["Yes", "No"] * 60, {"values": ["No", "Yes"]}, "2 seen"),
        ([1, 0] * 60, {"values": [0, 1]}, "2 seen"),
        ([5] * 120, {}, "only one number was seen"),
        ([f"{number:04}-AB" for number in range(120)], {"unique": True, "pattern": "[0-9]{4}-[A-Z]{2}"}, "two in 3"),
        (list(range(1, 121)), {"unique": True, "min": 0}, "go on"),
        ([number % 60 for number in range(120)], {"min": 0, "max": 90}, "seen 0 to 59, nothing negative"),
        ([number % 60 - 80 for number in range(120)], {"min": -150, "max": 9}, "seen -80 to -21"),
        ([number % 60 - 180 for number in range(120)], {"min": -250, "max": 0}, "half the width"),
        ([f"0.{number:03}" for number in range(1, 121)], {"min": 0, "max": 1, "decimals": 3}, "as a share"),
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
    assert columns["f"] == {"type": "number", "nulls": 0.07, "infinite": True}
    assert columns["s"] == {"type": "string", "unique": True, "pattern": "[0-9]{1,3}"}
    assert columns["n"] == {"type": "integer", "nulls": 1}
    assert "read" not in yaml.safe_load(made)
    contract = parse_contract(made, shown="c")
    assert not check(Scan(lazy=frame.lazy(), columns=tuple(frame.columns)), contract, role="train").findings


CELLS = st.sampled_from(
    ["", " ", "NA", "-", "1", "2", "-7", "3.5", "1e3", "inf", "nan", "x", "Yes", "2026-01-31", "007"]
)


@settings(max_examples=40, deadline=None)
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
    assert (bound(3.2, "integer"), bound(-3.2, "integer"), bound(1e30, "integer")) == (4, -4, 2**63 - 1)
    assert (bound(3.5, "number"), bound(300.0, "number")) == (3.5, 300)


def test_a_column_with_an_infinity_has_no_range(tmp_path: Path) -> None:
    comments, rules = column("a", ["1.5", "2.5", "inf"] * 60, tmp_path)
    assert rules == {"type": "number", "infinite": True}
    assert "an infinity lies beyond any" in comments


def test_many_kinds_of_columns_keep_their_draft(tmp_path: Path) -> None:
    rows = 400
    frame = pl.DataFrame(
        {
            "category": pl.Series(["a", "b"] * 200, dtype=pl.Categorical),
            "price": pl.Series([f"{number}.25" for number in range(rows)]).cast(pl.Decimal(10, 2)),
            "whole": [float(number % 50) for number in range(rows)],
            "small": pl.Series([number % 7 for number in range(rows)], dtype=pl.UInt8),
            "flag": [True, False] * 200,
            "nothing": pl.Series([None] * rows, dtype=pl.Null),
            "email": [f"user{number}@example.com" for number in range(rows)],
            "mail_of": [f"user{number % 2}@example.com" for number in range(rows)],
            "link": [f"https://example.com/{number}" for number in range(rows)],
            "token": [f"{number:08x}-{number * 7919 % 65536:04x}" for number in range(rows)],
            "firstName": ["Ann", "Bob"] * 200,
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    opened = scan("t.parquet", root=tmp_path, reading=Reading())
    made = infer(opened, shown="t.parquet")
    contract = parse_contract(made, shown="c")
    assert check(opened, contract, role="train").findings == ()
    columns = yaml.safe_load(made)["columns"]
    assert columns["category"] == {"type": "string", "values": ["a", "b"]}
    assert columns["price"] == {"type": "number", "min": 0, "max": 600, "decimals": 2}
    assert columns["whole"] == {"type": "number", "min": 0, "max": 75, "decimals": 0}
    assert columns["small"] == {"type": "integer", "values": [0, 1, 2, 3, 4, 5, 6]}
    assert columns["email"] == {"type": "string", "format": "email"}
    assert columns["link"] == {"type": "string", "format": "url"}
    assert columns["token"]["pattern"] == r"[0-9a-f]{8}-[0-9a-f]{4}"
    # Whoever is named in a table stays out of what is committed.
    assert "user1" not in made
    assert (
        columns["firstName"] == {"type": "string", "length": {"min": 3, "max": 3}}
        or "values" not in columns["firstName"]
    )
    assert "they may be of persons" in made
    assert "Ann" not in made


def test_what_differs_by_chance_is_no_key(tmp_path: Path) -> None:
    amounts = [number * 7919 % 1_000_003 for number in range(1, 201)]
    comments, rules = column("amount", amounts, tmp_path)
    assert "unique" not in rules
    assert "200 values differ, as so many would by chance" in comments
    _, rules = column("orderID", amounts, tmp_path)
    assert rules["unique"] is True


def test_two_columns_are_a_key_together(tmp_path: Path) -> None:
    lines = [f"s{store},2026-01-{day:02},{(store * day * 31) % 97}.5" for day in range(1, 29) for store in range(12)]
    made = drafted("\n".join(["store,day,sales", *lines]) + "\n", tmp_path)
    assert yaml.safe_load(made)["table"]["unique"] == [["store", "day"]]
    assert "Together they differ in each of 336 rows" in made


def test_a_number_of_the_row_leaves_room_for_a_key_with_a_meaning(tmp_path: Path) -> None:
    rows = [(store, day) for day in range(1, 29) for store in range(12)]
    lines = [f"{number},s{store},2026-01-{day:02}" for number, (store, day) in enumerate(rows)]
    made = drafted("\n".join(["row,store,day", *lines]) + "\n", tmp_path)
    found = yaml.safe_load(made)
    assert found["columns"]["row"]["unique"] is True
    assert found["table"]["unique"] == [["store", "day"]]


def samples(tmp_path: Path, *texts: str) -> str:
    """Draft a contract from snapshots of one table, and hold each of them to it."""
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.csv").write_text(text, encoding="utf-8", newline="")
    names = [f"{number}.csv" for number in range(len(texts))]
    made = infer(*(scan(name, root=tmp_path, reading=Reading()) for name in names), shown=", ".join(names))
    contract = parse_contract(made, shown="contract.yaml")
    for name in names:
        opened = scan(name, root=tmp_path, reading=contract.reading())
        assert check(opened, contract, role="source").findings == ()
    return made


def lines(name: str, values: Sequence[object]) -> str:
    return "\n".join([name, *map(str, values)]) + "\n"


def test_a_range_spans_all_snapshots(tmp_path: Path) -> None:
    made = samples(tmp_path, lines("a", range(1, 201)), lines("a", [*range(50, 400), "", "3.25"]))
    rules = yaml.safe_load(made)["columns"]["a"]
    assert rules["type"] == "number"
    assert (rules["min"], rules["max"], rules["nulls"]) == (0, 600, 0.02)
    assert "2 samples of 200 to 352 rows" in made
    assert "in one sample 0.28%" in made
    assert yaml.safe_load(made)["table"]["rows"] == {"min": 100}


def test_a_list_is_closed_when_no_snapshot_has_a_new_value(tmp_path: Path) -> None:
    made = samples(tmp_path, lines("a", ["x", "y"] * 100), lines("a", ["x", "y"] * 80))
    assert yaml.safe_load(made)["columns"]["a"]["values"] == ["x", "y"]
    assert "No sample has one that the first has not: 2 samples" in made


def test_a_list_is_open_by_what_the_snapshots_brought(tmp_path: Path) -> None:
    made = samples(tmp_path, lines("a", ["x", "y"] * 500), lines("a", ["x", "y"] * 490 + ["z"] * 20))
    assert yaml.safe_load(made)["columns"]["a"]["values"] == {"is": ["x", "y", "z"], "tolerance": 0.04}
    assert "2.00% of one sample were new, so 4 % may be" in made
    made = samples(tmp_path, lines("a", ["x", "y"] * 500), lines("a", ["x", "y"] * 400 + ["z"] * 200))
    assert "values" not in yaml.safe_load(made)["columns"]["a"]
    assert "20.00% of one sample were new to those before it" in made


def test_a_type_holds_in_every_snapshot(tmp_path: Path) -> None:
    days = [f"2026-01-{number % 28 + 1:02}" for number in range(120)]
    made = samples(
        tmp_path,
        lines("a,b,c", [f"{number},,{day}" for number, day in enumerate(days)]),
        lines("c,a", [f"{day},x{number}" for number, day in enumerate(days)]),
    )
    columns = yaml.safe_load(made)["columns"]
    assert columns["a"]["type"] == "string"
    assert columns["b"] == {"type": "string", "required": False, "nulls": 1}
    assert columns["c"] == {"type": "date"}
    assert "not every sample has this column" in made


def test_stored_types_that_differ_are_refused(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1, 2], "b": [1, 2]}).write_parquet(tmp_path / "0.parquet")
    pl.DataFrame({"a": ["1", "2"], "b": [1.5, 2]}).write_parquet(tmp_path / "1.parquet")
    scans = [scan(f"{number}.parquet", root=tmp_path, reading=Reading()) for number in range(2)]
    with pytest.raises(DataError) as caught:
        infer(*scans, shown="x")
    assert "column `a` is stored as `integer` and `string` in different samples" in str(caught.value)
    assert "`b`" not in str(caught.value)


def test_wide_tables_are_looked_at_in_parts(tmp_path: Path) -> None:
    frame = pl.DataFrame({f"column {number}": [0, 1] * 60 for number in range(250)})
    frame.write_csv(tmp_path / "w.csv")
    made = infer(scan("w.csv", root=tmp_path, reading=Reading()), shown="w.csv")
    assert made.count("values: [0, 1]") == 250


@pytest.mark.parametrize(
    ("name", "values", "order"),
    [
        ("orderID", list(range(7, 3_000, 2)), "strictly_increasing"),
        ("orderID", [*range(7, 3_000, 2), 6], None),
        ("orderID", list(range(7, 1_000, 2)), None),
        ("amount", [number // 2 for number in range(2_000)], None),
        ("day", [f"2026-{n // 112 + 1:02}-{n // 4 % 28 + 1:02}" for n in range(1_200)], "increasing"),
        ("at", [f"2026-01-01T{n // 60:02}:{n % 60:02}" for n in range(1_200)], "increasing"),
        ("day", [f"2026-{n // 600 + 1:02}-01" for n in range(1_200)], None),
        ("day", [f"2026-{12 - n // 112:02}-01" for n in range(1_200)], None),
    ],
)
def test_an_order_is_drafted_of_times_and_of_numbers_of_rows(
    name: str, values: Sequence[object], order: str | None, tmp_path: Path
) -> None:
    comments, rules = column(name, values, tmp_path)
    assert rules.get("monotonic") == order
    assert ("is below the one before it in the file" in comments) == (order is not None)


def test_an_order_holds_in_every_snapshot_and_skips_what_is_missing(tmp_path: Path) -> None:
    rising = [day if n % 9 else "" for n in range(1_200) for day in [f"2026-{n // 112 + 1:02}-{n // 4 % 28 + 1:02}"]]
    made = samples(tmp_path, lines("a,b", [f"{day},x" for day in rising]), lines("a,b", [f"{d},x" for d in rising]))
    assert yaml.safe_load(made)["columns"]["a"]["monotonic"] == "increasing"
    falling = [*rising[1:], rising[1]]
    made = samples(tmp_path, lines("a,b", [f"{day},x" for day in rising]), lines("a,b", [f"{d},x" for d in falling]))
    assert "monotonic" not in yaml.safe_load(made)["columns"]["a"]


def test_a_draft_of_half_the_rows_holds_on_the_others(tmp_path: Path) -> None:
    rows = [
        f"{n * 3 + 1},2026-{n // 240 + 1:02}-{n // 9 % 28 + 1:02},C{n * 7919 % 311 + 100},{n % 5}" for n in range(2_400)
    ]
    rows.sort(key=lambda row: row.split(",")[1])
    head = "orderID,day,customer,kind"
    (tmp_path / "customers.csv").write_text(lines("customer", [f"C{n}" for n in range(100, 500)]), encoding="utf-8")
    for name, part in (("a.csv", rows[::2]), ("b.csv", rows[1::2])):
        (tmp_path / name).write_text(lines(head, part), encoding="utf-8")

    def opened(name: str) -> Scan:
        return scan(name, root=tmp_path, reading=Reading())

    def other(path: str, columns: tuple[ColumnReading, ...]) -> Scan:
        return scan(path, root=tmp_path, reading=Reading(columns=columns))

    made = infer(opened("a.csv"), shown="a.csv", others={"customers.csv": opened("customers.csv")})
    contract = parse_contract(made, shown="contract.yaml")
    rules = yaml.safe_load(made)["columns"]
    assert (rules["day"]["monotonic"], rules["customer"]["references"]) == ("increasing", {"table": "customers.csv"})
    half = scan("b.csv", root=tmp_path, reading=contract.reading())
    assert check(half, contract, role="source", setting=Setting(open=other)).findings == ()

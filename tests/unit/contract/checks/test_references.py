from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelbout.contract.check import check
from modelbout.contract.checks.references import CHECK
from modelbout.contract.foreign import Foreign
from modelbout.contract.kind import Setting
from modelbout.contract.load import parse_contract
from modelbout.data.reading import Reading
from modelbout.data.sources import Scan, scan
from modelbout.errors import ConfigError, DataError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelbout.contract.check import Checked
    from modelbout.data.reading import ColumnReading
    from modelbout.results import Finding

    Refused = Callable[..., tuple[Problem, ...]]
    Held = Callable[..., list[Finding]]

NAN = float("nan")


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    def open_table(path: str, columns: tuple[ColumnReading, ...]) -> Scan:
        return scan(path, root=tmp_path, reading=Reading(columns=columns))

    return Setting(open=open_table)


@pytest.fixture
def held(tmp_path: Path, setting: Setting) -> Held:
    """Check a table that refers to another, which is written as text or as Parquet by its name."""

    def run(here: dict[str, Any], there: str | dict[str, Any], rules: str, name: str = "there.csv") -> list[Finding]:
        if isinstance(there, str):
            (tmp_path / name).write_text(there, encoding="utf-8")
        else:
            pl.DataFrame(there).write_parquet(tmp_path / name)
        frame = pl.DataFrame(here)
        contract = parse_contract(f"version: 1\ncolumns:\n  {rules}\n", shown="contract.yaml")
        opened = Scan(lazy=frame.lazy(), columns=tuple(frame.columns))
        checked: Checked = check(opened, contract, role="train", setting=setting)
        return list(checked.findings)

    return run


RULE = "a: {type: %s, nulls: 1, references: {table: %s, column: id}}"


def test_values_that_the_other_table_does_not_have(held: Held) -> None:
    rows = {"a": ["007", "7", None, "secret", "008"]}
    (found,) = held(rows, "id,x\n007,1\n008,2\n008,3\n,4\n", RULE % ("string", "there.csv"))
    assert (found.check, found.failed, found.total, found.rows) == ("references", 2, 5, (2, 4))
    assert found.message == "2 of 5 rows have `a` that is not in `id` of `there.csv`"
    assert "secret" not in found.message + found.fix
    assert not held({"a": ["007", None]}, "id,x\n007,1\n", RULE % ("string", "there.csv"))


def test_the_other_column_has_the_same_name_unless_said(held: Held) -> None:
    (found,) = held({"a": [1, 2]}, "a\n1\n", "a: {type: integer, references: {table: there.csv}}")
    assert found.rows == (2,)


@pytest.mark.parametrize(
    ("kind", "here", "there", "rows"),
    [
        ("integer", [1, 2**60 + 1], [1, 2**60], (2,)),
        ("integer", [1.0, NAN, 3.0], [1, 2], (3,)),
        ("integer", [1, 2], [1.0, None, NAN], (2,)),
        ("number", [1, 2], [1.0, 2.5], (2,)),
        ("number", [1.5, None, NAN], [1.5], ()),
        ("boolean", [True, False], [True], (2,)),
        ("date", [dt.date(2026, 1, 1), dt.date(2026, 1, 2)], [dt.date(2026, 1, 2)], (1,)),
        ("string", pl.Series(["x", "y"], dtype=pl.Categorical), ["x"], (2,)),
        ("string", ["x"], pl.Series([None], dtype=pl.String), (1,)),
    ],
)
def test_keys_are_compared_as_their_type(held: Held, kind: str, here: Any, there: Any, rows: tuple[int, ...]) -> None:
    found = held({"a": here}, {"id": there}, RULE % (kind, "there.parquet"), "there.parquet")
    assert [one.rows for one in found] == ([rows] if rows else [])


def test_moments_of_the_other_table_are_read_in_the_same_zone(held: Held) -> None:
    here = pl.Series([dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)]).dt.convert_time_zone("Europe/Berlin")
    rule = "a: {type: datetime, timezone: Europe/Berlin, references: {table: there.csv}}"
    assert not held({"a": here}, "a\n2026-01-01T12:00:00Z\n", rule)
    assert held({"a": here}, "a\n2026-01-01T13:00:00Z\n", rule)


def test_an_unreadable_key_is_none(held: Held) -> None:
    (found,) = held({"a": [1, 2]}, "id\n1\nx\n", RULE % ("integer", "there.csv"))
    assert found.rows == (2,)


def test_the_long_form(held: Held) -> None:
    rows = {"a": [1, 8, 9], "b": [1, 2, 3]}
    rule = "{table: there.csv, column: id, level: warn, where: b > 1, owner: me, reason: so%s}"
    both = "a: {type: integer, references: %s}\n  b: {type: integer}"
    (found,) = held(rows, "id\n1\n8\n", both % (rule % ""))
    assert (found.level, found.failed, found.total, found.rows) == ("warn", 1, 2, (3,))
    assert found.message.endswith("of those where `b > 1` (why the rule is there: so)")
    assert found.fix.endswith("Owner: me.")
    assert not held(rows, "id\n1\n8\n", both % (rule % ", tolerance: 0.5"))


@pytest.mark.parametrize(
    ("path", "column", "found"),
    [
        ("gone.csv", "id", "`gone.csv` cannot be opened: there is no file `gone.csv`"),
        ("there.txt", "id", "`there.txt` cannot be opened: `there.txt` has an ending that says no known format"),
        ("there.csv", "ide", "`there.csv` has no column `ide`. Did you mean `id`?"),
        ("there.parquet", "id", "column `id` of `there.parquet` is stored as String, not as integer"),
        ("broken.csv", "id", "`broken.csv` cannot be opened: "),
    ],
)
def test_a_table_that_cannot_be_used_is_an_error_at_the_rule(
    held: Held, tmp_path: Path, path: str, column: str, found: str
) -> None:
    pl.DataFrame({"id": ["x"]}).write_parquet(tmp_path / "there.parquet")
    (tmp_path / "there.txt").write_text("id\n", encoding="utf-8")
    (tmp_path / "broken.csv").write_text('id,x\n1,"2\n', encoding="utf-8")
    rule = f"a: {{type: integer, references: {{table: {path}, column: {column}}}}}"
    with pytest.raises(DataError) as caught:
        held({"a": [1]}, "id\n1\n", rule)
    (problem,) = caught.value.problems
    assert problem.found.startswith(found)
    assert str(problem.place) == "contract.yaml:3:34: columns.a.references"
    assert problem.fix


def test_an_address_has_no_secret_and_no_message_shows_its_user(refused: Refused) -> None:
    rule = "a: {type: integer, references: {table: 'postgresql://me%s@host/db?table=t'}}"
    (problem,) = refused(rule % ":s3cret")
    assert problem.found == "there is a password or a key in this address"
    assert problem.place.key == "columns.a.references.table"

    def closed(_path: str, _columns: tuple[ColumnReading, ...]) -> Scan:
        raise ConfigError(Problem("a package is missing", fix="Install it."))

    contract = parse_contract(f"version: 1\ncolumns:\n  {rule % ''}\n", shown="c")
    lazy = pl.DataFrame({"a": [1]}).lazy()
    with pytest.raises(ConfigError) as caught:
        check(Scan(lazy=lazy, columns=("a",)), contract, role="train", setting=Setting(open=closed))
    (problem,) = caught.value.problems
    assert problem.found == "`postgresql://host/db` cannot be opened: a package is missing"
    assert problem.place.key == "columns.a.references"


def test_without_a_way_to_open_it_nothing_is_told_as_held() -> None:
    contract = parse_contract("version: 1\ncolumns: {a: {type: integer, references: {table: t.csv}}}", shown="c")
    lazy = pl.DataFrame({"a": [1]}).lazy()
    with pytest.raises(DataError, match="cannot be opened here"):
        check(Scan(lazy=lazy, columns=("a",)), contract, role="train")


def test_it_is_not_run_on_a_column_of_another_type(held: Held) -> None:
    assert [one.check for one in held({"a": ["x"]}, "id\n1\n", RULE % ("integer", "gone.csv"))] == ["type"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("t.csv", "found no mapping"),
        ("{column: id}", "the key `table` is missing"),
        ("{table: 't.csv', key: id}", "unknown key `key`"),
        ("{table: [t.csv]}", "found no path"),
        ("{table: '  '}", "found no path"),
        ("{table: null}", "found no path"),
        ("{table: t.csv, column: [id]}", "found no column"),
        ("{table: t.csv, column: ''}", "found no column"),
    ],
)
def test_what_is_no_reference_is_refused(refused: Refused, value: str, found: str) -> None:
    (problem,) = refused(f"a: {{type: integer, references: {value}}}")
    assert problem.found == found


ONE = Foreign((), "t.csv", ("id",))


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (ONE, ONE, "same"),
        (ONE, Foreign((), "u.csv", ("id",)), "tighter"),
        (None, ONE, "tighter"),
        (ONE, None, "looser"),
        (None, None, "same"),
    ],
)
def test_another_table_asks_more(old: Foreign | None, new: Foreign | None, change: str) -> None:
    assert CHECK.compare(old, new) == change

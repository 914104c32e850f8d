"""A table of PostgreSQL has the findings of the same rows in a file, without numbers of rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import polars as pl
import pytest

from modelbout.config.addresses import PASSWORD
from modelbout.contract.check import Checked, check
from modelbout.contract.division import divided
from modelbout.data.opening import open_source
from modelbout.data.sources import Scan
from modelbout.data.table import load
from tests.integration.engines import postgres
from tests.integration.engines.cases import CASES, Case

if TYPE_CHECKING:
    from pathlib import Path

# What PostgreSQL has no type for is cast when the table is written.
UNKNOWN: dict[type[pl.DataType], type[pl.DataType]] = {pl.UInt64: pl.Float64, pl.Int8: pl.Int16}
TYPED = tuple(case for case in CASES if case.csv is None)
TYPES = {
    pl.Int64: "bigint", pl.Int16: "smallint", pl.Float64: "double precision", pl.Float32: "real", pl.String: "text",
    pl.Boolean: "boolean", pl.Date: "date",
}  # fmt: skip


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, postgres.PASSWORD)


def execute(server: postgres.Server, *statements: str, rows: list[tuple[object, ...]] | None = None) -> None:
    import psycopg  # noqa: PLC0415 -- not in every environment

    with psycopg.connect(server.url, password=postgres.PASSWORD, options="-c TimeZone=UTC") as connection:
        for statement in statements:
            connection.execute(statement)
        if rows:
            places = ", ".join(["%s"] * len(rows[0]))
            connection.cursor().executemany(f"INSERT INTO written VALUES ({places})", rows)  # noqa: S608


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows as PostgreSQL can hold them."""
    return frame.with_columns(
        pl.col(name).cast(UNKNOWN.get(type(dtype)) or (pl.String if dtype == pl.Categorical else dtype))
        for name, dtype in frame.schema.items()
    ).with_columns(pl.selectors.datetime().dt.cast_time_unit("us"))


def sql_type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Datetime):
        return "timestamp" if dtype.time_zone is None else "timestamptz"
    return TYPES[type(dtype)]


def written(server: postgres.Server, frame: pl.DataFrame) -> str:
    columns = ", ".join(
        '"' + name.replace('"', '""').replace("%", "%%") + f'" {sql_type(dtype)}'
        for name, dtype in frame.schema.items()
    )
    execute(server, "DROP TABLE IF EXISTS written CASCADE", f"CREATE TABLE written ({columns})", rows=frame.rows())
    return server.table("public.written")


def without_order(checked: Checked) -> Checked:
    """Return what does not depend on the order of rows, which a table of a database does not have."""
    findings = [msgspec.structs.replace(finding, rows=()) for finding in checked.findings]
    return replace(
        checked,
        findings=tuple(finding for finding in findings if finding.check != "monotonic"),
        held=tuple(rule for rule in checked.held if rule.check != "monotonic"),
    )


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.name)
def test_a_table_has_the_findings_of_its_rows(server: postgres.Server, case: Case, tmp_path: Path) -> None:
    frame, contract = plain(case.frame()), case.contract()
    table = open_source(written(server, frame), root=tmp_path, reading=contract.reading())
    same = Scan(
        lazy=frame.with_columns(pl.col(pl.Float32).cast(pl.Float64), pl.col(pl.Int16).cast(pl.Int64)).lazy(),
        columns=tuple(frame.columns),
    )

    setting = case.setting(tmp_path)
    expected = check(same, contract, role="source", setting=setting)
    found = check(table, contract, role="source", setting=setting)

    assert without_order(found) == without_order(expected)
    assert all(finding.rows == () for finding in found.findings)
    assert divided(table, contract, setting)[0][2]


def test_rows_for_training(server: postgres.Server, tmp_path: Path) -> None:
    frame = plain(TYPED[0].frame())
    table = open_source(written(server, frame), root=tmp_path, reading=TYPED[0].contract().reading())
    assert load(table, ["i", "x"]).sort("i", "x").equals(frame.select("i", "x").sort("i", "x"))
